"""Scores what was found against gold, and decides whether it may be released.

Counts come first and ratios last. Gold and found records of one role, document and study are paired one to one
so that the most columns agree; then every annotated column of every record is counted exactly once:
the same on both sides is a true positive, all else of gold a false negative, all else that was found a false positive.
The words for single slips (incorrect, partial, missing, spurious) are those of SemEval-2013 task 9.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from scipy.stats import binomtest

from pipeline.compare import Cell, Stated, agreeing, cells, pair, printed, role_of, same, units_of
from pipeline.evidence import Counts, EvidenceRecord, Floor, Gate, GoldItem, Role, Score, Slip

ALL = "all"
"""The role, split or field of a row that sums up."""

SEEN = "seen"
"""The split of a document that no one has declared unseen."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A record ready to be paired: its name in gold or its row, and its annotated columns."""

    record: str
    row: int
    cells: Mapping[str, Cell]
    shown: Mapping[str, str]

    @property
    def key(self) -> tuple[list[tuple[str, list[tuple[str, str]]]], str, int]:
        """Sorts entries by content, so that ties between equal pairings never depend on the order of the input."""
        content = [
            (column, sorted((str(atom.value), atom.dimension) for atom in cell))
            for column, cell in sorted(self.cells.items())
        ]
        return content, self.record, self.row


@dataclass(frozen=True, slots=True)
class _Match:
    """A gold record and the found one that it is held against; one of them may be absent."""

    role: Role
    document_id: str
    study_id: str
    gold: _Entry | None
    found: _Entry | None

    @property
    def columns(self) -> list[str]:
        return sorted({column for entry in (self.gold, self.found) if entry for column in entry.cells})

    def of(self, column: str) -> tuple[Cell | None, Cell | None]:
        return (
            self.gold.cells.get(column) if self.gold else None,
            self.found.cells.get(column) if self.found else None,
        )


def score(
    records: Sequence[EvidenceRecord],
    gold: Sequence[GoldItem],
    *,
    reviews: Collection[str],
    splits: Mapping[str, str],
    floors: Sequence[Floor] = (),
    documents: Collection[str] | None = None,
) -> tuple[Score, ...]:
    """Counts, ratios and lower bounds for each role, split and field, with `all` rows that sum up.

    `reviews` are the document ids of reviews, `splits` names the split of a document id, `documents` are those that
    were run, failed ones included (None: all of gold). Only columns that gold annotates for a role are counted,
    and only documents that gold knows in that role. Floors hold for the split `all`. Sorted.
    """
    counted: defaultdict[tuple[str, str, str], Counts] = defaultdict(Counts)
    for match in _matches(records, gold, reviews=reviews, documents=documents):
        split = splits.get(match.document_id, SEEN)
        for column in match.columns:
            counts = count(*match.of(column))
            for role in (match.role, ALL):
                for part in (split, ALL):
                    for field in (column, ALL):
                        counted[role, part, field] += counts
    asked = {(floor.role, ALL, floor.field): floor for floor in floors}
    return tuple(_score(*key, counts=counted[key], floor=asked.get(key)) for key in sorted(counted))


def slips(
    records: Sequence[EvidenceRecord],
    gold: Sequence[GoldItem],
    *,
    reviews: Collection[str],
    documents: Collection[str] | None = None,
) -> tuple[Slip, ...]:
    """Every difference from gold, one by one, in a fixed order. Options as in `score`."""
    return tuple(
        Slip(
            match.role,
            match.study_id,
            match.document_id,
            match.gold.record if match.gold else "",
            match.found.row if match.found else 0,
            column,
            match.gold.shown.get(column, "") if match.gold else "",
            match.found.shown.get(column, "") if match.found else "",
            kind,
            _part(match, column, kind),
        )
        for match in _matches(records, gold, reviews=reviews, documents=documents)
        for column in match.columns
        if (kind := judge(*match.of(column))) != "correct"
    )


_PARTS: Mapping[str, Literal["role", "number", "time", "outcome"]] = {
    **dict.fromkeys(
        ("drug", "arm", "arm_n", "dose", "route", "frequency", "duration", "comparator", "comparator_dose"), "role"
    ),
    **dict.fromkeys(
        ("value", "value_high", "sd", "events", "total", "ci_low", "ci_high", "ci_level", "p", "p_operator"), "number"
    ),
    **dict.fromkeys(("timepoint",), "time"),
    **dict.fromkeys(("outcome", "scale", "measure"), "outcome"),
}


def _part(
    match: _Match, column: str, kind: str
) -> Literal["role", "number", "unit", "time", "outcome", "study", "instance"]:
    if match.gold is None or match.found is None:
        return "instance"
    return "unit" if kind == "partial" and _PARTS.get(column) == "number" else _PARTS.get(column, "study")


def gate(scores: Sequence[Score], floors: Sequence[Floor]) -> Gate:
    """Released if every floor is met by the point estimate; undecided where nothing was scored or nothing is asked."""
    if not scores:
        return Gate("undecided", ("there is no gold for the documents of this run",))
    if not floors:
        return Gate("undecided", ("no floor is set, so there is nothing to meet",))
    known = {(row.role, row.field): row for row in scores if row.split == ALL}
    reasons = tuple(reason for floor in floors for reason in _misses(known.get((floor.role, floor.field)), floor))
    return Gate("withheld" if reasons else "released", reasons)


def count(gold: Cell | None, found: Cell | None) -> Counts:
    """One cell counted: a wrong value is both a false positive and a false negative."""
    if gold is not None and found is not None and same(gold, found):
        return Counts(tp=1)
    return Counts(fp=int(found is not None), fn=int(gold is not None))


def judge(gold: Cell | None, found: Cell | None) -> Literal["correct", "incorrect", "partial", "missing", "spurious"]:
    """What became of one cell. `partial`: they share a value, or a number with another unit."""
    if found is None:
        return "missing"
    if gold is None:
        return "spurious"
    if same(gold, found):
        return "correct"
    shared = gold & found or {atom.value for atom in gold} & {atom.value for atom in found}
    return "partial" if shared else "incorrect"


def annotated(gold: Iterable[GoldItem]) -> dict[Role, frozenset[str]]:
    """The columns that gold annotates, for each role; units count with the value that they belong to."""
    columns: dict[Role, frozenset[str]] = {}
    for role in get_args(Role):
        if stated := cells(item for item in gold if item.role == role):
            columns[role] = frozenset(stated)
    return columns


def _matches(
    records: Sequence[EvidenceRecord],
    gold: Sequence[GoldItem],
    *,
    reviews: Collection[str],
    documents: Collection[str] | None,
) -> Iterator[_Match]:
    ours = [item for item in gold if documents is None or item.document_id in documents]
    columns = annotated(ours)
    golden = _gold_entries([item for item in ours if item.role in columns])
    known = {(role, document_id) for role, document_id, _ in golden}
    found: defaultdict[tuple[Role, str, str], list[_Entry]] = defaultdict(list)
    for row, record in enumerate(records, start=1):
        role = role_of(record, reviews)
        if (role, record.document_id) in known:
            entry = _entry(record.printed.items, columns[role], row=row)
            found[role, record.document_id, record.study_id].append(entry)
    for place in sorted(golden.keys() | found.keys()):
        role, document_id, study_id = place
        for one, other in _paired(golden.get(place, []), found.get(place, []), columns[role]):
            yield _Match(role, document_id, study_id, one, other)


def _gold_entries(gold: Sequence[GoldItem]) -> dict[tuple[Role, str, str], list[_Entry]]:
    grouped: defaultdict[tuple[Role, str, str, str], list[GoldItem]] = defaultdict(list)
    roles: Mapping[str, Role] = {role: role for role in get_args(Role)}
    for item in gold:
        grouped[roles[item.role], item.document_id, item.study_id, item.record].append(item)
    entries: defaultdict[tuple[Role, str, str], list[_Entry]] = defaultdict(list)
    for (role, document_id, study_id, record), items in grouped.items():
        entries[role, document_id, study_id].append(_entry(items, record=record))
    return dict(entries)


def _entry(
    items: Sequence[Stated], columns: Collection[str] | None = None, *, record: str = "", row: int = 0
) -> _Entry:
    stated = {column: cell for column, cell in cells(items).items() if columns is None or column in columns}
    units = units_of(items)
    shown: defaultdict[str, list[str]] = defaultdict(list)
    for item in items:
        shown[item.column].append(printed(item.value, item.unit or units.get(item.column, "")))
    return _Entry(record, row, stated, {column: "; ".join(sorted(shown[column])) for column in stated})


def _paired(
    gold: Sequence[_Entry], found: Sequence[_Entry], columns: Collection[str]
) -> Iterator[tuple[_Entry | None, _Entry | None]]:
    """Each entry of both sides once: beside its partner, or alone."""
    golden, other = (sorted(side, key=lambda entry: entry.key) for side in (gold, found))
    partners = dict(pair(golden, other, lambda one, two: agreeing(one.cells, two.cells, columns)))
    for position, entry in enumerate(golden):
        yield entry, other[partners[position]] if position in partners else None
    taken = set(partners.values())
    yield from ((None, entry) for position, entry in enumerate(other) if position not in taken)


def _score(role: str, split: str, field: str, *, counts: Counts, floor: Floor | None) -> Score:
    row = Score(
        role,
        split,
        field,
        counts,
        lower_bound(counts.tp, counts.tp + counts.fp),
        lower_bound(counts.tp, counts.tp + counts.fn),
        floor.precision if floor else None,
        floor.recall if floor else None,
    )
    if floor is None:
        return row
    return replace(row, verdict="missed" if any(_misses(row, floor)) else "met")


def lower_bound(successes: int, total: int) -> float | None:
    """The lower end of Wilson's 95 % interval; the cells are taken as independent, which flatters it a little."""
    if not total:
        return None
    return float(binomtest(successes, total).proportion_ci(0.95, method="wilson").low)


def _misses(row: Score | None, floor: Floor) -> Iterator[str]:
    """Why the floor is not met, in words."""
    counts = row.counts if row else Counts()
    for name, asked, figure, total in (
        ("precision", floor.precision, counts.precision, counts.tp + counts.fp),
        ("recall", floor.recall, counts.recall, counts.tp + counts.fn),
    ):
        if asked is not None and (figure or 0) < asked:
            reached = "has nothing to count" if figure is None else f"is {figure:.4f} ({counts.tp} of {total})"
            yield f"{floor.role}: {name} of {floor.field} {reached}, the floor is {asked:g}"
