"""Rows and cells of a table to be, and which columns words stand in. Lengths in points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pipeline.read.tokens import Token

CHUNK = 0.9
"""Words nearer than this many ems belong to one cell."""

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Row:
    """One printed line of a table. `ruled`: a rule over the table's whole width stands right above it.

    `under` are the rules right below it that cover a part of the width.
    """

    tokens: tuple[Token, ...]
    page: int
    ruled: bool = False
    under: tuple[Span, ...] = ()

    @property
    def base(self) -> float:
        return self.tokens[0].base

    @property
    def size(self) -> float:
        return max(token.size for token in self.tokens)


@dataclass(slots=True)
class Box:
    """A cell to be: its place in the grid and its words, printed line by printed line."""

    row: int
    column: int
    lines: list[list[Token]] = field(default_factory=list)
    row_span: int = 1
    column_span: int = 1
    header: bool = False


def chunks(tokens: Sequence[Token], em: float, gap: float = CHUNK) -> list[list[Token]]:
    """Runs of words that stand close together."""
    runs: list[list[Token]] = []
    for token in sorted(tokens, key=lambda each: each.x0):
        if runs and token.x0 - max(each.x1 for each in runs[-1]) < gap * em:
            runs[-1].append(token)
        else:
            runs.append([token])
    return runs


def column_of(parts: Sequence[Span], token: Token) -> int:
    middle = 0.5 * (token.x0 + token.x1)
    return max(0, min(sum(middle >= start for start, _ in parts) - 1, len(parts) - 1))


def covered(run: Sequence[Token], parts: Sequence[Span], em: float) -> tuple[int, int]:
    """First and last column that a run of words stands in."""
    x0, x1 = min(token.x0 for token in run), max(token.x1 for token in run)
    touched = [index for index, (a, b) in enumerate(parts) if min(x1, b) - max(x0, a) > 0.25 * em]
    if not touched:
        return (column_of(parts, run[0]),) * 2
    return touched[0], touched[-1]


def split(run: Sequence[Token], parts: Sequence[Span], em: float) -> list[list[Token]]:
    """A run that reaches over columns, parted where a gap wider than a space stands at the border."""
    pieces: list[list[Token]] = [[run[0]]]
    for one, two in pairwise(run):
        border = any(one.x1 <= edge + 0.6 and two.x0 >= edge - 0.6 for edge, _ in parts[1:])
        if border and two.x0 - one.x1 >= 0.42 * em:
            pieces.append([])
        pieces[-1].append(two)
    return pieces
