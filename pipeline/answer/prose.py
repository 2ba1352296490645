"""Answers from sentences: each that speaks of the outcome and gives figures for both arms."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.answer.arms import SIDES, Arms
from pipeline.answer.match import Sought
from pipeline.answer.tables import Candidate
from pipeline.answer.tie import Figure, marks_in, tied
from pipeline.answer.values import NUMBER, SPELLED, SPREAD, Found, normal
from pipeline.answer.words import plain, same, stems
from pipeline.document import Block, Document, Span
from pipeline.sentences import sentences

_NUM = r"\d[\d,]*(?:\.\d+)?"
_SHARE = r"[(\[] ?\d+(?:\.\d+)? ?%"
_PEOPLE = (
    r"(?:(?!weeks?|months?|years?|days?|groups?|arms?)[a-z-]+ )?"
    r"(?:of them|patients|women|men|children|infants|subjects|participants|cases|individuals|deaths|people|students)"
)
_BINARY = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<events>(?<![\d./-])\d+) ?/ ?(?P<n>\d[\d,]*)(?![\d./])(?:[^\d;.]{0,14}[(\[] ?\d+(?:\.\d+)? ?%? ?[)\]])?",
        rf"(?P<events>(?<![\d.,])\d+|\b{SPELLED}) (?:{_SHARE} ?[)\]] )?(?:out )?of (?:the )?"
        rf"(?P<n>\d+)\b(?: [a-z]+)?(?: ?{_SHARE})?",
        rf"(?P<percent>(?<![\d.]){_NUM}) ?% ?[(\[] ?(?:n ?= ?)?(?P<events>\d+)(?: ?/ ?(?P<n>\d+))?(?: [a-z]+)? ?[)\]]",
        rf"(?P<events>(?<![\d.,/-])\d+|\b{SPELLED})(?: [a-z]+){{0,3}} ?[(\[] ?(?P<percent>\d+(?:\.\d+)?) ?%",
        rf"(?P<percent>(?<![\d.]){_NUM}|\b{SPELLED}) ?(?:%|per ?cent\b)(?! ?ci\b| ?confidence)",
        rf"(?P<events>(?<![\d.,/-])\d+|\b{SPELLED}) {_PEOPLE}\b",
        rf"\b(?:and|versus|vs\.?) (?P<events>{SPELLED})(?= (?:in|with|of|on) )",
        rf"(?P<events>(?<![\d.,/-])\d+|\b{SPELLED})(?= (?:in|from|of|on) (?:the )?(?:[\w+-]+ ){{1,4}}?(?:groups?|arms?)\b)",
    )
)
"""Counts, from the fullest way of stating them to the barest."""

_UNIT = r"(?: ?(?!and\b|vs\b|versus\b|in\b|for\b|to\b|or\b|with\b|of\b)[a-zA-Zμµ%/]{1,10})?"
_DEVIATION = r"(?:±|sd:?|s\.d\.|standard deviation)[ =:,]{0,3}"
_CONTINUOUS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?P<mean>{NUMBER}){_UNIT} ?{SPREAD} ?(?P<sd>\d+(?:\.\d+)?){_UNIT}",
        rf"(?P<mean>{NUMBER}){_UNIT} ?[(\[,] ?{_DEVIATION}(?P<sd>\d+(?:\.\d+)?)\)?",
    )
)
_BARE_PAIR = re.compile(rf"(?P<mean>{NUMBER}) ?[(\[] ?(?P<sd>\d+\.\d+) ?[)\]]")
_BARE_MEAN = re.compile(
    r"(?:\b(?:of|was|were|is|to|by|from|averaged|and|vs\.?|versus|than|approximately|mean)|[:=])[ (]{1,2}"
    rf"(?P<mean>{NUMBER})(?!\.?\d)(?! ?%| ?ci\b|[- ]?(?:point|item))|\((?P<alone>{NUMBER})(?= [a-zA-Zμµ/]+\)|\))",
    re.IGNORECASE,
)
_NO_MEASURE = re.compile(
    r" ?(?:%|(?:[a-z-]+ ){0,2}(?:patients|subjects|participants|groups|arms|students|women|men|children|infants|cases"
    r"|weeks?|months?|years?|times|variables|items|subscales)\b"
    r"|-?(?:h|hrs?|hours?|min|minutes?|days?|d)[ -](?:after|before|post|later|following|from)\b)",
    re.IGNORECASE,
)
_NO_MEAN = re.compile(
    r"(?:[pn]\s*[=<>]\s*|table |fig(?:ure|\.)? |[<>≤≥=] ?|phase |grade |\bci:? ?|\bto |week |month |day |years? )$",
    re.IGNORECASE,
)
_ERROR = re.compile(r"\b(?:sem?|s\.e\.(?:m\.)?|standard errors?)\b", re.IGNORECASE)
_MEDIAN = re.compile(r"\bmedian", re.IGNORECASE)
_SAYS_MEAN = re.compile(r"\bmeans?\b|\baverages?\b|\bsds?\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z][A-Za-z-]+")
_OWN = re.compile(r"(?:(?!\band\b)[^,;\d]){0,30}\d", re.IGNORECASE)
_ELSEWHERE = ("introduction", "methods", "references")


@dataclass(frozen=True, slots=True)
class Asking:
    """What is looked for in each sentence; `kind` is the type of the outcome."""

    arms: Arms
    sought: Sought
    kind: str


def prose_candidates(document: Document, arms: Arms, sought: Sought, kind: str) -> Iterator[Candidate]:
    """What single sentences state for both arms."""
    asking = Asking(arms, sought, kind)
    cited = [citation.start for citation in document.citations]
    for block in document.blocks:
        weight = _weight(document, block)
        if not weight:
            continue
        before = ""
        for span in sentences(document.text, block.start, block.end):
            if bisect_left(cited, span.start) == bisect_left(cited, span.end):  # else it tells of other studies
                yield from _sentence(document.text, span, before, asking, weight)
            before = document.text[span.start : span.end]


def _weight(document: Document, block: Block) -> float:
    """How much what a block says counts: an abstract tells the main result, a discussion repeats some; 0 for no result."""
    section = document.section_at(block.start)
    kind = section.kind if section is not None else ""
    if block.kind == "caption":
        return 0.8 if document.text[block.start : block.start + 3].casefold() == "fig" else 0.0
    if block.kind not in ("paragraph", "list") or kind in _ELSEWHERE:
        return 0.0
    if kind == "discussion":
        return 0.6
    return 0.92 if in_abstract(document, block) else 0.88


def in_abstract(document: Document, block: Block) -> bool:
    return any(
        section.kind == "abstract" and section.start <= block.start < section.end for section in document.sections
    )


def _sentence(text: str, span: Span, before: str, asking: Asking, weight: float) -> Iterator[Candidate]:
    sought = asking.sought
    whole = plain(text[span.start : span.end])
    about = _named_last(text, span, sought, asking.kind)
    around = max(0.95 * sought.cover(whole), 0.6 * sought.cover(f"{before} {whole}"))
    for start, end in (*_clauses(text, span), *([(about, span.end)] if about is not None else [])):
        words = plain(text[start:end])
        figures = sorted(_figures(words, start, asking.kind), key=lambda figure: figure.start)
        if not figures:
            continue
        values = tied(words, figures, marks_in(words, asking.arms))
        if values is None:
            continue
        fit = weight * max(sought.cover(words), around) * min(sought.when([words]), 1.06)
        fit *= 1.03 if start == about else 1.0
        yield Candidate(values, fit, min(found.start for side in SIDES for found in values[side].values()))


def _named_last(text: str, span: Span, sought: Sought, kind: str) -> int | None:
    """Where the outcome is named right before figures that are its own, other outcomes having gone before."""
    head = max(sought.weights, key=lambda word: sought.weights[word], default="")
    words = plain(text[span.start : span.end])
    for match in _WORD.finditer(words):
        if any(same(head, stem) for stem in stems(match.group())):
            before = any(True for _ in _figures(words[: match.start()], 0, kind))
            return span.start + match.start() if before and _OWN.match(words[match.end() :]) else None
    return None


def _clauses(text: str, span: Span) -> Iterator[tuple[int, int]]:
    """The whole sentence; its parts at semicolons outside parentheses come too, as each could stand alone."""
    yield span.start, span.end
    depth, begin, cuts = 0, span.start, []
    for place in range(span.start, span.end):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(text[place], 0)
        if text[place] == ";" and depth <= 0:
            cuts.append((begin, place))
            begin = place + 1
    if cuts:
        yield from (*cuts, (begin, span.end))


def _figures(words: str, offset: int, kind: str) -> Iterator[Figure]:
    """The statements of the asked kind in a sentence; where one is stated fully, what is barer is not looked for."""
    if kind == "binary":
        yield from _matched(words, offset, _BINARY)
        return
    full = [*_matched(words, offset, _CONTINUOUS)]
    if not full and _SAYS_MEAN.search(words) and not _MEDIAN.search(words):
        full = [*_matched(words, offset, (_BARE_PAIR,))]
    if full and _ERROR.search(words):  # what follows the mean is no deviation
        full = [Figure({"mean": figure.values["mean"]}, figure.start, figure.end) for figure in full]
    yield from full
    if not full and _SAYS_MEAN.search(words) and not _MEDIAN.search(words):
        yield from _means(words, offset)


def _matched(words: str, offset: int, patterns: tuple[re.Pattern[str], ...]) -> Iterator[Figure]:
    """What the patterns find; no two share a character, and an earlier pattern wins."""
    taken: list[tuple[int, int]] = []
    for pattern in patterns:
        for match in pattern.finditer(words):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            taken.append(match.span())
            values = {name: _value(match, name, offset) for name, part in match.groupdict().items() if part is not None}
            if "events" not in values or "n" not in values or int(values["events"].value) <= int(values["n"].value):
                yield Figure(values, match.start(), match.end())


def _means(words: str, offset: int) -> Iterator[Figure]:
    """Means without a spread."""
    for match in _BARE_MEAN.finditer(words):
        name = match.lastgroup or ""
        if not _NO_MEAN.search(words[: match.start(name)]) and not _NO_MEASURE.match(words[match.end(name) :]):
            yield Figure({"mean": _value(match, name, offset)}, match.start(name), match.end(name))


def _value(match: re.Match[str], name: str, offset: int) -> Found:
    return Found(normal(match[name]), match.start(name) + offset, match.end(name) + offset)
