"""Typesets small papers for the reader's tests, with the compiler and the fonts that typst carries."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import typst

from pipeline.document import Document, Input
from pipeline.read import read


@cache
def pdf(source: str) -> bytes:
    """The PDF of a typst source."""
    made = typst.compile(source.encode(), format="pdf")
    assert isinstance(made, bytes)
    return made


def reading(source: str, folder: Path, name: str = "paper") -> Document:
    """What the reader makes of a typst source set as a PDF."""
    path = folder / f"{name}.pdf"
    path.write_bytes(pdf(source))
    return read(Input(name, str(path)))


TWO_COLUMNS = """
#set page(paper: "a4", columns: 2, margin: 18mm,
  header: [#text(8pt)[J Test Med 2020;1:1–9 #h(1fr) #context counter(page).display()]])
#set columns(gutter: 7mm)
#set text(font: "Libertinus Serif", size: 10pt, lang: "en", hyphenate: true)
#set par(justify: true, first-line-indent: 1em, leading: 0.55em, spacing: 0.55em)
#show heading: it => block(above: 1.1em, below: 0.6em, text(11pt, weight: "bold", it.body))
"""

MANUSCRIPT = """
#set page(paper: "us-letter", margin: 25mm)
#set text(font: "New Computer Modern", size: 11pt, lang: "en", hyphenate: true)
#set par(justify: true, leading: 0.8em, spacing: 1.3em)
#set par.line(numbering: n => text(6pt)[#n])
#show heading: it => block(above: 1.4em, below: 0.8em, text(13pt, weight: "bold", it.body))
"""
