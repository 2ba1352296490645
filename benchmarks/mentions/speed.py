"""Tokens a second of the whole rule pipeline on one core, beside spaCy's own work in the same run; and start-up time."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from statistics import median
from typing import NamedTuple

import spacy
from spacy.language import Language
from spacy.training import Example

from pipeline.annotate import annotate
from pipeline.document import Block, Document

ABSTRACTS = 1000
FLOOR = 20_000
LONGEST_START = 2.0
_FRESH = (
    "import time; began = time.perf_counter(); from pipeline.annotate.nlp import nlp; nlp(); "
    "print(time.perf_counter() - began)"
)


class Speed(NamedTuple):
    """Tokens a second, by the processor's time of this process and by the clock."""

    name: str
    by_processor: float
    by_clock: float


def document_of(name: str, text: str) -> Document:
    """A document of one paragraph."""
    return Document(name, name, "", "txt", text=text, blocks=(Block("paragraph", 0, len(text)),))


def speeds(texts: Sequence[str]) -> tuple[Speed, ...]:
    """The speeds over 1,000 abstracts (repeated where there are fewer), tokens counted by spaCy's bare tokenizer."""
    abstracts = list(islice(cycle(texts), ABSTRACTS))
    documents = [document_of(str(number), text) for number, text in enumerate(abstracts)]
    bare = spacy.blank("en")
    tokens = [len(doc) for doc in bare.pipe(abstracts)]
    sized, few = en_core_web_sm_sized(texts[0]), ABSTRACTS // 10
    annotate(documents[0])
    return (
        _timed("rule pipeline", sum(tokens), lambda: [annotate(document) for document in documents]),
        _timed('spaCy, blank("en")', sum(tokens), lambda: list(bare.pipe(abstracts))),
        _timed("spaCy, sized as en_core_web_sm", sum(tokens[:few]), lambda: list(sized.pipe(abstracts[:few]))),
    )


def en_core_web_sm_sized(text: str) -> Language:
    """A tagger, a parser and a recogniser of that model's default sizes, untrained: the work is the same."""
    language = spacy.blank("en")
    tagger = language.add_pipe("tagger")
    parser = language.add_pipe("parser")
    recogniser = language.add_pipe("ner")
    doc = language.make_doc(text)
    for number in range(17):
        tagger.add_label(f"T{number}")  # type: ignore[attr-defined]
        parser.add_label(f"d{number}")  # type: ignore[attr-defined]
        recogniser.add_label(f"E{number}")  # type: ignore[attr-defined]
    example = Example.from_dict(doc, {"tags": ["T0"] * len(doc), "heads": [0] * len(doc), "deps": ["d0"] * len(doc)})
    language.initialize(lambda: [example])
    return language


def start_up(runs: int = 3) -> float:
    """Seconds to import the annotator and build its pipeline in a fresh process: the middle of some runs."""
    command = [sys.executable, "-c", _FRESH]
    return median(float(subprocess.run(command, check=True, capture_output=True, text=True).stdout) for _ in range(runs))


def _timed(name: str, tokens: int, work: Callable[[], object]) -> Speed:
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return Speed(name, tokens / (time.process_time() - processor), tokens / (time.perf_counter() - clock))
