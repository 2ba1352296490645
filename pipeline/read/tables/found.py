"""What a table on a page is before it is a grid, and the page that it is looked for on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.read.cells import Row, chunks
from pipeline.read.lines import Line
from pipeline.read.rules import Rule

CAPTION = re.compile(
    r"(?:(?:Supplement(?:ary|al)|Appendix|Extended Data|Web)\s+)?(?:Table|TABLE|Tab\.)\s+"
    r"(?P<label>[A-Z]?\d+[A-Za-z]?|[IVX]+)\b(?P<end>\s*[.:|–—-])?\s*(?P<rest>.*)"
)


@dataclass(frozen=True, slots=True)
class View:
    """One page: its lines, its rules as drawn and joined, where its columns part, the size of its text."""

    pieces: tuple[Line, ...]
    ruled: tuple[Rule, ...]
    flat: tuple[Rule, ...]
    at: tuple[float, ...]
    body: float
    width: float
    captions: tuple[Line, ...]

    def held(self, x0: float, x1: float, top: float, bottom: float) -> list[Line]:
        """The lines whose middle stands between these x and whose baseline stands between these heights."""
        return [piece for piece in self.pieces if x0 <= 0.5 * (piece.x0 + piece.x1) <= x1 and top < piece.base < bottom]

    def stop(self, below: float, x0: float, x1: float) -> float:
        """Where the next table's caption begins, infinite if there is none."""
        tops = [each.top for each in self.captions if each.top > below and each.x0 < x1 and each.x1 > x0]
        return min(tops, default=float("inf"))


@dataclass(frozen=True, slots=True)
class Found:
    """A table's printed lines, apart by what they are, and the frame it stands in."""

    label: str
    page: int
    caption: tuple[Line, ...]
    rows: tuple[Row, ...]
    notes: tuple[Line, ...]
    frame: tuple[float, float, float, float]
    """x0, top, x1, bottom"""
    verticals: tuple[float, ...]

    @property
    def size(self) -> float:
        return Counter(round(row.size, 1) for row in self.rows).most_common(1)[0][0]


def label(caption: Line) -> str:
    """The number that a caption gives its table."""
    match = CAPTION.match(caption.text)
    return match["label"] if match else ""


def single(row: Sequence[Line], size: float) -> bool:
    """Whether a row is one unbroken run of words."""
    return len(row) == 1 and len(chunks(row[0].tokens, size)) == 1


def tabular(held: Sequence[Sequence[Line]]) -> bool:
    """Whether many of the rows stand in columns."""
    parted = [row for row in held if len(row) > 1 or len(chunks(row[0].tokens, row[0].size)) > 1]
    return len(parted) >= 0.4 * len(held)


def is_prose(held: Sequence[Sequence[Line]], width: float, body: float) -> bool:
    """Rows of running text: unbroken runs most of which are long; or long runs of the text's own size side by side."""
    if len(held) < 2:
        return False
    if all(len(row) == 1 for row in held):
        return sum(row[0].width > 0.6 * width for row in held) >= 0.6 * len(held)
    pieces = [piece for row in held for piece in row]
    long = [
        piece for piece in pieces if len(piece.tokens) >= 5 and piece.size >= 0.97 * body and piece.width > 0.25 * width
    ]
    return len(held) >= 4 and len(long) >= 0.6 * len(pieces)
