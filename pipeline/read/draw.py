"""Draws what the reader understood over the picture of a page: blocks in their order, tables, cells, furniture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pypdfium2
from PIL import Image, ImageDraw

from pipeline.document import Block, Box, Document, Word
from pipeline.read.pdf import page_of

SCALE = 2.0
"""Pixels for a point."""

COLOURS = {
    "title": "#7b1fa2",
    "author": "#9575cd",
    "heading": "#d32f2f",
    "paragraph": "#1976d2",
    "list": "#0097a7",
    "caption": "#388e3c",
    "table": "#f57c00",
    "note": "#827717",
    "footnote": "#6d4c41",
    "reference": "#455a64",
}
"""The colour of each kind of block; cells are thin lines, furniture is struck through in grey."""


def draw(document: Document, path: Path, page: int) -> Image.Image:
    """The picture of a page (from 1) of a PDF with the document's blocks, tables and cells drawn over it.

    Blocks are numbered in reading order and a paragraph that goes on in another column bears its number in each.
    Raises ValueError where the document is no PDF or has no such page.
    """
    if document.format != "pdf" or not 1 <= page <= len(document.pages):
        raise ValueError(f"{path}: page {page} cannot be drawn; it must be a PDF with that page")
    with pypdfium2.PdfDocument(path.read_bytes()) as pdf:
        picture: Image.Image = pdf[page - 1].render(scale=SCALE).to_pil().convert("RGB")
        printed = page_of(pdf, page)
    pen = ImageDraw.Draw(picture)
    words = [word for word in document.words if word.page == page]
    read = {(word.box.x0, word.box.top) for word in words}
    for token in printed.tokens:
        box = printed.box(token.x0, token.top, token.x1, token.bottom)
        if not any(abs(box.x0 - x0) < 3 and abs(box.top - top) < 3 for x0, top in _near(read, box)):
            middle = 0.5 * (box.top + box.bottom)
            pen.line(_scaled(Box(box.x0, middle, box.x1, middle)), fill="#9e9e9e", width=3)
    for table in document.tables:
        for cell in table.cells:
            for box in _boxes(document, cell.start, cell.end, page):
                pen.rectangle(_scaled(_grown(box, 1.0)), outline=COLOURS["table"])
    for number, block in enumerate(document.blocks, start=1):
        for box in _boxes(document, block.start, block.end, page, whole=block.kind == "table"):
            _frame(pen, block, number, _grown(box, 2.0))
    for citation in document.citations:
        for box in _boxes(document, citation.start, citation.end, page):
            pen.line(_scaled(Box(box.x0, box.bottom, box.x1, box.bottom)), fill="#e91e63", width=2)
    return picture


def _near(places: set[tuple[float, float]], box: Box) -> Iterator[tuple[float, float]]:
    """Places that may be this box's: the same one, or any other where marks were moved or words joined."""
    if (box.x0, box.top) in places:
        yield box.x0, box.top
    else:
        yield from places


def _frame(pen: ImageDraw.ImageDraw, block: Block, number: int, box: Box) -> None:
    colour = COLOURS[block.kind]
    pen.rectangle(_scaled(box), outline=colour, width=2)
    pen.text((box.x0 * SCALE + 2, box.top * SCALE - 11), f"{number} {block.kind}", fill=colour)


def _boxes(document: Document, start: int, end: int, page: int, *, whole: bool = False) -> list[Box]:
    """Where a span stands on a page: one box, or one for each column that it runs through."""
    runs: list[list[Word]] = []
    for word in document.words_under(start, end):
        if word.page != page:
            continue
        if runs and (whole or word.box.top > runs[-1][-1].box.top - 3 * max(word.size, 4)):
            runs[-1].append(word)
        else:
            runs.append([word])
    return [_around(run) for run in runs]


def _around(words: Sequence[Word]) -> Box:
    return Box(
        min(word.box.x0 for word in words),
        min(word.box.top for word in words),
        max(word.box.x1 for word in words),
        max(word.box.bottom for word in words),
    )


def _grown(box: Box, by: float) -> Box:
    return Box(box.x0 - by, box.top - by, box.x1 + by, box.bottom + by)


def _scaled(box: Box) -> tuple[float, float, float, float]:
    return box.x0 * SCALE, box.top * SCALE, box.x1 * SCALE, box.bottom * SCALE
