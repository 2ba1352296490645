"""Arithmetic and plausibility of records, no gold needed.

A check speaks only where it could be computed: `holds`, `fails` (the figures contradict each other) or `implausible`
(they may both be right, but a reader should look).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache

from pipeline.check.case import Case, Result, Together
from pipeline.check.figures import check_interval, check_order, check_p, check_p_against_interval, check_scale, check_sd
from pipeline.check.people import check_arms, check_counts, check_percentage, check_rate, check_whole_people
from pipeline.compare import concepts
from pipeline.evidence import EvidenceRecord, Finding
from pipeline.vocabulary import Concept, vocabulary

__all__ = ["check"]

CHECKS = (
    check_counts,
    check_rate,
    check_percentage,
    check_whole_people,
    check_arms,
    check_order,
    check_sd,
    check_scale,
    check_interval,
    check_p,
    check_p_against_interval,
)
"""Every check, in the order of its findings; each takes a case and gives a result, or None where it cannot say."""


def check(records: Sequence[EvidenceRecord]) -> tuple[Finding, ...]:
    """What the checks say of each record, in the order of the records; `row` counts them from 1."""
    alike: defaultdict[tuple[str, str], list[EvidenceRecord]] = defaultdict(list)
    printed = [record.printed for record in records]
    for record in printed:
        alike[record.document_id, record.study_id].append(record)
    together = {key: Together(held) for key, held in alike.items()}
    findings = []
    for row, record in enumerate(printed, start=1):
        neighbours = together[record.document_id, record.study_id]
        case = Case(record, neighbours, _named(record, "scale", "scales"), _named(record, "outcome", "outcomes"))
        findings += [_finding(result, record, row) for check_one in CHECKS if (result := check_one(case))]
    return tuple(findings)


def _finding(result: Result, record: EvidenceRecord, row: int) -> Finding:
    return Finding(record.study_id, result.check, result.verdict, result.stated, result.expected, result.detail, row)


def _named(record: EvidenceRecord, column: str, name: str) -> Concept | None:
    """The one concept of a vocabulary that a column names, None where it names none or several."""
    return _only(str(record.value(column) or ""), name)


@cache
def _only(text: str, name: str) -> Concept | None:
    ids = concepts(text, name)
    named = [concept for concept in vocabulary(name) if concept.id in ids]
    return named[0] if len(named) == 1 else None
