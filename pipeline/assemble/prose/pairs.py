"""Which number of a sentence is which arm's: signs of order, distance and clause, weighed, and settled for the sentence.

A sign is something that a reader goes by: the arm follows in `12 % in the X group`, the places in two lists agree
(`12 % and 15 % ... in the X and Y groups, respectively`), a clause ends between the two. `pairs.csv` says what each is
worth. The weights were learned by `training/pairs.py`, and are few enough to be read.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

WEIGHTS = Path(__file__).with_name("pairs.csv")
NONE = "none"
"""The sign of a number that is no arm's."""

_LIST_WORD = r"(?:and|or|vs\.?|versus|v\.?|compared (?:with|to)|against|than)"
_UNITS = r"[\w%/·.²°µ-]+(?: [\w%/·.²°µ-]+)?"
_SIDE_BY_SIDE = re.compile(
    rf"\W*(?:{_UNITS})?\W*(?:,|;|/|{_LIST_WORD})\W*(?:{_LIST_WORD}\W*)?(?:(?:only|a|by|in|of) )*\W*", re.IGNORECASE
)
_ARMS_LISTED = re.compile(
    rf"\W*(?:\w+ )?(?:groups?|arms?|patients|eyes)?\W*(?:,|/|{_LIST_WORD})\W*(?:{_LIST_WORD}\W*)?"
    r"(?:(?:in|for|with|the|on|of|those|group|patients|eyes|women|men|treated|receiving) )*\W*",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"\b(?:in|for|with|on|of|by|from|after|among|during|under|to|receiving|received|given|assigned|using)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r";|\b(?:while|whereas|although|but|which|where)\b|, and\b|\.\s", re.IGNORECASE)
_HELD_AGAINST = re.compile(r"\b(?:vs|versus|v|than|compar\w+|against|relative to)\b", re.IGNORECASE)
_VERB = re.compile(
    r"\b(?:was|were|had|is|are|showed|achieved|experienced|reached|increased|decreased|reduced)\b", re.IGNORECASE
)
_RESPECTIVELY = re.compile(r"\brespectively\b", re.IGNORECASE)
_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]")


@dataclass(frozen=True, slots=True)
class Named:
    """An arm where a sentence names it; places of one `key` name one arm."""

    start: int
    end: int
    key: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A number where a sentence states it."""

    start: int
    end: int


Place = Named | Figure


def bound(text: str, start: int, end: int, figures: Sequence[Figure], arms: Sequence[Named]) -> dict[int, Named]:
    """The arm of each figure of the sentence `[start, end)`, by the figure's place in `figures`.

    Figures printed as a pair (`54 % vs 37 %`) are of different arms, so the whole pair is settled at once.
    """
    if not arms:
        return {}
    weights = _weights()
    reading = Reading(text, start, end, figures, arms)
    keys = reading.keys
    worth = np.zeros((len(figures), len(keys)))
    nobody = np.zeros(len(figures))
    best: dict[tuple[int, str], tuple[float, Named]] = {}
    for number in range(len(figures)):
        nobody[number] = _total(reading.of_nobody(number), weights)
        for place, arm in enumerate(arms):
            value = _total(reading.signs(number, place), weights)
            if (number, arm.key) not in best or value > best[number, arm.key][0]:
                best[number, arm.key] = (value, arm)
        for column, key in enumerate(keys):
            worth[number, column] = best[number, key][0]
    found: dict[int, Named] = {}
    for pair in reading.opposed():
        rows = worth[list(pair)]
        if len(pair) == 1:
            chosen = [int(np.argmax(rows[0]))]
        else:
            _, columns = linear_sum_assignment(-rows)
            chosen = [int(column) for column in columns]
        for number, column in zip(pair, chosen, strict=True):
            if worth[number, column] > nobody[number]:
                found[number] = best[number, keys[column]][1]
    return found


def _total(signs: Mapping[str, float], weights: Mapping[str, float]) -> float:
    return sum(weights.get(name, 0.0) * value for name, value in signs.items())


@cache
def _weights() -> Mapping[str, float]:
    with WEIGHTS.open(encoding="utf-8", newline="") as file:
        return {row["sign"]: float(row["weight"]) for row in csv.DictReader(file)}


class Reading:
    """A sentence's figures and arms in their order, and the runs in which they stand."""

    def __init__(self, text: str, start: int, end: int, figures: Sequence[Figure], arms: Sequence[Named]) -> None:
        self.text, self.start, self.end = text, start, end
        self.figures, self.arms = figures, arms
        self.keys = list(dict.fromkeys(arm.key for arm in arms))
        self.places: list[Place] = sorted([*figures, *arms], key=lambda one: (one.start, one.end))
        self.order = {id(one): place for place, one in enumerate(self.places)}
        self.runs = self._runs()
        self.respectively = [match.start() for match in _RESPECTIVELY.finditer(text, start, end)]

    def _runs(self) -> dict[int, list[Place]]:
        """The list that each figure and each arm stands in, by `id`: `12 and 15`, `X and Y`; alone, it is a list of one."""
        runs: dict[int, list[Place]] = {}
        run: list[Place] = []
        for one in self.places:
            if run and type(run[-1]) is type(one) and self._listed(run[-1], one):
                run.append(one)
            else:
                run = [one]
            runs[id(one)] = run
        return runs

    def _listed(self, one: Place, other: Place) -> bool:
        gap = self.text[one.end : other.start]
        pattern = _SIDE_BY_SIDE if isinstance(one, Figure) else _ARMS_LISTED
        return len(gap) < 45 and pattern.fullmatch(gap) is not None

    def opposed(self) -> Iterator[tuple[int, ...]]:
        """The figures, in groups that must belong to different arms; most stand alone."""
        number = {id(figure): place for place, figure in enumerate(self.figures)}
        taken: set[int] = set()
        for place, figure in enumerate(self.figures):
            if place in taken:
                continue
            run = self.runs[id(figure)]
            together = tuple(number[id(one)] for one in run)
            if 1 < len(run) <= len(self.keys) and self._is_contrast(run):
                taken.update(together)
                yield together
            else:
                taken.add(place)
                yield (place,)

    def _is_contrast(self, run: Sequence[Place]) -> bool:
        """Whether the figures of a run are held against each other, or told as many as there are arms in one list."""
        gaps = [self.text[one.end : other.start] for one, other in pairwise(run)]
        return all(_HELD_AGAINST.search(gap) for gap in gaps)

    def of_nobody(self, number: int) -> dict[str, float]:
        figure = self.figures[number]
        near = min(max(arm.start - figure.end, figure.start - arm.end) for arm in self.arms)
        return {NONE: 1.0, "none_far": math.log1p(max(0, near)) / 5}

    def signs(self, number: int, place: int) -> dict[str, float]:
        """What speaks for and against a figure being an arm's."""
        figure, arm = self.figures[number], self.arms[place]
        after = arm.start >= figure.end
        side = "after" if after else "before"
        low, high = (figure, arm) if after else (arm, figure)
        gap = self.text[low.end : high.start]
        first, last = self.order[id(low)], self.order[id(high)]
        between = self.places[first + 1 : last]
        figures = sum(1 for one in between if isinstance(one, Figure))
        others = {one.key for one in between if isinstance(one, Named)} - {arm.key}
        outside = _BRACKETS.sub(" ", gap)
        run = self.runs[id(figure)]
        beyond = _BRACKETS.sub(" ", self.text[run[-1].end : arm.start] if after else self.text[arm.end : run[0].start])
        made: dict[str, float] = {
            side: 1.0,
            f"{side}_distance": math.log1p(len(gap)) / 5,
            f"{side}_figures_between": min(figures, 4) / 2,
            f"{side}_arms_between": min(len(others), 3) / 2,
            f"{side}_clause_between": float(_CLAUSE.search(outside) is not None),
            f"{side}_bracket_between": float(")" in outside or "]" in outside or "(" in outside or "[" in outside),
            f"{side}_held_against_between": float(_HELD_AGAINST.search(outside) is not None),
        }
        if len(run) > 1:
            made[f"{side}_list_held_against_arm"] = float(_HELD_AGAINST.search(beyond) is not None)
            made[f"{side}_list_clause_between"] = float(_CLAUSE.search(beyond) is not None)
        if not between:
            made[f"{side}_adjacent"] = 1.0
            if after:
                made["after_preposition"] = float(_PREPOSITION.search(outside) is not None and "," not in outside)
                made["after_bracketed"] = float(gap.rstrip().endswith(("(", "[")))
            else:
                made["before_opens_bracket"] = float(bool(re.match(r"\s*\w*\s*[(\[]", gap)))
                made["before_sets"] = float(bool(re.fullmatch(r"\s*(?:group|arm)?\s*[=:,]?\s*", gap)))
                made["before_verb"] = float(_VERB.search(gap) is not None)
        made |= self._taken(arm, side=side, adjacent=not between)
        made |= self._in_lists(number, figure, arm, side)
        return {name: value for name, value in made.items() if value}

    def _taken(self, arm: Named, *, side: str, adjacent: bool) -> dict[str, float]:
        """Whether the arm has a figure of its own on its other side, as `12 %` of X in `12 % with X and 15 % with Y`."""
        at = self.order[id(arm)]
        beyond = self.places[at + 1 : at + 2] if side == "after" else self.places[max(0, at - 1) : at]
        other = beyond[0] if beyond else None
        if not isinstance(other, Figure):
            return {}
        gap = self.text[arm.end : other.start] if side == "after" else self.text[other.end : arm.start]
        if len(gap) > 40:
            return {}
        bracket = side == "after" and re.match(r"\s*\w*\s*[(\[:=]", gap) is not None
        led = side == "before" and _PREPOSITION.search(gap) is not None and "," not in gap
        return {
            f"{side}_taken": 1.0,
            f"{side}_taken_surely": float(bracket or led),
            f"{side}_taken_adjacent": float(adjacent),
        }

    def _in_lists(self, number: int, figure: Figure, arm: Named, side: str) -> dict[str, float]:
        """How the places of the two agree: in two lists of a length, and in the whole sentence."""
        made: dict[str, float] = {}
        run, listed = self.runs[id(figure)], self.runs[id(arm)]
        here, there = run.index(figure), listed.index(arm)
        last = max(run[-1].end, listed[-1].start if side == "after" else 0)
        later = any(place >= last for place in self.respectively)
        keys = list(dict.fromkeys(one.key for one in listed if isinstance(one, Named)))
        rank, count = self.keys.index(arm.key), len(self.keys)
        if len(run) == len(keys) >= 2:
            agree = "agree" if here == keys.index(arm.key) else "differ"
            made[f"lists_{agree}"] = 1.0
            made[f"lists_{agree}_respectively"] = float(later)
        elif len(run) == count >= 2:
            agree = "agree" if here == rank else "differ"
            made[f"order_{agree}"] = 1.0
            made[f"order_{agree}_respectively"] = float(later)
            made[f"order_{agree}_bracketed"] = float(self._bracketed(run))
        elif len(run) > 1 and len(listed) == 1:
            made[f"list_of_figures_{side}"] = 1.0
            made[f"list_of_figures_{side}_respectively"] = float(later)
        recent = self._named_last(run, len(run)) if len(run) > 1 else []
        if len(recent) == len(run):
            made["last_named_agree" if recent[here] == arm.key else "last_named_differ"] = 1.0
        if count > 1 and len(self.figures) % count == 0:
            each = len(self.figures) // count
            made["cycle_agree"] = float(number % count == rank)
            made["block_agree"] = float(number // each == rank)
        if len(run) > 1 and there == 0 and here == 0 and len(listed) == 1:
            made[f"first_of_list_{side}"] = 1.0
        starts_with_figure = isinstance(self.places[0], Figure)
        made[f"{side}_sentence_opens_with_{'figure' if starts_with_figure else 'arm'}"] = 1.0
        if count == 1:
            made["only_arm"] = 1.0
        return made

    def _named_last(self, run: Sequence[Place], most: int) -> list[str]:
        """The arms named last before a list of figures, in their order: those that `(54 % vs 37 %)` holds against each other."""
        before = [one.key for one in self.places[: self.order[id(run[0])]] if isinstance(one, Named)]
        return list(dict.fromkeys(reversed(before)))[:most][::-1]

    def _bracketed(self, run: Sequence[Place]) -> bool:
        before = self.text[self.start : run[0].start]
        return before.count("(") + before.count("[") > before.count(")") + before.count("]")
