"""The vocabularies: CSV files under `vocab/`, a concept a row, read once and checked.

Columns, the same in every file: `id, preferred, names, kind, low, high, xrefs, note`.

- `id`: unique in its file, stable, lower case.
- `names`: other ways to print the concept, divided by `|`. A name in capitals (`IV`) matches in capitals only;
  all others match whatever the case, with hyphen, dash and space alike.
- `kind`: what sort of concept it is, from the list that `vocab/README.md` gives for the file.
- `low`, `high`: the range of a score, where there is one.
- `xrefs`: identifiers elsewhere, `|`-separated, each `SYSTEM:CODE`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path

VOCAB = Path(__file__).parent / "vocab"
HEADER = ["id", "preferred", "names", "kind", "low", "high", "xrefs", "note"]


class VocabularyFault(ValueError):
    """A vocabulary row that cannot be used; the text names the file and the row."""


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing we can recognise, with all the ways to print it (`names` begins with `preferred`)."""

    id: str
    preferred: str
    names: tuple[str, ...]
    kind: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    xrefs: tuple[str, ...] = ()
    note: str = ""


@cache
def vocabulary(name: str) -> tuple[Concept, ...]:
    """The concepts of `vocab/<name>.csv` in the order of the file. Raises VocabularyFault for a bad row."""
    return read_vocabulary(VOCAB / f"{name}.csv")


def read_vocabulary(path: Path) -> tuple[Concept, ...]:
    """Reads and checks one vocabulary file. Raises VocabularyFault with the file and the row (the header is row 1)."""
    concepts: dict[str, Concept] = {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        if next(rows, None) != HEADER:
            raise VocabularyFault(f"{path}: row 1: the header must be {','.join(HEADER)}")
        for number, row in enumerate(rows, start=2):
            where = f"{path}: row {number}"
            if len(row) != len(HEADER):
                raise VocabularyFault(f"{where}: {len(row)} cells where {len(HEADER)} belong")
            concept = _concept(row, where)
            if concept.id in concepts:
                raise VocabularyFault(f"{where}: the id {concept.id!r} is there twice")
            concepts[concept.id] = concept
    return tuple(concepts.values())


def _concept(row: list[str], where: str) -> Concept:
    id_, preferred, names, kind, low, high, xrefs, note = (cell.strip() for cell in row)
    if not id_ or not preferred:
        raise VocabularyFault(f"{where}: id and preferred must not be empty")
    try:
        bounds = [Decimal(cell) if cell else None for cell in (low, high)]
    except InvalidOperation:
        raise VocabularyFault(f"{where}: low and high must be numbers") from None
    others = [name.strip() for name in names.split("|") if name.strip()]
    return Concept(
        id_,
        preferred,
        tuple(dict.fromkeys([preferred, *others])),
        kind,
        bounds[0],
        bounds[1],
        tuple(xref.strip() for xref in xrefs.split("|") if xref.strip()),
        note,
    )
