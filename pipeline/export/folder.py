"""A finished run's folder: written whole or not at all, and opened again.

Files are written into a folder inside the run's folder, flushed to disk, and that folder is renamed: from then on the
run counts as written. Its files then take their places one by one; if that is cut short, whoever opens or writes the
folder next completes it. So an interrupted run leaves the files of the run before as they were.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote

from pipeline.document import Document

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


def text_files(documents: Iterable[Document]) -> dict[str, bytes]:
    """The text of each document that was read, by file name."""
    read = (document for document in documents if document.status != "failed" or document.text)
    return {text_name(document.document_id): text_bytes(document.text) for document in read}


def json_bytes(value: object) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode("utf-8", errors="replace")


def write_run(folder: Path, files: Mapping[str, bytes], info: Mapping[str, object]) -> None:
    """Makes `folder` hold these files and `run.json`; files of the run before that are not among them are removed.

    Other files in the folder stay as they are. Raises UnwritableFolder; the folder then is as it was.
    """
    listed: dict[str, object] = {**info, "files": sorted(files), "outputs": _digest(files)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        complete(folder)
        _sweep(folder)
        staging = Path(tempfile.mkdtemp(dir=folder, prefix=f"{STAGING}{os.getpid()}-"))
        try:
            for name, data in sorted({**files, INFO: json_bytes(listed)}.items()):
                _write(staging / name, data)
            _sync(staging)
            staging.rename(folder / READY)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise
        complete(folder)
    except OSError as error:
        raise UnwritableFolder(
            f"{folder}: cannot be written ({error.strerror or error}); free space or choose another --out"
        ) from error


def unchanged(folder: Path, inputs: str) -> Mapping[str, object]:
    """`run.json` of the run that is in the folder, if it was made of these inputs and its files are as it left them.

    `inputs` is what that run was told of its inputs (`run.json` has it as `inputs`). Empty where anything differs.
    """
    try:
        info: dict[str, object] = json.loads((folder / INFO).read_text(encoding="utf-8"))
        files = {name: (folder / name).read_bytes() for name in _listed(folder) if name != INFO}
    except (OSError, ValueError):
        return {}
    same = (info.get("inputs"), info.get("outputs")) == (inputs, _digest(files)) and not (folder / READY).exists()
    return info if same else {}


def _digest(files: Mapping[str, bytes]) -> str:
    total = hashlib.sha256()
    for name, data in sorted(files.items()):
        total.update(f"{hashlib.sha256(data).hexdigest()} {name}\n".encode(errors="replace"))
    return total.hexdigest()


def write_more(folder: Path, files: Mapping[str, bytes]) -> None:
    """Adds or replaces single files, each whole or not at all. Raises UnwritableFolder."""
    try:
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
    except OSError as error:
        raise UnwritableFolder(
            f"{folder}: cannot be written ({error.strerror or error}); free space or choose another folder"
        ) from error


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
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return
    except OSError as error:
        raise UnwritableFolder(
            f"{folder}: cannot be written ({error.strerror or error}); choose another --out"
        ) from error
