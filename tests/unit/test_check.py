"""Arithmetic and plausibility of records."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.check import check
from pipeline.evidence import EvidenceRecord, Finding

from make_records import record


def findings(*records: EvidenceRecord, of: str = "") -> list[Finding]:
    return [one for one in check(records) if of in ("", one.check)]


def rate(value: str, **columns: str | int) -> EvidenceRecord:
    return record(outcome="response", measure="rate", value=value, unit="%", **columns)


def only(*records: EvidenceRecord, of: str) -> Finding:
    (one,) = findings(*records, of=of)
    return one


# Percentages of people who were counted.


def test_a_percentage_that_its_counts_do_not_give_fails_and_the_counts_that_would_are_named() -> None:
    found = only(rate("92.3", events=13, total=14), of="percentage")
    assert (found.verdict, found.stated, found.expected) == ("fails", "13 of 14 as 92.3 %", "92.9 %")
    assert "12 of 13 would give 92.3 %" in found.detail


def test_a_percentage_that_its_counts_give_holds() -> None:
    assert only(rate("44", events=8, total=18), of="percentage").verdict == "holds"


@pytest.mark.parametrize("printed", ["12", "13"])
def test_a_half_may_be_rounded_either_way(printed: str) -> None:
    assert only(rate(printed, events=1, total=8), of="percentage").verdict == "holds"


def test_events_without_a_total_are_held_against_the_sample_of_the_record_or_of_the_study() -> None:
    assert only(rate("92.3", events=13, n=14), of="percentage").verdict == "fails"
    nearby = record(n=14)
    assert only(nearby, rate("92.3", events=13), of="percentage").expected == "92.9 %"
    other_study = record("roe2002", n=14)
    assert not findings(other_study, rate("92.3", events=13), of="percentage")


def test_a_total_from_elsewhere_without_a_slip_that_explains_it_is_implausible_only() -> None:
    assert only(record(n=84), rate("1.95", events=4), of="percentage").verdict == "implausible"
    assert only(rate("1.95", events=4, n=84), of="percentage").verdict == "fails"


def test_a_sample_that_is_the_events_themselves_is_no_denominator() -> None:
    assert only(record(n=14), rate("92.3", events=13, n=13), of="percentage").stated == "13 of 14 as 92.3 %"
    assert only(rate("100", events=13, n=13), of="percentage").verdict == "holds"


# Percentages of people of whom only the number is known (GRIM).


def test_a_percentage_that_no_whole_number_of_people_gives_fails() -> None:
    found = only(rate("50", n=7), of="whole_people")
    assert (found.verdict, found.stated, found.expected) == ("fails", "50 % of 7", "43 % (3 of 7) or 57 % (4 of 7)")
    assert "3 of 6 or 4 of 8 would give 50 %" in found.detail


def test_the_arm_is_the_denominator_where_it_is_known() -> None:
    assert only(rate("50", n=15, arm_n=8), of="whole_people").detail == "4 of 8"


def test_the_people_of_a_study_in_arms_are_not_those_of_one_arm() -> None:
    assert not findings(rate("50", n=7, design="parallel-arm"), of="whole_people")
    assert findings(rate("50", n=7, design="crossover"), of="whole_people")


def test_a_sample_from_elsewhere_in_the_document_makes_a_misfit_implausible_only() -> None:
    assert only(record(n=7), rate("50"), of="whole_people").verdict == "implausible"
    assert only(record(n=7), record(n=8), rate("50"), of="whole_people").verdict == "holds"
    assert only(record(n=1), record(n=7), rate("50"), of="whole_people").stated == "50 % of 7"


def test_nothing_is_said_where_nothing_could_fail() -> None:
    assert not findings(rate("50", n=100), of="whole_people")
    assert findings(rate("50.0", n=100), of="whole_people")
    assert not findings(rate("50", n="NR"), of="whole_people")
    assert not findings(rate("NR", n=7))


def test_ranges_and_shares_of_a_drug_are_no_percentages_of_people() -> None:
    assert not findings(rate("50", value_high=71, n=7), of="whole_people")
    drug = record(outcome="bioavailability", measure="rate", value=45, unit="%", n=7)
    assert not findings(drug, of="whole_people")


@given(total=st.integers(1, 900), data=st.data(), places=st.integers(0, 2))
def test_what_whole_people_give_never_fails(total: int, data: st.DataObject, places: int) -> None:
    events = data.draw(st.integers(0, total))
    printed = f"{Decimal(events) / Decimal(total) * 100:.{places}f}"
    assert {one.verdict for one in findings(rate(printed, events=events, total=total))} == {"holds"}
    assert "fails" not in {one.verdict for one in findings(rate(printed, n=total))}


# Counts.


def test_more_events_than_people_fail() -> None:
    assert only(record(events=9, total=8), of="counts").verdict == "fails"
    assert only(record(arm_n=9, n=8), of="counts").verdict == "implausible"
    assert only(record(events=8, total=8), of="counts").verdict == "holds"


def test_a_percentage_beyond_a_hundred_fails() -> None:
    assert only(rate("123"), of="rate_range").verdict == "fails"


def test_arms_add_up_to_the_study() -> None:
    arms = (record(arm="ketamine", arm_n=47, n=73), record(arm="midazolam", arm_n=25))
    found = only(*arms, of="arms")
    assert (found.verdict, found.stated, found.expected, found.row) == ("implausible", "47 + 25 of 73", "72", 1)
    assert only(*arms, record(n=72), of="arms").verdict == "holds"
    assert only(*arms, record(n=47), of="arms").stated == "47 + 25 of 73"


def test_in_a_crossover_everybody_is_in_every_arm() -> None:
    assert not findings(
        record(arm="ketamine", arm_n=18, n=18, design="crossover"), record(arm="saline", arm_n=17), of="arms"
    )


# Figures.


@pytest.mark.parametrize(
    ("low", "high", "value", "verdict"),
    [("2.5", "22.8", "12.7", "holds"), ("2.5", "22.8", "25", "fails"), ("22.8", "2.5", "12.7", "fails"),
     ("2.5", "22.8", "-12.7", "implausible")],
)  # fmt: skip
def test_an_interval_runs_upwards_and_holds_its_value(low: str, high: str, value: str, verdict: str) -> None:
    assert only(record(value=value, ci_low=low, ci_high=high), of="interval").verdict == verdict


@pytest.mark.parametrize(
    ("measure", "low", "high", "p", "verdict"),
    [("difference", "2.5", "22.8", "0.02", "holds"), ("difference", "-2.5", "22.8", "0.02", "implausible"),
     ("ratio", "0.5", "1.2", "0.30", "holds"), ("ratio", "1.1", "1.9", "0.30", "implausible")],
)  # fmt: skip
def test_an_interval_and_its_p_value_say_the_same(measure: str, low: str, high: str, p: str, verdict: str) -> None:
    stated = record(measure=measure, ci_low=low, ci_high=high, p_operator="=", p=p)
    assert only(stated, of="p_against_interval").verdict == verdict


def test_p_values_that_settle_nothing_are_not_held_against_an_interval() -> None:
    for columns in ({"p_operator": "<", "p": "0.1"}, {"p": "0.05"}, {"p_operator": ">", "p": "0.01"}, {"p": "NR"}):
        stated = record(measure="difference", ci_low="2.5", ci_high="22.8", **columns)
        assert not findings(stated, of="p_against_interval")


@pytest.mark.parametrize(("p", "verdict"), [("0.02", "holds"), ("1.2", "fails"), ("0.000", "implausible")])
def test_a_p_value_lies_between_nothing_and_one(p: str, verdict: str) -> None:
    assert only(record(p=p), of="p_range").verdict == verdict


@pytest.mark.parametrize(
    ("measure", "value", "verdict"),
    [("mean", "34", "holds"), ("mean", "61", "fails"), ("change", "-14", "holds"), ("change", "-61", "fails")],
)
def test_a_score_lies_in_the_range_of_its_scale(measure: str, value: str, verdict: str) -> None:
    stated = record(scale="MADRS", measure=measure, value=value, unit="{score}")
    assert only(stated, of="scale_range").verdict == verdict


def test_a_percentage_and_an_unknown_scale_have_no_range() -> None:
    assert not findings(record(scale="MADRS", measure="change", value="70", unit="%"), of="scale_range")
    assert not findings(record(scale="XYZ", measure="mean", value="70"), of="scale_range")


def test_a_standard_deviation_is_not_negative_and_a_range_runs_upwards() -> None:
    assert only(record(sd="-2"), of="sd_sign").verdict == "fails"
    assert only(record(dose="1", dose_high="0.5"), of="range_order").verdict == "fails"


def test_rows_count_the_records_and_nothing_is_said_of_an_empty_one() -> None:
    assert [one.row for one in findings(record(), rate("123"))] == [2]
