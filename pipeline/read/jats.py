"""JATS: an article's front matter, sections, tables, figures and bibliography into one text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lxml import etree

from pipeline.document import Document
from pipeline.read.jats_references import Entry, entries
from pipeline.read.jats_tables import below_each_other, marks_apart, notes, placed
from pipeline.read.scroll import Bit, Scroll, plain, raised

_APART = frozenset(
    "table-wrap table-wrap-group fig fig-group list disp-quote boxed-text def-list supplementary-material".split()
)
_SILENT = frozenset(
    "tex-math annotation graphic inline-graphic object-id fn-group permissions alt-text long-desc".split()
)


def read_article(empty: Document, article: etree._Element) -> Document:
    """Fills the empty document from an `<article>`."""
    for other in article.findall("sub-article") + article.findall("response"):
        article.remove(other)
    listed = entries(article)
    reader = _Reader(article, listed)
    reader.front()
    for part in article.findall("abstract"):
        reader.abstract(part)
    for part in article.findall("body") or [article]:
        reader.parts(part, 1)
    reader.floats()
    for part in article.findall("back"):
        reader.back(part)
    return reader.scroll.document(empty, front=reader.titled)


class _Reader:
    """Walks the article in reading order."""

    def __init__(self, article: etree._Element, listed: Sequence[Entry]) -> None:
        self._article = article
        self._listed = listed
        self._floats = {
            wrap.get("id", ""): wrap
            for group in article.findall("floats-group") + article.findall("floats-wrap")
            for wrap in group
            if wrap.tag in ("table-wrap", "fig")
        }
        self.scroll = Scroll({entry.id: entry.reference.label for entry in listed})
        self.titled = False

    def front(self) -> None:
        meta = self._article.find("front/article-meta")
        if meta is None:
            return
        title = meta.find("title-group/article-title")
        if title is not None:
            self.titled = self.scroll.block("title", list(bits(title))) is not None
        subtitle = meta.find("title-group/subtitle")
        if subtitle is not None:
            self.scroll.block("title", list(bits(subtitle)))
        names = [_name(each) for each in meta.findall("contrib-group/contrib")]
        if any(names):
            self.scroll.block("author", [Bit(", ".join(name for name in names if name))])
            self.titled = True
        for part in meta.findall("abstract"):
            self.abstract(part)

    def abstract(self, part: etree._Element) -> None:
        title = part.find("title")
        if title is not None and plain(list(bits(title))):
            self.scroll.heading(plain(list(bits(title))), 1)
        else:
            self.scroll.unwritten("Abstract", 1)
        self.parts(part, 2)

    def back(self, part: etree._Element) -> None:
        for each in part:
            if each.tag == "ref-list":
                self.bibliography(each)
            elif each.tag in ("ack", "app-group", "app", "sec", "notes", "glossary", "fn-group", "bio"):
                self.section(each, 1)

    def section(self, part: etree._Element, level: int) -> None:
        label, title = part.find("label"), part.find("title")
        words = " ".join(plain(list(bits(each))) for each in (label, title) if each is not None)
        named = {"ack": "Acknowledgements", "fn-group": "Notes"}.get(part.tag, "")
        if words:
            self.scroll.heading(words, level)
        elif named:
            self.scroll.unwritten(named, level)
        self.parts(part, level + (1 if words or named else 0))

    def parts(self, part: etree._Element, level: int) -> None:
        """What a section holds, one after the other."""
        for each in part:
            match each.tag:
                case "sec" | "app" | "boxed-text" | "notes":
                    self.section(each, level)
                case "p" | "disp-quote" | "verse-group" | "disp-formula" | "statement" | "speech" | "fn" | "attrib":
                    self.paragraph(each)
                case "list" | "def-list":
                    self.items(each)
                case "table-wrap" | "fig":
                    self.float(each)
                case "table-wrap-group" | "fig-group" | "fn-group" | "disp-formula-group" | "supplementary-material":
                    self.parts(each, level)
                case "ref-list":
                    self.bibliography(each)
                case "caption" | "media":
                    self.parts(each, level)

    def paragraph(self, part: etree._Element) -> None:
        """A paragraph as one block; tables, figures and lists inside it stand behind it, or where a list cuts it."""
        run: list[Bit] = []
        later: list[etree._Element] = []
        for inner in pieces(part):
            if isinstance(inner, Bit):
                run.append(inner)
            elif inner.tag in ("list", "def-list"):
                self.scroll.block("paragraph", run)
                run = []
                self.items(inner)
            else:
                later.append(inner)
        self.scroll.block("paragraph", run)
        for inner in later:
            if inner.tag in ("table-wrap", "fig"):
                self.float(inner)
            else:
                self.parts(inner, 9)
        for xref in part.iter("xref"):
            for rid in (xref.get("rid") or "").split():
                if rid in self._floats:
                    self.float(self._floats.pop(rid))

    def items(self, part: etree._Element) -> None:
        for item in part.findall("list-item") + part.findall("def-item"):
            run: list[Bit] = []
            for each in item:
                if each.tag in ("list", "def-list"):
                    self.scroll.block("list", run)
                    run = []
                    self.items(each)
                else:
                    run.extend([Bit(" "), *bits(each)])
            self.scroll.block("list", run)

    def float(self, part: etree._Element) -> None:
        label = part.find("label")
        caption = [bit for each in (label, part.find("caption")) if each is not None for bit in (*bits(each), Bit(" "))]
        if part.tag == "fig":
            self.scroll.block("caption", caption)
            return
        number = re.sub(r"^\s*(?:Table|Tab\.?)\s*|[.:\s]+$", "", plain(list(bits(label))) if label is not None else "")
        cells = below_each_other(placed(table) for table in part.iter("table"))
        told = [note for foot in part.findall("table-wrap-foot") for note in notes(foot)]
        self.scroll.table(number, caption, marks_apart(cells, {mark for mark, _ in told}), told)

    def floats(self) -> None:
        for key in list(self._floats):
            self.float(self._floats.pop(key))

    def bibliography(self, part: etree._Element) -> None:
        title = part.find("title")
        words = plain(list(bits(title))) if title is not None else ""
        if words:
            self.scroll.heading(words, 1)
        else:
            self.scroll.unwritten("References", 1)
        inside = {id(each) for each in part.iter("ref")}
        for entry in self._listed:
            if id(entry.element) in inside:
                span = self.scroll.block("reference", [Bit(entry.text)])
                if span is not None:
                    self.scroll.references.append(entry.at(*span))


def pieces(part: etree._Element) -> Iterator[Bit | etree._Element]:
    """The text of an element, and the elements inside it that stand apart from the text."""
    if part.text:
        yield Bit(part.text)
    for child in part:
        if child.tag in _APART:
            yield child
        elif child.tag not in _SILENT:
            yield from _inline(child)
        if child.tail:
            yield Bit(child.tail)


def _inline(child: etree._Element) -> Iterator[Bit | etree._Element]:
    match child.tag:
        case "xref" if child.get("ref-type") == "bibr":
            yield Bit(plain(list(bits(child))), tuple((child.get("rid") or "").split()))
        case "sup" if child.find(".//xref[@ref-type='bibr']") is not None:
            before = "".join(
                (child.getprevious() is not None and child.getprevious().tail) or child.getparent().text or ""
            )
            yield Bit("" if before[-1:].isspace() or not before else " ")
            yield from pieces(child)
        case "sup":
            before = _before(child)
            yield Bit(raised("".join(child.itertext()), before))
        case "break" | "hr":
            yield Bit(" ")
        case "p" | "title" | "label" | "term" | "def" | "disp-formula" | "list-item":
            yield Bit(" ")
            yield from pieces(child)
            yield Bit(" ")
        case _:
            yield from pieces(child)


def _before(child: etree._Element) -> str:
    previous = child.getprevious()
    text = (previous.tail if previous is not None else child.getparent().text) or ""
    return text or ("".join(previous.itertext()) if previous is not None else "")


def bits(part: etree._Element) -> Iterator[Bit]:
    """All text of an element, what stands apart included."""
    for piece in pieces(part):
        if isinstance(piece, Bit):
            yield piece
        elif piece.tag in ("list", "def-list", "disp-quote", "boxed-text"):
            for inner in piece:
                yield Bit(" ")
                yield from bits(inner)


def _name(contrib: etree._Element) -> str:
    surname, given = contrib.findtext(".//surname"), contrib.findtext(".//given-names")
    if surname:
        return " ".join(" ".join(filter(None, (given, surname, contrib.findtext(".//suffix")))).split())
    collab = contrib.find("collab")
    return plain(list(bits(collab))) if collab is not None else ""
