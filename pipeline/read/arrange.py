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
    found: list[list[Found]] = []
    for each, lines, drawn in zip(sheets, pieces, ruled, strict=True):
        flat, captions = tuple(rules.joined(drawn)), tuple(tables.captions(lines, body))
        strip = tuple(cuts(lines)) if captions else ()
        found.append(tables.find(tables.View(tuple(lines), tuple(drawn), flat, strip, body, each.width, captions)))
    for index, whole in enumerate(found[:-1]):
        found[index] = [_grown(table, rest, found, index, body) for table in whole]
    found = [[table for table in whole if tables.is_table(table)] for whole in found]
    left = [
        [piece for piece in lines if not tables.inside(piece, here)] for lines, here in zip(rest, found, strict=True)
    ]
    strips = _parted(left)
    columns: list[Column] = []
    held: dict[int, Found] = {}
    for each, lines, here, at in zip(sheets, left, found, strips, strict=True):
        places = [(marker(each.number, _frame_of(table)), table) for table in here]
        held.update((id(place), table) for place, table in places)
        columns.extend(order([*lines, *(place for place, _ in places)], at, each.number))
    return columns, held


def _parted(pages: Sequence[Sequence[Line]]) -> list[Sequence[float]]:
    """Where the columns of each page part; a page too empty to show it borrows from the others."""
    strips = [cuts(lines) for lines in pages]
    usual = Counter(tuple(round(cut / 8) for cut in strip) for strip in strips if strip)
    common = max(sorted(usual), key=lambda key: usual[key], default=())
    shared = next((strip for strip in strips if common and tuple(round(cut / 8) for cut in strip) == common), [])
    return [strip or _borrowed(lines, shared) for strip, lines in zip(strips, pages, strict=True)]


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
