"""Page furniture: running heads and feet, page numbers, line numbers. It never enters the text."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from operator import attrgetter

from pipeline.read.lines import Line, rows
from pipeline.read.tokens import Sheet, Token

MARGIN = 0.12
"""Share of the page's height, above and below, in which running heads and feet stand."""

_RUN = 5
"""Fewer numbers than these in a margin show no step."""

_NUMBER = re.compile(r"(?:page|p\.)?\s*[-–—]?\s*(\d{1,5}|[ivxlc]+)\s*[-–—]?\s*(?:(?:of|/)\s*\d+)?", re.IGNORECASE)
_STAMP = re.compile(
    r"https?://|www\.|\bdoi\b|10\.\d{4,}/|©|\(c\) \d{4}|copyright|all rights reserved|downloaded from|licen[sc]e|"
    r"\bissn\b|e-?mail|correspond|\bvol(?:ume)?\.? ?\d|\d{4}[;,] ?\d+ ?(?:\(\d+\))?[:,] ?[a-z]?\d+|author manuscript|"
    r"\(\d{4}\) \d+:\S|published online|open access",
    re.IGNORECASE,
)


def without_line_numbers(sheets: Sequence[Sheet]) -> list[tuple[Token, ...]]:
    """The words of each page without the margin's line numbers.

    A column of whole numbers is taken for line numbers where they stand clear of the text, are evenly spaced
    and rise by one step, on at least half of the pages that hold text: numbered references do not. On the other
    pages the numbers that end at the same x go with them.
    """
    sure = [next((column for column in _margins(sheet, _RUN) if _even(column)), []) for sheet in sheets]
    pages = [index for index, sheet in enumerate(sheets) if len(sheet.tokens) >= 20]
    if not pages or sum(bool(sure[index]) for index in pages) < max(1, 0.5 * len(pages)):
        return [sheet.tokens for sheet in sheets]
    ends = sorted(max(token.x1 for token in column) for column in sure if column)
    end = ends[len(ends) // 2]
    kept = []
    for sheet in sheets:
        gone = {id(token) for column in _margins(sheet) for token in column if abs(token.x1 - end) < 3}
        kept.append(tuple(token for token in sheet.tokens if id(token) not in gone))
    return kept


def _margins(sheet: Sheet, least: int = 1) -> tuple[list[Token], list[Token]]:
    """Whole numbers left of all other words, and right of them, from top to bottom; none if fewer than `least`."""
    whole = [token for token in sheet.tokens if token.text.isdecimal() and len(token.text) <= 4]
    if len(whole) < least:
        return [], []
    numbers = set(map(id, whole))
    others = [token for token in sheet.tokens if id(token) not in numbers]
    if len(others) < max(5, 0.5 * len(whole)):
        return [], []
    starts, ends = sorted(token.x0 for token in others), sorted(token.x1 for token in others)
    left, right = starts[len(starts) // 100], ends[-1 - len(ends) // 100]
    below = attrgetter("base")
    return (
        sorted((token for token in whole if token.x1 <= left + 0.5), key=below),
        sorted((token for token in whole if token.x0 >= right - 0.5), key=below),
    )


def _even(column: Sequence[Token]) -> bool:
    """Whether the numbers rise by one constant step and stand about as far apart as lines do."""
    if len(column) < _RUN:
        return False
    pairs = list(pairwise(column))
    steps = Counter(int(two.text) - int(one.text) for one, two in pairs)
    step, count = min(steps.items(), key=lambda item: (-item[1], item[0]))
    gaps = sorted(two.base - one.base for one, two in pairs)
    middle = gaps[len(gaps) // 2]
    near = sum(abs(gap - middle) < 0.35 * middle for gap in gaps)
    return step in (1, 2, 5, 10) and count >= 0.85 * len(pairs) and near >= 0.6 * len(gaps)


def without_running_heads(pages: Sequence[Sequence[Line]], sheets: Sequence[Sheet]) -> list[list[Line]]:
    """The lines of each page without running heads, running feet and page numbers.

    What stands alike (but for its numbers) near the edge of several pages is furniture; so are a lone page
    number and, on any page, an outermost line that is smaller than the text and reads like a stamp. Where nothing
    else would be left in the whole document, it is the text.
    """
    whole = [rows(lines) for lines in pages]
    edges = [_edge_rows(printed, sheet.height) for printed, sheet in zip(whole, sheets, strict=True)]
    seen: dict[str, set[int]] = defaultdict(set)
    for number, (head, foot) in enumerate(edges):
        for row in (*head, *foot):
            for piece in row:
                seen[_pattern(piece)].add(number)
    body = body_size(pages)
    kept: list[list[Line]] = []
    for lines, printed, edge, sheet in zip(pages, whole, edges, sheets, strict=True):
        gone: set[int] = _aloof(printed, body, sheet)
        for inwards, onwards in zip(edge, (printed, printed[::-1]), strict=True):
            count = 0
            while count < len(inwards) and _is_furniture(inwards[count], seen, body, sheet):
                count += 1
            while count and count < len(onwards) and _runs_on(onwards[count - 1], onwards[count]):
                count -= 1
            gone.update(id(piece) for row in inwards[:count] for piece in row)
        kept.append([piece for piece in lines if id(piece) not in gone])
    return kept if any(kept) else [list(lines) for lines in pages]


def _is_furniture(row: Sequence[Line], seen: Mapping[str, set[int]], body: float, sheet: Sheet) -> bool:
    """Whether all of a row recurs, reads like a stamp, or is one lone page number."""
    numbers = [piece for piece in row if len(seen[_pattern(piece)]) < 2 and _is_number(piece)]
    others = [piece for piece in row if len(seen[_pattern(piece)]) < 2 and not _is_number(piece)]
    return len(numbers) < 2 and all(_is_stamp(piece, body, sheet) for piece in others)


def _runs_on(row: Sequence[Line], inner: Sequence[Line]) -> bool:
    """Whether a row at the edge stands as close to its neighbour, and is as large, as lines of one text do."""
    size = row[0].size
    gap = max(inner[0].top - row[0].bottom, row[0].top - inner[0].bottom)
    return gap < 0.6 * size and abs(inner[0].size - size) < 0.03 * size


def _aloof(printed: Sequence[Sequence[Line]], body: float, sheet: Sheet) -> set[int]:
    """The outermost row of a page where it is in small print, far out and clear of the text."""
    if len(printed) < 8:
        return set()
    gone: set[int] = set()
    head, foot = printed[0], printed[-1]
    small = [max(piece.size for piece in row) < 0.9 * body for row in (head, foot)]
    if (
        small[0]
        and head[0].bottom < 0.075 * sheet.height
        and min(p.top for p in printed[1]) - head[0].bottom > 1.2 * body
    ):
        gone.update(id(piece) for piece in head)
    if (
        small[1]
        and foot[0].top > 0.925 * sheet.height
        and foot[0].top - max(p.bottom for p in printed[-2]) > 1.2 * body
    ):
        gone.update(id(piece) for piece in foot)
    return gone


def _edge_rows(printed: Sequence[list[Line]], height: float) -> tuple[list[list[Line]], list[list[Line]]]:
    """Up to three rows from each edge inwards, while they stand in the margin."""
    head = [row for row in printed[:3] if row[0].bottom < MARGIN * height]
    foot = [row for row in reversed(printed[-3:]) if row[0].top > (1 - MARGIN) * height and row not in head]
    return head, foot


def _pattern(piece: Line) -> str:
    """What a running head has in common from page to page: its words without numbers, and its height on the page."""
    text = re.sub(r"\d+|\b[ivxlc]+\b", "#", piece.text.lower())
    return f"{text}|{piece.base / 4:.0f}|{piece.size:.0f}"


def _is_number(piece: Line) -> bool:
    return bool(_NUMBER.fullmatch(piece.text.strip()))


def _is_stamp(piece: Line, body: float, sheet: Sheet) -> bool:
    outermost = piece.bottom < 0.07 * sheet.height or piece.top > 0.93 * sheet.height
    return outermost and piece.size < 0.95 * body and bool(_STAMP.search(piece.text))


def body_size(pages: Sequence[Sequence[Line]]) -> float:
    sizes = Counter[float]()
    for lines in pages:
        for piece in lines:
            sizes[round(piece.size * 2) / 2] += len(piece.text)
    return max(sorted(sizes), key=lambda size: sizes[size], default=10.0)
