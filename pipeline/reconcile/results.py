"""What single results say: of the voices' records those are held against each other that speak of the same result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import get_args

from pipeline.compare import concepts, embraces, is_reported, number, pair, printed, units_of
from pipeline.evidence import Comparison, EvidenceRecord, ItemKey
from pipeline.reconcile.figures import Figure, agree, figure, opposite, share
from pipeline.reconcile.voices import AGREE, Judge, Opinion, Placed, Statement, Voice, compare, is_power_of_ten
from pipeline.vocabulary import vocabulary

_PEOPLE = {"rate", "count"}
_SIGNED = {"change", "difference"}
"""Measures whose sign is a convention: a fall of 14 points is a change of -14 to others."""

ITEM_SHARE = 4
"""A part of a scale with no more than one in so many of its points is an item or a subscale, not a version."""

Triple = Mapping[Voice, Placed]


def compare_results(study_id: str, stated: Mapping[Voice, Sequence[Placed]]) -> Iterator[Comparison]:
    """The comparisons of one study's results. What only the paper reports is left out: it says more than a review."""
    results = {voice: [one for one in stated.get(voice, ()) if _is_result(one.record)] for voice in get_args(Voice)}
    for triple in _triples(results):
        rows = {one.row: one.record for one in triple.values()}
        about = _about(next(iter(triple.values())).record)
        for column, judge in _judges(rows).items():
            said = {voice: _statement(one, column) for voice, one in triple.items()}
            heard = sum(any(one.reported for one in statements) for statements in said.values())
            comparison = compare(study_id, column, said, judge, about=about)
            if comparison and (column == "value" or heard > 1):
                yield comparison


def _is_result(record: EvidenceRecord) -> bool:
    return record.value("outcome") is not None and any(
        record.value(column) is not None for column in ("value", "events", "p")
    )


def _triples(results: Mapping[Voice, Sequence[Placed]]) -> Iterator[Triple]:
    """Each result of the review with its partner in the other voices, one to one, best partners first."""
    table, prose, paper = (results[voice] for voice in get_args(Voice))
    beside = dict(_pairs(table, prose))
    source = dict(_pairs(table, paper))
    for position, one in enumerate(table):
        triple: dict[Voice, Placed] = {"table": one}
        if position in beside:
            triple["prose"] = prose[beside[position]]
        if position in source:
            triple["paper"] = paper[source[position]]
        yield triple
    prose = [one for position, one in enumerate(prose) if position not in beside.values()]
    paper = [one for position, one in enumerate(paper) if position not in source.values()]
    source = dict(_pairs(prose, paper))
    for position, one in enumerate(prose):
        yield {"prose": one, "paper": paper[source[position]]} if position in source else {"prose": one}


def _pairs(left: Sequence[Placed], right: Sequence[Placed]) -> list[tuple[int, int]]:
    return pair(left, right, lambda one, other: likeness(one.record, other.record))


def likeness(one: EvidenceRecord, other: EvidenceRecord) -> float:
    """How surely two records speak of one result; 0 where they cannot: another outcome, drug or sort of measure,
    or another time point or scale beside another figure."""
    values = _same_value(one, other)
    moment, scale = _alike(one, other, "timepoint"), _alike(one, other, "scale")
    if (
        one.value("outcome") != other.value("outcome")
        or _alike(one, other, "drug") is False
        or not _comparable_measures(one, other)
        or (scale is False and not _of_people(one))
        or (moment is False and not values)
    ):
        return 0.0
    return 1 + 4 * values + 2 * bool(moment) + bool(scale) + _nearness(one, other) / 2


def _same_value(one: EvidenceRecord, other: EvidenceRecord) -> bool:
    first, second = figure(one, "value"), figure(other, "value")
    return first is not None and second is not None and _agree_in_size(one, other, first, second)


def _agree_in_size(one: EvidenceRecord, other: EvidenceRecord, first: Figure, second: Figure) -> bool:
    return agree(first, second) or (_signed(one, other) and agree(first, opposite(second)))


def _nearness(one: EvidenceRecord, other: EvidenceRecord) -> float:
    """Between 0 and 1: how near two figures are, so that of several partners the nearest is held against."""
    first, second = figure(one, "value"), figure(other, "value")
    if first is None or second is None or not (first.number or second.number):
        return 0.0
    small, large = sorted((abs(first.number), abs(second.number)))
    return float(small / large)


def _alike(one: EvidenceRecord, other: EvidenceRecord, column: str) -> bool | None:
    """Whether both state the same; None where one states nothing."""
    first, second = one.value(column), other.value(column)
    if not is_reported(first) or not is_reported(second):
        return None
    if column == "scale":
        return _same_scale(concepts(str(first), "scales"), concepts(str(second), "scales"))
    moment, another = figure(one, column), figure(other, column)
    if moment is not None and another is not None:
        return agree(moment, another)
    return str(first).casefold() == str(second).casefold()


def _same_scale(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether both name one scale, or one a version of the other's; a single item of a scale is no version of it."""
    tops = {scale.id: scale.high for scale in vocabulary("scales")}

    def is_version(broad: str, narrow: str) -> bool:
        top, part = tops.get(broad), tops.get(narrow)
        return embraces(broad, narrow, "scales") and (top is None or part is None or part * ITEM_SHARE > top)

    return bool(one & other) or any(is_version(a, b) or is_version(b, a) for a, b in product(one, other))


def _comparable_measures(one: EvidenceRecord, other: EvidenceRecord) -> bool:
    measures = {str(record.value("measure")) for record in (one, other) if record.value("measure") is not None}
    return len(measures) < 2 or measures <= _PEOPLE


def _of_people(record: EvidenceRecord) -> bool:
    return record.value("measure") in _PEOPLE


def _signed(one: EvidenceRecord, other: EvidenceRecord) -> bool:
    return bool({one.value("measure"), other.value("measure")} & _SIGNED)


def _about(record: EvidenceRecord) -> str:
    """Names a result to a reader: `response, ketamine, 24 h, MADRS`."""
    units = units_of(record.items)
    said = ((record.value(column), units.get(column, "")) for column in ("outcome", "drug", "timepoint", "scale"))
    return ", ".join(printed(value, unit) for value, unit in said if value is not None)


def _statement(one: Placed, column: str) -> list[Statement]:
    item = one.record.item(column)
    if item is None and column == "value" and share(one.record) is not None:
        events, total = one.record.value("events"), one.record.value("total")
        return [Statement(f"{events}/{total}", frozenset(), ItemKey(one.row, "events"))]
    if item is None:
        return []
    unit = item.unit or units_of(one.record.items).get(column, "")
    operator = one.record.value("p_operator") if column == "p" else None
    sign = f"{operator}" if operator not in (None, "=") else ""
    text = sign + printed(item.value, unit if is_reported(item.value) else "")
    return [Statement(text, frozenset(), ItemKey(one.row, column), number(item.value), unit)]


def _judges(rows: Mapping[int, EvidenceRecord]) -> dict[str, Judge]:
    """What is compared of a result, and how."""

    def records(one: Statement, other: Statement) -> tuple[EvidenceRecord, EvidenceRecord]:
        return rows[one.item.row], rows[other.item.row]

    return {
        "scale": lambda one, other: _judge_scale(*records(one, other)),
        "timepoint": lambda one, other: _judge_moment(*records(one, other)),
        "value": lambda one, other: judge_value(*records(one, other)),
        "sd": lambda one, other: _judge_figure(*records(one, other), "sd"),
        "ci_low": lambda one, other: _judge_limit(*records(one, other), "ci_low", "ci_high"),
        "ci_high": lambda one, other: _judge_limit(*records(one, other), "ci_high", "ci_low"),
        "p": lambda one, other: _judge_p(*records(one, other)),
    }


def judge_value(one: EvidenceRecord, other: EvidenceRecord) -> Opinion:
    """The figures themselves."""
    first, second = figure(one, "value"), figure(other, "value")
    if first is None or second is None:
        return AGREE if one.value("value") == other.value("value") else Opinion("value", "the two differ")
    if first.number == second.number and first.dimension == second.dimension:
        return AGREE
    if agree(first, second):
        return Opinion("", "the same to the printed precision")
    if _agree_in_size(one, other, first, second):
        return Opinion("", "the same but for the sign, which is a convention")
    if _counted(one) == _counted(other) is not None:
        return Opinion("arithmetic", "the same people counted, another percentage")
    if _other_people(one, second, other) or _other_people(other, first, one):
        return Opinion("population", "the same count of another number of people")
    if first.dimension == second.dimension and second.number and is_power_of_ten(first.number / second.number):
        return Opinion("tenfold", "the same digits, the point elsewhere")
    unlike = [
        words
        for column, words in (("timepoint", "time point"), ("scale", "scale"))
        if _alike(one, other, column) is not True
        and (is_reported(one.value(column)) or is_reported(other.value(column)))
    ]
    if unlike:
        return Opinion("definition", f"another figure, and not surely the same {' and '.join(unlike)}")
    return Opinion("value", "another figure")


def _counted(record: EvidenceRecord) -> tuple[Fraction, Fraction] | None:
    events, total = number(record.value("events")), number(record.value("total"))
    return (Fraction(events), Fraction(total)) if events is not None and total is not None else None


def _other_people(counted: EvidenceRecord, stated: Figure, other: EvidenceRecord) -> bool:
    """Whether the events of one record, among the people of the other, give the figure of the other."""
    events = number(counted.value("events"))
    people = (number(other.value(column)) for column in ("total", "arm_n", "n"))
    return events is not None and any(
        abs(Fraction(events) / Fraction(total) * 100 - stated.number) <= stated.slack for total in people if total
    )


def _judge_scale(one: EvidenceRecord, other: EvidenceRecord) -> Opinion:
    return AGREE if _alike(one, other, "scale") else Opinion("outcome", "measured with another instrument")


def _judge_moment(one: EvidenceRecord, other: EvidenceRecord) -> Opinion:
    return AGREE if _alike(one, other, "timepoint") else Opinion("definition", "the same figure at another time")


def _judge_figure(one: EvidenceRecord, other: EvidenceRecord, column: str) -> Opinion:
    return _judge_figures(figure(one, column), figure(other, column))


def _judge_figures(first: Figure | None, second: Figure | None) -> Opinion:
    if first is None or second is None or agree(first, second):
        return AGREE
    return Opinion("value", "another figure")


def _judge_limit(one: EvidenceRecord, other: EvidenceRecord, column: str, mirrored: str) -> Opinion:
    """A limit of an interval; where the sign of the value is turned, it stands against the other limit's opposite."""
    first, second = figure(one, "value"), figure(other, "value")
    if first is not None and second is not None and not agree(first, second) and _same_value(one, other):
        limit = figure(other, mirrored)
        return _judge_figures(figure(one, column), opposite(limit) if limit else None)
    return _judge_figure(one, other, column)


def _judge_p(one: EvidenceRecord, other: EvidenceRecord) -> Opinion:
    (low, high), (least, most) = _p_range(one), _p_range(other)
    return AGREE if low <= most and least <= high else Opinion("value", "no p value fits both")


def _p_range(record: EvidenceRecord) -> tuple[Fraction, Fraction]:
    """Between which numbers a stated p value lies: `<0.05`, `=0.02`, `>0.1`."""
    p, operator = figure(record, "p"), str(record.value("p_operator") or "=")
    if p is None:
        return Fraction(0), Fraction(1)
    if operator[0] in "<\u2264":
        return Fraction(0), p.number
    if operator[0] in ">\u2265":
        return p.number, Fraction(1)
    return p.number - p.slack, p.number + p.slack
