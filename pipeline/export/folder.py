"""A finished run's folder: written whole or not at all, and opened again.

Files are written into a folder inside the run's folder, flushed to disk, and that folder is renamed: from then on the
run counts as written. Its files then take their places one by one; if that is cut short, whoever opens or writes the
folder next completes it. So an interrupted run leaves the files of the run before as they were.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from pipeline.places import sha256

READY = ".ready"
STAGING = ".writing-"
INFO = "run.json"
LONGEST = 200


class UnwritableFolder(OSError):
    """Nothing could be written; the text names the folder and the mend."""


def text_name(document_id: str) -> str:
    """`texts/<document_id>.txt`; what a file name cannot hold is percent-encoded."""
    safe = quote(document_id, safe=" !#$&'()+,;=@[]{}~^`") if _unsafe(document_id) else document_id
    if len(safe) > LONGEST:
        safe = f"{safe[:LONGEST]}-{hashlib.sha256(document_id.encode(errors='replace')).hexdigest()[:16]}"
    return f"texts/{safe}.txt"


def _unsafe(name: str) -> bool:
    return (
        not name.isprintable()
        or name.startswith(".")
        or any(mark in name for mark in '/\\:*?"<>|%')
        or len(name) > LONGEST
    )


def text_bytes(text: str) -> bytes:
    """UTF-8; a lone surrogate becomes one character too, so that offsets stay."""
    return text.encode("utf-8", errors="replace")


def json_bytes(value: object) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode("utf-8", errors="replace")


class Written:
    """The files of a run on their way into its folder: see `writing`. What cannot be written is an UnwritableFolder."""

    def __init__(self, folder: Path, staging: Path) -> None:
        self._folder, self._staging = folder, staging
        self._digests: dict[str, str] = {}
        self._growing: dict[str, tuple[BinaryIO, hashlib._Hash]] = {}

    def add(self, name: str, data: bytes) -> None:
        """A whole file. One that the folder holds already with these bytes costs no writing."""
        self._digests[name] = hashlib.sha256(data).hexdigest()
        with _unwritable(self._folder):
            if not _linked(self._folder / name, self._staging / name, data):
                _write(self._staging / name, data)

    def append(self, name: str, data: bytes) -> None:
        """The next piece of a file that grows as results come in."""
        with _unwritable(self._folder):
            if name not in self._growing:
                self._growing[name] = ((self._staging / name).open("wb"), hashlib.sha256())
            file, total = self._growing[name]
            file.write(data)
            total.update(data)

    def settle(self) -> Path:
        """Flushes what has grown, which grows no more, and says where all files stand until they are in place."""
        with _unwritable(self._folder):
            for name, (file, total) in self._growing.items():
                file.flush()
                os.fsync(file.fileno())
                file.close()
                self._digests[name] = total.hexdigest()
            self._growing.clear()
        return self._staging

    def finish(self, info: Mapping[str, object]) -> None:
        """Puts the files in place, with `info` and their names in `run.json`."""
        self.settle()
        listed = {**info, "files": sorted(self._digests), "outputs": _digest(self._digests)}
        with _unwritable(self._folder):
            _write(self._staging / INFO, json_bytes(listed))
            _sync(self._staging)
            self._staging.rename(self._folder / READY)
            complete(self._folder)

    def close(self) -> None:
        """Gives up what is not finished."""
        for file, _ in self._growing.values():
            with contextlib.suppress(OSError):  # a full disk was told of when it was written to
                file.close()
        shutil.rmtree(self._staging, ignore_errors=True)


@contextmanager
def writing(folder: Path) -> Iterator[Written]:
    """Makes `folder` hold the files that it is given once they are finished; until then the folder is as it was.

    Files of the run before that are not among them are removed, other files in the folder stay. Raises UnwritableFolder.
    """
    with _unwritable(folder):
        folder.mkdir(parents=True, exist_ok=True)
        complete(folder)
        _sweep(folder)
        written = Written(folder, Path(tempfile.mkdtemp(dir=folder, prefix=f"{STAGING}{os.getpid()}-")))
    try:
        yield written
    finally:
        written.close()


@contextmanager
def _unwritable(folder: Path, mend: str = "free space or choose another --out") -> Iterator[None]:
    """What the system says against writing, in one line with the mend."""
    try:
        yield
    except OSError as error:
        raise UnwritableFolder(f"{folder}: cannot be written ({error.strerror or error}); {mend}") from error


def _linked(old: Path, new: Path, data: bytes) -> bool:
    """Whether the old file has these bytes and could take the new one's place too, whatever becomes of its own."""
    try:
        if old.stat().st_size != len(data) or old.read_bytes() != data:
            return False
        new.parent.mkdir(parents=True, exist_ok=True)
        new.hardlink_to(old)
    except OSError:  # no such file, or a file system without links
        return False
    return True


def unchanged(folder: Path, inputs: str) -> Mapping[str, object]:
    """`run.json` of the run that is in the folder, if it was made of these inputs and its files are as it left them.

    `inputs` is what that run was told of its inputs (`run.json` has it as `inputs`). Empty where anything differs.
    """
    try:
        info: dict[str, object] = json.loads((folder / INFO).read_text(encoding="utf-8"))
        if info.get("inputs") != inputs or (folder / READY).exists():
            return {}
        digests = {name: sha256(str(folder / name)) for name in _listed(folder) if name != INFO}
    except (OSError, ValueError):
        return {}
    return info if info.get("outputs") == _digest(digests) else {}


def _digest(digests: Mapping[str, str]) -> str:
    """One digest of files, by those of their bytes."""
    total = hashlib.sha256()
    for name, of_bytes in sorted(digests.items()):
        total.update(f"{of_bytes} {name}\n".encode(errors="replace"))
    return total.hexdigest()


def write_more(folder: Path, files: Mapping[str, bytes]) -> None:
    """Adds or replaces single files, each whole or not at all. Raises UnwritableFolder."""
    with _unwritable(folder, "free space or choose another folder"):
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in sorted(files.items()):
            handle, beside = tempfile.mkstemp(dir=folder, prefix=f"{STAGING}{os.getpid()}-")
            os.close(handle)
            try:
                _write(Path(beside), data)
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                Path(beside).chmod(0o644)
                Path(beside).replace(folder / name)
            except BaseException:
                Path(beside).unlink(missing_ok=True)
                raise


def complete(folder: Path) -> None:
    """Puts in place the files of a run that was written but whose writer was stopped on the last step."""
    ready = folder / READY
    if not ready.is_dir():
        return
    if (ready / INFO).is_file():  # moved last: while it is here, the old list of files still counts
        new = set(_listed(ready))
        for name in set(_listed(folder)) - new:
            (folder / name).unlink(missing_ok=True)
        for name in sorted(new, key=lambda name: (name == INFO, name)):
            if (ready / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (ready / name).replace(folder / name)
    _sync(folder)
    shutil.rmtree(ready)


def _listed(folder: Path) -> list[str]:
    """The files that a run's `run.json` says it wrote, `run.json` too; only names that stay inside the folder."""
    try:
        names = json.loads((folder / INFO).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return [INFO]
    inside = [name for name in names if isinstance(name, str) and ".." not in Path(name).parts and name[:1] != "/"]
    return [*inside, INFO]


def _sweep(folder: Path) -> None:
    """Removes what writers that were killed left behind."""
    for left in folder.glob(f"{STAGING}*"):
        if _lives(left.name.removeprefix(STAGING).partition("-")[0]):
            continue
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def _lives(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Flushes a folder's entries, where the system lets one."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)


def check_writable(folder: Path) -> None:
    """Raises UnwritableFolder before any work is done in vain."""
    with _unwritable(folder, "choose another --out"):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return
