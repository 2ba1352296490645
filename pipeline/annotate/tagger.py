"""Marks the names in a text word by word: a linear-chain conditional random field with hashed features.

Lafferty, McCallum and Pereira, "Conditional random fields", ICML 2001. A name is written B-I-E, or S where it is one
word. Weights are whole numbers, so every machine decodes alike. `training/train.py` makes them.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int32]

BUCKETS = 1 << 20
OFFSETS = (-2, -1, 0, 1, 2)
NEVER = -(1 << 24)
"""The weight of a transition that cannot be: small enough to lose always, large enough never to overflow."""
_KEPT = 200_000


class Name(NamedTuple):
    """A name at the words `[start, end)`."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one piece of text; for each whether a space follows, what the vocabularies say of it, and hints
    from elsewhere (of a short form: what it is short for)."""

    words: Sequence[str]
    spaced: Sequence[bool]
    marks: Sequence[Sequence[str]]
    hints: Mapping[int, Sequence[str]]


def states(labels: Sequence[str]) -> tuple[str, ...]:
    return ("O", *(f"{part}-{label}" for label in labels for part in "BIES"))


def may_follow(one: str, other: str) -> bool:
    """Whether a word in the state `other` may stand after a word in the state `one`."""
    return (other[0] in "IE" and one[1:] == other[1:]) if one[0] in "BI" else other[0] in "OBS"


def bucket(feature: str) -> int:
    return zlib.crc32(feature.encode()) % BUCKETS


def shape(word: str) -> str:
    """`HbA1c` is `XxX0x`."""
    return re.sub(r"\d", "0", re.sub(r"[^\W\d_]", lambda letter: "X" if letter[0].isupper() else "x", word))


def _short(shape_of_word: str) -> str:
    return re.sub(r"(.)\1+", r"\1", shape_of_word)


@lru_cache(maxsize=_KEPT)
def word_features(word: str) -> Mapping[int, Sequence[int]]:
    """The features of a word for itself (0) and for the words around it, by how far it stands from them."""
    low = word.lower()
    far = [f"w{re.sub(r'[0-9]', '0', low)}"]
    near = [f"c{_short(shape(word))}", f"s4{low[-4:]}", f"s3{low[-3:]}", f"p4{low[:4]}"]
    own = [f"W{word}", f"h{shape(word)}", f"n{min(len(word), 15)}"]
    own += [f"s{size}{low[-size:]}" for size in (1, 2, 5, 6) if len(low) >= size]
    own += [f"p{size}{low[:size]}" for size in (1, 2, 3, 5) if len(low) >= size]
    if low.isalpha():
        walled = f"^{low}$"
        own += [f"g{walled[at : at + size]}" for size in (3, 4, 5) for at in range(len(walled) - size + 1)]
    by_offset = {-2: far, -1: near + far, 1: near + far, 2: far}
    return {0: [bucket(one) for one in own + near + far]} | {
        offset: [bucket(f"{offset}{one}") for one in ones] for offset, ones in by_offset.items()
    }


def context_features(text: Words) -> Iterator[list[int]]:
    """Of each word in turn the features that need more than one word, and those from the vocabularies."""
    words = ["0" if word[0].isdigit() else word.lower() for word in text.words]
    padded = ["<<", "<", *words, ">", ">>"]
    joined = ["|".join(marks) for marks in text.marks]
    for place, word in enumerate(words):
        two_before, before, after, two_after = padded[place], padded[place + 1], padded[place + 3], padded[place + 4]
        glue = f"{int(bool(place and text.spaced[place - 1]))}{int(text.spaced[place])}"
        found = [
            f"b-{before} {word}",
            f"b+{word} {after}",
            f"bb{before} {after}",
            f"b2{two_before} {before}",
            f"b3{after} {two_after}",
            f"gl{glue}",
            f"gs{glue}{_short(shape(text.words[place]))}",
        ]
        for offset in (-1, 0, 1):
            if 0 <= place + offset < len(words):
                found += [f"z{offset}{mark}" for mark in text.marks[place + offset]]
        if joined[place]:
            found += [f"zz{joined[place]}", f"zw{joined[place]}{after}"]
        yield [bucket(one) for one in (*found, *text.hints.get(place, ()))]


class Tagger:
    """Finds names with the given weights: `rows` for each bucket and state, `moves` from state to state."""

    def __init__(self, labels: Sequence[str], rows: NDArray[np.int16], moves: Whole) -> None:
        self.states = states(labels)
        self.rows = rows
        inside = [state[0] in "IE" for state in self.states]
        open_ = [state[0] in "BI" for state in self.states]
        self.moves = moves
        self.first = np.where(inside, NEVER, 0).astype(np.int32)
        self.last = np.where(open_, NEVER, 0).astype(np.int32)
        self.known: dict[str, Whole] = {}

    def names(self, text: Words) -> Iterator[Name]:
        """The names of a piece of text, in order."""
        if not text.words:
            return
        start = 0
        for place, state in enumerate(self._best(self.weigh(text))):
            name = self.states[state]
            if name[0] in "BS":
                start = place
            if name[0] in "ES":
                yield Name(start, place + 1, name[2:])

    def weigh(self, text: Words) -> Whole:
        """The weight of every state for every word."""
        if len(self.known) > _KEPT:
            self.known.clear()
        by_word = np.stack([self._of_word(word) for word in text.words])
        total: Whole = by_word[:, OFFSETS.index(0)].copy()
        for index, offset in enumerate(OFFSETS):
            if 0 < offset < len(total):
                total[:-offset] += by_word[offset:, index]
            elif 0 < -offset < len(total):
                total[-offset:] += by_word[:offset, index]
        around = list(context_features(text))
        begins = np.cumsum([0, *(len(one) for one in around[:-1])])
        flat = self.rows[[one for ones in around for one in ones]]
        total += np.add.reduceat(flat, begins, axis=0, dtype=np.int32)
        return total

    def _of_word(self, word: str) -> Whole:
        kept = self.known.get(word)
        if kept is None:
            features = word_features(word)
            kept = np.stack([self.rows[features[offset]].sum(axis=0, dtype=np.int32) for offset in OFFSETS])
            self.known[word] = kept
        return kept

    def _best(self, weights: Whole) -> list[int]:
        """The heaviest way through the states (Viterbi); of equal ways the one through the earlier states."""
        so_far = weights[0] + self.first
        came_from = np.zeros(weights.shape, dtype=np.intp)
        for place in range(1, len(weights)):
            ways = so_far[:, None] + self.moves
            came_from[place] = ways.argmax(axis=0)
            so_far = ways.max(axis=0) + weights[place]
        path = [int((so_far + self.last).argmax())]
        for place in range(len(weights) - 1, 0, -1):
            path.append(int(came_from[place, path[-1]]))
        return path[::-1]


WEIGHTS, ABOUT = "weights.npz", "meta.json"


def to_disk(folder: Path, labels: Sequence[str], rows: NDArray[np.int16], moves: Whole) -> None:
    """Writes the rows that are not all zero, the moves, and the labels."""
    folder.mkdir(parents=True, exist_ok=True)
    held = np.flatnonzero(rows.any(axis=1)).astype(np.int32)
    np.savez_compressed(folder / WEIGHTS, places=held, rows=rows[held], moves=moves)
    (folder / ABOUT).write_text(json.dumps({"labels": list(labels), "buckets": BUCKETS}) + "\n", encoding="utf-8")


def from_disk(folder: Path) -> Tagger:
    labels = json.loads((folder / ABOUT).read_text(encoding="utf-8"))["labels"]
    with np.load(folder / WEIGHTS, allow_pickle=False) as kept:
        rows = np.zeros((BUCKETS, len(states(labels))), dtype=np.int16)
        rows[kept["places"]] = kept["rows"]
        return Tagger(labels, rows, kept["moves"])
