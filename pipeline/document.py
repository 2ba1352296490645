"""What a source is: one immutable text, and everything else as marks beside it.

A `Document` holds one string. Words, pages, blocks, sections, tables, references and citations point
into it by half-open character offsets, so a span is a proof: slicing the text gives the quote, and the
words under the span give its place on the page.

Lengths are PDF points (1/72 inch) measured from the top left corner of the page as a reader sees it.
Standard library only.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

BlockKind = Literal[
    "title", "author", "heading", "paragraph", "list", "caption", "table", "note", "footnote", "reference"
]
SectionKind = Literal[
    "front", "abstract", "introduction", "methods", "results", "discussion", "conclusion", "references", "other"
]
Status = Literal["ok", "partial", "failed"]


class Span(NamedTuple):
    """Half-open character offsets into a document's text."""

    start: int
    end: int


class Box(NamedTuple):
    """A rectangle on a page, in points from its top left corner."""

    x0: float
    top: float
    x1: float
    bottom: float


class Place(NamedTuple):
    """Where a span stands: its first page (from 1; 0 where the format has no pages) and its box there."""

    page: int
    box: Box | None


@dataclass(frozen=True, slots=True)
class Input:
    """One document to be read: a file, or one of many in a file.

    `line` says which, from 1: the line of a `.jsonl` file, the article of a PubMed set; 0 is the whole file.
    """

    document_id: str
    path: str
    line: int = 0


class Word(NamedTuple):
    """A run of characters printed in one place. A word broken over two lines is two of these side by side."""

    start: int
    end: int
    page: int
    box: Box
    size: float = 0.0


@dataclass(frozen=True, slots=True)
class Page:
    """One page; `fault` says in words why nothing (or not everything) could be read from it."""

    number: int
    width: float
    height: float
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph-sized piece of the text. Blocks do not overlap and follow the reading order.

    A sentence never crosses a block: a paragraph that runs on over a column, a page or a table is one block.
    """

    kind: BlockKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with all that stands under it, up to the next heading of the same or a higher level."""

    kind: SectionKind
    title: str
    level: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One table cell. Rows and columns count from 0; `marks` are footnote marks, which its span leaves out."""

    row: int
    column: int
    start: int
    end: int
    row_span: int = 1
    column_span: int = 1
    header: bool = False
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """A line under a table; `mark` is the footnote mark it explains, empty for a general note."""

    mark: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table. Its cells stand in the document's text, divided by tabs and newlines."""

    label: str
    page: int
    start: int
    end: int
    caption: Span | None
    cells: tuple[Cell, ...]
    notes: tuple[Note, ...] = ()

    @property
    def rows(self) -> int:
        return max((cell.row + cell.row_span for cell in self.cells), default=0)

    @property
    def columns(self) -> int:
        return max((cell.column + cell.column_span for cell in self.cells), default=0)

    def at(self, row: int, column: int) -> Cell | None:
        """The cell that covers this place of the grid, spanning cells included."""
        for cell in self.cells:
            if cell.row <= row < cell.row + cell.row_span and cell.column <= column < cell.column + cell.column_span:
                return cell
        return None


@dataclass(frozen=True, slots=True)
class Reference:
    """An entry of the bibliography; `label` is what citations name it by (`49`, or `zarate2006` without numbers)."""

    label: str
    start: int
    end: int
    authors: tuple[str, ...] = ()
    year: str = ""
    title: str = ""
    journal: str = ""
    volume: str = ""
    pages: str = ""
    doi: str = ""
    pmid: str = ""
    importance: str = ""
    annotation: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation in the running text. `labels` are the references it names, ranges expanded, in printed order.

    `unresolved` are those of them that the bibliography does not hold (all, where there is none).
    """

    start: int
    end: int
    labels: tuple[str, ...]
    unresolved: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A source as read. A source that could not be read is a Document too, with `status` and `reason`."""

    document_id: str
    path: str
    sha256: str
    format: str
    text: str = ""
    status: Status = "ok"
    reason: str = ""
    pages: tuple[Page, ...] = ()
    words: tuple[Word, ...] = ()
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    tables: tuple[Table, ...] = ()
    references: tuple[Reference, ...] = ()
    citations: tuple[Citation, ...] = ()

    def words_under(self, start: int, end: int) -> tuple[Word, ...]:
        """The words that the span touches. Words are sorted by offset and do not overlap."""
        first = bisect_right(self.words, start, key=lambda word: word.end)
        last = bisect_left(self.words, end, key=lambda word: word.start)
        return self.words[first:last]

    def place(self, start: int, end: int) -> Place:
        """Where a span stands: the page it begins on, and the box of its words on that page."""
        under = self.words_under(start, end)
        if not under:
            return Place(0, None)
        page = under[0].page
        boxes = [word.box for word in under if word.page == page]
        return Place(
            page,
            Box(
                min(box.x0 for box in boxes),
                min(box.top for box in boxes),
                max(box.x1 for box in boxes),
                max(box.bottom for box in boxes),
            ),
        )

    def section_at(self, offset: int) -> Section | None:
        """The innermost section that holds the offset."""
        held = [section for section in self.sections if section.start <= offset < section.end]
        return max(held, key=lambda section: (section.level, section.start), default=None)

    def with_references(self, listed: tuple[Reference, ...]) -> Document:
        """The document with a list of references that it was read without and others know."""
        known = {reference.label for reference in listed}
        citations = tuple(
            replace(citation, unresolved=tuple(label for label in citation.labels if label not in known))
            for citation in self.citations
        )
        return replace(self, references=listed, citations=citations)
