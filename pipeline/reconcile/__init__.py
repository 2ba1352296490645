"""Holds what a review's table, its prose and the cited papers say of each study against each other.

Two grains: what is true of a study as a whole (`study`), and what single results say (`results`). Only studies
that a review speaks of are compared, and of a paper only what it says of itself.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import get_args

from pipeline.compare import role_of
from pipeline.evidence import COLUMNS, Comparison, EvidenceRecord, Role
from pipeline.reconcile.results import compare_results
from pipeline.reconcile.study import compare_study
from pipeline.reconcile.voices import Placed, Voice

__all__ = ["reconcile"]

_VOICES: dict[Role, Voice] = dict(zip(get_args(Role), get_args(Voice), strict=True))
_UNRESOLVED = re.compile(r"(?:.+-)?ref\d+[a-z]?")


def _is_tally(record: EvidenceRecord) -> bool:
    """Whether a record counts studies or treatments (`{study}`): it says nothing of how a study was made, or of its people."""
    unit = str(record.value("unit") or "")
    return unit.startswith("{") and unit != "{score}"


def reconcile(records: Sequence[EvidenceRecord], *, reviews: Collection[str]) -> tuple[Comparison, ...]:
    """One comparison for each comparable column of each study, sorted; item keys count `records` from 1.

    `reviews` are the document ids of reviews. What only the prose of a review speaks of has nothing to be held
    against. A study that no citation could be resolved to (`ref49`) belongs to the review that cites it.
    """
    studies: defaultdict[tuple[str, str], defaultdict[Voice, list[Placed]]] = defaultdict(lambda: defaultdict(list))
    placed = [Placed(row, record.printed) for row, record in enumerate(records, start=1) if not _is_tally(record)]
    for one in sorted(placed, key=lambda place: place.key):
        voice, study_id = _VOICES[role_of(one.record, reviews)], one.record.study_id
        if study_id not in reviews and (voice != "paper" or study_id == one.record.document_id):
            citing = one.record.document_id if _UNRESOLVED.fullmatch(study_id) else ""
            studies[study_id, citing][voice].append(one)
    return tuple(
        comparison
        for (study_id, _), stated in sorted(studies.items())
        if "table" in stated or stated.keys() >= {"prose", "paper"}
        for comparison in sorted(
            [*compare_study(study_id, stated), *compare_results(study_id, stated)],
            key=lambda comparison: COLUMNS.index(comparison.column),
        )
    )
