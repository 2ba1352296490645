"""Counts of one row over the documents of a set, their ratios, and 95 % intervals by bootstrap over documents.

Lenient: an annotated span is found when a mention of the kind overlaps it; a mention is right when it overlaps an
annotated span. Strict: the same offsets.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentions.sets import Gold, Row, Text, overlap
from pipeline.document import Span
from pipeline.evidence import Mention

RESAMPLES = 1000
SEED = 20240601


class Figure(NamedTuple):
    """A ratio with its 95 % interval; NaN where nothing was counted."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Read:
    """A text and what we found in it."""

    text: Text
    mentions: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """One text under one row: annotated spans, finds, and the finds that count (`also` leaves some out)."""

    gold: tuple[Gold, ...]
    found: tuple[Span, ...]
    counted: tuple[Span, ...]
    different_gold: int
    different_found: int


def held(read: Read, row: Row) -> Held:
    """What the row takes of a text."""
    text = read.text.text
    gold = tuple(one for one in read.text.gold if row.asks(one.label, text[one.start : one.end]))
    also = [one for one in read.text.gold if row.allows(one.label, text[one.start : one.end])]
    found = tuple(sorted({Span(one.start, one.end) for one in read.mentions if one.field in row.fields}))
    counted = tuple(one for one in found if touches(one, gold) or not any(overlap(one, other) for other in also))
    return Held(gold, found, counted, _different(text, gold), _different(text, found))


def _different(text: str, spans: Iterable[Span | Gold]) -> int:
    """How many spans are printed differently, whatever their case, spaces and hyphens."""
    return len({re.sub(r"[\s-]", "", text[span.start : span.end]).lower() for span in spans})


def touches(one: Span | Gold, others: Iterable[Span | Gold]) -> bool:
    return any(overlap(one, other) for other in others)


def figures(reads: Sequence[Read], row: Row, *, strict: bool) -> Mapping[str, Figure]:
    """Recall, precision, F1, `ratio` and `different` of a row.

    `ratio`: finds for each annotated span, over the documents that have any annotated. `different`: the same where
    what is printed twice in a document counts once, for TrialSieve annotates most doses where they stand first.
    """
    documents: dict[str, Counter[str]] = {}
    for read in reads:
        documents.setdefault(read.text.document, Counter()).update(_counts(held(read, row), strict=strict))
    names = ("recalled", "gold", "right", "counted", "found", "different found", "different gold")
    table = np.array([[counts[name] for name in names] for counts in documents.values()], dtype=float)
    drawn = np.random.default_rng(SEED).integers(0, len(table), size=(RESAMPLES, len(table)))
    whole, resampled = _ratios(table.sum(axis=0)[None]), _ratios(table[drawn].sum(axis=1))
    return {name: _figure(whole[name][0], resampled[name]) for name in whole}


def _counts(one: Held, *, strict: bool) -> Mapping[str, int]:
    gold, found = {Span(span.start, span.end) for span in one.gold}, set(one.found)
    return {
        "recalled": sum((span in found) if strict else touches(span, one.found) for span in gold),
        "gold": len(gold),
        "right": sum((span in gold) if strict else touches(span, one.gold) for span in one.counted),
        "counted": len(one.counted),
        "found": len(one.found) if gold else 0,
        "different found": one.different_found if gold else 0,
        "different gold": one.different_gold,
    }


def _ratios(counts: NDArray[np.float64]) -> Mapping[str, NDArray[np.float64]]:
    recalled, gold, right, counted, found, different_found, different_gold = counts.T
    with np.errstate(divide="ignore", invalid="ignore"):
        recall, precision = recalled / gold, right / counted
        return {
            "recall": recall,
            "precision": precision,
            "f1": np.nan_to_num(2 * precision * recall / (precision + recall)),
            "ratio": found / gold,
            "different": different_found / different_gold,
        }


def _figure(value: float, resampled: NDArray[np.float64]) -> Figure:
    known = resampled[np.isfinite(resampled)]
    if not known.size:
        return Figure(float(value), float("nan"), float("nan"))
    low, high = np.percentile(known, [2.5, 97.5])
    return Figure(float(value), float(low), float(high))


@dataclass(frozen=True, slots=True)
class Slip:
    """Words that were missed, or found wrongly, with how often, one place, and the other fields that saw them there."""

    words: str
    count: int
    context: str
    seen_as: str


def misses(reads: Sequence[Read], row: Row) -> list[Slip]:
    """Annotated spans that no mention of the kind overlaps, the commonest first."""
    missed = [
        (read, span) for read in reads for one in [held(read, row)] for span in one.gold if not touches(span, one.found)
    ]
    return _slips([(read, Span(span.start, span.end), _fields(read, span)) for read, span in missed])


def false_finds(reads: Sequence[Read], row: Row) -> list[Slip]:
    """Counted finds that overlap no annotated span, the commonest first; with the labels that the set has there."""
    wrong = [
        (read, span)
        for read in reads
        for one in [held(read, row)]
        for span in one.counted
        if not touches(span, one.gold)
    ]
    return _slips([(read, span, _labels(read, span)) for read, span in wrong])


def edges(reads: Sequence[Read], row: Row) -> list[Slip]:
    """Annotated spans that a mention overlaps without having the same ends; `words` says `annotated <> found`."""
    found: Counter[str] = Counter()
    context: dict[str, str] = {}
    for read in reads:
        one = held(read, row)
        for span in one.gold:
            near = [other for other in one.found if overlap(span, other)]
            if near and Span(span.start, span.end) not in near:
                text = read.text.text
                words = (
                    f"{text[span.start : span.end]} <> {' + '.join(text[place.start : place.end] for place in near)}"
                )
                found[words] += 1
                context.setdefault(words, _context(text, Span(span.start, span.end)))
    return [Slip(words, count, context[words], "") for words, count in found.most_common()]


def _fields(read: Read, span: Gold) -> str:
    return ",".join(sorted({one.field for one in read.mentions if overlap(Span(one.start, one.end), span)}))


def _labels(read: Read, span: Span) -> str:
    return ",".join(sorted({one.label for one in read.text.gold if overlap(one, span)}))


def _slips(places: Sequence[tuple[Read, Span, str]]) -> list[Slip]:
    counts: Counter[tuple[str, str]] = Counter()
    contexts: dict[tuple[str, str], str] = {}
    for read, span, seen in places:
        key = (read.text.text[span.start : span.end].lower(), seen)
        counts[key] += 1
        contexts.setdefault(key, _context(read.text.text, span))
    return [Slip(key[0], count, contexts[key], key[1]) for key, count in counts.most_common()]


def _context(text: str, span: Span, *, width: int = 45) -> str:
    before, after = text[max(0, span.start - width) : span.start], text[span.end : span.end + width]
    return " ".join(f"{before}[{text[span.start : span.end]}]{after}".split())
