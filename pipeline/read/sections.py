"""Headings to sections: which part of a paper a heading opens, by the vocabulary, and how far the part reaches."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import get_args

from pipeline.document import Section, SectionKind
from pipeline.vocabulary import vocabulary

_NUMBER = re.compile(r"^(?:(?:section|chapter|part)\s+)?(?:\d+(?:\.\d+)*\.?|[IVX]+\.|[A-H]\.)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading in the text: its title, its level from 1, and where it begins."""

    title: str
    level: int
    start: int


@cache
def _kinds() -> dict[str, SectionKind]:
    known: dict[str, SectionKind] = {}
    for concept in vocabulary("headings"):
        for kind in get_args(SectionKind):
            if kind == concept.kind:
                known.update({_key(name): kind for name in concept.names})
    return known


def _key(title: str) -> str:
    return re.sub(r"[\W_]+", " ", title.casefold()).strip()


def heading_kind(title: str) -> SectionKind | None:
    """The kind of section that a title opens: the whole title must be known, its number and closing mark apart."""
    plain = _NUMBER.sub("", title.strip())
    return _kinds().get(_key(plain))


def level_of(title: str) -> int | None:
    """The level that a numbered heading states: `2.1 Patients` is 2."""
    match = re.match(r"(\d{1,2}(?:\.\d{1,2})*)\.?\s+\S", title)
    return match[1].count(".") + 1 if match else None


def sections(headings: Sequence[Heading], length: int, front: bool) -> tuple[Section, ...]:
    """Sections from headings in reading order; `front` says that what stands before the first one is front matter.

    A sub-heading that the vocabulary does not know is of the kind of the section around it.
    """
    found: list[Section] = []
    around: list[tuple[int, SectionKind]] = []
    if front and (not headings or headings[0].start > 0):
        found.append(Section("front", "", 1, 0, headings[0].start if headings else length))
    for index, heading in enumerate(headings):
        end = next((other.start for other in headings[index + 1 :] if other.level <= heading.level), length)
        around = [outer for outer in around if outer[0] < heading.level]
        outer_kind = around[-1][1] if around else None
        kind = heading_kind(heading.title)
        if outer_kind in ("abstract", "references") or (kind is None and outer_kind is not None):
            kind = outer_kind
        around.append((heading.level, kind or "other"))
        found.append(Section(kind or "other", heading.title, heading.level, heading.start, end))
    return tuple(found)
