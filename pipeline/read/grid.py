"""Rows of words to a grid of cells: columns from the strips that no row covers, logical rows, header levels.

Pure geometry: it knows words and rules, no PDF. Lengths in points.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from pipeline.read.cells import Box, Row, Span, chunks, column_of, covered
from pipeline.read.header import header
from pipeline.read.tokens import Token

_VALUE = re.compile(r"[<>≤≥=~±+−–-]?\s*[\d.]|[–—−-]$|NR\b|NS\b")

WRAP = 1.36
"""Lines of one cell stand at most this many ems apart."""

STRIP = 0.45
"""An empty strip of this many ems parts two columns, given at least three rows; two rows take half as much again."""


def grid(rows: Sequence[Row], verticals: Sequence[float]) -> list[Box]:
    """The cells of a table, in row order; empty where the rows do not stand in at least two columns.

    `verticals` are the x of rules that run down the table: where there are any, they part the columns, and rules
    between rows part the rows.
    """
    if len(rows) < 2:
        return []
    head = _header_lines(rows)
    body = rows[head:] or rows
    em = Counter(round(row.size, 1) for row in body).most_common(1)[0][0]
    parts = _by_rules(rows, verticals) or _parts(rows[:head], body, em)
    if not parts:
        return []
    heads = header(rows[:head], parts, em)
    depth = max((box.row + box.row_span for box in heads), default=0)
    logical = _logical(body, parts, em, bool(verticals)) if head < len(rows) else []
    boxes = list(heads)
    for number, lines in enumerate(logical, start=depth):
        boxes.extend(_cells(lines, number, parts, em))
    return boxes


def _header_lines(rows: Sequence[Row]) -> int:
    """How many printed lines stand above the body: down to the first inner rule, else the first row as wrapped."""
    ruled = next((index for index in range(1, len(rows)) if rows[index].ruled), 0)
    if ruled and (ruled <= 6 or ruled < 0.4 * len(rows)):
        return ruled
    bold = next((index for index, row in enumerate(rows) if not all(token.bold for token in row.tokens)), 0)
    if 0 < bold <= 6 and not all(row.tokens[0].bold for row in rows):
        return bold
    gaps = [two.base - one.base for one, two in pairwise(rows) if one.page == two.page]
    middle = sorted(gaps)[len(gaps) // 2] if gaps else 0.0
    count = 1
    left = min(token.x0 for row in rows for token in row.tokens)
    while count < min(5, len(rows) - 1) and rows[count].page == rows[0].page:
        close = rows[count].base - rows[count - 1].base < 0.87 * middle
        stub = rows[count].tokens[0].x0 < left + 2 * rows[count].size
        if not (close or not stub):
            break
        count += 1
    return count


def _by_rules(rows: Sequence[Row], verticals: Sequence[float]) -> list[Span]:
    """Columns between the rules that run down the table."""
    if len(verticals) < 2:
        return []
    low = min(token.x0 for row in rows for token in row.tokens)
    high = max(token.x1 for row in rows for token in row.tokens)
    inner = [x for x in verticals if low + 1 < x < high - 1]
    edges = [low - 4, *inner, high + 4]
    return list(pairwise(edges)) if inner else []


def _parts(head: Sequence[Row], body: Sequence[Row], em: float) -> list[Span]:
    """The columns as spans of x that touch each other."""
    low = min(token.x0 for row in (*head, *body) for token in row.tokens) - 1
    high = max(token.x1 for row in (*head, *body) for token in row.tokens) + 1
    telling = [row for row in body if len(chunks(row.tokens, em)) > 1]
    if not telling:
        return []
    strips = _strips(telling, em)
    spare = max(1, round(0.07 * len(telling))) if len(telling) >= 8 else 0
    for _ in range(spare):
        better = [(len(_strips(telling[:i] + telling[i + 1 :], em)), -i) for i in range(len(telling))]
        most, index = max(better)
        if most <= len(strips):
            break
        telling = telling[:-index] + telling[-index + 1 :]
        strips = _strips(telling, em)
    edges = [low, *(_cut(strip, head, telling, em) for strip in strips), high]
    return list(pairwise(edges)) if strips else []


def _strips(rows: Sequence[Row], em: float) -> list[Span]:
    """The strips of x between words that no row covers."""
    wide = (STRIP if len(rows) >= 3 else 1.5 * STRIP) * em
    covered = sorted((token.x0, token.x1) for row in rows for token in row.tokens)
    strips: list[Span] = []
    reach = covered[0][1]
    for x0, x1 in covered[1:]:
        if x0 - reach >= wide:
            strips.append((reach, x0))
        reach = max(reach, x1)
    return strips


def _cut(strip: Span, head: Sequence[Row], body: Sequence[Row], em: float) -> float:
    """Where in an empty strip two columns part: clear of the header's words, right before a shared left edge."""
    low, high = strip
    inside = sorted(
        (max(token.x0, low), min(token.x1, high))
        for row in head
        for token in row.tokens
        if token.x1 > low and token.x0 < high
    )
    starts = [token.x0 for row in body for token in row.tokens if high - 0.1 <= token.x0 <= high + 1.5]
    shared = len(starts) >= 0.6 * len(body)
    if shared and any(abs(token.x0 - high) <= 2.0 for row in head for token in row.tokens):
        before = max((x1 for x0, x1 in inside if x1 < high - 0.5), default=low)
        return high - min(0.5 * (high - before), 0.5 * em)
    gaps: list[Span] = []
    reach = low
    for x0, x1 in inside:
        if x0 > reach:
            gaps.append((reach, x0))
        reach = max(reach, x1)
    if high > reach:
        gaps.append((reach, high))
    start, end = max(gaps, key=lambda gap: (round(gap[1] - gap[0], 1), gap[0]), default=strip)
    return 0.5 * (start + end)


def _logical(body: Sequence[Row], parts: Sequence[Span], em: float, ruled: bool) -> list[list[Row]]:
    """Printed lines grouped into rows of the table."""
    if ruled and sum(row.ruled for row in body) >= 2:
        return _banded(body)
    limit = _leading(body, parts, em)
    grouped: list[list[Row]] = []
    for row in body:
        if grouped and not row.ruled and _wrapped(grouped[-1], row, parts, em, limit):
            grouped[-1].append(row)
        else:
            grouped.append([row])
    return grouped


def _leading(body: Sequence[Row], parts: Sequence[Span], em: float) -> float:
    """The distance up to which printed lines may belong to one cell: below it if rows stand wider, 0 if none can.

    Where lines stand alike, the distance tells nothing and is infinite. So it is where many lines that follow
    closely look like rows: then the wide gaps part groups of rows.
    """
    pairs = [(one, two) for one, two in pairwise(body) if one.page == two.page and not two.ruled]
    gaps = sorted(two.base - one.base for one, two in pairs)
    if not gaps:
        return math.inf
    if gaps[0] > WRAP * em:
        return 0.0
    if gaps[-1] <= 1.14 * gaps[0]:
        few = len(gaps) < 3 and not any(_is_row(one, two, parts) for one, two in pairs)
        return WRAP * em if few else math.inf
    wider = next(gap for gap in gaps if gap > 1.07 * gaps[0])
    limit = min(0.5 * (gaps[0] + wider), WRAP * em)
    close = [(one, two) for one, two in pairs if two.base - one.base <= limit]
    apart = sum(_is_row(one, two, parts) for one, two in close)
    return math.inf if apart > 0.35 * len(close) else limit


def _is_row(above: Row, row: Row, parts: Sequence[Span]) -> bool:
    """Whether a line looks like a row of its own: values stand under values, or its words begin anew in each column."""
    one, two = _texts(above, parts), _texts(row, parts)
    if any(_VALUE.match(two[column]) and _VALUE.match(one[column]) for column in two.keys() & one.keys() if column):
        return True
    return (
        0 in two
        and len(two) > 1
        and (two[0][0].isupper() or two[0].isdecimal())
        and not any(text[0].islower() for text in two.values())
    )


def _texts(row: Row, parts: Sequence[Span]) -> dict[int, str]:
    """The words of a line by column."""
    found: dict[int, str] = {}
    for token in row.tokens:
        column = column_of(parts, token)
        found[column] = f"{found[column]} {token.text}" if column in found else token.text
    return found


def _banded(body: Sequence[Row]) -> list[list[Row]]:
    bands: list[list[Row]] = []
    for row in body:
        if bands and not row.ruled:
            bands[-1].append(row)
        else:
            bands.append([row])
    return bands


def _filled(row: Row, parts: Sequence[Span]) -> set[int]:
    return {column_of(parts, token) for token in row.tokens}


def _wrapped(above: Sequence[Row], row: Row, parts: Sequence[Span], em: float, limit: float) -> bool:
    """Whether a printed line goes on with the cells of the row above."""
    if row.page != above[-1].page or row.base - above[-1].base > limit:
        return False
    columns, first = _filled(row, parts), _filled(above[0], parts)
    if columns == {0}:
        return _goes_on(above, row, parts, em, spaced=limit < math.inf)
    if limit < math.inf:
        return True
    return 0 not in columns and len(columns) < 0.6 * len(first) and not _is_row(above[-1], row, parts)


def _goes_on(above: Sequence[Row], row: Row, parts: Sequence[Span], em: float, *, spaced: bool) -> bool:
    """Whether words in the first column alone wrap the row above, and do not head a group of rows."""
    last = [token for token in above[-1].tokens if column_of(parts, token) == 0]
    if not last or len(_filled(above[0], parts)) == 1:
        return False
    if spaced or last[-1].hyphen or re.match(r"[a-z(&/]", row.tokens[0].text):
        return True
    room = parts[0][1] - max(token.x1 for token in last) - 0.3 * em
    return row.tokens[0].x1 - row.tokens[0].x0 > room and row.tokens[0].x0 > last[0].x0 + 0.4 * em


def _cells(lines: Sequence[Row], number: int, parts: Sequence[Span], em: float) -> list[Box]:
    """One row's cells; a lone run of words that crosses columns heads a group and spans what it covers."""
    if len(lines) == 1:
        runs = chunks(lines[0].tokens, em, 0.6)
        if len(runs) == 1:
            first, last = covered(runs[0], parts, em)
            if last > first:
                return [Box(number, first, [list(runs[0])], 1, len(parts) - first)]
    boxes: dict[int, Box] = {}
    for row in lines:
        held: dict[int, list[Token]] = {}
        for token in row.tokens:
            column = column_of(parts, token)
            if token.raised and token.glued and held:
                column = max(held)
            held.setdefault(column, []).append(token)
        for column, tokens in held.items():
            boxes.setdefault(column, Box(number, column)).lines.append(tokens)
    return [boxes[column] for column in sorted(boxes)]
