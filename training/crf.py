"""Fits the weights of `pipeline.annotate.tagger`: penalised likelihood, all texts at once, by L-BFGS.

Where a set leaves a label unmarked, the likelihood sums over every state that its words may have, each by its chance
(Tsuboi and others, "Training conditional random fields using incomplete annotations", COLING 2008).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize

from pipeline.annotate.tagger import (
    BUCKETS,
    NEVER,
    OFFSETS,
    Name,
    Words,
    context_features,
    may_follow,
    states,
    word_features,
)

Floats = NDArray[np.float64]
_SCALE = 100
_LEAST = -80.0
"""Logarithm under which a state counts as impossible: keeps its exponential above zero."""


def features_of(text: Words) -> list[list[int]]:
    """The buckets of every word, as the tagger adds them up at run time."""
    total = list(context_features(text))
    for place, ones in enumerate(total):
        for offset in OFFSETS:
            if 0 <= place + offset < len(text.words):
                ones.extend(word_features(text.words[place + offset])[offset])
    return total


def matrix(texts: Iterable[Words]) -> sparse.csr_matrix:
    """Words by buckets: 1 where a word has the feature."""
    held = [np.unique(np.array(ones, dtype=np.int32)) for text in texts for ones in features_of(text)]
    ends = np.cumsum([0, *(len(one) for one in held)])
    return sparse.csr_matrix(
        (np.ones(ends[-1], dtype=np.float32), np.concatenate(held), ends), shape=(len(held), BUCKETS)
    )


def told(
    size: int,
    names: Iterable[Name],
    labels: Sequence[str],
    complete: Iterable[str],
    likely: Iterable[int],
    *,
    chance: float,
) -> Floats:
    """Words by states: how far the annotation goes with each, from 0 to 1.

    An unmarked word is in no name. Only of a label that is not `complete` it may yet be in one: with 1 at the `likely`
    places, with `chance` elsewhere. The lower the chance, the fewer words of no kind are taken for a drug, and the more
    chemicals of a set that marks diseases only are unlearned.
    """
    order = {state: place for place, state in enumerate(states(labels))}
    found = np.zeros((size, len(order)))
    marked = np.zeros(size, dtype=bool)
    for name in names:
        inside = range(name.start, name.end)
        if marked[name.start : name.end].any():
            continue
        parts = ["S"] if len(inside) == 1 else ["B", *"I" * (len(inside) - 2), "E"]
        for place, part in zip(inside, parts, strict=True):
            found[place, order[f"{part}-{name.label}"]] = 1
        marked[name.start : name.end] = True
    found[~marked, order["O"]] = 1
    free = [place for state, place in order.items() if state != "O" and state[2:] not in set(complete)]
    found[np.ix_(~marked, free)] = chance
    found[np.ix_([place for place in likely if not marked[place]], free)] = 1
    return found


class Chains:
    """Texts laid side by side, the longest first, so that one step handles a word of each of them."""

    def __init__(self, lengths: Sequence[int], labels: Sequence[str]) -> None:
        sizes = np.array(lengths)
        order = np.argsort(-sizes, kind="stable")
        self.begins = np.concatenate([[0], np.cumsum(sizes)[:-1]])[order]
        self.sizes = sizes[order]
        self.open = [int((self.sizes > step).sum()) for step in range(int(self.sizes[0]))]
        named = states(labels)
        self.possible = np.array([[may_follow(one, other) for other in named] for one in named])
        self.first = np.array([state[0] in "OBS" for state in named], dtype=float)
        self.last = np.array([state[0] in "OES" for state in named], dtype=float)

    def expected(self, emitted: Floats, moves: Floats) -> tuple[float, Floats, Floats]:
        """The logarithm of the sum over all ways, and how often each state and each move is expected (forward-backward)."""
        ahead, scale = np.empty(emitted.shape), np.empty(len(emitted))
        before = emitted[:0]
        for step, live in enumerate(self.open):
            at = self.begins[:live] + step
            now = emitted[at] * self.first if step == 0 else (before[:live] @ moves) * emitted[at]
            now[self.sizes[:live] == step + 1] *= self.last
            scale[at] = now.sum(axis=1)
            now /= scale[at][:, None]
            ahead[at] = before = now
        visits, moved, behind = np.empty(emitted.shape), np.zeros(moves.shape), emitted[:0]
        for step in range(len(self.open) - 1, -1, -1):
            live = self.open[step]
            on = self.open[step + 1] if step + 1 < len(self.open) else 0
            at = self.begins[:live] + step
            now = np.tile(self.last, (live, 1))
            if on:
                following = at[:on] + 1
                reached = behind[:on] * emitted[following] / scale[following][:, None]
                now[:on] = reached @ moves.T
                moved += ahead[at[:on]].T @ reached
            visits[at] = ahead[at] * now
            behind = now
        return float(np.log(scale).sum()), visits, moved * moves


def fit(
    seen: sparse.csr_matrix,
    told: Floats,
    lengths: Sequence[int],
    labels: Sequence[str],
    *,
    penalty: float,
    fewest: int,
    iterations: int,
    say: Callable[[str], None],
) -> tuple[Floats, Floats]:
    """The weights of every bucket and state, and of every move."""
    kept = np.flatnonzero(np.asarray(seen.sum(axis=0)).ravel() >= fewest)
    seen = seen[:, kept].tocsr()
    turned = seen.T.tocsr()
    chains = Chains(lengths, labels)
    width = told.shape[1]
    size = len(kept) * width
    steps = 0

    def loss(weights: Floats) -> tuple[float, Floats]:
        emitted = (seen @ weights[:size].reshape(-1, width).astype(np.float32)).astype(float)
        emitted = np.exp(np.maximum(emitted - emitted.max(axis=1, keepdims=True), _LEAST))
        moves = np.exp(np.clip(weights[size:].reshape(width, width), -30, 30)) * chains.possible
        whole, visits, moved = chains.expected(emitted, moves)
        true, true_visits, true_moved = chains.expected(emitted * told, moves)
        slope = turned @ (visits - true_visits).astype(np.float32)
        gradient = np.concatenate([slope.astype(float).ravel(), (moved - true_moved).ravel()]) + penalty * weights
        return whole - true + penalty / 2 * float(weights @ weights), gradient

    def tell(_: Floats) -> None:
        nonlocal steps
        steps += 1
        if steps % 10 == 0:
            say(f"step {steps}")

    options = {"maxiter": iterations, "maxcor": 6}
    found = minimize(loss, np.zeros(size + width * width), jac=True, method="L-BFGS-B", callback=tell, options=options)
    rows = np.zeros((BUCKETS, width))
    rows[kept] = found.x[:size].reshape(-1, width)
    return rows, found.x[size:].reshape(width, width)


def whole_numbers(rows: Floats, moves: Floats, labels: Sequence[str]) -> tuple[NDArray[np.int16], NDArray[np.int32]]:
    """The weights as hundredths. (As eight bits, with the few largest cut, they lose .04 of F1.)"""
    named = states(labels)
    possible = np.array([[may_follow(one, other) for other in named] for one in named])
    return (
        np.round(rows * _SCALE).astype(np.int16),
        np.where(possible, np.round(moves * _SCALE), NEVER).astype(np.int32),
    )
