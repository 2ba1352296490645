"""Learns what each sign of `pipeline/assemble/prose/pairs.py` is worth, from the training half of RCT-ART.

    PYTHONPATH=.:benchmarks .venv/bin/python training/pairs.py

For each annotated number a softmax over the arms that the sentence names, and over `none`; an arm that is named twice
takes the sum of its names. Fitted by L-BFGS with a ridge, so the same data give the same weights, which are written with
two decimals. With `--folds` it prints the share of right numbers in five-fold cross-validation instead.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from records.rct_art import Gold, available, sentences
from scipy.optimize import minimize

from pipeline.assemble.prose.pairs import WEIGHTS, Reading

RIDGE = 1.0
Case = tuple[list[dict[str, float]], list[bool]]
"""The signs of each choice that a number has, and which of them are right."""


def cases(golds: Sequence[Gold]) -> list[Case]:
    made: list[Case] = []
    for gold in golds:
        if not gold.names:
            continue
        reading = Reading(gold.text, 0, len(gold.text), gold.figures, gold.names)
        for number in range(len(gold.figures)):
            right = gold.arm_of.get(number, frozenset())
            choices = [reading.of_nobody(number), *(reading.signs(number, place) for place in range(len(gold.names)))]
            made.append((choices, [not right, *(name.key in right for name in gold.names)]))
    return made


def learned(held: Sequence[Case]) -> dict[str, float]:
    names = sorted({name for choices, _ in held for signs in choices for name in signs})
    column = {name: place for place, name in enumerate(names)}
    tables: list[tuple[NDArray[np.float64], NDArray[np.bool_]]] = []
    for choices, right in held:
        table = np.zeros((len(choices), len(names)))
        for row, signs in enumerate(choices):
            for name, value in signs.items():
                table[row, column[name]] = value
        if any(right):
            tables.append((table, np.array(right)))

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, slope = RIDGE / 2 * float(weights @ weights), RIDGE * weights
        for table, right in tables:
            worth = table @ weights
            share = np.exp(worth - worth.max())
            share /= share.sum()
            wanted = np.where(right, share, 0.0)
            total -= float(np.log(wanted.sum()))
            slope = slope + table.T @ (share - wanted / wanted.sum())
        return total, slope

    fitted = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", options={"maxiter": 500})
    return dict(zip(names, fitted.x.tolist(), strict=True))


def right_of(held: Sequence[Case], weights: dict[str, float]) -> int:
    right = 0
    for choices, wanted in held:
        worth = [sum(weights.get(name, 0.0) * value for name, value in signs.items()) for signs in choices]
        right += wanted[int(np.argmax(worth))]
    return right


def folds(golds: Sequence[Gold], count: int = 5) -> float:
    """The share of numbers whose arm is right, each sentence read with weights of the other folds."""
    parts = [cases(golds[start::count]) for start in range(count)]
    right = sum(
        right_of(part, learned([case for other in parts if other is not part for case in other])) for part in parts
    )
    return right / sum(len(part) for part in parts)


def main() -> None:
    if not available():
        print("skipped: the annotated sentences are not there")
        return
    golds = sentences("train")
    if "--folds" in sys.argv:
        print(f"five folds: {folds(golds):.3f}")
        return
    weights = learned(cases(golds))
    with WEIGHTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["sign", "weight"])
        writer.writerows((name, f"{value:.2f}") for name, value in sorted(weights.items()))
    print(f"{len(weights)} weights in {WEIGHTS}")


if __name__ == "__main__":
    main()
