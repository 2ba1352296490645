"""What the places of one report say together: its arms, and its results with repetitions merged and contradictions kept.

A trial states a result in its abstract, its text and a table. Two records are one result where they agree on a figure and
differ in nothing that both state. Where they speak of the same arm, outcome and time and give other figures, both stay,
and each names the other. Reviews have no arms: their documents are left out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from pipeline.compare import Atom, Cell, atoms, cells, is_reported
from pipeline.evidence import ARM_COLUMNS, RESULT_COLUMNS, EvidenceRecord, Summary
from pipeline.vocabulary import vocabulary

_FIGURES = ("value", "value_high", "sd", "events", "total", "ci_low", "ci_high", "p")
_SHARED = ("value", "events", "p")
_SUBJECTS = ("outcome", "scale", "outcome_text")
_ABOUT = ("outcome", "scale", "timepoint", "measure", "arm")
_OF_PEOPLE = frozenset(("rate", "count", "p_only"))
_CRITERION = "criterion"


@dataclass(slots=True)
class _Result:
    """Records that state one result; `known` holds every cell that one of them states."""

    rows: list[int]
    records: list[EvidenceRecord]
    known: dict[str, Cell] = field(default_factory=dict)


def arms(records: Sequence[EvidenceRecord]) -> tuple[Summary, ...]:
    """The arms that each report describes, in the order in which they are first named.

    Each column has the value that most records of the arm give; the first one of those that as many give.
    """
    held: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for document, rows in _reports(records).items():
        for row in rows:
            if name := _arm(records[row - 1]):
                held[document, name].append(row)
    return tuple(
        Summary(document, document, _voted([records[row - 1] for row in rows]), tuple(rows))
        for (document, _), rows in held.items()
    )


def results(records: Sequence[EvidenceRecord]) -> tuple[Summary, ...]:
    """The results of each report, in the order in which they are first stated; `contradicts` counts them from 1."""
    merged = [
        (document, one)
        for document, rows in _reports(records).items()
        for one in _merged(records, [row for row in rows if _is_result(records[row - 1])])
    ]
    against = _contradictions(merged)
    return tuple(
        replace(_summary(document, one), contradicts=against.get(number, ()))
        for number, (document, one) in enumerate(merged, start=1)
    )


def _reports(records: Sequence[EvidenceRecord]) -> dict[str, list[int]]:
    """Of each document that mostly speaks of its own study, the rows of the records on that study."""
    rows: defaultdict[str, list[int]] = defaultdict(list)
    own: defaultdict[str, list[int]] = defaultdict(list)
    for row, record in enumerate(records, start=1):
        rows[record.document_id].append(row)
        if record.study_id == record.document_id:
            own[record.document_id].append(row)
    return {document: held for document, held in own.items() if 2 * len(held) > len(rows[document])}


def _is_result(record: EvidenceRecord) -> bool:
    return record.value("measure") != _CRITERION and any(is_reported(record.value(column)) for column in _FIGURES)


def _merged(records: Sequence[EvidenceRecord], rows: Sequence[int]) -> list[_Result]:
    made: list[_Result] = []
    for row in rows:
        stated = _stated(records[row - 1])
        one = next((one for one in made if _may_join(one, records[row - 1]) and _is_one(one.known, stated)), None)
        if one is None:
            made.append(one := _Result([], []))
        one.rows.append(row)
        one.records.append(records[row - 1])
        one.known = {**stated, **one.known}
    return made


def _may_join(one: _Result, record: EvidenceRecord) -> bool:
    """Two rows of tables, or two figures of a sentence, state two things, however alike they look."""
    return not any(
        (other.source, record.source) == ("table", "table") or (other.start, other.end) == (record.start, record.end)
        for other in one.records
    )


def _stated(record: EvidenceRecord) -> dict[str, Cell]:
    """The cells that are compared, the arm under one name. A fall of 14 is a change of -14."""
    stated = {
        column: cell for column, cell in cells(record.items).items() if column in (*_ABOUT, *_FIGURES, *_SUBJECTS)
    }
    stated.pop("arm", None)
    if arm := _arm(record):
        stated["arm"] = atoms(arm)
    if record.value("measure") == "change" and "value" in stated:
        stated["value"] = frozenset(_unsigned(atom) for atom in stated["value"])
    return stated


def _unsigned(atom: Atom) -> Atom:
    return atom if isinstance(atom.value, str) else atom._replace(value=abs(atom.value))


def _is_one(one: Mapping[str, Cell], other: Mapping[str, Cell]) -> bool:
    """Whether two statements share a figure and a subject, and contradict each other in nothing."""
    return (
        _agree(one, other, _SHARED)
        and _agree(one, other, _SUBJECTS)
        and not any(_differ(one, other, column) for column in (*_ABOUT, *_FIGURES))
    )


def _agree(one: Mapping[str, Cell], other: Mapping[str, Cell], columns: Sequence[str]) -> bool:
    return any(column in one and one[column] == other.get(column) for column in columns)


def _differ(one: Mapping[str, Cell], other: Mapping[str, Cell], column: str) -> bool:
    """Whether both state a column, and not the same. `HAM-D` may be short for `HAM-D-17`."""
    if column not in one or column not in other or one[column] == other[column]:
        return False
    names = sorted((str(atom.value) for atom in one[column] | other[column]), key=len)
    if column == "measure":
        return not _OF_PEOPLE.issuperset(names)
    return column != "scale" or not all(name.startswith(names[0]) for name in names)


def _contradictions(merged: Sequence[tuple[str, _Result]]) -> dict[int, tuple[int, ...]]:
    """Of each result the others of its arm, outcome, scale, measure and time that another sort of place gives another value.

    What one table, or the text, gives side by side are figures of several things (`mild`, `moderate`).
    """
    alike: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for number, (document, one) in enumerate(merged, start=1):
        if {"value", "timepoint", "arm"} <= one.known.keys():
            alike[document, *(one.known.get(column) for column in _ABOUT)].append(number)
    sources = {number: {record.source for record in one.records} for number, (_, one) in enumerate(merged, start=1)}
    return {
        number: tuple(one for one in held if not sources[one] & sources[number])
        for held in alike.values()
        for number in held
    }


def _summary(document: str, one: _Result) -> Summary:
    """The fullest record's values, completed from the others."""
    ranked = sorted(zip(one.rows, one.records, strict=True), key=lambda each: (-len(each[1].items), each[0]))
    values: dict[str, str] = {}
    for _, record in ranked:
        values = {**_texts(record, RESULT_COLUMNS), **values}
    ordered = {column: values[column] for column in RESULT_COLUMNS if column in values}
    return Summary(document, document, ordered, tuple(row for row, _ in ranked))


def _voted(records: Sequence[EvidenceRecord]) -> dict[str, str]:
    told = [_texts(record, ARM_COLUMNS) for record in records]
    votes = {column: Counter(one[column] for one in told if column in one) for column in ARM_COLUMNS}
    return {column: count.most_common(1)[0][0] for column, count in votes.items() if count}


def _texts(record: EvidenceRecord, columns: Sequence[str]) -> dict[str, str]:
    return {column: str(value) for column in columns if (value := record.value(column)) is not None}


def _arm(record: EvidenceRecord) -> str:
    """The arm's name in lower case; one for every inert control, since `placebo` and `saline` are one arm of a report."""
    named = str(record.value("arm") or record.value("drug") or "")
    return "placebo" if named in _inert() else named.casefold()


@cache
def _inert() -> frozenset[str]:
    return frozenset(concept.preferred for concept in vocabulary("drugs") if concept.kind == "inert")
