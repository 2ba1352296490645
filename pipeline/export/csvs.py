"""CSV: UTF-8, LF, header row, RFC 4180 quoting. Written, and read back from a finished run.

CSV is for scripts, so what points into a source (`text`, `quote`, values) is the source's text, unchanged. A spreadsheet
takes a cell that begins with `=`, `+`, `-` or `@` for a formula: cells of free text that nothing points to, such as the title
of a reference or an error's words, get an apostrophe in front where they begin so and are no number. To look at all
of a run in a spreadsheet open the XLSX export, where no cell can be a formula.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from pipeline.export.folder import complete
from pipeline.export.tables import EXTRACTED, HEADERS, Row, Rows, Tables

FREE_TEXT = frozenset(
    ["reason", "error", "detail", "caption", "authors", "title", "journal", "annotation", "importance"]
)
_SPECIAL = re.compile(r'[",\r\n]')
_MARKS = re.compile(r'["\r\n]')
_FORMULA = re.compile(r"'*[=+\-@\t\r](?!\d*\.?\d+$)")
csv.field_size_limit(sys.maxsize)  # a quote may be longer than the 128 KiB that Python's reader takes for a fault


class UnusableRun(ValueError):
    """A folder that holds no finished run; the text names the file and the mend."""


def csv_files(tables: Tables) -> Mapping[str, bytes]:
    """Each table as the bytes of its CSV file."""
    return {f"{name}.csv": (header_line(table.header) + csv_lines(table)).encode() for name, table in tables.items()}


def header_line(header: Row) -> str:
    return f"{_line(header)}\n"


def csv_lines(table: Rows) -> str:
    """The rows as they stand below the header."""
    free = _free(table.header)
    rows = (_guarded(row, free) for row in table.rows) if free else table.rows
    return _printable("".join(f"{_line(row)}\n" for row in rows))


Numbered = tuple[str, int, str]
"""A line taken apart around its number."""


def item_lines(items: Rows) -> tuple[Numbered, ...]:
    """The lines of `items.csv` of one document, apart around `row`, which a run counts on from document to document."""
    place = items.header.index("row")
    return tuple(
        (_printable(f"{_line(row[:place])},"), int(row[place]), _printable(f",{_line(row[place + 1 :])}\n"))
        for row in items.rows
    )


def counted_on(items: Iterable[Numbered], before: int) -> str:
    """The lines in a run that has so many rows of evidence before this document's."""
    return "".join(f"{start}{row + before}{end}" for start, row, end in items)


def _printable(text: str) -> str:
    """A lone surrogate, which UTF-8 cannot hold, becomes a question mark."""
    return text.encode("utf-8", errors="replace").decode()


def _line(row: Row) -> str:
    line = ",".join(row)
    if line.count(",") == len(row) - 1 and not _MARKS.search(line):  # no cell needs quotes, as in nearly all rows
        return line
    return ",".join(map(_quoted, row))


def _quoted(cell: str) -> str:
    """Python's writer leaves a lone carriage return unquoted, and its reader takes it for the end of a row."""
    return '"' + cell.replace('"', '""') + '"' if _SPECIAL.search(cell) else cell


def _free(header: Row) -> list[int]:
    return [place for place, column in enumerate(header) if column in FREE_TEXT]


def _guarded(row: Row, free: Sequence[int]) -> Row:
    if not any(_FORMULA.match(row[place]) for place in free):
        return row
    return tuple(f"'{cell}" if place in free and _FORMULA.match(cell) else cell for place, cell in enumerate(row))


def _unguarded(row: Row, free: Sequence[int]) -> Row:
    """The row before it was guarded: what begins with apostrophes and a formula has been given one of them."""
    if not any(row[place][:1] == "'" for place in free):
        return row
    guarded = {place for place in free if row[place][:1] == "'" and _FORMULA.match(row[place])}
    return tuple(cell[1:] if place in guarded else cell for place, cell in enumerate(row))


def finished(folder: Path) -> Tables:
    """The tables of a finished run; one that was cut short while its files took their places is completed first."""
    if not folder.is_dir():
        raise UnusableRun(f"{folder}: there is no such folder; name the folder of a finished run")
    complete(folder)
    return read_tables(folder)


def read_tables(folder: Path) -> Tables:
    """The tables of a finished run, as `csv_files` wrote them. Raises UnusableRun."""
    present = [name for name in HEADERS if (folder / f"{name}.csv").is_file()]
    for name in EXTRACTED:
        if name not in present:
            raise UnusableRun(f"{folder}: {name}.csv is missing; name the folder of a finished run, or run it again")
    return {name: read_table(folder, name) for name in present}


def read_table(folder: Path, name: str) -> Rows:
    """One table of a finished run. Raises UnusableRun."""
    path, header = folder / f"{name}.csv", HEADERS[name]
    free = _free(header)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            first, *rows = _checked(path, csv.reader(file, strict=True))
    except (OSError, ValueError, csv.Error) as error:
        if isinstance(error, UnusableRun):
            raise
        raise UnusableRun(f"{path}: cannot be read ({error}); run it again") from error
    if first != header:
        raise UnusableRun(f"{path}: row 1: the header must be {','.join(header)}; run it again")
    return Rows(header, tuple(_unguarded(row, free) for row in rows) if free else tuple(rows))


def _checked(path: Path, rows: Iterator[list[str]]) -> Iterator[Row]:
    width = 0
    seen: dict[str, str] = {}  # most cells are alike: each is held once
    for number, row in enumerate(rows, start=1):
        width = width or len(row)
        if len(row) != width:
            raise UnusableRun(f"{path}: row {number}: {len(row)} cells where {width} belong; run it again")
        yield tuple([seen.setdefault(cell, cell) for cell in row])
    if not width:
        raise UnusableRun(f"{path}: is empty; run it again")
