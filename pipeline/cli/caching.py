"""`cache`: what is kept from run to run, and how to be rid of it."""

from __future__ import annotations

import shutil

from pipeline.cache import Kept, default_folder, open_cache
from pipeline.cli.say import Fault, Say


def show_cache(*, trim: bool, clear: bool, say: Say) -> int:
    """Lists what is kept; `trim` removes what other versions of the program made, `clear` removes all."""
    cache = open_cache()
    if cache is None:
        raise Fault(f"{default_folder()}: cannot be written; set LITEVIDENCE_CACHE to a folder that can")
    gone = [one for one in cache.held() if clear or (trim and not one.current)]
    for one in gone:
        try:
            shutil.rmtree(one.folder)
        except FileNotFoundError:  # another run was quicker
            continue
        except OSError as error:
            raise Fault(f"{error.filename or one.folder}: cannot be removed: {error.strerror}") from None
    say.result(f"{cache.folder}")
    for one in cache.held():
        say.result(
            f"  {one.stage:<9} {_told(one)}{'' if one.current else ', made by another version (--trim removes it)'}"
        )
    if gone:
        say.result(f"removed {sum(one.entries for one in gone)} results, {_size(sum(one.size for one in gone))}")
    return 0


def _told(one: Kept) -> str:
    return f"{one.entries} results, {_size(one.size)}"


def _size(count: int) -> str:
    return f"{count / (1 << 20):.1f} MiB" if count >= 1 << 20 else f"{count / 1024:.1f} KiB"
