"""From mentions to data items: which columns a mention fills is said by its field, and its span is the proof."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache

from pipeline.assemble.confidence import confidence
from pipeline.document import Document
from pipeline.evidence import COLUMNS, DataItem, EvidenceRecord, Mention, Source, Value
from pipeline.fields import BY_NAME, Role
from pipeline.vocabulary import vocabulary

_OUTCOMES_OF_KINDS = {"suicidality": "suicidal_ideation", "pain": "pain_intensity", "function": "functioning"}
ONSET, LASTING = "onset", "effect_duration"
_ORDER = {column: place for place, column in enumerate(COLUMNS)}


def role_of(mention: Mention) -> Role:
    return BY_NAME[mention.field].role


def identity(mention: Mention) -> str:
    """What a mention is the same as: its concept, or its words where no vocabulary knows it."""
    return mention.concept_id or " ".join(mention.text.lower().split())


@cache
def units_of(kind: str) -> frozenset[str]:
    """The codes of the units of one kind."""
    return frozenset(unit.id for unit in vocabulary("units") if unit.kind == kind)


def is_time(mention: Mention) -> bool:
    """Whether a mention is an amount of time, be it a time point or a duration."""
    return (
        role_of(mention) in (Role.TIME, Role.REGIMEN) and mention.unit in units_of("time") and mention.preferred == ""
    )


@cache
def _outcomes(nature: str) -> frozenset[str]:
    return frozenset(concept.id for concept in vocabulary("outcomes") if concept.note == nature)


def is_time_outcome(mention: Mention | None) -> bool:
    """Whether an outcome is itself a time (half-life, time to relapse), so that its value is one."""
    return mention is not None and mention.concept_id in _outcomes("a time")


def opposite_of(mention: Mention) -> str:
    """The outcome that a denied one is, where it has a name of its own (`not in remission`), else ''."""
    named = f"non_{mention.concept_id}"
    known = "negated" in mention.context and any(concept.id == named for concept in vocabulary("outcomes"))
    return named if known else ""


def is_effect(mention: Mention) -> bool:
    """Whether an outcome is something that treatment is meant to bring about."""
    return mention.concept_id in {concept.id for concept in vocabulary("outcomes") if concept.kind == "benefit"}


def time_of(outcome: Mention, *, until: bool) -> str:
    """What an amount of time says of an outcome: how long it took to come (`until`), where that has a name, or lasted."""
    named = f"time_to_{outcome.concept_id}"
    return named if until and named in _outcomes("a time") else LASTING


@cache
def is_of_people(outcome: str) -> bool:
    """Whether a rate of this outcome is a share of people; an outcome that no vocabulary knows is none that is sure to be."""
    kinds = {concept.id: concept.kind for concept in vocabulary("outcomes")}
    return kinds.get(outcome, "pharmacokinetic") != "pharmacokinetic" and outcome not in _outcomes("a time")


def is_counted(mention: Mention) -> bool:
    """Whether an outcome happens to some people and not to others, so that its value is a rate."""
    return mention.concept_id not in _outcomes("a time") | _outcomes("a score")


@cache
def _scale_kinds() -> dict[str, str]:
    return {concept.id: concept.kind for concept in vocabulary("scales")}


def outcome_of_scale(scale: Mention) -> str:
    """The outcome that a scale measures where the text names none: its own kind, where that is an outcome, else severity."""
    kind = _scale_kinds().get(scale.concept_id, "")
    outcomes = {concept.id for concept in vocabulary("outcomes")}
    return next((name for name in (kind, _OUTCOMES_OF_KINDS.get(kind, "")) if name in outcomes), "severity")


@cache
def _inert() -> frozenset[str]:
    return frozenset(concept.id for concept in vocabulary("drugs") if concept.kind == "inert")


@cache
def _classes() -> frozenset[str]:
    return frozenset(concept.id for concept in vocabulary("drugs") if concept.kind == "class")


@cache
def _modalities() -> frozenset[str]:
    return frozenset(concept.id for concept in vocabulary("routes") if concept.kind == "modality")


def is_wordy(mention: Mention) -> bool:
    """Whether an amount is told without a number (`a further dose`)."""
    return mention.value is None and not mention.concept_id and "dose" in BY_NAME[mention.field].columns.values()


def is_amount(mention: Mention) -> bool:
    """Whether a mention is a dose in numbers."""
    return mention.value is not None and "dose" in BY_NAME[mention.field].columns.values()


def is_modality(mention: Mention) -> bool:
    """Whether a way of giving says how but not by which route (`infusion`)."""
    return role_of(mention) is Role.REGIMEN and mention.concept_id in _modalities()


@cache
def _of_the_body() -> frozenset[str]:
    held = (
        concept for concept in vocabulary("drugs") if concept.kind == "supplement" or "also endogenous" in concept.note
    )
    return frozenset(concept.id for concept in held)


def is_of_the_body(mention: Mention) -> bool:
    """Whether a substance is found in people who were not given it (vitamin B12, noradrenaline)."""
    return mention.concept_id in _of_the_body()


def is_inert(mention: Mention) -> bool:
    return mention.concept_id in _inert()


def is_class(mention: Mention) -> bool:
    return mention.concept_id in _classes()


def items_of(
    document: Document, mention: Mention, how: str, *, columns: dict[str, str] | None = None
) -> Iterator[DataItem]:
    """The items that a mention fills; `columns` renames the columns its field would fill, or drops them with ''."""
    field = BY_NAME[mention.field]
    for key, column in field.columns.items():
        target = (columns or {}).get(column, column)
        value = _value(mention, key)
        if target and value is not None and value != "":
            yield item(document, target, value, mention.start, mention.end, f"{mention.field}.{how}", unit=mention.unit)


def joined(document: Document, mentions: Sequence[Mention], how: str) -> Iterator[DataItem]:
    """One item for several concepts of one field: values divided by `;`, the proof from the first to the last."""
    field = BY_NAME[mentions[0].field]
    column = next(iter(field.columns.values()))
    key = next(iter(field.columns))
    values = ";".join(dict.fromkeys(str(_value(one, key)) for one in mentions))
    yield item(document, column, values, mentions[0].start, mentions[-1].end, f"{field.name}.{how}")


def item(document: Document, column: str, value: Value, start: int, end: int, rule: str, *, unit: str = "") -> DataItem:
    """One item; only the columns that hold a quantity carry its unit."""
    carries = column in ("dose", "dose_high", "duration", "comparator_dose", "timepoint", "value", "value_high", "sd")
    return DataItem(column, value, unit if carries else "", start, end, document.text[start:end], rule)


def _value(mention: Mention, key: str) -> Value | None:
    if key == "value":
        if mention.value_high is not None and "value_high" not in BY_NAME[mention.field].columns:
            return f"{mention.value}-{mention.value_high}"
        # A concept (`high dose`) is no number; a proportion (`1:15`) is printed as it stands.
        told = mention.preferred if not mention.concept_id else ""
        return mention.value if mention.value is not None else (told or None)
    if key == "value_high":
        return mention.value_high
    if key in ("unit", "preferred", "concept_id", "text"):
        text = getattr(mention, key)
        return " ".join(str(text).split())
    return mention.parts.get(key)


def in_order(items: Iterable[DataItem]) -> tuple[DataItem, ...]:
    """The items in the order of the columns of `evidence.csv`."""
    return tuple(sorted(items, key=lambda one: _ORDER[one.column]))


def record(
    document: Document, study_id: str, source: Source, start: int, end: int, items: Iterable[DataItem]
) -> EvidenceRecord:
    """A record of these items, in the order of the columns; the first item of a column stands."""
    kept: dict[str, DataItem] = {}
    for one in items:
        kept.setdefault(one.column, one)
    unit = kept.get("unit")
    for column in ("value", "value_high", "sd"):
        if unit is not None and column in kept and not kept[column].unit:
            kept[column] = replace(kept[column], unit=str(unit.value))
    ordered = in_order(kept.values())
    quote = document.text[start:end]
    return EvidenceRecord(study_id, document.document_id, source, start, end, quote, ordered, confidence(ordered))
