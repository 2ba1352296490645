"""Quantities: pure functions from plain text to finds. `FINDERS` is the whole list, in the order of precedence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from pipeline.annotate.found import Found, first_come
from pipeline.annotate.quantities.doses import doses, doses_in_words
from pipeline.annotate.quantities.measurements import measurements
from pipeline.annotate.quantities.people import people
from pipeline.annotate.quantities.rates import rates
from pipeline.annotate.quantities.statistics import ratios, statistics
from pipeline.annotate.quantities.times import frequencies, schedules_within, times

Finder = Callable[[str], Iterator[Found]]

# Where two finds overlap, the finder named first wins: an interval's `95 %` is no rate, `13 of 14 patients` no sample.
FINDERS: Mapping[str, Finder] = {
    "statistics": statistics,
    "ratios": ratios,
    "doses": doses,
    "rates": rates,
    "measurements": measurements,
    "frequencies": frequencies,
    "times": times,
    "people": people,
}


def quantities(text: str) -> list[Found]:
    """Every quantity of a plain text (see `nlp.plain`), sorted.

    None overlaps another, but for the schedule in a dose and the words of one that has no number.
    """
    found = [one for one in first_come(one for finder in FINDERS.values() for one in finder(text)) if one.field]
    more = [*schedules_within(text, found), *doses_in_words(text)]
    return sorted([*found, *more], key=lambda one: (one.start, one.end))
