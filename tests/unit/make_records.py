"""Small builders: evidence and gold from `column=value`, as a test wants to say it."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from pipeline.evidence import DataItem, EvidenceRecord, GoldItem, Source, Value

UNITS = {
    "dose_unit": ("dose", "dose_high"),
    "comparator_dose_unit": ("comparator_dose",),
    "timepoint_unit": ("timepoint",),
    "unit": ("value", "value_high", "sd"),
}


def read(value: str | int | Decimal) -> Value:
    """A number where it is one, printed as given; else the word."""
    try:
        return Decimal(value)
    except InvalidOperation:
        return str(value)


def record(
    study_id: str = "doe2001",
    document_id: str = "review",
    source: Source = "prose",
    *,
    start: int = 0,
    **columns: str | int | Decimal,
) -> EvidenceRecord:
    """A record that states these columns; a unit stands in its own column and beside its values."""
    unit_of = {value: str(columns[unit]) for unit, values in UNITS.items() if unit in columns for value in values}
    items = tuple(
        DataItem(column, read(value), unit_of.get(column, ""), start, start + 1, str(value), "test")
        for column, value in columns.items()
    )
    return EvidenceRecord(study_id, document_id, source, start, start + 1, "", items)


def gold(
    role: str = "paper",
    record: str = "1",
    *,
    study_id: str = "doe2001",
    document_id: str = "doe2001",
    units: dict[str, str] | None = None,
    **columns: str | int | Decimal,
) -> tuple[GoldItem, ...]:
    """The gold rows of one record."""
    return tuple(
        GoldItem(study_id, role, record, column, read(value), (units or {}).get(column, ""), document_id, 1, "")
        for column, value in columns.items()
    )
