"""THE table of what we look for: one field a row. Verbs ask a field for its role, finder and columns, never for its name.

A new field is one row here and one vocabulary or one quantity finder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Role(Enum):
    """What part a field plays when mentions become a record."""

    TREATMENT = "who gave what: opens an arm"
    REGIMEN = "how the treatment was given"
    SAMPLE = "how many people"
    POPULATION = "who they were"
    DESIGN = "how the study was made"
    INSTRUMENT = "what it was measured with"
    OUTCOME = "what was measured"
    TIME = "when it was measured"
    MEASUREMENT = "the result"
    PRECISION = "how sure the result is"


@dataclass(frozen=True, slots=True)
class Terms:
    """Found by the names of a vocabulary's concepts."""

    vocabulary: str


@dataclass(frozen=True, slots=True)
class Quantities:
    """Found by the patterns of the quantity finder of this name; `vocabulary` adds fixed names where there are some."""

    finder: str
    vocabulary: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One kind of mention.

    `columns` maps what a mention holds (`value`, `value_high`, `unit`, `preferred`, `concept_id`, `text`, or the name
    of one of its parts) to the columns of the evidence that it fills. `headers` are words of a table header that
    announce the field. `measure` is what a record made by a measurement is called.
    """

    name: str
    role: Role
    finder: Terms | Quantities
    columns: Mapping[str, str]
    headers: tuple[str, ...] = ()
    measure: str = ""


PEOPLE_PLURAL = (
    r"(?:patients|subjects|participants|individuals|adults|people|persons|men|women|children|adolescents|volunteers|"
    r"outpatients|inpatients|infants|neonates|newborns|boys|girls|males|females|veterans|responders|completers|remitters|"
    r"controls|cases|probands|smokers|drinkers|users|youths|students|nurses|mothers|elderly|members|asthmatics|diabetics|"
    r"hypertensives|epileptics|alcoholics)"
)
PEOPLE = (
    rf"(?:{PEOPLE_PLURAL}|patient|subject|participant|individual|adult|person|man|woman|child|volunteer|infant|case)"
)
"""Patterns of the words for the people of a study."""

_MEASURED = {"value": "value", "value_high": "value_high", "unit": "unit", "sd": "sd"}

FIELDS: tuple[Field, ...] = (
    Field(
        "drug",
        Role.TREATMENT,
        Terms("drugs"),
        {"preferred": "drug", "concept_id": "drug_id"},
        (
            *("drug", "medication", "treatment", "intervention", "agent", "compound", "comparator", "control"),
            *("arms", "groups", "comparison", "treatments", "interventions", "medications", "drugs"),
        ),
    ),
    Field(
        "dose",
        Role.REGIMEN,
        Quantities("doses", "amounts"),
        {"value": "dose", "value_high": "dose_high", "unit": "dose_unit"},
        ("dose", "dosage", "dosing"),
    ),
    Field("route", Role.REGIMEN, Terms("routes"), {"preferred": "route"}, ("route", "administration")),
    Field(
        "frequency",
        Role.REGIMEN,
        Quantities("frequencies", "frequencies"),
        {"preferred": "frequency"},
        ("schedule", "frequency", "regimen"),
    ),
    Field(
        "duration",
        Role.REGIMEN,
        Quantities("times"),
        {"value": "duration", "unit": "duration_unit"},
        ("duration", "length", "weeks", "days", "months", "period"),
    ),
    Field(
        "sample_size",
        Role.SAMPLE,
        Quantities("people"),
        {"value": "n"},
        ("n", "sample", "participants", "patients", "subjects", "size"),
    ),
    Field(
        "diagnosis",
        Role.POPULATION,
        Terms("diagnoses"),
        {"text": "diagnosis"},
        ("diagnosis", "population", "condition", "disorder", "indication"),
    ),
    Field("design", Role.DESIGN, Terms("designs"), {"preferred": "design"}, ("design", "type")),
    Field(
        "scale", Role.INSTRUMENT, Terms("scales"), {"preferred": "scale"}, ("scale", "instrument", "measure", "outcome")
    ),
    Field(
        "outcome",
        Role.OUTCOME,
        Terms("outcomes"),
        {"concept_id": "outcome", "text": "outcome_text"},
        ("outcome", "endpoint", "event"),
    ),
    Field(
        "rate",
        Role.MEASUREMENT,
        Quantities("rates"),
        {"value": "value", "value_high": "value_high", "unit": "unit", "events": "events", "total": "total"},
        ("rate", "%", "percent", "proportion"),
        measure="rate",
    ),
    Field("count", Role.MEASUREMENT, Quantities("people"), {"value": "events"}, measure="count"),
    Field("score", Role.MEASUREMENT, Quantities("measurements"), _MEASURED, ("mean", "score", "sd"), measure="mean"),
    Field("change", Role.MEASUREMENT, Quantities("measurements"), _MEASURED, ("change",), measure="change"),
    Field("difference", Role.MEASUREMENT, Quantities("measurements"), _MEASURED, ("difference",), measure="difference"),
    Field("ratio", Role.MEASUREMENT, Quantities("ratios"), _MEASURED, ("ratio", "or", "rr", "hr"), measure="ratio"),
    Field(
        "confidence_interval",
        Role.PRECISION,
        Quantities("statistics"),
        {"value": "ci_low", "value_high": "ci_high", "level": "ci_level"},
        ("ci", "confidence"),
    ),
    Field("p_value", Role.PRECISION, Quantities("statistics"), {"value": "p", "operator": "p_operator"}, ("p",)),
    Field(
        "timepoint",
        Role.TIME,
        Quantities("times"),
        {"value": "timepoint", "unit": "timepoint_unit"},
        ("time", "timepoint", "follow-up"),
    ),
)

VOCABULARY_OF: Mapping[str, str] = {
    "drug": "drugs",
    "comparator": "drugs",
    "diagnosis": "diagnoses",
    "scale": "scales",
    "design": "designs",
    "route": "routes",
}
"""The vocabulary in which the values of a column are names, so that two names of one concept agree."""

BY_NAME: Mapping[str, Field] = {row.name: row for row in FIELDS}


def with_role(*roles: Role) -> tuple[Field, ...]:
    """The fields that play one of these parts, in the order of the table."""
    return tuple(row for row in FIELDS if row.role in roles)
