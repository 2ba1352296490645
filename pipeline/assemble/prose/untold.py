"""What a sentence states without a number: effects at a time point, significance alone, and how a study was made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.assemble.binding import cost, nearest
from pipeline.assemble.items import (
    ONSET,
    is_effect,
    is_time,
    is_time_outcome,
    item,
    items_of,
    joined,
    outcome_of_scale,
    role_of,
)
from pipeline.assemble.prose.arms import (
    ARM,
    arm,
    is_length_of_treatment,
    is_of_this_study,
    is_population,
    samples_of_arms,
)
from pipeline.assemble.prose.sentence import Sentence
from pipeline.document import Document
from pipeline.evidence import NOT_REPORTED, DataItem, Mention
from pipeline.fields import PEOPLE_PLURAL, Role

Statement = tuple[Mention, list[DataItem]]
"""The mention that a record is built around, and the record's items."""

_WITHIN = re.compile(
    r"\b(?:within|as early as|as soon as|(?:set in|sets in|beg[ai]n|began|started|emerged|appeared) (?:after|at|by|from|within))"
    r"(?: (?:the first|about|approximately|only))? ?$",
    re.IGNORECASE,
)
_NOT_TOLD = re.compile(r"\bnot (?:\w+ )?(?:reported|given|stated|available)\b", re.IGNORECASE)
_WITHHELD = re.compile(
    r"[^.;,]{0,25}? (?P<said>(?:was|were|is|are|has been|have been) not (?:been )?(?:reported|given|stated|published|"
    r"presented|available))\b",
    re.IGNORECASE,
)
_OF_THE_STUDY = ("abstract", "methods")
_CONDITION = re.compile(
    r"\bif\b|\badjust\w* for\b|\bcontroll\w+ for\b|\btaken into account\b|\bcovariates?\b", re.IGNORECASE
)
"""A time point beside these is one of a condition or of what was adjusted for."""
_BESIDE_SCALE = 40
"""So much further off than a scale may an outcome stand that the scale measures."""
_REACHED = re.compile(r"\breach\w* (?:an? |the |their |its )?$", re.IGNORECASE)
_RELATED = re.compile(r"\b(?:differ(?:ed)?|predict\w*|correlat\w+)\b", re.IGNORECASE)
"""What a sentence that gives no number may still say of an outcome."""
_PATIENTS = re.compile(rf"\b(?:{PEOPLE_PLURAL}|all)\b", re.IGNORECASE)
_SIGNIFICANT = re.compile(r"\bsignifican\w+", re.IGNORECASE)
_NOT_DONE = frozenset(("hypothetical", "planned"))
"""Contexts in which a number is no finding."""


def was_found(one: Mention) -> bool:
    """Whether a thing is told as found, not as planned or supposed."""
    return _NOT_DONE.isdisjoint(one.context)


def _onset(sentence: Sentence, one: Mention, outcome: Mention) -> Iterator[DataItem]:
    """`An effect was seen within 2 h` states how soon."""
    document, rule = sentence.document, f"{one.field}.onset"
    yield from quantity(document, one, rule)
    yield item(document, "outcome", ONSET, one.start, one.end, rule)
    yield from items_of(document, outcome, "nearest")
    yield from arm(sentence, one, [one])


def quantity(document: Document, one: Mention, rule: str) -> Iterator[DataItem]:
    if one.value is not None:
        yield item(document, "value", one.value, one.start, one.end, rule, unit=one.unit)
    if one.value_high is not None:
        yield item(document, "value_high", one.value_high, one.start, one.end, rule, unit=one.unit)
    yield item(document, "unit", one.unit, one.start, one.end, rule)
    yield item(document, "measure", "time", one.start, one.end, rule)


def moments_of(sentence: Sentence, moments: Sequence[Mention]) -> list[Statement]:
    """Effects told with a time point or a P value but no number: a record for each time point."""
    document, text = sentence.document, sentence.text
    outcomes = [one for one in sentence.of(Role.OUTCOME) if not is_time_outcome(one)]
    subjects = [one for one in outcomes if not _is_height(text, one, outcomes)]
    outcomes = subjects or outcomes
    if _CONDITION.search(text, sentence.span.start, sentence.span.end):
        return []
    scales, precise = sentence.instruments, sentence.of(Role.PRECISION)
    outcomes = [one for one in outcomes if "negated" not in one.context] or ([] if scales else outcomes)
    made: list[Statement] = []
    for one in moments or precise:
        named = [nearest(text, one, outcomes), nearest(text, one, scales)]
        if named[0] and named[1] and cost(text, one, named[0]) > cost(text, one, named[1]) + _BESIDE_SCALE:
            named[0] = None
        if not any(named):
            continue
        items = list(items_of(document, one, "sentence"))
        for found in named:
            items.extend(items_of(document, found, "nearest") if found is not None else ())
        if named[0] is None and named[1] is not None:
            rule = f"{named[1].field}.outcome"
            items.append(item(document, "outcome", outcome_of_scale(named[1]), named[1].start, named[1].end, rule))
        told = _SIGNIFICANT.search(text, sentence.span.start, sentence.span.end)
        if told is None and not precise:
            denied = any(found is not None and "negated" in found.context for found in named)
            if denied or _NOT_TOLD.search(text, sentence.span.start, sentence.span.end):
                continue
            if (
                named[0] is not None
                and named[1] is None
                and is_effect(named[0])
                and _WITHIN.search(text[max(0, one.start - 40) : one.start])
            ):
                made.append((one, list(_onset(sentence, one, named[0]))))
                continue
        if one in precise or (len(precise) == 1 and len(moments) == 1):
            value = one if one in precise else precise[0]
            items.extend(items_of(document, value, "sentence"))
            items.append(item(document, "measure", "p_only", value.start, value.end, "significance.sentence"))
        elif told is not None:
            items.append(item(document, "measure", "p_only", told.start(), told.end(), "significance.sentence"))
        items.extend(arm(sentence, one, [one]))
        made.append((one, items))
    return made


def _is_height(text: str, one: Mention, outcomes: Sequence[Mention]) -> bool:
    """Whether an outcome's name only says how high another came: `nausea reached peak levels`."""
    return bool(_REACHED.search(text[max(0, one.start - 30) : one.start])) and any(
        other.end <= one.start for other in outcomes
    )


def not_reported(sentence: Sentence) -> Iterator[Statement]:
    """`Relapse rates were not reported`: a record whose value says so."""
    document, text = sentence.document, sentence.text
    for one in sentence.of(Role.OUTCOME, Role.INSTRUMENT):
        said = _WITHHELD.match(text, one.end, min(one.end + 60, sentence.span.end))
        if said is not None:
            items = [*items_of(document, one, "sentence"), *arm(sentence, one, [one])]
            if role_of(one) is Role.INSTRUMENT:
                items.append(
                    item(document, "outcome", outcome_of_scale(one), one.start, one.end, f"{one.field}.outcome")
                )
            items.append(
                item(document, "value", NOT_REPORTED, said.start("said"), said.end("said"), "not_reported.sentence")
            )
            yield one, items


def arrangements(sentence: Sentence) -> Iterator[Statement]:
    """How a study was made: a record for each sample, or one for the regimen."""
    document, text = sentence.document, sentence.text
    samples = [one for one in sentence.of(Role.SAMPLE) if was_found(one)]
    amounts = [
        one
        for one in sentence.of(Role.REGIMEN)
        if one.value is not None and was_found(one) and (not is_time(one) or is_length_of_treatment(text, one))
    ]
    for one in samples or amounts[:1]:
        columns = ARM if one in samples_of_arms(sentence).values() else None
        items = [*items_of(document, one, "sentence", columns=columns), *arm(sentence, one, samples)]
        told = [scale := nearest(text, one, sentence.instruments)]
        if scale is None and _RELATED.search(text, sentence.span.start, sentence.span.end):
            told.append(nearest(text, one, sentence.of(Role.OUTCOME)))
        for found in told:
            items.extend(items_of(document, found, "sentence") if found is not None else ())
        yield one, items
    designs = sentence.of(Role.DESIGN)
    cited = [label for citation in sentence.citations for label in citation.labels]
    described = sentence.section in _OF_THE_STUDY if sentence.own else len(cited) == 1
    if not samples and not amounts and described and any(is_of_this_study(one) for one in designs):
        own = [one for one in designs if is_of_this_study(one)]
        yield own[0], [*arm(sentence, own[0], ()), *joined(document, own, "sentence")]
    elif not samples and not amounts and sentence.own and described:
        people = [one for one in sentence.of(Role.POPULATION) if is_of_this_study(one) and is_population(text, one)]
        if people and _PATIENTS.search(text, sentence.span.start, people[0].start):
            yield people[0], [*arm(sentence, people[0], ()), *joined(document, people, "sentence")]
