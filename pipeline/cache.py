"""Work that was done before is not done again: a store of results, named by what they were made from.

A result's key is the digest of its input's content and of the code and vocabularies that made it, so it never goes
stale and never depends on clocks, paths or names. Entries are JSON behind a checksum: a damaged or half-written one
counts as absent and is made again. They are written beside their place, flushed and renamed, so several runs may share
a folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache as once
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")

PACKAGE = Path(__file__).parent

STAGES: dict[str, tuple[str, ...]] = {
    "read": ("document.py", "places.py", "names.py", "vocabulary.py", "vocab/headings.csv", "sentences.py", "read"),
    "annotate": ("document.py", "evidence.py", "fields.py", "vocabulary.py", "vocab", "sentences.py", "annotate"),
    "assemble": (
        "document.py",
        "evidence.py",
        "fields.py",
        "compare.py",
        "shares.py",
        "names.py",
        "vocabulary.py",
        "vocab",
        "sentences.py",
        "assemble",
    ),
}
STAGES["portion"] = (
    *dict.fromkeys(name for names in STAGES.values() for name in names),
    *("extract.py", "cache.py", "workers.py", "rows.py", "gather.py", "answer"),
    *(
        "export/answers.py",
        "export/csvs.py",
        "export/folder.py",
        "export/portion.py",
        "export/summaries.py",
        "export/tables.py",
    ),
)
"""What a stage's results depend on besides its input: files and folders of this package."""

LIBRARIES: dict[str, tuple[str, ...]] = {
    "read": ("pdfplumber", "pdfminer.six", "pypdfium2", "lxml"),
    "annotate": ("spacy", "scispacy"),
    "assemble": ("numpy", "scipy"),
}
LIBRARIES["portion"] = tuple(name for names in LIBRARIES.values() for name in names)


def digest(parts: Iterable[bytes]) -> str:
    """SHA-256 of the parts in order, each behind its length, so that no two lists of parts look alike."""
    total = hashlib.sha256()
    for part in parts:
        total.update(str(len(part)).encode() + b":" + part)
    return total.hexdigest()


def files_digest(root: Path, names: Iterable[str] = (".",), *, suffixes: tuple[str, ...] = ()) -> str:
    """SHA-256 over the names and bytes of these files, and of all files in these folders, below `root`."""
    return digest(
        part
        for path in sorted({path for name in names for path in _files(root / name)})
        if not suffixes or path.suffix in suffixes
        for part in (path.relative_to(root).as_posix().encode(), path.read_bytes())
    )


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        hidden = ("__pycache__", ".")
        inside = (found for found in path.rglob("*") if found.is_file())
        yield from (file for file in inside if not any(p.startswith(hidden) for p in file.relative_to(path).parts))
    elif path.is_file():
        yield path


@once
def stage_digest(stage: str) -> str:
    """Names the code, vocabularies and libraries that a stage's results depend on."""
    libraries = [f"{name} {_version(name)}" for name in LIBRARIES[stage]]
    return digest(
        text.encode() for text in (files_digest(PACKAGE, STAGES[stage]), platform.python_version(), *libraries)
    )


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""


@dataclass(frozen=True, slots=True)
class Codec(Generic[T]):
    """Turns values of one type into JSON bytes and back, Decimals exactly (62.0 stays 62.0, the word 62 a word)."""

    type: TypeAdapter[T]

    def dump(self, value: T) -> bytes:
        plain = self.type.dump_python(value)
        return json.dumps(plain, default=_tagged, separators=(",", ":")).encode()

    def load(self, body: bytes) -> T | None:
        """The value, or None where the bytes do not hold one of this type."""
        try:
            return self.type.validate_python(json.loads(body, object_hook=_untagged))
        except (ValueError, ArithmeticError):
            return None


def _tagged(value: object) -> dict[str, str]:
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    raise TypeError(f"{type(value).__name__} cannot be kept as JSON")


def _untagged(plain: dict[str, object]) -> object:
    return Decimal(str(plain["$decimal"])) if plain.keys() == {"$decimal"} else plain


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of results. Reading and writing never raise: what cannot be kept is made again next time."""

    folder: Path

    def place(self, stage: str, key: str) -> Path:
        return self.folder / stage / _generation(stage) / key[:2] / f"{key}.json"

    def get(self, stage: str, key: str) -> bytes | None:
        try:
            head, _, body = self.place(stage, key).read_bytes().partition(b"\n")
        except OSError:
            return None
        return body if head == _checksum(body) else None

    def put(self, stage: str, key: str, body: bytes) -> None:
        try:
            _write_beside(self.place(stage, key), _checksum(body) + b"\n" + body)
        except OSError:
            return

    def held(self) -> list[Kept]:
        """What is there, by stage and by the code that made it."""
        found = []
        for stage in STAGES:
            folder = self.folder / stage
            for made in sorted(folder.iterdir()) if folder.is_dir() else ():
                sizes = [file.stat().st_size for file in _files(made) if file.suffix == ".json"]
                found.append(Kept(stage, made, made.name == _generation(stage), len(sizes), sum(sizes)))
        return found


@dataclass(frozen=True, slots=True)
class Kept:
    """The results of one stage that one state of the code made. `current`: this program still uses them."""

    stage: str
    folder: Path
    current: bool
    entries: int
    size: int
    """Bytes."""


def _generation(stage: str) -> str:
    """The folder of the results that today's code makes: what lies beside it can go."""
    return stage_digest(stage)[:12]


def _checksum(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()


def _write_beside(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def default_folder() -> Path:
    """`LITEVIDENCE_CACHE`, else `litevidence` in the user's cache folder (`XDG_CACHE_HOME`, `~/.cache`)."""
    if own := os.environ.get("LITEVIDENCE_CACHE"):
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "litevidence"


def open_cache(folder: Path | None = None) -> Cache | None:
    """The cache, ready for use, or None where its folder cannot be written."""
    folder = folder or default_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Cache(folder)
    except (OSError, RuntimeError):  # RuntimeError: no home folder to expand `~` to
        return None
