"""What is said of the evidence of a run, as tables: reconciliation, checks, scores and slips."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.evidence import Comparison, Finding, ItemKey, Score, Slip
from pipeline.export.tables import HEADERS, Row, Rows, Tables


def judged_tables(
    comparisons: Iterable[Comparison],
    findings: Iterable[Finding],
    scores: Iterable[Score],
    slips: Iterable[Slip] = (),
) -> Tables:
    """The tables of reconciliation, checks and scores, and of every difference from gold."""
    rows: dict[str, Iterable[Row]] = {
        "reconciliation": map(_comparison, comparisons),
        "checks": map(_finding, findings),
        "scores": map(score_row, scores),
        "slips": map(_slip, slips),
    }
    return {name: Rows(HEADERS[name], tuple(found)) for name, found in rows.items()}


def _slip(found: Slip) -> Row:
    place = (found.role, found.study_id, found.document_id, found.record, str(found.row or ""))
    return (*place, found.column, found.gold, found.found, found.kind, found.part)


def _comparison(found: Comparison) -> Row:
    keys: tuple[ItemKey | None, ...] = (found.table_item, found.prose_item, found.paper_item)
    said = (found.table, found.prose, found.paper)
    links = (str(key) if key else "" for key in keys)
    return found.study_id, found.column, *said, found.verdict, found.kind, found.detail, *links


def _finding(found: Finding) -> Row:
    said = (found.study_id, found.check, found.verdict, found.stated, found.expected, found.detail)
    return (*said, str(found.row))


def score_row(score: Score) -> Row:
    """A row of `scores.csv`: ratios with four decimals, empty where there is nothing to divide by."""
    counts = score.counts
    ratios = (score.precision, score.recall, score.f1, score.precision_low, score.recall_low)
    return (
        score.role,
        score.split,
        score.field,
        *(str(count) for count in (counts.tp, counts.fp, counts.fn)),
        *("" if ratio is None else f"{ratio:.4f}" for ratio in ratios),
        *("" if floor is None else f"{floor:g}" for floor in (score.floor_precision, score.floor_recall)),
        score.verdict,
    )
