"""Checks of printed figures: ranges the right way round, scores within their scale, intervals against p values."""

from __future__ import annotations

from decimal import Decimal

from pipeline.check.case import Case, Result
from pipeline.compare import base_unit

NULL = {"difference": Decimal(0), "ratio": Decimal(1)}
"""The value of no effect, for the measures that have one."""


def check_order(case: Case) -> Result | None:
    """The lower end of a range comes first."""
    for low_column, high_column in (("value", "value_high"), ("dose", "dose_high")):
        low, high = case.number(low_column), case.number(high_column)
        if low is not None and high is not None:
            return Result("range_order", "holds" if low <= high else "fails", f"{low} to {high}", "low to high")
    return None


def check_sd(case: Case) -> Result | None:
    """A standard deviation is not negative."""
    sd = case.number("sd")
    return None if sd is None else Result("sd_sign", "holds" if sd >= 0 else "fails", f"SD {sd}", "0 or more")


def check_scale(case: Case) -> Result | None:
    """A score lies in the range of its scale; a change or difference is no larger than the range."""
    value, scale = case.number("value"), case.scale
    if value is None or scale is None or scale.low is None or scale.high is None or case.unit("value") == "%":
        return None
    measure, stated = case.says("measure"), f"{value} on {scale.preferred}"
    if measure in ("mean", "median"):
        good, expected = scale.low <= value <= scale.high, f"{scale.low} to {scale.high}"
    elif measure in ("change", "difference") and not base_unit(case.unit("value"))[0]:
        good, expected = abs(value) <= scale.high - scale.low, f"at most {scale.high - scale.low}"
    else:
        return None
    return Result("scale_range", "holds" if good else "fails", stated, expected)


def check_interval(case: Case) -> Result | None:
    """A confidence interval runs from low to high and holds its value."""
    low, high, value = case.number("ci_low"), case.number("ci_high"), case.number("value")
    if low is None or high is None:
        return None
    stated = f"{low} to {high}" if value is None else f"{value} ({low} to {high})"
    if low > high:
        return Result("interval", "fails", stated, f"{high} to {low}", "the limits stand the wrong way round")
    if value is not None and not low <= value <= high:
        turned = low <= -value <= high
        words = "the value holds only with its sign turned" if turned else "the value lies outside its interval"
        return Result("interval", "implausible" if turned else "fails", stated, f"{low} to {high}", words)
    return Result("interval", "holds", stated)


def check_p(case: Case) -> Result | None:
    """A p value lies between 0 and 1; exactly 0 stands for a number too small to print."""
    p, operator = case.number("p"), case.says("p_operator") or "="
    if p is None:
        return None
    if not 0 <= p <= 1:
        return Result("p_range", "fails", f"p {operator} {p}", "0 to 1")
    if p == 0:
        return Result("p_range", "implausible", f"p {operator} {p}", "above 0", "no p value is exactly 0")
    return Result("p_range", "holds", f"p {operator} {p}")


def check_p_against_interval(case: Case) -> Result | None:
    """A p value below 1 - level goes with an interval that leaves out the value of no effect, and only then.

    Both may be right where they come from different tests, so a contradiction is only implausible.
    """
    null, low, high = NULL.get(case.says("measure")), case.number("ci_low"), case.number("ci_high")
    significant = _is_significant(case)
    if null is None or low is None or high is None or significant is None or null in (low, high) or low > high:
        return None
    excluded = not low < null < high
    stated = f"{low} to {high}, p {case.says('p_operator') or '='} {case.number('p')}"
    if excluded == significant:
        return Result("p_against_interval", "holds", stated)
    words = f"the interval {'leaves out' if excluded else 'holds'} {null}, the p value says otherwise"
    expected = f"an interval that {'leaves out' if significant else 'holds'} {null}"
    return Result("p_against_interval", "implausible", stated, expected, words)


def _is_significant(case: Case) -> bool | None:
    """Whether p is below the level of the interval (95 % unless stated); None where that cannot be told."""
    p, operator = case.number("p"), case.says("p_operator") or "="
    alpha = 1 - (case.number("ci_level") or Decimal(95)) / 100
    if p is None:
        return None
    if operator[0] in "<\u2264":
        return True if p <= alpha else None
    if operator[0] in ">\u2265":
        return False if p >= alpha else None
    return None if p == alpha else p < alpha
