"""Puts the lines of all pages in reading order, with the tables taken out and their places kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pipeline.read import rules, tables
from pipeline.read.layout import Column, cuts, order
from pipeline.read.lines import Line, marker
from pipeline.read.tables import Found
from pipeline.read.tokens import Sheet


def arranged(
    pieces: Sequence[list[Line]], sheets: Sequence[Sheet], ruled: Sequence[tuple[rules.Rule, ...]], body: float
) -> tuple[list[Column], dict[int, Found]]:
    """Columns in reading order, a line without words where a table stands; and the tables by that line's id."""
    rest = [list(each) for each in pieces]
    strips = [cuts(each) for each in rest]
    usual = Counter(tuple(round(cut / 8) for cut in strip) for strip in strips if strip)
    common = max(sorted(usual), key=lambda key: usual[key], default=())
    shared = next((strip for strip in strips if common and tuple(round(cut / 8) for cut in strip) == common), [])
    found: list[list[Found]] = []
    for index, each in enumerate(sheets):
        strip = strips[index] or _borrowed(rest[index], shared)
        strips[index] = strip
        here, drawn = tuple(rest[index]), tuple(ruled[index])
        captions = tuple(tables.captions(here, body))
        flat = tuple(rules.joined(drawn))
        found.append(tables.find(tables.View(here, drawn, flat, tuple(strip), body, each.width, captions)))
    for index, whole in enumerate(found[:-1]):
        found[index] = [_grown(table, rest, found, index, body) for table in whole]
    columns: list[Column] = []
    held: dict[int, Found] = {}
    for index, each in enumerate(sheets):
        left = [piece for piece in rest[index] if not tables.inside(piece, found[index])]
        for table in found[index]:
            place = marker(each.number, _frame_of(table))
            held[id(place)] = table
            left.append(place)
        columns.extend(order(left, strips[index], each.number))
    return columns, held


def _borrowed(pieces: Sequence[Line], shared: Sequence[float]) -> list[float]:
    """The document's usual columns for a page too empty to show its own, unless its text runs across them."""
    crossing = sum(any(piece.x0 < cut - 4 and piece.x1 > cut + 4 for cut in shared) for piece in pieces)
    right = sum(any(cut - 2 <= piece.x0 <= cut + 14 for cut in shared) for piece in pieces)
    return list(shared) if right and crossing <= 0.34 * len(pieces) else []


def _grown(table: Found, rest: list[list[Line]], found: Sequence[list[Found]], index: int, body: float) -> Found:
    """The table with its part on the next page, if it reaches the foot of its own with nothing below it."""
    x0, _, x1, bottom = table.frame
    below = [
        piece
        for piece in rest[index]
        if piece.base > bottom + 1
        and piece.x0 < x1
        and piece.x1 > x0
        and piece not in table.notes
        and piece not in table.caption
    ]
    if table.notes or below:
        return table
    free = [piece for piece in rest[index + 1] if not tables.inside(piece, found[index + 1])]
    grown, taken = tables.continued(table, free, body)
    gone = {id(piece) for piece in taken}
    rest[index + 1] = [piece for piece in rest[index + 1] if id(piece) not in gone]
    return grown


def _frame_of(table: Found) -> tuple[float, float, float, float]:
    x0, top, x1, bottom = table.frame
    parts = [*table.caption, *(note for note in table.notes if note.page == table.page)]
    return (
        min([x0 + 4, *(each.x0 for each in parts)]),
        min([top, *(each.top for each in parts)]),
        max([x1 - 4, *(each.x1 for each in parts)]),
        max([bottom, *(each.bottom for each in parts)]),
    )
