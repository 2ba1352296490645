"""What a row of the gold, a record and a whole file must keep to. Every rule yields a line for each breach."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import get_args

from pipeline.evidence import COLUMNS, NOT_REPORTED, Role
from pipeline.gold.form import (
    ADJUDICATED,
    ALL,
    COUNTS,
    EVIDENCE_HEADER,
    MEASURES,
    NUMBERS,
    QUANTITIES,
    RANGES,
    ROLES,
    SPLITS,
    UNITS,
)
from pipeline.rows import Row
from pipeline.vocabulary import vocabulary

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_RANGE = re.compile(r"(?P<low>\d+(\.\d+)?)-(?P<high>\d+(\.\d+)?)")
_ANNOTATION = re.compile(r"\{\w+\}")

_SHARES = ("value", "value_high", "ci_low", "ci_high")
"""Columns that hold a share of people where the measure is a rate."""

_NEEDS = (
    ("dose_high", "dose"),
    ("value_high", "value"),
    ("sd", "value"),
    ("ci_low", "ci_high"),
    ("ci_high", "ci_low"),
)
"""Columns of a record that mean nothing without another."""

_AT_MOST = (
    ("dose", "dose_high"),
    ("value", "value_high"),
    ("ci_low", "ci_high"),
    ("events", "total"),
    ("arm_n", "n"),
)
"""Columns of a record of which the first is never the greater."""


def is_number(cell: str) -> bool:
    """Whether a cell is a number as gold writes it: `12`, `0.80`, `-16.5`."""
    return _NUMBER.fullmatch(cell) is not None


def evidence_faults(rows: Sequence[Row]) -> Iterator[str]:
    """What is wrong within `evidence.csv`."""
    for row in rows:
        yield from _row_faults(row)
    for before, row in pairwise(rows):
        if _place(row) < _place(before):
            yield row.fault("out of order; sort the file by study_id, role, record, column")
    records: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        records[row["record"]].append(row)
    for record in records.values():
        yield from _record_faults(record)


def unknown_ids(rows: Sequence[Row], column: str, known: Collection[str], file: str) -> Iterator[str]:
    """Ids of the evidence that the file which explains them does not hold; each is told once."""
    told = set(known)
    for row in rows:
        if row[column] and row[column] not in told:
            told.add(row[column])
            yield row.fault(f"the {column} {row[column]!r} has no row in {file}; add one")


def study_faults(rows: Sequence[Row]) -> Iterator[str]:
    yield from _twice(rows, ("study_id",))
    for row in rows:
        yield from _blank(row, ("study_id", "identity"))


def split_faults(rows: Sequence[Row]) -> Iterator[str]:
    yield from _twice(rows, ("document_id",))
    for row in rows:
        yield from _blank(row, ("document_id", "split"))
        yield from _one_of(row, "split", SPLITS)


def floor_faults(rows: Sequence[Row]) -> Iterator[str]:
    yield from _twice(rows, ("role", "field"))
    for row in rows:
        yield from _blank(row, ("role", "field"))
        yield from _one_of(row, "role", (ALL, *get_args(Role)))
        yield from _one_of(row, "field", (ALL, *COLUMNS))
        for name in ("floor_precision", "floor_recall"):
            if row[name] and not (is_number(row[name]) and 0 <= Decimal(row[name]) <= 1):
                yield row.fault(
                    f"the {name} {row[name]!r} must be a number from 0 to 1, or empty where nothing is asked"
                )


# A row by itself.


def _row_faults(row: Row) -> Iterator[str]:
    yield from _blank(row, [name for name in EVIDENCE_HEADER if name not in ("value", "unit", "note")])
    yield from _one_of(row, "role", ROLES)
    if row["column"] in UNITS:
        yield row.fault(f"{row['column']!r} takes no row; write the unit into the row of its number, as unit")
    elif row["column"]:
        yield from _one_of(row, "column", COLUMNS)
    if row["page"] and not re.fullmatch(r"[1-9]\d*", row["page"]):
        yield row.fault(f"the page {row['page']!r} must be a number from 1")
    if row["role"] == ADJUDICATED and not row["note"]:
        yield row.fault("an adjudicated value needs a note that says which source wins, and why")
    if not row["value"]:
        yield row.fault(f"the value is blank; write {NOT_REPORTED} if the source says that it was not reported")
    elif row["value"] == NOT_REPORTED:
        return
    elif row["column"] in NUMBERS:
        yield from _number_faults(row)
    else:
        yield from _word_faults(row)


def _number_faults(row: Row) -> Iterator[str]:
    column, unit = row["column"], row["unit"]
    if column in RANGES and (ends := _RANGE.fullmatch(row["value"])):
        value = Decimal(ends["low"])
        if value >= Decimal(ends["high"]):
            yield row.fault(f"the range {row['value']!r} does not rise; write its lower end first")
    elif is_number(row["value"]):
        value = Decimal(row["value"])
    else:
        yield row.fault(f"{column} must be a number such as 12 or -0.5, not {row['value']!r}; - is the minus sign")
        return
    if column in COUNTS and (value < 0 or value != value.to_integral_value()):
        yield row.fault(f"{column} counts people, so {value} must be a whole number")
    if column in ("sd", "duration", "dose", "comparator_dose") and value < 0:
        yield row.fault(f"{column} cannot be {value}, below zero")
    if column == "p" and not 0 <= value <= 1:
        yield row.fault(f"p is {value}, outside 0-1")
    if column in QUANTITIES and not unit:
        yield row.fault(f"{column} needs its unit, a UCUM code; points on a scale are {{score}}")
    elif column not in QUANTITIES and unit:
        yield row.fault(f"{column} has no unit; empty the cell {unit!r}")
    elif unit and unit not in _units() and not _ANNOTATION.fullmatch(unit):
        yield row.fault(f"unknown unit {unit!r}; take a code of vocab/units.csv")


def _word_faults(row: Row) -> Iterator[str]:
    if row["unit"]:
        yield row.fault(f"{row['column']} has no unit; empty the cell {row['unit']!r}")
    if row["column"] == "measure":
        yield from _one_of(row, "value", MEASURES)
    if row["column"] == "outcome" and row["value"] not in _outcomes():
        yield row.fault(f"unknown outcome {row['value']!r}; take an id of vocab/outcomes.csv")
    parts = row["value"].split(";")
    if parts != sorted(set(parts), key=_citation_first):
        yield row.fault(f"{row['value']!r} must be a sorted list without repeats, divided by ; alone")


def _citation_first(part: str) -> tuple[int, str]:
    return (int(part), "") if part.isdigit() else (0, part)


def _units() -> frozenset[str]:
    return frozenset(concept.id for concept in vocabulary("units"))


def _outcomes() -> frozenset[str]:
    return frozenset(concept.id for concept in vocabulary("outcomes"))


# Rows that belong together.


def _place(row: Row) -> tuple[str, ...]:
    return tuple(row[name] for name in ("study_id", "role", "record", "column"))


def _record_faults(rows: Sequence[Row]) -> Iterator[str]:
    first = rows[0]
    record = f"record {first['record']!r}"
    held: dict[str, Row] = {}
    for row in rows:
        for name in ("study_id", "role", "document_id"):
            if row[name] != first[name]:
                yield row.fault(f"{record} has the {name} {first[name]!r} in row {first.number}, not {row[name]!r}")
        if (other := held.setdefault(row["column"], row)) is not row:
            yield row.fault(f"{record} has its {row['column']} in row {other.number} already; keep one")
    for column, needed in _NEEDS:
        if column in held and needed not in held:
            yield held[column].fault(f"{column} without {needed} in {record}; add it")
    for row in rows:
        share = _number(row) if row["unit"] == "%" and row["column"] in _SHARES else None
        is_rate = "measure" in held and held["measure"]["value"] == "rate"
        if share is not None and is_rate and not 0 <= share <= 100:
            yield row.fault(f"a rate of {share} % is outside 0-100")
    for less, more in _AT_MOST:
        low, high = (_number(held.get(name)) for name in (less, more))
        if low is not None and high is not None and low > high:
            yield held[less].fault(f"{less} {low} is greater than {more} {high}; look the two up again")


def _number(row: Row | None) -> Decimal | None:
    return Decimal(row["value"]) if row is not None and is_number(row["value"]) else None


# What several files share.


def _blank(row: Row, names: Sequence[str]) -> Iterator[str]:
    yield from (row.fault(f"the {name} is blank; every row needs one") for name in names if not row[name])


def _one_of(row: Row, name: str, allowed: Sequence[str]) -> Iterator[str]:
    if row[name] and row[name] not in allowed:
        yield row.fault(f"unknown {name} {row[name]!r}; take one of {', '.join(allowed)}")


def _twice(rows: Sequence[Row], names: Sequence[str]) -> Iterator[str]:
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        if (first := seen.setdefault(tuple(row[name] for name in names), row.number)) != row.number:
            yield row.fault(f"the same {' and '.join(names)} as in row {first}; keep one")
