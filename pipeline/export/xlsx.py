"""XLSX: a workbook with a sheet for each table. Numbers are numbers, all else is text: no cell can be a formula."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from decimal import Decimal

from pipeline.export.tables import Tables

LONGEST = 32_767
"""Characters that a cell of the format can hold."""
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
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    for name, table in tables.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        head = [WriteOnlyCell(sheet, value=column) for column in table.header]
        for cell in head:
            cell.font = Font(bold=True)
        sheet.append(head)
        for row in table.rows:
            cells = []
            for column, text in zip(table.header, row, strict=True):
                number = None if column in _WORDS else _NUMBER.fullmatch(text)
                if number:
                    cell = WriteOnlyCell(sheet, value=Decimal(text))
                    cell.number_format = "0." + "0" * len(number[1]) if number[1] else "0"
                else:
                    cell = WriteOnlyCell(sheet, value=_clean(text) or None)
                    if text.startswith(_FORMULA):
                        cell.data_type = "s"
                        cell.quotePrefix = True
                cells.append(cell)
            sheet.append(cells)
    saved = io.BytesIO()
    book.save(saved)
    return {"evidence.xlsx": _timeless(saved)}


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
