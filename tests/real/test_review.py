"""The real review: its trial table to the last cell, its statements as far as they are found, and proof of all."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from records.claims import SHARED, claims, is_found

from pipeline.document import Input
from pipeline.evidence import NOT_REPORTED, EvidenceRecord
from pipeline.extract import Extraction, extract

CORPUS, CLAIMS = SHARED / "corpus", SHARED / "gold" / "review_claims.jsonl"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not (CORPUS.is_dir() and CLAIMS.is_file()), reason=f"{SHARED} is not here: the review may not be redistributed"
    ),
]
PDFS = ("review_two_column.pdf", "review_manuscript.pdf")
FLOOR = 0.60
UNREPORTED = 2


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the trial table: what each column must hold, and the threshold (%) by which the row defines response."""

    citations: str
    columns: dict[str, str]
    threshold: str


@pytest.fixture(scope="module", params=PDFS)
def review(request: pytest.FixtureRequest) -> Extraction:
    return extract(Input("review", str(CORPUS / request.param)))


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """Each study of the table has a claim for how the trial was made and one for its response rate."""
    told: dict[str, dict[str, dict[str, object]]] = {}
    for line in CLAIMS.read_text(encoding="utf-8").splitlines():
        claim = json.loads(line)
        if claim["section"] == "Table 1" and claim["claim_type"] in ("trial_design", "response_rate"):
            told.setdefault(";".join(map(str, claim["refs"])), {})[claim["claim_type"]] = claim
    return [_row(refs, claim["trial_design"], claim["response_rate"]) for refs, claim in told.items()]


def _row(refs: str, design: dict[str, object], rate: dict[str, object]) -> Row:
    dose, unit = str(design["dose"]).split()
    columns = {
        "route": str(design["route"]),
        "dose": dose,
        "dose_unit": unit,
        "frequency": str(design["schedule"]),
        "diagnosis": str(design["diagnosis"]),
        "n": str(design["n"]),
        "design": str(design["design"]),
        "scale": str(design["scale"]),
        "value": NOT_REPORTED if rate["value"] is None else str(rate["value"]),
    }
    threshold = re.match(r">=(\d+)%", str(rate["statistic"]))
    return Row(refs, columns, threshold[1] if threshold else "")


def of_row(review: Extraction, row: Row) -> EvidenceRecord:
    (found,) = [one for one in review.records if one.source == "table" and one.value("citations") == row.citations]
    return found


def test_the_table_gives_a_record_for_each_study_and_no_more(review: Extraction, rows: list[Row]) -> None:
    tabled = [one for one in review.records if one.source == "table"]
    assert [one.value("citations") for one in tabled] == [row.citations for row in rows]
    assert len({one.study_id for one in tabled}) == len(rows) == 9


def test_every_cell_of_the_table_is_right(review: Extraction, rows: list[Row]) -> None:
    cells = [(of_row(review, row), column, value) for row in rows for column, value in row.columns.items()]
    assert len(cells) == 81
    wrong = [
        f"{record.study_id} {column}: {record.value(column)}, not {value}"
        for record, column, value in cells
        if str(record.value(column)) != value
    ]
    assert wrong == []


def test_the_dashes_are_not_reported_and_rates_are_percentages(review: Extraction, rows: list[Row]) -> None:
    values = [of_row(review, row).item("value") for row in rows]
    assert sum(one is not None and one.value == NOT_REPORTED for one in values) == UNREPORTED
    assert {one.unit for one in values if one is not None and isinstance(one.value, Decimal)} == {"%"}
    assert {of_row(review, row).value("measure") for row in rows} == {"rate"}
    assert {of_row(review, row).value("outcome") for row in rows} == {"response"}


def test_a_footnote_mark_is_kept_as_what_it_says(review: Extraction, rows: list[Row]) -> None:
    thresholds = [row.threshold for row in rows if row.threshold]
    assert len(thresholds) == len(rows) - UNREPORTED
    assert set(thresholds) == {"50", "35"}
    for row in rows:
        if row.threshold:
            definition = str(of_row(review, row).value("outcome_text"))
            assert re.findall(r"(\d+) ?%", definition) == [row.threshold], definition


def test_statements_of_the_review_are_found(review: Extraction, capsys: pytest.CaptureFixture[str]) -> None:
    asked = list(claims(CLAIMS))
    found = [one for one in asked if is_found(one, review.records)]
    with capsys.disabled():
        name = Path(review.document.path).name
        sys.stdout.write(f"\n{name}: {len(found)} of {len(asked)} claims found ({len(found) / len(asked):.1%})\n")
    assert len(asked) > 100
    assert len(found) / len(asked) >= FLOOR


def test_a_claim_is_not_found_in_nothing() -> None:
    assert not any(is_found(one, ()) for one in claims(CLAIMS))


def test_every_value_quotes_the_review_at_its_place(review: Extraction) -> None:
    document = review.document
    assert review.records
    for record in review.records:
        assert record.quote == document.text[record.start : record.end]
        for item in record.items:
            assert item.quote == document.text[item.start : item.end]
            page, box = document.place(item.start, item.end)
            assert 1 <= page <= len(document.pages)
            assert box is not None
