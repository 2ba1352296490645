"""Marks mentions that the text denies, supposes, plans, tells of the past or of others, or tells of animals.

After ConText (Harkema 2009): a cue has a direction and a scope; the scope ends with the sentence, at a word that turns
the clause (`but`, `although`), at a semicolon, or after so many words. The cues are `vocab/contexts.csv`; the longest
cue wins, and a pseudo-cue (`no longer`) wins over the cue that it holds. What stands in a sentence that cites another
paper is told of that paper; a sentence tells of animals where it names them and no people.
"""

from __future__ import annotations

import dataclasses
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from pipeline.document import Document, Span
from pipeline.evidence import Mention
from pipeline.fields import PEOPLE
from pipeline.sentences import sentences
from pipeline.vocabulary import vocabulary

_SCOPE = {"negated": 6, "historical": 4, "hypothetical": 20, "planned": 30}
"""Words that a cue's scope takes in at most."""
_TURN = re.compile(
    r";|:|\b(?:but|however|although|though|except|apart from|while|whereas|yet|before|then|which|who|because|since|"
    r"therefore|and (?:was|were|had))\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w[\w'-]*")
_PEOPLE = re.compile(rf"\b(?:{PEOPLE}|human|humans|clinical trial|clinical trials|sample of)\b", re.IGNORECASE)


class Cue(NamedTuple):
    """One cue in the text: the context it opens, in which direction, and where it stands."""

    context: str
    direction: str
    start: int
    end: int


def in_context(document: Document, mentions: Sequence[Mention], segments: Iterable[Span]) -> Iterator[Mention]:
    """The mentions, sorted by start as they were given, each with the contexts that it stands in."""
    place = 0
    for segment in segments:
        for sentence in sentences(document.text, segment.start, segment.end):
            first = bisect_left(mentions, sentence.start, place, key=_start)
            yield from mentions[place:first]
            place = bisect_left(mentions, sentence.end, first, key=_start)
            if first < place:
                yield from _of_sentence(document, sentence, mentions[first:place])
    yield from mentions[place:]


def _start(one: Mention) -> int:
    return one.start


def _of_sentence(document: Document, span: Span, held: Sequence[Mention]) -> Iterator[Mention]:
    text = document.text[span.start : span.end]
    found = cues(text)
    whole = {cue.context for cue in found if cue.direction == "sentence"}
    if "animal" in whole and _PEOPLE.search(text):
        whole.discard("animal")
    if any(span.start <= citation.start < span.end for citation in document.citations):
        whole.add("cited")
    scopes = [(cue.context, *scope(text, cue)) for cue in found if cue.direction in ("before", "after")]
    for one in held:
        start, end = one.start - span.start, one.end - span.start
        told = whole | {context for context, low, high in scopes if low <= start and end <= high}
        yield dataclasses.replace(one, context=tuple(sorted(told))) if told else one


def cues(text: str) -> list[Cue]:
    """The cues of a sentence, in order; none overlaps another."""
    made: list[Cue] = []
    for match in _pattern().finditer(text):
        context, direction = _kinds()[re.sub(r"\s+", " ", match[0].lower())]
        if direction != "pseudo":
            made.extend(Cue(context, each, match.start(), match.end()) for each in direction.split())
    return made


def scope(text: str, cue: Cue) -> Span:
    """What a cue governs: the words after it, or before it, up to a turn of the clause or its limit of words."""
    most = _SCOPE[cue.context]
    if cue.direction == "before":
        turn = _TURN.search(text, cue.end)
        end = turn.start() if turn else len(text)
        words = [match.end() for match in _WORD.finditer(text, cue.end, end)]
        return Span(cue.end, words[most - 1] if len(words) >= most else end)
    start = max((match.end() for match in _TURN.finditer(text, 0, cue.start)), default=0)
    words = [match.start() for match in _WORD.finditer(text, start, cue.start)]
    return Span(words[-most] if len(words) >= most else start, cue.start)


@cache
def _kinds() -> dict[str, tuple[str, str]]:
    """Each cue with its context and its directions: a cue may look both ways."""
    kinds: dict[str, tuple[str, str]] = {}
    for concept in vocabulary("contexts"):
        for name in concept.names:
            context, directions = kinds.get(name.lower(), (concept.id.split("_")[0], ""))
            kinds[name.lower()] = (context, f"{directions} {concept.kind}".strip())
    return kinds


@cache
def _pattern() -> re.Pattern[str]:
    names = sorted(_kinds(), key=lambda name: (-len(name), name))
    listed = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in names)
    return re.compile(rf"(?<![\w-])(?:{listed})(?![\w-])", re.IGNORECASE)
