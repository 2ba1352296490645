"""How well a printed phrase stands for an asked arm, under all names that a document gives it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from pipeline.answer.concepts import is_token, substituted
from pipeline.answer.labels import bare, is_baseline, timeless, times_in
from pipeline.answer.question import Question
from pipeline.answer.words import ARM_GENERIC, NEUTRAL, STOP, Abbreviations, expanded, same, stem, stems

DRUGS = ("drugs",)
"""The vocabulary whose names an arm may have."""

Side = Literal["intervention", "comparator"]
SIDES: tuple[Side, Side] = ("intervention", "comparator")

LEAST_ARM = 0.3
"""A label that is less like an arm's name than this is not the arm."""

_CONTROL = frozenset(
    stem(word)
    for word in "control controls placebo sham comparator comparison usualcare vehicle untreated conventional standard".split()
)
_ACTIVE = frozenset(
    stem(word) for word in "intervention treatment experimental study active treated verum test intervened".split()
)
_CODED = re.compile(r"^\W*(?:(?i:groups?|arm)[ -]?([A-Z]{1,4}\d?|\d)\b|([A-Z]\d?)[ -](?i:group)\b)")
_CODE_SAID = re.compile(r"\b(?i:group|arm)[ -]([A-Z]{1,4}\d?|\d)\b|\b([A-Z]\d?)[ -]group\b")
_CHANGE_WORDS = frozenset(stems("change changes difference"))


@dataclass(frozen=True, slots=True)
class Arms:
    """The two asked arms as sets of stems, under all names that the document gives them."""

    names: dict[Side, tuple[frozenset[str], ...]]
    initials: dict[Side, frozenset[str]]
    roles: dict[Side, frozenset[str]]
    known: Abbreviations
    codes: Mapping[str, Side | None] = field(default_factory=dict)
    """What `group A` and its like stand for."""
    thirds: frozenset[str] = frozenset()
    """The stems of arms that are not asked for."""
    timed: Side | None = None
    """Where both arms are the same people before and after: the arm that is `before`."""

    def score(self, phrase: str, side: Side) -> float:
        """From 0 to 1; above 0 only where the phrase speaks for this arm more than for the other."""
        mine, other = (self._score(phrase, one) for one in (side, SIDES[side == SIDES[0]]))
        return mine if mine >= LEAST_ARM and mine > other else 0.0

    def _score(self, phrase: str, side: Side) -> float:
        label = bare(phrase)
        if self.timed:
            return 0.6 * ((side == self.timed) == is_baseline(label)) * bool(is_baseline(label) or times_in(label))
        if (code := _CODED.match(label.strip())) and (coded := self.codes.get(code[1] or code[2])):
            return 0.95 * (coded == side)
        said = expanded(timeless(label), self.known)
        words, named = (_telling(each) for each in (stems(said), substituted(said, DRUGS)))
        best = max(
            (likeness(named if any(map(is_token, name)) else words, name) for name in self.names[side]), default=0.0
        )
        shorts = set(re.findall(r"\b[A-Z][A-Za-z0-9/+-]*\b", label)) & self.initials[side]
        return max(best, 0.8 if shorts else 0.6 if self._begins(label, side) else 0.0, self._role(words, side))

    def _begins(self, label: str, side: Side) -> bool:
        """Whether the label is a word that is cut short, as `RIS` for one arm and for no other."""
        cut = [word.lower() for word in re.findall(r"\b[A-Z][A-Za-z]{2,3}\b", label)]
        begun = {
            one for one in SIDES for word in cut for name in self.names[one] for whole in name if whole.startswith(word)
        }
        return begun == {side}

    def _role(self, words: frozenset[str], side: Side) -> float:
        """What `Intervention` and `Control` stand for where the label names nothing else."""
        role = _CONTROL if words & _CONTROL else _ACTIVE
        if not words & role or role is not self.roles[side]:
            return 0.0
        return 0.5 if words <= role | ARM_GENERIC | _ACTIVE else 0.32

    def role_of(self, side: Side) -> Side:
        """Whether a bare `intervention group` or `control group` is this arm's."""
        return "comparator" if self.roles[side] is _CONTROL else "intervention"

    def distinct(self, side: Side) -> frozenset[str]:
        """The stems that only this arm has."""
        other = frozenset().union(*self.names[SIDES[side == SIDES[0]]])
        own = frozenset().union(*self.names[side]) - other - ARM_GENERIC
        own = frozenset(word for word in own if len(word) > 1 or word.isdigit())
        return own - self.thirds or own

    def beside(self, labels: Iterable[str]) -> Arms:
        """The same with the labels of further arms, so that theirs are not taken for these."""
        told = frozenset(word for label in labels for word in stems(expanded(timeless(bare(label)), self.known)))
        return replace(self, thirds=frozenset(word for word in told - ARM_GENERIC if len(word) > 2))

    @property
    def other(self) -> frozenset[str]:
        """The stems that only further arms have."""
        return self.thirds - frozenset().union(*self.names[SIDES[0]], *self.names[SIDES[1]]) - _CONTROL - _ACTIVE


def _telling(words: Iterable[str]) -> frozenset[str]:
    """The words that could tell one arm from another, if there are any."""
    held = frozenset(words)
    return frozenset(held - NEUTRAL - _CHANGE_WORDS) or held


def likeness(label: frozenset[str], name: frozenset[str]) -> float:
    """Dice's coefficient of two sets of stems; a short name that is wholly within the other counts for more."""
    label = frozenset(label - ARM_GENERIC) or label
    if not label or not name:
        return 0.0
    hits = sum(any(same(word, other) for other in name) for word in label)
    back = sum(any(same(word, other) for other in label) for word in name)
    if not hits or ("without" in label) != ("without" in name):
        return 0.0
    score = (hits + back) / (len(label) + len(name))
    return max(score, 0.5) if hits == len(label) or back == len(name) else score


def arms_of(question: Question, known: Abbreviations) -> Arms:
    """The arms that a question names, as this document may print them."""
    names: dict[Side, tuple[frozenset[str], ...]] = {}
    initials: dict[Side, frozenset[str]] = {}
    own = {**known}
    for side in SIDES:
        asked = getattr(question, side)
        shorts = re.findall(r"\(\s*([A-Z][A-Za-z0-9+/-]{1,9})\s*\)", asked)
        outside = re.sub(r"\([^)]*\)", " ", asked)
        own.update({short: outside.strip() for short in shorts})
        texts = dict.fromkeys([outside, expanded(outside, known), *re.findall(r"\(([^)]{3,})\)", asked)])
        sets = [frozenset(stems(text)) for text in texts]
        sets += [named for text in texts if any(map(is_token, named := substituted(text, DRUGS)))]
        names[side] = tuple(dict.fromkeys(one - ARM_GENERIC or one for one in sets if one))
        initials[side] = frozenset({*shorts, *_initials(outside)})
    both = initials[SIDES[0]] & initials[SIDES[1]]
    control = {side: any(name & _CONTROL for name in names[side]) for side in SIDES}
    swapped = control["intervention"] and not control["comparator"]
    roles: dict[Side, frozenset[str]] = {
        "intervention": _CONTROL if swapped else _ACTIVE,
        "comparator": _ACTIVE if swapped else _CONTROL,
    }
    before = [side for side in SIDES if is_baseline(getattr(question, side))]
    timed = before[0] if len(before) == 1 else None
    return Arms(names, {side: initials[side] - both for side in SIDES}, roles, own, timed=timed)


def codes_said(arms: Arms, said: Iterable[str]) -> Mapping[str, Side | None]:
    """The codes that sentences give to the arms: `group A received ketamine`, `placebo (group B)`."""
    votes: dict[str, dict[Side, int]] = {}
    for words in said:
        codes = [*_CODE_SAID.finditer(words)]
        for place, match in enumerate(codes):
            code = match[1] or match[2]
            votes.setdefault(code, dict.fromkeys(SIDES, 0))
            end = codes[place + 1].start() if place + 1 < len(codes) else len(words)
            opened = words[match.start() - 1 : match.start()] == "("
            begin = codes[place - 1].end() if place else 0
            text = words[begin : match.start()][-60:] if opened else words[match.end() : end][:80]
            for side in SIDES:
                votes[code][side] += sum(
                    any(same(stem, name) for name in arms.distinct(side)) for stem in stems(expanded(text, arms.known))
                )
    names = frozenset().union(*arms.initials.values(), arms.known)
    return {code: _winner(count) for code, count in votes.items() if code not in names}


def _winner(count: Mapping[Side, int]) -> Side | None:
    one, two = SIDES
    return None if count[one] == count[two] else one if count[one] > count[two] else two


def _initials(name: str) -> Iterable[str]:
    words = [word for word in re.split(r"[\s/-]+", name) if word and word[0].isalpha() and word.lower() not in STOP]
    letters = "".join(word[0] for word in words).upper()
    for start in range(len(letters)):
        for end in (len(letters), len(letters) - 1):
            if end - start >= 2 and (end - start >= 3 or len(letters) == 2 or start > 0):
                yield letters[start:end]
