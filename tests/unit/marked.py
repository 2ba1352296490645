"""Marked text: the expected mentions stand inside the example, so that a clinician can read and write a test."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote

from pipeline.document import Block, Document
from pipeline.evidence import Mention

EXAMPLES = Path(__file__).parent.parent / "examples"
_MARK = re.compile(r"<(?P<field>[a-z_]+)(?P<attributes>(?: [a-z]+=\S+?)*)>(?P<text>.+?)</(?P=field)>")
_ATTRIBUTE = re.compile(r" (?P<name>[a-z]+)=(?P<value>\S+?)(?= |$)")


@dataclass(frozen=True, slots=True)
class Expected:
    """A mention that must be found at `[start, end)` with these attributes."""

    field: str
    start: int
    end: int
    attributes: dict[str, str]


@dataclass(frozen=True, slots=True)
class Example:
    """A text, what must be found in it, and the fields of which nothing else may be."""

    line: int
    text: str
    expected: tuple[Expected, ...]
    fields: frozenset[str]


def examples(name: str) -> list[Example]:
    """The examples of a file of `tests/examples`."""
    lines = (EXAMPLES / name).read_text(encoding="utf-8").splitlines()
    return [_example(number, line) for number, line in enumerate(lines, 1) if line and not line.startswith("#")]


def document_of(text: str) -> Document:
    """A document of one paragraph."""
    return Document("example", "example.txt", "0", "txt", text=text, blocks=(Block("paragraph", 0, len(text)),))


def attributes_of(mention: Mention) -> dict[str, object]:
    """What a mention holds, under the names that examples use."""
    return {
        "value": mention.value,
        "high": mention.value_high,
        "unit": mention.unit,
        "id": mention.concept_id,
        "as": mention.preferred,
        "context": ";".join(mention.context) or "none",
        **mention.parts,
    }


def agrees(stated: str, found: object) -> bool:
    """Whether an attribute as written in an example is what was found."""
    if isinstance(found, Decimal):
        return Decimal(stated.replace(",", "").replace("·", ".")) == found
    return unquote(stated) == str(found)


def _example(number: int, line: str) -> Example:
    forbidden = re.match(r"-([a-z_]+) ", line)
    if forbidden:
        return Example(number, line[forbidden.end() :], (), frozenset({forbidden[1]}))
    text, expected, end = "", [], 0
    for mark in _MARK.finditer(line):
        text += line[end : mark.start()]
        attributes = {found["name"]: found["value"] for found in _ATTRIBUTE.finditer(mark["attributes"])}
        expected.append(Expected(mark["field"], len(text), len(text) + len(mark["text"]), attributes))
        text += mark["text"]
        end = mark.end()
    return Example(number, text + line[end:], tuple(expected), frozenset(one.field for one in expected))
