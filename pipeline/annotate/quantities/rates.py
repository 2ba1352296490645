"""Rates of people: percentages, `x/y`, `x of y`, fractions in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from pipeline.annotate.found import ADJECTIVES, Found
from pipeline.annotate.numbers import COUNT, FRACTION, INNER, fraction, number
from pipeline.annotate.quantities.lists import LISTED_DIGITS, pieces
from pipeline.fields import PEOPLE, PEOPLE_PLURAL

_PERCENT = r" ?-?(?:%|(?i:per ?cent)\b)"
_OF = r" ?(?:/|(?:out )?of) ?(?:the |all |these |those |a total of )?(?:remaining |other )?"
_WHO = rf"(?: {ADJECTIVES}{PEOPLE}(?: \w+){{0,2}}?| of (?:them|these|those|whom))?"
_WITH_PERCENT = re.compile(
    rf"(?P<events>{COUNT})(?:{_OF}(?P<total>{COUNT}))?{_WHO} ?[(\[] ?(?P<value>{INNER}){_PERCENT} ?[)\]]", re.IGNORECASE
)
_PERCENT_FIRST = re.compile(
    rf"(?P<value>(?<![\w.-]){INNER}){_PERCENT} ?[(\[] ?(?:[nN] ?= ?)?(?P<events>\d+)(?:{_OF}(?P<total>\d+))?"
    rf"(?: {PEOPLE})? ?[)\]]"
)
_SLASH = re.compile(
    r"(?<![\w/.,-])(?P<events>\d{1,5}) ?/ ?(?P<total>\d{1,6})(?![\w/%]|[.,]\d| ?-?(?:h|hours?|days?|weeks?|months?|years?)\b)"
)
_OUT_OF = re.compile(
    rf"(?P<events>{COUNT}) (?:out of|of|in)(?: the| all| these| those| a total of)? (?P<total>{COUNT})"
    rf"(?= (?:[\w-]+ ){{0,4}}?{PEOPLE}\b| (?:on|with|given|receiving|treated|who|after)\b)",
    re.IGNORECASE,
)
# `None of the 12 patients` states a rate: 0 of 12.
_NONE_OF = re.compile(
    rf"\bnone of (?:the |these |those |all )?(?P<total>{COUNT})(?= (?:[\w-]+ ){{0,4}}?{PEOPLE}\b)", re.IGNORECASE
)
# `Of 84 patients, 46 (54.8 %) answered`.
_TOTAL_BEFORE = re.compile(
    rf"(?:^|[.;] )of (?:the |these |all )?(?P<total>{COUNT}) {ADJECTIVES}{PEOPLE_PLURAL}(?: \w+){{0,3}}, $",
    re.IGNORECASE,
)
# Not a share of people: a level of confidence, a solution's strength.
_NO_RATE = (
    r"(?! ?-?(?:CI|confidence|credible|saline|sodium|NaCl|dextrose|glucose|solution|w/v|cream|gel|ointment|lidocaine))"
)
_SHARE = re.compile(rf"(?P<list>{LISTED_DIGITS}){_PERCENT}{_NO_RATE}")
_WORDED = re.compile(FRACTION, re.IGNORECASE)


def rates(text: str) -> Iterator[Found]:
    """Rates with whatever of value (percent), events and total is printed."""
    for pattern in (_WITH_PERCENT, _PERCENT_FIRST, _SLASH, _OUT_OF):
        for match in pattern.finditer(text):
            counted = _counted(match, _TOTAL_BEFORE.search(text[max(0, match.start() - 80) : match.start()]))
            if counted is not None:
                yield counted
    for match in _NONE_OF.finditer(text):
        parts = {"events": Decimal(0), "total": number(match["total"])}
        yield Found("rate", match.start(), match.end(), parts=parts)
    for match in _SHARE.finditer(text):
        found = list(pieces(text, match.start("list"), match.end("list")))
        for piece in found:
            yield Found(
                "rate", piece.start, match.end() if piece is found[-1] else piece.end, piece.low, piece.high, "%"
            )
    for match in _WORDED.finditer(text):
        yield Found("rate", match.start(), match.end(), fraction(match[0]), unit="%", preferred=match[0])


def _counted(match: re.Match[str], before: re.Match[str] | None) -> Found | None:
    groups = match.groupdict()
    events = number(groups["events"])
    told = groups["total"] or (before["total"] if before else None)
    total = number(told) if told else None
    value = number(groups["value"]) if groups.get("value") else None
    if events != events.to_integral() or (total is not None and (total == 0 or events > total)):
        return None
    if value is not None and value > 100:
        return None
    parts: dict[str, Decimal | str] = {"events": events}
    if total is not None:
        parts["total"] = total
    return Found("rate", match.start(), match.end(), value, unit="%" if value is not None else "", parts=parts)
