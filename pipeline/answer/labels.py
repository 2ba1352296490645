"""What a label says besides what it names: sizes, statistics, times, a change, a comparison."""

from __future__ import annotations

import re

from pipeline.answer.words import plain


def either(*alternatives: str) -> re.Pattern[str]:
    """A pattern of alternatives, whatever the case."""
    return re.compile("|".join(alternatives), re.IGNORECASE)


_UNITS = "min(?:ute)?s?|hours?|hrs?|h|days?|d|weeks?|wks?|months?|mo|years?|yrs?"
_SPELLED = dict(zip("one two three four five six nine twelve".split(), (1, 2, 3, 4, 5, 6, 9, 12), strict=True))
_DAYS = {"ti": 1 / 1440, "mi": 1 / 1440, "h": 1 / 24, "d": 1.0, "w": 7.0, "mo": 30.0, "y": 365.0}

_SIZE = re.compile(r"[(\[]?\s*\bn\s*=\s*(\d[\d,]*)\s*[)\]]?", re.IGNORECASE)
_STATISTICS = either(
    r"^\W*[xχm]\W*$",
    r"\b(?:adjusted |least[- ]squares? |ls )?means?\b",
    r"\bm(?=\s*[(±])",
    r"[χx](?=\s*±)",
    r"±|\+/-|%",
    r"\bs\.?[de]\.?m?\.?(?!\w)",
    r"\bstandard (?:deviations?|errors?)\b",
    r"\bmedians?\b|\biqr\b|\brange\b|\b95 ?% ?ci\b|\bconfidence interval\b",
    r"\bn(?:o|um(?:ber)?)?s?\.?(?=\s*(?:\(?%|[,/]|\)|$))",
    r"\bper ?cent(?:age)?\b",
    r"\b(?:number|no\.?) of (?:patients|subjects|participants)\b",
)
_TIME = either(
    rf"\b(?:total |overall )?(?:\d+(?:\.\d+)? ?(?:-|to) ?)?\d+(?:\.\d+)?[ -]?(?:{_UNITS})\b"
    r"(?: (?:follow[- ]?up|after [a-z]+|post[- ]?\w+))?",
    rf"\b(?:{'|'.join(_SPELLED)})[ -](?:{_UNITS})\b",
    rf"\b(?:time|{_UNITS})[ -]?\d+\b",
    r"\bt[0-4]\b|\bperiod \d\b",
    r"\b(?:pre|post)[- ]?(?:test|treatment|intervention|op\w*)?\b",
    r"\bbaseline\b|\bfollow[- ]?up\b|\bbefore\b|\bafter\b|\bend ?point\b|\b(?:on|at) admission\b|\bfinal\b",
)
_BASELINE = either(
    r"\bbase ?line\b|\bbefore\b|\binitial(?:ly)?\b|\bt0\b",
    r"\bpre[- ]?(?:test|treatment|intervention|operative(?:ly)?|op|study|randomi[sz]ation)?\b(?!\w)",
    r"\b(?:on|at) (?:admission|entry|enrol\w*|study entry|inclusion|randomi[sz]ation)\b",
    r"\b(?:week|day|month|time|hour|minute)s?(?: \([a-z]+\))? 0\b",
    r"(?<![\w.])0 (?:weeks?|days?|months?)\b",
    r"\bdemographic",
    r"\bcharacteristics of (?:the )?(?:\w+ )?(?:patients|participants|subjects|study|groups?)\b",
)
_AFTER = either(
    r"\bpost[- ]?(?:test|treatment|intervention)?\b",
    r"\bend ?point\b|\bfinal\b|\bt1\b",
    r"\bend of (?:the )?(?:treatment|study|intervention|trial)\b",
    r"\bafter (?:the )?(?:treatment|intervention|therapy|surgery)\b",
)
_CHANGED = either(r"\bchang\w*|[Δ∆]|\bdelta\b|\bfrom baseline\b|\bmean difference\b|\bdifference\b")
_WANTS_CHANGE = either(
    r"\bchang\w*|[Δ∆]|\bdelta\b|\breduc\w+|\bdecreas\w+|\bincreas\w+|\bgain\w*|\bloss\b|\bimprovement\b"
    r"|\bdifference from baseline\b"
)
_NO_ARM = either(
    r"^\W*(?:p|p[- ]?values?.*|total|all|overall|differences?|x ?2.*|χ.*|t|f|z|sig\w*|statistics?|effect sizes?|es)\W*$",
    r"^\W*(?:unit|test|variables?|characteristics?|items?)\W*$",
    r"\bp[- ]value|\bdifference|\bversus\b|\bvs\b|\b(?:odds|risk|hazard|rate) ratio\b|\b95 ?% ?CI\b",
    r"(?-i:\b(?:RR|OR|HR)\b)",
)
_NUMBER = rf"\d+(?:\.\d+)?|{'|'.join(_SPELLED)}"
_WHEN = either(
    rf"(?:(?P<from>{_NUMBER}) ?(?:-|to|and|or) ?)?(?P<number>{_NUMBER})[ -]?(?P<unit>{_UNITS})\b",
    rf"\b(?P<named>time|{_UNITS})s?[ -]?(?P<first>\d+)(?: ?(?:-|to|and) ?(?P<last>\d+))?\b",
)


def bare(phrase: str) -> str:
    """A label without what it says of sizes and statistics."""
    return _STATISTICS.sub(" ", _SIZE.sub(" ", plain(phrase)))


def timeless(phrase: str) -> str:
    """A label without its times."""
    return _TIME.sub(" ", plain(phrase))


def sizes_in(phrase: str) -> list[re.Match[str]]:
    """Where a label states a number of people, as `(n = 30)`; group 1 is the number."""
    return list(_SIZE.finditer(plain(phrase)))


def times_in(phrase: str) -> tuple[str, ...]:
    """The times that a label names, in its words."""
    return tuple(match.group().lower() for match in _TIME.finditer(plain(phrase)))


def days(phrase: str) -> float | None:
    """The latest time that a phrase names, in days."""
    return max(all_days(phrase), default=None)


def all_days(phrase: str) -> frozenset[float]:
    """The times that a phrase names, in days; of a range both ends."""
    found = set()
    for match in _WHEN.finditer(plain(phrase).lower()):
        size = next(days for head, days in _DAYS.items() if (match["unit"] or match["named"]).startswith(head))
        numbers = (match[name] for name in ("from", "number", "first", "last") if match[name])
        found |= {(_SPELLED.get(number) or float(number)) * size for number in numbers}
    return frozenset(found)


def is_baseline(phrase: str) -> bool:
    """Whether a label speaks of the time before the treatment."""
    return bool(_BASELINE.search(plain(phrase)))


def is_after(phrase: str) -> bool:
    """Whether a label speaks of the end of the treatment."""
    return bool(_AFTER.search(plain(phrase)))


def says_change(phrase: str) -> bool:
    """Whether a label speaks of a change and not of a state."""
    return bool(_CHANGED.search(plain(phrase)))


def asks_change(phrase: str) -> bool:
    """Whether an outcome may be a change: a reduction, a gain."""
    return bool(_WANTS_CHANGE.search(plain(phrase)))


def no_arm(phrase: str) -> bool:
    """Whether a label cannot be one arm: a total, a test, a comparison of arms."""
    name = bare(phrase).strip(" ()[],;:-/*")
    return not name or bool(_NO_ARM.search(plain(phrase)) or _NO_ARM.search(name))
