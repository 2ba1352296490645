"""The gold: what careful readers took from each document, place by place, and what a release must reach.

A folder of four CSV files: `evidence.csv` (a value a row), `studies.csv`, `splits.csv` and `floors.csv`;
`CODEBOOK.md` beside them says how a record is cut. Nothing that extracts may read this.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

from pipeline.evidence import Floor, GoldItem, Value
from pipeline.gold.form import (
    EVIDENCE_HEADER,
    FLOORS_HEADER,
    NUMBERS,
    SPLITS_HEADER,
    STUDIES_HEADER,
    Gold,
    Study,
)
from pipeline.gold.rules import (
    evidence_faults,
    floor_faults,
    is_number,
    split_faults,
    study_faults,
    unknown_ids,
)
from pipeline.rows import Row, RowFault, read_rows

__all__ = ["Gold", "GoldFault", "Study", "faults", "load"]

_HEADERS = {
    "evidence": EVIDENCE_HEADER,
    "studies": STUDIES_HEADER,
    "splits": SPLITS_HEADER,
    "floors": FLOORS_HEADER,
}

_Files = Mapping[str, tuple[Row, ...] | RowFault]


class GoldFault(ValueError):
    """Gold that cannot be trusted; the text is one line that names the file, the row and the mend."""


def load(folder: Path) -> Gold:
    """Reads the gold. Raises GoldFault for the first row that is corrupt or at odds with another."""
    files = _files(folder)
    if fault := next(_faults(files), None):
        raise GoldFault(fault)
    rows = _readable(files)
    return Gold(
        tuple(_item(row) for row in rows["evidence"]),
        MappingProxyType({row["document_id"]: row["split"] for row in rows["splits"]}),
        tuple(_floor(row) for row in rows["floors"]),
        tuple(Study(**row.cells) for row in rows["studies"]),
    )


def faults(folder: Path) -> tuple[str, ...]:
    """All that is wrong with the gold, a line each: `path: row N: what, and how to mend it`; the header is row 1."""
    return tuple(_faults(_files(folder)))


def _files(folder: Path) -> _Files:
    return {name: _read(folder / f"{name}.csv", header) for name, header in _HEADERS.items()}


def _read(path: Path, header: Sequence[str]) -> tuple[Row, ...] | RowFault:
    try:
        return read_rows(path, header)
    except RowFault as fault:
        return fault


def _readable(files: _Files) -> Mapping[str, tuple[Row, ...]]:
    return {name: () if isinstance(read, RowFault) else read for name, read in files.items()}


def _faults(files: _Files) -> Iterator[str]:
    yield from (str(read) for read in files.values() if isinstance(read, RowFault))
    rows = _readable(files)
    yield from evidence_faults(rows["evidence"])
    for file, column in (("studies", "study_id"), ("splits", "document_id")):
        if not isinstance(files[file], RowFault):
            yield from unknown_ids(rows["evidence"], column, {row[column] for row in rows[file]}, f"{file}.csv")
    yield from study_faults(rows["studies"])
    yield from split_faults(rows["splits"])
    yield from floor_faults(rows["floors"])


def _item(row: Row) -> GoldItem:
    return GoldItem(
        study_id=row["study_id"],
        role=row["role"],
        record=row["record"],
        column=row["column"],
        value=_value(row),
        unit=row["unit"],
        document_id=row["document_id"],
        page=int(row["page"]),
        quote=row["quote"],
        annotator=row["annotator"],
        note=row["note"],
    )


def _value(row: Row) -> Value:
    """A number where the column holds one; a range such as `1-3`, and `NR`, stay words."""
    return Decimal(row["value"]) if row["column"] in NUMBERS and is_number(row["value"]) else row["value"]


def _floor(row: Row) -> Floor:
    precision, recall = (float(row[name]) if row[name] else None for name in ("floor_precision", "floor_recall"))
    return Floor(row["role"], row["field"], precision, recall)
