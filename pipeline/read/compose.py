"""Drafts to a document: one text, and the marks that point into it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from pipeline.document import Block, Cell, Citation, Note, Reference, Section, Span, Table, Word
from pipeline.read import references as bibliography
from pipeline.read.cells import Box
from pipeline.read.citations import citations
from pipeline.read.drafts import Draft, Measure
from pipeline.read.grid import grid
from pipeline.read.lines import Line
from pipeline.read.marks import notes_of, without_marks
from pipeline.read.sections import Heading, heading_kind, sections
from pipeline.read.tables import Found
from pipeline.read.text import Writer

_RUNIN = re.compile(r"[.:—–-]+$")


class Composer:
    """Writes the drafts one after the other and keeps what each one becomes."""

    def __init__(self, writer: Writer, usual: Measure) -> None:
        self._writer = writer
        self._usual = usual
        self.blocks: list[Block] = []
        self.headings: list[Heading] = []
        self.tables: list[Table] = []
        self.references: list[Reference] = []
        self.front = False
        self._level = 1

    def write(self, drafts: Sequence[Draft], entries: Sequence[Line]) -> None:
        listed = False
        for draft in drafts:
            if draft.table is not None:
                self._table(draft.table)
            elif draft.kind == "reference":
                if not listed:
                    self._references(entries)
                listed = True
            elif draft.lines:
                self._block(draft)

    def _break(self) -> None:
        if self._writer.length:
            self._writer.put("\n\n")

    def _block(self, draft: Draft) -> None:
        self._break()
        start, end = self._writer.write([line.tokens for line in draft.lines])
        self.blocks.append(Block(draft.kind, start, end))
        self.front = self.front or draft.kind in ("title", "author")
        title = self._writer.since(start)
        if draft.kind == "heading":
            self.headings.append(Heading(title, draft.level, start))
            self._level = draft.level
        elif draft.kind == "paragraph":
            self._run_in(draft, start)

    def _run_in(self, draft: Draft, start: int) -> None:
        """A known heading in bold at the head of a paragraph opens a section of its own."""
        tokens = draft.lines[0].tokens
        count = next((i for i, token in enumerate(tokens) if not (token.bold or token.italic)), 0)
        if not 0 < count <= 6:
            count = 1 if tokens[0].text.isupper() and tokens[0].text.endswith(":") else 0
        title = _RUNIN.sub("", " ".join(token.text for token in tokens[:count]))
        if title and heading_kind(title):
            level = 1 if heading_kind(title) == "abstract" else self._level + 1
            self.headings.append(Heading(title, level, start))
            self._level = 1 if level == 1 else self._level

    def _references(self, lines: Sequence[Line]) -> None:
        left = _edges(lines)
        starts = [(line.x0 - left[_key(line, left)]) / max(line.size, 1.0) for line in lines]
        gaps = [float("inf")]
        for one, two in pairwise(lines):
            below = two.page == one.page and 0 < two.base - one.base < 6 * two.size
            gaps.append((two.base - one.base) / max(two.size, 1.0) if below else float("inf"))
        entries = bibliography.split([line.text for line in lines], starts, gaps)
        held = {index for entry in entries for index in entry.lines}
        rest = [lines[index] for index in range(len(lines)) if index not in held]
        if rest:
            self._block(Draft("paragraph", rest))
        for entry in entries:
            self._break()
            start, end = self._writer.write([lines[index].tokens for index in entry.lines])
            self.blocks.append(Block("reference", start, end))
            text = self._writer.since(start)
            self.references.append(bibliography.reference(text, start, entry.number, entry.bullets))
        self.references = bibliography.labelled(self.references)

    def _table(self, found: Found) -> None:
        boxes = grid(found.rows, found.verticals)
        self._break()
        start = self._writer.length
        caption = self._writer.write([line.tokens for line in found.caption])
        self.blocks.append(Block("caption", *caption))
        self._writer.put("\n")
        body = self._writer.length
        notes = notes_of(found.notes)
        marks = {mark for mark, _, _ in notes if mark}
        cells = self._cells(boxes, marks) if boxes else []
        if not boxes:
            for row in found.rows:
                self._writer.write([row.tokens])
                self._writer.put("\n")
        self.blocks.append(Block("table", body, max(body, self._writer.length - (0 if boxes else 1))))
        told = []
        for mark, sign, lines in notes:
            self._writer.put("\n")
            begin = self._writer.length
            if sign is not None:
                self._writer.write([[sign]])
                self._writer.put(" ")
            span = self._writer.write(lines)
            self.blocks.append(Block("note", begin, span.end))
            told.append(Note(mark, span.start, span.end))
        self.tables.append(
            Table(found.label, found.page, start, self._writer.length, caption, tuple(cells), tuple(told))
        )

    def _cells(self, boxes: Sequence[Box], marks: set[str]) -> list[Cell]:
        """Writes the grid, a row a line, cells by tab; marks stand behind the words of their cell."""
        cells: list[Cell] = []
        for row in range(max(box.row for box in boxes) + 1):
            if row:
                self._writer.put("\n")
            column = 0
            for box in sorted((box for box in boxes if box.row == row), key=lambda box: box.column):
                self._writer.put("\t" * (box.column - column))
                column = box.column
                kept, signs = without_marks(box.lines, marks)
                start, end = self._writer.write(kept)
                for sign in signs:
                    self._writer.put(" ")
                    self._writer.write([[sign]])
                cells.append(
                    Cell(
                        box.row,
                        box.column,
                        start,
                        end,
                        box.row_span,
                        box.column_span,
                        box.header,
                        tuple(sign.text for sign in signs),
                    )
                )
        return cells


def _edges(lines: Sequence[Line]) -> dict[tuple[int, int], float]:
    """The left edge of the bibliography in each column of each page: lines that begin within 90 points share one."""
    edges: dict[tuple[int, int], float] = {}
    for line in sorted(lines, key=lambda each: (each.page, each.x0)):
        near = [key for key in edges if key[0] == line.page and line.x0 - edges[key] < 90]
        if not near:
            edges[(line.page, len(edges))] = line.x0
    return edges


def _key(line: Line, edges: dict[tuple[int, int], float]) -> tuple[int, int]:
    return max(
        (key for key in edges if key[0] == line.page and edges[key] <= line.x0 + 0.01), key=lambda key: edges[key]
    )


def finished(
    writer: Writer, composer: Composer
) -> tuple[str, tuple[Word, ...], tuple[Section, ...], tuple[Citation, ...]]:
    """The text, its words, its sections and its citations, once everything is written."""
    text = writer.text
    cited = [
        Span(block.start, block.end) for block in composer.blocks if block.kind not in ("reference", "author", "title")
    ]
    found = citations(text, cited, composer.references, writer.raised)
    words = tuple(sorted(writer.words, key=lambda word: word.start))
    return text, words, sections(composer.headings, len(text), composer.front), found
