"""The bibliography of a JATS article: what its tags say, printed in Vancouver style where the source prints nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from pipeline.document import Reference
from pipeline.names import slug
from pipeline.read import references as bibliography

_CITATIONS = ("element-citation", "mixed-citation", "citation", "nlm-citation", "product")
_DOI = re.compile(r"10\.\d{4,9}/\S+")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the list before it is written: its element, its id, its text, and what it says."""

    element: etree._Element
    id: str
    text: str
    reference: Reference

    def at(self, start: int, end: int) -> Reference:
        """The reference at its place in the text."""
        return replace(self.reference, start=start, end=end)


def entries(article: etree._Element) -> list[Entry]:
    """All entries, labelled by their printed number; without numbers by their order where the text cites numbers,
    else by first author and year."""
    listed = list(article.iter("ref"))
    cited = Counter(
        "".join(xref.itertext()).strip("[]() ")[:1].isdigit()
        for xref in article.iter("xref")
        if xref.get("ref-type") == "bibr"
    )
    by_number = cited[True] >= cited[False]
    found: list[Entry] = []
    for number, element in enumerate(listed, start=1):
        label = re.sub(r"[\[\].()\s]|[•●*]+", "", element.findtext("label") or "")
        made = _reference(element)
        name = label if label.isdecimal() else str(number) if by_number else made.label
        text = _text(element, made)
        shown = f"{name}. {text}" if name.isdecimal() and not text.startswith(f"{name}.") else text
        found.append(Entry(element, element.get("id", ""), shown, replace(made, label=name)))
    labelled = bibliography.labelled([entry.reference for entry in found])
    return [replace(entry, reference=reference) for entry, reference in zip(found, labelled, strict=True)]


def _citation(element: etree._Element) -> etree._Element | None:
    return next((each for tag in _CITATIONS for each in element.iter(tag)), None)


def _reference(element: etree._Element) -> Reference:
    held = _citation(element)
    whole = " ".join("".join(element.itertext()).split())
    if held is None:
        return bibliography.reference(whole, 0)
    authors = _authors(held)
    title = _first(held, "article-title", "chapter-title", "part-title", "data-title", "trans-title")
    source = _first(held, "source")
    if not authors and not title and not source:
        return bibliography.reference(whole, 0)
    first, last = _first(held, "fpage", "elocation-id"), _first(held, "lpage")
    pages = f"{first}–{last}" if first and last and last != first else first or _first(held, "page-range")
    year = re.search(r"\d{4}", _first(held, "year"))
    name = re.sub(r" [A-Z]+$", "", authors[0]) if authors else (title or source).split(" ")[0]
    note = _first(element, "annotation") or _first(held, "annotation")
    return Reference(
        slug(name) + (year.group() if year else ""),
        0,
        0,
        tuple(authors),
        year.group() if year else "",
        title or source,
        source if title else "",
        _first(held, "volume"),
        pages,
        _identifier(held, "doi"),
        _identifier(held, "pmid"),
        annotation=note,
    )


def _first(held: etree._Element, *tags: str) -> str:
    for tag in tags:
        for each in held.iter(tag):
            if words := " ".join("".join(each.itertext()).split()):
                return words.rstrip(".") if tag != "volume" else words
    return ""


def _authors(held: etree._Element) -> list[str]:
    groups = [each for each in held.iter("person-group") if each.get("person-group-type", "author") == "author"]
    within = groups[:1] or [held]
    found: list[str] = []
    for each in within[0].iter("name", "string-name", "collab"):
        if not groups and each.getparent().tag == "person-group":
            continue
        surname = " ".join((each.findtext("surname") or "").split())
        given = each.findtext("given-names") or ""
        if surname:
            found.append(f"{surname} {_initials(given)}".strip())
        elif each.tag != "name":
            found.append(" ".join("".join(each.itertext()).split()))
    return found


def _initials(given: str) -> str:
    bare = given.replace(".", " ")
    if bare.replace(" ", "").isupper() and len(bare.replace(" ", "")) <= 4:
        return bare.replace(" ", "").replace("-", "")
    return "".join(part[0] for part in re.split(r"[\s-]+", bare) if part and part[0].isalpha()).upper()


def _identifier(held: etree._Element, kind: str) -> str:
    for each in held.iter("pub-id"):
        if each.get("pub-id-type") == kind:
            return "".join(each.itertext()).strip()
    if kind == "doi":
        for link in held.iter("ext-link", "comment", "uri"):
            address = " ".join([*link.attrib.values(), "".join(link.itertext())])
            if match := _DOI.search(address):
                return match.group().rstrip(".,;)")
    return ""


def _text(element: etree._Element, made: Reference) -> str:
    """The entry as its source prints it; composed where the source holds tags without punctuation."""
    held = _citation(element)
    if held is None:
        return " ".join("".join(t for t in _texts(element)).split())
    loose = "".join(filter(None, [held.text, *(child.tail for child in held)])).strip()
    if len(re.findall(r"[^\s]", loose)) >= 3:
        return " ".join("".join(_spaced(held)).split())
    return _composed(made, held)


def _spaced(held: etree._Element) -> Iterator[str]:
    """The text of a citation, a space between a surname and the initials that follow it without one."""
    yield held.text or ""
    for child in held:
        yield from _spaced(child)
        yield child.tail or (" " if child.tag in ("surname", "name", "string-name") else "")


def _texts(element: etree._Element) -> Sequence[str]:
    return [text for child in element if child.tag != "label" for text in (*child.itertext(), " ")]


def _composed(made: Reference, held: etree._Element) -> str:
    names = ", ".join(made.authors) + (", et al" if held.find(".//etal") is not None else "")
    parts = [names, made.title, made.journal]
    if not made.journal and (publisher := _first(held, "publisher-name")):
        parts.append(publisher)
    place = made.year + (f";{made.volume}" if made.volume else "") + (f":{made.pages}" if made.pages else "")
    ids = " ".join(filter(None, (made.doi and f"doi:{made.doi}", made.pmid and f"PMID: {made.pmid}")))
    comments = " ".join(" ".join("".join(each.itertext()).split()) for each in held.iter("comment", "ext-link"))
    said = [part if part[-1] in ".?!" else f"{part}." for part in (*parts, place) if part]
    extra = comments if comments and made.doi not in comments else ""
    return " ".join(filter(None, (*said, ids, extra)))
