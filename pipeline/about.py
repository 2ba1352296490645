"""What a run was made by: versions, and digests of code, vocabularies and data."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pipeline import __version__
from pipeline.cache import PACKAGE, files_digest

LIBRARIES = ("spacy", "scispacy", "pdfplumber", "pypdfium2", "pydantic")


def code_digest() -> str:
    """SHA-256 over all modules and templates of the package."""
    return files_digest(PACKAGE, suffixes=(".py", ".html"))


def vocabularies_digest() -> str:
    return files_digest(PACKAGE, ["vocab"], suffixes=(".csv",))


def data_digest(folder: Path) -> str:
    """SHA-256 over the tables and documents of a corpus or of gold, by names relative to the folder."""
    return files_digest(folder, suffixes=(".csv", ".json", ".pdf", ".xml", ".nxml", ".txt", ".jsonl"))


def made_by() -> Mapping[str, object]:
    """The part of `run.json` that says which program wrote it."""
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
