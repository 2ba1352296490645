"""What the places of a report say together."""

from __future__ import annotations

from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from pipeline.evidence import EvidenceRecord, Source
from pipeline.gather import arms, results

from make_records import record

PLACES = count()


def own(source: Source = "prose", *, start: int | None = None, **columns: str | int) -> EvidenceRecord:
    """A record of the report's own study, each at a place of its own."""
    return record("doe2001", "doe2001", source, start=next(PLACES) if start is None else start, **columns)


RATE = {"outcome": "response", "measure": "rate", "unit": "%", "timepoint": 1, "timepoint_unit": "d"}


def test_a_result_of_abstract_text_and_table_is_one_and_completed() -> None:
    abstract = own("abstract", arm="lithium", value=64, **RATE)
    text = own(arm="lithium", value=64, p="0.01", **RATE)
    table = own("table", arm="lithium", value=64, events=32, total=50, **RATE)
    (one,) = results([abstract, text, table])
    assert one.rows == (3, 2, 1)
    assert one.values["events"] == "32"
    assert one.values["p"] == "0.01"
    assert one.contradicts == ()


def test_other_arms_times_and_outcomes_are_other_results() -> None:
    first = own(arm="lithium", value=64, **RATE)
    others = [
        own(arm="placebo", value=64, **RATE),
        own(arm="lithium", value=64, **{**RATE, "timepoint": 7}),
        own(arm="lithium", value=64, **{**RATE, "outcome": "remission"}),
    ]
    assert len(results([first, *others])) == 4


def test_figures_that_contradict_each_other_are_both_kept_and_name_each_other() -> None:
    one, two = results(
        [own("abstract", arm="lithium", value=64, **RATE), own("table", arm="lithium", value=46, **RATE)]
    )
    assert (one.contradicts, two.contradicts) == ((2,), (1,))


def test_figures_that_one_place_gives_side_by_side_do_not_contradict_each_other() -> None:
    mild, severe = own("table", arm="lithium", value=64, **RATE), own("table", arm="lithium", value=46, **RATE)
    assert [one.contradicts for one in results([mild, severe])] == [(), ()]


def test_two_rows_of_a_table_are_two_results_and_so_are_two_figures_of_a_sentence() -> None:
    rows = [own("table", arm="lithium", value=64, **RATE) for _ in range(2)]
    figures = [own(start=10_000, arm="lithium", value=64, **RATE) for _ in range(2)]
    assert len(results(rows)) == 2
    assert len(results(figures)) == 2


def test_one_day_and_24_hours_are_one_time() -> None:
    day = own(arm="lithium", value=64, **RATE)
    hours = own(arm="lithium", value=64, **{**RATE, "timepoint": 24, "timepoint_unit": "h"})
    assert len(results([day, hours])) == 1


def test_a_fall_is_a_change_with_its_sign_or_without() -> None:
    score = {"outcome": "severity", "measure": "change", "arm": "lithium"}
    assert len(results([own(value=14, **score), own(value="-14", **score)])) == 1


def test_a_threshold_is_no_result() -> None:
    assert results([own(outcome="response", measure="criterion", value=50, unit="%")]) == ()


def test_a_scale_may_be_named_more_exactly_elsewhere() -> None:
    score = {"outcome": "severity", "measure": "mean", "arm": "lithium", "value": 9}
    assert len(results([own(scale="HAM-D", **score), own(scale="HAM-D-17", **score)])) == 1
    assert len(results([own(scale="HAM-D", **score), own(scale="MADRS", **score)])) == 2


def test_an_arm_has_the_values_that_most_places_give() -> None:
    told = [
        own(arm="lithium", drug="lithium", dose=600, dose_unit="mg", arm_n=30),
        own(arm="lithium", drug="lithium", dose=600, dose_unit="mg"),
        own(arm="lithium", drug="lithium", dose=900, dose_unit="mg"),
        own(arm="placebo", drug="placebo"),
    ]
    lithium, placebo = arms(told)
    assert lithium.values["dose"] == "600"
    assert lithium.values["arm_n"] == "30"
    assert lithium.rows == (1, 2, 3)
    assert placebo.rows == (4,)


def test_inert_controls_of_a_report_are_one_arm() -> None:
    assert len(arms([own(arm="placebo", drug="placebo"), own(arm="saline", drug="saline")])) == 1


def test_a_review_has_neither_arms_nor_results_of_its_own() -> None:
    told = [record("doe2001", "review", arm="lithium", value=5, **RATE) for _ in range(2)]
    told.append(record("review", "review", arm="lithium", value=6, **RATE))
    assert arms(told) == ()
    assert results(told) == ()


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 3), st.sampled_from([1, 7])), max_size=8))
def test_every_result_row_is_in_exactly_one_result(stated: list[tuple[str, int, int]]) -> None:
    told = [own(arm=arm, value=value, **{**RATE, "timepoint": time}) for arm, value, time in stated]
    rows = [row for one in results(told) for row in one.rows]
    assert sorted(rows) == list(range(1, len(told) + 1))
