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

_GIVING = re.compile(
    r"(?:\d ?(?:mg|g|µg|mcg|ug|mL|ml|IU|U)\b|\b(?:dos(?:e|es|ed|age|ing)|infus\w+|inject\w+|administ\w+|bolus|spray|route|"
    r"deliver\w+|given|received|tablets?|capsules?|therapy|treatment)\b)"
)

_SHORT = 3
"""Letters of a short form that can mean many things."""
_COMPOUND = re.compile(r"-(?!oral|rectal|nasal)[a-z]{3,}al\b")
"""What makes an adjective one half of a longer one: `oral-facial`."""
_NUMBER_OF_CODE = re.compile(r"[ -]\d{4,}\b")

TERMS = "litevidence_terms"
QUANTITIES = "litevidence_quantities"

Doc.set_extension("segments", default=(), force=True)
Doc.set_extension("unhyphenated", default=None, force=True)


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
                keep(doc, found.field, span, found)
                groups.setdefault(found.field, []).append(span)
    for field, spans in groups.items():
        add(doc, field, spans)
    return doc


class TermFinder:
    """Finds the names of a vocabulary's concepts, the longest first, and their abbreviations that the text defines."""

    def __init__(self, nlp: Language, *, field: str, vocabulary_name: str) -> None:
        self.field = field
        self.any_case = PhraseMatcher(nlp.vocab, attr="LOWER")
        self.capitals = PhraseMatcher(nlp.vocab, attr="ORTH")
        self.concepts: dict[str, Concept] = {}
        self.doubtful: set[str] = set()
        for concept in vocabulary(vocabulary_name):
            self.concepts[concept.id] = concept
            for name in concept.names:
                matcher = self.capitals if is_capitals(name) else self.any_case
                matcher.add(concept.id, [unhyphenated(nlp.make_doc(name))[0]])
            self.doubtful.update(needing_context(concept))

    def __call__(self, doc: Doc) -> Doc:
        text = doc.text
        plain, places = _unhyphenated_once(doc)
        found = [
            span
            for matcher in (self.any_case, self.capitals)
            for key, start, end in matcher(plain)
            for span in (Span(doc, places[start], places[end - 1] + 1, label=key),)
            if _stands_alone(text, span.start_char, span.end_char, code=matcher is self.capitals)
            and (span.text not in self.doubtful or _speaks_of_giving(text, span.start_char, span.end_char))
        ]
        found = self._as_defined(doc, found)
        spans = filter_spans(sorted(found, key=lambda span: (span.start, -span.end, span.label_)))
        for span in spans:
            keep(doc, self.field, span, self.concepts[span.label_])
        add(doc, self.field, filter_spans([*spans, *self._abbreviated(doc, spans)]))
        return doc

    def _as_defined(self, doc: Doc, found: list[Span]) -> list[Span]:
        """The finds without short forms that the text defines as something else: PV may be polycythaemia vera."""
        ends = {span.end for span in found}
        others = {
            short.text
            for short in doc._.abbreviations
            if len(short.text) <= _SHORT and short._.long_form.end not in ends
        }
        return [span for span in found if span.text not in others]

    def _abbreviated(self, doc: Doc, spans: Iterable[Span]) -> Iterator[Span]:
        """Short forms whose long form, as the text defines it, is one of our concepts."""
        known = {(span.start, span.end): span for span in spans}
        ends = {span.end: span for span in spans}
        for short in doc._.abbreviations:
            if not any(character.isupper() for character in short.text):
                continue
            long = short._.long_form
            named = known.get((long.start, long.end)) or ends.get(long.end)
            if named is not None and makes_up(len(named), long):
                span = Span(doc, short.start, short.end, label=named.label_)
                keep(doc, self.field, span, self.concepts[named.label_])
                yield span


def makes_up(words: int, long: Span) -> bool:
    """Whether a name of so many words, that ends a long form, is most of it.

    That is enough to be what the short form means: the detector may take a word too many or too few in front.
    """
    return 3 * words >= 2 * len(long)


def is_capitals(name: str) -> bool:
    """Whether a name matches as printed only: short forms such as `IV` and `SAMe`, that are words or parts of words otherwise."""
    letters = [character for character in name if character.isalpha()]
    return 0 < len(letters) <= 5 and 2 * sum(character.isupper() for character in letters) > len(letters)


def unhyphenated(doc: Doc) -> tuple[Doc, list[int]]:
    """The document without the hyphens inside words, and for each token left its place in the document.

    Names are looked up in this form, so that `treatment-resistant`, `treatment resistant` and all mixtures are one.
    """
    kept = [
        token.i
        for token in doc
        if not (token.text == "-" and not token.whitespace_ and token.i and not doc[token.i - 1].whitespace_)
    ]
    words = [doc[place].text for place in kept]
    return Doc(doc.vocab, words=words, spaces=[True] * len(words)), kept


def _unhyphenated_once(doc: Doc) -> tuple[Doc, list[int]]:
    """`unhyphenated`, worked out once for all the vocabularies."""
    if doc._.unhyphenated is None:
        doc._.unhyphenated = unhyphenated(doc)
    made: tuple[Doc, list[int]] = doc._.unhyphenated
    return made


def needing_context(concept: Concept) -> set[str]:
    """The names that a concept's note calls doubtful (`needs context: PR, IN`): they count only where a treatment is given."""
    _, found, listed = concept.note.partition("needs context: ")
    return {name.strip() for name in re.split(r"[,;]", listed)} if found else set()


def _speaks_of_giving(text: str, start: int, end: int) -> bool:
    """Whether the words around speak of a treatment being given, or the name stands alone (in a table's cell)."""
    alone = text[start - 1 : start] in ("", "\n") and text[end : end + 1] in ("", "\n")
    return alone or bool(_GIVING.search(text, max(0, start - 40), end + 40))


def _stands_alone(text: str, start: int, end: int, *, code: bool) -> bool:
    """A name is no part of a longer word or code: no letter or digit touches it, and no hyphen a name in capitals."""
    before, after = text[max(0, start - 2) : start], text[end : end + 1]
    if before[-1:].isalnum() or after.isalnum():
        return False
    if _COMPOUND.match(text, end):
        return False
    return not (code and ((before[-1:] == "-" and before[:1].isalnum()) or _NUMBER_OF_CODE.match(text, end)))


def add(doc: Doc, field: str, spans: list[Span]) -> None:
    present = list(doc.spans[field]) if field in doc.spans else []
    doc.spans[field] = SpanGroup(doc, name=field, spans=[*present, *spans])


def keep(doc: Doc, field: str, span: Span, what: Found | Concept) -> None:
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
