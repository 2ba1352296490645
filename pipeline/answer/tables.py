"""Answers from tables: what the figures of both arms under one outcome and time state together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.answer.arms import SIDES, Side
from pipeline.answer.grid import Grid
from pipeline.answer.labels import bare, times_in
from pipeline.answer.match import Sought
from pipeline.answer.parts import Part, alone, sizes_of
from pipeline.answer.values import Found, Stat, binary_values, continuous_values, counted_pair, statistic, statistic_of
from pipeline.answer.words import NEUTRAL, stems

_EVERYONE = frozenset(stems("total overall all entire combined"))


@dataclass(frozen=True, slots=True)
class Candidate:
    """What one place states for both arms, and how well it fits the question."""

    values: Mapping[Side, Mapping[str, Found]]
    score: float
    start: int

    @property
    def filled(self) -> int:
        """How many of the asked values the place states itself; a percentage stands for its events half."""
        return sum(
            2 * len({"events", "mean", "sd"} & found.keys()) + ("percent" in found and "events" not in found)
            for found in self.values.values()
        )


def table_candidates(grid: Grid, parts: Sequence[Part], sought: Sought, kind: str) -> Iterator[Candidate]:
    """What a table states for the asked arms, one candidate for each outcome and time that it has."""
    slots: dict[tuple[object, ...], dict[Side, list[Part]]] = defaultdict(lambda: {side: [] for side in SIDES})
    for part in parts:
        slots[_key(part)][part.side].append(part)
    counts = {side: [part for part in parts if part.side == side and _counts_only(part)] for side in SIDES}
    overall = any(_EVERYONE & set(stems(bare(phrase))) for entry in grid.entries for phrase in entry.columns)
    for slot in slots.values():
        if not all(slot[side] for side in SIDES):
            continue
        values = {side: _values(slot[side], grid, kind) for side in SIDES}
        if kind == "continuous":
            values = {side: _with_size(values[side], slot[side][0], counts[side]) for side in SIDES}
        if not any(name != "n" for found in values.values() for name in found):
            continue
        first = slot[SIDES[0]][0]
        near = tuple(dict.fromkeys(phrase for part in slot[SIDES[0]] for phrase in part.near))
        near = near if any(bare(phrase).strip(" ()%") for phrase in near) else (*near, *grid.corner)
        fit = sought.fit(near, (*grid.corner, grid.caption)) * _clear(slot, grid, kind)
        when = sought.when((*near, grid.caption) if not any(map(times_in, near)) else near)
        if overall and _is_subgroup(first, sought):
            fit *= 0.85
        yield Candidate(values, fit * when, first.start)


def _counts_only(part: Part) -> bool:
    """Whether the figure stands in a column of its own for numbers of people."""
    return bool(part.entry.columns) and statistic(part.entry.columns[-1:]) == "n" and alone(part) is not None


def _with_size(values: dict[str, Found], part: Part, counts: Sequence[Part]) -> dict[str, Found]:
    """The values with the number of people that the same row prints before them for the same arm."""
    beside = [one for one in counts if one.entry.row == part.entry.row and one.entry.column < part.entry.column]
    size = alone(beside[-1]) if beside else None
    return {**values, "n": size} if size else values


def _clear(slot: Mapping[Side, Sequence[Part]], grid: Grid, kind: str) -> float:
    """Less than 1 where two figures claim one place, as under a label that is printed twice."""
    for side in SIDES:
        first: dict[str, str] = {}
        for part in slot[side]:
            for name, value in _read(part, grid, kind).items():
                if name != "n" and first.setdefault(name, value.value) != value.value:
                    return 0.8
    return 1.0


def _key(part: Part) -> tuple[object, ...]:
    """What the two arms of one statement share: all labels but the arm's, without sizes and statistics."""
    return tuple(sorted({words for phrase in part.near if (words := stems(bare(phrase)) or times_in(phrase))}))


def _stat(part: Part, grid: Grid, kind: str) -> Stat:
    """What the figure is. For a continuous outcome `HbA1c (%)` names a unit."""
    units = [
        label
        for label in part.labels
        if kind == "continuous" and statistic([label]) == "percent" and stems(bare(label))
    ]
    near = [label for label in part.labels if label not in units]
    return statistic_of(part.text, near, (*grid.corner, grid.caption, *grid.notes))


def _read(part: Part, grid: Grid, kind: str) -> dict[str, Found]:
    read = binary_values if kind == "binary" else continuous_values
    return read(part.text, _stat(part, grid, kind), part.start)


def _values(parts: Sequence[Part], grid: Grid, kind: str) -> dict[str, Found]:
    """What the cells of one arm state together: one cell, or one each for mean, SD, n and percentage."""
    got: dict[str, Found] = {}
    for part in parts:
        for name, value in _read(part, grid, kind).items():
            got.setdefault(name, value)
    size = next((size for part in parts for size in sizes_of(part, grid)), None)
    if kind == "binary" and size is not None and not {"events", "percent"} & got.keys():
        pairs = (counted_pair(part.text, size, part.start) for part in parts)
        got |= next(filter(None, pairs), {})
    if kind == "continuous" and size is not None and any(_only_counts(part, grid, size) for part in parts):
        got = {name: value for name, value in got.items() if name == "n"}
    if kind == "binary" and "events" in got and "n" not in got:
        got = _total_or_events(got, size)
    if size is not None:
        got.setdefault("n", size)
    return got


def _only_counts(part: Part, grid: Grid, size: Found) -> bool:
    """Whether what could be read as a mean and its SD is a count and its percentage."""
    return _stat(part, grid, "continuous") != "mean_sd" and bool(counted_pair(part.text, size, part.start))


def _total_or_events(got: dict[str, Found], size: Found | None) -> dict[str, Found]:
    """A count beside a percentage is the total where it cannot be the events."""
    if "percent" not in got or size is None or int(size.value) == 0:
        return got
    events, share = int(got["events"].value), float(got["percent"].value)
    off = abs(100 * events / int(size.value) - share)
    if events == int(size.value) and off > 1.0:
        return {"percent": got["percent"], "n": got["events"]}
    return got


def _is_subgroup(part: Part, sought: Sought) -> bool:
    """Whether a label over the column names some of the people where another names all."""
    words = [word for phrase in part.entry.columns for word in stems(bare(phrase))]
    return not _EVERYONE.intersection(words) and not any(
        word in sought.weights for word in words if word not in NEUTRAL
    )
