"""XLSX: a workbook with a sheet for each table. Numbers are numbers, all else is text: no cell can be a formula."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from pipeline.export.tables import Tables

LONGEST = 32_767
"""Characters that a cell of the format can hold."""
MOST = 1_048_576
"""Rows that a sheet of the format can hold."""
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.(\d{1,15}))?")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SAVED = re.compile(rb"<dcterms:(created|modified)([^>]*)>[^<]*<")
_WORDS = frozenset(
    ["document_id", "study_id", "citations", "label", "year", "volume", "pages", "text", "quote", "outcome_text"]
)
"""Columns that are words, whatever they look like."""


def xlsx(tables: Tables) -> Mapping[str, bytes]:
    """`evidence.xlsx`; the same tables give the same bytes."""
    book = Workbook(write_only=True)
    for name, table in tables.items():
        sheet = book.create_sheet(name if len(table.rows) < MOST else f"{name} (beginning)")
        sheet.freeze_panes = "A2"
        bold = Font(bold=True)
        sheet.append([_text(sheet, column, font=bold) for column in table.header])
        for row in table.rows[: MOST - 1]:
            sheet.append([_cell(sheet, column, text) for column, text in zip(table.header, row, strict=True)])
    saved = io.BytesIO()
    book.save(saved)
    return {"evidence.xlsx": _timeless(saved)}


def _cell(sheet: WriteOnlyWorksheet, column: str, text: str) -> WriteOnlyCell | None:
    if not text:
        return None
    number = None if column in _WORDS else _NUMBER.fullmatch(text)
    if not number:
        return _text(sheet, _clean(text))
    cell = WriteOnlyCell(sheet, value=Decimal(text))
    cell.number_format = "0." + "0" * len(number[1]) if number[1] else "0"
    return cell


def _text(sheet: WriteOnlyWorksheet, text: str, *, font: Font | None = None) -> WriteOnlyCell:
    """Text for good: no formula, no error value, also when somebody edits the cell."""
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    if text.startswith(_FORMULA):
        cell.quotePrefix = True
    if font:
        cell.font = font
    return cell


def _clean(text: str) -> str:
    """Without the characters that XML cannot hold, and no longer than a cell can be."""
    kept = _FORBIDDEN.sub("", text)
    return kept if len(kept) <= LONGEST else kept[: LONGEST - 1] + "…"


def _timeless(saved: io.BytesIO) -> bytes:
    """The same archive without the clock times that the writer put in."""
    out = io.BytesIO()
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                data = _SAVED.sub(rb"<dcterms:\1\2>2000-01-01T00:00:00Z<", data)
            new.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
