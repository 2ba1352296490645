"""How many people each arm has, by tables, by sentences, and by what is said of all arms together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from pipeline.answer.arms import SIDES, Arms, Side
from pipeline.answer.grid import Grid
from pipeline.answer.labels import bare, is_baseline
from pipeline.answer.parts import Part, counted_people, counted_subgroups, sizes_of
from pipeline.answer.question import Question
from pipeline.answer.tie import marks_in
from pipeline.answer.values import Found, normal
from pipeline.answer.words import NEUTRAL, plain, stems
from pipeline.document import Document
from pipeline.sentences import sentences

_PEOPLE = (
    r"(?:patients|participants|subjects|women|men|children|infants|individuals|students|people|persons|volunteers|cases"
    r"|males|females|adults|adolescents|mothers|neonates|eyes|couples)"
)
_N_EQUALS = re.compile(r"\bn\s*=\s*(\d[\d,]*)", re.IGNORECASE)
_COUNTED = re.compile(
    r"(?<![\d.,±])(\d[\d,]*)(?! ?%)(?: \(\d+(?:\.\d+)? ?%\))?(?: [a-z]+){0,2}? "
    rf"(?:{_PEOPLE}|were|received|in the|to the|to receive|to)\b",
    re.IGNORECASE,
)
_ASSIGNED = re.compile(
    r"\b(?:randomi[sz]ed|allocated|assigned|received?|enrol+ed|included|divided|consisted|comprised|performed|used"
    r"|hospitali[sz]ed|analy[sz]ed|completed)\b",
    re.IGNORECASE,
)
_EACH = re.compile(
    rf"(?<![\d.])(\d+)(?: {_PEOPLE})? (?:in|per|to) (?:each|both|either) (?:of the )?(?:\w+ )?(?:groups?|arms?)"
    r"|\bn\s*=\s*(\d+) (?:in|per|for|/) ?(?:each )?(?:groups?|arms?)|groups? of (\d+)",
    re.IGNORECASE,
)
_ALL = re.compile(
    rf"(?:total of |sample of |consisted of |included )?(?<![\d.,])(\d+) (?:[a-z-]+ ){{0,2}}?{_PEOPLE}", re.IGNORECASE
)
_DIVIDED = re.compile(
    rf"(?<![\d.,])(?P<total>\d+) (?:[a-z-]+ ){{0,3}}?{_PEOPLE}\b[^.;]{{0,80}}?\b(?:divided|assigned|allocated|randomi[sz]ed|"
    r"distributed|split) (?:[a-z]+ ){0,2}?(?:in)?to (?:one of )?(?P<groups>two|three|four|2|3|4) (?:equal(?:ly sized)? )?"
    r"(?:[a-z-]+ ){0,2}?(?:groups|arms)",
    re.IGNORECASE,
)
_PLANNED = re.compile(r"\bwill be\b|\bwill (?:receive|undergo)\b|\bplanned\b|\bsample size\b|\bpower\b", re.IGNORECASE)
_EQUALLY = re.compile(
    r"\bequal(?:ly)?\b[^.;]{0,50}?\b(?P<groups>two|three|four|2|3|4) (?:equal )?(?:[a-z-]+ ){0,2}?(?:groups|arms)\b",
    re.IGNORECASE,
)
_CROSSOVER = re.compile(r"\bcross-?over\b", re.IGNORECASE)
_OR = re.compile(r"(?: [A-Za-z-]+){0,3}(?:,| or| and| and/or)(?: [A-Za-z-]+){0,4} ?")

Told = tuple[int, str]
"""Where a sentence begins in the document, and its words."""


def arm_sizes(
    document: Document, tables: Sequence[tuple[Grid, Sequence[Part]]], arms: Arms, question: Question, *, stated: bool
) -> dict[Side, Found]:
    """The size of each arm as far as the document states it; empty where it does not.

    `stated`: whether a result was found. Only then is everybody of a crossover trial counted in both arms.
    """
    sizes: dict[Side, Found] = {}
    if _is_protocol(document):
        return sizes
    by_label: dict[Side, list[Found]] = {side: [] for side in SIDES}
    for grid, parts in tables:
        for part in parts:
            by_label[part.side] += sizes_of(part, grid)
        for side, found in counted_people(parts):
            by_label[side].append(found)
    told = tuple(_sentences(document))
    prose = _by_prose(told, arms)
    for side in SIDES:
        said = by_label[side] or prose[side]
        if said:  # subgroups and drop-outs make arms smaller, never larger
            sizes[side] = max(said, key=lambda found: (Decimal(found.value), -found.start))
    if not sizes and (each := _first(_EACH, told)):
        sizes = dict.fromkeys(SIDES, each)
    if not sizes and (share := _divided(told)):
        sizes = dict.fromkeys(SIDES, share)
    crossed = stated and _crosses_over(document)
    if not sizes and (_one_group(question) or crossed) and (everyone := _first(_ALL, told)):
        sizes = dict.fromkeys(SIDES, everyone)
    return sizes


def subgroup_sizes(tables: Sequence[tuple[Grid, Sequence[Part]]], question: Question) -> dict[Side, Found]:
    """The size of each arm within the subgroup that the question names in full; empty where a table counts none such."""
    asked = set(stems(f"{question.outcome} {question.timepoint}"))
    best: tuple[int, dict[Side, Found]] = (0, {})
    for _, parts in tables:
        named: dict[str, dict[Side, Found]] = {}
        for side, label, size in counted_subgroups(parts):
            named.setdefault(label, {}).setdefault(side, size)
        for label, sizes in named.items():
            words = set(stems(bare(label))) - NEUTRAL
            if words <= asked and len(words) > best[0] and len(sizes) == len(SIDES):
                best = (len(words), sizes)
    return best[1]


def _by_prose(told: Sequence[Told], arms: Arms) -> dict[Side, list[Found]]:
    """Sizes beside the names of the arms, best first: `the control group (n = 30)`, `30 patients received placebo`."""
    sizes: dict[Side, list[Found]] = {side: [] for side in SIDES}
    loose: dict[Side, list[Found]] = {side: [] for side in SIDES}
    for start, words in told:
        marks = marks_in(words, arms)
        if not marks:
            continue
        for match in _N_EQUALS.finditer(words):
            before = [mark for mark in marks if mark.end <= match.start() and match.start() - mark.end < 45]
            if before and before[-1].side and not re.search(r"\d", words[before[-1].end : match.start()]):
                sizes[before[-1].side].append(_found(match, start))
        if not _ASSIGNED.search(words):
            continue
        for match in _COUNTED.finditer(words):
            after = [mark for mark in marks if mark.start >= match.end() - 4 and mark.start - match.end() < 60]
            joint = (
                len(after) > 1
                and after[1].side != after[0].side
                and _OR.fullmatch(words[after[0].end : after[1].start])
            )
            if after and after[0].side and not joint and not re.search(r"\d|;", words[match.end() : after[0].start]):
                loose[after[0].side].append(_found(match, start))
    return {side: sizes[side] or loose[side][:1] for side in SIDES}


def _sentences(document: Document) -> Iterator[Told]:
    for block in document.blocks:
        section = document.section_at(block.start)
        if block.kind in ("paragraph", "list") and not (
            section and section.kind in ("introduction", "references", "discussion")
        ):
            for span in sentences(document.text, block.start, block.end):
                words = plain(document.text[span.start : span.end])
                if not _PLANNED.search(words):
                    yield span.start, words


def said(document: Document) -> Iterator[str]:
    """The sentences that can say who got what."""
    return (words for _, words in _sentences(document))


def _found(match: re.Match[str], start: int) -> Found:
    group = next(number for number in range(1, match.re.groups + 1) if match[number])
    return Found(normal(match[group]), start + match.start(group), start + match.end(group))


def _first(pattern: re.Pattern[str], told: Sequence[Told]) -> Found | None:
    return next((_found(match, start) for start, words in told if (match := pattern.search(words))), None)


def _divided(told: Sequence[Told]) -> Found | None:
    """`42 patients were equally divided into two groups`: the whole number that each arm has."""
    for start, words in told:
        match = _DIVIDED.search(words)
        if match:
            total, groups = int(match["total"]), int(normal(match["groups"]))
            if groups > 1 and total % groups == 0:
                place = (start + match.start("total"), start + match.end("total"))
                return Found(str(total // groups), *place, "share_of_all")
    equal = next((match for _, words in told if (match := _EQUALLY.search(words))), None)
    everyone = _first(_ALL, told) if equal else None
    if equal is None or everyone is None or int(everyone.value) % int(normal(equal["groups"])):
        return None
    return replace(everyone, value=str(int(everyone.value) // int(normal(equal["groups"]))), rule="share_of_all")


def _is_protocol(document: Document) -> bool:
    """Whether a document has methods and no results of their rank: what it counts is planned.

    Below the methods of a protocol there are headings like `Safety`, which tell results elsewhere.
    """
    ranks: dict[str, int] = {}
    for section in document.sections:
        ranks[section.kind] = min(section.level, ranks.get(section.kind, section.level))
    return "methods" in ranks and ranks.get("results", ranks["methods"] + 1) > ranks["methods"]


def _crosses_over(document: Document) -> bool:
    """Whether everybody got every treatment."""
    opening = plain(document.text[: max(4000, len(document.text) // 8)])
    return bool(_CROSSOVER.search(opening))


def _one_group(question: Question) -> bool:
    """Whether both arms are the same people, before and after."""
    one, two = question.intervention, question.comparator
    return is_baseline(one) != is_baseline(two) and bool(set(stems(one)) & set(stems(two)) or len(stems(two)) == 1)
