"""Time points, durations and frequencies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from pipeline.annotate.found import Found, unit_code, unit_pattern
from pipeline.annotate.numbers import COUNT, DIGITS, INNER, LIST, RANGE, number
from pipeline.annotate.quantities.lists import LISTED, pieces

_NAMED = re.compile(
    rf"\b(?P<unit>(?i:days?|weeks?|months?|hours?|years?)) (?P<list>{DIGITS}(?:(?:{RANGE}|{LIST}){INNER})*)"
    r"(?! ?(?:%|mg|min\b|h\b|hours?\b|days?\b|patients?\b|subjects?\b))"
)
_ABOUT = (
    r"(?:(?:about|approximately|approx\.?|around|only|at least|at most|more than|less than|fewer than|up to|nearly|almost|"
    r"another|an additional|the|a|an|first|last|next|past|previous|upwards? of|mean|median|total|of|to|~|[<>≤≥]) ?)*"
)
_LASTS = re.compile(
    rf"(?:\bfor|\bover|\bduring|\blast(?:s|ed|ing)|\bevery|\bpast|\blifetime|\bduration|\blength) {_ABOUT}$",
    re.IGNORECASE,
)
_WHEN = re.compile(
    rf"(?:\bat|\bfrom|\bafter|\bwithin|\bby|\buntil|\btill|\bthrough|\bpost|\bbeyond|\band|\bday|\bup to|\bto) {_ABOUT}$",
    re.IGNORECASE,
)
_THEN = re.compile(
    r" ?-?(?:post|after\b|following|later\b|follow|from (?:baseline|infusion|the)|before|prior|into\b|since\b|time ?point|"
    r"assessment|visit|\(\w+\) (?:after|post))",
    re.IGNORECASE,
)
_AGE_BEFORE = re.compile(r"\b(?:age|aged|ages|old)\b[^.;]{0,25}$", re.IGNORECASE)
# An age, or the distance between two visits.
_NO_MOMENT = re.compile(r" ?-?(?:old|of age|apart|ago)\b", re.IGNORECASE)

_PER = {
    "day": "d",
    "d": "d",
    "daily": "d",
    "week": "wk",
    "wk": "wk",
    "weekly": "wk",
    "month": "mo",
    "monthly": "mo",
    "year": "a",
}
_TIMES_WORDS = {"once": Decimal(1), "twice": Decimal(2), "thrice": Decimal(3)}
_OFTEN = re.compile(
    rf"(?P<times>(?P<word>(?<![\w-])(?:once|twice|thrice))|(?P<count>{COUNT}) ?-?(?:times|x|×)) ?-?"
    r"(?:(?:a|per|each|every|/) ?-?)?(?P<per>daily|weekly|monthly|day|week|wk|month|year)\b",
    re.IGNORECASE,
)
_EVERY = re.compile(
    rf"\b(?:every|q) ?(?P<count>{COUNT}) ?-?(?P<unit>h\b|hours?|hrs?|days?|weeks?|wks?|months?)", re.IGNORECASE
)
_ONCE = re.compile(
    r"(?<![\w-])(?P<word>one|1)(?= (?:(?-i:(?!of |for |in |with |and |or |the |to ))[\w()-]+ ){0,4}?"
    r"(?:dose|infusion|injection|bolus|administration|application|treatment)\b)|"
    r"(?<![\w-])(?P<done>(?:infused|given|administered|injected|taken) once)(?! (?:a|per|every|each|daily|weekly)\b)",
    re.IGNORECASE,
)
_SERIES = re.compile(
    rf"(?<!\b[Tt]he )(?P<count>{COUNT})(?:-| )(?:(?!of |for |in |with |and |or |the |to )[\w-]+ ){{0,4}}?"
    r"(?P<what>infusions|injections|administrations|sessions)\b",
    re.IGNORECASE,
)
_PER_TIME = re.compile(r"(?:/ ?|per )(?P<per>day|d|24 h|week|wk|month|mo)$")
# More than this were given to many people together, not to each.
_LONGEST_SERIES = 60
_ADVERB = re.compile(
    r"(?<![\w-])(?P<per>daily|weekly|monthly|nightly)\b(?! (?:life|living|activit|function|diar))", re.IGNORECASE
)


def times(text: str) -> Iterator[Found]:
    """Time points and durations with their UCUM unit. Ages and intervals are claimed with no field."""
    for match in _NAMED.finditer(text):
        for piece in pieces(text, match.start("list"), match.end("list")):
            first = piece.start == match.start("list")
            unit = unit_code(match["unit"], "time")
            yield Found("timepoint", match.start() if first else piece.start, piece.end, piece.low, piece.high, unit)
    for match in _measured().finditer(text):
        unit = unit_code(match["unit"], "time")
        field = _field(text, match.start(), match.end())
        found = list(pieces(text, match.start("list"), match.end("list")))
        for piece in found:
            end = match.end() if piece is found[-1] else piece.end
            yield Found(field, piece.start, end, piece.low, piece.high, unit)


def frequencies(text: str) -> Iterator[Found]:
    """How often: `3/wk`, `1/(8.h)`, a series of so many infusions."""
    for match in _OFTEN.finditer(text):
        count = _TIMES_WORDS[match["word"].lower()] if match["word"] else number(match["count"])
        per = _PER[match["per"].lower()]
        yield Found("frequency", match.start(), match.end(), count, unit=f"/{per}", preferred=f"{count}/{per}")
    for match in _EVERY.finditer(text):
        count, unit = number(match["count"]), unit_code(match["unit"], "time")
        yield Found("frequency", match.start(), match.end(), count, unit=unit, preferred=f"1/({count}.{unit})")
    for match in _ONCE.finditer(text):
        yield Found("frequency", match.start(), match.end(), preferred="single")
    for match in _SERIES.finditer(text):
        count = number(match["count"])
        if count == count.to_integral() and 1 < count <= _LONGEST_SERIES:
            # `two 40-min infusions`: the length between is a mention of its own.
            timed = any(character.isdigit() for character in text[match.end("count") : match.end()])
            end = match.end("count") if timed else match.end()
            yield Found("frequency", match.start(), end, count, preferred=f"{count} {match['what'].lower()}")
    for match in _ADVERB.finditer(text):
        per = _PER.get(match["per"].lower(), "d")
        yield Found("frequency", match.start(), match.end(), Decimal(1), unit=f"/{per}", preferred=f"1/{per}")


def schedules_within(text: str, found: Iterable[Found]) -> Iterator[Found]:
    """The schedule that a dose holds in its unit: the `/day` of `20 mg/day`."""
    for dose in found:
        per = (
            _PER_TIME.search(text[: dose.end], dose.start)
            if dose.unit.rpartition("/")[2] in ("d", "wk", "mo")
            else None
        )
        if per is not None:
            unit = dose.unit.rpartition("/")[2]
            yield Found(
                "frequency", per.start("per"), per.end("per"), Decimal(1), unit=f"/{unit}", preferred=f"1/{unit}"
            )


def _measured() -> re.Pattern[str]:
    return re.compile(rf"(?P<list>{LISTED}) ?-? ?(?P<unit>{unit_pattern('time')})")


def _field(text: str, start: int, end: int) -> str:
    before, after = text[max(0, start - 60) : start], text[end : end + 30]
    if _AGE_BEFORE.search(before) or _NO_MOMENT.match(after):
        return ""
    if _LASTS.search(before):
        return "duration"
    if _WHEN.search(before) or _THEN.match(after):
        return "timepoint"
    return "duration"
