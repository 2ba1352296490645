"""Where the tables of a page stand: from the caption, along the rules, or down the rows where there are no rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.read.cells import chunks
from pipeline.read.lines import Line
from pipeline.read.tables.bare import continued, orphan, without_rules
from pipeline.read.tables.found import CAPTION, Found, View
from pipeline.read.tables.ruled import above_caption, between_rules

__all__ = ["CAPTION", "Found", "View", "captions", "continued", "find", "inside", "is_table"]


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
        # `rTMS` and `pH` begin a caption too.
        begins = not rest or not rest.split(maxsplit=1)[0].islower() or not rest[0].isalpha()
        if styled and begins and (clear or piece.tokens[0].bold):
            found.append(piece)
    return found


def find(view: View) -> list[Found]:
    """The tables of one page, from top to bottom. What has no caption, or no two columns, is no table."""
    found: list[Found] = []
    taken: set[int] = set()
    for caption in view.captions:
        if id(caption) in taken:
            continue
        free = replace(
            view,
            pieces=tuple(piece for piece in view.pieces if id(piece) not in taken),
            captions=tuple(each for each in view.captions if each is not caption and id(each) not in taken),
        )
        table = between_rules(caption, free) or above_caption(caption, free) or without_rules(caption, free)
        if table is None or not (is_table(table) or _is_last(table, free)):
            table = orphan(caption, free)
        if table is None:
            continue
        found.append(table)
        taken.update(id(piece) for piece in view.pieces if _inside(piece, table))
        taken.update(id(piece) for piece in (*table.caption, *table.notes))
    return found


def _is_last(table: Found, view: View) -> bool:
    """Whether nothing stands under what there is of a table: the rest may stand on the next page."""
    x0, _, x1, bottom = table.frame
    return not any(piece.base > bottom + 1 and piece.x0 < x1 and piece.x1 > x0 for piece in view.pieces)


def is_table(found: Found) -> bool:
    """Whether at least two of its lines stand in columns."""
    return sum(len(chunks(row.tokens, row.size)) > 1 for row in found.rows) >= 2


def inside(piece: Line, tables: Sequence[Found]) -> bool:
    """Whether a line belongs to one of these tables."""
    return any(_inside(piece, table) or piece in table.caption or piece in table.notes for table in tables)


def _inside(piece: Line, table: Found) -> bool:
    x0, top, x1, bottom = table.frame
    middle = 0.5 * (piece.x0 + piece.x1)
    return piece.page == table.page and x0 <= middle <= x1 and top <= piece.base <= bottom
