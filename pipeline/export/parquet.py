"""Parquet: a file a table. Offsets, counts and boxes are numbers; values stay text, exactly as they were read."""

from __future__ import annotations

import io
from collections.abc import Mapping

from pipeline.export.tables import BOX, Rows, Tables

WHOLE = frozenset(["page", "pages", "characters", "start", "end", "row", "row_span", "column_span", "tp", "fp", "fn"])
REAL = frozenset((*BOX, "precision", "recall", "f1", "precision_low", "recall_low", "floor_precision", "floor_recall"))


def parquet(tables: Tables) -> Mapping[str, bytes]:
    """`<table>.parquet` for every table; an empty cell is null."""
    return {f"{name}.parquet": _parquet(name, table) for name, table in tables.items()}


def _parquet(name: str, table: Rows) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    # In `references` the column `pages` is a printed range, and in `items` the column `column` a name.
    whole = WHOLE - {"pages"} if name == "references" else WHOLE
    columns = list(zip(*table.rows, strict=True)) if table.rows else [()] * len(table.header)
    arrays = []
    for header, cells in zip(table.header, columns, strict=True):
        if header in whole:
            arrays.append(pa.array([int(cell) if cell else None for cell in cells], pa.int64()))
        elif header in REAL:
            arrays.append(pa.array([float(cell) if cell else None for cell in cells], pa.float64()))
        else:
            arrays.append(pa.array([_clean(cell) for cell in cells], pa.string()))
    file = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, names=list(table.header)), file, compression="zstd")
    return file.getvalue()


def _clean(cell: str) -> str | None:
    return cell.encode("utf-8", errors="replace").decode() or None
