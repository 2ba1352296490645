"""Numbers that share one unit: `0.5 and 1.0 mg/kg`, `92 and 67 %`, `4.5-6.8 days`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from pipeline.annotate.numbers import COUNT, DIGITS, INNER, LIST, RANGE, SPELLED, number

_MORE = rf"(?:(?:{RANGE}|{LIST})(?:{INNER}|{SPELLED}))"
LISTED = rf"{COUNT}{_MORE}*"
LISTED_DIGITS = rf"{DIGITS}(?:(?:{RANGE}|{LIST}){INNER})*"
_DATED = re.compile(r"\b(?i:day|week|month|year|hour|visit|phase|table|figure) $")
_AFTER_DATE = re.compile(rf"{INNER} ?, ?")
_ONE = re.compile(rf"(?P<low>{INNER}|{SPELLED})(?:{RANGE}(?P<high>{INNER}|{SPELLED}))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Piece:
    """One number or range of a list, at `[start, end)`."""

    start: int
    end: int
    low: Decimal
    high: Decimal | None


def pieces(text: str, start: int, end: int) -> Iterator[Piece]:
    """The numbers and ranges listed in `text[start:end]`; a range that falls (`5-3`) is two numbers.

    In `On day 1, 71 % responded` the 1 belongs to the day, not to the list.
    """
    dated = _DATED.search(text[max(0, start - 10) : start])
    first = _AFTER_DATE.match(text, start, end) if dated else None
    for match in _ONE.finditer(text, first.end() if first else start, end):
        low = number(match["low"])
        high = number(match["high"]) if match["high"] else None
        if high is not None and high <= low:
            yield Piece(match.start("low"), match.end("low"), low, None)
            yield Piece(match.start("high"), match.end("high"), high, None)
        else:
            yield Piece(match.start(), match.end(), low, high)
