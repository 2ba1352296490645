"""How well printed phrases stand for an asked outcome and time point."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

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
_HEAD_ENDS = re.compile(r"\b(?:in|of|at|for|among|with|during|after|between|until|by|to)\b|[(,;]")


@dataclass(frozen=True, slots=True)
class Sought:
    """The asked outcome and time, weighted: words that any outcome has weigh little."""

    weights: dict[str, float]
    timepoint: str
    wants_change: bool
    wants_baseline: bool
    """Whether a figure from before the treatment is as good as one from after it."""
    known: Abbreviations

    def fit(self, near: Sequence[str], far: Sequence[str] = ()) -> float:
        """How well phrases stand for the outcome, 0 to 1: `near` name what is measured, `far` only frame it."""
        labels = frozenset(stems(expanded(" ; ".join(map(bare, near)), self.known)))
        around = frozenset(stems(expanded(" ; ".join(far), self.known)))
        total = sum(self.weights.values())
        cover, hits = 0.0, 0
        for word, weight in self.weights.items():
            if any(same(word, other) for other in labels):
                cover += weight
                hits += 1
            elif any(same(word, other) for other in around):
                cover += 0.75 * weight
        if ("without" in labels) != ("without" in self.weights):
            cover *= 0.6
        if any(_DENIED.match(label) for label in near):
            cover *= 0.6
        extra = [
            word
            for word in labels
            if word not in NEUTRAL and not word[0].isdigit() and not any(same(word, other) for other in self.weights)
        ]
        precision = max(hits, 0.5) / (max(hits, 0.5) + 0.5 * len(extra))
        return (cover / total) * (0.7 + 0.3 * precision) if total else 0.0

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
    wanted, found = days(asked), all_days(text)
    if wanted is not None and found:
        near = any(abs(wanted - time) <= 0.08 * wanted for time in found)
        return 0.5 if not near else 1.15 if len(found) == 1 else 1.0
    shared = frozenset(stems(asked)) & frozenset(stems(text))
    return 1.1 if shared else 0.9 if not times_in(text) else 0.7


def sought(question: Question, known: Abbreviations) -> Sought:
    """The outcome and the time that a question asks for. A time within the outcome's words counts as asked."""
    words = expanded(question.outcome, known)
    inside = [time for time in times_in(question.outcome) if days(time) is not None]
    timepoint = question.timepoint or (inside[0] if inside else "")
    named = stems(timeless(words)) or stems(words)
    weights = {word: 0.25 if word in OUTCOME_GENERIC or word[0].isdigit() else 1.0 for word in dict.fromkeys(named)}
    if head := next((word for word in reversed(_heads(words)) if weights.get(word) == 1.0), ""):
        weights[head] = 1.5
    if weights and not any(weight >= 1.0 for weight in weights.values()):
        weights = dict.fromkeys(weights, 1.0)
    baseline = any(map(is_baseline, (question.outcome, question.timepoint, question.intervention, question.comparator)))
    return Sought(weights, timepoint, asks_change(question.outcome), baseline, known)


def _heads(words: str) -> tuple[str, ...]:
    """The words up to the first preposition: of `pain in chronic arthritis` only pain is measured."""
    return stems(_HEAD_ENDS.split(plain(words).strip())[0]) or stems(words)
