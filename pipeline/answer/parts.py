"""The figures of a table that belong to the asked arms, wherever the table prints its arms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.answer.arms import SIDES, Arms, Side
from pipeline.answer.grid import Entry, Grid
from pipeline.answer.labels import bare, no_arm, says_change, sizes_in, times_in
from pipeline.answer.values import Found, normal, statistic
from pipeline.answer.words import plain

Axis = str
"""`columns` or `rows`: where a table prints its arms."""

_BOTH = re.compile(r"^(.*?)\s*(?:\(|/|\bvs\.?|\bversus\b|\band\b)\s*(.+?)\)?$", re.IGNORECASE)
_HALVES = re.compile(r"^(.*?\d[^()/]*?)\s*[(/]\s*\)?(.*\d.*?)\)?\s*$", re.DOTALL)
_COMPARES = re.compile(r"\bdifference\b|\bversus\b|\bvs\b|\bp[- ]value", re.IGNORECASE)
_ALONE = re.compile(r"^\s*(\d[\d,]*)\s*$")
_WHO = r"(?:patients|participants|subjects|children|infants|cases)"
_PEOPLE = re.compile(
    rf"^\W*(?:total )?(?:n|(?:number|no\.?)(?: of (?:\w+ )?{_WHO})?"
    rf"|(?:randomi[sz]ed |enrolled |analy[sz]ed )?(?:{_WHO}|sample size))"
    r"(?:,? ?\(?(?:n|randomi[sz]ed|analy[sz]ed|enrolled)\)?)?\W*$",
    re.IGNORECASE,
)


_POPULATIONS = re.compile(
    r"^\W*(?:[\w-]+ ){0,2}?(?:populations?|sub-?samples?|sub-?groups?|sub-?sets?)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Part:
    """A figure, or one half of a cell that gives both arms, with the arm it belongs to."""

    entry: Entry
    side: Side
    text: str
    start: int
    labels: tuple[str, ...]
    near: tuple[str, ...]


def parts_of(grid: Grid, arms: Arms) -> Iterator[Part]:
    """The figures that belong to the asked arms."""
    axis, sides = _axis(grid, arms)
    for entry in grid.entries:
        if any(map(_compares, entry.columns)) and axis != "rows":
            continue
        pair = next((pair for phrase in reversed((*entry.rows, *entry.columns)) if (pair := _both(phrase, arms))), None)
        if pair is not None:
            yield from _halved(entry, *pair)
            continue
        phrases = entry.columns if axis == "columns" else entry.rows
        held = [phrase for phrase in phrases if phrase in sides]
        if not held:
            continue
        phrase = held[-1]
        rest = tuple(one for one in (*entry.columns, *entry.rows) if one != phrase)
        near = (*rest, *(() if arms.timed else times_in(phrase)), *(["change"] if says_change(phrase) else []))
        nearest = (*reversed(entry.columns), *reversed(entry.rows))
        yield Part(entry, sides[phrase], entry.text, entry.start, nearest, near)


def _compares(phrase: str) -> bool:
    """Whether a column compares arms or tests them; a label over both arms does not."""
    tests = no_arm(phrase) and statistic([phrase]) == "other"
    return tests or bool(_COMPARES.search(plain(phrase)) and not _BOTH.match(bare(phrase)))


def _axis(grid: Grid, arms: Arms) -> tuple[Axis, dict[str, Side]]:
    """Where the table prints its arms, and which label is which arm."""
    best: tuple[float, Axis, dict[str, Side]] = (0.0, "", {})
    for axis in ("columns", "rows"):
        levels = _levels(grid, axis)
        for labels in levels:
            total, sides = _assigned(labels, arms, alone=axis == "columns" or len(labels) == 2)
            if total > best[0] + 0.01:
                best = (total, axis, sides)
    return best[1], best[2]


def _levels(grid: Grid, axis: Axis) -> Iterator[tuple[str, ...]]:
    """The labels of one axis: all, and for columns those of each row of the head."""
    paths = dict.fromkeys(entry.columns if axis == "columns" else entry.rows for entry in grid.entries)
    depth = max(map(len, paths), default=0)
    if axis == "rows":
        yield tuple(dict.fromkeys(path[-1] for path in paths if path))
        yield tuple(dict.fromkeys(path[0] for path in paths if len(path) > 1))
        yield tuple(dict.fromkeys(path[1] for path in paths if len(path) > 2))
        return
    for level in range(depth):
        yield tuple(dict.fromkeys(path[level] for path in paths if len(path) > level))


def _assigned(labels: Sequence[str], arms: Arms, *, alone: bool) -> tuple[float, dict[str, Side]]:
    """The labels of each arm, and how sure that is. Of two arms the one that is not known is the other."""
    scores = {side: {label: arms.score(label, side) for label in labels if not no_arm(label)} for side in SIDES}
    tops = {side: max(scores[side].values(), default=0.0) for side in SIDES}
    sides: dict[str, Side] = {
        label: side for side in SIDES for label, score in scores[side].items() if score and score >= tops[side] - 0.1
    }
    for side, other in (SIDES, SIDES[::-1]):
        if tops[side] or not tops[other] or not alone:
            continue
        left = {
            bare(label).casefold().strip()
            for label in labels
            if label not in sides and not no_arm(label) and statistic([bare(label)]) == ""
        }
        if len(left) == 1:
            sides |= {label: side for label in labels if bare(label).casefold().strip() in left}
            return tops[other] + 0.3, sides
    return (sum(tops.values()), sides) if all(tops.values()) else (0.0, {})


def _both(phrase: str, arms: Arms) -> tuple[str, Side, Side] | None:
    """A label over both arms, as `Intervention (control)`: the label and whose figure comes first."""
    for piece in re.split(r"[;:,]", phrase):
        match = _BOTH.match(bare(piece).strip())
        if match is None:
            continue
        for one, two in (SIDES, SIDES[::-1]):
            if arms.score(match[1], one) and arms.score(match[2], two):
                return piece, one, two
    return None


def _halved(entry: Entry, piece: str, first: Side, second: Side) -> Iterator[Part]:
    match = _HALVES.match(entry.text)
    if match is None:
        return
    labels = (*reversed(entry.columns), *reversed(entry.rows))
    near = tuple(phrase.replace(piece, " ") for phrase in (*entry.columns, *entry.rows))
    for side, group in ((first, 1), (second, 2)):
        yield Part(entry, side, match[group], entry.start + match.start(group), labels, near)


def third_arms(grid: Grid, arms: Arms) -> Iterator[str]:
    """The labels that stand in a row with those of the asked arms."""
    axis, sides = _axis(grid, arms)
    for labels in _levels(grid, axis) if len(set(sides.values())) == 2 else ():
        if any(label in sides for label in labels) and len(labels) <= 8:
            yield from (
                label for label in labels if label not in sides and not no_arm(label) and statistic([bare(label)]) == ""
            )


def alone(part: Part) -> Found | None:
    """The number of a cell that holds nothing else."""
    match = _ALONE.match(part.text)
    return match and Found(normal(match[1]), part.start + match.start(1), part.start + match.end(1))


def sizes_of(part: Part, grid: Grid) -> Iterator[Found]:
    """The size that is printed with one of the figure's labels."""
    for label in part.labels:
        start, printed = grid.printed.get(label, (0, ""))
        for match in sizes_in(printed):
            yield Found(normal(match[1]), start + match.start(1), start + match.end(1))


def counted_subgroups(parts: Sequence[Part]) -> Iterator[tuple[Side, str, Found]]:
    """The sizes of named subgroups, in rows under a head that names populations: `Patients with insomnia  45  33`."""
    for part in parts:
        head, label = part.entry.rows[:-1], part.entry.rows[-1:]
        of_people = head and _POPULATIONS.match(plain(head[-1])) and statistic(part.labels[1:]) == "n"
        if of_people and (size := alone(part)):
            yield part.side, label[0], size


def counted_people(parts: Sequence[Part]) -> Iterator[tuple[Side, Found]]:
    """The sizes in a row or a column that only counts people: `Participants  125  133`."""
    for part in parts:
        own = (*part.entry.rows[-1:], *part.entry.columns[-1:])
        if any(_PEOPLE.match(plain(label)) for label in own) and (size := alone(part)):
            yield part.side, size
