"""Means, medians, changes and differences, with their spread; other measured amounts with a unit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from pipeline.annotate.found import Found, unit_code, unit_pattern, units
from pipeline.annotate.numbers import INNER, SIGNED, number
from pipeline.annotate.quantities.tallies import money

_UNIT_KINDS = ("points", "time", "clearance", "measure")
_PLUS_MINUS = r" ?(?:±|\+ ?/ ?-|\+-) ?"
_SPREAD_NAME = r"(?P<spread>SD|S\.D\.|s\.d\.|SE|SEM|S\.E\.|s\.e\.m?\.?|(?i:standard deviation|standard error))"
# A spread is printed after a plus-minus sign, or after its name. A plus-minus glyph that a font maps to 6 is
# printed as "± 6 SD 10": sign, glyph, name, spread.
_SPREADS = (
    rf"{_PLUS_MINUS}6 {_SPREAD_NAME} ?=? ?(?P<sd>{INNER})",
    rf"{_PLUS_MINUS}(?P<sd>{INNER})(?: ?\(?{_SPREAD_NAME}\)?)?",
    rf" ?[(\[,]? ?{_SPREAD_NAME} ?[=:,]? ?(?P<sd>{INNER}) ?[)\]]?",
    rf" ?[(\[] ?(?:±|\+/-) ?(?P<sd>{INNER}) ?[)\]]",
)
_CHANGE = r"(?:decreas|reduc|increas|improv|fell|fall|drop|declin|rise|rose|chang|gain|lower|reliev|loss)\w*"
_DIFFERENCE = r"differences?|advantage|superiority"
_AVERAGE = r"mean|median|average\w*|scor\w+|rating\w*|baseline"
_LEADS = re.compile(
    rf"(?:\b(?:{_CHANGE}|{_DIFFERENCE}|{_AVERAGE})\b[^.;()]{{0,60}}?)(?:\bof|\bwas|\bwere|\bby|(?<![nN])(?<![nN] )=|:|,(?= ))"
    rf"(?: (?:about|approximately|only|around))? ?(?P<value>-?{INNER})(?![\w%]| ?%| ?-?(?:to|of|patients|subjects|out)\b)",
    re.IGNORECASE,
)
# The second number of a comparison: `was 24.9 in those who had X first and 24.4 in those ...`.
_OTHERS = re.compile(
    rf"\b(?:{_CHANGE}|{_DIFFERENCE}|{_AVERAGE})\b[^.;:()]{{0,60}}?(?:\bof|\bwas|\bwere|\bby|=) ?-?{INNER}(?! ?%)[^.;:%]{{0,60}}?"
    rf"\b(?:and|versus|vs\.?|than|against|with) (?:by |of )?(?P<value>-?{INNER})"
    r"(?=(?: [\w/]{1,6}| mm ?Hg)? (?:in|with|for|on|among|after)\b)",
    re.IGNORECASE,
)
_NO_MEASURE = re.compile(
    r"(?:\bmax(?:imum)?|\bcut-?off|\brange|\bthreshold|\bscor\w+ (?:[<>≤≥]=?|of at least))[^.;]{0,12}$", re.IGNORECASE
)
# What people were like, not what happened to them.
_TRAIT = re.compile(r"\b(?:age|aged)\b[^.;]{0,25}$", re.IGNORECASE)
_MEDIAN = re.compile(r"\bmedian\b[^.;]*$", re.IGNORECASE)
_FROM_TO = re.compile(
    rf"\b{_CHANGE}\b[^.;:()]{{0,60}}?\bfrom (?P<from>-?{INNER})(?: points?)?"
    rf"(?: at baseline| \([^()]{{1,30}}\))? to (?P<to>-?{INNER})"
    r"(?! ?-?(?:%|mg|µg|mcg|g\b|mL|min|h\b|hours?|days?|weeks?|months?|years?|patients|subjects))",
    re.IGNORECASE,
)
_WITH_INTERVAL = re.compile(rf"(?P<value>{SIGNED})(?= ?[\[(;,] ?\d\d(?:\.\d+)? ?% ?-?C)")


def measurements(text: str) -> Iterator[Found]:
    """Scores (means and medians), changes within an arm and differences between arms; which one, the words before say."""
    yield from money(text)
    unit = rf"(?: ?-?(?P<unit>{unit_pattern(*_UNIT_KINDS)}))?"
    for spread in _SPREADS:
        for match in re.finditer(rf"(?P<value>{SIGNED}){unit}{spread}{unit.replace('unit', 'unit2')}", text):
            sd = number(match["sd"])
            name = (match.groupdict().get("spread") or "").replace(".", "").upper()
            kind = "se" if name.startswith(("SE", "STANDARD E")) else "sd"
            yield _found(text, match, match["unit"] or match["unit2"], {kind: sd})
    for match in re.finditer(rf"(?P<value>{SIGNED}) ?-?(?P<unit>{unit_pattern('points', 'clearance')})", text):
        yield _found(text, match, match["unit"], {})
    for match in _WITH_INTERVAL.finditer(text):
        yield _found(text, match, None, {})
    for match in _FROM_TO.finditer(text):
        yield Found("score", match.start("from"), match.end("from"), number(match["from"]))
        yield Found("score", match.start("to"), match.end("to"), number(match["to"]))
    for match in [*_LEADS.finditer(text), *_OTHERS.finditer(text)]:
        if re.match(rf" ?-?{unit_pattern('time', 'dose')}", text[match.end() :]):
            continue
        measured = re.match(rf" ?(?P<unit>{unit_pattern('measure')})", text[match.end() :])
        if not _NO_MEASURE.search(text[max(0, match.start("value") - 30) : match.start("value")]):
            yield _found(text, match, measured["unit"] if measured else None, {})


def _found(text: str, match: re.Match[str], printed_unit: str | None, parts: dict[str, Decimal | str]) -> Found:
    start = match.start("value")
    start += len(match["value"]) - len(match["value"].lstrip())
    unit = unit_code(printed_unit, *_UNIT_KINDS) if printed_unit else ""
    field = "" if _TRAIT.search(text[max(0, start - 40) : start]) else _field(text, start, unit)
    if field == "score" and _MEDIAN.search(text[max(0, start - 60) : start]):
        parts = {**parts, "average": "median"}
    return Found(field, start, match.end(), number(match["value"]), unit=unit, parts=parts)


def _field(text: str, start: int, unit: str) -> str:
    """What is measured is told by the nearest word before the number, inside its sentence."""
    before = re.split(r"(?<!vs)[.;] (?=[A-Z(])", text[max(0, start - 120) : start])[-1]
    told = list(re.finditer(rf"\b(?:(?P<change>{_CHANGE})|(?P<difference>{_DIFFERENCE}))\b", before, re.IGNORECASE))
    if not told or unit in units("time", "clearance").values():
        return "score"
    return "difference" if any(word["difference"] for word in told) else "change"
