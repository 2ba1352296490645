"""Which figure of a sentence belongs to which arm: by `respectively`, by `versus`, and by what stands beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.answer.arms import DRUGS, SIDES, Arms, Side
from pipeline.answer.concepts import tokens_in
from pipeline.answer.values import Found
from pipeline.answer.words import same, stems

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9+'-]*|\d+")
_OF_PEOPLE = r"(?:[ -](?:group|arm|patients|participants|subjects))?"
_ROLE = re.compile(
    rf"\b(?P<intervention>(?:intervention|treatment|experimental|study|active|treated){_OF_PEOPLE})\b"
    rf"|\b(?P<comparator>(?:controls?|placebo|comparison|sham){_OF_PEOPLE})\b",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"\b(?i:groups?|arms?)[ -]([A-Z]{1,4}\d?|\d)\b(?:(?:,| and| vs\.?| versus| or)+ (?:group )?([A-Z]{1,4}\d?|\d)\b)?"
)
_JOINT = re.compile(r"[^\d;]*?(?:,|and|&|vs\.?|versus|to|/|\)|\()[^\d;]*")
_VERSUS = re.compile(
    r"^[^\d;]{0,40}?\b(?:vs\.?|versus|compared (?:with|to)|against|and|than)\b[^\d;]{0,60}$", re.IGNORECASE
)
_FOLLOWING = re.compile(
    r"^[^\d;:()]{0,30}?\b(?:in|for|among|with|of|on|receiving|received|given|taking|treated|by|were)\b[^;:]{0,40}$",
    re.IGNORECASE,
)
_LIST_END = r"(?=\s*(?:,? ?respectively|groups?\b|arms?\b|[,.;:)]|were|was|had|patients|in\b)|$)"
FAR = 160
"""A figure that stands further from an arm's name, in characters, is not its own."""


@dataclass(frozen=True, slots=True)
class Mark:
    """An arm named in a sentence; `side` is None for an arm that is not asked for. Offsets count within the sentence."""

    side: Side | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A statement in figures of one arm."""

    values: Mapping[str, Found]
    start: int
    end: int


Tied = Mapping[Side, Mapping[str, Found]]


def marks_in(words: str, arms: Arms) -> list[Mark]:
    """Where a sentence names the arms, in order; words of one name that stand together are one mark."""
    marks = [*_codes(words, arms), *_names(words, arms)]
    for match in _ROLE.finditer(words):
        role: Side = "intervention" if match["intervention"] else "comparator"
        if arms.other and role == "intervention":  # of three arms more than one may be called so
            continue
        asked = next((side for side in SIDES if arms.role_of(side) == role), None)
        if asked and not any(
            mark.side != asked and mark.start < match.end() and match.start() < mark.end for mark in marks
        ):
            marks.append(Mark(asked, match.start(), match.end()))
    merged: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: mark.start):
        last = merged[-1] if merged else None
        gap = words[last.end : mark.start] if last else ""
        if last and last.side == mark.side and len(gap) < 60 and not re.search(r"\d|;", gap):
            merged[-1] = Mark(last.side, last.start, max(last.end, mark.end))
        else:
            merged.append(mark)
    return merged


def _codes(words: str, arms: Arms) -> list[Mark]:
    """The arms by their codes, as `group A`."""
    return [
        Mark(arms.codes.get(match[group]), match.start(group), match.end(group))
        for match in (_CODE.finditer(words) if arms.codes else ())
        for group in (1, 2)
        if match[group]
    ]


def _names(words: str, arms: Arms) -> list[Mark]:
    own = {side: arms.distinct(side) for side in SIDES}
    marks: list[Mark] = []
    for match in _WORD.finditer(words):
        word = match.group()
        held = frozenset(stems(arms.known.get(word, word))) | tokens_in(word, DRUGS)
        place = (match.start(), match.end())
        for side, other in (SIDES, SIDES[::-1]):
            named = any(same(one, name) for one in held for name in own[side])
            rival = any(same(one, name) for one in held for name in own[other])
            if (named and not rival and not word.isdigit()) or word in arms.initials[side]:
                marks.append(Mark(side, *place))
        if held & arms.other and not (marks and marks[-1].start == match.start()):
            marks.append(Mark(None, *place))
    return marks


def tied(words: str, figures: Sequence[Figure], marks: Sequence[Mark]) -> Tied | None:
    """The figures of both arms, by the first way of speaking that the sentence follows; None where it follows none."""
    named = {mark.side for mark in marks} - {None}
    if len(named) == 2 and (found := _over_time(words, figures, marks)):
        return found
    if "respectively" in words.lower() and len(named) == 2 and (found := _respectively(words, figures, marks)):
        return found
    if len(beside := _beside(words, figures, marks)) == 2:
        return beside
    lead = next((mark.side for mark in marks if mark.side), None)
    if lead is None or any(mark.side is None for mark in marks):
        return None
    for one, two in pairwise(figures):
        if _VERSUS.match(words[one.end : two.start]):
            return {lead: one.values, SIDES[lead == SIDES[0]]: two.values}
    return None


def _runs(words: str, figures: Sequence[Figure]) -> list[list[Figure]]:
    """Figures that follow each other as one list."""
    runs: list[list[Figure]] = []
    for figure in figures:
        gap = words[runs[-1][-1].end : figure.start] if runs else ""
        if runs and len(gap) < 30 and _JOINT.fullmatch(gap):
            runs[-1].append(figure)
        else:
            runs.append([figure])
    return runs


def _over_time(words: str, figures: Sequence[Figure], marks: Sequence[Mark]) -> Tied | None:
    """Two figures for each arm, as `in A (v1 vs. v2) and in B (v3 vs. v4)`, are two times; the last one is wanted."""
    runs = _runs(words, figures)
    if len(runs) != 2 or any(len(run) != 2 for run in runs):
        return None
    sides = [
        [mark.side for mark in marks if begin <= mark.start < run[0].start]
        for begin, run in zip((0, runs[0][-1].end), runs, strict=True)
    ]
    if not all(sides) or {sides[0][-1], sides[1][-1]} != set(SIDES):
        return None
    return {side: run[-1].values for held, run in zip(sides, runs, strict=True) if (side := held[-1])}


def _respectively(words: str, figures: Sequence[Figure], marks: Sequence[Mark]) -> Tied | None:
    """`v1, v2 and v3 in A, B and C respectively`: as many figures in a row as arms in a list."""
    end = words.lower().rindex("respectively")
    for run in reversed(_runs(words, [figure for figure in figures if figure.end <= end + 60])):
        if len(run) == 2 and (order := _order(marks, run)):
            return {order[0]: run[0].values, order[1]: run[1].values}
        if len(run) > 2 and (items := _listed(words, marks, len(run))):
            return {side: run[place].values for place, side in items.items()}
    return None


def _order(marks: Sequence[Mark], run: Sequence[Figure]) -> tuple[Side, Side] | None:
    """The two arms in the order in which they are named nearest to the run."""

    def distance(pair: tuple[Mark, Mark]) -> int:
        return min(abs(pair[0].start - run[-1].end), abs(run[0].start - pair[1].end))

    pairs = [(one, two) for one, two in pairwise(marks) if one.side != two.side]
    pairs = [pair for pair in pairs if pair[0].side and pair[1].side]
    outside = [pair for pair in pairs if not pair[0].end <= run[0].start < pair[1].start]
    best = min(outside or pairs, key=distance, default=None)
    return (best[0].side, best[1].side) if best and best[0].side and best[1].side else None


def _listed(words: str, marks: Sequence[Mark], count: int) -> dict[int, Side] | None:
    """The places of both arms in a list of `count` names, as `A, B and C`."""
    item = r"[^,;()\d]{1,40}?"
    more = rf"(?:, ?(?:and )?| and | & )({item})" * (count - 1)
    for match in re.finditer(rf"({item}){more}{_LIST_END}", words):
        places: dict[int, Side] = {}
        for place in range(count):
            begin, end = match.span(place + 1)
            inside = [mark.side for mark in marks if begin <= mark.start < end or begin < mark.end <= end]
            if inside and (side := inside[-1]) is not None:
                places[place] = side
        if sorted(places.values()) == sorted(SIDES):
            return places
    return None


def _beside(words: str, figures: Sequence[Figure], marks: Sequence[Mark]) -> Tied:
    """Each figure with the arm that is named nearest, before it or, with a preposition, after it."""
    held: dict[Side, list[tuple[int, Figure]]] = {}
    leading = bool(marks) and marks[0].start < figures[0].start
    for place, figure in enumerate(figures):
        floor = figures[place - 1].end if place else 0
        ceiling = figures[place + 1].start if place + 1 < len(figures) else len(words)
        costs = [
            (_cost(words, figure, mark, floor=floor, ceiling=ceiling, leading=leading), number)
            for number, mark in enumerate(marks)
            if mark.end <= figure.start or mark.start >= figure.end
        ]
        cost, number = min(costs, default=(FAR, 0))
        if cost < FAR and (side := marks[number].side) is not None:
            held.setdefault(side, []).append((cost, figure))
    if len(held) < 2:
        return {}
    return {
        side: _wanted(words, figures, twice=all(len(one) == 2 for one in held.values()))
        for side, figures in held.items()
    }


def _cost(words: str, figure: Figure, mark: Mark, *, floor: int, ceiling: int, leading: bool) -> int:
    """How far an arm's name is from a figure, in characters, with what makes it unlikely added."""
    if mark.end <= figure.start:
        return figure.start - mark.end + 40 * (not leading) + 90 * (mark.end <= floor)
    near = bool(_FOLLOWING.match(words[figure.end : mark.start]))
    return mark.start - figure.end + (60 + 60 * leading) * (not near) + 90 * (mark.start >= ceiling)


def _wanted(words: str, held: Sequence[tuple[int, Figure]], *, twice: bool) -> Mapping[str, Found]:
    """Of the figures of one arm the nearest to its name; of two that both arms have, as over time, the later."""
    first = min(held, key=lambda pair: pair[0])[1]
    later = [one for _, one in held if one.start > first.start and _VERSUS.match(words[first.end : one.start])]
    return (later[-1] if twice and later else first).values
