"""Tables that rules frame: under their caption or over it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.read.lines import Line, rows
from pipeline.read.rules import Rule
from pipeline.read.tables.found import Found, View, is_prose, label, tabular
from pipeline.read.tables.printed import as_wide, notes, printed_rows


def between_rules(caption: Line, view: View) -> Found | None:
    """A table under its caption, from its top rule to its last rule of the same width."""
    below = [
        rule for rule in view.flat if rule.top > caption.base - 1 and rule.x0 < caption.x1 and rule.x1 > caption.x0
    ]
    first = next(
        (rule for rule in below if rule.x1 - rule.x0 > 0.15 * max(other.x1 - other.x0 for other in below)), None
    )
    if first is None:
        return None
    x0, x1 = first.x0 - 4, first.x1 + 4
    between = [
        piece
        for piece in view.pieces
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
    return _bands(lines, view, first, view.stop(first.top, x0, x1))


def above_caption(caption: Line, view: View) -> Found | None:
    """A table over its caption: from the rule right above the caption up to the top rule of the same width."""
    flat = [rule for rule in view.flat if rule.x0 < caption.x1 and rule.x1 > caption.x0]
    above = [rule for rule in flat if rule.bottom < caption.base and caption.top - rule.bottom < 2.5 * caption.size]
    if not above:
        return None
    last = above[-1]
    same = [rule for rule in flat if as_wide(rule, last) and rule.top <= last.top]
    if len(same) < 2:
        return None
    first = last
    for two, one in pairwise(reversed(same)):
        held = rows(view.held(one.x0 - 4, one.x1 + 4, one.top, two.bottom))
        if held and (is_prose(held, one.x1 - one.x0, view.body) or (not tabular(held) and len(held) > 3)):
            break
        first = one
    lines = [caption]
    for row in rows(view.held(last.x0 - 4, last.x1 + 4, caption.base + 1, 1e9)):
        if len(row) > 1 or row[0].top - lines[-1].bottom > 0.7 * caption.size or abs(row[0].size - caption.size) > 0.3:
            break
        lines.append(row[0])
    found = _bands(lines, view, first, last.bottom + 0.5)
    return None if found is None else replace(found, notes=())


def _bands(lines: Sequence[Line], view: View, first: Rule, stop: float) -> Found | None:
    """Follows the rules of one width downwards while what stands between them is tabular; `lines` are the caption's."""
    x0, x1 = first.x0 - 4, first.x1 + 4
    full = [rule for rule in view.flat if as_wide(rule, first) and first.top <= rule.top < stop]
    last, seen = first, 0
    under: list[Line] = []
    for one, two in pairwise(full):
        held = rows(view.held(x0, x1, one.top, two.bottom + 0.5))
        if not held:
            last = two
            continue
        if not seen and not tabular(held) and len(held) > 6:
            return None
        if seen and is_prose(held, x1 - x0, view.body):
            if max(piece.size for row in held for piece in row) < 0.97 * view.body and two is full[-1]:
                under = [piece for row in held for piece in row]
            break
        seen += 1
        last = two
    if not seen:
        return None
    kept = view.held(x0, x1, first.top, last.bottom + 0.5)
    inner = [rule for rule in full if first.top + 2 < rule.top < last.top - 2]
    table_rows = printed_rows(kept, inner, first, view.ruled)
    if not under:
        size = max((row.size for row in table_rows), default=view.body)
        under = notes(view.held(x0, x1, last.bottom, stop), last.bottom, view.body, size)
    bounds = (x0, first.top, x1, last.bottom + 0.5)
    return Found(
        label(lines[0]), lines[0].page, tuple(lines), tuple(table_rows), tuple(under), bounds, _verticals(view, bounds)
    )


def _verticals(view: View, frame: tuple[float, float, float, float]) -> tuple[float, ...]:
    """The x of rules that run down more than half of the table."""
    x0, top, x1, bottom = frame
    lengths = Counter[int]()
    for rule in view.ruled:
        if not rule.flat and x0 <= rule.x0 <= x1 and rule.top >= top - 4 and rule.bottom <= bottom + 4:
            lengths[round(rule.x0 / 2)] += round(rule.bottom - rule.top)
    return tuple(2.0 * key for key in sorted(lengths) if lengths[key] > 0.5 * (bottom - top))
