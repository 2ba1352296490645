"""What a run found, as the tables of the contract: rows of text in a fixed order, ready for any format.

An empty cell means that nothing was found. Offsets are character offsets into `texts/<document_id>.txt`, half-open;
boxes are in PDF points from the top left corner of the page; numbers are printed as they were read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, Protocol

from pipeline.document import Document, Place, Reference, Table
from pipeline.evidence import (
    ARM_COLUMNS,
    COLUMNS,
    RESULT_COLUMNS,
    EvidenceRecord,
    Mention,
    Value,
)

Row = tuple[str, ...]

BOX = ("x0", "top", "x1", "bottom")
HEADERS: dict[str, tuple[str, ...]] = {
    "documents": ("document_id", "path", "sha256", "format", "role", "status", "reason", "pages", "characters"),
    "failures": ("document_id", "path", "stage", "error", "detail"),
    "mentions": (
        *("document_id", "field", "start", "end", "text", "value", "value_high", "unit", "concept_id", "preferred"),
        *("page", *BOX, "section", "context"),
    ),
    "evidence": (
        "study_id",
        "document_id",
        "source",
        *COLUMNS,
        "page",
        "start",
        "end",
        "quote",
        "confidence",
        "derived",
    ),
    "items": (
        *("study_id", "row", "column", "value", "unit", "document_id", "page", "start", "end", *BOX, "quote", "rule"),
    ),
    "arms": ("document_id", "study_id", *ARM_COLUMNS, "places"),
    "results": ("document_id", "study_id", *RESULT_COLUMNS, "places", "result", "contradicts"),
    "tables": (
        *("document_id", "table", "page", "caption", "row", "column", "row_span", "column_span", "header", "text"),
        *("start", "end", *BOX),
    ),
    "references": (
        *("document_id", "label", "authors", "year", "title", "journal", "volume", "pages", "doi", "pmid"),
        *("importance", "annotation"),
    ),
    "reconciliation": (
        *("study_id", "column", "table", "prose", "paper", "verdict", "kind", "detail"),
        *("table_item", "prose_item", "paper_item"),
    ),
    "checks": ("study_id", "check", "verdict", "stated", "expected", "detail", "row"),
    "scores": (
        *("role", "split", "field", "tp", "fp", "fn", "precision", "recall", "f1", "precision_low", "recall_low"),
        *("floor_precision", "floor_recall", "verdict"),
    ),
    "slips": ("role", "study_id", "document_id", "record", "row", "column", "gold", "found", "kind", "part"),
}
"""The columns of each table, as the contract fixes them."""

EXTRACTED = ("documents", "failures", "mentions", "evidence", "items", "arms", "results", "tables", "references")
"""The tables that every run has; the others need a corpus and gold."""


class Rows(NamedTuple):
    """A table: its header, and rows with as many cells."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]

    def dicts(self) -> Iterator[dict[str, str]]:
        return (dict(zip(self.header, row, strict=True)) for row in self.rows)


Tables = Mapping[str, Rows]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a document gave nothing, or less than it should: the stage, the sort of error, and the error's words."""

    document_id: str
    path: str
    stage: str
    error: str
    detail: str


class Extracted(Protocol):
    """What extraction gives for one document."""

    @property
    def document(self) -> Document: ...
    @property
    def mentions(self) -> tuple[Mention, ...]: ...
    @property
    def records(self) -> tuple[EvidenceRecord, ...]: ...
    @property
    def failure(self) -> Failure | None: ...


def document_tables(found: Extracted) -> Tables:
    """The tables of one document but those of its summaries: `role` is empty, and `row` counts its evidence from 1."""
    document = found.document
    rows: dict[str, Iterable[Row]] = {
        "documents": [_document(document)],
        "failures": [_failure(found.failure)] if found.failure else [],
        "mentions": (_mention(document, mention) for mention in found.mentions),
        "evidence": (_evidence(document, record) for record in found.records),
        "items": (
            row for number, record in enumerate(found.records, start=1) for row in _items(document, number, record)
        ),
        "tables": _tables(document),
        "references": (_reference(document, entry) for entry in document.references),
    }
    return {name: Rows(HEADERS[name], tuple(found)) for name, found in rows.items()}


def tally(tables: Tables) -> dict[str, int]:
    """How many rows each table has."""
    return {name: len(table.rows) for name, table in tables.items()}


def printed(value: Value | None) -> str:
    """A value as it was read, without exponents."""
    return f"{value:f}" if isinstance(value, Decimal) else value or ""


def place_cells(place: Place) -> Row:
    """Page and box, as they are printed in every table."""
    box = [f"{length:.2f}" for length in place.box] if place.box else [""] * 4
    return (str(place.page or ""), *box)


def _document(document: Document) -> Row:
    return (
        document.document_id,
        document.path,
        document.sha256,
        document.format,
        "",
        document.status,
        document.reason,
        str(len(document.pages) or ""),
        str(len(document.text)),
    )


def _failure(failure: Failure) -> Row:
    return failure.document_id, failure.path, failure.stage, failure.error, failure.detail


def _mention(document: Document, mention: Mention) -> Row:
    section = document.section_at(mention.start)
    return (
        document.document_id,
        mention.field,
        str(mention.start),
        str(mention.end),
        mention.text,
        printed(mention.value),
        printed(mention.value_high),
        mention.unit,
        mention.concept_id,
        mention.preferred,
        *place_cells(document.place(mention.start, mention.end)),
        section.kind if section else "",
        ";".join(mention.context),
    )


def _evidence(document: Document, record: EvidenceRecord) -> Row:
    values: dict[str, str] = {}
    for item in record.items:  # a cell of the source may list several values
        said = printed(item.value)
        values[item.column] = f"{values[item.column]};{said}" if item.column in values else said
    return (
        record.study_id,
        record.document_id,
        record.source,
        *(values.get(column, "") for column in COLUMNS),
        place_cells(document.place(record.start, record.end))[0],
        str(record.start),
        str(record.end),
        record.quote,
        f"{record.confidence:.2f}",
        ";".join(record.derived),
    )


def _items(document: Document, number: int, record: EvidenceRecord) -> Iterator[Row]:
    for item in sorted(record.items, key=lambda item: (COLUMNS.index(item.column), item.start, item.end)):
        yield (
            record.study_id,
            str(number),
            item.column,
            printed(item.value),
            item.unit,
            record.document_id,
            *_span_cells(document, item.start, item.end),
            item.quote,
            item.rule,
        )


def _span_cells(document: Document, start: int, end: int) -> Row:
    page, *box = place_cells(document.place(start, end))
    return page, str(start), str(end), *box


def _tables(document: Document) -> Iterator[Row]:
    for number, table in enumerate(document.tables, start=1):
        caption = document.text[slice(*table.caption)] if table.caption else ""
        yield from _cells(document, table, table.label or str(number), caption)


def _cells(document: Document, table: Table, label: str, caption: str) -> Iterator[Row]:
    for cell in sorted(table.cells, key=lambda cell: (cell.row, cell.column)):
        page, *box = place_cells(document.place(cell.start, cell.end))
        yield (
            document.document_id,
            label,
            page or str(table.page or ""),
            caption,
            str(cell.row),
            str(cell.column),
            str(cell.row_span),
            str(cell.column_span),
            "true" if cell.header else "false",
            document.text[cell.start : cell.end],
            str(cell.start),
            str(cell.end),
            *box,
        )


def _reference(document: Document, entry: Reference) -> Row:
    return (
        document.document_id,
        entry.label,
        ";".join(entry.authors),
        entry.year,
        entry.title,
        entry.journal,
        entry.volume,
        entry.pages,
        entry.doi,
        entry.pmid,
        entry.importance,
        entry.annotation,
    )
