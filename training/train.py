"""Trains the component that finds drugs and diseases by their form and their company, and measures it by itself.

Run `python training/train.py` from the project's folder; it asks for the annotated sets beside the project
(`../shared/data`). `config.toml` says what it is given, `README.md` what was measured.
"""

from __future__ import annotations

import hashlib
import random
import sys
import time
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from crf import fit, matrix, told, whole_numbers
from data import DATA, ROOT, Example, development, examples, training

from pipeline.annotate.tagger import WEIGHTS, Name, Tagger, to_disk
from pipeline.fields import Role, with_role

_BEGAN = time.perf_counter()


def main() -> int:
    if not DATA.is_dir():
        say("skipped: the annotated sets (../shared/data) are not beside the project")
        return 0
    config = tomllib.loads((Path(__file__).parent / "config.toml").read_text(encoding="utf-8"))
    labels: list[str] = config["labels"]
    rng = random.Random(config["seed"])
    seen: list[Example] = []
    annotated = []
    for one in config["sets"]:
        texts = training(one["name"])
        say(f"{one['name']}: {len(texts)} texts, {sum(len(text.gold) for text in texts)} names")
        for example in examples(texts):
            seen.append(forgetting(example, config["forget"], rng))
            named = [
                place for place, held in enumerate(example.words.marks) if any(is_treatment(mark) for mark in held)
            ]
            annotated.append(
                told(len(example.words.words), example.names, labels, one["complete"], named, chance=config["chance"])
            )
    rows, moves = whole_numbers(
        *fit(
            matrix(example.words for example in seen),
            np.concatenate(annotated),
            [len(example.words.words) for example in seen],
            labels,
            penalty=config["penalty"],
            fewest=config["fewest"],
            iterations=config["iterations"],
            say=say,
        ),
        labels,
    )
    folder = ROOT / config["output"]
    to_disk(folder, labels, rows, moves)
    kept = (folder / WEIGHTS).read_bytes()
    say(f"{WEIGHTS}: {len(kept):,} bytes, sha256 {hashlib.sha256(kept).hexdigest()}")
    tagger = Tagger(labels, rows, moves)
    for name, texts in development().items():
        report(name, tagger, list(examples(texts)))
    return 0


def forgetting(example: Example, share: float, rng: random.Random) -> Example:
    """The example without what the drug vocabulary says of some of its words.

    Many names are in the vocabulary because the training halves hold them: the model must not lean on that.
    """
    forgotten: dict[str, bool] = {}
    marks = [
        [mark for mark in held if not is_treatment(mark)]
        if held and forgotten.setdefault(word.lower(), rng.random() < share)
        else held
        for word, held in zip(example.words.words, example.words.marks, strict=True)
    ]
    return replace(example, words=replace(example.words, marks=marks))


def is_treatment(mark: str) -> bool:
    """Whether a vocabulary's mark says that the word is in the name of a drug."""
    return mark.startswith(tuple(f"{part}-{field.name}-" for part in "BI" for field in with_role(Role.TREATMENT)))


def report(name: str, tagger: Tagger, held: Sequence[Example]) -> None:
    """Prints the model's own figures, same ends, before anything is combined; `bench_mentions` measures the whole."""
    found = [set(tagger.names(example.words)) for example in held]
    for label in sorted({one.label for example in held for one in example.names}):
        say(f"{name} {label}: {figures(label, held, found)}")


def figures(label: str, held: Iterable[Example], found: Iterable[set[Name]]) -> str:
    right = missed = wrong = 0
    for example, ours in zip(held, found, strict=True):
        theirs = {name for name in example.names if name.label == label}
        mine = {name for name in ours if name.label == label}
        right, missed, wrong = right + len(theirs & mine), missed + len(theirs - mine), wrong + len(mine - theirs)
    precision, recall = right / max(1, right + wrong), right / max(1, right + missed)
    return f"precision {precision:.3f}, recall {recall:.3f}, F1 {2 * right / max(1, 2 * right + wrong + missed):.3f}"


def say(line: str) -> None:
    print(f"{time.perf_counter() - _BEGAN:6.0f} s  {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
