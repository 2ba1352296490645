"""Parquet: a file a table. Offsets, counts and boxes are numbers; values stay text, exactly as they were read."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pipeline.export.tables import BOX, Rows, Tables

if TYPE_CHECKING:
    import pandas as pd

WHOLE = frozenset(["page", "pages", "characters", "start", "end", "row", "row_span", "column_span", "tp", "fp", "fn"])
REAL = frozenset((*BOX, "precision", "recall", "f1", "precision_low", "recall_low", "floor_precision", "floor_recall"))


def parquet(tables: Tables) -> Mapping[str, bytes]:
    """`<table>.parquet` for every table; an empty cell is null."""
    return {f"{name}.parquet": _parquet(name, table) for name, table in tables.items()}


def _parquet(name: str, table: Rows) -> bytes:
    import pandas as pd

    # In `references` the column `pages` is a printed range, and in `items` the column `column` a name.
    whole = WHOLE - {"pages"} if name == "references" else WHOLE
    columns = zip(*table.rows, strict=True) if table.rows else [()] * len(table.header)
    series = {}
    for header, cells in zip(table.header, columns, strict=True):
        kind = "Int64" if header in whole else "Float64" if header in REAL else "string"
        made = [cell or None for cell in _printable(cells)]
        series[header] = pd.Series(made, dtype="string") if kind == "string" else _numbers(made, kind)
    file = io.BytesIO()
    pd.DataFrame(series, columns=list(table.header)).to_parquet(file, index=False, compression="zstd")
    return file.getvalue()


def _numbers(cells: list[str | None], kind: str) -> pd.Series[int] | pd.Series[float]:
    import pandas as pd

    if kind == "Int64":
        return pd.Series([None if cell is None else int(cell) for cell in cells], dtype="Int64")
    return pd.Series([None if cell is None else float(cell) for cell in cells], dtype="Float64")


def _printable(cells: Sequence[str]) -> Sequence[str]:
    """A lone surrogate, which UTF-8 cannot hold, becomes a question mark."""
    try:
        "".join(cells).encode()
    except UnicodeEncodeError:
        return [cell.encode("utf-8", errors="replace").decode() for cell in cells]
    return cells
