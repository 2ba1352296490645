"""Checks of counted people: percentages that no whole number of people gives, counts beyond their total, arms."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pipeline.check.case import CROSSOVER, Case, Result, shown
from pipeline.compare import decimals, number
from pipeline.shares import fits, percent

NEAR = 2
"""How far from the stated counts another explanation is looked for, events and total together."""


def check_counts(case: Case) -> Result | None:
    """No more events than people, no more people in an arm than in the study."""
    pairs = [("events", "total"), ("arm_n", "n"), ("total", "n"), ("events", "arm_n"), ("events", "n")]
    known = [(few, many) for few, many in pairs if case.number(few) is not None and case.number(many) is not None]
    for few, many in known:
        part, whole = case.number(few), case.number(many)
        if part is not None and whole is not None and part > whole:
            stated, words = f"{few} {part}, {many} {whole}", "more than there are"
            return Result("counts", "fails" if many == "total" else "implausible", stated, f"at most {whole}", words)
    if not known:
        return None
    few, many = known[0]
    return Result("counts", "holds", f"{few} {case.number(few)}, {many} {case.number(many)}")


def check_rate(case: Case) -> Result | None:
    """A percentage of people lies between 0 and 100."""
    rate = case.percentage
    if rate is None:
        return None
    return Result("rate_range", "holds" if 0 <= rate <= 100 else "fails", f"{rate} %", "0 to 100 %")


def check_percentage(case: Case) -> Result | None:
    """The printed percentage against the people counted, to the printed precision.

    A total that stands in another record may be another population's: without a slip near by that explains the
    percentage, a misfit is only implausible.
    """
    rate, events = case.percentage, case.number("events")
    if rate is None or events is None:
        return None
    totals = _totals(case, events, rate)
    if not totals:
        return None
    places = decimals(rate)
    for total in totals:
        if fits(events, total, rate):
            return Result("percentage", "holds", f"{rate} %", f"{rate} %", f"{events} of {total}")
    total = min(totals, key=lambda total: (abs(percent(events, total) - percent(rate, 100)), total))
    right, others = shown(events, total, places), _near(events, total, rate)
    return Result(
        "percentage",
        "fails" if case.denominators or others else "implausible",
        f"{events} of {total} as {rate} %",
        right,
        f"{events} of {total} is {right}{_explained(others, rate)}",
    )


def _totals(case: Case, events: Decimal, rate: Decimal) -> list[Decimal]:
    """What the events can be counted among: a sample that is the events themselves is none, short of 100 %."""
    for people in (case.denominators, case.together.samples):
        if kept := [total for total in people if total != events or rate == 100 or case.number("total") == total]:
            return kept
    return []


def _near(events: Decimal, total: Decimal, rate: Decimal) -> list[tuple[Decimal, Decimal]]:
    """Other counts close by that give the percentage, the closest first, no more than two."""
    steps = [(Decimal(more), Decimal(wider)) for more in range(-NEAR, NEAR + 1) for wider in range(-NEAR, NEAR + 1)]
    steps = sorted((step for step in steps if abs(step[0]) + abs(step[1]) <= NEAR), key=_distance)
    others = [(events + more, total + wider) for more, wider in steps if more or wider]
    return [(part, whole) for part, whole in others if 0 <= part <= whole and whole and fits(part, whole, rate)][:2]


def _distance(step: tuple[Decimal, Decimal]) -> tuple[Decimal, Decimal, Decimal]:
    return abs(step[0]) + abs(step[1]), step[1], step[0]


def check_whole_people(case: Case) -> Result | None:
    """A percentage for which only the number of people is known must be that of a whole number of them.

    Where the number stands in another record of the document it may be another population's, so a misfit is only
    implausible.
    """
    rate = case.percentage
    if rate is None or not 0 <= rate <= 100 or case.number("events") is not None:
        return None
    own, nearby = case.denominators, case.together.samples
    places = decimals(rate)
    totals = own or nearby
    if not totals or max(totals) >= 10 ** (2 + places):
        return None
    for total in totals:
        if events := [part for part in _around(rate, total) if fits(part, total, rate)]:
            return Result("whole_people", "holds", f"{rate} % of {total}", f"{rate} %", f"{events[0]} of {total}")
    total = totals[0]
    possible = [f"{shown(part, total, places)} ({part} of {total})" for part in _around(rate, total)]
    others = [
        (part, total + wider)
        for wider in sorted(range(-NEAR, NEAR + 1), key=lambda wider: (abs(wider), wider))
        if total + wider > 0
        for part in _around(rate, total + wider)
        if fits(part, total + wider, rate)
    ]
    people = " or ".join(str(total) for total in totals)
    return Result(
        "whole_people",
        "fails" if own else "implausible",
        f"{rate} % of {people}",
        " or ".join(possible),
        f"no whole number of {people} people gives {rate} %{_explained(others[:2], rate)}",
    )


def _around(rate: Decimal, total: Decimal) -> list[Decimal]:
    """The whole numbers of people next to a percentage of the total."""
    below = rate * total // 100
    return [part for part in (below, below + 1) if part <= total]


def _explained(others: list[tuple[Decimal, Decimal]], rate: Decimal) -> str:
    if not others:
        return ""
    return f"; {' or '.join(f'{part} of {whole}' for part, whole in others)} would give {rate} %"


def check_arms(case: Case) -> Result | None:
    """The arms of a study whose people are divided add up to its people; said once, at the first record with an arm."""
    if case.record is not case.together.first_arm or CROSSOVER in case.together.designs:
        return None
    arms = dict(_arms(case))
    sizes = {size for stated in arms.values() for size in stated}
    samples = {number(record.value("n")) for record in case.together.records} - {None, *sizes}
    if len(arms) < 2 or not samples or any(len(stated) > 1 for stated in arms.values()):
        return None
    each = [size for _, stated in sorted(arms.items()) for size in stated]
    total, people = sum(each, Decimal(0)), sorted(size for size in samples if size is not None)
    stated = f"{' + '.join(map(str, each))} of {' or '.join(map(str, people))}"
    words = "the arms add up" if total in samples else "the arms do not add up to the study's people"
    return Result("arms", "holds" if total in samples else "implausible", stated, str(total), words)


def _arms(case: Case) -> Iterator[tuple[str, set[Decimal]]]:
    """Each arm of the study with the sizes that are stated for it."""
    sizes: dict[str, set[Decimal]] = {}
    for record in case.together.records:
        size = number(record.value("arm_n"))
        name = str(record.value("arm") or record.value("drug") or "").casefold()
        if size is not None and name:
            sizes.setdefault(name, set()).add(size)
    yield from sizes.items()
