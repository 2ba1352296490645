"""Doses: amounts, amounts for weight or surface, rates of infusion; ranges and lists that share a unit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.annotate.found import Found, unit_code, unit_pattern
from pipeline.annotate.quantities.lists import LISTED_DIGITS, pieces

_KIND = "dose"
# Amounts found in a body or measured in a sample are no doses.
_MEASURED = re.compile(
    r"(?:excretion|concentrations?|levels?|output|clearance|loss|weigh\w*|birth ?weight) (?:of|was|were|by) $"
)


def doses(text: str) -> Iterator[Found]:
    """Every dose with its UCUM unit; in a list each number is a dose of its own, in a range the two ends are one."""
    for match in _pattern().finditer(text):
        if _MEASURED.search(text[max(0, match.start() - 40) : match.start()]):
            continue
        unit = unit_code(match["unit"], _KIND)
        found = list(pieces(text, match.start("list"), match.end("list")))
        for piece in found:
            end = match.end() if piece is found[-1] else piece.end
            yield Found("dose", piece.start, end, piece.low, piece.high, unit)


def _pattern() -> re.Pattern[str]:
    return re.compile(rf"(?P<list>{LISTED_DIGITS}) ?-? ?(?P<unit>{unit_pattern(_KIND)})")
