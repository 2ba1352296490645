"""The training halves as words with marks and names, in the form in which the annotator reads text; and their checks."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
sys.path.insert(0, str(ROOT / "benchmarks"))

from mentions.sets import SETS, Text, read_tagged  # noqa: E402
from mentions.speed import document_of  # noqa: E402

from pipeline.annotate import processed  # noqa: E402
from pipeline.annotate.entities import pieces_of  # noqa: E402
from pipeline.annotate.nlp import rules  # noqa: E402
from pipeline.annotate.tagger import Name, Words  # noqa: E402
from pipeline.sentences import sentences  # noqa: E402

LABELS = {"Chemical": "DRUG", "Disease": "DISEASE"}
TRAINING: Mapping[str, Callable[[], Iterator[Text]]] = {
    "bc5cdr": lambda: read_tagged(DATA / "bc5cdr/train.tsv"),
    "ncbi": lambda: read_tagged(DATA / "ncbi_disease/train.tsv"),
}
# A shorter sentence (`All patients recovered.`) may stand in two papers by chance.
_LONG = 60


class DataFault(ValueError):
    """A set that cannot be trained on; the text says what is wrong."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text as the model reads it, and the names that people marked in it."""

    words: Words
    names: tuple[Name, ...]


def training(name: str) -> list[Text]:
    """The texts of a training half that share no sentence with any development half. Raises DataFault."""
    texts = [text for text in TRAINING[name]() if _sentences(text).isdisjoint(_held_back())]
    marked = {span.label for text in texts for span in text.gold}
    if not marked:
        raise DataFault(f"{name}: nothing is annotated")
    if unknown := marked - LABELS.keys():
        raise DataFault(f"{name}: unknown labels {sorted(unknown)}")
    wrong = [text.document for text in texts for span in text.gold if not 0 <= span.start < span.end <= len(text.text)]
    if wrong:
        raise DataFault(f"{name}: a name lies outside its text in {wrong[0]}")
    return texts


def development() -> Mapping[str, Sequence[Text]]:
    """The development halves that annotate what the model learns."""
    return {corpus.name: list(corpus.read(DATA)) for corpus in SETS if corpus.name in TRAINING}


@cache
def _held_back() -> frozenset[str]:
    return frozenset(sentence for corpus in SETS for text in corpus.read(DATA) for sentence in _sentences(text))


def _sentences(text: Text) -> set[str]:
    """The long sentences of a text, letters and digits only."""
    spans = sentences(text.text, 0, len(text.text))
    printed = (text.text[span.start : span.end] for span in spans if span.end - span.start >= _LONG)
    return {re.sub(r"\W+", "", sentence).lower() for sentence in printed}


def examples(texts: Iterable[Text]) -> Iterator[Example]:
    """The texts after the rules have run over them. A text too short for the model is left out."""
    for text in texts:
        doc = processed(document_of("", text.text), _rules())
        for start, words in pieces_of(doc):
            yield Example(words, tuple(_names(doc, text, start)))


@cache
def _rules() -> Language:
    return rules()


def _names(doc: Doc, text: Text, start: int) -> Iterator[Name]:
    """Names in words. One that begins or ends inside a word takes the whole word, as a reader of words must."""
    for gold in text.gold:
        span = doc.char_span(gold.start, gold.end, alignment_mode="expand")
        if span is not None:
            yield Name(span.start - start, span.end - start, LABELS[gold.label])
