"""A review's table, its prose and the cited papers held against each other."""

from __future__ import annotations

import random

import pytest

from pipeline.evidence import Comparison, EvidenceRecord, ItemKey
from pipeline.reconcile import reconcile

from make_records import record

STUDY = "doe2001"


def table(study_id: str = STUDY, **columns: str | int) -> EvidenceRecord:
    return record(study_id, "review", "table", **columns)


def prose(study_id: str = STUDY, **columns: str | int) -> EvidenceRecord:
    return record(study_id, "review", "prose", **columns)


def paper(study_id: str = STUDY, **columns: str | int) -> EvidenceRecord:
    return record(study_id, study_id, "abstract", **columns)


def compared(*records: EvidenceRecord, column: str = "") -> list[Comparison]:
    return [one for one in reconcile(records, reviews={"review"}) if column in ("", one.column)]


def only(*records: EvidenceRecord, column: str) -> Comparison:
    (one,) = compared(*records, column=column)
    return one


def verdict(*records: EvidenceRecord, column: str) -> tuple[str, str]:
    one = only(*records, column=column)
    return one.verdict, one.kind


# Samples.


def test_a_few_people_more_or_less_are_another_population() -> None:
    found = only(table(n=72), prose(n=73), column="n")
    assert found == Comparison(
        STUDY,
        "n",
        "72",
        "73",
        "",
        "conflict",
        "population",
        "table 72, prose 73: 1 person apart, as randomised, treated, analysed and completed may differ",
        ItemKey(1, "n"),
        ItemKey(2, "n"),
        None,
    )


def test_samples_far_apart_are_another_value_and_equal_ones_agree() -> None:
    assert verdict(table(n=17), paper(n=42), column="n") == ("conflict", "value")
    assert verdict(table(n=17), paper(n=17), column="n") == ("agree", "")


def test_a_voice_that_states_several_values_agrees_if_one_of_them_matches() -> None:
    found = only(table(n=72), paper(n=73, start=1), paper(n=72, start=2), column="n")
    assert (found.verdict, found.paper, found.paper_item) == ("agree", "73; 72", ItemKey(3, "n"))


def test_two_voices_that_disagree_are_in_conflict_though_the_third_knows_both_values() -> None:
    assert verdict(table(n=72), prose(n=73), paper(n=72), paper(n=73), column="n") == ("conflict", "population")


# Doses.


def dose(amount: str, unit: str = "mg/kg", drug: str = "ketamine", **columns: str | int) -> dict[str, str | int]:
    return {"drug": drug, "dose": amount, "dose_unit": unit, **columns}


def against(amount: str, unit: str = "mg/kg", drug: str = "midazolam") -> dict[str, str | int]:
    return {"comparator": drug, "comparator_dose": amount, "comparator_dose_unit": unit}


@pytest.mark.parametrize("place", ["comparator", "arm"])
def test_a_slipped_point_in_a_comparators_dose_is_found_wherever_the_paper_states_it(place: str) -> None:
    said = {"comparator": against("0.045"), "arm": dose("0.045", drug="midazolam")}[place]
    records = prose(**dose("0.5"), **against("0.45")), paper(**dose("0.5")), paper(**said)
    found = only(*records, column="comparator_dose")
    assert (found.verdict, found.kind) == ("conflict", "tenfold")
    assert (found.prose, found.paper) == ("0.45 mg/kg", "0.045 mg/kg")
    assert (found.prose_item, found.paper_item) == (
        ItemKey(1, "comparator_dose"),
        ItemKey(3, "comparator_dose" if place == "comparator" else "dose"),
    )
    assert verdict(*records, column="dose") == ("agree", "")


def test_a_dose_by_weight_against_a_fixed_dose_is_a_conflict_of_units() -> None:
    found = only(table(**dose("0.5"), route="IN"), paper(**dose("50", "mg")), column="dose")
    assert (found.verdict, found.kind, found.table, found.paper) == ("conflict", "unit", "0.5 mg/kg", "50 mg")


@pytest.mark.parametrize(
    ("amount", "unit", "expected"),
    [
        ("0.50", "mg/kg", ("agree", "")),
        ("500", "ug/kg", ("agree", "")),
        ("5", "mg/kg", ("conflict", "tenfold")),
        ("0.5", "ug/kg", ("conflict", "tenfold")),
        ("0.6", "mg/kg", ("conflict", "value")),
        ("0.5", "mg", ("conflict", "unit")),
        ("0.5", "mg/kg/d", ("agree", "")),
    ],
)
def test_doses_are_compared_as_quantities(amount: str, unit: str, expected: tuple[str, str]) -> None:
    assert verdict(table(**dose("0.5")), paper(**dose(amount, unit)), column="dose") == expected


def test_a_dose_beside_which_no_drug_is_named_is_that_of_the_drug_under_test() -> None:
    stated = prose(**dose("0.5"), **against("0.045")), table(dose="0.5", dose_unit="mg/kg")
    assert verdict(*stated, column="dose") == ("agree", "")


def test_doses_of_drugs_that_the_review_does_not_speak_of_are_left_out() -> None:
    assert [one.column for one in compared(table(**dose("0.5")), paper(**dose("900", "mg", "lithium")))] == ["dose"]


# Designs, diagnoses, routes, schedules.


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("crossover", "cross-over", ("agree", "")),
        ("parallel-arm", "crossover", ("conflict", "design")),
        ("randomised", "fixed-order", ("conflict", "design")),
        ("crossover", "double-blind", ("agree", "")),
        ("open-label", "double-blind", ("conflict", "design")),
        ("single-centre", "two-site", ("conflict", "design")),
    ],
)
def test_only_designs_that_exclude_each_other_are_in_conflict(one: str, other: str, expected: tuple[str, str]) -> None:
    assert verdict(table(design=one), prose(design=other), column="design") == expected


def test_other_sides_of_a_design_do_not_hide_a_conflict() -> None:
    review = table(design="parallel-arm"), prose(design="crossover", start=1), prose(design="two-site", start=2)
    found = only(*review, paper(design="double-blind;parallel-arm"), column="design")
    assert (found.verdict, found.kind, found.table, found.prose) == ("conflict", "design", "parallel-arm", "crossover")
    both = paper(design="open-label;double-blind;crossover")
    assert verdict(table(design="double-blind"), both, column="design") == ("agree", "")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("MDD", "major depressive disorder", ("agree", "")),
        ("MDD (TR)", "treatment-resistant depression", ("agree", "")),
        ("MDD", "TRD", ("agree", "")),
        ("chronic PTSD", "PTSD", ("agree", "")),
        ("OCD", "PTSD", ("conflict", "diagnosis")),
        ("MDD", "bipolar disorder", ("conflict", "diagnosis")),
        ("catatonia", "schizophrenia", ("conflict", "diagnosis")),
    ],
)
def test_diagnoses_agree_in_other_words_and_where_one_is_a_sort_of_the_other(
    one: str, other: str, expected: tuple[str, str]
) -> None:
    assert verdict(table(diagnosis=one), paper(diagnosis=other), column="diagnosis") == expected


def test_routes_and_schedules() -> None:
    assert verdict(table(route="IV"), paper(route="intravenous"), column="route") == ("agree", "")
    assert verdict(table(route="IV"), paper(route="IN"), column="route") == ("conflict", "route")
    assert verdict(table(frequency="single"), paper(frequency="bolus"), column="frequency") == ("agree", "")
    assert verdict(table(frequency="single"), paper(frequency="3/d"), column="frequency") == ("conflict", "schedule")
    assert verdict(table(frequency="single"), paper(frequency="2 infusions"), column="frequency") == ("agree", "")
    assert verdict(table(frequency="1/d"), paper(frequency="3/d"), column="frequency") == ("agree", "")


# Who is heard.


def test_what_only_one_voice_states_is_said_of_that_voice() -> None:
    records = table(n=7), prose(route="IV"), paper(design="crossover")
    assert {one.column: one.verdict for one in compared(*records)} == {
        "n": "only_table",
        "route": "only_prose",
        "design": "only_paper",
    }


def test_not_reported_is_no_value_to_disagree_with() -> None:
    found = only(table(n="NR"), paper(n=7), column="n")
    assert (found.verdict, found.table, found.detail) == ("only_paper", "NR", "the table says that it was not reported")
    assert not compared(table(n="NR"), column="n")


def test_only_studies_that_a_review_speaks_of_and_only_papers_on_themselves_are_compared() -> None:
    assert not compared(paper(n=7))
    assert not compared(prose(n=7))
    assert not compared(prose("review", n=9), table("review", n=7))
    told_by_another = record(STUDY, "roe2002", "prose", n=99)
    assert verdict(table(n=7), told_by_another, column="n") == ("only_table", "")


def test_an_unresolved_citation_belongs_to_its_review() -> None:
    records = table("ref49", n=7), prose("ref49", n=8), record("ref49", "other", "table", n=50)
    found = [(one.table, one.prose) for one in reconcile(records, reviews={"review", "other"})]
    assert found == [("50", ""), ("7", "8")]


# Results.


def rate(value: str | int, **columns: str | int) -> dict[str, str | int]:
    return {"outcome": "response", "measure": "rate", "value": value, "unit": "%", "drug": "ketamine", **columns}


def change(value: str | int, **columns: str | int) -> dict[str, str | int]:
    return {"outcome": "severity", "measure": "change", "value": value, "unit": "{score}", **columns}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (rate("71"), ("agree", "")),
        (rate("70.6"), ("agree", "")),
        (rate("70.4"), ("conflict", "value")),
        ({"outcome": "response", "measure": "count", "events": 12, "total": 17}, ("agree", "")),
        (rate("56", timepoint=24, timepoint_unit="h"), ("conflict", "definition")),
        (rate("92", events=12, total=13), ("conflict", "value")),
        (rate("7.1"), ("conflict", "tenfold")),
    ],
)
def test_rates_of_one_outcome_are_held_against_each_other(
    said: dict[str, str | int], expected: tuple[str, str]
) -> None:
    assert verdict(table(**rate("71")), paper(**said), column="value") == expected


def test_the_same_count_of_other_people_is_another_population() -> None:
    assert verdict(prose(**rate("79", n=14)), paper(**rate("92", events=11, total=12)), column="value") == (
        "conflict",
        "population",
    )


def test_the_same_people_with_another_percentage_are_bad_arithmetic() -> None:
    one, other = rate("92.3", events=13, total=14), rate("92.9", events=13, total=14)
    assert verdict(prose(**one), paper(**other), column="value") == ("conflict", "arithmetic")


def test_of_several_results_each_is_held_against_its_like() -> None:
    day, week = {"timepoint": 24, "timepoint_unit": "h"}, {"timepoint": 1, "timepoint_unit": "wk"}
    found = compared(
        prose(**rate("71", **day), start=1),
        prose(**rate("30", **week), start=2),
        paper(**rate("35", **week)),
        paper(**rate("71", timepoint=1, timepoint_unit="d")),
        paper(**(rate("0") | {"drug": "placebo"})),
        column="value",
    )
    assert [(one.prose, one.paper, one.verdict) for one in found] == [
        ("71 %", "71 %", "agree"),
        ("30 %", "35 %", "conflict"),
    ]


def test_the_sign_of_a_change_is_a_convention() -> None:
    found = only(prose(**change("14")), paper(**change("-14")), column="value")
    assert found.verdict == "agree"
    assert "sign" in found.detail
    limits = (
        prose(**change("12.7", ci_low="2.5", ci_high="22.8")),
        paper(**change("-12.7", ci_low="-22.8", ci_high="-2.5")),
    )
    assert {one.verdict for one in compared(*limits)} == {"agree"}


def test_the_same_figure_at_another_time_is_another_definition() -> None:
    one, other = change("14", timepoint=240, timepoint_unit="min"), change("-14", timepoint=72, timepoint_unit="h")
    assert verdict(prose(**one), paper(**other), column="timepoint") == ("conflict", "definition")
    assert verdict(prose(**one), paper(**other), column="value") == ("agree", "")


def test_another_outcome_drug_or_measure_is_another_result() -> None:
    for other in (
        rate("71") | {"outcome": "remission"},
        rate("71") | {"drug": "placebo"},
        rate("71") | {"measure": "change"},
    ):
        assert verdict(table(**rate("71")), paper(**other), column="value") == ("only_table", "")


def test_other_figures_at_other_times_are_other_results() -> None:
    one, other = rate("71", timepoint=24, timepoint_unit="h"), rate("35", timepoint=1, timepoint_unit="wk")
    assert verdict(prose(**one), paper(**other), column="value") == ("only_prose", "")


def test_where_no_figure_agrees_the_nearest_is_held_against() -> None:
    found = only(table(**rate("56")), paper(**rate("6"), start=1), paper(**rate("71"), start=2), column="value")
    assert (found.paper, found.verdict) == ("71 %", "conflict")


def test_a_dash_in_the_table_leaves_the_paper_alone_to_speak() -> None:
    found = only(table(**rate("NR")), paper(**rate("44")), column="value")
    assert (found.verdict, found.table, found.paper) == ("only_paper", "NR", "44 %")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [(("=", "0.02"), ("=", "0.02"), "agree"), (("<", "0.05"), ("=", "0.02"), "agree"),
     (("<", "0.001"), ("=", "0.02"), "conflict"), ((">", "0.05"), ("=", "0.02"), "conflict"),
     (("=", "0.02"), ("=", "0.024"), "agree")],
)  # fmt: skip
def test_p_values_are_in_conflict_where_no_number_fits_both(
    one: tuple[str, str], other: tuple[str, str], expected: str
) -> None:
    stated = [{"p_operator": operator, "p": p} for operator, p in (one, other)]
    records = prose(**change("14", **stated[0])), paper(**change("14", **stated[1]))
    assert only(*records, column="p").verdict == expected


def test_a_result_on_another_scale_is_another_instrument() -> None:
    one, other = rate("71", scale="HAM-D"), rate("71", scale="MADRS")
    assert verdict(table(**one), paper(**other), column="scale") == ("conflict", "outcome")
    apart = prose(**change("14", scale="HAM-D")), paper(**change("14", scale="MADRS"))
    assert {one.verdict for one in compared(*apart)} == {"only_prose"}


def test_a_version_of_a_scale_is_the_scale_but_an_item_is_not() -> None:
    assert verdict(table(**rate("71", scale="HAM-D")), paper(**rate("71", scale="HDRS-17")), column="scale") == (
        "agree",
        "",
    )
    apart = prose(**change("2.1", scale="MADRS")), paper(**change("2.1", scale="MADRS item 10"))
    assert {one.verdict for one in compared(*apart)} == {"only_prose"}


# Order.


def test_the_order_of_the_records_changes_nothing_but_the_row_numbers() -> None:
    records = [
        table(**(dose("0.5") | rate("64")), n=72, diagnosis="TRD"),
        prose(n=73, design="crossover"),
        prose(**dose("0.5"), **against("0.45")),
        paper(**(rate("28") | dose("0.045", drug="midazolam"))),
        paper(**(dose("0.5") | rate("63.8")), design="parallel-arm"),
        table("roe2002", n=7),
    ]

    def said(records: list[EvidenceRecord]) -> list[tuple[str, ...]]:
        return [
            (one.study_id, one.column, one.table, one.prose, one.paper, one.verdict, one.kind, one.detail)
            for one in reconcile(records, reviews={"review"})
        ]

    before = said(records)
    assert len(before) >= 7
    for seed in range(5):
        random.Random(seed).shuffle(records)
        assert said(records) == before


def test_each_key_names_an_item_that_is_there() -> None:
    records = [table(**(dose("0.5") | rate("64")), n=72), prose(n=73), paper(outcome="response", events=30, total=47)]
    for one in reconcile(records, reviews={"review"}):
        for key in (one.table_item, one.prose_item, one.paper_item):
            assert key is None or records[key.row - 1].item(key.column) is not None


def test_how_many_studies_there_are_says_nothing_of_the_people_of_one() -> None:
    table = record(source="table", diagnosis="BPD (TR)", n=18)
    tally = record(diagnosis="bipolar depression", outcome="studies", measure="count", value=2, unit="{study}")
    prose = record(diagnosis="TRD", n=18)
    found = {one.column: one for one in reconcile([table, prose, tally], reviews=["review"])}
    assert found["diagnosis"].verdict == "conflict"
    assert found["diagnosis"].prose == "TRD"
