"""What a quantity finder returns, and how overlapping finds are settled."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from pipeline.evidence import Value
from pipeline.vocabulary import vocabulary


@dataclass(frozen=True, slots=True)
class Found:
    """A quantity at `[start, end)` of the text that was searched; the rest as in `evidence.Mention`."""

    field: str
    start: int
    end: int
    value: Decimal | None = None
    value_high: Decimal | None = None
    unit: str = ""
    preferred: str = ""
    parts: Mapping[str, Value] = dataclasses.field(default_factory=dict)


def first_come(found: Iterable[Found]) -> Iterator[Found]:
    """Drops every find that overlaps an earlier one."""
    taken: list[tuple[int, int]] = []
    for one in found:
        if all(one.end <= start or one.start >= end for start, end in taken):
            taken.append((one.start, one.end))
            yield one


@cache
def units(*kinds: str) -> Mapping[str, str]:
    """Printed form to UCUM code, for the units of these kinds."""
    return {name: unit.id for unit in vocabulary("units") if unit.kind in kinds for name in unit.names}


@cache
def unit_pattern(*kinds: str) -> str:
    """A pattern of the printed units of these kinds, the longest first; words of four letters and more in any case."""
    names = sorted(units(*kinds), key=lambda name: (-len(name), name))
    return "(?:" + "|".join(_one_unit(name) for name in names) + r")(?![\w/^²]|-\d)"


def unit_code(printed: str, *kinds: str) -> str:
    """The UCUM code of a printed unit of these kinds."""
    known = units(*kinds)
    tight = re.sub(r" ?/ ?", "/", printed)
    return known.get(tight) or known.get(tight.lower()) or known[re.sub(r"\s+", " ", tight.lower())]


def _one_unit(name: str) -> str:
    pattern = re.escape(name).replace(r"\ ", " ").replace("/", " ?/ ?")
    return f"(?i:{pattern})" if len(name) > 3 and name.replace(" ", "").isalpha() else pattern


# What may stand between a number and the people it counts: adjectives, an abbreviated diagnosis, a drug; no verb, no
# preposition, no unit.
ADJECTIVES = (
    r"(?:(?!(?:of|for|in|at|to|with|and|or|by|from|than|on|per|was|were|had|min|h|days?|weeks?|months?|years?|hours?|"
    r"minutes?|mg|times|vs|versus)\b)[^\W\d][\w-]*,? ){0,6}?"
)
