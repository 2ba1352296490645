"""Confidence intervals, P values, and ratios with their name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.annotate.found import Found
from pipeline.annotate.numbers import INNER, number

_LEVEL = r"(?<![\w.])(?P<level>\d\d(?:\.\d+)?) ?% ?-?"
_NAME = r"(?:CIs?\b|C\.I\.|CrIs?\b|(?i:confidence|credible) ?-?(?i:intervals?|limits?)(?: ?\(CIs?\))?)"
_BOUNDS = rf"(?P<low>[-+]?{INNER}) ?%? ?(?:-|to|,|;|and) ?(?P<high>[-+]?{INNER})"
_INTERVALS = (
    re.compile(rf"{_LEVEL} ?{_NAME}(?: ?[:,;=]?(?: ?(?:of|from|was|were|ranged|ranging))* ?[\[(]? ?{_BOUNDS})?"),
    re.compile(rf"\b{_NAME} ?[\[(]?(?P<level>\d\d(?:\.\d+)?) ?%[\])]? ?[:,;=]? ?[\[(]? ?{_BOUNDS}"),
    re.compile(rf"\bCI(?P<level>) ?[:,;=]? ?[\[(]? ?{_BOUNDS}"),
)
_P = re.compile(
    rf"(?<![\w-])[Pp](?: ?-?(?:values?|trend|interaction|adj))?(?: ?for [a-z]+)? ?(?P<operator><=|>=|[=<>≤≥]| of | was ) ?"
    rf"(?P<value>{INNER}(?: ?[x×] ?10 ?-?\d+)?)(?![\w%])"
)
_OPERATORS = {"of": "=", "was": "=", "≤": "<=", "≥": ">="}
_RATIO_NAMES = (
    r"(?i:odds ratios?|hazard ratios?|risk ratios?|relative risks?|rate ratios?)|OR|aOR|HR|aHR|RR|IRR|NNT|NNH"
)
# A standardised mean difference is a difference between arms, in units of the SD.
_DIFFERENCE_NAMES = r"(?i:standardi[sz]ed mean differences?|effect sizes?|Cohen'?s d|Hedges'? g)|SMD|d(?= ?=)|g(?= ?=)"
_RATIO = re.compile(
    rf"(?<![\w-])(?:(?P<ratio>{_RATIO_NAMES})|(?P<difference>{_DIFFERENCE_NAMES}))(?: ?[\[(][A-Za-z]{{1,5}}[\])])?"
    rf" ?(?:=|:|,|was|of|is)? ?(?P<value>-?{INNER})(?![\w%])"
)
_PROPORTION = re.compile(r"(?<![\w:.])(?P<left>\d{1,3}(?:\.\d+)?) ?: ?(?P<right>\d{1,3}(?:\.\d+)?)(?![\w:.]\d|:)")


def statistics(text: str) -> Iterator[Found]:
    """Intervals and P values. An interval named without bounds is claimed with no field, so that its level is no rate."""
    for pattern in _INTERVALS:
        for match in pattern.finditer(text):
            if match["low"] is None:
                yield Found("", match.start(), match.end())
                continue
            low, high = number(match["low"]), number(match["high"])
            parts = {"level": number(match["level"])} if match["level"] else {}
            yield Found("confidence_interval", match.start(), match.end(), min(low, high), max(low, high), parts=parts)
    for match in _P.finditer(text):
        printed = match["operator"].strip()
        base = re.match(INNER, match["value"])
        if base is not None and base.end() == len(match["value"]):
            yield Found(
                "p_value",
                match.start(),
                match.end(),
                number(match["value"]),
                parts={"operator": _OPERATORS.get(printed, printed)},
            )


def ratios(text: str) -> Iterator[Found]:
    """Named ratios (`OR 2.3`), standardised differences (`d = 0.52`) and proportions (`1:15`)."""
    for match in _RATIO.finditer(text):
        field, name = ("ratio", match["ratio"]) if match["ratio"] else ("difference", match["difference"])
        yield Found(field, match.start(), match.end(), number(match["value"]), parts={"kind": name})
    for match in _PROPORTION.finditer(text):
        if match["left"] != "0":
            yield Found("ratio", match.start(), match.end(), preferred=f"{match['left']}:{match['right']}")
