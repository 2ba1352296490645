"""Examples of whole records in plain text: what a clinician reads, and under it the records that must come out.

A file holds blocks divided by empty lines. A block is

    * name of the example            `?` in place of `*`: a known limit, expected to fail
    ref 6: Ito K, 2015               an entry of the bibliography; without it `[6]` cites an unknown paper
    under: Sertraline                a heading that stands over the text
    in: results                      the text is the report of a study, and this its section; without it, a review
    table: caption of the table      the lines with `|` after it are its rows, the first its header
    Arm | n | Response, n (%) {a}    `{a}` is a footnote mark; `<` continues the cell to the left; an empty cell is none
    ---                              ends a header of several rows
    note a: text                     a line under the table
    Any other line is a paragraph. [6, 8-9] cites.
    -> column=value; column=value    a record that must come out, in the order of the text; or `-> none`

All the records of the text must be listed, but not all their columns. `dose=20 mg` compares the unit too; `p=` says that the
column is absent. Two more names: `study`, the study id, and `source`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

import pytest

from pipeline.annotate import annotate
from pipeline.assemble import assemble
from pipeline.document import (
    Block,
    BlockKind,
    Cell,
    Citation,
    Document,
    Note,
    Reference,
    Section,
    SectionKind,
    Span,
    Table,
)
from pipeline.evidence import EvidenceRecord

EXAMPLES = Path(__file__).parent.parent / "examples"
DOCUMENT = "doc"
_REPORT: tuple[SectionKind, ...] = ("abstract", "methods", "results", "discussion")
_CITED = re.compile(r"\[(\d+(?:-\d+)?(?:, ?\d+(?:-\d+)?)*)\]")
_MARK = re.compile(r"\s*\{(\w+|\*|†)\}")
_SAYS = re.compile(r"(?P<key>ref|in|under|table|note)\b ?(?P<what>\w*): ?(?P<text>.*)")


@dataclass(frozen=True, slots=True)
class Stated:
    """An example: its document, and the columns of each record that must come out."""

    name: str
    line: int
    known_limit: bool
    document: Document
    expected: tuple[Mapping[str, str], ...]


@dataclass(slots=True)
class _Draft:
    """A document that grows. Each piece of text is followed by a line break."""

    text: str = ""
    blocks: list[Block] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)

    def write(self, text: str, end: str = "\n") -> Span:
        span = Span(len(self.text), len(self.text) + len(text))
        self.text += text + end
        return span

    def block(self, kind: BlockKind, text: str) -> Span:
        span = self.write(text)
        self.blocks.append(Block(kind, *span))
        return span

    def section(self, kind: SectionKind, title: str, lines: Sequence[str]) -> None:
        start = self.block("heading", title).start
        self.body(lines)
        self.sections.append(Section(kind, title, 1, start, len(self.text)))

    def body(self, lines: Sequence[str]) -> None:
        rest = list(lines)
        while rest:
            line = rest.pop(0)
            if not line.startswith("table:"):
                self.block("paragraph", line)
                continue
            rows = [rest.pop(0) for _ in range(_length(rest, lambda one: "|" in one or one == "---"))]
            notes = [rest.pop(0) for _ in range(_length(rest, lambda one: one.startswith("note")))]
            self.table(line.removeprefix("table:").strip(), rows, notes)

    def table(self, caption: str, rows: Sequence[str], notes: Sequence[str]) -> None:
        told = self.block("caption", caption) if caption else None
        headers = rows.index("---") if "---" in rows else 1
        start = len(self.text)
        cells = [
            cell
            for number, row in enumerate(row for row in rows if row != "---")
            for cell in self.row(number, [part.strip() for part in row.split("|")], header=number < headers)
        ]
        self.blocks.append(Block("table", start, len(self.text) - 1))
        told_below = filter(None, map(_SAYS.match, notes))
        explained = [Note(said["what"], *self.block("note", said["text"])) for said in told_below]
        self.tables.append(Table("1", 0, start, len(self.text) - 1, told, tuple(cells), tuple(explained)))

    def row(self, number: int, parts: Sequence[str], *, header: bool) -> Iterator[Cell]:
        for column, part in enumerate(parts):
            if part in ("", "<"):
                continue
            wide = 1 + _length(parts[column + 1 :], lambda one: one == "<")
            marks = tuple(_MARK.findall(part))
            span = self.write(_MARK.sub("", part), "\t")
            yield Cell(number, column, *span, column_span=wide, header=header, marks=marks)
        self.text = self.text.removesuffix("\t") + "\n"


def stated(name: str) -> list[Stated]:
    """The examples of a file of `tests/examples`."""
    lines = (EXAMPLES / name).read_text(encoding="utf-8").splitlines()
    found: list[tuple[int, list[str]]] = []
    for number, line in enumerate(lines, 1):
        if line.startswith(("* ", "? ")):
            found.append((number, [line]))
        elif line.strip() and not line.startswith("#"):
            found[-1][1].append(line.strip())
    return [_example(number, block) for number, block in found]


def differences(records: Sequence[EvidenceRecord], expected: Sequence[Mapping[str, str]]) -> list[str]:
    """In words, how the records are not what was expected; empty where they are."""
    if len(records) != len(expected):
        return [f"{len(expected)} records expected, {len(records)} found:", *map(shown, records)]
    return [
        f"record {place}: {column} is {found!r}, not {value!r}: {shown(record)}"
        for place, (record, columns) in enumerate(zip(records, expected, strict=True), 1)
        for column, value in columns.items()
        if value not in (found := _held(record, column))
    ]


def shown(record: EvidenceRecord) -> str:
    """A record as an example would list it."""
    return f"study={record.study_id}; " + "; ".join(
        f"{one.column}={one.value} {one.unit}".strip() for one in record.items
    )


def _held(record: EvidenceRecord, column: str) -> tuple[str, ...]:
    """The ways to write what a record holds in a column."""
    if column in ("study", "source"):
        return (record.study_id if column == "study" else record.source,)
    item = record.item(column)
    return ("",) if item is None else (str(item.value), f"{item.value} {item.unit}".strip())


def _example(number: int, block: Sequence[str]) -> Stated:
    expected = [line.removeprefix("->").strip() for line in block if line.startswith("->")]
    lines = [line for line in block[1:] if not line.startswith("->")]
    found = [match for line in lines if (match := _SAYS.match(line))]
    said = {key: [match for match in found if match["key"] == key] for key in ("ref", "in", "under")}
    body = [line for line in lines if not line.startswith(("ref ", "in:", "under:"))]
    draft = _Draft()
    if said["in"]:
        for kind in _REPORT:
            draft.section(kind, kind.capitalize(), body if kind == said["in"][0]["text"] else ())
    elif said["under"]:
        draft.section("other", said["under"][0]["text"], body)
    else:
        draft.body(body)
    references = []
    for match in said["ref"]:
        author, year = match["text"].rsplit(", ", 1)
        references.append(Reference(match["what"], *draft.block("reference", match["text"]), (author,), year))
    document = Document(
        DOCUMENT,
        "doc.txt",
        "0",
        "txt",
        draft.text,
        blocks=tuple(draft.blocks),
        sections=tuple(draft.sections),
        tables=tuple(draft.tables),
        references=tuple(references),
        citations=tuple(_citations(draft.text, {one.label for one in references})),
    )
    columns = tuple(_columns(line) for line in expected if line != "none")
    if not expected:
        raise ValueError(f"line {number}: the example says nothing after `->`")
    return Stated(block[0][2:], number, block[0].startswith("?"), document, columns)


def _columns(line: str) -> dict[str, str]:
    return {name.strip(): value.strip() for name, value in (part.split("=", 1) for part in line.split("; "))}


def _citations(text: str, known: set[str]) -> Iterator[Citation]:
    for match in _CITED.finditer(text):
        labels: list[str] = []
        for part in match[1].replace(" ", "").split(","):
            low, _, high = part.partition("-")
            labels += map(str, range(int(low), int(high or low) + 1))
        yield Citation(*match.span(), tuple(labels), tuple(label for label in labels if label not in known))


def _length(lines: Sequence[str], belongs: Callable[[str], bool]) -> int:
    """How many lines from the first on belong."""
    return sum(1 for _ in takewhile(belongs, lines))


def records_of(document: Document) -> tuple[EvidenceRecord, ...]:
    return assemble(document, annotate(document))


def parameters(examples: Sequence[Stated]) -> list[object]:
    """The examples for `pytest.mark.parametrize`, known limits marked as such."""
    limit = pytest.mark.xfail(strict=True, reason="known limit")
    return [
        pytest.param(one, id=f"line{one.line}-{one.name}", marks=[limit] if one.known_limit else []) for one in examples
    ]


def states_what_it_lists(example: Stated) -> None:
    """Fails where the text does not state the records that the example lists, or states others."""
    told = differences(records_of(example.document), example.expected)
    if told:
        pytest.fail("\n".join(told), pytrace=False)
