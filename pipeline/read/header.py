"""A table's header to cells: levels, spanning heads, heads that reach over the levels."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.read.cells import Box, Row, Span, chunks, covered, split
from pipeline.read.tokens import Token


def _under_rules(row: Row, em: float) -> list[list[Token]]:
    """Runs of words of a header's line, parted where the rules under them part."""
    groups: dict[int, list[Token]] = {}
    for token in row.tokens:
        middle = 0.5 * (token.x0 + token.x1)
        over = next((index for index, (x0, x1) in enumerate(row.under) if x0 - 1 <= middle <= x1 + 1), -1)
        groups.setdefault(over, []).append(token)
    return sorted((run for tokens in groups.values() for run in chunks(tokens, em, 0.55)), key=lambda run: run[0].x0)


def _middle(run: Sequence[Token]) -> float:
    return 0.5 * (run[0].x0 + run[-1].x1)


def _shared(one: Span, two: Span) -> float:
    return min(one[1], two[1]) - max(one[0], two[0])


def header(rows: Sequence[Row], parts: Sequence[Span], em: float) -> list[Box]:
    """Header cells: levels end where a run of words spans columns; what has nothing above or below spans the levels."""
    placed: list[tuple[int, int, int, list[Token]]] = []
    for number, row in enumerate(rows):
        pieces = [piece for run in _under_rules(row, em) for piece in split(run, parts, em)]
        for piece in pieces:
            first, last = covered(piece, parts, em)
            for x0, x1 in row.under:
                if [other for other in pieces if x0 - 2 <= _middle(other) <= x1 + 2] == [piece]:
                    inside = [
                        i for i, (a, b) in enumerate(parts) if _shared((a, b), (x0, x1)) > 0.4 * min(b - a, x1 - x0)
                    ]
                    first, last = min([first, *inside]), max([last, *inside])
            placed.append((number, first, last, piece))
    spanning = sorted({number for number, first, last, _ in placed if last > first})
    levels = [level for level in spanning if any(number > level for number, *_ in placed)]
    boxes: list[Box] = []
    for number, first, last, piece in placed:
        level = sum(number > edge for edge in levels)
        same = [box for box in boxes if (box.column, box.column_span) == (first, last - first + 1)]
        above = [
            box for box in boxes if box.column < last + 1 and first < box.column + box.column_span and box not in same
        ]
        match = next(
            (box for box in reversed(same) if box.row == level or not any(o.row > box.row for o in above)), None
        )
        if match is not None and not (last > first and match.row != level):
            match.lines.append(piece)
            match.row_span = max(match.row_span, level - match.row + 1)
        else:
            boxes.append(Box(level, first, [piece], 1, last - first + 1, True))
    depth = len(levels) + 1
    for box in boxes:
        below = [
            o
            for o in boxes
            if o.row > box.row and o.column < box.column + box.column_span and box.column < o.column + o.column_span
        ]
        if not below and box.column_span == 1:
            box.row_span = depth - box.row
        above_ = [o for o in boxes if o.row < box.row and o.column <= box.column < o.column + o.column_span]
        if not above_ and box.column_span == 1 and box.row:
            box.row, box.row_span = 0, box.row + box.row_span
    return sorted(boxes, key=lambda box: (box.row, box.column))
