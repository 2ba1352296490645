"""Printed figures as quantities that know how precisely they were printed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from pipeline.compare import base_unit, decimals, number, units_of
from pipeline.evidence import EvidenceRecord


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in base units; `slack` is half of the last printed place, 0 where the number is exact."""

    number: Fraction
    slack: Fraction
    dimension: str
    unit: str


def figure(record: EvidenceRecord, column: str) -> Figure | None:
    """The figure in a column; of people counted but not given in per cent, the exact share."""
    item = record.item(column)
    value = number(item.value) if item else None
    if item is None or value is None:
        part = share(record) if column == "value" and item is None else None
        return None if part is None else Figure(part, Fraction(0), "%", "%")
    unit = item.unit or units_of(record.items).get(column, "")
    dimension, factor = base_unit(unit)
    return Figure(Fraction(value) * factor, Fraction(Decimal(5).scaleb(-decimals(value) - 1)) * factor, dimension, unit)


def share(record: EvidenceRecord) -> Fraction | None:
    """Events among a total, in per cent."""
    events, total = number(record.value("events")), number(record.value("total"))
    return Fraction(events) / Fraction(total) * 100 if events is not None and total else None


def agree(one: Figure, other: Figure) -> bool:
    """Whether both may be the same number, rounded; in different units only the exact one will do."""
    if one.dimension != other.dimension:
        return False
    return abs(one.number - other.number) <= (max(one.slack, other.slack) if one.unit == other.unit else 0)


def opposite(one: Figure) -> Figure:
    return replace(one, number=-one.number)
