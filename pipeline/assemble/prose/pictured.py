"""Outcomes that a report shows in a figure and states nowhere in figures or words: records whose value says so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.assemble.items import item, items_of, outcome_of_scale, record, role_of
from pipeline.document import Document, Span
from pipeline.evidence import IN_FIGURE, DataItem, EvidenceRecord, Mention
from pipeline.fields import Role
from pipeline.sentences import sentences

_FIGURE = r"(?:supplementary |online )?fig(?:ures?|s?\.|s)? ?\d+\w?"
_CAPTION = re.compile(rf"{_FIGURE}\b", re.IGNORECASE)
_SHOWN = re.compile(
    rf"\b(?:shown|depicted|presented|displayed|illustrated|plotted|given|summari[sz]ed|seen) in (?:the )?{_FIGURE}\b|"
    rf"\b{_FIGURE} (?:shows|depicts|presents|displays|illustrates|plots|gives|summari[sz]es)\b",
    re.IGNORECASE,
)
_STATED = ("value", "events", "p")
_RULE = "figure"


def pictured(
    document: Document, mentions: Sequence[Mention], told: Sequence[EvidenceRecord]
) -> Iterator[EvidenceRecord]:
    """A record for each outcome of a figure that no record of `told` gives a number for, where it is first shown."""
    stated = {
        (str(one.value("outcome") or ""), scale)
        for one in told
        for scale in {"", str(one.value("scale") or "")}
        if any(one.value(column) is not None for column in _STATED)
    }
    for place in _places(document):
        items = list(_named(document, place, mentions))
        key = tuple(
            str(next((one.value for one in items if one.column == column), "")) for column in ("outcome", "scale")
        )
        if items and key not in stated:
            stated.add((key[0], key[1]))
            rule = "caption" if _CAPTION.match(document.text, place.start) else "sentence"
            items.append(item(document, "value", IN_FIGURE, place.start, place.end, f"{_RULE}.{rule}"))
            yield record(document, document.document_id, "prose", place.start, place.end, items)


def _places(document: Document) -> Iterator[Span]:
    """Sentences that point to a figure for what they speak of, and captions of figures."""
    for block in document.blocks:
        if block.kind == "caption" and _CAPTION.match(document.text, block.start):
            yield Span(block.start, block.end)
        elif block.kind == "paragraph":
            yield from (
                one
                for one in sentences(document.text, block.start, block.end)
                if _SHOWN.search(document.text, one.start, one.end)
            )


def _named(document: Document, place: Span, mentions: Sequence[Mention]) -> Iterator[DataItem]:
    """The first outcome of the place and its scale; none where the place gives a number for it."""
    held = [one for one in mentions if place.start <= one.start and one.end <= place.end and "cited" not in one.context]
    if any(role_of(one) is Role.MEASUREMENT for one in held):
        return
    outcome = next((one for one in held if role_of(one) is Role.OUTCOME), None)
    scale = next((one for one in held if role_of(one) is Role.INSTRUMENT), None)
    if outcome is not None and (scale is None or outcome.start < scale.start):
        yield from items_of(document, outcome, _RULE)
    elif scale is not None:
        yield item(document, "outcome", outcome_of_scale(scale), scale.start, scale.end, f"{scale.field}.outcome")
    if scale is not None:
        yield from items_of(document, scale, _RULE)
