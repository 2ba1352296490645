"""Printed lines of a table, with the rules about them; and the notes under it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from pipeline.read.cells import Row
from pipeline.read.lines import Line, rows
from pipeline.read.rules import Rule
from pipeline.read.tables.found import CAPTION

_MARK = re.compile(r"[*†‡§¶#]+|[a-z]\)?")


def printed_rows(pieces: Sequence[Line], inner: Sequence[Rule], first: Rule | None, ruled: Sequence[Rule]) -> list[Row]:
    """Printed lines of the table's body with the rules above and under each; a lone raised mark joins its line."""
    printed = gathered(pieces)
    partial = [] if first is None else [rule for rule in ruled if rule.flat and not as_wide(rule, first)]
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


def gathered(pieces: Sequence[Line]) -> list[list[Line]]:
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


def notes(held: Sequence[Line], top: float, body: float, size: float) -> list[Line]:
    """The first of the lines under a table (of this letter size) that are small print or begin with a mark."""
    found: list[Line] = []
    reach = top
    for row in rows(held):
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


def as_wide(rule: Rule, first: Rule) -> bool:
    """Whether two rules have the same ends."""
    return abs(rule.x0 - first.x0) < 8 and abs(rule.x1 - first.x1) < 8
