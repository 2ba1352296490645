"""Tokens a second on one core, by rules alone and with the trained component, beside spaCy's own work in the same run; and start-up time."""

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
from pipeline.annotate.entities import ENTITIES
from pipeline.annotate.nlp import nlp
from pipeline.document import Block, Document

ABSTRACTS = 1000
FLOORS = {"rule pipeline": 20_000, "with the trained component": 8_000}
LONGEST_START = 2.0
_FRESH = (
    "import time; began = time.perf_counter(); from pipeline.annotate.nlp import nlp; nlp(); "
    "print(time.process_time(), time.perf_counter() - began)"
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
    whole = _timed("with the trained component", sum(tokens), lambda: [annotate(document) for document in documents])
    with nlp().select_pipes(disable=[ENTITIES]):
        ruled = _timed("rule pipeline", sum(tokens), lambda: [annotate(document) for document in documents])
    return (
        ruled,
        whole,
        _timed('spaCy, blank("en")', sum(tokens), lambda: list(bare.pipe(abstracts))),
        _timed("spaCy, sized as en_core_web_sm", sum(tokens[:few]), lambda: list(sized.pipe(abstracts[:few]))),
    )


def en_core_web_sm_sized(text: str) -> Language:
    """A tagger and a parser over shared vectors and a recogniser with its own, as that model has them, but untrained.

    Their sizes are spaCy's defaults, which are that model's.
    """
    language = spacy.blank("en")
    language.add_pipe("tok2vec")
    heard = {"model": {"tok2vec": {"@architectures": "spacy.Tok2VecListener.v1", "width": 96}}}
    tagger = language.add_pipe("tagger", config=heard)
    parser = language.add_pipe("parser", config=heard)
    recogniser = language.add_pipe("ner")
    doc = language.make_doc(text)
    for number in range(17):
        tagger.add_label(f"T{number}")  # type: ignore[attr-defined]
        parser.add_label(f"d{number}")  # type: ignore[attr-defined]
        recogniser.add_label(f"E{number}")  # type: ignore[attr-defined]
    example = Example.from_dict(doc, {"tags": ["T0"] * len(doc), "heads": [0] * len(doc), "deps": ["d0"] * len(doc)})
    language.initialize(lambda: [example])
    return language


def start_up(runs: int = 5) -> tuple[float, float]:
    """Seconds to import the annotator and build its pipeline in a fresh process, the middle of some runs.

    By the processor's time (the interpreter's own start included) and by the clock.
    """
    command = [sys.executable, "-c", _FRESH]
    printed = [subprocess.run(command, check=True, capture_output=True, text=True).stdout.split() for _ in range(runs)]
    return median(float(processor) for processor, _ in printed), median(float(clock) for _, clock in printed)


def _timed(name: str, tokens: int, work: Callable[[], object]) -> Speed:
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return Speed(name, tokens / (time.process_time() - processor), tokens / (time.perf_counter() - clock))
