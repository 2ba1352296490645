"""PubMed XML: title, abstract with its sections, MeSH terms, publication types and references of one citation."""

from __future__ import annotations

import re
from dataclasses import replace

from lxml import etree

from pipeline.document import Document, Reference
from pipeline.read import references as bibliography
from pipeline.read.scroll import Bit, Scroll

_ARTICLE = re.compile(rb"<PubmedArticle\b.*?</PubmedArticle>", re.DOTALL)
_PMID = re.compile(rb"<PMID\b[^>]*>\s*(\d+)\s*</PMID>")


def citations_of(data: bytes) -> list[str]:
    """The PMIDs of a set of several articles, in its order; empty for a file that is no such set."""
    if b"<PubmedArticle" not in data:
        return []
    found = [match.group() for match in _ARTICLE.finditer(data)]
    ids = [_PMID.search(article) for article in found]
    return [match[1].decode() if match else "" for match in ids] if len(found) > 1 else []


def article_bytes(data: bytes, number: int) -> bytes:
    """The article of a set that stands at this place, from 1."""
    found = list(_ARTICLE.finditer(data))
    return found[number - 1].group() if 0 < number <= len(found) else b""


def read_citation(empty: Document, citation: etree._Element) -> Document:
    """Fills the empty document from a `<PubmedArticle>`.

    Publication types stand in a section of their own, so that a retraction can be read there.
    """
    scroll = Scroll({})
    article = next(citation.iter("Article", "Book"), citation)
    scroll.block("title", [Bit(_text(article, "ArticleTitle") or _text(article, "BookTitle"))])
    names = [_author(each) for each in article.findall("AuthorList/Author")]
    scroll.block("author", [Bit(", ".join(filter(None, names)))])
    parts = citation.findall(".//Abstract/AbstractText")
    if parts:
        scroll.unwritten("Abstract", 1)
    for part in parts:
        scroll.heading((part.get("Label") or "").strip().capitalize(), 2)
        scroll.block("paragraph", [Bit("".join(part.itertext()))])
    _listed(scroll, "Publication types", [each.text or "" for each in article.iter("PublicationType")])
    _listed(scroll, "MeSH terms", [_term(each) for each in citation.iter("MeshHeading")])
    _listed(scroll, "Keywords", ["".join(each.itertext()) for each in citation.iter("Keyword")])
    listed = list(citation.iter("Reference"))
    if listed:
        scroll.unwritten("References", 1)
    for number, each in enumerate(listed, start=1):
        text = " ".join((each.findtext("Citation") or "").split())
        span = scroll.block("reference", [Bit(f"{number}. {text}")]) if text else None
        if span is not None:
            made = bibliography.reference(f"{number}. {text}", span.start, str(number))
            scroll.references.append(_identified(made, each))
    return scroll.document(empty, front=True)


def _text(part: etree._Element, name: str) -> str:
    found = next(part.iter(name), None)
    return "" if found is None else "".join(found.itertext())


def _author(each: etree._Element) -> str:
    name = " ".join(filter(None, (each.findtext("LastName"), each.findtext("Initials"))))
    return name or (each.findtext("CollectiveName") or "").strip()


def _term(each: etree._Element) -> str:
    return "/".join("".join(part.itertext()) for part in each if part.tag in ("DescriptorName", "QualifierName"))


def _listed(scroll: Scroll, title: str, words: list[str]) -> None:
    kept = [" ".join(word.split()) for word in words if word.strip()]
    if kept:
        scroll.heading(title, 1)
        scroll.block("paragraph", [Bit("; ".join(kept) + ".")])


def _identified(made: Reference, each: etree._Element) -> Reference:
    ids = {part.get("IdType"): (part.text or "").strip() for part in each.iter("ArticleId")}
    return replace(
        made,
        doi=ids.get("doi") or made.doi,
        pmid=ids.get("pubmed") or made.pmid,
        importance="",
        annotation="",
    )
