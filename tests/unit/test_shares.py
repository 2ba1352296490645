"""Percentages and the whole numbers of people that give them."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pipeline.shares import fits, people, percent, round_half


@given(st.integers(1, 90), st.data())
def test_the_number_that_gave_a_percentage_is_found_again(total: int, data: st.DataObject) -> None:
    events = data.draw(st.integers(0, total))
    stated = max(round_half(percent(events, total), 1))
    assert people(stated, Decimal(total)) == events


def test_no_number_is_found_where_none_fits() -> None:
    assert people(Decimal(50), Decimal(7)) is None


def test_no_number_is_taken_where_several_fit() -> None:
    assert fits(318, 500, Decimal(64))
    assert fits(322, 500, Decimal(64))
    assert people(Decimal(64), Decimal(500)) is None


@given(st.integers(1, 2000), st.decimals(0, 100, places=1))
def test_what_is_found_gives_the_percentage(total: int, stated: Decimal) -> None:
    events = people(stated, Decimal(total))
    assert events is None or (0 <= events <= total and fits(events, total, stated))
