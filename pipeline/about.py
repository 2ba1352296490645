"""What a run was made by, of what, and when: the content of `run.json`, the only file that holds clock times."""

from __future__ import annotations

import platform
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pipeline import __version__
from pipeline.cache import PACKAGE, files_digest

VOCABULARIES = "vocab"
LIBRARIES = ("spacy", "scispacy", "pdfplumber", "pypdfium2", "pydantic")


def code_digest() -> str:
    """SHA-256 over all modules, templates and weights of the package."""
    names = [path.name for path in PACKAGE.iterdir() if path.name != VOCABULARIES]
    return files_digest(PACKAGE, names, suffixes=(".py", ".html", ".csv", ".npz"))


def vocabularies_digest() -> str:
    return files_digest(PACKAGE, [VOCABULARIES], suffixes=(".csv",))


def data_digest(folder: Path) -> str:
    """SHA-256 over the tables and documents of a corpus or of gold, by names relative to the folder."""
    return files_digest(folder, suffixes=(".csv", ".json", ".pdf", ".xml", ".nxml", ".txt", ".jsonl"))


class Clock:
    """Starts when it is made."""

    def __init__(self) -> None:
        self._began = datetime.now(UTC)
        self._ticks = time.monotonic()

    def timings(self) -> Mapping[str, object]:
        seconds = round(time.monotonic() - self._ticks, 2)
        return {"began": self._began.isoformat(timespec="seconds"), "seconds": seconds}


def run_info(
    options: Mapping[str, object], counts: Mapping[str, int], clock: Clock, digests: Mapping[str, str] | None = None
) -> dict[str, object]:
    """What `run.json` says. `directory` is where relative paths began."""
    made = {**made_by(), **(digests or {}), "options": options, "directory": str(Path.cwd())}
    return {**made, "counts": counts, "timings": clock.timings()}


def made_by() -> Mapping[str, object]:
    """Which program it was."""
    return {
        "version": __version__,
        "code": code_digest(),
        "vocabularies": vocabularies_digest(),
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in LIBRARIES},
    }


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""
