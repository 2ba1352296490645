"""What a sentence states around results: thresholds, and how many studies, cases or treatments there were.

A threshold says what counts as an outcome (`response was a reduction of at least 50 %`), or who could take part; its record
has the measure `criterion`. A tally counts something other than people; its unit says what.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.assemble.binding import nearest
from pipeline.assemble.items import is_effect, is_time, item, items_of, units_of
from pipeline.assemble.prose.sentence import Sentence
from pipeline.assemble.prose.untold import Statement, was_found
from pipeline.document import Document
from pipeline.evidence import DataItem, Mention
from pipeline.fields import BY_NAME, Role

CRITERION = "criterion"
"""The measure of a record that states a threshold, not a result."""

_DEFINITION = re.compile(
    r"\b(?:defin\w+|criteri(?:a|on)(?: for \w+)?(?: (?:of|was|were|being)\b|[:,( ]*$)|threshold|taken as|counted as|meaning|"
    r"meant)[^.;)]{0,90}$|"
    r"\b(?:reduction|decrease|improvement|fall|drop)s? of (?:at least |≥ ?)$|[≥] ?$",
    re.IGNORECASE,
)
# `4 of 7 patients responded (50 % improvement)`: behind a number of people, what counted as a response.
_IN_BRACKETS = re.compile(
    r"\b(?:of|%|patients|subjects|participants|responded|responders)\b[^.;()]{0,60}\((?:≥|>|at least)? ?$"
)
_OR_MORE = re.compile(r" ?(?:points? )?or (?:more|greater|higher|less|lower|below|above)\b", re.IGNORECASE)
_THRESHOLD = re.compile(r"\bat least (?:a )?$", re.IGNORECASE)
_SHIFT = re.compile(r" ?(?:reduction|decrease|improvement|increase|fall|drop|decline|rise)\b", re.IGNORECASE)
_SAYS_SO = re.compile(
    r"\b(?:defin\w+|criteri(?:a|on)|taken as|counted as|considered|meaning|meant|"
    r"(?:was|is|as) (?:an? )?(?:≥|at least|reduction|fall|drop|decrease|improvement|score))",
    re.IGNORECASE,
)
_COLON = re.compile(r"(?: rates?)? ?(?:[:=] |\([^()]*$)")
_MAKES = re.compile(
    r"\b(?:counted as|defin\w+(?: as)?|considered|taken as|criteri(?:a|on)|constituted|was (?:an? )?)[^.;,]{0,20}$"
)
_UNCHANGED = re.compile(
    r"\b(?:stable|unchanged|constant|fixed)\b[^.;]{0,60}?(?:\bfor |≥ ?|\bat least |\bminimum of |\bmore than ){1,2}$",
    re.IGNORECASE,
)
_BEFORE_STUDY = re.compile(r"[^.;,]{0,10}\b(?:prior|before|preceding|previous|at (?:study )?entry)\b", re.IGNORECASE)
_RESISTANT = re.compile(r"\b(?:resistan\w*|refractory|TRD|fail\w*|not respon\w*|non-?respon\w*)\b", re.IGNORECASE)
_NEAR = 110

TALLIES = {"{study}": "studies", "{infusion}": "treatments_given", "{administration}": "treatments_given"}
"""The outcome that a tally of this unit is of."""
_FAILED = "{treatment}"
_CASES = re.compile(
    r"[^.;]{0,25}\b(?:cases|worldwide|globally|in the world|affected|suffer|live with|had)\b", re.IGNORECASE
)


def is_threshold(text: str, one: Mention) -> bool:
    """`defined as a reduction of at least 50 %` states a threshold, not a result."""
    before = text[max(0, one.start - 100) : one.start]
    if _IN_BRACKETS.search(before) and _SHIFT.match(text, one.end, one.end + 20):
        return True
    if _DEFINITION.search(before) or _OR_MORE.match(text, one.end, one.end + 30):
        return True
    return bool(_THRESHOLD.search(before) and _SHIFT.match(text, one.end, one.end + 20))


def is_money(one: Mention) -> bool:
    """Whether a result is a sum of money. In a review it is a burden of disease unless the sentence names a treatment."""
    return one.unit.rpartition(".")[2] in units_of("money")


def is_tally(one: Mention) -> bool:
    """Whether a mention counts something other than people."""
    return BY_NAME[one.field].measure == "count" and bool(one.unit)


def asides(sentence: Sentence) -> list[Statement]:
    """All of it, in the order of the sentence."""
    return sorted([*_thresholds(sentence), *_tallies(sentence)], key=lambda statement: statement[0].start)


def _thresholds(sentence: Sentence) -> Iterator[Statement]:
    """What counts as an outcome, and how long treatment had to be unchanged."""
    for one in sentence.of(Role.MEASUREMENT):
        if not is_tally(one) and one.value is not None and is_threshold(sentence.text, one):
            defined = _defined(sentence, one)
            if defined is not None:
                yield (
                    one,
                    [
                        *_threshold(sentence, one),
                        *_scale(sentence, one),
                        *items_of(sentence.document, defined, "defined"),
                    ],
                )
    for one in sentence.mentions:
        if is_time(one) and one.value is not None and is_entry_time(sentence.text, one):
            outcome = item(
                sentence.document, "outcome", "stable_medication", one.start, one.end, f"{one.field}.criterion"
            )
            yield one, [*_threshold(sentence, one), outcome]


def is_entry_time(text: str, one: Mention) -> bool:
    """`on a stable dose for at least 4 weeks before the study` says who could take part."""
    return bool(_UNCHANGED.search(text[max(0, one.start - 110) : one.start]) and _BEFORE_STUDY.match(text, one.end))


def _tallies(sentence: Sentence) -> Iterator[Statement]:
    """How many studies, cases or treatments. The report of a study counts studies only in passing."""
    document, text = sentence.document, sentence.text
    for one in sentence.of(Role.MEASUREMENT):
        if not is_tally(one) or not was_found(one):
            continue
        outcome, measure = TALLIES.get(one.unit, ""), "count"
        if one.unit == _FAILED and _RESISTANT.search(text, *sentence.span):
            outcome, measure = "treatment_resistance", CRITERION
        elif not outcome and one.unit != _FAILED and _CASES.match(text, one.end):
            outcome = "prevalence"
        if not outcome or (outcome == "studies" and sentence.reports):
            continue
        rule = f"{one.field}.tally"
        items = [*_quantity(document, one, rule), item(document, "measure", measure, one.start, one.end, rule)]
        items.append(item(document, "outcome", outcome, one.start, one.end, rule))
        items.append(item(document, "outcome_text", " ".join(one.text.split()), one.start, one.end, rule))
        given = nearest(text, one, sentence.active)
        if given is not None and measure == "count":
            items.extend(items_of(document, given, "nearest"))
        people = nearest(text, one, sentence.of(Role.POPULATION))
        if people is not None:
            items.extend(items_of(document, people, "nearest"))
        yield one, items


def _threshold(sentence: Sentence, one: Mention) -> Iterator[DataItem]:
    yield from _quantity(sentence.document, one, f"{one.field}.criterion")
    yield item(sentence.document, "measure", CRITERION, one.start, one.end, f"{one.field}.criterion")


def _quantity(document: Document, one: Mention, rule: str) -> Iterator[DataItem]:
    if one.value is not None:
        yield item(document, "value", one.value, one.start, one.end, rule, unit=one.unit)
    if one.unit:
        yield item(document, "unit", one.unit, one.start, one.end, rule)


def _defined(sentence: Sentence, one: Mention) -> Mention | None:
    """The outcome that a threshold defines: the last named before it, else one that the words behind say it makes."""
    text, begin = sentence.text, sentence.span.start
    named = [found for found in sentence.of(Role.OUTCOME) if is_effect(found)]
    before = [found for found in named if found.end <= one.start and one.start - found.end <= _NEAR]
    opened = next((found for found in reversed(before) if _COLON.match(text[found.end : one.start])), None)
    if opened is not None:
        return opened
    bracketed = _IN_BRACKETS.search(text[max(0, one.start - 100) : one.start])
    if before and (bracketed or _SAYS_SO.search(text, begin, one.start)):
        return before[-1]
    after = [found for found in named if 0 <= found.start - one.end <= _NEAR]
    return next((found for found in after if _MAKES.search(text, one.end, found.start)), None)


def _scale(sentence: Sentence, one: Mention) -> Iterator[DataItem]:
    scale = nearest(sentence.text, one, sentence.instruments)
    if scale is not None:
        yield from items_of(sentence.document, scale, "nearest")
        if not one.unit:
            yield item(sentence.document, "unit", "{score}", scale.start, scale.end, f"{scale.field}.unit")
