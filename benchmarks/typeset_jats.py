"""Typesets what a JATS file says as a PDF, in layouts that differ in all that a reader must cope with.

The text comes from the reader of XML, so that what the reader of PDF gives can be held against it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

import typst

from pipeline.document import Block, Cell, Document, Table

LAYOUTS = ("journal", "letters", "manuscript")

_STYLES = {
    "journal": """
#set page(paper: "a4", columns: 2, margin: (x: 17mm, top: 22mm, bottom: 20mm),
  header: text(8pt)[Benchmark Journal of Reading 2026, 3:14 #h(1fr) #context counter(page).display()],
  footer: align(center, text(7pt)[(c) The authors. Open access.]))
#set columns(gutter: 6mm)
#set text(font: "Libertinus Serif", size: 9.5pt, lang: "en", hyphenate: true)
#set par(justify: true, first-line-indent: 1em, leading: 0.5em, spacing: 0.5em)
#show heading.where(level: 1): it => block(above: 1.2em, below: 0.6em, text(12pt, weight: "bold", it.body))
#show heading.where(level: 2): it => block(above: 1.0em, below: 0.5em, text(10pt, weight: "bold", it.body))
#show heading: set par(justify: false)
#show heading.where(level: 3): it => block(above: 0.9em, below: 0.5em, text(9.5pt, style: "italic", it.body))
""",
    "letters": """
#set page(paper: "us-letter", columns: 2, margin: (x: 20mm, top: 20mm, bottom: 24mm),
  footer: [#line(length: 100%, stroke: 0.3pt) #text(7.5pt)[Letters of Layout #h(1fr) page #context counter(page).display()]])
#set columns(gutter: 9mm)
#set text(font: "New Computer Modern", size: 9pt, lang: "en", hyphenate: true)
#set par(justify: true, leading: 0.55em, spacing: 1.15em)
#set super(typographic: false)
#set heading(numbering: "1.1")
#show heading: set par(justify: false)
#show heading.where(level: 1): it => block(above: 1.6em, below: 0.8em, text(9.5pt, weight: "bold", upper(it)))
#show heading.where(level: 2): it => block(above: 1.3em, below: 0.7em, text(9pt, weight: "bold", it))
#show heading.where(level: 3): it => block(above: 1.3em, below: 0.7em, text(9pt, style: "italic", it))
""",
    "manuscript": """
#set page(paper: "us-letter", margin: 25mm, header: align(right, text(9pt)[Running title]),
  footer: align(center, text(9pt, context counter(page).display())))
#set text(font: "New Computer Modern", size: 11pt, lang: "en", hyphenate: false)
#set par(justify: false, leading: 0.9em, spacing: 1.5em)
#set par.line(numbering: n => text(7pt)[#n])
#show heading.where(level: 1): it => block(above: 1.8em, below: 1em, text(13pt, weight: "bold", it.body))
#show heading.where(level: 2): it => block(above: 1.6em, below: 0.9em, text(11pt, weight: "bold", it.body))
#show heading.where(level: 3): it => block(above: 1.6em, below: 0.9em, text(11pt, style: "italic", it.body))
""",
}


def typeset(document: Document, layout: str) -> bytes:
    """The PDF of a document in one of the layouts."""
    made = typst.compile(source(document, layout).encode(), format="pdf")
    assert isinstance(made, bytes)
    return made


def source(document: Document, layout: str) -> str:
    """The typst source of a document in one of the layouts."""
    parts = [_STYLES[layout], *_front(document, layout)]
    tables = {table.start: table for table in document.tables}
    headings = {section.start: section for section in document.sections}
    skipped = 0
    titled = {section.start for section in document.sections if section.kind == "references" and section.title}
    unlisted = not any(block.kind == "heading" and block.start in titled for block in document.blocks)
    for block in document.blocks:
        if block.start < skipped or block.kind in ("title", "author"):
            continue
        if block.start in tables or any(table.start <= block.start < table.end for table in document.tables):
            table = next(table for table in document.tables if table.start <= block.start < table.end)
            if table.cells:
                parts.append(_table(document, table, layout))
            skipped = table.end
        elif block.kind == "heading":
            level = min(headings[block.start].level, 3) if block.start in headings else 3
            parts.append(f"#heading(level: {level}, {_string(document, block)})\n")
        elif block.kind == "reference":
            if unlisted:
                parts.append("#heading(level: 1)[References]\n")
                unlisted = False
            size = {"journal": "7.5pt", "letters": "8pt", "manuscript": "11pt"}[layout]
            parts.append(_entry(document, block, size))
        elif block.kind == "caption":
            parts.append(
                f"#block(above: 1.4em, below: 1.4em, text(8pt)[{_words(document, block.start, block.end, layout)}])\n"
            )
        else:
            parts.append(f"{_words(document, block.start, block.end, layout)}\n\n")
    return "\n".join(parts)


def _front(document: Document, layout: str) -> Iterator[str]:
    held = {kind: [b for b in document.blocks if b.kind == kind] for kind in ("title", "author")}
    inner = "".join(
        f'#text(17pt, weight: "bold", hyphenate: false, {_string(document, block)})\n\n' for block in held["title"]
    )
    inner += "".join(f"#text(10pt, {_string(document, block)})\n\n" for block in held["author"])
    inner = f"#set par(first-line-indent: 0pt, justify: false, spacing: 1em)\n{inner}"
    if layout == "manuscript":
        yield f"#[{inner}]\n"
    else:
        yield f'#place(top, scope: "parent", float: true, clearance: 1.6em)[{inner}]\n'


def _string(document: Document, block: Block) -> str:
    return literal(document.text[block.start : block.end])


def literal(text: str) -> str:
    """A typst string, which typst prints character for character."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False)


def _words(document: Document, start: int, end: int, layout: str) -> str:
    """Running text; citations by number raised where the source raises them, and everywhere in the letters."""
    parts, at = [], start
    for citation in document.citations:
        printed = document.text[citation.start : citation.end]
        bracketed = printed.startswith("[")
        if not start <= citation.start < end or (bracketed and layout != "letters"):
            continue
        if not re.fullmatch(r"\[?[\d\s,;–—-]+\]?", printed):
            continue
        parts.append(_piece(document.text[at : citation.start].rstrip()))
        parts.append("#super(" + json.dumps(re.sub(r"[\s\[\]]", "", printed), ensure_ascii=False) + ")")
        at = citation.end
    parts.append(_piece(document.text[at:end]))
    return "".join(part for part in parts if part)


def _piece(text: str) -> str:
    return "#" + json.dumps(re.sub(r"\s+", " ", text), ensure_ascii=False) + ";" if text else ""


def _entry(document: Document, block: Block, size: str) -> str:
    words = f"#text({size}, {_string(document, block)})"
    return f"#block(above: 0.6em, below: 0.6em)[#set par(hanging-indent: 1.4em, first-line-indent: 0pt, justify: false)\n{words}]\n"


def _table(document: Document, table: Table, layout: str) -> str:
    """A table: three rules in the journal, a full grid in the letters, no rules at all in the manuscript."""
    size = 7.5 if table.columns > 6 else 8
    wide = layout != "manuscript" and table.columns > 4
    caption = document.text[slice(*table.caption)] if table.caption else ""
    heads = max((cell.row + cell.row_span for cell in table.cells if cell.header), default=0)
    rows = [_row(document, table, number) for number in range(table.rows)]
    rules = {
        "journal": ("table.hline(stroke: 0.8pt),", "table.hline(stroke: 0.4pt),", "table.hline(stroke: 0.8pt),"),
        "letters": ("", "", ""),
        "manuscript": ("", "", ""),
    }[layout]
    partial = _partial_rules(table, heads) if layout == "journal" else ""
    body = rules[0] + _joined(rows[: max(heads - 1, 0)]) + partial + _joined(rows[max(heads - 1, 0) : heads]) + rules[1]
    body += _joined(rows[heads:]) + rules[2]
    stroke = "0.4pt" if layout == "letters" else "none"
    notes = "\\ ".join(
        (f"#super({literal(note.mark)}) " if note.mark else "")
        + "#"
        + literal(document.text[note.start : note.end])
        + ";"
        for note in table.notes
    )
    widths = _widths(document, table)
    inner = (
        f"#set text({size}pt, hyphenate: false)\n#set par(first-line-indent: 0pt, justify: false, leading: 0.45em)\n"
        f"{_caption(caption)}\n#table(columns: ({widths}), stroke: {stroke}, inset: (x: 3pt, y: 2.5pt), align: left + top, {body})\n"
        + (f"#text({size - 1}pt)[{notes}]" if notes else "")
    )
    if layout == "manuscript":
        return f"#block(width: 100%, above: 1.6em, below: 1.6em)[{inner}]\n"
    scope = "parent" if wide else "column"
    return f'#place(auto, scope: "{scope}", float: true, clearance: 1.4em)[#block(width: 100%)[{inner}]]\n'


def _caption(caption: str) -> str:
    match = re.match(r"(Table\s+\S+?)[.:]?\s+(.*)", caption, re.DOTALL)
    if not match:
        return f"#block(below: 0.7em)[#{literal(caption)};]"
    return f"#block(below: 0.7em)[*#{literal(match[1])};* #{literal(match[2])};]"


def _widths(document: Document, table: Table) -> str:
    """Columns as wide as their longest words and cells ask for."""
    wants = [1.0] * table.columns
    for cell in table.cells:
        if cell.column_span == 1:
            text = document.text[cell.start : cell.end]
            longest = max((len(word) for word in text.split()), default=1)
            wants[cell.column] = max(wants[cell.column], longest + 1.5, min(len(text), 26) * 0.8)
    return ", ".join(f"{want:.1f}fr" for want in wants) + ","


def _row(document: Document, table: Table, number: int) -> str:
    made: list[str] = []
    for column in range(table.columns):
        cell = table.at(number, column)
        if cell is None:
            made.append("[],")
        elif (cell.row, cell.column) == (number, column):
            made.append(_cell(document, cell) + ",")
    return " ".join(made)


def _cell(document: Document, cell: Cell) -> str:
    words = "#" + literal(document.text[cell.start : cell.end]) + ";"
    words += "".join(f"#super({literal(mark)})" for mark in cell.marks)
    if cell.header:
        words = f"*{words}*"
    align = ", align: center" if cell.column_span > 1 and cell.header else ""
    return f"table.cell(rowspan: {cell.row_span}, colspan: {cell.column_span}{align})[{words}]"


def _partial_rules(table: Table, heads: int) -> str:
    """Rules under the heads that span columns."""
    if heads < 2:
        return ""
    spans = [cell for cell in table.cells if cell.row == 0 and cell.header and cell.column_span > 1]
    return "".join(
        f"table.hline(start: {cell.column}, end: {cell.column + cell.column_span}, stroke: 0.3pt)," for cell in spans
    )


def _joined(rows: Sequence[str]) -> str:
    return " ".join(rows)
