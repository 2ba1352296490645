"""What is true of a study as a whole: its people, its design, what they were given and how.

Each voice may state several values; two voices are in conflict where none of them match.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import product
from typing import get_args

from pipeline.compare import atoms, base_unit, concepts, embraces, is_reported, number, printed, units_of
from pipeline.evidence import Comparison, ItemKey
from pipeline.reconcile.voices import AGREE, Judge, Kind, Opinion, Placed, Statement, Voice, compare, is_power_of_ten
from pipeline.vocabulary import vocabulary

FEW_PEOPLE, FEW_SHARE = 2, Fraction(1, 5)
"""Samples that differ by no more than this many people, or this share, may be one study counted at two moments."""

EXCLUSIVE = (
    frozenset({"crossover", "parallel_arm", "single_arm"}),
    frozenset({"open_label", "single_blind", "double_blind", "triple_blind"}),
    frozenset({"randomised", "non_randomised", "quasi_randomised", "fixed_order"}),
    frozenset({"uncontrolled", "placebo_controlled"}),
    frozenset({"uncontrolled", "active_controlled"}),
    frozenset({"single_centre", "two_site"}),
    frozenset({"single_centre", "multicentre"}),
    frozenset({"prospective", "retrospective"}),
)
"""Designs (ids of the vocabulary) of which a study can have but one out of each set."""


def compare_study(study_id: str, stated: Mapping[Voice, Sequence[Placed]]) -> Iterator[Comparison]:
    """The comparisons of one study's columns that do not depend on a result."""
    yield from _compare_designs(study_id, stated)
    for column, judge in _COLUMNS.items():
        values = {voice: _statements(placed, column) for voice, placed in stated.items()}
        if comparison := compare(study_id, column, values, judge):
            yield comparison
    yield from _compare_doses(study_id, stated)


def _compare_designs(study_id: str, stated: Mapping[Voice, Sequence[Placed]]) -> Iterator[Comparison]:
    """A row for each set of exclusive designs that the voices choose from differently, else one for the whole."""
    values = {voice: _statements(placed, "design") for voice, placed in stated.items()}
    conflicts = []
    for group in EXCLUSIVE:
        named = {
            voice: [one for one in said if concepts(one.text, "designs") & group] for voice, said in values.items()
        }
        comparison = compare(study_id, "design", named, partial(judge_exclusive, group=group))
        if comparison and comparison.verdict == "conflict":
            conflicts.append(comparison)
    whole = compare(study_id, "design", values, judge_design)
    yield from conflicts or ([whole] if whole else [])


def _statements(placed: Sequence[Placed], column: str) -> list[Statement]:
    found = []
    for one in placed:
        for item in one.record:
            if item.column == column:
                cell = atoms(item.value)
                found.append(Statement(str(item.value), cell, ItemKey(one.row, column), number(item.value)))
    return found


# Judges: what two statements say of each other.


def judge_people(one: Statement, other: Statement) -> Opinion:
    """Sample sizes."""
    if one.cell == other.cell:
        return AGREE
    if one.number is None or other.number is None:
        return Opinion("value", "the two differ")
    apart, most = abs(one.number - other.number), max(one.number, other.number)
    if apart <= FEW_PEOPLE or Fraction(apart) <= FEW_SHARE * Fraction(most):
        people = "1 person" if apart == 1 else f"{apart} people"
        return Opinion("population", f"{people} apart, as randomised, treated, analysed and completed may differ")
    return Opinion("value", f"{apart} people apart")


def judge_amount(one: Statement, other: Statement) -> Opinion:
    """Doses."""
    if one.cell == other.cell:
        return AGREE
    if one.number is None or other.number is None:
        return Opinion("value", "the two differ")
    (dimension, factor), (counter, scale) = base_unit(one.unit), base_unit(other.unit)
    if one.number == other.number and (not one.unit or not other.unit or _but_for_time(dimension, counter)):
        return Opinion("", "one of them names no unit, or no time")
    if dimension != counter and one.unit and other.unit:
        return Opinion("unit", f"{one.unit} and {other.unit} measure different things")
    ratio = Fraction(one.number) * factor / (Fraction(other.number) * scale) if other.number else Fraction(0)
    if is_power_of_ten(ratio):
        times = max(ratio, 1 / ratio)
        return Opinion("tenfold", f"the same digits, {times} times as much")
    return Opinion("value", "the same unit, another amount")


def _but_for_time(one: str, other: str) -> bool:
    """Whether a daily dose is named beside a dose: `mg` and `mg/d`."""
    return one + "/s" == other or other + "/s" == one


def judge_terms(name: str, kind: Kind) -> Judge:
    """Terms of a vocabulary: two agree where they name a concept in common, or one that is a sort of the other's."""

    def judge(one: Statement, other: Statement) -> Opinion:
        first, second = concepts(one.text, name), concepts(other.text, name)
        if one.cell == other.cell or first & second:
            return AGREE
        if any(
            embraces(broad, narrow, name) for pair in product(first, second) for broad, narrow in (pair, pair[::-1])
        ):
            return Opinion("", "one is a sort of the other")
        return Opinion(kind, "nothing in common")

    return judge


def judge_design(one: Statement, other: Statement) -> Opinion:
    """Designs have many sides, and those that do not exclude each other go together."""
    shared = concepts(one.text, "designs") & concepts(other.text, "designs")
    return AGREE if shared else Opinion("", "two sides of a design that do not exclude each other")


def judge_exclusive(one: Statement, other: Statement, *, group: frozenset[str]) -> Opinion:
    """Designs of a set of which a study can have but one."""
    shared = concepts(one.text, "designs") & concepts(other.text, "designs") & group
    return AGREE if shared else Opinion("design", "a study cannot be both")


def judge_schedule(one: Statement, other: Statement) -> Opinion:
    """Frequencies are in conflict where the one is a single administration and the other are repeated ones."""
    kinds = {concept.id: concept.kind for concept in vocabulary("frequencies")}
    first, second = (concepts(said.text, "frequencies") for said in (one, other))
    if one.cell == other.cell or first & second:
        return AGREE
    if not first <= kinds.keys() or not second <= kinds.keys():
        return Opinion("", "words of which at least one is no known schedule")
    if {kinds[id_] for id_ in first} & {kinds[id_] for id_ in second}:
        return Opinion("", "schedules of one kind")
    return Opinion("schedule", "a single administration against repeated ones")


_COLUMNS: Mapping[str, Judge] = {
    "diagnosis": judge_terms("diagnoses", "diagnosis"),
    "n": judge_people,
    "route": judge_terms("routes", "route"),
    "frequency": judge_schedule,
}


# Doses: one row for each drug, whether a voice names it as the treatment, as the comparator or as an arm of its own.


@dataclass(frozen=True, slots=True)
class _Dose:
    drug: str
    compared: bool
    statement: Statement


def _compare_doses(study_id: str, stated: Mapping[Voice, Sequence[Placed]]) -> Iterator[Comparison]:
    doses = {voice: [dose for one in placed for dose in _doses(one)] for voice, placed in stated.items()}
    main = _main_drug(doses)
    drugs = {dose.drug or main for said in doses.values() for dose in said}
    for drug in sorted(drugs):
        column = "comparator_dose" if _is_comparator(drug, stated) else "dose"
        if not _spoken_of(drug, stated) and drug != main:
            continue
        said = {
            voice: [dose.statement for dose in given if (dose.drug or main) == drug] for voice, given in doses.items()
        }
        if comparison := compare(study_id, column, said, judge_amount, about=drug):
            yield comparison


def _doses(one: Placed) -> Iterator[_Dose]:
    """The doses that a record states, each with its drug, empty where it names none."""
    units = units_of(one.record.items)
    for column, of, high in (("dose", "drug", "dose_high"), ("comparator_dose", "comparator", "")):
        item = one.record.item(column)
        if item:
            unit = item.unit or units.get(column, "")
            upper = one.record.value(high)
            text = f"{item.value}-{upper}" if is_reported(upper) else str(item.value)
            statement = Statement(
                printed(text, unit),
                atoms(item.value, unit) | (atoms(upper, unit) if upper is not None else frozenset()),
                ItemKey(one.row, column),
                number(item.value),
                unit,
            )
            yield _Dose(_name(one, of), column == "comparator_dose", statement)


def _name(one: Placed, column: str) -> str:
    return str(one.record.value(column) or "").strip().casefold()


def _main_drug(doses: Mapping[Voice, Sequence[_Dose]]) -> str:
    """The drug that most doses belong to: that of a dose beside which no drug is named."""
    named = Counter(dose.drug for said in doses.values() for dose in said if dose.drug and not dose.compared)
    return min(named, key=lambda drug: (-named[drug], drug), default="")


def _is_comparator(drug: str, stated: Mapping[Voice, Sequence[Placed]]) -> bool:
    """Whether the first voice that names the drug names it as a comparator only, or any does and none as treatment."""
    for voice in get_args(Voice):
        placed = stated.get(voice, ())
        if any(_name(one, "drug") == drug for one in placed) and voice != "paper":
            return False
        if any(_name(one, "comparator") == drug for one in placed):
            return True
    return False


def _spoken_of(drug: str, stated: Mapping[Voice, Sequence[Placed]]) -> bool:
    """Whether the review names the drug; of the others that a paper doses, nothing can be held against anything."""
    return any(
        drug in (_name(one, "drug"), _name(one, "comparator"))
        for voice, placed in stated.items()
        if voice != "paper"
        for one in placed
    )
