"""What a cell or a phrase states in figures: events and totals, percentages, means with their spread."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from pipeline.answer.labels import either
from pipeline.answer.words import plain

Stat = Literal["mean", "sd", "mean_sd", "mean_other", "n", "n_percent", "percent", "other", ""]

NUMBER = r"(?:(?<![\w.)])[-+] ?|(?<![\w.]))(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?![\d])"
SPREAD = r"(?:±|\+ ?/ ?-|\+-|&plusmn;)"

_FRACTION = re.compile(
    r"(?P<events>(?<![\d./])\d+) ?(?:/|of|out of) ?(?P<n>\d[\d,]*)(?![\d./]|\.\d)"
    r"(?: ?[(\[] ?(?P<percent>\d+(?:\.\d+)?) ?%? ?[)\]])?"
)
_MEAN_SPREAD = re.compile(rf"(?P<mean>{NUMBER})(?: ?[a-zA-Zμµ%/]{{1,8}})? ?{SPREAD} ?(?P<sd>\d+(?:\.\d+)?)")
_PAIR = re.compile(
    rf"(?P<first>{NUMBER}) ?%? ?(?:[a-zA-Zμµ/]{{1,6}} ?)?[(\[] ?(?:(?:sd|s\.d\.) ?[=:]? ?)?"
    r"(?P<second>[-+]? ?\d+(?:\.\d+)?) ?(?P<sign>%?) ?[)\]]",
    re.IGNORECASE,
)
_PERCENT = re.compile(rf"(?P<percent>{NUMBER}) ?%")
_PLAIN = re.compile(rf"(?P<value>{NUMBER})")
_DATA = re.compile(r"^[\s(<>≤≥=~±+\-\[]*\d|^\s*-+\s*$|^\s*(?:NA|N/A|NR|ns|—)\s*$", re.IGNORECASE)


_INTERVAL = re.compile(r"[(\[] ?-?\d+(?:\.\d+)? ?(?:-|to|,|;) ?-?\d+(?:\.\d+)? ?[)\]]")

_DEVIATION = r"(?:sds?|s\.d\.?|standard deviations?|std\.? ?dev\.?)"
_ERROR = r"(?:sems?|ses?|s\.e\.(?:m\.)?|standard errors?)"
_MEAN = r"(?:means?|averages?|[xχm]̅?|x̄)"
_KINDS: tuple[tuple[Stat, re.Pattern[str]], ...] = (
    (
        "other",
        either(
            r"^\W*(?:p|or|rr|hr|f|t)\W*$|^\W*p[- ]?values?|^\W*\(?95 ?%? ?ci|^\W*ranges?\W*$",
            r"\b(?:odds|risk|hazard) ratio|\brelative risk|\bmedians?\b|\binterquartile|\biqr\b|\bgeometric mean",
        ),
    ),
    (
        "mean_other",
        either(
            rf"\b{_MEAN}\W{{0,4}}(?:±|\+/-|\+-|and|,|\()?\W{{0,3}}{_ERROR}\b|±\W*{_ERROR}\b|\({_ERROR}\)",
            rf"\b{_MEAN}\b[^;]*\bconfidence interval|\b{_MEAN}[^;]{{0,12}}(?:95 ?%|\bci\b)",
        ),
    ),
    (
        "mean_sd",
        either(
            rf"\b{_MEAN}\W{{0,4}}(?:values?\W*)?(?:±|\+/-|\+-|and|,|\()?\W{{0,3}}{_DEVIATION}\b",
            rf"±\W*{_DEVIATION}\b|\({_DEVIATION}\)|\b{_MEAN}\b[^;]{{0,40}}{_DEVIATION}\b",
        ),
    ),
    (
        "n_percent",
        either(
            r"(?<![a-z])(?:n|nos?|numbers?|freq\w*|counts?|events?|patients|participants|subjects)\b\.?[^;]{0,30}?"
            r"[(,/&\[ ]\W*(?:%|per ?cent\w*)",
            r"%\W*\(\W*n\W*\)",
        ),
    ),
    ("sd", either(rf"^\W*±?\W*{_DEVIATION}\W*$")),
    ("other", either(rf"^\W*±?\W*{_ERROR}\W*$")),
    ("mean", either(rf"^\W*{_MEAN}\b(?! (?:difference|arterial))|\bmean\b(?! (?:difference|arterial))|\baverage\b")),
    ("percent", either(r"^\W*%\W*$|\bper ?cent(?:age)?s?\b|\bproportion\b|\brates? \(%\)|\(%\)|, ?%")),
    ("n", either(r"^\W*(?:n|no\.?|nos\.?|number|total n|events?)\W*$|\b(?:number|no\.) of\b|, ?n\W*$")),
)


@dataclass(frozen=True, slots=True)
class Found:
    """One value, without thousands separators, and the span that prints it; `rule` names how it was derived, if it was."""

    value: str
    start: int
    end: int
    rule: str = ""


Values = Mapping[str, Found]


def is_data(text: str) -> bool:
    """Whether a cell holds a figure or the mark of a missing one, and no label."""
    letters = re.findall(r"[a-zA-Z]{3,}", text)
    return bool(_DATA.match(plain(text))) and len("".join(letters)) <= 12


def statistic(phrases: Sequence[str]) -> Stat:
    """What the figures of a place are, by the labels over and beside it, the nearest first."""
    for phrase in phrases:
        for stat, pattern in _KINDS:
            if phrase and pattern.search(plain(phrase)):
                return stat
    return ""


_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen".split()
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_COUNTED = {
    **{word: str(number) for number, word in enumerate(_ONES)},
    **{
        word + (f"-{_ONES[one]}" if one else ""): str(10 * ten + one)
        for ten, word in enumerate(_TENS, start=2)
        for one in range(10)
    },
}
SPELLED = rf"(?:{'|'.join(sorted(_COUNTED, key=len, reverse=True))})\b"


def statistic_of(text: str, near: Sequence[str], far: Sequence[str]) -> Stat:
    """What the figures of a cell are; where a caption names several statistics, the cell's own form decides."""
    if (stat := statistic(near)) or not far:
        return stat
    told = {kind for kind, pattern in _KINDS for phrase in far if pattern.search(plain(phrase))}
    if "mean_sd" in told and "other" in told:
        return "other" if _INTERVAL.search(plain(text)) else "mean_sd"
    if "n_percent" in told and "mean_sd" in told:
        return "mean_sd" if re.search(SPREAD, plain(text)) or re.match(r"\s*[-+]?\d+\.\d", plain(text)) else "n_percent"
    return statistic(far)


def normal(text: str) -> str:
    """A printed number as it is written into answers: `1,234`, `+3.5`, `two`."""
    if spelled := _COUNTED.get(text.lower()):
        return spelled
    number = plain(text).replace(",", "").replace(" ", "").removeprefix("+")
    return f"0{number}" if number.startswith(".") else number


def found(match: re.Match[str], group: str, offset: int) -> Found:
    return Found(normal(match[group]), match.start(group) + offset, match.end(group) + offset)


def binary_values(text: str, stat: Stat, offset: int) -> dict[str, Found]:
    """Events, total and percentage that a cell states, with their places in the document."""
    text = plain(text)
    if match := _FRACTION.search(text):
        got = {name: found(match, name, offset) for name in ("events", "n") if match[name]}
        return got if int(got["events"].value) <= int(got["n"].value) else {}
    match = _PAIR.search(text)
    if stat in ("mean", "sd", "mean_sd", "mean_other", "other") and not (match and match["sign"]):
        return {}
    if match:
        whole = {name: _whole(match[name]) for name in ("first", "second")}
        if whole["first"] and (stat in ("n_percent", "n", "percent", "") or match["sign"]):
            return {"events": found(match, "first", offset), "percent": found(match, "second", offset)}
        if whole["second"] and stat in ("n_percent", "percent"):
            return {"events": found(match, "second", offset), "percent": found(match, "first", offset)}
        return {}
    if match := _PERCENT.search(text):
        return {"percent": found(match, "percent", offset)}
    if match := _PLAIN.search(text):
        if stat in ("n", "n_percent", "") and _whole(match["value"]):
            return {"events": found(match, "value", offset)}
        if stat in ("percent", "n_percent"):
            return {"percent": found(match, "value", offset)}
    return {}


def counted_pair(text: str, total: Found, offset: int) -> dict[str, Found]:
    """`12 (40)` as events and percentage where, of the total, the one is the other, whatever a caption says."""
    match = _PAIR.search(plain(text))
    if match is None or not _whole(match["first"]) or int(total.value) == 0:
        return {}
    got = {"events": found(match, "first", offset), "percent": found(match, "second", offset)}
    share = 100 * int(got["events"].value) / int(total.value)
    return got if abs(share - float(got["percent"].value)) <= 0.6 else {}


def continuous_values(text: str, stat: Stat, offset: int) -> dict[str, Found]:
    """Mean and SD that a cell states. A standard error, an interval and a median are neither."""
    text = plain(text)
    if stat == "other":
        return {}
    if match := _MEAN_SPREAD.search(text):
        names = ("mean",) if stat == "mean_other" else ("mean", "sd")
        return {name: found(match, name, offset) for name in names}
    if stat in ("n_percent", "percent"):
        return {}
    if match := _PAIR.search(text):
        if match["sign"]:
            return {}
        if stat in ("mean_sd", "mean"):
            return {"mean": found(match, "first", offset), "sd": found(match, "second", offset)}
        if stat == "" and "." in match["first"] + match["second"] and not match["second"].startswith("-"):
            return {"mean": found(match, "first", offset), "sd": found(match, "second", offset)}
        return {"mean": found(match, "first", offset)} if stat == "mean_other" else {}
    if match := _PLAIN.search(text):
        if stat == "sd":
            return {"sd": found(match, "value", offset)}
        if stat == "n":
            return {"n": found(match, "value", offset)} if _whole(match["value"]) else {}
        if stat in ("mean", "mean_sd", "mean_other"):
            return {"mean": found(match, "value", offset)}
    return {}


def _whole(text: str) -> bool:
    return text.replace(",", "").strip().isdigit()


RULE = "events_from_percent_and_n"


def derived_events(percent: Found, total: Found) -> Found | None:
    """The whole number of people that gives the percentage, where one does; its proof is the percentage."""
    share, people = Decimal(percent.value), int(total.value)
    if not 0 <= share <= 100 or people == 0:
        return None
    events = (share * people / 100).to_integral_value(ROUND_HALF_UP)
    step = Decimal(1).scaleb(-_decimals(share))
    if abs(events * 100 / people - share) > step:
        return None
    return Found(str(events), percent.start, percent.end, RULE)


def _decimals(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0
