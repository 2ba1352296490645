"""The development halves of the annotated sets, as texts with gold spans, and what each set asks of us.

| set | split | a document is | labels that we are held against |
|---|---|---|---|
| TrialSieve | `validation` | an abstract | see `TRIALSIEVE` |
| PHEE | `dev.json` | the sentences of one report, each read by itself | arguments of `Treatment` |
| BC5CDR, NCBI | `devel.tsv` | nine sentences: the file marks no documents, and theirs have nine on average | token tags |
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pipeline.document import Span


class Gold(NamedTuple):
    """An annotated span and the set's own label for it."""

    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its annotation. Texts of one `document` are drawn together by the bootstrap."""

    document: str
    text: str
    gold: tuple[Gold, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One kind: our fields against the set's labels, with the floors (`ratio` is a ceiling).

    A find that only touches a label of `also` is neither right nor wrong: the set annotates such things under another
    name, or, where there is a `pattern`, in words that it does not match. Floors are lenient unless `strict`.
    `ratio`: proposed for each annotated.
    """

    kind: str
    fields: frozenset[str]
    labels: frozenset[str]
    also: frozenset[str] = frozenset()
    recall: float | None = None
    precision: float | None = None
    f1: float | None = None
    ratio: float | None = None
    strict: bool = False
    pattern: str = ""

    def asks(self, label: str, words: str) -> bool:
        """Whether an annotation must be found."""
        return label in self.labels and re.search(self.pattern, words) is not None

    def allows(self, label: str, words: str) -> bool:
        """Whether a find there is neither right nor wrong."""
        return label in self.also or (label in self.labels and not self.asks(label, words))


@dataclass(frozen=True, slots=True)
class Corpus:
    """A set: how to read it from the folder of all sets, and its rows."""

    name: str
    read: Callable[[Path], Iterator[Text]]
    rows: tuple[Row, ...]


def read_trialsieve(data: Path) -> Iterator[Text]:
    """Abstracts; a `Dosage`, the `Units` after it and a `/day` after those are one span, as we write doses."""
    for abstract in json.loads((data / "trialsieve/train_dev.json").read_text(encoding="utf-8")):
        if abstract["split"] == "validation":
            spans = sorted((Gold(one["tag"], one["start"], one["end"]) for one in abstract["spans"]), key=_place)
            yield Text(str(abstract["pmid"]), abstract["text"], tuple(_with_units(abstract["text"], spans)))


def read_phee(data: Path) -> Iterator[Text]:
    """Sentences of case reports; every printed piece of an argument is a span of its own."""
    for line in (data / "phee/dev.json").read_text(encoding="utf-8").splitlines():
        sentence = json.loads(line)
        events = [event for annotation in sentence["annotations"] for event in annotation["events"]]
        spans = {
            Gold(label, start, start + len(piece))
            for event in events
            for label, argument in event.get("Treatment", {}).items()
            if isinstance(argument, Mapping) and "text" in argument
            for pieces, starts in zip(argument["text"], argument["start"], strict=True)
            for piece, start in zip(pieces, starts, strict=True)
        }
        yield Text(sentence["id"].rsplit("_", 1)[0], sentence["context"], tuple(sorted(spans, key=_place)))


def read_bc5cdr(data: Path) -> Iterator[Text]:
    return read_tagged(data / "bc5cdr/devel.tsv")


def read_ncbi(data: Path) -> Iterator[Text]:
    return read_tagged(data / "ncbi_disease/devel.tsv")


_SENTENCES = 9
_TIGHT_BEFORE = re.compile(r"[,.;:)\]}%'?!/-]")
_TIGHT_AFTER = re.compile(r"[(\[{/'-]")


def read_tagged(path: Path) -> Iterator[Text]:
    tokens = path.read_text(encoding="utf-8").split("\n\n")
    sentences = [
        [(line.split("\t")[0], line.split("\t")[-1]) for line in block.splitlines() if line] for block in tokens
    ]
    sentences = [sentence for sentence in sentences if sentence]
    for first in range(0, len(sentences), _SENTENCES):
        yield _printed(str(first), [token for sentence in sentences[first : first + _SENTENCES] for token in sentence])


def _printed(document: str, tokens: list[tuple[str, str]]) -> Text:
    """The tokens set as they would be printed, `22-oxacalcitriol`, `3,4-diol` and `0.03` in one piece, with tags as spans."""
    text, gold = "", []
    for index, (token, tag) in enumerate(tokens):
        before = tokens[index - 1][0] if index else ""
        after = tokens[index + 1][0] if index + 1 < len(tokens) else ""
        digits = index > 1 and tokens[index - 2][0].isdigit() and token.isdigit()
        inside = digits and (before == "." or (before == "," and after == "-"))
        if index and not (_TIGHT_BEFORE.fullmatch(token) or _TIGHT_AFTER.fullmatch(before) or inside):
            text += " "
        if tag.startswith("B-"):
            gold.append(Gold(tag[2:], len(text), len(text) + len(token)))
        elif tag.startswith("I-") and gold:
            gold[-1] = gold[-1]._replace(end=len(text) + len(token))
        text += token
    return Text(document, text, tuple(gold))


def _with_units(text: str, spans: list[Gold]) -> Iterator[Gold]:
    """Joins each dosage with its units and the time it is for; the time remains a span too."""
    for index, span in enumerate(spans):
        end = span.end
        if span.label == "Dosage":
            for after in spans[index + 1 : index + 3]:
                gap = text[end : after.start]
                if (after.label == "Units" and not gap.strip(" -\u2009\u200a\xa0")) or (
                    after.label == "Intervention Frequency" and gap.strip() == "/"
                ):
                    end = after.end
        yield Gold(span.label, span.start, end)


def _place(span: Gold) -> tuple[int, int, str]:
    return span.start, span.end, span.label


def overlap(one: Span | Gold, other: Span | Gold) -> bool:
    return one.start < other.end and other.start < one.end


def _only(*names: str) -> frozenset[str]:
    return frozenset(names)


TRIALSIEVE = (
    Row("dose", _only("dose"), _only("Dosage"), _only("Group Name"), recall=0.97, ratio=1.3),
    Row("frequency", _only("frequency"), _only("Intervention Frequency"), recall=0.92),
    Row("route", _only("route"), _only("Intervention Administration"), recall=0.90),
    Row("sample size", _only("sample_size"), _only("Sample Size"), recall=0.90),
    Row(
        "duration",
        _only("duration"),
        _only("Intervention Duration"),
        _only("Follow-up period", "Study Duration"),
        recall=0.85,
    ),
    Row(
        "duration, as any time",
        _only("duration", "timepoint"),
        _only("Intervention Duration"),
        _only("Follow-up period", "Study Duration"),
    ),
    Row("drug", _only("drug"), _only("Drug Intervention"), _only("Non-Study Drug", "Group Name"), recall=0.85),
)

PHEE = (
    Row("dose", _only("dose"), _only("Dosage"), recall=0.93, precision=0.75),
    Row("dose, in figures", _only("dose"), _only("Dosage"), pattern=r"\d ?-?[a-zA-Zµμ]"),
    Row("route", _only("route"), _only("Route"), recall=0.88, precision=0.75),
    Row("drug", _only("drug"), _only("Drug"), recall=0.93),
    Row("frequency", _only("frequency"), _only("Freq")),
    Row("duration, as any time", _only("duration", "timepoint"), _only("Duration", "Time_elapsed")),
)

BC5CDR = (
    Row("chemical", _only("drug"), _only("Chemical"), f1=0.86, strict=True),
    Row("disease", _only("diagnosis"), _only("Disease")),
    Row("disease or event", _only("diagnosis", "outcome"), _only("Disease")),
)

NCBI = (
    Row("disease", _only("diagnosis"), _only("Disease"), f1=0.75, strict=True),
    Row("disease or event", _only("diagnosis", "outcome"), _only("Disease")),
)

SETS: tuple[Corpus, ...] = (
    Corpus("trialsieve", read_trialsieve, TRIALSIEVE),
    Corpus("phee", read_phee, PHEE),
    Corpus("bc5cdr", read_bc5cdr, BC5CDR),
    Corpus("ncbi", read_ncbi, NCBI),
)
