"""Writes a structured source (XML) into one text, and keeps the marks that point into it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from pipeline.document import Block, BlockKind, Cell, Citation, Document, Note, Reference, Span, Table
from pipeline.read.citations import citations
from pipeline.read.sections import Heading, sections

_POWER = re.compile(r"(?:^|[^\w.-])10$|(?:^|[^A-Za-z-])[kcmµμ]?m$|(?:^|[\s(])(?:R|r|χ|η|Chi|chi)$|/s$")
_SUPERSCRIPT = str.maketrans("0123456789+-−–", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻")

_RUNNING = ("paragraph", "list", "caption", "table", "note")


class Bit(NamedTuple):
    """A run of characters; `rids` are the entries of the bibliography that it names."""

    text: str
    rids: tuple[str, ...] = ()


class TableCell(NamedTuple):
    """A cell before it is written."""

    row: int
    column: int
    row_span: int
    column_span: int
    header: bool
    bits: tuple[Bit, ...]
    marks: tuple[str, ...]


def tidy(bits: Sequence[Bit]) -> list[Bit]:
    """The bits with every run of white space as one space, none at either end."""
    done: list[Bit] = []
    open_ = True
    for bit in bits:
        text = re.sub(r"\s+", " ", bit.text)
        if open_:
            text = text.lstrip(" ")
        if text:
            done.append(Bit(text, bit.rids))
            open_ = text.endswith(" ")
    while done and done[-1].text.endswith(" "):
        last = done.pop()
        if last.text.rstrip(" "):
            done.append(Bit(last.text.rstrip(" "), last.rids))
    return done


def plain(bits: Sequence[Bit]) -> str:
    """The bits as text."""
    return "".join(bit.text for bit in tidy(bits))


@dataclass(slots=True)
class Scroll:
    """The text so far and its marks; `labels` give the label of each entry of the bibliography by its id."""

    labels: Mapping[str, str]
    length: int = 0
    parts: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)

    def put(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def part(self) -> None:
        """Parts what comes from what is there by a blank line."""
        if self.length:
            self.put("\n\n")

    def write(self, bits: Sequence[Bit]) -> Span:
        """Writes bits as running text and marks the citations in it."""
        start = self.length
        named: list[tuple[Span, tuple[str, ...]]] = []
        for bit in tidy(bits):
            at = self.length
            self.put(bit.text)
            if bit.rids:
                named.append((Span(at, self.length), bit.rids))
        if named:
            self._cite(start, named)
        return Span(start, self.length)

    def block(self, kind: BlockKind, bits: Sequence[Bit]) -> Span | None:
        """Writes a block of its own; nothing where there is no text."""
        if not plain(bits):
            return None
        self.part()
        span = self.write(bits)
        self.blocks.append(Block(kind, *span))
        return span

    def heading(self, title: str, level: int) -> None:
        """Writes a heading and opens its section."""
        if title:
            self.part()
            self.headings.append(Heading(title, level, self.length))
            self.blocks.append(Block("heading", *self.write([Bit(title)])))

    def unwritten(self, title: str, level: int) -> None:
        """Opens a section whose heading the source does not print."""
        self.headings.append(Heading(title, level, self.length + (2 if self.length else 0)))

    def table(
        self, label: str, caption: Sequence[Bit], cells: Sequence[TableCell], notes: Sequence[tuple[str, list[Bit]]]
    ) -> None:
        """Writes a table: its caption, its rows by newline and cells by tab, its notes."""
        self.part()
        start = self.length
        told = self.write(caption)
        if told.end > told.start:
            self.blocks.append(Block("caption", *told))
            self.put("\n")
        body = self.length
        held = [cell for row in range(max((c.row for c in cells), default=-1) + 1) for cell in self._row(row, cells)]
        if self.length > body:
            self.blocks.append(Block("table", body, self.length))
        written = [note for mark, bits in notes if (note := self._note(mark, bits)) is not None]
        span = told if told.end > told.start else None
        self.tables.append(Table(label, 0, start, self.length, span, tuple(held), tuple(written)))

    def _row(self, row: int, cells: Sequence[TableCell]) -> list[Cell]:
        held: list[Cell] = []
        if row:
            self.put("\n")
        column = 0
        for cell in sorted((cell for cell in cells if cell.row == row), key=lambda cell: cell.column):
            self.put("\t" * (cell.column - column))
            column = cell.column
            start, end = self.write(cell.bits)
            for mark in cell.marks:
                self.put(f" {mark}")
            if end > start:
                held.append(Cell(row, column, start, end, cell.row_span, cell.column_span, cell.header, cell.marks))
        return held

    def _note(self, mark: str, bits: Sequence[Bit]) -> Note | None:
        if not plain(bits):
            return None
        self.put("\n")
        start = self.length
        if mark:
            self.put(f"{mark} ")
        span = self.write(bits)
        self.blocks.append(Block("note", start, span.end))
        return Note(mark, *span)

    def _cite(self, start: int, named: Sequence[tuple[Span, tuple[str, ...]]]) -> None:
        """Joins neighbours to one citation, fills the ranges between them, takes their brackets in."""
        text = "".join(self.parts)[start:]
        groups: list[tuple[Span, list[str]]] = []
        for span, rids in named:
            labels = [self.labels.get(rid, rid) for rid in rids]
            between = text[groups[-1][0].end - start : span.start - start] if groups else None
            if between is not None and re.fullmatch(r"[\s,;]*(?:and|&)?\s*|\s*[–—−-]\s*", between):
                last, held = groups[-1]
                if re.search(r"[–—−-]", between):
                    held.extend(_between(held[-1], labels[0]))
                groups[-1] = (Span(last.start, span.end), [*held, *labels])
            else:
                groups.append((span, labels))
        known = set(self.labels.values())
        for (low, high), labels in groups:
            around = text[low - start - 1 : low - start] + text[high - start : high - start + 1]
            span = Span(low - 1, high + 1) if around in ("[]", "()") else Span(low, high)
            missing = tuple(label for label in labels if label not in known)
            self.citations.append(Citation(*span, tuple(dict.fromkeys(labels)), missing))

    def document(self, empty: Document, *, front: bool) -> Document:
        """The empty document filled with what was written."""
        if not self.length:
            return replace(empty, status="failed", reason="no text: the article holds none")
        text = "".join(self.parts)
        cited = self.citations or citations(
            text, [Span(b.start, b.end) for b in self.blocks if b.kind in _RUNNING], self.references
        )
        return replace(
            empty,
            text=text,
            blocks=tuple(self.blocks),
            sections=sections(self.headings, len(text), front),
            tables=tuple(self.tables),
            references=tuple(self.references),
            citations=tuple(sorted(cited, key=lambda citation: citation.start)),
        )


def _between(low: str, high: str) -> list[str]:
    """The numbers between the two ends of a range."""
    if low.isdecimal() and high.isdecimal() and 1 < int(high) - int(low) <= 60:
        return [str(number) for number in range(int(low) + 1, int(high))]
    return []


def raised(text: str, before: str) -> str:
    """A raised run as text: an exponent as superscript, an ordinal's letters as they are, a number set off by a space."""
    bare = text.strip()
    number = bool(re.fullmatch(r"[-−–+]?\d{1,3}", bare))
    if number and (bare[0] in "-−–+" or _POWER.search(before)):
        return bare.translate(_SUPERSCRIPT)
    if bare[:1].isdigit() and before and not before[-1].isspace() and before[-1] not in "([,;–-":
        return " " + text
    return text
