"""What one document gives to the files of a run: rendered where it was read, and put together in order.

So what travels between processes, and what is kept from run to run, is text that is written as it stands; who gathers
a run holds no documents.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pipeline.export.csvs import Numbered, counted_on, csv_lines, header_line, item_lines
from pipeline.export.folder import Written, text_bytes, text_name
from pipeline.export.tables import HEADERS, Extracted, Failure, Row, Rows, Tables, document_tables


@dataclass(frozen=True, slots=True)
class Portion:
    """One document's share of a run.

    `document` is its row of `documents.csv`, where path and role are for the run to say; `lines` has those of the other
    tables but `items`, and `counts` how many all are. `text` is None where nothing was read. `records` are for judging,
    as JSON. `unchanged`: nothing had to be worked out anew.
    """

    document: Row
    lines: Mapping[str, str]
    items: tuple[Numbered, ...]
    counts: Mapping[str, int]
    text: str | None
    records: str = ""
    failure: Failure | None = None
    unchanged: bool = False

    @property
    def document_id(self) -> str:
        return self.document[0]


def portion(found: Extracted, more: Tables, *, records: str = "", unchanged: bool = False) -> Portion:
    """Renders what one document gave; `more` are the tables that were made of it since."""
    tables = {**document_tables(found), **more}
    counts = {name: len(table.rows) for name, table in tables.items()}
    (document,) = tables.pop("documents").rows
    items = tables.pop("items")
    text = found.document.text
    return Portion(
        document,
        {name: csv_lines(table) for name, table in tables.items()},
        item_lines(items),
        counts,
        text_bytes(text).decode() if text or found.document.status != "failed" else None,
        records,
        found.failure,
        unchanged,
    )


def placed(one: Portion, path: str) -> Portion:
    """The portion of a document that stands at this path."""
    return replace(one, document=_with(one.document, path=path))


class Gathered:
    """Puts the portions of a run into its files, in the order in which they are added."""

    def __init__(self, written: Written, headers: Mapping[str, Row], roles: Mapping[str, str]) -> None:
        """`headers`: the tables that there are; `roles` says what each document is in its corpus."""
        self._written, self._roles = written, roles
        self.counts = dict.fromkeys(headers, 0)
        for name, header in headers.items():
            self._append(name, header_line(header))

    def add(self, one: Portion) -> None:
        row = _with(one.document, role=self._roles.get(one.document_id, ""))
        self._append("documents", csv_lines(Rows(HEADERS["documents"], (row,))))
        self._append("items", counted_on(one.items, self.counts["evidence"]))
        for name, lines in one.lines.items():
            self._append(name, lines)
        for name, count in one.counts.items():
            self.counts[name] += count
        if one.text is not None:
            self._written.add(text_name(one.document_id), text_bytes(one.text))

    def _append(self, name: str, lines: str) -> None:
        self._written.append(f"{name}.csv", lines.encode())


def _with(document: Row, **cells: str) -> Row:
    """A row of `documents.csv` with other cells."""
    return tuple(cells.get(column, cell) for column, cell in zip(HEADERS["documents"], document, strict=True))
