"""The records of a finished run, back from its tables."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal

from pipeline.evidence import DataItem, EvidenceRecord, Source, Value
from pipeline.export.csvs import UnusableRun
from pipeline.export.tables import Tables

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_SOURCES: dict[str, Source] = {"table": "table", "prose": "prose", "abstract": "abstract"}
_WORDS = frozenset(["citations", "outcome_text", "drug_id"])


def records(tables: Tables) -> tuple[EvidenceRecord, ...]:
    """In the order of `evidence.csv`, so that row numbers hold. Raises UnusableRun for a damaged row."""
    items: defaultdict[str, list[DataItem]] = defaultdict(list)
    for number, row in enumerate(tables["items"].dicts(), start=2):
        column = row["column"]
        try:
            span = int(row["start"]), int(row["end"])
        except ValueError:
            raise UnusableRun(f"items.csv: row {number}: start and end must be whole numbers; run it again") from None
        items[row["row"]].append(
            DataItem(column, _value(column, row["value"]), row["unit"], *span, row["quote"], row["rule"])
        )
    found = []
    for number, row in enumerate(tables["evidence"].dicts(), start=1):
        if row["source"] not in _SOURCES:
            raise UnusableRun(f"evidence.csv: row {number + 1}: {row['source']!r} is no source; run it again")
        try:
            span = int(row["start"]), int(row["end"])
        except ValueError:
            raise UnusableRun(
                f"evidence.csv: row {number + 1}: start and end must be whole numbers; run it again"
            ) from None
        proof = tuple(items[str(number)])
        named = (row["study_id"], row["document_id"], _SOURCES[row["source"]])
        found.append(EvidenceRecord(*named, *span, row["quote"], proof))
    return tuple(found)


def _value(column: str, text: str) -> Value:
    return Decimal(text) if column not in _WORDS and _NUMBER.fullmatch(text) else text
