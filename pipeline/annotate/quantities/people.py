"""How many people: sample sizes, and those to whom something happened; tallies of other things beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.annotate.found import ADJECTIVES, Found
from pipeline.annotate.numbers import COUNT, INNER, SPELLED, number
from pipeline.annotate.quantities.tallies import tallies
from pipeline.fields import PEOPLE, PEOPLE_PLURAL

_NO_CROWD = r"(?!(?:million|billion|thousand)\b)"
_EQUALS = re.compile(rf"(?<![\w-])[nN] ?= ?(?P<value>{INNER})(?![.\d%])")
# Several people are named in the plural; what stands in the singular before them is an adjective (`adult smokers`).
_SEVERAL = re.compile(rf"(?P<value>{COUNT})(?:-| ){_NO_CROWD}{ADJECTIVES}{PEOPLE_PLURAL}\b", re.IGNORECASE)
_ONE = re.compile(rf"(?P<value>(?<![\w-])(?:one|1)) {ADJECTIVES}{PEOPLE}\b", re.IGNORECASE)
_SAMPLE = re.compile(
    rf"\b(?:sample|total|cohort|group|population|samples) of (?:about |approximately |only |over )?(?P<value>{COUNT})(?! ?%)"
    r"(?! ?-?(?:mg|min|h|days?|weeks?|months?|years?|points?|infusions?|trials|studies)\b)",
    re.IGNORECASE,
)
# `42 subjects with X and 14 with Y`: the second count shares the first one's people.
_AND_WITH = re.compile(
    rf"\b(?:and|nor|or) (?:in )?(?P<value>{COUNT}) (?:with|on|in the|given) (?=[A-Za-z])", re.IGNORECASE
)
# `72 received an infusion`, `17 completed both days`, `47 of them`.
_WHO_DID = re.compile(
    rf"(?P<value>{COUNT})(?= (?:received|receiving|completed|completing|entered|participated|took part|did not|"
    r"of (?:them|whom|these|those)|"
    r"were (?:randomi[sz]ed|assigned|enrolled|included|allocated|treated|eligible|analy[sz]ed|evaluated|assessed|studied))\b)",
    re.IGNORECASE,
)
# `47 of them X and 25 Y`: the second count is of the same people.
_AND_OTHERS = re.compile(
    rf"\b{COUNT} of (?:them|whom|these|those) [\w-]+(?: [\w-]+)?,? and (?P<value>{COUNT})(?= [a-zA-Z][\w-]+[,.;)])",
    re.IGNORECASE,
)
_OF_WHOM = re.compile(rf"\b(?:of whom|of which|of these,?|in total,?) (?P<value>{COUNT})(?! ?(?:%|\())", re.IGNORECASE)
# Something happened to these people, so their number is a result.
_HAPPENED = re.compile(
    r"(?:(?!\bthose\b|\bwho\b)[^.,;:()]){0,60}?\b(?:developed|experienced|reported|withdrew|dropped out|discontinued|"
    r"relapsed|responded|remitted|died|met|achieved)\b",
    re.IGNORECASE,
)
# `four participants withdrew: two had raised blood pressure, one asked to stop` counts the same people, by reason.
_REASONS = re.compile(
    rf"(?:[:,;] (?:and )?|\band )(?P<value>{SPELLED}|\d{{1,3}}) (?:(?:had|developed|experienced|reported|showed|asked|"
    r"stopped|withdrew|died|complained|refused)\b|(?:for|because of|due to|owing to|after|at (?:the )?request)\b)",
    re.IGNORECASE,
)
_SHARE_OF = re.compile(rf"(?P<value>{COUNT}) \([\d.]+ ?%\) {ADJECTIVES}{PEOPLE_PLURAL}\b", re.IGNORECASE)
_ENROLLED = re.compile(
    rf"\b(?:enrolled|randomi[sz]ed|recruited|included|treated|assigned) (?P<value>{COUNT})(?= (?:to|with|in|and)\b|[,;.])",
    re.IGNORECASE,
)


def people(text: str) -> Iterator[Found]:
    """Numbers of people who were studied, and of those to whom something happened; tallies of other things."""
    yield from tallies(text)
    for pattern in (_EQUALS, _SEVERAL, _ONE, _SAMPLE, _AND_WITH, _WHO_DID, _AND_OTHERS, _OF_WHOM, _ENROLLED):
        for match in pattern.finditer(text):
            value = number(match["value"])
            if value == value.to_integral() and value > 0:
                start = match.start() if pattern is _EQUALS else match.start("value")
                end = match.end() if pattern in (_EQUALS, _SEVERAL, _ONE) else match.end("value")
                counted = pattern in (_SEVERAL, _ONE, _AND_WITH) and _HAPPENED.match(text, end)
                yield Found("count" if counted else "sample_size", start, end, value)
    for match in (*_SEVERAL.finditer(text), *_SHARE_OF.finditer(text)):
        stop = text.find(". ", match.end())
        for reason in _REASONS.finditer(text, match.end(), stop if stop > 0 else len(text)):
            if 0 < number(reason["value"]) <= number(match["value"]):
                yield Found("count", reason.start("value"), reason.end("value"), number(reason["value"]))
