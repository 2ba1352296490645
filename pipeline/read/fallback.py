"""Words of a PDF by pdfplumber, for files that PDFium cannot open and pages whose fonts it has no text for.

Slower, and it knows no weights of fonts.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Container, Iterator

import pdfplumber

from pipeline.read.rules import Rule
from pipeline.read.tokens import Sheet, Token

logging.getLogger("pdfminer").setLevel(logging.ERROR)  # what is wrong with a file stands in its document

_LIMIT = 200
"""Pages that are read this way at most: it takes about a third of a second each."""


def sheets(data: bytes, only: Container[int] = range(1, _LIMIT + 1)) -> tuple[list[Sheet], list[tuple[Rule, ...]], int]:
    """Pages (from 1) as words, their rules, and how many pages the file has; nothing where pdfplumber fails too."""
    found: list[Sheet] = []
    ruled: list[tuple[Rule, ...]] = []
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            count = len(pdf.pages)
            for number in (number for number in range(1, min(count, _LIMIT) + 1) if number in only):
                page = pdf.pages[number - 1].dedupe_chars()
                tokens = tuple(_tokens(page, number))
                found.append(Sheet(number, float(page.width), float(page.height), 0, tokens, 0, len(page.chars)))
                ruled.append(tuple(_rules(page)))
    except Exception:  # pdfminer raises whatever comes up in a damaged file, bare TypeErrors included
        return [], [], 0
    return found, ruled, count


def _tokens(page: pdfplumber.page.Page, number: int) -> Iterator[Token]:
    for word in page.extract_words(x_tolerance_ratio=0.15, extra_attrs=["size", "fontname"]):
        text = "".join(char for char in word["text"] if char.isprintable())
        if not text or not word.get("upright", True):
            continue
        x0, top, x1, bottom = (float(word[key]) for key in ("x0", "top", "x1", "bottom"))
        size, name = float(word["size"]), str(word["fontname"])
        bold, italic = (
            bool(re.search("bold|black", name, re.IGNORECASE)),
            bool(re.search("ital|obliq", name, re.IGNORECASE)),
        )
        base = bottom - 0.21 * (bottom - top)
        yield Token(text, x0, top, x1, bottom, base, size, bold, italic, False, text.endswith("-"), number, False)


def _rules(page: pdfplumber.page.Page) -> Iterator[Rule]:
    for edge in page.edges:
        x0, top, x1, bottom = (round(float(edge[key]), 1) for key in ("x0", "top", "x1", "bottom"))
        if max(x1 - x0, bottom - top) >= 8:
            yield Rule(x0, top, x1, bottom)
