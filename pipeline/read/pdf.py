"""PDF to a document: words from PDFium, geometry to reading order, tables and blocks, one text with marks beside it."""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pypdfium2
import pypdfium2.raw as pdfium

from pipeline.document import Document, Input, Status
from pipeline.document import Page as DocumentPage
from pipeline.read import fallback, furniture, rules
from pipeline.read.arrange import arranged
from pipeline.read.compose import Composer, finished
from pipeline.read.drafts import levels, measure
from pipeline.read.flow import Flow
from pipeline.read.hyphens import Hyphens
from pipeline.read.lines import segments
from pipeline.read.pdfium import Handle, frame
from pipeline.read.text import Writer
from pipeline.read.tokens import Sheet
from pipeline.read.words import lone_dash, sheet, with_dashes

_STRANGE = re.compile("[\ufffd\ue000-\uf8ff]")

_MUTE = "part of it has no text behind it (a font without a map)"

_FEW = 600
"""On a page with fewer characters than this the reader looks whether others have no text."""

LIMIT = 10_000
"""Pages beyond this number are not read, and the document says so."""


def read_pdf(source: Input, data: bytes, sha256: str) -> Document:
    """Reads a PDF. What cannot be read gives a document of status `failed` or `partial` with its reason."""
    empty = Document(source.document_id, source.path, sha256, "pdf")
    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as fault:
        spare = None if "assword" in str(fault) or b"%PDF" not in data[:1024] else _second_try(empty, data)
        return spare or replace(empty, status="failed", reason=_reason(str(fault), data))
    try:
        return _document(empty, pdf, data)
    finally:
        pdf.close()


def _second_try(empty: Document, data: bytes) -> Document | None:
    """The document as pdfplumber reads it, where PDFium does not open the file; None where that finds no words."""
    sheets, ruled, count = fallback.sheets(data)
    if not any(each.tokens for each in sheets):
        return None
    told = "PDFium cannot open the file; it was read by pdfplumber"
    if len(sheets) < count:
        told += f", the first {len(sheets)} of {count} pages"
    return _filled(replace(empty, status="partial", reason=told), sheets, ruled, {})


def _reason(fault: str, data: bytes) -> str:
    if "assword" in fault:
        return "encrypted: the PDF needs a password; save it without one"
    if b"%PDF" not in data[:1024]:
        return "not a PDF: the file does not begin as one"
    if "Success" in fault or "age" in fault:
        return "no pages: the PDF holds none that can be read"
    return "damaged: the PDF's structure cannot be read; save it anew from its source"


def _document(empty: Document, pdf: pypdfium2.PdfDocument, data: bytes) -> Document:
    sheets: list[Sheet] = []
    ruled: list[tuple[rules.Rule, ...]] = []
    faults: dict[int, str] = {}
    count = len(pdf)
    for number in range(1, min(count, LIMIT) + 1):
        each, lines, fault = _page(pdf, number)
        sheets.append(each)
        ruled.append(lines)
        if fault:
            faults[number] = fault
    _voice(data, sheets, faults)
    status, reason = _verdict(sheets, faults, count)
    return _filled(replace(empty, status=status, reason=reason), sheets, ruled, faults)


def _voice(data: bytes, sheets: list[Sheet], faults: dict[int, str]) -> None:
    """Puts pdfplumber's words in the place of pages where PDFium lacks some; a page that lacks none loses its fault."""
    silent = frozenset(number for number, fault in faults.items() if fault == _MUTE)
    for spare in fallback.sheets(data, silent)[0] if silent else ():
        lacking = spare.glyphs > sheets[spare.number - 1].glyphs
        by_words = spare.glyphs > 2 * len(spare.tokens)  # text that runs downwards comes letter by letter
        if lacking and by_words:
            sheets[spare.number - 1] = spare
        if by_words or not lacking:
            del faults[spare.number]


def _filled(
    empty: Document, sheets: Sequence[Sheet], ruled: Sequence[tuple[rules.Rule, ...]], faults: dict[int, str]
) -> Document:
    """The empty document with its pages and, if it has not failed, with what their words make."""
    paged = replace(empty, pages=tuple(_shown(each, faults.get(each.number, "")) for each in sheets))
    if paged.status == "failed":
        return paged
    writer, composer = compose(sheets, ruled)
    text, words, sections, cited = finished(writer, composer)
    return replace(
        paged,
        text=text,
        words=words,
        blocks=tuple(composer.blocks),
        sections=sections,
        tables=tuple(composer.tables),
        references=tuple(composer.references),
        citations=cited,
    )


def sheets_of(data: bytes) -> list[Sheet]:
    """The words of all pages and nothing more: what the rest of reading is measured against."""
    pdf = pypdfium2.PdfDocument(data)
    try:
        return [_page(pdf, number)[0] for number in range(1, len(pdf) + 1)]
    finally:
        pdf.close()


def page_of(pdf: pypdfium2.PdfDocument, number: int) -> Sheet:
    """The words of one page (from 1), furniture included."""
    return _page(pdf, number)[0]


def _page(pdf: pypdfium2.PdfDocument, number: int) -> tuple[Sheet, tuple[rules.Rule, ...], str]:
    """One page's words and, where it names a table, its rules; or what is wrong with it."""
    blank = Sheet(number, 0.0, 0.0, 0, (), 0, 0)
    try:
        page = _filled_in(pdf, number - 1)
    except pypdfium2.PdfiumError:
        return blank, (), "the page cannot be loaded"
    try:
        left, bottom, right, top = page.get_cropbox()
        text = page.get_textpage()
    except pypdfium2.PdfiumError:
        page.close()
        return blank, (), "the page's text cannot be loaded"
    handle = ctypes.cast(text.raw, ctypes.c_void_p).value or 0
    place = Handle(number, handle, left, bottom, right - left, top - bottom, page.get_rotation() // 90)
    read = sheet(place)
    printed = {token.text for token in read.tokens}
    if "-" in printed and (dash := lone_dash(read)) is not None:
        read = with_dashes(read, place, dash, rules.mute(page.raw, text.raw))
    lines: tuple[rules.Rule, ...] = ()
    if printed & {"Table", "TABLE", "Tab."}:
        a, b, c, d, e, f = frame(place, (read.turn + place.rotation) % 4)
        lines = rules.rules(page.raw, lambda x, y: (a * x + c * y + e, b * x + d * y + f))
    fault = _fault(read, page) or (_MUTE if read.glyphs < _FEW and _mute(page, text) else "")
    text.close()
    page.close()
    return read, lines, fault


def _filled_in(pdf: pypdfium2.PdfDocument, index: int) -> pypdfium2.PdfPage:
    """A page with what stands in its form fields, which PDFium keeps apart from the page's own text."""
    page = pdf[index]
    if pdfium.FPDF_GetFormType(pdf.raw) == pdfium.FORMTYPE_NONE:
        return page
    drawn = pdfium.FPDFPage_Flatten(page.raw, pdfium.FLAT_NORMALDISPLAY) == pdfium.FLATTEN_SUCCESS
    if not drawn:
        return page
    page.close()
    return pdf[index]


def _fault(read: Sheet, page: pypdfium2.PdfPage) -> str:
    """Why a page gave no words, or none that can be trusted; empty for a blank page and for one that reads well."""
    if read.tokens:
        letters = "".join(token.text for token in read.tokens)
        strange = 0 if letters.isascii() else len(_STRANGE.findall(letters))
        return "its characters have no text behind them (a font without a map)" if strange > 0.3 * len(letters) else ""
    if read.glyphs and not read.aside:
        return "its characters have no text behind them (a font without a map)" if _painted(page) else ""
    return "no text layer: the page is an image" if _painted(page) else ""


def _mute(page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage) -> bool:
    """Whether PDFium has no text for a fifth of the page's pieces of text."""
    count = pdfium.FPDFPage_CountObjects(page.raw)
    pieces = [pdfium.FPDFPage_GetObject(page.raw, index) for index in range(count)]
    written = sum(pdfium.FPDFPageObj_GetType(piece) == pdfium.FPDF_PAGEOBJ_TEXT for piece in pieces)
    return len(rules.mute(page.raw, text.raw)) > max(0.2 * float(written), 1.0)


def _painted(page: pypdfium2.PdfPage) -> bool:
    count = pdfium.FPDFPage_CountObjects(page.raw)
    kinds = {pdfium.FPDFPageObj_GetType(pdfium.FPDFPage_GetObject(page.raw, index)) for index in range(min(count, 400))}
    return pdfium.FPDF_PAGEOBJ_IMAGE in kinds or pdfium.FPDF_PAGEOBJ_FORM in kinds or pdfium.FPDF_PAGEOBJ_TEXT in kinds


def _verdict(sheets: Sequence[Sheet], faults: dict[int, str], count: int) -> tuple[Status, str]:
    """Status and reason for the whole document."""
    if not count:
        return "failed", "no pages: the PDF holds none"
    if not any(each.tokens for each in sheets):
        kinds = Counter(faults.values())
        if not kinds:
            return "failed", "no text: every page is blank"
        return "failed", max(sorted(kinds), key=lambda kind: kinds[kind]).replace(
            "the page is an image", "every page is an image; run OCR on it first"
        )
    told = [f"page {number}: {fault}" for number, fault in sorted(faults.items())]
    if count > LIMIT:
        told.append(f"only the first {LIMIT} of {count} pages were read")
    if not told:
        return "ok", ""
    more = f"; and {len(told) - 3} more pages" if len(told) > 3 else ""
    return "partial", "; ".join(told[:3]) + more


def _shown(each: Sheet, fault: str) -> DocumentPage:
    width, height = (each.height, each.width) if each.turn % 2 else (each.width, each.height)
    return DocumentPage(each.number, round(width, 2), round(height, 2), fault)


def compose(sheets: Sequence[Sheet], ruled: Sequence[tuple[rules.Rule, ...]]) -> tuple[Writer, Composer]:
    """Words and rules of all pages to the document's text and marks."""
    kept = furniture.without_line_numbers(sheets)
    pieces = furniture.without_running_heads([segments(tokens) for tokens in kept], sheets)
    body = furniture.body_size(pieces)
    columns, held = arranged(pieces, sheets, ruled, body)
    usual = measure(columns, body)
    flow = Flow(columns, usual, held)
    levels(flow.drafts)
    writer = Writer(Hyphens(kept), sheets)
    composer = Composer(writer, usual)
    composer.write(flow.drafts, flow.entries)
    return writer, composer
