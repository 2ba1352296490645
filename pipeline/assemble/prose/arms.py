"""The arm that a statement is about: its drug, how it was given, what it was held against, and who took part."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from pipeline.assemble.binding import cost, nearest, owners_of_doses, respectively, side_by_side
from pipeline.assemble.items import identity, is_amount, is_inert, is_time, item, items_of, joined, role_of
from pipeline.assemble.prose.contrasts import arm_of, named
from pipeline.assemble.prose.sentence import Sentence
from pipeline.evidence import DataItem, Mention
from pipeline.fields import BY_NAME, PEOPLE, Role, with_role

_VERSUS = re.compile(r"\b(?:vs|versus|compar\w+|than|against|(?:relative|superior|inferior) to|or)\b", re.IGNORECASE)
_AND = re.compile(r"\band\b")
_CROSSOVER = re.compile(r"\bcross-?over\b", re.IGNORECASE)
_COMPARING = re.compile(r"\bcompar\w+", re.IGNORECASE)
_TO = re.compile(r"\b(?:to|with)\b")
_AGAINST = re.compile(
    r"\b(?:compar\w+ (?:to|with)|differ\w* (?:\w+ ){0,2}from|versus|vs\.?|than|relative to|against|over) (?:\w+ ){0,2}$",
    re.IGNORECASE,
)
_AS_CONTROL = re.compile(r" as (?:the |an? )?(?:active |inert )?(?:placebo|control|comparator)\b", re.IGNORECASE)
_BACKGROUND = re.compile(
    r"\b(?:kept|maintained|remained|stabili[sz]ed|continued|continuing|stayed|staying|stable doses?|background|all(?: of them)?) "
    r"(?:on|of) (?:\w+[ -]){0,4}?(?:\w+ (?:or|and) )?$",
    re.IGNORECASE,
)
_ELSEWHERE = frozenset(("historical", "hypothetical", "negated"))
"""Contexts in which what is named is not this study's."""
# A number this near to a drug is the drug's own.
_BESIDE = 14
_POPULATION_BEFORE = re.compile(
    r"\b(?:with|had|has|have|having|from|of|in|chronic|treated)(?: [\w-]+){0,3} ?$", re.IGNORECASE
)
_POPULATION_AFTER = re.compile(rf" ?[\w-]*(?: [\w-]+)? ?{PEOPLE}\b", re.IGNORECASE)
ARM = {"n": "arm_n"}
"""A sample that is one arm's fills the arm's column."""
_LENGTH_BEFORE = re.compile(
    r"\b(?:over|infus\w+ (?:over|for|lasting|of))(?: \w+)? ?$|"
    r"\b(?:daily|weekly|(?:a|per) (?:day|week|month)|/ ?(?:day|d|week|wk)),? for ?$|"
    r"\b(?:treated|took|taken|taking|treatment|therapy|given|received|administered|dosed)\b[^.;,]{0,50}\bfor ?$",
    re.IGNORECASE,
)
_LENGTH_AFTER = re.compile(
    r"(?: ?-?(?:long|lasting))? ?-?(?:(?!to\b|of\b|prior\b|before\b|after\b|following\b|from\b|post)[\w-]+ ){0,2}?"
    r"(?:infusion|bolus|injection|treatment|therapy|course|regimen|study|trial|phase)",
    re.IGNORECASE,
)


def arm(sentence: Sentence, one: Mention, alike: Sequence[Mention]) -> Iterator[DataItem]:
    """The items of the arm that `one` belongs to, and of its people and their study.

    `alike` are the mentions that compete with `one` for an arm.
    """
    document = sentence.document
    group = arm_of(sentence, one)
    given = next(iter(group.treatments), None) if group is not None else _given(sentence, one, alike)
    yield from _setting(sentence, one, identity(given) if given is not None else "")
    if group is not None and not group.is_drug:
        yield from named(sentence, group)
        for dose in sentence.amounts:
            if group.start <= dose.start < group.end:
                yield from items_of(document, dose, "arm")
        if given is None:
            return
    elif given is not None:
        yield from items_of(document, given, "nearest")
        yield item(document, "arm", given.preferred, given.start, given.end, f"{given.field}.nearest")
    tested = [drug for drug in sentence.active if not _is_background(sentence.text, drug)]
    if given is None or (tested and identity(given) == identity(tested[0])):
        contrast = role_of(one) is Role.MEASUREMENT and len(alike) > 1
        yield from _comparator(sentence, given, contrast=contrast)
    yield from _regimen(sentence, one, given, alike)


def _setting(sentence: Sentence, one: Mention, given: str = "") -> Iterator[DataItem]:
    """How many people, who they were, how the study was made; `given` is the concept of the arm's treatment."""
    document = sentence.document
    of_arms = samples_of_arms(sentence)
    counted = role_of(one) is Role.SAMPLE  # then its own number is said already; how many they were in all may be
    sample = (None if counted else of_arms.get(given)) or nearest(
        document.text, one, [sample for sample in sentence.of(Role.SAMPLE) if sample not in of_arms.values()], right=0
    )
    if sample is not None:
        yield from items_of(document, sample, "sentence", columns=ARM if sample in of_arms.values() else None)
    people = [
        found
        for found in sentence.of(Role.POPULATION)
        if is_population(document.text, found) and "historical" not in found.context
    ]
    population = nearest(document.text, one, people, right=0)
    if population is not None:
        listed = [found for found in people if found is population or _coordinated(document.text, found, population)]
        yield from joined(document, listed, "sentence")
    for field in with_role(Role.DESIGN):
        designs = [found for found in sentence.mentions if found.field == field.name and is_of_this_study(found)]
        if designs:
            yield from joined(document, designs, "sentence")


def _coordinated(text: str, one: Mention, other: Mention) -> bool:
    """Whether two names stand as `A and B`."""
    between = text[min(one.end, other.end) : max(one.start, other.start)]
    return between.strip() in ("and", "or", ",", "/")


def samples_of_arms(sentence: Sentence) -> dict[str, Mention]:
    """The sample of each arm, by the concept of its treatment: where a sentence counts several, each beside its own."""
    text = sentence.text
    found: dict[str, Mention] = {}
    for sample in sentence.of(Role.SAMPLE):
        drug = nearest(text, sample, sentence.treatments, limit=45)
        if drug is not None:
            held = found.get(identity(drug))
            if held is None or cost(text, sample, drug) < cost(text, held, drug):
                found[identity(drug)] = sample
    return found if len(found) > 1 else {}


def is_of_this_study(one: Mention) -> bool:
    return _ELSEWHERE.isdisjoint(one.context)


def is_population(text: str, one: Mention) -> bool:
    """Whether a diagnosis says who was studied, not what was felt or measured."""
    return bool(
        _POPULATION_BEFORE.search(text[max(0, one.start - 50) : one.start])
        or _POPULATION_AFTER.match(text, one.end, one.end + 40)
    )


def is_length_of_treatment(text: str, one: Mention) -> bool:
    """Whether an amount of time says how long a treatment or a study lasted, not how long an effect did."""
    before = text[max(0, one.start - 90) : one.start]
    return bool(_LENGTH_BEFORE.search(before) or _LENGTH_AFTER.match(text, one.end, one.end + 40))


def _given(sentence: Sentence, one: Mention, alike: Sequence[Mention]) -> Mention | None:
    text = sentence.text
    in_order = respectively(text, alike, sentence.treatments or sentence.before, sentence.span.end)
    if one.start in in_order:
        return in_order[one.start]
    in_order = _in_order(text, alike, sentence.treatments)
    if one.start in in_order:
        return in_order[one.start]
    candidates = [
        drug
        for drug in sentence.treatments
        if not _is_background(text, drug) and (not _held_against(text, drug) or cost(text, one, drug) <= _BESIDE)
    ]
    active = [drug for drug in candidates if not is_inert(drug)]
    result = role_of(one) is Role.MEASUREMENT or (is_time(one) and len(alike) > 1)
    if active and not result and one not in samples_of_arms(sentence).values():
        # How a study was made is told of the treatment under test, which is named first.
        return active[0]
    contrast = BY_NAME[one.field].measure == "difference" or len(alike) < 2
    return nearest(text, one, active if contrast and active else candidates, alike)


def _in_order(text: str, alike: Sequence[Mention], drugs: Sequence[Mention]) -> dict[int, Mention]:
    """`54 % vs 37 % ... with X than with Y`: results side by side, and two treatments, pair in order."""
    named = list({identity(drug): drug for drug in reversed(drugs)}.values())[::-1]
    found: dict[int, Mention] = {}
    if len(named) == 2:
        for one, other in pairwise(alike):
            between = any(one.start < drug.start < other.end for drug in drugs)
            if side_by_side(text, one, other) and not between and one.start not in found:
                found |= {one.start: named[0], other.start: named[1]}
    return found


def _held_against(text: str, drug: Mention) -> bool:
    """Whether a drug is named as what another was compared with."""
    before, after = text[max(0, drug.start - 40) : drug.start], text[drug.end : drug.end + 40]
    return bool(_AGAINST.search(before) or _AS_CONTROL.match(after))


def _is_background(text: str, drug: Mention) -> bool:
    """Whether a drug is what everybody was on already."""
    return bool(_BACKGROUND.search(text[max(0, drug.start - 60) : drug.start]))


def _comparator(sentence: Sentence, given: Mention | None, *, contrast: bool) -> Iterator[DataItem]:
    document, text = sentence.document, sentence.text
    for other in sentence.treatments:
        if (given is not None and identity(other) == identity(given)) or _is_background(text, other):
            continue
        if (
            is_inert(other)
            or _held_against(text, other)
            or (given is not None and _compared(sentence, given, other, contrast=contrast))
        ):
            yield item(document, "comparator", other.preferred, other.start, other.end, f"{other.field}.compared")
            owners = _owners(sentence)
            own = nearest(text, other, sentence.amounts, right=0, limit=30)
            if own is not None and owners.get(own.start) is other:
                columns = {"dose": "comparator_dose", "dose_unit": "comparator_dose_unit", "dose_high": ""}
                yield from items_of(document, own, "compared", columns=columns)
            return


def _compared(sentence: Sentence, given: Mention, other: Mention, *, contrast: bool) -> bool:
    """Whether the words between two drugs compare them; an `and` does where each has a result of its own."""
    text = sentence.text
    between = text[min(given.end, other.end) : max(given.start, other.start)]
    comparing = _COMPARING.search(text, sentence.span.start, given.start)
    crossed = any(_CROSSOVER.search(one.text) for one in sentence.of(Role.DESIGN))
    if (contrast or crossed) and _AND.search(between):
        return True
    return bool(_VERSUS.search(between) or (comparing and _TO.search(between)))


def _owners(sentence: Sentence) -> Mapping[int, Mention]:
    """The drug of each dose of a sentence, by the dose's start."""
    return owners_of_doses(sentence.text, sentence.amounts, sentence.treatments, sentence.span.end)


def _regimen(sentence: Sentence, one: Mention, given: Mention | None, alike: Sequence[Mention]) -> Iterator[DataItem]:
    """Dose, route, schedule and length: of each the one nearest to the statement that is not another drug's."""
    text = sentence.text
    owners = _owners(sentence)
    by_field: dict[str, list[Mention]] = {}
    for mention in sentence.of(Role.REGIMEN):
        if mention is one or "historical" in mention.context:
            continue
        if is_time(mention) and not is_length_of_treatment(text, mention):
            continue
        if is_amount(mention) and given is not None:
            owner = owners.get(mention.start)
            if owner is not None and identity(owner) != identity(given):
                continue
        by_field.setdefault(mention.field, []).append(mention)
    for found in by_field.values():
        best = nearest(text, one, found, alike, right=0, limit=300)
        if best is not None:
            yield from items_of(sentence.document, best, "sentence")
