"""Pure geometry of a page: where its columns part, and in which order its pieces are read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from pipeline.read.lines import Line, line, rows

LONG = 7.0
"""A run of at least this many ems counts as running text when columns are looked for."""

_SHELF = 24
"""Runs are looked up by their height, in steps of so many points."""


@dataclass(frozen=True, slots=True)
class Column:
    """Lines that are read from top to bottom, between two cuts and two spanning pieces of a page."""

    page: int
    index: int
    left: float
    right: float
    lines: tuple[Line, ...]


def cuts(pieces: Sequence[Line]) -> list[float]:
    """The x of every strip between two text columns, from left to right.

    A strip is where at least three long runs begin side by side at one x with long runs to their left, while
    hardly any run of the same height crosses it.
    """
    long = [piece for piece in pieces if piece.width >= LONG * piece.size and len(piece.tokens) > 1]
    shelves: dict[int, list[Line]] = defaultdict(list)
    for piece in long:
        shelves[int(piece.base // _SHELF)].append(piece)
    found: list[float] = []
    for edge in _edges(long):
        if found and edge - found[-1] < 6 * long[0].size:
            continue
        members = [piece for piece in long if -1.5 <= piece.x0 - edge <= 1.5]
        pairs = [(neighbour, piece) for piece in members if (neighbour := _left_of(piece, shelves)) is not None]
        if len(pairs) < max(3, 0.25 * len(members)):
            continue
        low, high = min(piece.top for _, piece in pairs), max(piece.bottom for _, piece in pairs)
        crossing = sum(
            piece.x0 < edge - 4 and piece.x1 > edge + 4 and piece.top < high and piece.bottom > low for piece in long
        )
        if crossing <= 0.6 * len(pairs):
            ends = sorted(neighbour.x1 for neighbour, _ in pairs)
            reach = ends[int(0.9 * (len(ends) - 1))]
            found.append(max(edge - 0.5 * max(edge - reach, 2.0), edge - 12))
    return found


def _edges(long: Sequence[Line]) -> list[float]:
    """Left edges that at least three runs share."""
    starts = sorted(piece.x0 for piece in long)
    edges: list[float] = []
    for index, start in enumerate(starts[:-2]):
        if starts[index + 2] - start <= 1.5 and (not edges or start - edges[-1] > 1.5):
            edges.append(start)
    return edges


def _left_of(piece: Line, shelves: Mapping[int, Sequence[Line]]) -> Line | None:
    """The nearest run to the left of this one, at its height."""
    middle = 0.5 * (piece.top + piece.bottom)
    beside = [
        other
        for shelf in range(int(piece.base // _SHELF) - 1, int(piece.base // _SHELF) + 2)
        for other in shelves.get(shelf, ())
        if other.top - 2 <= middle <= other.bottom + 2 and other.x1 <= piece.x0 - 0.4 * piece.size
    ]
    return max(beside, key=attrgetter("x1"), default=None)


def order(pieces: Sequence[Line], at: Sequence[float], page: int) -> list[Column]:
    """Pieces in reading order: bands between spanning pieces from top to bottom, columns within a band."""
    columns: list[Column] = []
    band: list[Line] = []
    for row in rows(pieces):
        spanning = [piece for piece in row if any(piece.x0 < cut - 2 and piece.x1 > cut + 2 for cut in at)]
        if not spanning:
            band.extend(row)
            continue
        held = [piece for piece in row if piece not in spanning and not _same_line(piece, spanning)]
        columns.extend(_band([*band, *held], at, page))
        band = []
        columns.extend(_column([piece for piece in row if piece not in held], page, -1))
    columns.extend(_band(band, at, page))
    return _joined(columns)


def _same_line(piece: Line, spanning: Sequence[Line]) -> bool:
    return any(abs(piece.base - other.base) < 0.1 * other.size and piece.size == other.size for other in spanning)


def _band(pieces: Sequence[Line], at: Sequence[float], page: int) -> list[Column]:
    parts: list[list[Line]] = [[] for _ in range(len(at) + 1)]
    for piece in pieces:
        parts[sum(piece.x0 >= cut - 2 for cut in at)].append(piece)
    return [column for index, part in enumerate(parts) for column in _column(part, page, index if at else -1)]


def _column(pieces: Sequence[Line], page: int, index: int) -> list[Column]:
    if not pieces:
        return []
    lines: list[Line] = []
    for row in rows(pieces):
        lines.extend(piece for piece in row if not piece.tokens)
        words = [piece for piece in row if piece.tokens]
        lines.extend(words if len(words) < 2 else [line(token for piece in words for token in piece.tokens)])
    return [Column(page, index, min(each.x0 for each in lines), max(each.x1 for each in lines), tuple(lines))]


def _joined(columns: Sequence[Column]) -> list[Column]:
    """Spanning lines that follow each other are one column."""
    joined: list[Column] = []
    for column in columns:
        last = joined[-1] if joined else None
        if last is not None and last.index == column.index == -1:
            left, right = min(last.left, column.left), max(last.right, column.right)
            joined[-1] = Column(column.page, -1, left, right, (*last.lines, *column.lines))
        else:
            joined.append(column)
    return joined
