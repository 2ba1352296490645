"""Tables without rules, and what of a table stands on the next page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.read.lines import Line
from pipeline.read.tables.found import Found, View, label, single
from pipeline.read.tables.printed import gathered, notes, printed_rows


def without_rules(caption: Line, view: View) -> Found | None:
    """A table without rules: rows of several runs under the caption, down to running text or a wide gap."""
    x0, x1 = _room(caption, view)
    stop = view.stop(caption.base, x0, x1)
    held = gathered(view.held(x0, x1, caption.base + 1, stop))
    lines, index = [caption], 0
    while index < len(held) and single(held[index], caption.size) and len(lines) < 6:
        first = held[index][0]
        if first.top - lines[-1].bottom > 1.0 * caption.size or (first.bold and not lines[-1].tokens[-1].bold):
            break
        lines.extend(held[index])
        index += 1
    kept: list[list[Line]] = []
    for row in held[index:]:
        previous = kept[-1] if kept else [lines[-1]]
        gap = min(piece.top for piece in row) - max(piece.bottom for piece in previous)
        size = Counter(round(p.size, 1) for r in kept for p in r).most_common(1)[0][0] if kept else row[0].size
        if gap > 2.2 * row[0].size or (kept and abs(row[0].size - size) > 0.12 * size and single(row, size)):
            break
        if (
            single(row, size)
            and len(row[0].tokens) >= 5
            and row[0].width > 0.45 * (x1 - x0)
            and row[0].size >= 0.97 * size
        ):
            break
        kept.append(row)
    while kept and single(kept[-1], kept[-1][0].size) and len(kept[-1][0].tokens) > 3:
        kept.pop()
    parted = sum(not single(row, row[0].size) for row in kept)
    cut_off = bool(kept) and kept[-1] is held[-1]
    if not cut_off and (len(kept) < 2 or parted < 0.34 * len(kept)):
        return None
    table_rows = printed_rows([piece for row in kept for piece in row], [], None, view.ruled)
    bottom = max(piece.bottom for row in kept for piece in row)
    under = notes(view.held(x0, x1, bottom - 1, stop), bottom - 1, view.body, max(row.size for row in table_rows))
    top = min(piece.top for row in kept for piece in row)
    return Found(label(caption), caption.page, tuple(lines), tuple(table_rows), tuple(under), (x0, top, x1, bottom), ())


def _room(caption: Line, view: View) -> tuple[float, float]:
    """The x between which a table without rules may stand: its column, or the page where no text stands beside it."""
    edges = [0.0, *view.at, view.width]
    for left, right in pairwise(edges):
        if left - 2 <= caption.x0 and caption.x1 <= right + 2:
            beside = [
                piece
                for piece in view.pieces
                if piece.size >= 0.97 * view.body
                and piece.width > 7 * piece.size
                and caption.top < piece.base < caption.base + 12 * view.body
                and not left - 2 <= piece.x0 <= right
            ]
            if beside:
                return left, right
    return 0.0, view.width


def orphan(caption: Line, view: View) -> Found | None:
    """A caption at the foot of a page with nothing under it: its table may stand on the next page."""
    if any(piece.base > caption.base + 1 and piece.x0 < caption.x1 and piece.x1 > caption.x0 for piece in view.pieces):
        return None
    frame = (0.0, caption.top, view.width, caption.bottom)
    return Found(label(caption), caption.page, (caption,), (), (), frame, ())


def continued(table: Found, pieces: Sequence[Line], body: float) -> tuple[Found, list[Line]]:
    """The table with what of it stands at the top of the next page, and the lines of that page that it took."""
    x0, _, x1, _ = table.frame
    within = gathered([piece for piece in pieces if x0 <= 0.5 * (piece.x0 + piece.x1) <= x1])
    size = table.size if table.rows else within[0][0].size if within else body
    kept: list[list[Line]] = []
    for row in within:
        alone = single(row, row[0].size)
        if abs(row[0].size - size) > 0.06 * size or (alone and (len(row[0].tokens) >= 5 or not kept)):
            break
        if kept and min(p.top for p in row) - max(p.bottom for p in kept[-1]) > 2.2 * size:
            break
        kept.append(row)
    if not kept:
        return table, []
    more = printed_rows([piece for row in kept for piece in row], [], None, ())
    head = {" ".join(token.text for token in row.tokens) for row in table.rows[:4]}
    while more and " ".join(token.text for token in more[0].tokens) in head:
        more.pop(0)
    bottom = max(piece.bottom for row in kept for piece in row)
    below = [each for each in pieces if x0 <= 0.5 * (each.x0 + each.x1) <= x1 and each.base > bottom - 1]
    under = notes(below, bottom - 1, body, size)
    grown = replace(table, rows=(*table.rows, *more), notes=(*table.notes, *under))
    return grown, [*(piece for row in kept for piece in row), *under]
