"""Records from tables: a row a study, or the results of one study's arms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.assemble.studies import Studies
from pipeline.assemble.tables.grid import Grid
from pipeline.assemble.tables.of_results import result_records
from pipeline.assemble.tables.of_studies import is_of_studies, study_records
from pipeline.document import Document
from pipeline.evidence import EvidenceRecord, Mention


def table_records(document: Document, mentions: Sequence[Mention], studies: Studies) -> Iterator[EvidenceRecord]:
    """The records of every table of a document."""
    for table in document.tables:
        grid = Grid(document, table, mentions)
        if is_of_studies(grid):
            yield from study_records(grid, studies)
        else:
            yield from result_records(grid, own=studies.reports_own)
