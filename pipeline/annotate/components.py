"""Our two spaCy factories: one for the names of a vocabulary, one for quantities. Neither knows a field by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc, Span, SpanGroup
from spacy.util import filter_spans

from pipeline.annotate.found import Found
from pipeline.annotate.quantities import quantities
from pipeline.vocabulary import Concept, vocabulary

TERMS = "litevidence_terms"
QUANTITIES = "litevidence_quantities"

Doc.set_extension("segments", default=(), force=True)


@Language.factory(TERMS)
def make_terms(nlp: Language, name: str, field: str, vocabulary: str) -> TermFinder:  # noqa: ARG001  spaCy gives it
    return TermFinder(nlp, field=field, vocabulary_name=vocabulary)


@Language.component(QUANTITIES)
def find_quantities(doc: Doc) -> Doc:
    """Runs the quantity finders over each segment of the text by itself: nothing reads across a cell or a paragraph."""
    groups: dict[str, list[Span]] = {}
    text = doc.text
    for start, end in doc._.segments:
        for found in quantities(text[start:end]):
            span = doc.char_span(start + found.start, start + found.end, label=found.field, alignment_mode="expand")
            if span is not None:
                _keep(doc, found.field, span, found)
                groups.setdefault(found.field, []).append(span)
    for field, spans in groups.items():
        _add(doc, field, spans)
    return doc


class TermFinder:
    """Finds the names of a vocabulary's concepts, the longest first, and their abbreviations that the text defines."""

    def __init__(self, nlp: Language, *, field: str, vocabulary_name: str) -> None:
        self.field = field
        self.any_case = PhraseMatcher(nlp.vocab, attr="LOWER")
        self.capitals = PhraseMatcher(nlp.vocab, attr="ORTH")
        self.concepts: dict[str, Concept] = {}
        for concept in vocabulary(vocabulary_name):
            self.concepts[concept.id] = concept
            for name in concept.names:
                matcher = self.capitals if is_capitals(name) else self.any_case
                matcher.add(concept.id, [nlp.make_doc(variant) for variant in _variants(name)])

    def __call__(self, doc: Doc) -> Doc:
        text = doc.text
        found = [
            span
            for matcher in (self.any_case, self.capitals)
            for span in matcher(doc, as_spans=True)
            if _stands_alone(text, span.start_char, span.end_char, code=matcher is self.capitals)
        ]
        spans = filter_spans(sorted(found, key=lambda span: (span.start, -span.end, span.label_)))
        for span in spans:
            _keep(doc, self.field, span, self.concepts[span.label_])
        _add(doc, self.field, filter_spans([*spans, *self._abbreviated(doc, spans)]))
        return doc

    def _abbreviated(self, doc: Doc, spans: Iterable[Span]) -> Iterator[Span]:
        """Short forms whose long form, as the text defines it, is one of our concepts."""
        known = {(span.start, span.end): span for span in spans}
        ends = {span.end: span for span in spans}
        for short in doc._.abbreviations:
            long = short._.long_form
            named = known.get((long.start, long.end)) or ends.get(long.end)
            # The detector may take a word too many or too few in front; a concept that ends the long form is enough
            # when it makes up most of it.
            if named is not None and 3 * len(named) >= 2 * len(long):
                span = Span(doc, short.start, short.end, label=named.label_)
                _keep(doc, self.field, span, self.concepts[named.label_])
                yield span


def is_capitals(name: str) -> bool:
    """Whether a name matches in capitals only: short forms such as `IV`, that are words or parts of words otherwise."""
    letters = [character for character in name if character.isalpha()]
    return len(letters) <= 5 and bool(letters) and all(character.isupper() for character in letters)


def _variants(name: str) -> list[str]:
    """The name with its hyphens and spaces as printed, all as hyphens, all as spaces."""
    joined = re.sub(r"(?<=\w)[ -](?=\w)", "-", name)
    return sorted({name, joined, joined.replace("-", " ")})


def _stands_alone(text: str, start: int, end: int, *, code: bool) -> bool:
    """A name is no part of a longer word or code: no letter or digit touches it, and no hyphen a name in capitals."""
    before, after = text[max(0, start - 2) : start], text[end : end + 1]
    if before[-1:].isalnum() or after.isalnum():
        return False
    return not (code and before[-1:] == "-" and before[:1].isalnum())


def _add(doc: Doc, field: str, spans: list[Span]) -> None:
    present = list(doc.spans[field]) if field in doc.spans else []
    doc.spans[field] = SpanGroup(doc, name=field, spans=[*present, *spans])


def _keep(doc: Doc, field: str, span: Span, what: Found | Concept) -> None:
    """spaCy keeps a span's own attributes by its offsets alone, and two fields may find the same words."""
    doc.user_data[_key(field, span)] = what


def _key(field: str, span: Span) -> str:
    return f"litevidence {field} {span.start_char} {span.end_char}"


def kept(doc: Doc, field: str, span: Span) -> Found | Concept:
    """What a component found at a span of a field's group."""
    what = doc.user_data[_key(field, span)]
    if not isinstance(what, (Found, Concept)):
        raise TypeError(f"a span of {field} that is neither a quantity nor a concept")
    return what
