"""How well printed phrases stand for an asked outcome and time point."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.answer.concepts import is_token, substituted, tokens_in
from pipeline.answer.labels import (
    all_days,
    asks_change,
    bare,
    days,
    is_after,
    is_baseline,
    says_change,
    timeless,
    times_in,
)
from pipeline.answer.question import Question
from pipeline.answer.words import NEUTRAL, OUTCOME_GENERIC, Abbreviations, expanded, plain, same, stems

_WHOLE = re.compile(r"\b(?:total|overall|all (?:patients|participants)|whole)\b", re.IGNORECASE)
_DENIED = re.compile(r"^\W*(?:no|none|absent|negative|never)\W*$", re.IGNORECASE)
_BRACKETS = re.compile(r"\(([^()]*)\)")
_HEAD_ENDS = re.compile(r"\b(?:in|of|at|for|among|with|during|after|between|until|by|to)\b|[(,;]")


MEASURES = ("scales", "outcomes")
"""The vocabularies whose names an outcome may have."""

_OTHER_SCALE = 0.4
"""What a place that names other scales, and not the asked one, is worth."""
_IN_PART = 0.96
"""What the words outside the parentheses of a question, or within them, are worth against all of them."""


@dataclass(frozen=True, slots=True)
class Sought:
    """The asked outcome and time. `wordings` are ways to say the outcome, each with its words weighted and its worth.

    Words that any outcome has weigh little. A wording may hold tokens of the vocabularies (see `concepts`).
    """

    wordings: tuple[tuple[Mapping[str, float], float], ...]
    scales: frozenset[str]
    """The tokens of the scales that the question names."""
    timepoint: str
    wants_change: bool
    wants_baseline: bool
    """Whether a figure from before the treatment is as good as one from after it."""
    known: Abbreviations

    @property
    def weights(self) -> Mapping[str, float]:
        """The question's own words."""
        return self.wordings[0][0]

    def fit(self, near: Sequence[str], far: Sequence[str] = ()) -> float:
        """How well phrases stand for the outcome, 0 to 1: `near` name what is measured, `far` only frame it."""
        labels, around = (_Reading.of(map(bare, near), self.known), _Reading.of(far, self.known))
        best = max((worth * _fit(weights, labels, around) for weights, worth in self.wordings), default=0.0)
        if any(_DENIED.match(label) for label in near):
            best *= 0.6
        return best * self._same_scale(labels.tokens | around.tokens)

    def cover(self, words: str) -> float:
        """The weighted share of the outcome's words that a sentence holds; its other words do not count against it."""
        read = _Reading.of([words], self.known)
        best = max((worth * _cover(weights, read) for weights, worth in self.wordings), default=0.0)
        return best * self._same_scale(read.tokens)

    def _same_scale(self, told: frozenset[str]) -> float:
        scales = frozenset(token for token in told if token.startswith("@scales:"))
        return _OTHER_SCALE if self.scales and scales and not self.scales & scales else 1.0

    def when(self, phrases: Sequence[str]) -> float:
        """What a place gains or loses by the time that it speaks of: the factor on its fit."""
        text = " ; ".join(phrases)
        if self.timepoint:
            return _asked_time(self.timepoint, text)
        later = days(text)
        state = is_baseline(text) and not is_after(text) and not says_change(text)
        if (state or later == 0) and not self.wants_baseline:
            return 0.35
        bonus = 0.1 if is_after(text) else min(0.06, 0.02 + later / 36500) if later else 0.03
        if _WHOLE.search(text):
            bonus += 0.05
        if says_change(text) != self.wants_change:
            bonus -= 0.03
        return 1.0 + bonus


def _asked_time(asked: str, text: str) -> float:
    wanted, found = all_days(asked), all_days(text)
    if wanted and found:
        near = any(abs(one - time) <= 0.08 * one for one in wanted for time in found)
        return 0.5 if not near else 1.15 if len(found) <= len(wanted) else 1.0
    if is_baseline(text) and not is_baseline(asked) and not says_change(text):
        return 0.35
    shared = frozenset(stems(asked)) & frozenset(stems(text))
    return 1.1 if shared else 0.9 if not times_in(text) else 0.7


@dataclass(frozen=True, slots=True)
class _Reading:
    """Phrases as stems, once as they are printed and once with tokens for what the vocabularies name."""

    plain: frozenset[str]
    named: frozenset[str]

    @classmethod
    def of(cls, phrases: Iterable[str], known: Abbreviations) -> _Reading:
        said = " ; ".join(phrases)
        whole = expanded(said, known)
        tokens = tokens_in(said, MEASURES)
        return cls(frozenset((*stems(said), *stems(whole))), substituted(whole, MEASURES) | tokens)

    def words(self, weights: Mapping[str, float]) -> frozenset[str]:
        return self.named if any(map(is_token, weights)) else self.plain

    @property
    def tokens(self) -> frozenset[str]:
        return frozenset(filter(is_token, self.named))


def _fit(weights: Mapping[str, float], near: _Reading, far: _Reading) -> float:
    labels, around = near.words(weights), far.words(weights)
    total = sum(weights.values())
    cover, hits = 0.0, 0
    for word, weight in weights.items():
        if any(same(word, other) for other in labels):
            cover += weight
            hits += 1
        elif any(same(word, other) for other in around):
            cover += 0.75 * weight
    if ("without" in labels) != ("without" in weights):
        cover *= 0.6
    extra = [
        word
        for word in labels
        if word not in NEUTRAL and not word[0].isdigit() and not any(same(word, other) for other in weights)
    ]
    precision = max(hits, 0.5) / (max(hits, 0.5) + 0.5 * len(extra))
    return (cover / total) * (0.7 + 0.3 * precision) if total else 0.0


def _cover(weights: Mapping[str, float], read: _Reading) -> float:
    held, total = read.words(weights), sum(weights.values())
    cover = sum(weight for word, weight in weights.items() if any(same(word, other) for other in held))
    return cover / total if total else 0.0


def sought(question: Question, known: Abbreviations) -> Sought:
    """The outcome and the time that a question asks for. A time within the outcome's words counts as asked."""
    asked = question.outcome
    words = expanded(asked, known)
    inside = [time for time in times_in(asked) if days(time) is not None]
    timepoint = question.timepoint or (inside[0] if inside else "")
    wordings = [(_weighted(words), 1.0)]
    outside, within = _BRACKETS.sub(" ", asked), [match[1] for match in _BRACKETS.finditer(asked)]
    parts = [part for part in (outside, *within) if within and re.search(r"[^\W\d_]{3}", part)]
    named = [part for part in (asked, *parts) if tokens_in(part, MEASURES)]
    wordings += [(_weighted(expanded(part, known)), _IN_PART) for part in parts]
    wordings += [(_weighed(substituted(timeless(part), MEASURES)), _IN_PART) for part in named]
    state = re.sub(
        r"\bfrom (?:the )?base ?line\b", " ", asked, flags=re.IGNORECASE
    )  # a change is none of the time before
    baseline = any(map(is_baseline, (state, question.timepoint, question.intervention, question.comparator)))
    scales = frozenset(token for token in tokens_in(asked, MEASURES) if token.startswith("@scales:"))
    return Sought(tuple(wordings), scales, timepoint, asks_change(asked), baseline, known)


def _weighted(words: str) -> Mapping[str, float]:
    """The stems of an outcome's words: its head weighs most, what any outcome has least."""
    weights = _weighed(stems(timeless(words)) or stems(words))
    if head := next((word for word in reversed(_heads(words)) if weights.get(word) == 1.0), ""):
        weights[head] = 1.5
    return weights


def _weighed(named: Iterable[str]) -> dict[str, float]:
    weights = {
        word: 1.5 if word[0] == "@" else 0.25 if word in OUTCOME_GENERIC or word[0].isdigit() else 1.0
        for word in sorted(dict.fromkeys(named))
    }
    if weights and not any(weight >= 1.0 for weight in weights.values()):
        weights = dict.fromkeys(weights, 1.0)
    return weights


def _heads(words: str) -> tuple[str, ...]:
    """The words up to the first preposition: of `pain in chronic arthritis` only pain is measured."""
    return stems(_HEAD_ENDS.split(plain(words).strip())[0]) or stems(words)
