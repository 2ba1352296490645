"""Which lines are headings, and which make the title."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.read.drafts import Draft, Measure
from pipeline.read.layout import Column
from pipeline.read.lines import Line
from pipeline.read.sections import heading_kind

FIGURE = re.compile(
    r"(?:(?:Supplement(?:ary|al)|Extended Data)\s+)?"
    r"(?:Fig(?:ure|\.)?|FIGURE|FIG\.?|Scheme|Box|Panel)\s+[A-Z]?\d+[A-Za-z]?\b[.:|]?"
)
"""How a figure's caption begins."""


def title(columns: Sequence[Column], usual: Measure) -> set[int]:
    """The ids of the title's lines: the largest ones on the first page that has text, larger than the text."""
    if not columns:
        return set()
    first = [line for column in columns if column.page == columns[0].page for line in column.lines if line.tokens]
    wordy = [line for line in first[:40] if sum(char.isalpha() for char in line.text) > 8]
    largest = max((line.size for line in wordy), default=0.0)
    if largest < 1.15 * usual.body:
        return set()
    found: list[Line] = []
    for line in wordy:
        if line.size > 0.97 * largest and (not found or line.base - found[-1].base < 2.2 * largest):
            found.append(line)
        elif found:
            break
    known = len(found) == 1 and heading_kind(found[0].text) is not None
    return set() if known or len(found) > 6 else {id(line) for line in found}


def opens_list(text: str) -> bool:
    """Whether a heading opens the bibliography."""
    return heading_kind(text) == "references"


def goes_on(line: Line, previous: Line | None, last: Draft | None, usual: Measure) -> bool:
    """Whether a line is the next line of the heading right above it."""
    if last is None or previous is None or last.kind != "heading" or last.lines[-1] is not previous:
        return False
    alike = abs(previous.size - line.size) < 0.2 and (previous.bold, previous.italic) == (line.bold, line.italic)
    styled = line.bold or line.size > 1.06 * usual.body
    return alike and styled and line.base - previous.base < 1.5 * line.size and heading_kind(last.text) is None


def is_heading(
    line: Line, previous: Line | None, after: Line | None, last: Draft | None, usual: Measure, *, listing: bool
) -> bool:
    """Whether a line is a heading, by its size and weight, its capitals, the space above it, and the vocabulary.

    `previous` and `after` are its neighbours in the column, `last` the block before it; `listing` says that the
    bibliography is open, where only known or larger headings count.
    """
    if goes_on(line, previous, last, usual):
        return True
    text = line.text.strip()
    bigger = line.size > 1.06 * usual.body
    if len(line.tokens) > 9 and not (bigger or line.bold or line.italic or text.isupper()):
        return False
    letters = sum(map(str.isalpha, text))
    if letters < 3 or len(text) > 140 or not (text[0].isupper() or text[0].isdigit()) or FIGURE.match(text):
        return False
    known = heading_kind(text) is not None
    caps = text.isupper() and (known or (line.bold and letters >= 4) or letters >= 6)
    bold, italic = _all(line, "bold"), _all(line, "italic")
    styled = bigger or bold or italic or caps
    if text[-1] in ",;" or (text[-1] == "." and not known) or not (known or styled):
        return False
    under = last is not None and last.kind == "heading" and last.lines[-1:] == [previous]
    clear = usual.gap(line, previous) > 1.12 or under
    if known:
        return (clear or styled) and (after is None or abs(line.base - after.base) >= 0.2 * line.size)
    if listing and not line.size > 1.04 * usual.body:
        return False
    if not clear or line.size < 0.9 * usual.body:
        return False
    if bigger or bold:
        return True
    whole = after is not None and after.italic != line.italic and previous is not None
    return len(line.tokens) <= 12 and (caps or (italic and whole))


def _all(line: Line, style: str) -> bool:
    """Whether every word of a line that has letters or digits is set in this style."""
    return all(getattr(token, style) or not any(map(str.isalnum, token.text)) for token in line.tokens)
