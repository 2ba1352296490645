"""The corpus: a review and what it cites, as `manifest.csv` lists them, and which file stands for which document.

A folder of this form:

- `manifest.csv`: a document a row, with the columns of `HEADER`
- `papers/`: the documents that come with the corpus, each with its sha256 in the manifest
- `originals/`: what a user holds; `originals/<document_id>.<suffix>` takes the place of the bundled document
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Literal, get_args

from pipeline.document import Input, Reference
from pipeline.names import study_id
from pipeline.places import is_url, sha256
from pipeline.rows import Row, RowFault, read_rows

MANIFEST, ORIGINALS = "manifest.csv", "originals"
SUFFIXES = (".pdf", ".xml", ".nxml", ".txt")

Kind = Literal["review", "trial", "cited"]
Identity = Literal["verified", "inferred", "inferred_weak", "unknown"]
"""How sure it is which publication an entry is: seen, concluded from what is said of it, a candidate, not known."""

KNOWN: tuple[Identity, ...] = ("verified", "inferred")
"""The identities that name a publication. Entries of the others are called `ref<number>`, for we do not guess."""

_FORMS = {
    "reference_number": (r"[1-9]\d*", "a number from 1"),
    "year": (r"(19|20)\d\d", "four digits"),
    "doi": (r"10\.\d{4,9}/\S+", "like 10.1001/archpsyc.63.8.856, without https:// or doi:"),
    "pmid": (r"[1-9]\d{0,7}", "up to eight digits"),
    "sha256": (r"[0-9a-f]{64}", "64 hexadecimal digits"),
}


class CorpusFault(ValueError):
    """A manifest that cannot be used; the text is one line that names the file and the mend."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the manifest. `reference_number` is the number in the review's list, None for a review itself.

    `document_id` is also the study id. `path` is relative to the corpus folder, or a URL, and empty where there is no file.
    """

    row: int
    reference_number: int | None
    document_id: str
    first_author: str
    authors: tuple[str, ...]
    year: str
    title: str
    journal: str
    volume: str
    pages: str
    doi: str
    pmid: str
    role: str
    identity: str
    licence: str
    path: str
    sha256: str
    stands_in_for: str
    note: str


HEADER = [field.name for field in fields(Entry) if field.name != "row"]
"""The columns of the manifest."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """The entries in the order of the manifest, and the user's own files by document id."""

    folder: Path
    entries: tuple[Entry, ...]
    originals: Mapping[str, Path]

    @property
    def reviews(self) -> tuple[str, ...]:
        """The document ids of the reviews."""
        return tuple(entry.document_id for entry in self.entries if entry.role == "review")

    @property
    def roles(self) -> Mapping[str, str]:
        """The role of each document id."""
        return MappingProxyType({entry.document_id: entry.role for entry in self.entries})

    def inputs(self) -> tuple[Input, ...]:
        """What there is to be read: an original where the user holds one, else the bundled document. Sorted by id."""
        files = {entry.document_id: _place(self.folder, entry.path) for entry in self.entries if entry.path}
        chosen = files | {name: str(path) for name, path in self.originals.items() if name in self.roles}
        return tuple(Input(document_id, chosen[document_id]) for document_id in sorted(chosen))

    def study_of(self, reference_number: int) -> str:
        """The study id of a number in the review's list; `ref<number>` where nobody knows whose it is."""
        ids = {entry.reference_number: entry.document_id for entry in self.entries}
        return ids.get(reference_number, f"ref{reference_number}")

    def references(self) -> tuple[Reference, ...]:
        """The review's list as far as it is known, so that a review that is read without it can be completed.

        Spans are empty, for these entries stand in no text.
        """
        return tuple(
            Reference(
                str(entry.reference_number),
                0,
                0,
                entry.authors,
                entry.year,
                entry.title,
                entry.journal,
                entry.volume,
                entry.pages,
                entry.doi,
                entry.pmid,
            )
            for entry in self.entries
            if entry.reference_number is not None and entry.identity in KNOWN
        )


def load(folder: Path) -> Corpus:
    """Reads a corpus. Raises CorpusFault for the first thing in the manifest that makes it unusable.

    Files are not opened: a missing or changed one is for `faults` to tell, and for the run to survive.
    """
    rows = _rows(folder)
    if fault := next(_row_faults(folder, rows), None):
        raise CorpusFault(fault)
    return Corpus(folder, tuple(_entry(row) for row in rows), _originals(folder))


def faults(folder: Path) -> tuple[str, ...]:
    """All that is wrong with a corpus, a line each: `path: row N: what, and how to mend it`; the header is row 1."""
    try:
        rows = _rows(folder)
    except CorpusFault as fault:
        return (str(fault),)
    found = list(_row_faults(folder, rows))
    known = {row["document_id"] for row in rows}
    for document_id, path in _originals(folder).items():
        if document_id not in known:
            found.append(f"{path}: no row of the manifest has the id {document_id!r}; name the file by a document_id")
    for row in rows:
        found.extend(_file_faults(folder, row))
    return tuple(found)


def _rows(folder: Path) -> tuple[Row, ...]:
    try:
        return read_rows(folder / MANIFEST, HEADER)
    except RowFault as fault:
        raise CorpusFault(str(fault)) from None


def _entry(row: Row) -> Entry:
    values = {name: row[name] for name in HEADER if name not in ("reference_number", "authors")}
    names = tuple(name for name in (part.strip(" .") for part in row["authors"].split(",")) if name and name != "et al")
    reference = int(row["reference_number"]) if row["reference_number"] else None
    return Entry(row=row.number, reference_number=reference, authors=names, **values)


def _originals(folder: Path) -> dict[str, Path]:
    """The user's files by document id, a PDF before other forms of the same document."""
    held = [path for path in sorted((folder / ORIGINALS).glob("*")) if path.suffix.lower() in SUFFIXES]
    held.sort(key=lambda path: SUFFIXES.index(path.suffix.lower()), reverse=True)
    return {path.stem: path for path in held}


def _row_faults(folder: Path, rows: Sequence[Row]) -> Iterator[str]:
    if not any(row["role"] == "review" for row in rows):
        yield f"{folder / MANIFEST}: no row has the role 'review'; give the review itself a row"
    expected = _expected_ids(rows)
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        for name, (form, words) in _FORMS.items():
            if row[name] and not re.fullmatch(form, row[name]):
                yield row.fault(f"the {name} {row[name]!r} must be {words}, or empty")
        for name, allowed in (("role", get_args(Kind)), ("identity", get_args(Identity))):
            if row[name] not in allowed:
                yield row.fault(f"unknown {name} {row[name]!r}; take one of {', '.join(allowed)}")
        if row["document_id"] != expected[row.number]:
            yield row.fault(
                f"the document_id {row['document_id']!r} must be {expected[row.number]!r}, by author and year"
            )
        if not row["reference_number"] and row["role"] != "review":
            yield row.fault("the reference_number is empty; only a review has none")
        for name in ("reference_number", "document_id", "path", "doi", "pmid"):
            if row[name] and (first := seen.setdefault((name, row[name]), row.number)) != row.number:
                yield row.fault(f"the {name} {row[name]!r} stands in row {first} already; every row needs its own")
        path = PurePosixPath(row["path"])
        if path.is_absolute() or ".." in path.parts:
            yield row.fault(f"the path {row['path']!r} leaves the corpus; give a path inside it")
        if row["path"] and not (row["sha256"] and row["licence"]):
            yield row.fault("a document with a path needs its sha256 and its licence")


def _expected_ids(rows: Sequence[Row]) -> dict[int, str]:
    """The id that each row should have, by row number: the second of a name gets `b`, the third `c`."""
    taken: Counter[str] = Counter()
    ids: dict[int, str] = {}
    for row in rows:
        if row["identity"] in KNOWN or row["role"] == "review":
            name = study_id(row["first_author"], row["year"])
            ids[row.number] = name + ("" if not taken[name] else chr(ord("a") + taken[name]))
            taken[name] += 1
        else:
            ids[row.number] = f"ref{row['reference_number']}"
    return ids


def _place(folder: Path, path: str) -> str:
    return path if is_url(path) else str(folder / path)


def _file_faults(folder: Path, row: Row) -> Iterator[str]:
    if not row["path"]:
        return
    path = _place(folder, row["path"])
    found = sha256(path)
    if not found:
        yield row.fault(f"{path} is not there; put it back, or empty the path")
    elif found != row["sha256"]:
        yield row.fault(f"{path} is not the file of this sha256; put the old file back, or write the new sha256")
