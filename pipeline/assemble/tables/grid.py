"""A table with its mentions: what a cell, its headers and the caption say."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.document import Cell, Citation, Document, Note, Span, Table
from pipeline.evidence import Mention

_DASH = re.compile(
    r"^(?:[-‐‑‒–—−]+|\.{2,}|…|n\.?r\.?|n\.?d\.?|n/?a|not reported|not stated|not applicable|not available)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of a document with the document's mentions (sorted by start)."""

    document: Document
    table: Table
    mentions: Sequence[Mention]

    def text(self, cell: Cell) -> str:
        return " ".join(self.document.text[cell.start : cell.end].split())

    def within(self, start: int, end: int) -> list[Mention]:
        first = bisect_left(self.mentions, start, key=lambda one: one.start)
        last = bisect_left(self.mentions, end, key=lambda one: one.start)
        return [one for one in self.mentions[first:last] if one.end <= end]

    def of(self, cell: Cell) -> list[Mention]:
        return self.within(cell.start, cell.end)

    def caption(self) -> list[Mention]:
        caption = self.table.caption
        return self.within(*caption) if caption is not None else []

    def citations(self, span: Span) -> list[Citation]:
        return [one for one in self.document.citations if span.start <= one.start and one.end <= span.end]

    @property
    def header_rows(self) -> int:
        """How many rows at the top are header."""
        return max((cell.row + cell.row_span for cell in self.table.cells if cell.header), default=0)

    def headers(self, column: int) -> list[Cell]:
        """The header cells over a column, from the top."""
        found = (self.table.at(row, column) for row in range(self.header_rows))
        return list(dict.fromkeys(cell for cell in found if cell is not None))

    def header_text(self, column: int) -> str:
        return " ".join(text for text in (self.text(cell) for cell in self.headers(column)) if text)

    def body(self) -> list[tuple[int, list[Cell]]]:
        """The body rows in order, each with its non-empty cells from the left."""
        rows: dict[int, list[Cell]] = {}
        for cell in self.table.cells:
            if cell.row >= self.header_rows:
                rows.setdefault(cell.row, []).append(cell)
        return [(row, sorted(cells, key=lambda cell: cell.column)) for row, cells in sorted(rows.items())]

    def note(self, mark: str) -> Note | None:
        return next((note for note in self.table.notes if note.mark == mark), None)

    def explained(self, cell: Cell, column: int) -> Note | None:
        """The note that a cell's own mark points to, else the one its header's mark points to."""
        marks = [*cell.marks, *(mark for header in self.headers(column) for mark in header.marks)]
        return next((note for note in (self.note(mark) for mark in marks) if note is not None), None)


def is_dash(text: str) -> bool:
    """Whether a cell states that there is nothing to report."""
    return bool(_DASH.match(text.strip()))
