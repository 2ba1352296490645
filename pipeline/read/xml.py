"""XML, opened with nothing that can reach out or blow up: no entities, no network, no DTD, no huge trees."""

from __future__ import annotations

import re
from dataclasses import replace

from lxml import etree

from pipeline.document import Document, Input
from pipeline.read.jats import read_article
from pipeline.read.pubmed import article_bytes, read_citation

_FRAGMENT = re.compile(rb"\s*<(abstract|body|front|sec)\b")


class XMLFaultError(ValueError):
    """XML that is refused or cannot be parsed; the text says why in one line."""


class DamagedXMLError(XMLFaultError):
    """XML that is not well-formed, and may hold an article all the same."""


def read_xml(source: Input, data: bytes, sha256: str) -> Document:
    """Reads a JATS article, or one article of PubMed's set (`source.line` counts them from 1)."""
    content = article_bytes(data, source.line) if source.line else data
    damage = ""
    try:
        root = parsed(content)
    except DamagedXMLError as fault:
        damage = str(fault)
        mended = _recovered(content)
        if mended is None:
            return Document(source.document_id, source.path, sha256, "xml", status="failed", reason=damage)
        root = mended
    except XMLFaultError as fault:
        return Document(source.document_id, source.path, sha256, "xml", status="failed", reason=str(fault))
    article = _first(root, "article")
    if article is not None:
        document = read_article(Document(source.document_id, source.path, sha256, "jats"), article)
        if damage and document.status == "ok":
            return replace(document, status="partial", reason=f"{damage}; what stands before and after was read")
        return document
    if damage:
        return Document(source.document_id, source.path, sha256, "xml", status="failed", reason=damage)
    citation = _first(root, "PubmedArticle")
    if citation is None:
        citation = _first(root, "PubmedBookArticle")
    if citation is not None:
        return read_citation(Document(source.document_id, source.path, sha256, "pubmed"), citation)
    reason = f"unknown XML: its root is <{root.tag}>; JATS <article> or PubMed's <PubmedArticleSet> is needed"
    return Document(source.document_id, source.path, sha256, "xml", status="failed", reason=reason)


def _recovered(data: bytes) -> etree._Element | None:
    """The root of an article whose XML is damaged, as far as it can be made out; None where no text is left."""
    try:
        root = parsed(data, recover=True)
    except XMLFaultError:
        return None
    body = _first(root, "body") if _first(root, "body") is not None else _first(root, "abstract")
    return root if body is not None and "".join(body.itertext()).strip() else None


def parsed(data: bytes, *, recover: bool = False) -> etree._Element:
    """The root element, names without their namespaces; `recover`: of damaged XML what can be made out.

    Raises XMLFaultError, and DamagedXMLError where it is not well-formed.
    """
    if re.search(rb"<!ENTITY", data[:100_000]):
        raise XMLFaultError("refused: the XML declares entities of its own; take the declarations out")
    if _FRAGMENT.match(data):
        data = (
            b'<article xmlns:xlink="x" xmlns:mml="m" xmlns:xml="http://www.w3.org/XML/1998/namespace">'
            + data
            + b"</article>"
        )
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as fault:
        raise DamagedXMLError(f"damaged: the XML is not well-formed: {' '.join(str(fault).split())[:160]}") from None
    if root is None:  # nothing could be recovered
        raise DamagedXMLError("damaged: the XML holds nothing that can be read")
    for element in root.iter():
        if not isinstance(element.tag, str):
            raise XMLFaultError(f"refused: the XML uses the entity {element.text or ''}, which is not defined in it")
        if "}" in element.tag:
            element.tag = element.tag.split("}", 1)[1]
    return root


def _first(root: etree._Element, name: str) -> etree._Element | None:
    return root if root.tag == name else next(root.iter(name), None)
