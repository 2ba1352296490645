"""What a cell of a results table states, given the words that stand over it and beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pipeline.compare import decimals
from pipeline.evidence import Value
from pipeline.shares import percent

_NUM = r"[-+−–]? ?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:[.·]\d+)?(?<=\d)"
_PAIR = re.compile(rf"^(?P<a>{_NUM}) ?%? ?[(\[] ?(?:±|\+/-)? ?(?P<b>{_NUM}) ?%? ?[)\]]$")
_SPREAD = re.compile(rf"^(?P<a>{_NUM}) ?(?:±|\+/-) ?(?P<b>{_NUM})$")
_OUT_OF = re.compile(rf"^(?P<a>\d+) ?(?:/|of) ?(?P<b>\d+)(?: ?[(\[] ?(?P<c>{_NUM}) ?%? ?[)\]])?$")
_INTERVAL = re.compile(rf"^(?P<a>{_NUM}) ?%? ?[(\[] ?(?P<b>{_NUM}) ?(?:-|–|—|to|,|;) ?(?P<c>{_NUM}) ?[)\]]$")
_BOUNDS = re.compile(rf"^[(\[]? ?(?P<a>{_NUM}) ?(?:-|–|—|to|,|;) ?(?P<b>{_NUM}) ?[)\]]?$")
_SINGLE = re.compile(rf"^(?P<op>[<>≤≥=]?) ?(?P<a>{_NUM}) ?(?P<percent>%?)$")

_HINTS: Mapping[str, re.Pattern[str]] = {
    "interval": re.compile(r"(?P<level>\d\d) ?% ?C[Ir]?I?\b|\bCI\b|\bconfidence\b", re.IGNORECASE),
    "p": re.compile(r"^(?:p\b|p[- ]?values?)|\bp[- ]values?\b", re.IGNORECASE),
    "difference": re.compile(r"\bdifferences?\b", re.IGNORECASE),
    "ratio": re.compile(r"\b(?i:(?:odds|hazard|risk|rate) ratios?|relative risks?)\b|\b(?:OR|HR|RR)\b"),
    "change": re.compile(r"\bchanges?\b|\breduction\b|\bdecrease\b|\bimprovement\b", re.IGNORECASE),
    "median": re.compile(r"\bmedian\b", re.IGNORECASE),
    "mean": re.compile(r"\bmean\b|\bSDs?\b|\bs\.d\.|±", re.IGNORECASE),
    "rate": re.compile(r"%|\bper ?cent|\brates?\b|/ ?N\b|\bproportion\b", re.IGNORECASE),
    "count": re.compile(r"\b(?:no\.|number|n|events?|cases)(?:\W|$)", re.IGNORECASE),
}


PRECISION = "p_only"
"""The measure of a reading that holds no result, only how sure one is."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The columns that a cell fills, and what its record is called."""

    measure: str
    columns: Mapping[str, Value]
    sure: bool = True
    """Whether the cell or the words around it say what sort of number it is."""


def read_cell(text: str, hints: str, far: Sequence[str] = (), people: Decimal | None = None) -> Reading | None:
    """Reads a results cell; `hints` is the text of its headers and its row's label. None where it holds no number.

    `far` are caption and notes, the first of which counts that says something where the hints say nothing; `people`,
    where known, is how many the cell is of. `A (B)` is events and a percentage where the hints speak of `%` or A of the
    people are just B per cent, else a mean and its SD.
    """
    told = _told(hints) or next(filter(None, map(_told, far)), set())
    tidy = " ".join(text.split())
    if match := _OUT_OF.match(tidy):
        columns: dict[str, Value] = {"events": _number(match["a"]), "total": _number(match["b"])}
        if match["c"]:
            columns |= {"value": _number(match["c"]), "unit": "%"}
        return Reading("rate", columns)
    if match := _INTERVAL.match(tidy):
        low, high = sorted((_number(match["b"]), _number(match["c"])))
        return Reading(_measure(told), {"value": _number(match["a"]), "ci_low": low, "ci_high": high})
    if (match := _BOUNDS.match(tidy)) and "interval" in told:
        low, high = sorted((_number(match["a"]), _number(match["b"])))
        level = re.search(r"(\d\d) ?%", hints)
        return Reading(PRECISION, {"ci_low": low, "ci_high": high} | ({"ci_level": Decimal(level[1])} if level else {}))
    if match := _SPREAD.match(tidy):
        return Reading(_measure(told), {"value": _number(match["a"]), _spread(hints): _number(match["b"])})
    if match := _PAIR.match(tidy):
        counted = _number(match["a"]) >= 0 and _number(match["a"]) == _number(match["a"]).to_integral()
        if ("rate" in told and "mean" not in told and counted) or _is_share(
            _number(match["a"]), _number(match["b"]), people
        ):
            return Reading("rate", {"events": _number(match["a"]), "value": _number(match["b"]), "unit": "%"})
        return Reading(_measure(told), {"value": _number(match["a"]), _spread(hints): _number(match["b"])})
    if match := _SINGLE.match(tidy):
        if "p" in told:
            return Reading(PRECISION, {"p": _number(match["a"]), "p_operator": _operator(match["op"])})
        if match["percent"] or ("rate" in told and "change" not in told and "mean" not in told):
            return Reading("rate", {"value": _number(match["a"]), "unit": "%"})
        if "count" in told and not told & {"mean", "change", "difference", "median"}:
            return Reading("count", {"events": _number(match["a"])})
        return Reading(_measure(told), {"value": _number(match["a"])}, sure=bool(told))
    return None


def _is_share(events: Decimal, rate: Decimal, total: Decimal | None) -> bool:
    """Whether so many of the people are the rate, give or take a last digit that was cut off."""
    if total is None or not 0 < total >= events >= 0 or events != events.to_integral() or not 0 <= rate <= 100:
        return False
    return abs(percent(events, total) - Fraction(rate)) <= Fraction(1, 10 ** decimals(rate))


def _told(words: str) -> set[str]:
    return {name for name, pattern in _HINTS.items() if pattern.search(words)}


def _measure(told: set[str]) -> str:
    return next((name for name in ("difference", "ratio", "change", "median") if name in told), "mean")


def _spread(hints: str) -> str:
    """A standard error is no SD: it fills no column."""
    return "" if re.search(r"\bSEM?\b|standard error", hints) else "sd"


def _operator(printed: str) -> str:
    return {"": "=", "≤": "<=", "≥": ">="}.get(printed, printed)


def _number(text: str) -> Decimal:
    plain = re.sub(r"[−–]", "-", text).replace(" ", "").replace(",", "").replace("·", ".")
    return Decimal(plain)
