"""Recognises every kind of evidence in a document's text. The only package that knows spaCy and scispaCy.

spaCy's `Doc` lives and dies in `annotate`: what leaves is `Mention`s, offsets into the document's own text.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotate.components import kept
from pipeline.annotate.contexts import in_context
from pipeline.annotate.found import Found
from pipeline.annotate.nlp import nlp, plain
from pipeline.document import Document, Span
from pipeline.evidence import Mention
from pipeline.fields import BY_NAME, FIELDS, Role
from pipeline.vocabulary import Concept

__all__ = ["annotate"]

_CITED = "¤"


def annotate(document: Document) -> tuple[Mention, ...]:
    """The mentions of a document, sorted by start, end and field. A document without text has none."""
    if not document.text.strip():
        return ()
    doc = processed(document, nlp())
    found = list(_without_swallowed(list(_mentions(document.text, doc))))
    found.sort(key=lambda one: (one.start, one.end, one.field, one.concept_id))
    return tuple(in_context(document, found, doc._.segments))


def processed(document: Document, language: Language) -> Doc:
    """The document's text as a `Doc` that knows its segments, after all components of `language` have run."""
    held = tuple(segments(document))
    doc = language.make_doc(_segmented(document, held))
    doc._.segments = held
    with warnings.catch_warnings():
        # scispaCy's detector asks an empty matcher where a text defines no abbreviation; spaCy warns each time.
        warnings.filterwarnings("ignore", message=r"\[W036\]")
        for _, component in language.pipeline:
            doc = component(doc)
    return doc


def segments(document: Document) -> Iterator[Span]:
    """The pieces of text that are read by themselves: each paragraph, each table cell, each note."""
    in_tables = {
        span
        for table in document.tables
        for span in (
            *([table.caption] if table.caption else []),
            *(Span(cell.start, cell.end) for cell in table.cells),
            *(Span(note.start, note.end) for note in table.notes),
        )
    }
    spans = set(in_tables)
    for block in document.blocks:
        if block.kind in ("table", "reference", "author"):
            continue
        if not any(span.start < block.end and block.start < span.end for span in in_tables):
            spans.add(Span(block.start, block.end))
    return iter(sorted(spans))


def _segmented(document: Document, held: tuple[Span, ...]) -> str:
    """The plain text of the segments in their places; everything between them blanked to line breaks.

    Citations are blanked too: `50 % [6]` is not 50 % of 6 people.
    """
    text = list("\n" * len(document.text))
    for span in held:
        text[span.start : span.end] = plain(document.text[span.start : span.end])
    for citation in document.citations:
        text[citation.start : citation.end] = _CITED * (citation.end - citation.start)
    return "".join(text)


def _mentions(text: str, doc: Doc) -> Iterator[Mention]:
    for field in FIELDS:
        group = doc.spans.get(field.name, ())
        taken: list[Span] = []
        for span in sorted(group, key=lambda span: (span.start_char - span.end_char, span.start_char)):
            place = Span(span.start_char, span.end_char)
            if not any(place.start < other.end and other.start < place.end for other in taken):
                taken.append(place)
                yield _mention(field.name, text, place, kept(doc, field.name, span))


def _mention(field: str, text: str, place: Span, what: Found | Concept) -> Mention:
    quote = text[place.start : place.end]
    if isinstance(what, Concept):
        return Mention(field, *place, quote, concept_id=what.id, preferred=what.preferred)
    return Mention(field, *place, quote, what.value, what.value_high, what.unit, "", what.preferred, what.parts)


def _without_swallowed(mentions: list[Mention]) -> Iterator[Mention]:
    """Drops a concept's name inside a longer name of another field.

    There is no diagnosis in `Hamilton Depression Rating Scale`, and nobody is given the placebo of `placebo-controlled`.
    """
    names = [one for one in mentions if one.concept_id]
    for one in mentions:
        others = [other for other in names if other.field != one.field and not _adds(one, other)]
        if not (one.concept_id and any(_inside(one, other) for other in others)):
            yield one


def _adds(one: Mention, other: Mention) -> bool:
    """Whether a name says something beside the longer one that holds it: the route of `oral bioavailability`."""
    told = (Role.TREATMENT, Role.POPULATION, Role.OUTCOME)
    return BY_NAME[one.field].role in (Role.REGIMEN, Role.TREATMENT) and BY_NAME[other.field].role in told


def _inside(one: Mention, other: Mention) -> bool:
    return other.start <= one.start and one.end <= other.end and other.end - other.start > one.end - one.start
