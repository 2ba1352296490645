"""Doses: amounts, amounts for weight or surface, rates of infusion; ranges and lists that share a unit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.annotate.found import Found, unit_code, unit_pattern
from pipeline.annotate.numbers import SPELLED
from pipeline.annotate.quantities.lists import LISTED_DIGITS, pieces

_KIND = "dose"
# Amounts found in a body or measured in a sample are no doses.
_SPREAD = re.compile(r"(?:\+/-|±) ?$")
_VOLUME = frozenset(("mL", "L"))
# A number of doses, or how large they are, whatever stands between the word and `dose`.
_NUMBERED = re.compile(
    rf"\b(?:(?:an?|one|single|repeated|multiple|several|additional|further|low|lower|high|higher|\d\d?|{SPELLED}) ){{1,3}}"
    r"(?:(?:oral|intravenous|intramuscular|subcutaneous|intranasal|intrathecal|iv|i\.v\.|im|daily|weekly|test|bolus) ){0,2}"
    r"dos(?:es?|ages?)\b(?! of [.·]?\d)(?!-)(?! (?:increase|reduction|escalation|adjustment|change|response|level)s?)|"
    r"\b(?:increase|reduction|decrease|escalation|doubling|adjustment)s? (?:in|of) (?:(?!and|or)[\w-]+ ){1,4}?dos(?:e|age)s?\b",
    re.IGNORECASE,
)
_MEASURED = re.compile(
    r"(?:excretion|concentrations?|levels?|output|clearance|loss|weigh\w*|birth ?weight) (?:of|was|were|by) $"
)


def doses(text: str) -> Iterator[Found]:
    """Every dose with its UCUM unit; in a list each number is a dose of its own, in a range the two ends are one."""
    for match in _pattern().finditer(text):
        before = text[max(0, match.start() - 40) : match.start()]
        unit = unit_code(match["unit"], _KIND)
        if _MEASURED.search(before) or (unit in _VOLUME and _SPREAD.search(before)):
            continue
        found = list(pieces(text, match.start("list"), match.end("list")))
        for piece in found:
            end = match.end() if piece is found[-1] else piece.end
            yield Found("dose", piece.start, end, piece.low, piece.high, unit)


def doses_in_words(text: str) -> Iterator[Found]:
    """Doses that are counted, weighed or changed in words: `a single oral dose`, `reduction of the dose`."""
    for match in _NUMBERED.finditer(text):
        yield Found("dose", match.start(), match.end())


def _pattern() -> re.Pattern[str]:
    return re.compile(rf"(?P<list>{LISTED_DIGITS}) ?-? ?(?P<unit>{unit_pattern(_KIND)})")
