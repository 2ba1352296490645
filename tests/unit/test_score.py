"""What is counted, what is scored, and when evidence is released."""

from __future__ import annotations

import pytest

from pipeline.evidence import Counts, EvidenceRecord, Floor, Gate, GoldItem, Score
from pipeline.score import annotated, gate, lower_bound, score, slips

from make_records import gold, record


def scored(
    records: list[EvidenceRecord],
    golden: tuple[GoldItem, ...],
    *,
    splits: dict[str, str] | None = None,
    floors: tuple[Floor, ...] = (),
    documents: set[str] | None = None,
) -> dict[tuple[str, str, str], Score]:
    rows = score(records, golden, reviews={"review"}, splits=splits or {}, floors=floors, documents=documents)
    return {(row.role, row.split, row.field): row for row in rows}


def counts(records: list[EvidenceRecord], golden: tuple[GoldItem, ...], field: str = "all") -> tuple[int, int, int]:
    found = scored(records, golden)["all", "all", field].counts
    return found.tp, found.fp, found.fn


def paper(**columns: str | int) -> EvidenceRecord:
    return record(document_id="doe2001", **columns)


# When two values agree.


@pytest.mark.parametrize(
    ("golden", "found"),
    [
        ({"dose": "0.5", "dose_unit": "mg/kg"}, {"dose": "0.50", "dose_unit": "mg/kg"}),
        ({"dose": "500", "dose_unit": "ug"}, {"dose": "0.5", "dose_unit": "mg"}),
        ({"timepoint": "24", "timepoint_unit": "h"}, {"timepoint": "1", "timepoint_unit": "d"}),
        ({"value": "14", "unit": "{score}"}, {"value": "14"}),
        ({"route": "IV"}, {"route": "iv"}),
        ({"citations": "51;52"}, {"citations": "52; 51"}),
        ({"value": "NR"}, {"value": "NR"}),
    ],
)
def test_the_same_said_otherwise_agrees(golden: dict[str, str], found: dict[str, str]) -> None:
    assert counts([paper(**found)], gold(**golden)) == (1, 0, 0)


@pytest.mark.parametrize(
    ("golden", "found"),
    [
        ({"dose": "0.5", "dose_unit": "mg/kg"}, {"dose": "0.5", "dose_unit": "mg"}),
        ({"dose": "0.5", "dose_unit": "mg/kg"}, {"dose": "0.5"}),
        ({"comparator_dose": "0.045"}, {"comparator_dose": "0.45"}),
        ({"citations": "51;52"}, {"citations": "51"}),
        ({"value": "NR"}, {"value": "0"}),
        ({"diagnosis": "MDD"}, {"diagnosis": "OCD"}),
    ],
)
def test_a_wrong_value_is_both_a_false_positive_and_a_false_negative(
    golden: dict[str, str], found: dict[str, str]
) -> None:
    assert counts([paper(**found)], gold(**golden)) == (0, 1, 1)


def test_a_unit_may_stand_beside_its_value_or_in_its_own_column() -> None:
    assert counts([paper(dose="0.5", dose_unit="mg/kg")], gold(dose="0.5", units={"dose": "mg/kg"})) == (1, 0, 0)


# What is counted.


def test_an_empty_run_misses_all_and_finds_nothing_false() -> None:
    assert counts([], gold(n=7, route="IV")) == (0, 0, 2)


def test_a_record_that_gold_does_not_know_is_false_in_every_scored_column() -> None:
    golden = gold(n=7, route="IV")
    assert counts([paper(n=7, route="IV"), paper(n=9, route="IM", scale="MADRS")], golden) == (2, 2, 0)


def test_only_columns_that_gold_annotates_for_the_role_are_scored() -> None:
    golden = (*gold(n=7), *gold("review_table", document_id="review", arm="ketamine"))
    assert annotated(golden) == {"paper": {"n"}, "review_table": {"arm"}}
    assert counts([paper(n=7, arm="x"), record(source="table", arm="ketamine", n=3)], golden) == (2, 0, 0)


def test_the_voices_of_a_review_are_kept_apart() -> None:
    golden = gold("review_table", document_id="review", n=72) + gold("review_prose", document_id="review", n=73)
    right = [record(source="table", n=72), record(source="abstract", n=73)]
    wrong = [record(source="table", n=73), record(source="prose", n=72)]
    assert counts(right, golden) == (2, 0, 0)
    assert counts(wrong, golden) == (0, 2, 2)


def test_a_value_told_of_another_study_is_wrong() -> None:
    golden = gold("review_prose", document_id="review", n=73)
    assert counts([record("roe2002", n=73)], golden) == (0, 1, 1)


def test_documents_and_roles_without_gold_are_not_scored() -> None:
    assert counts([record(document_id="roe2002", n=9), record(n=9)], gold(n=7)) == (0, 0, 1)


def test_records_are_paired_so_that_the_most_columns_agree() -> None:
    golden = gold(record="1", outcome="response", value=71, timepoint=1) + gold(
        record="2", outcome="response", value=35, timepoint=7
    )
    found = [paper(outcome="response", value=35, timepoint=7), paper(outcome="response", value=71, timepoint=2)]
    assert counts(found, golden) == (5, 1, 1)


def test_one_record_answers_for_one_gold_record_only() -> None:
    golden = gold(record="1", n=7) + gold(record="2", n=7)
    assert counts([paper(n=7)], golden) == (1, 0, 1)


def test_the_adjudicated_value_is_no_role_of_its_own() -> None:
    assert counts([paper(n=72)], gold(n=72) + gold("adjudicated", n=73)) == (1, 0, 0)


def test_gold_of_documents_that_were_not_run_is_left_out_but_failed_ones_count_as_missing() -> None:
    golden = gold(n=7) + gold(n=8, study_id="roe2002", document_id="roe2002")
    row = scored([paper(n=7)], golden, documents={"doe2001"})["all", "all", "all"]
    assert (row.counts, row.recall) == (Counts(tp=1), 1.0)
    assert scored([paper(n=7)], golden, documents={"doe2001", "roe2002"})["all", "all", "all"].recall == 0.5


def test_seen_and_unseen_documents_are_scored_apart_and_together() -> None:
    golden = gold(n=7) + gold(n=8, study_id="roe2002", document_id="roe2002")
    rows = scored([paper(n=7)], golden, splits={"roe2002": "unseen"})
    assert {split: rows["paper", split, "n"].recall for split in ("seen", "unseen", "all")} == {
        "seen": 1.0,
        "unseen": 0.0,
        "all": 0.5,
    }
    assert rows["paper", "unseen", "n"].precision is None


def test_lower_bounds_are_those_of_wilson() -> None:
    assert lower_bound(81, 81) == pytest.approx(0.9547, abs=1e-4)
    assert lower_bound(0, 5) == 0
    assert lower_bound(0, 0) is None


# Single slips.


def test_every_slip_is_told_with_its_place() -> None:
    golden = gold(record="a", n=7, route="IV", dose="0.5", dose_unit="mg/kg", citations="51;52", design="crossover")
    found = [record(n=1), paper(n=8, route="IV", dose="0.5", dose_unit="mg", citations="51"), paper(n=9)]
    told = {(one.column, one.kind, one.gold, one.found, one.row) for one in slips(found, golden, reviews={"review"})}
    assert told == {
        ("citations", "partial", "51;52", "51", 2),
        ("dose", "partial", "0.5 mg/kg", "0.5 mg", 2),
        ("design", "missing", "crossover", "", 2),
        ("n", "incorrect", "7", "8", 2),
        ("n", "spurious", "", "9", 3),
    }


# The gate.


def floors(precision: float | None = 0.9, recall: float | None = 0.9) -> tuple[Floor, ...]:
    return (Floor("paper", "n", precision, recall),)


def through(records: list[EvidenceRecord], golden: tuple[GoldItem, ...], asked: tuple[Floor, ...]) -> Gate:
    return gate(score(records, golden, reviews={"review"}, splits={}, floors=asked), asked)


def test_evidence_that_meets_every_floor_is_released() -> None:
    assert through([paper(n=7)], gold(n=7), floors()) == Gate("released")
    assert scored([paper(n=7)], gold(n=7), floors=floors())["paper", "all", "n"].verdict == "met"


def test_evidence_below_a_floor_is_withheld_and_the_reason_names_role_field_figure_and_floor() -> None:
    golden = gold(record="1", n=7) + gold(record="2", n=8)
    withheld = through([paper(n=7), paper(n=9)], golden, floors(precision=0.9, recall=0.5))
    assert withheld == Gate("withheld", ("paper: precision of n is 0.5000 (1 of 2), the floor is 0.9",))
    assert scored([paper(n=7), paper(n=9)], golden, floors=floors())["paper", "all", "n"].verdict == "missed"


def test_a_figure_that_equals_its_floor_meets_it() -> None:
    golden = tuple(item for each in range(10) for item in gold(record=str(each), n=each))
    assert through([paper(n=each) for each in range(9)], golden, floors()).verdict == "released"


def test_nothing_found_does_not_meet_a_floor() -> None:
    assert through([], gold(n=7), floors(recall=None)).verdict == "withheld"


def test_a_floor_of_nothing_asks_nothing() -> None:
    assert through([], gold(n=7), floors(precision=0, recall=0)).verdict == "released"


def test_a_floor_for_what_gold_no_longer_holds_is_not_met() -> None:
    assert through([paper(n=7)], gold(n=7), (Floor("paper", "dose", None, 0.5),)).verdict == "withheld"


def test_without_gold_or_without_floors_nothing_is_decided() -> None:
    assert through([paper(n=7)], gold(n=7, document_id="roe2002"), floors()).verdict == "withheld"
    assert through([paper(n=7)], (), floors()).verdict == "undecided"
    assert through([paper(n=7)], gold(n=7), ()).verdict == "undecided"
