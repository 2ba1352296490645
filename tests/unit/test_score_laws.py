"""Five laws that every scorer must keep; three public ones break one of them on tiny inputs."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pipeline.compare import atoms, same
from pipeline.evidence import Counts, EvidenceRecord, GoldItem, Score
from pipeline.score import count, score

from make_records import gold, record

COLUMNS = {
    "n": st.integers(1, 3),
    "route": st.sampled_from(["IV", "IN", "iv", "NR"]),
    "dose": st.sampled_from(["0.5", "0.50", "5"]),
    "dose_unit": st.sampled_from(["mg", "ug"]),
    "citations": st.sampled_from(["1;2", "2;1", "1"]),
    "outcome": st.sampled_from(["response", "remission"]),
}
ROLES = {"paper": ("doe2001", "prose"), "review_table": ("review", "table"), "review_prose": ("review", "prose")}
STUDIES = st.sampled_from(["doe2001", "roe2002"])
DOSED = st.fixed_dictionaries({}, optional=COLUMNS).filter(lambda each: "dose_unit" not in each or "dose" in each)
STATED = st.tuples(st.sampled_from(sorted(ROLES)), STUDIES, DOSED)
MANY = st.lists(STATED, max_size=6)
Stated = tuple[str, str, dict[str, str | int]]


def golden(stated: list[Stated]) -> list[GoldItem]:
    return [
        item
        for number, (role, study, columns) in enumerate(stated)
        for item in gold(role, str(number), study_id=study, document_id=ROLES[role][0], **columns)
    ]


def found(stated: list[Stated]) -> list[EvidenceRecord]:
    return [
        record(study, ROLES[role][0], ROLES[role][1], **columns)  # type: ignore[arg-type]
        for role, study, columns in stated
    ]


def rows(records: list[EvidenceRecord], items: list[GoldItem]) -> dict[tuple[str, str, str], Score]:
    result = score(records, items, reviews={"review"}, splits={"review": "unseen"})
    return {(row.role, row.split, row.field): row for row in result}


def cells(stated: list[Stated]) -> Counter[tuple[str, str]]:
    """How many cells each role states in each column; a unit belongs to its dose."""
    return Counter((role, column) for role, _, columns in stated for column in columns if column != "dose_unit")


@given(MANY, MANY)
def test_counts_add_up(predicted: list[Stated], expected: list[Stated]) -> None:
    result = rows(found(predicted), golden(expected))
    for role, split, field in result:
        for place, whole in enumerate((role, split, field)):
            if whole == "all":
                key = (role, split, field)
                parts = [
                    row.counts
                    for other, row in result.items()
                    if other[place] != "all" and all(other[at] == key[at] for at in range(3) if at != place)
                ]
                assert sum(parts, Counts()) == result[key].counts


@given(MANY, MANY, st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(
    predicted: list[Stated], expected: list[Stated], random: object
) -> None:
    records, items = found(predicted), golden(expected)
    before = rows(records, items)
    random.shuffle(records)  # type: ignore[attr-defined]
    random.shuffle(items)  # type: ignore[attr-defined]
    assert rows(records, items) == before


@given(MANY, MANY)
def test_every_gold_cell_is_counted_exactly_once_and_so_is_every_found_one(
    predicted: list[Stated], expected: list[Stated]
) -> None:
    result = rows(found(predicted), golden(expected))
    gold_cells, found_cells = cells(expected), cells(predicted)
    counted = {(role, field): row.counts for (role, split, field), row in result.items() if split == "all"}
    for key, number in gold_cells.items():
        assert counted[key].tp + counted[key].fn == number
        assert counted[key].tp + counted[key].fp == found_cells[key]
    assert {key for key in counted if "all" not in key} == set(gold_cells)


WORDS = st.sampled_from(["IV", "iv", "NR", "1;2", "2;1", "0.5"])
VALUES = st.one_of(st.decimals(-100, 100, places=2), WORDS, st.integers(0, 9).map(Decimal))
UNITS = st.sampled_from(["", "mg", "ug", "mg/kg", "{score}", "h", "d"])


@given(VALUES, UNITS, VALUES, UNITS)
def test_agreement_is_symmetric(one: Decimal | str, unit: str, other: Decimal | str, another: str) -> None:
    left, right = atoms(one, unit), atoms(other, another)
    assert same(left, right) == same(right, left)
    assert same(left, atoms(one, unit))
    assert count(left, right).tp == count(right, left).tp


@given(MANY.filter(lambda stated: any(columns for _, _, columns in stated)))
def test_a_perfect_prediction_scores_one_and_an_empty_one_recalls_nothing(expected: list[Stated]) -> None:
    for row in rows(found(expected), golden(expected)).values():
        assert (row.precision, row.recall, row.f1) == (1.0, 1.0, 1.0)
    for row in rows([], golden(expected)).values():
        assert (row.precision, row.recall, row.f1) == (None, 0.0, 0.0)
