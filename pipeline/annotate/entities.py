"""The trained component: names of drugs and diseases that no vocabulary holds, and the full ends of those that one does.

It runs after the vocabularies, reads what they found as features, and adds to their span groups. A vocabulary's name is
never lost: where the model's name is longer and holds one such name, it takes that concept; where it holds several, is
part of one, or crosses one, the vocabulary stands. A name that only the model knows has no concept.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.annotate.components import add, keep, kept, makes_up
from pipeline.annotate.found import Found
from pipeline.annotate.tagger import Name, Tagger, Words, from_disk
from pipeline.fields import BY_NAME, FIELDS, Role, Terms, with_role
from pipeline.vocabulary import Concept

ENTITIES = "litevidence_entities"
MODEL = Path(__file__).parent / "model"

LABELS: Mapping[str, Role] = {"DRUG": Role.TREATMENT, "DISEASE": Role.POPULATION}
"""The labels of the model, and the part of the fields that they belong to."""

# A drug's name means the drug wherever the text repeats it; a disease's words are often other words as well.
_REPEATED = ("DRUG",)
_MARKING = (Role.TREATMENT, Role.POPULATION, Role.OUTCOME, Role.INSTRUMENT)
# The model learned from running text: table cells and headings of a few words are left to the vocabularies.
_FEWEST_WORDS = 8
_FEWEST_LETTERS = 3
# A diagnosis does not begin with the manual that defines it.
_MANUAL = re.compile(r"(?:DSM|ICD)(?: ?-? ?(?:[IVX]+|\d+)(?: ?-? ?(?:R|TR|CM))?)? ")


@Language.factory(ENTITIES)
def make_entities(nlp: Language, name: str) -> EntityFinder:  # noqa: ARG001  spaCy gives it
    return EntityFinder(_tagger())


@cache
def _tagger() -> Tagger:
    return from_disk(MODEL)


class EntityFinder:
    """Adds the model's names to the groups of the vocabularies; see the module."""

    def __init__(self, tagger: Tagger) -> None:
        self.tagger = tagger

    def __call__(self, doc: Doc) -> Doc:
        pieces = list(pieces_of(doc))
        read = {place for start, text in pieces for place in range(start, start + len(text.words))}
        found = [
            _without_manual(doc, Name(start + name.start, start + name.end, name.label))
            for start, text in pieces
            for name in self.tagger.names(text)
        ]
        for label, role in LABELS.items():
            names = [name for name in found if name.label == label]
            names += _short_forms(doc, names)
            names += _repeats(doc, names, read) if label in _REPEATED else ()
            _combine(doc, with_role(role)[0].name, names)
        return doc


def _without_manual(doc: Doc, name: Name) -> Name:
    span = doc[name.start : name.end]
    manual = _MANUAL.match(span.text)
    inner = manual and doc.char_span(span.start_char + manual.end(), span.end_char)
    return name._replace(start=inner.start) if inner else name


def pieces_of(doc: Doc) -> Iterator[tuple[int, Words]]:
    """The segments that the model reads, with the place of their first token."""
    marks = _marks(doc)
    hints = _hints(doc, marks)
    starts = [token.idx for token in doc]
    for segment in doc._.segments:
        start, end = bisect_left(starts, segment[0]), bisect_left(starts, segment[1])
        if end - start >= _FEWEST_WORDS:
            tokens = doc[start:end]
            yield (
                start,
                Words(
                    [token.text for token in tokens],
                    [bool(token.whitespace_) for token in tokens],
                    [marks.get(place, ()) for place in range(start, end)],
                    {place - start: hints[place] for place in range(start, end) if place in hints},
                ),
            )


def _marks(doc: Doc) -> Mapping[int, list[str]]:
    """What the vocabularies say of each token: the field, the concept's kind, and whether its name begins there."""
    found: dict[int, list[str]] = {}
    for field in FIELDS:
        if field.role not in _MARKING or not isinstance(field.finder, Terms):
            continue
        for span in doc.spans.get(field.name, ()):
            concept = kept(doc, field.name, span)
            if isinstance(concept, Concept):
                for place in range(span.start, span.end):
                    part = "B" if place == span.start else "I"
                    found.setdefault(place, []).append(f"{part}-{field.name}-{concept.kind}")
    return found


def _hints(doc: Doc, marks: Mapping[int, list[str]]) -> Mapping[int, list[str]]:
    """What a short form is short for: the last word of its long form, and what the vocabularies say of that."""
    found: dict[int, list[str]] = {}
    for short in _abbreviations(doc):
        last = short._.long_form.end - 1
        word = doc[last].lower_
        for place in range(short.start, short.end):
            found[place] = [f"al{word}", f"as{word[-4:]}", f"ag{'|'.join(marks.get(last, ()))}"]
    return found


def _abbreviations(doc: Doc) -> list[Span]:
    """The detector keeps them in a set's order."""
    return sorted(doc._.abbreviations, key=lambda short: (short.start, short.end, short._.long_form.start))


def _short_forms(doc: Doc, names: Iterable[Name]) -> list[Name]:
    """The short forms of names, where a name makes up most of the long form and ends it."""
    ends = {name.end: name for name in names}
    held = {place for name in names for place in range(name.start, name.end)}
    found = []
    for short in _abbreviations(doc):
        long = short._.long_form
        name = ends.get(long.end)
        if (
            name is not None
            and makes_up(name.end - name.start, long)
            and held.isdisjoint(range(short.start, short.end))
        ):
            found.append(Name(short.start, short.end, name.label))
            held.update(range(short.start, short.end))
    return found


def _repeats(doc: Doc, names: Iterable[Name], read: set[int]) -> list[Name]:
    """The other places of the text that was read where the words of a name stand."""
    held = {place for name in names for place in range(name.start, name.end)}
    wanted: dict[str, dict[tuple[str, ...], str]] = {}
    for name in names:
        words = tuple(token.text for token in doc[name.start : name.end])
        if sum(map(len, words)) >= _FEWEST_LETTERS:
            wanted.setdefault(words[0], {})[words] = name.label
    found = []
    for token in doc:
        for words, label in wanted.get(token.text, {}).items():
            places = range(token.i, token.i + len(words))
            if (
                read.issuperset(places)
                and held.isdisjoint(places)
                and tuple(other.text for other in doc[token.i : places.stop]) == words
            ):
                found.append(Name(token.i, places.stop, label))
                held.update(places)
    return found


def _combine(doc: Doc, field: str, names: Iterable[Name]) -> None:
    """Adds names to the group of a field as far as they go with what is there, and with the names of other fields."""
    own = list(doc.spans.get(field, ()))
    others = [span for other in FIELDS if _hides(other.name, field) for span in doc.spans.get(other.name, ())]
    covered = _by_place(others)
    known = _by_place(own)
    added = []
    for name in names:
        places = range(name.start, name.end)
        around = {(span.start, span.end) for place in places for span in covered.get(place, ())}
        if any(start <= name.start and name.end <= end for start, end in around):
            continue
        within = {(span.start, span.end): span for place in places for span in known.get(place, ())}
        span = Span(doc, name.start, name.end, label=field)
        if not within:
            keep(doc, field, span, Found(field, span.start_char, span.end_char, preferred=" ".join(span.text.split())))
        elif len(within) == 1:
            (inner,) = within.values()
            if not (name.start <= inner.start and inner.end <= name.end and len(inner) < len(span)):
                continue
            keep(doc, field, span, kept(doc, field, inner))
        else:
            continue
        added.append(span)
    add(doc, field, added)


def _hides(other: str, field: str) -> bool:
    """Whether names of one field hold words that are no name of another: the disease in the name of a scale.

    A drug in the name of a disease or of an outcome is still a drug.
    """
    roles = BY_NAME[other].role, BY_NAME[field].role
    if other == field or not isinstance(BY_NAME[other].finder, Terms):
        return False
    return not (roles[1] is Role.TREATMENT and roles[0] in (Role.POPULATION, Role.OUTCOME))


def _by_place(spans: Iterable[Span]) -> Mapping[int, list[Span]]:
    found: dict[int, list[Span]] = {}
    for span in spans:
        for place in range(span.start, span.end):
            found.setdefault(place, []).append(span)
    return found
