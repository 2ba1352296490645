"""What a report tells of its own arms: every number of a sentence with the arm it is bound to, vocabulary or not.

A number whose outcome no vocabulary knows becomes a record where an arm is bound to it: `outcome` stays empty, and
`outcome_text` holds the words of the source. Only documents that report a study of their own are read so: in a review
the same shapes tell of anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.assemble.items import identity, is_class, is_time, item, items_of, role_of
from pipeline.assemble.prose.figures import figures
from pipeline.assemble.prose.groups import Group, groups
from pipeline.assemble.prose.pairs import Figure, bound
from pipeline.assemble.prose.sentence import Sentence
from pipeline.document import Span
from pipeline.evidence import DataItem, Mention
from pipeline.fields import BY_NAME, Role

_VERB = re.compile(
    r"\b(?:was|were|is|are|averaged|increased|decreased|fell|rose|dropped|declined|improved|changed|occurred|developed|had|reached|"
    r"achieved|experienced|reported|showed|amounted|ranged|reduced|lowered|did|took|required|completed|discontinued|failed|met)\b",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"(?:(?:RESULTS?|However|Overall|Moreover|Furthermore|Conversely|In addition|Also|Although|Additionally|FINDINGS?) ?[:,]? +|"
    r"(?:At|After|In|On|By|During|Within|Between|Among|For|From|Upon|Following|Compared with)\b[^,;]{0,80}, +|"
    r"(?:the|a|an|and|while|whereas|but) +)*",
    re.IGNORECASE,
)
_MEANS = re.compile(r"\b(?:(?P<mean>mean|average|averaged)|(?P<median>medians?))\b", re.IGNORECASE)
_SHIFT = re.compile(
    r"\b(?:decreas|reduc|increas|improv|fell|fall(?!s)|drop|declin|rise|rose|chang|gain|lower|loss)\w*", re.IGNORECASE
)
_COUNTED = re.compile(r" (?P<what>[^\W\d][^,;.()]{2,60}?) (?=in|with|for|on|among|of|at|by|and|were|was)\b")
_EMPTY = frozenset(("there", "this", "these", "all", "both", "they", "most", "no difference"))
_LONGEST = 120
_TRAIT = re.compile(r"\bage\b|\bP ?[=<>]|[=<>] ?$|\bTable\b|\bANOVA\b", re.IGNORECASE)
"""Words of no outcome: what people were like, and the machinery of a test."""


@dataclass(frozen=True, slots=True)
class Told:
    """A number and the arm that it is bound to."""

    one: Mention
    group: Group


def reports(sentence: Sentence) -> bool:
    """Whether a sentence can tell of arms of its own document."""
    return not sentence.citations and (sentence.own or not sentence.document.citations)


def arm_of(sentence: Sentence, one: Mention) -> Group | None:
    """The arm of a result where a sentence names several, or one that no vocabulary knows."""
    if role_of(one) is not Role.MEASUREMENT and not is_time(one):
        return None
    held = bound_figures(sentence)
    group = next((told.group for told in held if told.one.start == one.start), None)
    several = len({told.group.key for told in held}) > 1
    return group if group is not None and (several or not group.is_drug) else None


@lru_cache(maxsize=1)  # asked for every number of a sentence in turn
def bound_figures(sentence: Sentence) -> tuple[Told, ...]:
    """The numbers of a sentence that are bound to an arm, in order."""
    if not reports(sentence):
        return ()
    held = list(figures(sentence))
    if not held:
        return ()
    heads = [Figure(one.start, one.end) for one, first in held if first]
    taken = sentence.of(Role.OUTCOME, Role.INSTRUMENT, Role.TIME, Role.PRECISION)
    named = groups(sentence.text, *sentence.span, heads, sentence.treatments, sentence.amounts, taken)
    by_place = {one.start: one for one in named}
    of_heads = bound(sentence.text, *sentence.span, heads, [one.named for one in named])
    made: list[Told] = []
    place = -1
    for one, first in held:
        place += first
        if place in of_heads:
            made.append(Told(one, by_place[of_heads[place].start]))
    return tuple(made)


def unknown_outcomes(
    sentence: Sentence, made: Sequence[tuple[Mention, Sequence[DataItem]]], results: Sequence[Mention]
) -> Iterator[tuple[Mention, list[DataItem]]]:
    """A record for each bound number that has none yet; `results` are the measurements that were found to be results."""
    if sentence.section == "methods" or (sentence.of(Role.MEASUREMENT) and not results):
        return
    numbers = ("value", "events", "n", "arm_n")
    have = [(entry.start, entry.end) for _, items in made for entry in items if entry.column in numbers]
    held = bound_figures(sentence)
    several = len({entry.group.key for entry in held}) > 1
    for entry in held:
        one = entry.one
        if any(one.start < end and start < one.end for start, end in have):
            continue
        if role_of(one) is Role.MEASUREMENT and one in sentence.mentions and one not in results:
            continue
        words = outcome_words(sentence, one)
        # A bare whole number counts only where arms are held against each other.
        telling = one in sentence.mentions or one.unit or BY_NAME[one.field].measure == "count" or "." in str(one.value)
        if words is not None and (several or telling):
            yield one, [*_stated(sentence, one), *words, *named(sentence, entry.group)]


def _stated(sentence: Sentence, one: Mention) -> Iterator[DataItem]:
    document, text = sentence.document, sentence.text
    before = text[max(sentence.span.start, one.start - 150) : one.start]
    counted = role_of(one) is Role.SAMPLE
    if is_time(one) and one.value is not None:
        yield item(document, "value", one.value, one.start, one.end, "contrast.time", unit=one.unit)
        yield item(document, "unit", one.unit, one.start, one.end, "contrast.time")
    else:
        yield from items_of(document, one, "contrast", columns={"n": "events"} if counted else None)
    measure = _measure(one, before)
    if measure:
        yield item(document, "measure", measure, one.start, one.end, "contrast.measure")


def _measure(one: Mention, before: str) -> str:
    """What sort of number it is, where the words say so."""
    if role_of(one) is Role.SAMPLE:
        return "count"
    if is_time(one):
        return "time"
    if role_of(one) is Role.MEASUREMENT and BY_NAME[one.field].measure != "mean":
        return BY_NAME[one.field].measure
    if _SHIFT.search(before[-60:]):
        return "change"
    if one.unit == "%":
        return "rate"
    averages = list(_MEANS.finditer(before))
    if averages:
        return str(averages[-1].lastgroup)
    return "mean" if "sd" in one.parts else ""


def outcome_words(sentence: Sentence, one: Mention) -> list[DataItem] | None:
    """What was measured, in the words of the source; None for what people were like, and where no words tell."""
    text, document = sentence.text, sentence.document
    for span in _wordings(sentence, one):
        words = text[span.start : span.end].strip(" ,:(.")
        if _TRAIT.search(words):
            return None
        if re.search(r"[^\W\d]{3}", words) and words.lower() not in _EMPTY:
            words = words[:_LONGEST]
            at = text.index(words, span.start)
            return [item(document, "outcome_text", " ".join(words.split()), at, at + len(words), "contrast.words")]
    return None


def _wordings(sentence: Sentence, one: Mention) -> Iterator[Span]:
    """Where the words may stand, the likeliest first: before the verb of the number's clause, between the two, behind."""
    text, begin = sentence.text, sentence.span.start
    marks = [match.end() for match in re.compile("; ").finditer(text, begin, one.start)]
    open_at = [at for at in marks if text.count("(", begin, at) == text.count(")", begin, at)]
    for start in dict.fromkeys((max(open_at, default=begin), begin)):
        opening = _OPENING.match(text, start, one.start)
        first = opening.end() if opening else start
        verb = _VERB.search(text, first, one.start)
        yield Span(first, verb.start() if verb else one.start)
        if verb and text[first : verb.start()].strip().lower() not in _EMPTY:
            yield Span(verb.start(), one.start)
        elif verb and not re.search(r"\d", text[verb.end() : one.start]):
            yield Span(verb.end(), one.start)
    behind = _COUNTED.match(text, one.end, sentence.span.end)
    if behind:
        yield Span(*behind.span("what"))
    after = _VERB.search(text, one.end, sentence.span.end)
    if after is not None:
        mark = re.compile(r"[,;(]|$").search(text, after.start(), sentence.span.end)
        yield Span(after.start(), mark.start() if mark else sentence.span.end)


def named(sentence: Sentence, group: Group) -> Iterator[DataItem]:
    """The items that name an arm: its treatment where a vocabulary knows it, and its name as printed."""
    document = sentence.document
    for one in sentence.of(Role.SAMPLE):
        if re.fullmatch(r" ?[(\[] ?", sentence.text[group.end : one.start]):
            yield from items_of(document, one, "contrast", columns={"n": "arm_n"})
    held = [one for one in group.treatments if not is_class(one)]
    if len({identity(one) for one in held}) == 1:
        yield from items_of(document, held[0], "contrast")
        if group.is_drug:
            name = held[0].preferred or " ".join(held[0].text.split())
            yield item(document, "arm", name, group.start, group.end, "contrast.arm")
            return
    yield item(document, "arm", " ".join(group.text.split()), group.start, group.end, "contrast.arm")
