"""How sure a record is, from how often each of its rules was right before and from how much it states.

`reliability.csv` counts, for each column and rule, how often an item was right and wrong on development data
(`make reliability` writes it). A rate is drawn towards that of its column, and a column's towards that of all, by as
much as `_WEIGHT` further cases, so that a rule that was seen twice does not speak with the voice of a hundred. A
record's figure is the geometric mean of its items' rates, less where there are few of them: a wrong record is mostly a
poor one. It is made to put records in order, surest first; it is no probability.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from math import prod
from pathlib import Path

from pipeline.evidence import DataItem

COUNTS = Path(__file__).parent / "reliability.csv"
HEADER = ["column", "rule", "right", "wrong"]
_WEIGHT = 5
_FEW = 4
"""A record of so many items counts half as sure as one of very many, by the curve of `make bench-records`."""

Counted = Mapping[tuple[str, str], tuple[int, int]]
"""How often an item of this column, found by this rule, was right and wrong."""


def confidence(items: Iterable[DataItem], counted: Counted | None = None) -> float:
    """Between 0 and 1, with two decimals; 0 for a record without items."""
    known = _rates(counted) if counted is not None else _measured()
    every = known["", ""]
    held = list(items)
    rates = [
        known.get((one.column, one.rule), known.get((one.column, ""), every)) for one in held if one.column in _JUDGED
    ]
    mean = prod(rates) ** (1 / len(rates)) if rates else every
    return round(mean * len(held) / (len(held) + _FEW), 2)


_JUDGED = frozenset(
    "design diagnosis n drug dose route frequency duration comparator arm_n outcome scale timepoint value events total".split()
)
"""Columns that tell a record's meaning; units, texts and ids follow from them."""


@cache
def _measured() -> Mapping[tuple[str, str], float]:
    with COUNTS.open(encoding="utf-8", newline="") as file:
        return _rates(
            {(row["column"], row["rule"]): (int(row["right"]), int(row["wrong"])) for row in csv.DictReader(file)}
        )


def _rates(counted: Counted) -> dict[tuple[str, str], float]:
    """The rate of each column and rule, of each column (rule ''), and of all (both '')."""
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for (column, _), (good, bad) in counted.items():
        right[column] += good
        wrong[column] += bad
    rates = {("", ""): (right.total() + 1) / (right.total() + wrong.total() + 2)}
    for column in right:
        rates[column, ""] = _drawn(right[column], wrong[column], rates["", ""])
    for (column, rule), (good, bad) in counted.items():
        rates[column, rule] = _drawn(good, bad, rates[column, ""])
    return rates


def _drawn(right: int, wrong: int, towards: float) -> float:
    return (right + _WEIGHT * towards) / (right + wrong + _WEIGHT)
