"""Citations in the running text: brackets, raised numbers, author and year; ranges expanded, gaps reported."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from pipeline.document import Citation, Reference, Span
from pipeline.names import slug

_NUMBERS = r"\d{1,3}(?:\s*[,;–—−-]\s*\d{1,3})*"
_BRACKETS = re.compile(rf"\[\s*({_NUMBERS})\s*[,;]?\s*\]")
_ROUND = re.compile(rf"\(\s*({_NUMBERS})\s*\)")
_RANGE = re.compile(r"(\d{1,3})\s*[–—−-]\s*(\d{1,3})|(\d{1,3})")
_SURNAME = (
    r"(?<!\w)(?:(?:[dD]e|[vV]an|[vV]on|[dD]er|[dD]en|[aA]an|[hH]et|[lL]a|[lL]e|[dD]i)\s+){0,3}[^\W\d_a-z][\w'’‐‑-]+"
)
_YEARS = r"(?:1[89]\d{2}|20\d{2})[a-z]?(?:\s*,\s*(?:(?:1[89]\d{2}|20\d{2})[a-z]?|[a-z]\b))*"
_WORK = re.compile(
    rf"(?P<name>{_SURNAME})(?:,?\s+et\s+al\.?,?|\s*(?:,\s*(?:(?:and|&)\s+)?|(?:and|&)\s+){_SURNAME}){{0,4}},?\s*(?P<years>{_YEARS})"
)
# Fewer raised numbers than this may be footnotes.
_CITED = 8
_STATISTIC = re.compile(r"(?:^|[^A-Za-z])[FtTHUZχ]\s?$")
_PARENTHESIS = re.compile(r"\(([^()]{4,300})\)|\[([^\[\]]{6,300})\]")
_NARRATIVE = re.compile(
    rf"(?P<name>{_SURNAME})(?:\s+et\s+al\.?|\s+(?:and|&)\s+{_SURNAME})?(?:['’]s)?,?\s+[(\[](?P<years>{_YEARS})[)\]]"
)


def citations(
    text: str, spans: Sequence[Span], references: Sequence[Reference], raised: Sequence[Span] = ()
) -> tuple[Citation, ...]:
    """Every citation inside `spans` (the running text and the tables), sorted by offset.

    `raised` are raised numbers. A number that the bibliography cannot hold is no citation where it stands in
    round brackets or raised; in square brackets it is one, and reported as unresolved.
    """
    known = {reference.label for reference in references}
    numbered = bool(references) and all(label.isdigit() for label in known)
    highest = max((int(label) for label in known), default=0) if numbered else 0
    parts = [(text[start:end], start) for start, end in spans]
    found = [each for part, start in parts for each in _bracketed(part, start, _BRACKETS, highest, known)]
    if numbered or not references:
        found.extend(_raised(text, spans, raised, highest or _count(text, raised), known))
    if len(found) < max(5, 0.2 * len(references)):
        found.extend(each for part, start in parts for each in _named(part, start, references))
    if numbered and len(found) < 3:
        found.extend(_rounded(parts, highest, known))
    return tuple(sorted(_apart(found), key=lambda citation: citation.start))


def _rounded(parts: Sequence[tuple[str, int]], highest: int, known: set[str]) -> list[Citation]:
    """Numbers in round brackets, if so many of the list are named in this way that they cannot be counts or points."""
    found = [each for part, start in parts for each in _round(part, start, highest, known)]
    named = {label for each in found for label in each.labels}
    return found if len(named) >= max(3, 0.4 * highest) else []


def expand(printed: str) -> tuple[str, ...]:
    """`49, 51-53` to its numbers in printed order; empty where a range falls or is too wide to be one."""
    labels: list[str] = []
    for low, high, single in _RANGE.findall(printed):
        if single:
            labels.append(str(int(single)))
        elif 0 < int(high) - int(low) <= 60:
            labels.extend(map(str, range(int(low), int(high) + 1)))
        else:
            return ()
    return tuple(labels)


def _bracketed(part: str, offset: int, pattern: re.Pattern[str], highest: int, known: set[str]) -> Iterator[Citation]:
    for match in pattern.finditer(part):
        labels = expand(match[1])
        if not labels or (highest and not any(int(label) <= highest for label in labels)) or "0" in labels:
            continue
        if (not highest and known) or _STATISTIC.search(part[: match.start()]):
            continue
        yield _citation(offset + match.start(), offset + match.end(), labels, known)


def _round(part: str, offset: int, highest: int, known: set[str]) -> Iterator[Citation]:
    """Numbers in round brackets: none beyond the list, none behind `=`, a number or the letter of a statistic."""
    for match in _ROUND.finditer(part):
        labels = expand(match[1])
        before = part[: match.start()].rstrip()
        if (
            labels
            and all(0 < int(label) <= highest for label in labels)
            and not re.search(r"[\d%=<>±]$|\b(?:n|N|SD|SE|CI|IQR|of|[A-Za-z])$", before)
        ):
            yield _citation(offset + match.start(), offset + match.end(), labels, known)


def _raised(
    text: str, spans: Sequence[Span], raised: Sequence[Span], highest: int, known: set[str]
) -> Iterator[Citation]:
    """Raised numbers that the bibliography holds; neighbours joined by a comma or dash are one citation."""
    joined: list[Span] = []
    for span in raised:
        if (
            joined
            and re.fullmatch(r"\s*[,–—-]?\s*", text[joined[-1].end : span.start])
            and span.start - joined[-1].end <= 3
        ):
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    for start, end in joined:
        printed = text[start:end].rstrip(",.;")
        labels = expand(printed) if re.fullmatch(_NUMBERS, printed) else ()
        if (
            labels
            and all(0 < int(label) <= highest for label in labels)
            and any(a <= start and end <= b for a, b in spans)
        ):
            yield _citation(start, start + len(printed), labels, known)


def _count(text: str, raised: Sequence[Span]) -> int:
    """How many references the raised numbers of a text without a list speak of; 0 where they are no citations.

    Citations name most of the numbers from 1 up; footnotes are few, and other raised numbers leave gaps.
    """
    named = {int(label) for start, end in raised for label in expand(text[start:end].rstrip(",.;"))}
    highest = max(named, default=0)
    return highest if len(named) >= _CITED and 2 * len(named) >= highest else 0


def _named(part: str, offset: int, references: Sequence[Reference]) -> Iterator[Citation]:
    """Author and year, in brackets or running in the sentence."""
    shelf: dict[tuple[str, str], list[str]] = defaultdict(list)
    for reference in references:
        if reference.year and reference.authors:
            shelf[(slug(reference.authors[0].rsplit(" ", 1)[0]), reference.year)].append(reference.label)
    known = {reference.label for reference in references}
    for match in _NARRATIVE.finditer(part):
        labels = _resolved(match["name"], match["years"], shelf)
        if any(label in known for label in labels) or "et al" in match.group():
            yield _citation(offset + match.start(), offset + match.end(), labels, known)
    for match in _PARENTHESIS.finditer(part):
        works = list(_WORK.finditer(match.group()))
        labels = tuple(label for work in works for label in _resolved(work["name"], work["years"], shelf))
        sure = [work for work in works if "et al" in work.group() or re.search(r"\band\b|&", work.group())]
        if labels and (sure or any(label in known for label in labels)):
            yield _citation(offset + match.start(), offset + match.end(), labels, known)


def _resolved(name: str, years: str, shelf: dict[tuple[str, str], list[str]]) -> tuple[str, ...]:
    key = slug(name)
    labels: list[str] = []
    for year, letter in re.findall(r"(\d{4})([a-z]?)", years):
        held = shelf.get((key, year)) or [
            label
            for (name_, year_), labels_ in shelf.items()
            if year_ == year and name_.endswith(key)
            for label in labels_
        ]
        place = ord(letter) - ord("a") if letter else 0
        labels.append(held[place] if place < len(held) else key + year + letter)
    return tuple(labels)


def _citation(start: int, end: int, labels: tuple[str, ...], known: set[str]) -> Citation:
    return Citation(start, end, labels, tuple(label for label in labels if label not in known))


def _apart(found: Sequence[Citation]) -> list[Citation]:
    """Of citations that overlap, the longer one."""
    kept: list[Citation] = []
    for citation in sorted(found, key=lambda each: (each.start - each.end, each.start)):
        if all(citation.end <= other.start or citation.start >= other.end for other in kept):
            kept.append(citation)
    return kept
