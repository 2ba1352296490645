"""What a sentence reports: numbers with what they measure, times of effects, and significance without a number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.assemble.binding import nearest, respectively, side_by_side
from pipeline.assemble.items import (
    is_counted,
    is_time,
    is_time_outcome,
    item,
    items_of,
    opposite_of,
    outcome_of_scale,
    role_of,
    time_of,
)
from pipeline.assemble.prose.arms import (
    arm,
    is_length_of_treatment,
    is_population,
)
from pipeline.assemble.prose.around import is_entry_time, is_tally, is_threshold
from pipeline.assemble.prose.contrasts import unknown_outcomes
from pipeline.assemble.prose.sentence import Sentence
from pipeline.assemble.prose.untold import Statement, arrangements, moments_of, not_reported, quantity, was_found
from pipeline.evidence import DataItem, Mention
from pipeline.fields import BY_NAME, Role

_SHIFT = re.compile(r" ?(?:reduction|decrease|improvement|increase|fall|drop|decline|rise)\b", re.IGNORECASE)
_UNTIL = re.compile(r"\b(?:to|until)\b")
_AFTER = re.compile(r"\b(?:in|after|within) (?:about |around |approximately |some |less than |fewer than )?$")
_SCORED = ("mean", "median", "change", "difference")
_SHIFTED_BY = re.compile(
    r"\b(?:lower|reduc|decreas|increas|improv|fell|fall|rose|rais|drop|declin)\w*[^.;]{0,50}\bby (?:about |approximately )?$",
    re.IGNORECASE,
)


def statements(sentence: Sentence) -> list[Statement]:
    """What a sentence states, in its order: results, else significance and time points, else how a study was made."""
    text = sentence.text
    if sentence.own and any("cited" in one.context for one in sentence.mentions):
        return []
    numbers = [
        one
        for one in sentence.of(Role.MEASUREMENT)
        if was_found(one) and not is_tally(one) and not is_threshold(text, one)
    ]
    entry = [one for one in sentence.mentions if is_time(one) and is_entry_time(text, one)]
    times = [
        one
        for one in sentence.mentions
        if is_time(one) and one not in entry and was_found(one) and _is_result(sentence, one)
    ]
    made = [(one, list(_number(sentence, one, numbers))) for one in numbers]
    made += [(one, list(_time(sentence, one, times))) for one in times]
    made = [(one, items) for one, items in made if {item.column for item in items} & {"outcome", "scale"}]
    bound = {item.start for one, items in made for item in items if item.column == "timepoint"}
    moments = [
        one
        for one in sentence.moments
        if one not in times and one not in entry and one.start not in bound and was_found(one)
    ]
    if any(role_of(one) is Role.MEASUREMENT for one, _ in made):
        moments = [one for one in moments if _is_told_significant(text, sentence.span.start, one)]
        made += moments_of(sentence, moments) if moments else []
    else:
        made += moments_of(sentence, moments)
    told = [*made, *not_reported(sentence)] or list(arrangements(sentence))
    return sorted([*told, *unknown_outcomes(sentence, told, numbers)], key=lambda entry: entry[0].start)


def _is_told_significant(text: str, start: int, one: Mention) -> bool:
    """Whether the clause before a time point says, beside other numbers, that a difference was significant then."""
    clause = re.split(r"[;,]", text[start : one.start])[-1]
    return "significan" in clause


def _is_result(sentence: Sentence, one: Mention) -> bool:
    """A time is a result where the outcome it belongs to is itself a time, or where it says how long an effect lasted."""
    text = sentence.text
    governing = nearest(text, one, sentence.of(Role.OUTCOME, Role.INSTRUMENT), right=25, limit=200)
    if governing is not None and is_time_outcome(governing):
        return role_of(one) is Role.REGIMEN or governing.start < one.start
    lasts = role_of(one) is Role.REGIMEN and "-" not in one.text.lstrip("-") and not is_length_of_treatment(text, one)
    return (
        lasts
        and not sentence.of(Role.MEASUREMENT)
        and nearest(text, one, sentence.of(Role.OUTCOME), limit=90) is not None
    )


def _number(sentence: Sentence, one: Mention, numbers: Sequence[Mention]) -> Iterator[DataItem]:
    document, text = sentence.document, sentence.text
    alike = [other for other in numbers if other.field == one.field]
    yield from items_of(document, one, "sentence")
    shifted = one.unit == "%" and (
        _SHIFT.match(text, one.end, one.end + 20) or _SHIFTED_BY.search(text[max(0, one.start - 70) : one.start])
    )
    measure = "change" if shifted else str(one.parts.get("average") or BY_NAME[one.field].measure)
    yield item(document, "measure", measure, one.start, one.end, f"{one.field}.sentence")
    symptoms = [found for found in sentence.of(Role.POPULATION) if not is_population(text, found)]
    outcomes = [*_fitting(one, sentence.of(Role.OUTCOME)), *(() if _shares(one) else symptoms)]
    scale = nearest(text, one, sentence.instruments)
    if scale is not None and not _shares(one):
        outcomes = [found for found in outcomes if found in symptoms or not is_counted(found)]
    outcome = respectively(text, alike, outcomes, sentence.span.end).get(one.start) or (
        _what_happened(one, alike, outcomes) or nearest(text, one, outcomes)
    )
    if outcome is None and scale is None and not _shares(one):
        # `The largest difference was 7.6` goes on about what the sentence before measured.
        outcome = next((found for found in sentence.measured if role_of(found) is Role.OUTCOME), None)
        scale = next((found for found in sentence.measured if role_of(found) is Role.INSTRUMENT), None)
    moment = _moment(sentence, one, alike)
    if outcome is not None and (opposite := opposite_of(outcome)):
        yield item(document, "outcome", opposite, outcome.start, outcome.end, f"{outcome.field}.negated")
    for found in (outcome, scale, moment):
        if found is not None and found not in symptoms:
            yield from items_of(document, found, "nearest")
    if outcome is not None and outcome in symptoms:
        yield item(document, "outcome", "severity", outcome.start, outcome.end, f"{outcome.field}.symptom")
    if scale is not None and not one.unit and one.value is not None and measure in _SCORED:
        yield item(document, "unit", "{score}", scale.start, scale.end, f"{scale.field}.unit")
    if outcome is None and scale is not None:
        yield item(document, "outcome", outcome_of_scale(scale), scale.start, scale.end, f"{scale.field}.outcome")
    for precise in sentence.of(Role.PRECISION):
        if _precision_of(precise, numbers) is one:
            yield from items_of(document, precise, "following")
    yield from arm(sentence, one, alike)


def _moment(sentence: Sentence, one: Mention, alike: Sequence[Mention]) -> Mention | None:
    """The time point of a number: the nearest in its clause, else the only one, else the one the sentence opens with."""
    before = next((other for other in alike if side_by_side(sentence.text, other, one)), None)
    if before is not None:
        return _moment(sentence, before, alike)
    near = nearest(sentence.text, one, sentence.moments, alike, limit=150)
    if near is not None or not sentence.moments:
        return near
    first = sentence.moments[0]
    opens = first.start - sentence.span.start < 25
    return first if len(sentence.moments) == 1 or opens else None


def _precision_of(precise: Mention, numbers: Sequence[Mention]) -> Mention | None:
    """The number that an interval or a P value belongs to: the one before it.

    A P value after several numbers of one kind compares them, and is told of the first.
    """
    before = [other for other in numbers if other.start < precise.start]
    if not before or precise.value_high is not None:
        return before[-1] if before else None
    return next(other for other in before if other.field == before[-1].field)


def _fitting(one: Mention, outcomes: Sequence[Mention]) -> Sequence[Mention]:
    """The outcomes that a result can be of: a share of people is of an outcome that some have and some have not."""
    return [outcome for outcome in outcomes if is_counted(outcome)] or outcomes if _shares(one) else outcomes


def _what_happened(one: Mention, alike: Sequence[Mention], outcomes: Sequence[Mention]) -> Mention | None:
    """The outcome that is told behind a number and before the next one.

    So it is with people who are counted without a total (`two had a headache, one`), and where each of several numbers
    has an outcome behind it and the first has none before (`71 % met the criterion for response and 29 % that for
    remission`).
    """
    ends = [*(other.start for other in alike[1:]), (alike[-1].end if alike else one.end) + 60]
    behind = [
        next((found for found in outcomes if other.end <= found.start < end), None)
        for other, end in zip(alike, ends, strict=False)
    ]
    own = next((found for other, found in zip(alike, behind, strict=True) if other is one), None)
    in_turn = len(alike) > 1 and all(behind) and not any(found.start < alike[0].start for found in outcomes)
    return own if in_turn or BY_NAME[one.field].measure == "count" else None


def _shares(one: Mention) -> bool:
    """Whether a result counts people."""
    return "events" in BY_NAME[one.field].columns.values()


def _time(sentence: Sentence, one: Mention, times: Sequence[Mention]) -> Iterator[DataItem]:
    document, rule = sentence.document, f"{one.field}.time"
    outcome = nearest(sentence.text, one, sentence.of(Role.OUTCOME), right=25)
    yield from quantity(document, one, rule)
    if outcome is not None:
        if not is_time_outcome(outcome):
            until = _UNTIL.search(sentence.text[one.end : outcome.start]) or (
                outcome.end <= one.start and _AFTER.search(sentence.text[outcome.end : one.start])
            )
            yield item(document, "outcome", time_of(outcome, until=bool(until)), one.start, one.end, rule)
        yield from items_of(document, outcome, "nearest")
    yield from arm(sentence, one, times)
