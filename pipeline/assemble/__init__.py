"""Binds mentions into records: who got what, at which dose, measured how, when, with which result, and says who says so."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.assemble.prose import prose_records
from pipeline.assemble.studies import Studies
from pipeline.assemble.tables import table_records
from pipeline.document import Document
from pipeline.evidence import EvidenceRecord, Mention

__all__ = ["assemble"]


def assemble(document: Document, mentions: Sequence[Mention]) -> tuple[EvidenceRecord, ...]:
    """The records that a document states, sorted by where they stand. `mentions` are sorted by start."""
    studies = Studies.of(document)
    records = [*table_records(document, mentions, studies), *prose_records(document, mentions, studies)]
    return tuple(sorted(records, key=lambda record: (record.start, record.end)))
