"""Where the tables of a page stand: from the caption, along the rules, or down the rows where there are no rules."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.read.grid import Row, chunks
from pipeline.read.lines import Line, rows
from pipeline.read.rules import Rule, joined

CAPTION = re.compile(
    r"(?:(?:Supplement(?:ary|al)|Appendix|Extended Data|Web)\s+)?(?:Table|TABLE|Tab\.)\s+"
    r"(?P<label>[A-Z]?\d+[A-Za-z]?|[IVX]+)\b(?P<end>\s*[.:|–—-])?\s*(?P<rest>.*)"
)
_MARK = re.compile(r"[*†‡§¶#]+|[a-z]\)?")


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


def captions(pieces: Sequence[Line], body: float) -> list[Line]:
    """Lines that begin a table's caption: they name a table and do not go on as a sentence does."""
    found = []
    for index, piece in enumerate(pieces):
        match = CAPTION.match(piece.text)
        if not match:
            continue
        rest, end = match["rest"], match["end"]
        styled = piece.tokens[0].bold or abs(piece.size - body) > 0.03 * body or bool(end) or not rest
        above = [
            o for o in pieces[max(0, index - 40) : index] if o.x0 < piece.x1 and o.x1 > piece.x0 and o.base < piece.base
        ]
        clear = not above or piece.top - max(o.bottom for o in above) > 0.5 * piece.size
        if styled and (not rest or rest[0].isupper() or not rest[0].islower()) and (clear or piece.tokens[0].bold):
            found.append(piece)
    return found


def find(pieces: Sequence[Line], ruled: Sequence[Rule], at: Sequence[float], body: float, width: float) -> list[Found]:
    """The tables of one page, from top to bottom. What has no caption, or no two columns, is no table."""
    starts = captions(pieces, body)
    found: list[Found] = []
    taken: set[int] = set()
    for caption in starts:
        if id(caption) in taken:
            continue
        free = [piece for piece in pieces if id(piece) not in taken]
        others = [other for other in starts if other is not caption and id(other) not in taken]
        table = (
            _between_rules(caption, free, others, ruled, body)
            or _above(caption, free, ruled, body)
            or _without_rules(caption, free, others, at, body, width, ruled)
        )
        if table is None or sum(len(chunks(row.tokens, row.size)) > 1 for row in table.rows) < 2:
            continue
        found.append(table)
        taken.update(id(piece) for piece in pieces if _inside(piece, table))
        taken.update(id(piece) for piece in (*table.caption, *table.notes))
    return found


def inside(piece: Line, tables: Sequence[Found]) -> bool:
    """Whether a line belongs to one of these tables."""
    return any(_inside(piece, table) or piece in table.caption or piece in table.notes for table in tables)


def _inside(piece: Line, table: Found) -> bool:
    x0, top, x1, bottom = table.frame
    middle = 0.5 * (piece.x0 + piece.x1)
    return piece.page == table.page and x0 <= middle <= x1 and top <= piece.base <= bottom


def _label(caption: Line) -> str:
    match = CAPTION.match(caption.text)
    return match["label"] if match else ""


def _held(pieces: Sequence[Line], x0: float, x1: float, top: float, bottom: float) -> list[Line]:
    return [piece for piece in pieces if x0 <= 0.5 * (piece.x0 + piece.x1) <= x1 and top < piece.base < bottom]


def _between_rules(
    caption: Line, pieces: Sequence[Line], others: Sequence[Line], ruled: Sequence[Rule], body: float
) -> Found | None:
    """A table under its caption, from its top rule to its last rule of the same width."""
    flat = joined(ruled)
    below = [rule for rule in flat if rule.top > caption.base - 1 and rule.x0 < caption.x1 and rule.x1 > caption.x0]
    first = next(
        (rule for rule in below if rule.x1 - rule.x0 > 0.15 * max(other.x1 - other.x0 for other in below)), None
    )
    if first is None:
        return None
    x0, x1 = first.x0 - 4, first.x1 + 4
    between = [
        piece
        for piece in pieces
        if caption.base + 1 < piece.base < first.top + 1
        and piece.x0 < x1
        and piece.x1 > x0
        and piece.x0 >= min(x0, caption.x0) - 2
    ]
    lines = [caption, *between]
    if any(two.top - one.bottom > 1.2 * caption.size for one, two in pairwise(lines)):
        return None
    if first.top - lines[-1].bottom > 2.5 * caption.size or len(lines) > 8:
        return None
    stop = min((o.top for o in others if o.top > first.top and o.x0 < x1 and o.x1 > x0), default=1e9)
    return _bands(caption, lines, pieces, ruled, flat, first, stop, body)


def _bands(
    caption: Line,
    lines: Sequence[Line],
    pieces: Sequence[Line],
    ruled: Sequence[Rule],
    flat: Sequence[Rule],
    first: Rule,
    stop: float,
    body: float,
) -> Found | None:
    """Follows the rules of one width downwards while what stands between them is tabular."""
    x0, x1 = first.x0 - 4, first.x1 + 4
    full = [rule for rule in flat if _as_wide(rule, first) and first.top <= rule.top < stop]
    last, seen = first, 0
    notes: list[Line] = []
    for one, two in pairwise(full):
        held = rows(_held(pieces, x0, x1, one.top, two.bottom + 0.5))
        if not held:
            last = two
            continue
        if not seen and not _tabular(held) and len(held) > 6:
            return None
        if seen and _is_prose(held, x1 - x0):
            if max(piece.size for row in held for piece in row) < 0.97 * body and two is full[-1]:
                notes = [piece for row in held for piece in row]
            break
        seen += 1
        last = two
    if not seen:
        return None
    kept = _held(pieces, x0, x1, first.top, last.bottom + 0.5)
    table_rows = _rows(kept, [rule for rule in full if first.top + 2 < rule.top < last.top - 2], first, ruled)
    if not notes:
        notes = _notes(pieces, x0, x1, last.bottom, stop, body, max((row.size for row in table_rows), default=body))
    tall = last.top - first.top
    verticals = _verticals(ruled, x0, x1, first.top, last.bottom, tall)
    return Found(
        _label(caption),
        caption.page,
        tuple(lines),
        tuple(table_rows),
        tuple(notes),
        (x0, first.top, x1, last.bottom + 0.5),
        verticals,
    )


def _as_wide(rule: Rule, first: Rule) -> bool:
    return abs(rule.x0 - first.x0) < 8 and abs(rule.x1 - first.x1) < 8


def _tabular(held: Sequence[Sequence[Line]]) -> bool:
    parted = [row for row in held if len(row) > 1 or len(chunks(row[0].tokens, row[0].size)) > 1]
    return len(parted) >= 0.4 * len(held)


def _is_prose(held: Sequence[Sequence[Line]], width: float) -> bool:
    """Rows of running text: each one unbroken run, most of them long."""
    if any(len(row) > 1 for row in held):
        return False
    return len(held) >= 2 and sum(row[0].width > 0.6 * width for row in held) >= 0.6 * len(held)


def _verticals(
    ruled: Sequence[Rule], x0: float, x1: float, top: float, bottom: float, tall: float
) -> tuple[float, ...]:
    lengths = Counter[int]()
    for rule in ruled:
        if not rule.flat and x0 <= rule.x0 <= x1 and rule.top >= top - 4 and rule.bottom <= bottom + 4:
            lengths[round(rule.x0 / 2)] += round(rule.bottom - rule.top)
    return tuple(2.0 * key for key in sorted(lengths) if lengths[key] > 0.5 * tall)


def _rows(pieces: Sequence[Line], inner: Sequence[Rule], first: Rule | None, ruled: Sequence[Rule]) -> list[Row]:
    """Printed lines of the table's body with the rules above and under each; a lone raised mark joins its line."""
    printed = _gathered(pieces)
    partial = [] if first is None else [rule for rule in ruled if rule.flat and not _as_wide(rule, first)]
    done: list[Row] = []
    for index, row in enumerate(printed):
        base = row[0].base
        before = done[-1].base if done else base - 100
        after = printed[index + 1][0].base if index + 1 < len(printed) else base + 30
        tokens = tuple(sorted((token for piece in row for token in piece.tokens), key=lambda token: token.x0))
        done.append(
            Row(
                tokens,
                row[0].page,
                bool(done) and any(before - 1 < rule.top < base for rule in inner),
                tuple((rule.x0, rule.x1) for rule in partial if base < rule.top < after and rule.x1 - rule.x0 > 8),
            )
        )
    return done


def _gathered(pieces: Sequence[Line]) -> list[list[Line]]:
    """Rows of pieces, small raised pieces on a line of their own put into the line that they stand over."""
    printed = rows(pieces, 0.3)
    if not printed:
        return []
    usual = Counter(round(piece.size, 1) for piece in pieces).most_common(1)[0][0]
    done: list[list[Line]] = []
    pending: list[Line] = []
    for row in printed:
        small = all(piece.size < 0.85 * usual and len(piece.text) <= 4 for piece in row)
        if small:
            if done and row[0].base - done[-1][0].base < 0.3 * usual:
                done[-1].extend(_raised(row))
            else:
                pending.extend(row)
            continue
        near = [piece for piece in pending if row[0].base - piece.base < 0.7 * usual]
        alone = [[piece] for piece in pending if piece not in near]
        done.extend([*alone, sorted([*row, *_raised(near)], key=lambda piece: piece.x0)])
        done[-1].sort(key=lambda piece: (piece.size < 0.85 * usual, piece.x0))
        pending = []
    return [*done, *([pending] if pending else [])]


def _raised(pieces: Sequence[Line]) -> list[Line]:
    return [
        replace(piece, tokens=tuple(token._replace(raised=True, glued=True) for token in piece.tokens))
        for piece in pieces
    ]


def _notes(
    pieces: Sequence[Line], x0: float, x1: float, top: float, stop: float, body: float, size: float
) -> list[Line]:
    """Lines right under a table that are smaller than the text, or that begin with a footnote's mark."""
    found: list[Line] = []
    reach = top
    for row in rows(_held(pieces, x0, x1, top, stop)):
        first = row[0]
        gap = first.top - reach
        marked = (
            first.tokens[0].raised
            or bool(_MARK.fullmatch(first.tokens[0].text))
            or first.text.startswith(("Note", "*"))
        )
        small = first.size < 0.97 * body or (found and abs(first.size - found[0].size) < 0.1 and first.size <= size)
        if (
            gap > (1.6 if found else 2.6) * first.size
            or not (small or (marked and first.size <= size))
            or len(found) > 25
        ):
            break
        if first.size > size * 1.08 or (first.bold and not found and first.size > size * 1.02):
            break
        if any(CAPTION.match(piece.text) for piece in row) or first.text.startswith(("Figure ", "Fig.")):
            break
        found.extend(row)
        reach = max(piece.bottom for piece in row)
    return found


def _above(caption: Line, pieces: Sequence[Line], ruled: Sequence[Rule], body: float) -> Found | None:
    """A table over its caption: from the rule right above the caption up to the top rule of the same width."""
    flat = [rule for rule in joined(ruled) if rule.x0 < caption.x1 and rule.x1 > caption.x0]
    above = [rule for rule in flat if rule.bottom < caption.base and caption.top - rule.bottom < 2.5 * caption.size]
    if not above:
        return None
    last = above[-1]
    same = [rule for rule in flat if _as_wide(rule, last) and rule.top <= last.top]
    if len(same) < 2:
        return None
    first = last
    for two, one in pairwise(reversed(same)):
        held = rows(_held(pieces, one.x0 - 4, one.x1 + 4, one.top, two.bottom))
        if held and (_is_prose(held, one.x1 - one.x0) or (not _tabular(held) and len(held) > 3)):
            break
        first = one
    lines = [caption]
    for row in rows(_held(pieces, last.x0 - 4, last.x1 + 4, caption.base + 1, 1e9)):
        if len(row) > 1 or row[0].top - lines[-1].bottom > 0.7 * caption.size or abs(row[0].size - caption.size) > 0.3:
            break
        lines.append(row[0])
    found = _bands(caption, lines, pieces, ruled, joined(ruled), first, last.bottom + 0.5, body)
    return None if found is None else replace(found, notes=())


def _without_rules(
    caption: Line,
    pieces: Sequence[Line],
    others: Sequence[Line],
    at: Sequence[float],
    body: float,
    width: float,
    ruled: Sequence[Rule],
) -> Found | None:
    """A table without rules: rows of several runs under the caption, down to running text or a wide gap."""
    x0, x1 = _room(caption, pieces, at, body, width)
    stop = min((o.top for o in others if o.top > caption.base and o.x0 < x1 and o.x1 > x0), default=1e9)
    held = _gathered(_held(pieces, x0, x1, caption.base + 1, stop))
    lines, index = [caption], 0
    while index < len(held) and _single(held[index], caption.size) and len(lines) < 6:
        if held[index][0].top - lines[-1].bottom > 1.0 * caption.size:
            break
        lines.extend(held[index])
        index += 1
    kept: list[list[Line]] = []
    for row in held[index:]:
        previous = kept[-1] if kept else [lines[-1]]
        gap = min(piece.top for piece in row) - max(piece.bottom for piece in previous)
        size = Counter(round(p.size, 1) for r in kept for p in r).most_common(1)[0][0] if kept else row[0].size
        if gap > 2.2 * row[0].size or (kept and abs(row[0].size - size) > 0.12 * size and _single(row, size)):
            break
        if (
            _single(row, size)
            and len(row[0].tokens) >= 5
            and row[0].width > 0.45 * (x1 - x0)
            and row[0].size >= 0.97 * size
        ):
            break
        kept.append(row)
    while kept and _single(kept[-1], kept[-1][0].size) and len(kept[-1][0].tokens) > 3:
        kept.pop()
    if len(kept) < 2 or sum(not _single(row, row[0].size) for row in kept) < 0.5 * len(kept):
        return None
    table_rows = _rows([piece for row in kept for piece in row], [], None, ruled)
    bottom = max(piece.bottom for row in kept for piece in row)
    notes = _notes(pieces, x0, x1, bottom - 1, stop, body, max(row.size for row in table_rows))
    top = min(piece.top for row in kept for piece in row)
    return Found(
        _label(caption), caption.page, tuple(lines), tuple(table_rows), tuple(notes), (x0, top, x1, bottom), ()
    )


def _single(row: Sequence[Line], size: float) -> bool:
    return len(row) == 1 and len(chunks(row[0].tokens, size)) == 1


def _room(caption: Line, pieces: Sequence[Line], at: Sequence[float], body: float, width: float) -> tuple[float, float]:
    """The x between which a table without rules may stand: its column, or the page where no text stands beside it."""
    edges = [0.0, *at, width]
    for left, right in pairwise(edges):
        if left - 2 <= caption.x0 and caption.x1 <= right + 2:
            beside = [
                piece
                for piece in pieces
                if piece.size >= 0.97 * body
                and piece.width > 7 * piece.size
                and caption.top < piece.base < caption.base + 12 * body
                and not left - 2 <= piece.x0 <= right
            ]
            if beside:
                return left, right
    return 0.0, width


def continued(table: Found, pieces: Sequence[Line], body: float, page: int) -> tuple[Found, list[Line]]:
    """The table with what of it stands at the top of the next page, and the lines of that page that it took."""
    x0, _, x1, _ = table.frame
    kept: list[list[Line]] = []
    for row in _gathered([piece for piece in pieces if piece.page == page and x0 <= 0.5 * (piece.x0 + piece.x1) <= x1]):
        single = _single(row, row[0].size)
        if abs(row[0].size - table.size) > 0.06 * table.size or (single and not kept):
            break
        if single and len(row[0].tokens) >= 5:
            break
        if kept and min(p.top for p in row) - max(p.bottom for p in kept[-1]) > 2.2 * table.size:
            break
        kept.append(row)
    if not kept:
        return table, []
    more = _rows([piece for row in kept for piece in row], [], None, ())
    head = {" ".join(token.text for token in row.tokens) for row in table.rows[:4]}
    while more and " ".join(token.text for token in more[0].tokens) in head:
        more.pop(0)
    bottom = max(piece.bottom for row in kept for piece in row)
    notes = _notes([p for p in pieces if p.page == page], x0, x1, bottom - 1, 1e9, body, table.size)
    grown = replace(table, rows=(*table.rows, *more), notes=(*table.notes, *notes))
    return grown, [*(piece for row in kept for piece in row), *notes]
