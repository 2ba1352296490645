"""XLSX: a workbook with a sheet for each table. Numbers are numbers, all else is text: no cell can be a formula."""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Mapping
from datetime import datetime

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format

from pipeline.export.folder import UnwritableFolder
from pipeline.export.tables import Rows, Tables

LONGEST = 32_767
"""Characters that a cell of the format can hold."""
MOST = 100_000
"""Rows of a sheet. The format holds ten times as many, which no spreadsheet opens in comfort; CSV and Parquet have all."""
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.(\d{1,15}))?")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WORDS = frozenset(
    ["document_id", "study_id", "citations", "label", "year", "volume", "pages", "text", "quote", "outcome_text"]
)
"""Columns that are words, whatever they look like."""


def xlsx(tables: Tables) -> Mapping[str, bytes]:
    """`evidence.xlsx`; the same tables give the same bytes. Raises UnwritableFolder where nothing can be put aside."""
    saved = io.BytesIO()
    try:
        with tempfile.TemporaryDirectory(prefix="litevidence-") as aside:
            book = _Book(saved, aside)
            for name, table in tables.items():
                book.add(name, table)
            book.close()
    except (OSError, FileCreateError) as error:
        said = getattr(error, "strerror", None) or error
        raise UnwritableFolder(
            f"{tempfile.gettempdir()}: cannot be written ({said}); free space or set TMPDIR"
        ) from error
    return {"evidence.xlsx": saved.getvalue()}


class _Book:
    """A workbook that is written row by row into files in the folder `aside`, and then into `saved`."""

    def __init__(self, saved: io.BytesIO, aside: str) -> None:
        self._book = Workbook(saved, {"constant_memory": True, "tmpdir": aside})
        self._book.set_properties({"created": datetime(2000, 1, 1)})  # no clock: the same bytes again
        self._bold = self._book.add_format({"bold": True})
        self._formula = self._book.add_format({"quote_prefix": True})
        self._decimals: dict[int, Format] = {}

    def add(self, name: str, table: Rows) -> None:
        """A sheet: a table, or the beginning of a long one."""
        sheet = self._book.add_worksheet(name if len(table.rows) <= MOST else f"{name} (beginning)")
        sheet.freeze_panes(1, 0)
        for column, header in enumerate(table.header):
            sheet.write_string(0, column, header, self._bold)
        words = [header in _WORDS for header in table.header]
        for number, row in enumerate(table.rows[:MOST], start=1):
            for column, text in enumerate(row):
                if not text:
                    continue
                if not words[column] and (match := _NUMBER.fullmatch(text)):
                    sheet.write_number(number, column, float(text), self._number(len(match[1] or "")))
                else:  # text for good: no formula, also when somebody edits the cell
                    formula = self._formula if text.startswith(_FORMULA) else None
                    sheet.write_string(number, column, _clean(text), formula)

    def close(self) -> None:
        self._book.close()

    def _number(self, places: int) -> Format:
        """A format with so many decimals."""
        if places not in self._decimals:
            self._decimals[places] = self._book.add_format({"num_format": f"0.{'0' * places}" if places else "0"})
        return self._decimals[places]


def _clean(text: str) -> str:
    """Without the characters that XML cannot hold, and no longer than a cell can be."""
    kept = _FORBIDDEN.sub("", text)
    return kept if len(kept) <= LONGEST else kept[: LONGEST - 1] + "…"
