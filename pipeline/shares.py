"""Percentages of whole people: which of them a number of people can give, as printed.

A percentage of N people can take N + 1 values only; printed to d places it can be impossible while N < 10^(2 + d).
This is the GRIM test (Brown & Heathers 2017, Soc Psychol Personal Sci 8:363-369) for proportions.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from pipeline.compare import decimals


def percent(events: Decimal | int, total: Decimal | int) -> Fraction:
    """So many among so many, in per cent. Raises ZeroDivisionError for a total of 0."""
    return Fraction(events) / Fraction(total) * 100


def round_half(value: Fraction, places: int) -> set[Decimal]:
    """The value to so many decimal places; a value half way gives both neighbours, since either is printed."""
    scaled = value * 10**places
    below = scaled.numerator // scaled.denominator
    rest = scaled - below
    half = Fraction(1, 2)
    whole = {below} if rest < half else {below + 1} if rest > half else {below, below + 1}
    return {Decimal(number).scaleb(-places) for number in whole}


def fits(events: Decimal | int, total: Decimal | int, stated: Decimal) -> bool:
    """Whether so many among so many give the percentage as printed."""
    return stated in round_half(percent(events, total), decimals(stated))


def people(stated: Decimal, total: Decimal) -> Decimal | None:
    """The number of people who are the stated percentage of a total; None where none fits, or more than one."""
    nearest = int(Fraction(stated) * Fraction(total) / 100)
    near = range(max(0, nearest - 1), min(int(total), nearest + 2) + 1)
    fitting = [number for number in near if fits(number, total, stated)]
    return Decimal(fitting[0]) if len(fitting) == 1 else None
