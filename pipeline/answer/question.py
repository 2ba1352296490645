"""Questions of reviewers, and the file that holds them. Standard library only."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.rows import Row, RowFault, read_rows

REQUIRED = ("intervention", "comparator", "outcome")
OPTIONAL = ("timepoint", "document_id", "outcome_type")
TYPES = ("binary", "continuous")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a document; `number` is the row of the file below its header, from 1.

    An empty `document_id` asks every document, an empty `outcome_type` takes what the document states, and without
    a `timepoint` the end of treatment is preferred, then the latest time.
    """

    number: int
    intervention: str
    comparator: str
    outcome: str
    timepoint: str = ""
    document_id: str = ""
    outcome_type: str = ""

    def asks(self, document_id: str) -> bool:
        return self.document_id in ("", document_id)


def read_questions(path: Path) -> tuple[Question, ...]:
    """The questions of a CSV file. Raises RowFault, one line that names the file, the row and the mend."""
    rows = read_rows(path, _header(path))
    if not rows:
        raise RowFault(f"{path}: row 2: holds no question; write one a row below the header")
    return tuple(_question(row, number) for number, row in enumerate(rows, start=1))


def _header(path: Path) -> tuple[str, ...]:
    """The file's own header, where it has the columns that it must and none that means nothing."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return REQUIRED  # what is wrong is said by who reads the rows
    header = next(csv.reader(lines[:1]), []) if lines else []
    if faults := [*_faults(header)] if header else []:
        wanted = f"{','.join(REQUIRED)} and, where wanted, {','.join(OPTIONAL)}"
        raise RowFault(f"{path}: row 1: {faults[0]}; the header must be {wanted}")
    return tuple(header) or REQUIRED


def _faults(header: list[str]) -> Iterator[str]:
    yield from (f"the column {name} is missing" for name in REQUIRED if name not in header)
    yield from (f"there is no column {name!r}" for name in header if name not in (*REQUIRED, *OPTIONAL))
    yield from (f"the column {name} stands there twice" for name in header if header.count(name) > 1)


def _question(row: Row, number: int) -> Question:
    for name in REQUIRED:
        if not any(character.isalnum() for character in row[name]):
            raise RowFault(row.fault(f"{name} is empty; say in words what is asked for"))
    cells = {name: row.cells.get(name, "") for name in (*REQUIRED, *OPTIONAL)}
    if cells["outcome_type"] not in ("", *TYPES):
        raise RowFault(row.fault(f"outcome_type is {cells['outcome_type']!r}; write binary or continuous, or leave it"))
    if cells["intervention"].casefold() == cells["comparator"].casefold():
        raise RowFault(row.fault("intervention and comparator are the same; name two arms"))
    return Question(number, **cells)
