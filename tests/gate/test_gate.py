"""The gate: on the bundled corpus the program must find what the gold holds, the known discrepancies, and proof of all."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline import corpus, gold
from pipeline.check import check
from pipeline.document import Input
from pipeline.evidence import Comparison, Counts, EvidenceRecord, Finding, Floor, ItemKey
from pipeline.extract import Extraction, extract
from pipeline.reconcile import reconcile
from pipeline.score import gate, score, slips

ROOT = Path(__file__).parents[2]
CORPUS = corpus.load(ROOT / "corpus")
GOLD = gold.load(ROOT / "gold")
STUDIES_OF_THE_TABLE = 9


def inputs() -> list[Input]:
    """The documents that come with the corpus, also where a user holds originals: the gold was taken from these."""
    return [Input(one.document_id, str(CORPUS.folder / one.path)) for one in CORPUS.entries if one.path]


@dataclass(frozen=True, slots=True)
class Run:
    """What the whole corpus gave."""

    extractions: tuple[Extraction, ...]
    records: tuple[EvidenceRecord, ...]
    comparisons: tuple[Comparison, ...]
    findings: tuple[Finding, ...]


@pytest.fixture(scope="module")
def run() -> Run:
    extractions = tuple(extract(source) for source in inputs())
    records = tuple(record for one in extractions for record in one.records)
    return Run(extractions, records, reconcile(records, reviews=CORPUS.reviews), check(records))


def test_every_document_is_read_without_a_fault(run: Run) -> None:
    assert len(run.extractions) == 1 + STUDIES_OF_THE_TABLE
    assert [
        (one.document.document_id, one.failure, one.document.reason) for one in run.extractions if one.failure
    ] == []
    assert {one.document.status for one in run.extractions} == {"ok"}


def test_every_floor_holds(run: Run) -> None:
    scores = score(run.records, GOLD.items, reviews=CORPUS.reviews, splits=GOLD.splits, floors=GOLD.floors)
    assert GOLD.floors
    verdict = gate(scores, GOLD.floors)
    assert verdict.reasons == ()
    assert verdict.verdict == "released"
    assert not [row for row in scores if row.verdict == "missed"]


def test_a_run_that_finds_nothing_is_withheld_by_any_floor() -> None:
    asked = (Floor("all", "all", None, 0.01),)
    scores = score((), GOLD.items, reviews=CORPUS.reviews, splits=GOLD.splits, floors=asked)
    assert gate(scores, asked).verdict == "withheld"


def test_the_reviews_table_is_right_in_every_cell(run: Run) -> None:
    items = [item for item in GOLD.items if item.role == "review_table"]
    assert len({item.study_id for item in items}) == STUDIES_OF_THE_TABLE
    wrong = [slip for slip in slips(run.records, GOLD.items, reviews=CORPUS.reviews) if slip.role == "review_table"]
    assert wrong == []
    scores = score(run.records, GOLD.items, reviews=CORPUS.reviews, splits=GOLD.splits)
    (whole,) = [row for row in scores if (row.role, row.split, row.field) == ("review_table", "all", "all")]
    assert whole.counts == Counts(tp=len(items)) == Counts(tp=108)


@pytest.mark.parametrize(
    ("study", "column", "stated", "kind"),
    [
        ("murrough2013", "n", {"table": "72", "prose": "73"}, "population"),
        ("feder2014", "comparator_dose", {"prose": "0.45 mg/kg", "paper": "0.045 mg/kg"}, "tenfold"),
        ("lapidus2014", "dose", {"table": "0.5 mg/kg", "paper": "50 mg"}, "unit"),
    ],
)
def test_reconciliation_finds_by_itself(run: Run, study: str, column: str, stated: dict[str, str], kind: str) -> None:
    (found,) = [
        one for one in run.comparisons if (one.study_id, one.column, one.verdict) == (study, column, "conflict")
    ]
    assert {voice: getattr(found, voice) for voice in stated} == stated
    assert found.kind == kind
    assert found.detail


@pytest.mark.parametrize(
    ("study", "name", "stated"),
    [("larkin2011", "percentage", "13 of 14 as 92.3 %"), ("berman2000", "whole_people", "50 % of 7")],
)
def test_arithmetic_finds_by_itself(run: Run, study: str, name: str, stated: str) -> None:
    found = [one for one in run.findings if (one.study_id, one.check, one.stated) == (study, name, stated)]
    assert "fails" in {one.verdict for one in found}
    assert all(run.records[one.row - 1].study_id == study for one in found)


def test_a_comparison_names_items_that_say_so(run: Run) -> None:
    assert run.comparisons
    for one in run.comparisons:
        for stated, key in ((one.table, one.table_item), (one.prose, one.prose_item), (one.paper, one.paper_item)):
            assert bool(stated) == isinstance(key, ItemKey), one
            if key is not None:
                record = run.records[key.row - 1]
                assert record.study_id == one.study_id
                assert record.item(key.column) is not None


def test_every_value_quotes_its_document_at_its_place(run: Run) -> None:
    for extraction in run.extractions:
        document = extraction.document
        for record in extraction.records:
            assert record.document_id == document.document_id
            assert record.quote == document.text[record.start : record.end]
            for item in record.items:
                assert 0 <= item.start < item.end <= len(document.text)
                assert item.quote == document.text[item.start : item.end]
                page, box = document.place(item.start, item.end)
                assert 1 <= page <= len(document.pages)
                assert box is not None
                assert box.x0 < box.x1
                assert box.top < box.bottom


def test_a_second_run_gives_the_same(run: Run) -> None:
    assert tuple(record for source in inputs() for record in extract(source).records) == run.records


def test_another_process_gives_the_same(run: Run) -> None:
    """Sets and dictionaries are ordered by a seed that differs from process to process."""
    code = (
        "import hashlib, sys; from pipeline.document import Input; from pipeline.extract import extract;"
        "print(hashlib.sha256(repr(extract(Input(*sys.argv[1:])).records).encode()).hexdigest())"
    )
    source = next(one for one in inputs() if one.document_id in CORPUS.reviews)
    (ours,) = [one.records for one in run.extractions if one.document.document_id == source.document_id]
    made = subprocess.run(
        [sys.executable, "-c", code, source.document_id, source.path],
        env={**os.environ, "PYTHONHASHSEED": "1"},
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert made.stdout.strip() == hashlib.sha256(repr(ours).encode()).hexdigest()
