"""Counts how often each rule was right on the bundled corpus, for the confidence of records; see `make reliability`.

Every item of a column that gold annotates is right where scoring finds nothing against it. The documents are `seen`:
the rules were written with them in view, so the rates are too high, and their order is what counts.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline import corpus, gold
from pipeline.assemble.confidence import COUNTS, HEADER
from pipeline.compare import role_of
from pipeline.evidence import EvidenceRecord
from pipeline.extract import extract
from pipeline.score import annotated, slips

ROOT = Path(__file__).parents[2]


class Judged(NamedTuple):
    """One item: its document, the row of its record (from 1), its column, its rule, and whether it is right."""

    document_id: str
    row: int
    column: str
    rule: str
    right: bool


def judged() -> tuple[Sequence[EvidenceRecord], list[Judged]]:
    """The records of the corpus, and each of their items that gold can judge."""
    held, truth = corpus.load(ROOT / "corpus"), gold.load(ROOT / "gold")
    reviews = held.reviews
    records = [record for source in held.inputs() for record in extract(source).records]
    wrong = {
        (slip.row, slip.column) for slip in slips(records, truth.items, reviews=reviews) if slip.row and slip.found
    }
    columns = annotated(truth.items)
    known = {item.document_id for item in truth.items}
    found: list[Judged] = []
    for row, record in enumerate(records, start=1):
        asked = columns.get(role_of(record, reviews), frozenset()) if record.document_id in known else frozenset()
        found += [
            Judged(record.document_id, row, item.column, item.rule, (row, item.column) not in wrong)
            for item in record.items
            if item.column in asked
        ]
    return records, found


def counted(found: Sequence[Judged]) -> Mapping[tuple[str, str], tuple[int, int]]:
    """How often each column and rule was right and wrong."""
    tally = Counter((one.column, one.rule, one.right) for one in found)
    keys = sorted({(one.column, one.rule) for one in found})
    return {(column, rule): (tally[column, rule, True], tally[column, rule, False]) for column, rule in keys}


def main() -> None:
    _, found = judged()
    with COUNTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows((*key, *counts) for key, counts in counted(found).items())
    print(f"{COUNTS.relative_to(ROOT)}: {len(found)} items judged, {sum(not one.right for one in found)} wrong")


if __name__ == "__main__":
    main()
