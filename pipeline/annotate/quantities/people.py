"""How many people: sample sizes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.annotate.found import ADJECTIVES, Found
from pipeline.annotate.numbers import COUNT, INNER, number
from pipeline.fields import PEOPLE

_EQUALS = re.compile(rf"(?<![\w-])[nN] ?= ?(?P<value>{INNER})(?![.\d%])")
_PEOPLE = re.compile(
    rf"(?P<value>{COUNT})(?:-| )(?!(?:million|billion|thousand)\b){ADJECTIVES}(?P<who>{PEOPLE})\b", re.IGNORECASE
)
# `205 patient infusions` are no 205 patients.
_ONE_PERSON = frozenset(("patient", "subject", "participant", "individual", "adult", "person", "volunteer", "case"))
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
    rf"(?P<value>{COUNT})(?= (?:received|completed|entered|participated|took part|of (?:them|whom|these|those)|"
    r"were (?:randomi[sz]ed|assigned|enrolled|included|allocated|treated))\b)",
    re.IGNORECASE,
)
# Something happened to these people, so their number is a result.
_HAPPENED = re.compile(
    r"(?:(?!\bthose\b|\bwho\b)[^.,;:()]){0,60}?\b(?:developed|experienced|reported|withdrew|dropped out|discontinued|"
    r"relapsed|responded|remitted|died|met|achieved)\b",
    re.IGNORECASE,
)
_ENROLLED = re.compile(
    rf"\b(?:enrolled|randomi[sz]ed|recruited|included|treated|assigned) (?P<value>{COUNT})(?= (?:to|with|in|and)\b|[,;.])",
    re.IGNORECASE,
)


def people(text: str) -> Iterator[Found]:
    """Numbers of people who were studied, and of those to whom something happened."""
    for pattern in (_EQUALS, _PEOPLE, _SAMPLE, _AND_WITH, _WHO_DID, _ENROLLED):
        for match in pattern.finditer(text):
            value = number(match["value"])
            if pattern is _PEOPLE and value != 1 and match["who"].lower() in _ONE_PERSON:
                continue
            if value == value.to_integral() and value > 0:
                start = match.start() if pattern is _EQUALS else match.start("value")
                end = match.end() if pattern in (_EQUALS, _PEOPLE) else match.end("value")
                counted = pattern in (_PEOPLE, _AND_WITH) and _HAPPENED.match(text, end)
                yield Found("count" if counted else "sample_size", start, end, value)
