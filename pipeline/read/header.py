"""A table's header to cells: levels, spanning heads, heads that reach over the levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Head:
    """A run of words of a header: its printed line, the first and last column it stands over."""

    line: int
    first: int
    last: int
    words: list[Token]

    @property
    def columns(self) -> set[int]:
        return set(range(self.first, self.last + 1))


def header(rows: Sequence[Row], parts: Sequence[Span], em: float) -> list[Box]:
    """Header cells: levels end where a run of words spans columns; what has nothing above or below spans the levels."""
    heads = [head for number, row in enumerate(rows) for head in _heads(number, row, parts, em)]
    for number in range(len(rows) - 1):
        heads = _spread(heads, number, rows, parts, em)
    heads = [_wrapped(head, heads) for head in heads]
    spanning = sorted({head.line for head in heads if head.last > head.first})
    levels = [level for level in spanning if any(head.line > level for head in heads)]
    boxes: list[Box] = []
    for head in heads:
        _put(boxes, head, sum(head.line > edge for edge in levels))
    return _stretched(boxes, len(levels) + 1)


def _wrapped(head: Head, heads: Sequence[Head]) -> Head:
    """A head that goes on with the spanning head above it, if it begins with a small letter and stands there alone."""
    above = [
        other
        for other in heads
        if other.line == head.line - 1 and len(other.columns) > 1 and other.columns >= head.columns
    ]
    if len(above) != 1 or not head.words[0].text[:1].islower():
        return head
    beside = [other for other in heads if other.line == head.line and other.columns & above[0].columns]
    return Head(above[0].line, above[0].first, above[0].last, head.words) if len(beside) == 1 else head


def _heads(number: int, row: Row, parts: Sequence[Span], em: float) -> list[Head]:
    """The runs of a line with the columns they cover, or that the rule under each covers if it is that run's alone."""
    pieces = [piece for run in _under_rules(row, em) for piece in split(run, parts, em)]
    found: list[Head] = []
    for piece in pieces:
        first, last = covered(piece, parts, em)
        for x0, x1 in row.under:
            if [other for other in pieces if x0 - 2 <= _middle(other) <= x1 + 2] == [piece]:
                inside = [i for i, (a, b) in enumerate(parts) if _shared((a, b), (x0, x1)) > 0.4 * min(b - a, x1 - x0)]
                first, last = min([first, *inside]), max([last, *inside])
        found.append(Head(number, first, last, piece))
    return found


def _spread(heads: list[Head], number: int, rows: Sequence[Row], parts: Sequence[Span], em: float) -> list[Head]:
    """Spreads centred heads without rules over the columns whose own heads stand on the next line.

    Only where the two lines stand further apart than lines of one cell, or the lower heads repeat themselves, and
    where after it no lower head is left without one above.
    """
    upper = [head for head in heads if head.line == number]
    lower = [head for head in heads if head.line == number + 1]
    free = {c for head in lower for c in head.columns} - {c for head in upper for c in head.columns}
    said = [" ".join(token.text for token in head.words) for head in lower]
    apart = rows[number + 1].base - rows[number].base > 1.22 * em or len(set(said)) < len(said)
    if not free or not apart or len(upper) >= len(lower):
        return heads
    spread = _fitted(upper, free, [parts, _by_left_edges(lower, parts, em)], em)
    if spread is None:
        return heads
    return sorted([*spread, *(head for head in heads if head.line != number)], key=lambda head: (head.line, head.first))


def _by_left_edges(lower: Sequence[Head], parts: Sequence[Span], em: float) -> list[Span]:
    """The columns as their heads' left edges part them; the last is taken to be as wide as the one before."""
    lefts = {head.first: head.words[0].x0 for head in lower if head.first == head.last}
    starts = [lefts.get(column, part[0] + 0.4 * em) for column, part in enumerate(parts)]
    last = max(parts[-1][1], 2 * starts[-1] - starts[-2]) if len(starts) > 1 else parts[-1][1]
    return list(zip(starts, [start - 0.75 * em for start in starts[1:]] + [last], strict=True))


def _fitted(upper: Sequence[Head], free: set[int], edges: Sequence[Sequence[Span]], em: float) -> list[Head] | None:
    """The heads over columns that do not overlap and leave no free one out, with their middles nearest to the columns'."""
    best: dict[int, tuple[float, list[Head]]] = {-1: (0.0, [])}
    for head in sorted(upper, key=lambda each: each.first):
        further: dict[int, tuple[float, list[Head]]] = {}
        for end, (cost, held) in best.items():
            for first, last, off in _spans(head, free, edges, em):
                skipped = {column for column in free if end < column < first}
                if first > end and not skipped and (last not in further or cost + off < further[last][0]):
                    further[last] = (cost + off, [*held, Head(head.line, first, last, head.words)])
        best = further
    whole = [(cost, held) for end, (cost, held) in best.items() if not any(column > end for column in free)]
    return min(whole, key=lambda each: each[0])[1] if whole else None


def _spans(head: Head, free: set[int], edges: Sequence[Sequence[Span]], em: float) -> list[tuple[int, int, float]]:
    """First and last column that a head may stand over, and how far its middle is from theirs."""
    middle = _middle(head.words)
    found = [(head.first, head.last, 0.0 if head.first == head.last else em)]
    for first in range(head.first + 1):
        for last in range(head.last, len(edges[0])):
            off = min(abs(0.5 * (parts[first][0] + parts[last][1]) - middle) for parts in edges)
            if last > first and set(range(first, last + 1)) - head.columns <= free and off <= 1.3 * em:
                found.append((first, last, off))
    return found


def _put(boxes: list[Box], head: Head, level: int) -> None:
    """Adds a run to the cell that it wraps, or as a cell of its own."""
    same = [box for box in boxes if (box.column, box.column_span) == (head.first, head.last - head.first + 1)]
    around = [box for box in boxes if _over(box, head.first, head.last) and box not in same]
    match = next((box for box in reversed(same) if box.row == level or all(o.row <= box.row for o in around)), None)
    if match is not None and (head.last == head.first or match.row == level):
        match.lines.append(head.words)
        match.row_span = max(match.row_span, level - match.row + 1)
    else:
        boxes.append(Box(level, head.first, [head.words], 1, head.last - head.first + 1, True))


def _over(box: Box, first: int, last: int) -> bool:
    return box.column <= last and first < box.column + box.column_span


def _stretched(boxes: list[Box], depth: int) -> list[Box]:
    """Cells of one column reach down, and up, to the next cell of their column."""
    for box in boxes:
        if box.column_span > 1:
            continue
        others = [other for other in boxes if other is not box and _over(other, box.column, box.column)]
        if not any(other.row > box.row for other in others):
            box.row_span = depth - box.row
        if not any(other.row < box.row for other in others) and box.row:
            box.row, box.row_span = 0, box.row + box.row_span
    return sorted(boxes, key=lambda box: (box.row, box.column))
