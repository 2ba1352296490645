"""Where sentences end, in scientific prose. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.document import Span

# Words that end in a full stop without ending a sentence.
_ABBREVIATIONS = frozenset(
    "al approx c.i ca cf dr e.g eg eq etc fig figs i.e ie i.v i.m i.n jr mr mrs ms no nos p.o pp prof ref refs resp sr st "
    "suppl vol vs viz".split()
)
_STOP = re.compile(r"[.!?][)\]\"'’”]*(?=\s|$)")
_OPENS = re.compile(r"\s+[\"'“‘(\[]*[A-Z0-9<≥≤±+\-−–α-ω]")
_WORD_BEFORE = re.compile(r"(\S+)$")


def sentences(text: str, start: int, end: int) -> Iterator[Span]:
    """The sentences of `text[start:end]`, in order, without the white space around them."""
    begin = start
    for stop in _STOP.finditer(text, start, end):
        if _ends(text, begin, stop, end):
            yield from _trimmed(text, begin, stop.end())
            begin = stop.end()
    yield from _trimmed(text, begin, end)


def _ends(text: str, begin: int, stop: re.Match[str], end: int) -> bool:
    if stop.end() >= end:
        return True
    opens = _OPENS.match(text, stop.end(), end)
    if opens is None:
        return False
    if text[stop.start()] != ".":
        return True
    before = _WORD_BEFORE.search(text[max(begin, stop.start() - 30) : stop.start()])
    word = before.group(1).strip("([\"'“‘").lower() if before else ""
    if word in _ABBREVIATIONS:
        return False
    # A single capital is an initial ("J. Smith"), unless a number or a closing mark stands before the stop.
    return not (
        len(word) == 1 and word.isalpha() and text[stop.start() - 1].isupper() and stop.end() - stop.start() == 1
    )


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield Span(start, end)
