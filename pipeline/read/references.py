"""The bibliography: lines to entries, entries to authors, year, title, journal, volume, pages, DOI and PMID."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.document import Reference
from pipeline.names import slug, surname

_NUMBERED = re.compile(
    r"^(?P<before>[•●·*]{1,3}\s*)?[\[(]?(?P<number>\d{1,3})[\])]?(?P<end>[.)\]:]?)\s*(?P<after>[•●·*]{1,3}\s*)?(?=\S)"
)
_YEAR = re.compile(r"(?<![\d/.-])(1[89]\d{2}|20\d{2})(?![\d/])[a-z]?")
_DOI = re.compile(r"(?:doi:?\s*|doi\.org/|\b)(10\.\d{4,9}/[^\s\"<>]+[^\s\"<>.,;)\]])", re.IGNORECASE)
_PMID = re.compile(r"(?:PMID|PubMed)(?:\s*PMID)?:?\s*(\d{4,9})\b|pubmed/(\d{4,9})", re.IGNORECASE)
_PARTICLES = (
    r"(?:(?:[dD]e|[dD]el|[dD]er|[dD]en|[vV]an|[vV]on|[dD]i|[dD]a|[lL]a|[lL]e|[tT]en|[tT]er|[aA]an|[hH]et|'t|[eE]l|[aA]l|"
    r"[bB]in|[dD]os|[sS]t\.?)\s+)*"
)
_NAME = rf"{_PARTICLES}[^\W\d_a-z][^\W\d_]*(?:[-'’ ][^\W\d_]+){{0,3}}?"
_AUTHOR = re.compile(
    rf"\s*(?:(?:and|&)\s+)?(?P<name>{_NAME}),?\s+(?P<initials>(?:[A-Z]\.\s?-?){{1,4}}|[A-Z]{{1,4}})"
    r"(?:\s+(?:Jr|Sr|[23](?:rd|nd|th)|I{1,3}|IV)\.?)?(?=\s*(?:[,.;:(&]|and\b|et al|$))"
)
_TOLD = re.compile(
    r"(?<=[.\d])\s+(?P<note>(?:This|These|The (?:first|present|authors?|study|results?|paper)|"
    r"A (?:recent|comprehensive|review|study|randomi[sz]ed|large|meta)|An? (?:important|excellent)|In this|Results|"
    r"Important|First|Provides|Describes|Demonstrates|Shows|Reports)\b.*)$"
)
_PLACE = re.compile(
    r"(?P<volume>\d{1,4}[A-Z]?)\s*(?:\((?P<issue>[^)]{1,24})\))?\s*[:,]\s*(?:pp?\.?\s*)?"
    r"(?P<pages>[A-Za-z]{0,3}\d+[A-Za-z]?(?:\s*[-–—]\s*[A-Za-z]{0,2}\d+[A-Za-z]?)?)"
)
_IMPORTANCE = {1: "of importance", 2: "of major importance"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the list: its printed lines (by index), and the number it carries."""

    lines: tuple[int, ...]
    number: str = ""
    bullets: int = 0


def split(texts: Sequence[str], starts: Sequence[float], gaps: Sequence[float]) -> list[Entry]:
    """Parts the lines of a bibliography into entries.

    `starts` are the x at which the lines begin, measured from their column's edge, and `gaps` the distance to the
    line above, in ems (`inf` at a column's top, 0 where unknown). Numbers are only taken in their order, so that
    a year or page that happens to begin a line starts nothing; an entry without a year keeps its number.
    """
    numbered = _by_number(texts)
    if len(numbered) >= 5 or (numbered and 0 in numbered[0].lines[:1] and len(numbered) >= 0.1 * len(texts)):
        return numbered
    return _by_shape(texts, starts, gaps)


def _by_number(texts: Sequence[str]) -> list[Entry]:
    """Walks for the expected next number; the list may begin anywhere, and a missed number is stepped over."""
    found: list[tuple[int, str, int]] = []
    expected = 0
    for index, text in enumerate(texts):
        match = _NUMBERED.match(text)
        if not match or (
            not match["end"] and not text[match.end() :][:1].isupper() and not text.startswith(("[", "("))
        ):
            continue
        number = int(match["number"])
        if (not found and number <= 2) or (found and expected <= number <= expected + 2):
            bullets = len(((match["before"] or "") + (match["after"] or "")).replace(" ", ""))
            found.append((index, match["number"], bullets))
            expected = number + 1
    entries = []
    for position, (index, number_text, bullets) in enumerate(found):
        stop = found[position + 1][0] if position + 1 < len(found) else len(texts)
        entries.append(Entry(tuple(range(index, stop)), number_text, bullets))
    return entries


def _by_shape(texts: Sequence[str], starts: Sequence[float], gaps: Sequence[float]) -> list[Entry]:
    """Entries by hanging indent, else by the gaps between them, else one a line that begins like an entry."""
    if not texts:
        return []
    deep = [start > 0.6 for start in starts]
    hanging = 0.15 * len(texts) <= sum(deep) <= 0.95 * len(texts)
    wide = [gap for gap in gaps if gap < 50]
    usual = sorted(wide)[len(wide) // 2] if wide else 0.0
    spaced = any(gap > usual + 0.25 for gap in wide)
    entries: list[list[int]] = []
    for index, text in enumerate(texts):
        if hanging:
            begins = not deep[index]
        elif spaced:
            begins = usual + 0.25 < gaps[index] < 50 or (gaps[index] >= 50 and bool(_AUTHOR.match(text)))
        else:
            begins = bool(_AUTHOR.match(text)) and (index == 0 or texts[index - 1].rstrip()[-1:] in ".)]0123456789")
        if begins or not entries:
            entries.append([])
        entries[-1].append(index)
    return [Entry(tuple(lines)) for lines in entries]


def reference(text: str, start: int, number: str = "", bullets: int = 0) -> Reference:
    """What an entry says. Without a number its label is made of the first author and the year."""
    match = _NUMBERED.match(text) if number else None
    if match and not bullets:
        bullets = len(((match["before"] or "") + (match["after"] or "")).replace(" ", ""))
    body = text[match.end() :] if match else text
    shift = len(body) - len(body.lstrip("•●·* "))
    bullets = bullets or len(body[:shift].replace(" ", ""))
    body = body[shift:]
    body, annotation = _annotation(body, bullets)
    doi_match, pmid_match = _DOI.search(body), _PMID.search(body)
    authors, rest = _authors(body)
    year = _year(body, rest)
    title, journal, volume, pages = _parts(rest, year)
    label = number or slug(surname(authors[0] if authors else body.split(",")[0].split(" ")[0])) + year
    return Reference(
        label,
        start,
        start + len(text),
        tuple(authors),
        year,
        title,
        journal,
        volume,
        pages,
        doi_match[1].rstrip(".") if doi_match else "",
        (pmid_match[1] or pmid_match[2]) if pmid_match else "",
        _IMPORTANCE.get(bullets, ""),
        annotation,
    )


def labelled(references: Sequence[Reference]) -> list[Reference]:
    """The references with labels that differ: of two alike the second gets `b`, the third `c`."""
    seen: Counter[str] = Counter()
    done: list[Reference] = []
    for each in references:
        seen[each.label] += 1
        count = seen[each.label]
        done.append(
            each if count == 1 or each.label.isdigit() else replace(each, label=each.label + chr(96 + min(count, 26)))
        )
    return done


def _annotation(body: str, bullets: int) -> tuple[str, str]:
    """The sentence that some journals add to an important entry, behind the entry's own closing stop."""
    match = _TOLD.search(body)
    if not match or not (bullets or len(match["note"].split()) >= 8) or not _YEAR.search(body[: match.start()]):
        return body, ""
    if not _PLACE.search(body[: match.start()]) and not _DOI.search(body[: match.start()]):
        return body, ""
    return body[: match.start()], match["note"].strip()


def _authors(body: str) -> tuple[list[str], str]:
    """The names at the head of an entry as `Surname AB`, and what follows them."""
    found: list[str] = []
    at = 0
    while match := _AUTHOR.match(body, at):
        initials = re.sub(r"[^A-Z]", "", match["initials"])
        found.append(f"{match['name']} {initials}")
        at = match.end()
        joint = re.match(r"\s*(?:[,;]|(?=\s(?:and|&)\b))\s*", body[at:])
        if not joint:
            break
        at += joint.end()
    rest = re.sub(
        r"^\s*(?:,?\s*(?:et al\.?|and others))?[\s.,:;]*(?:\((?:eds?|editors?)\.?\)[\s.,:;]*)?", "", body[at:]
    )
    return found, rest


def _year(body: str, rest: str) -> str:
    bracketed = re.search(r"\((1[89]\d{2}|20\d{2})[a-z]?\)", body)
    if bracketed:
        return bracketed[1]
    printed = re.search(
        r"(?<![\d/.-])(1[89]\d{2}|20\d{2})[a-z]?(?=\s*(?:[A-Z][a-z]{2}\b[^;:]{0,8})?[;:]\s*[A-Z]?\d)", rest
    )
    years = _YEAR.findall(_DOI.sub(" ", rest)) or _YEAR.findall(_DOI.sub(" ", body))
    return printed[1] if printed else (years[-1] if years else "")


def _parts(rest: str, year: str) -> tuple[str, str, str, str]:
    """Title, journal, volume and pages of what follows the authors."""
    clean = re.sub(r"^\(?(?:1[89]|20)\d{2}[a-z]?\)?[\s.,:;]*", "", rest)
    clean = re.sub(r"(?:\s*\[[^\]]*\]\.?)+$", "", clean)
    clean = re.split(r"\s*(?:https?://|doi:?\s*10\.|PMID)", clean, maxsplit=1, flags=re.IGNORECASE)[0].strip()
    ends = list(re.finditer(r"(?<=[^\s.])[.?!](?=\s+[^\W\d_a-z])", clean))
    ends = [end for end in ends if not re.search(r"\b(?:vs|al|St|Dr|No|e\.g|i\.e|[A-Z])$", clean[: end.start()])]
    place = None
    for match in _PLACE.finditer(clean):
        place = match
    volume, pages = (place["volume"], re.sub(r"\s", "", place["pages"])) if place else ("", "")
    before = clean[: place.start()] if place else clean
    inner = [end for end in ends if end.end() <= len(before.rstrip())]
    if not inner:
        bare = re.sub(r"[\s.,;]+(?:1[89]|20)\d{2}[\s.]*$", "", before)
        return bare.strip(" .,;"), "", volume, pages
    cut = inner[0]
    if cut.group() in "?!" and len(inner) > 1 and len(before[inner[0].end() : inner[1].end()].split()) > 1:
        cut = inner[1]
    title = clean[: cut.end()].rstrip(". ") if cut.group() == "." else clean[: cut.end()]
    journal = before[cut.end() :]
    if year and year in journal:
        journal = journal[: journal.rindex(year)]
    journal = re.sub(r"[\s.,;(:]+$", "", journal.strip())
    return title.strip(), journal, volume, pages
