"""Sources to documents: `find` lists what is there, `read` reads one of them. A bad source is a document too."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePath

from pipeline import places
from pipeline.document import Document, Input
from pipeline.read.pdf import read_pdf
from pipeline.read.plain import read_plain
from pipeline.read.pubmed import citations_of
from pipeline.read.xml import read_xml

Reader = Callable[[Input, bytes, str], Document]

READERS: dict[str, Reader] = {
    ".pdf": read_pdf,
    ".txt": read_plain,
    ".jsonl": read_plain,
    ".xml": read_xml,
    ".nxml": read_xml,
}
"""A reader for each suffix: it takes the input, the file's bytes and their SHA-256, and never raises for bad bytes."""


def find(paths: Sequence[Path | str]) -> tuple[Input, ...]:
    """The documents of files and folders, folders walked in sorted order; each line of a `.jsonl`
    is one, and so is each article of a PubMed set that holds several. URLs are strings.

    A file that is named outright is listed whatever its suffix, so that `read` can say what is wrong with it; of a
    folder only the suffixes in `READERS` are taken. Ids that are given twice get `-2`, `-3`.
    """
    taken: set[str] = set()
    inputs: list[Input] = []
    for path in paths:
        for file in _files(path):
            for id_, line in _documents(file):
                inputs.append(Input(_unique(id_, taken), file, line))
    return tuple(inputs)


def read(source: Input) -> Document:
    """Reads one document. Whatever is wrong with it stands in its `status` and `reason`; nothing is raised."""
    kind = places.suffix(source.path)
    try:
        data = places.data(source.path)
    except OSError as fault:
        reason = f"cannot be opened: {fault.strerror or fault}"
        return Document(source.document_id, source.path, "", kind[1:], status="failed", reason=reason)
    sha256 = hashlib.sha256(data).hexdigest()
    failed = Document(source.document_id, source.path, sha256, kind[1:], status="failed")
    reader = READERS.get(kind)
    if reader is None:
        return replace(failed, reason=f"unknown type {kind!r}: one of {', '.join(sorted(READERS))} is needed")
    if not data.strip():
        return replace(failed, reason="empty: the file holds nothing")
    if wrong := _content(kind, data):
        return replace(failed, reason=wrong)
    named = replace(source, path=places.name(source.path))  # of a URL not all is a path
    try:
        return replace(reader(named, data, sha256), path=source.path)
    except (ValueError, ArithmeticError, LookupError, RecursionError, MemoryError, OSError) as fault:
        return replace(failed, reason=f"cannot be read: {type(fault).__name__}: {' '.join(str(fault).split())[:200]}")


def _content(suffix: str, data: bytes) -> str:
    """What speaks against the suffix, in one line; empty where nothing does."""
    head = data[:1024]
    if suffix != ".pdf" and head.lstrip().startswith(b"%PDF-"):
        return f"wrong suffix: the file is a PDF, not {suffix}; rename it"
    if suffix == ".pdf" and b"%PDF" not in head:
        if head.lstrip()[:5] in (b"<?xml", b"<!DOC") or head.lstrip()[:5].lower() == b"<html":
            return "wrong suffix: the file is XML or HTML, not a PDF"
        if head[:2] == b"PK":
            return "wrong suffix: the file is a ZIP archive or an office document, not a PDF"
    return ""


def _files(path: Path | str) -> Iterator[str]:
    if isinstance(path, str) and places.is_url(path):
        files = places.listed(path)
        yield from (file for file in files if len(files) == 1 or places.suffix(file) in READERS)
        return
    folder = Path(path)
    if not folder.is_dir():
        yield str(folder)
        return
    for file in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
        if file.suffix.lower() in READERS and file.is_file() and not hidden:
            yield str(file)


def _documents(file: str) -> Iterator[tuple[str, int]]:
    """Id and line of each document of a file."""
    kind, stem = places.suffix(file), PurePath(places.name(file)).stem
    try:
        data = (places.fetch if places.is_url(file) else places.data)(file) if kind in (".jsonl", ".xml") else b""
    except OSError:
        data = b""
    if kind == ".xml" and (ids := citations_of(data)):
        yield from ((id_ or f"{stem}-{number}", number) for number, id_ in enumerate(ids, start=1))
        return
    if kind != ".jsonl":
        yield stem, 0
        return
    lines = data.split(b"\n")
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _id_of(line) or f"{stem}-{number}", number
    if not any(line.strip() for line in lines):
        yield stem, 0


def _id_of(line: bytes) -> str:
    try:
        held = json.loads(line)
    except (ValueError, RecursionError):
        return ""
    id_ = held.get("id") if isinstance(held, dict) else None
    return re.sub(r"[^\w.-]+", "_", str(id_)).strip("._") if isinstance(id_, str | int) else ""


def _unique(id_: str, taken: set[str]) -> str:
    candidate, count = id_ or "document", 1
    while candidate in taken:
        count += 1
        candidate = f"{id_ or 'document'}-{count}"
    taken.add(candidate)
    return candidate
