"""The arms that a sentence names, whether or not a vocabulary knows what they were given.

Some names are sure: what is called a group (`the early feeding group`, `group B`), what people were given (`assigned to
usual care`), a treatment of the vocabulary. Others count only in company: two names that stand in one frame beside numbers
(`12 % with tents and 15 % with drapes`; `rinsing (3 %) ... wiping (9 %)`) or on both sides of a comparison.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.assemble.binding import owners_of_doses
from pipeline.assemble.items import identity
from pipeline.assemble.prose.arm_names import GENERIC, Names
from pipeline.assemble.prose.pairs import Figure, Named
from pipeline.document import Span
from pipeline.evidence import Mention

_DOSED = re.compile(r" ?\(?")
_TOGETHER = re.compile(r" ?[/+] ?|-|[ -]plus[ -]|[ -]in combination with[ -]|[ -]combined with[ -]")


@dataclass(frozen=True, slots=True)
class Group:
    """An arm as it is named: the words, and the treatments of the vocabulary that stand in them."""

    start: int
    end: int
    text: str
    key: str
    treatments: tuple[Mention, ...] = ()

    @property
    def is_drug(self) -> bool:
        """Whether the name tells no more than which one treatment the arm got."""
        held = {identity(one) for one in self.treatments}
        return len(held) == 1 and self.key == _told(next(iter(held)))

    @property
    def named(self) -> Named:
        return Named(self.start, self.end, self.key)


def groups(
    text: str,
    start: int,
    end: int,
    figures: Sequence[Figure],
    treatments: Sequence[Mention],
    doses: Sequence[Mention],
    taken: Sequence[Mention],
) -> list[Group]:
    """The arms that the sentence `[start, end)` names, in order. No name of an arm lies over a mention in `taken`."""
    reader = Names(text, start, end, figures)
    given = [span for span in reader.given() if not _lies_over(span, taken, treatments)]
    found = _disjoint([*reader.called(), *given])
    for span in _combined(text, treatments):
        if not _meets(span, found):
            found.append(reader.widened(span))
    found = _disjoint(found)
    made = [_group(text, span, treatments) for span in found]
    made = _by_dose(text, end, made, treatments, doses)
    made += _in_company(text, made, reader, treatments, taken)
    return sorted(made, key=lambda one: one.start)


def _combined(text: str, treatments: Sequence[Mention]) -> list[Span]:
    """Where treatments are named, those given together as one: `X/Y`, `X plus Y`."""
    spans: list[Span] = []
    for one in treatments:
        if spans and _TOGETHER.fullmatch(text, spans[-1].end, one.start):
            spans[-1] = Span(spans[-1].start, one.end)
        else:
            spans.append(Span(one.start, one.end))
    return spans


def _by_dose(
    text: str, end: int, made: Sequence[Group], treatments: Sequence[Mention], doses: Sequence[Mention]
) -> list[Group]:
    """Where a drug is given at several doses, an arm for each: the drug's name with its dose, or the dose alone."""
    owners = owners_of_doses(text, doses, treatments, end)
    of_drugs: dict[str, dict[str, Mention]] = {}
    for dose in doses:
        if dose.start in owners:
            of_drugs.setdefault(identity(owners[dose.start]), {})[_amount(dose)] = dose
    found = list(made)
    for dose in doses:
        owner = owners.get(dose.start)
        if (
            owner is None
            or len(of_drugs[identity(owner)]) < 2
            or any(one.start <= dose.start < one.end for one in found)
        ):
            continue
        beside = next(
            (
                one
                for one in found
                if one.is_drug and one.treatments[0] is owner and _DOSED.fullmatch(text, one.end, dose.start)
            ),
            None,
        )
        name = Span(beside.start if beside is not None else dose.start, dose.end)
        if beside is not None:
            found.remove(beside)
        key = f"{_told(identity(owner))} {_amount(dose)}"
        found.append(Group(name.start, name.end, text[name.start : name.end], key, (owner,)))
    return found


def _amount(dose: Mention) -> str:
    return f"{dose.value} {dose.value_high or ''} {dose.unit}"


def _in_company(
    text: str, sure: Sequence[Group], reader: Names, treatments: Sequence[Mention], taken: Sequence[Mention]
) -> list[Group]:
    """The names that stand in one frame with another; not asked where two arms are sure already."""
    if len({one.key for one in sure}) >= 2:
        return []
    held = [Span(one.start, one.end) for one in sure]
    made: list[Group] = []
    candidates = [one for one in reader.framed() if not _lies_over(one.span, taken, treatments)]
    for one in candidates:
        if _meets(one.span, held):
            continue
        key = _key(text, one.span, treatments)
        partners = [
            other for other in candidates if other.frame == one.frame and _key(text, other.span, treatments) != key
        ]
        if partners and not _meets(one.span, [Span(other.start, other.end) for other in made]):
            made.append(_group(text, one.span, treatments))
    return made


def _lies_over(span: Span, taken: Sequence[Mention], treatments: Sequence[Mention]) -> bool:
    if any(span.start < one.end and one.start < span.end for one in treatments):
        return False
    return any(span.start < one.end and one.start < span.end for one in taken)


def _meets(one: Span, others: Sequence[Span]) -> bool:
    return any(one.start < other.end and other.start < one.end for other in others)


def _disjoint(spans: Iterator[Span] | Sequence[Span]) -> list[Span]:
    """Of names that overlap, the one that came first."""
    kept: list[Span] = []
    for span in spans:
        if not _meets(span, kept):
            kept.append(span)
    return kept


def _group(text: str, span: Span, treatments: Sequence[Mention]) -> Group:
    held = tuple(one for one in treatments if span.start <= one.start and one.end <= span.end)
    return Group(span.start, span.end, text[span.start : span.end], _key(text, span, treatments), held)


def _key(text: str, span: Span, treatments: Sequence[Mention]) -> str:
    """What tells an arm from another: its treatment, or its words without those that every arm has."""
    words = text[span.start : span.end]
    held = [one for one in treatments if span.start <= one.start and one.end <= span.end]
    for one in reversed(held):
        words = f"{words[: one.start - span.start]} {identity(one)} {words[one.end - span.start :]}"
    return _told(words) or words.lower()


def _told(words: str) -> str:
    """What words tell beside that there is a group."""
    told = re.sub(r"-?\b(?:treated|administered|assigned|alone|therapy|treatment|monotherapy)\b", " ", words.lower())
    return " ".join(word for word in re.findall(r"[\w.%+]+", told) if word not in GENERIC)
