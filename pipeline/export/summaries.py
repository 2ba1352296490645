"""What the places of each report say together: the tables `arms` and `results`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.evidence import ARM_COLUMNS, RESULT_COLUMNS, EvidenceRecord, Summary
from pipeline.export.tables import HEADERS, Row, Rows, Tables


def summary_tables(arms: Iterable[Summary], results: Iterable[Summary], records: Sequence[EvidenceRecord]) -> Tables:
    """The tables of one document; `records` are those that the summaries' rows count."""
    told = (_row(one, ARM_COLUMNS, records) for one in arms)
    merged = (
        (*_row(one, RESULT_COLUMNS, records), str(number), ";".join(map(str, one.contradicts)))
        for number, one in enumerate(results, start=1)
    )
    return {"arms": Rows(HEADERS["arms"], tuple(told)), "results": Rows(HEADERS["results"], tuple(merged))}


def _row(one: Summary, columns: Sequence[str], records: Sequence[EvidenceRecord]) -> Row:
    """The places are those of the rows of evidence, by which they can be found there: `table@120-245`."""
    held = (records[row - 1] for row in one.rows)
    places = dict.fromkeys(f"{record.source}@{record.start}-{record.end}" for record in held)
    return (one.document_id, one.study_id, *(one.values.get(column, "") for column in columns), ";".join(places))
