"""A CSV file of a fixed header, read so that every fault can name its row. Standard library only."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


class RowFault(ValueError):
    """A file that is not such a CSV; the text is one line that names the file, the row and the mend."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `number` counts the file's rows from 1, the header being row 1; cells hold no outer white space."""

    path: Path
    number: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def fault(self, words: str) -> str:
        """The words, with the place before them."""
        return f"{self.path}: row {self.number}: {words}"


def read_rows(path: Path, header: Sequence[str]) -> tuple[Row, ...]:
    """All rows below the header. Raises RowFault for a file that is missing, not UTF-8, or of another shape."""
    if not path.is_file():
        raise RowFault(f"{path}: not there; it must be a CSV file with the header {','.join(header)}")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise RowFault(f"{path}: not UTF-8; save it as UTF-8") from None
    return tuple(_rows(path, header, text))


def _rows(path: Path, header: Sequence[str], text: str) -> Iterator[Row]:
    lines = csv.reader(text.splitlines(keepends=True), strict=True)
    number = 0
    try:
        for number, cells in enumerate(lines, start=1):
            if number == 1 and cells != list(header):
                raise RowFault(f"{path}: row 1: the header must be {','.join(header)}")
            if len(cells) != len(header):
                raise RowFault(f"{path}: row {number}: {len(cells)} cells where {len(header)} belong; mend the commas")
            if number > 1:
                yield Row(path, number, dict(zip(header, (cell.strip() for cell in cells), strict=True)))
    except csv.Error as error:
        raise RowFault(f"{path}: row {number + 1}: {error}; mend the quotation marks") from None
    if number == 0:
        raise RowFault(f"{path}: empty; row 1 must be the header {','.join(header)}")
