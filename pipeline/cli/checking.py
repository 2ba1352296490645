"""`check`: corpus manifest, gold and vocabularies, each fault a line with its file and row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline import corpus, gold
from pipeline.cli.say import Say
from pipeline.vocabulary import VOCAB, VocabularyFault, read_vocabulary


def check_data(corpus_folder: Path, gold_folder: Path, *, say: Say) -> int:
    """Returns 0 where all is well, else 1."""
    faults = [*corpus.faults(corpus_folder), *gold.faults(gold_folder), *_vocabulary_faults()]
    for fault in faults:
        say.fault(fault)
    if faults:
        say.result(f"{len(faults)} faults")
        return 1
    say.result(f"{corpus_folder}, {gold_folder} and the vocabularies are sound")
    return 0


def _vocabulary_faults() -> Iterator[str]:
    for path in sorted(VOCAB.glob("*.csv")):
        try:
            read_vocabulary(path)
        except VocabularyFault as fault:
            yield str(fault)
        except (OSError, ValueError) as fault:
            yield f"{path}: cannot be read ({fault}); save it as UTF-8"
