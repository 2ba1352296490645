"""The review's statements as records, and which of them a run finds.

A claim is found where records of one place of the text hold its numbers and its unit, for a paper that it cites, and
do not contradict its drug; where a result is claimed, its outcome too must be named alike (see `_alike`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from pipeline.evidence import EvidenceRecord

SHARED = Path(__file__).parents[3] / "shared"

_UNITS = {
    "days": "d", "day": "d", "week": "wk", "weeks": "wk", "months": "mo", "month": "mo", "years": "a", "year": "a",
    "points": "{score}", "h": "h", "min": "min", "%": "%", "L/min": "L/min",
}  # fmt: skip
_SYNONYMS = {"azd6765": "lanicemine azd6765", "glyx-13": "rapastinel glyx-13"}
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Claim:
    """A numeric statement: each of `numbers` with its `unit` ('' where the claim names none) must be found together."""

    id: str
    citations: frozenset[str]
    numbers: frozenset[Decimal]
    unit: str
    column: str
    drug: str
    about: frozenset[str]
    """Beginnings of the words that say what was measured."""


def claims(path: Path) -> Iterator[Claim]:
    """The claims that hold a number: their value, else their range, else their sample, else their dose or time point."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if not row["quantitative"]:
            continue
        refs = frozenset(str(ref) for ref in row["refs"])
        printed = [row["value"]] if row["value"] is not None else [row["value_low"], row["value_high"]]
        text = " ".join(str(one) for one in printed if one is not None)
        drug, about = str(row["drug"] or ""), _beginnings(f"{row['outcome']} {row['scale']} {row['claim_type']}")
        if text:
            yield Claim(row["id"], refs, _numbers(text), _unit(row["unit"] or ""), "value", drug, about)
        elif row["n"] is not None:
            yield Claim(row["id"], refs, _numbers(str(row["n"])), "", "n", drug, about)
        elif row["sd"] is not None:
            yield Claim(row["id"], refs, _numbers(str(row["sd"])), "", "sd", drug, about)
        elif row["dose"]:
            yield Claim(row["id"], refs, _numbers(row["dose"]), row["dose"].split()[-1], "dose", drug, about)
        elif row["timepoint"]:
            yield Claim(row["id"], refs, _numbers(row["timepoint"]), "", "timepoint", drug, about)


def is_found(claim: Claim, records: Sequence[EvidenceRecord]) -> bool:
    """Whether a record states the claim; time points may be those of several records of one place."""
    fitting = [record for record in records if _fits(record, claim)]
    if claim.column != "timepoint":
        return any(claim.numbers <= _held(record) for record in fitting)
    places: dict[int, set[Decimal]] = {}
    for record in fitting:
        places.setdefault(record.start, set()).update(_held(record))
    return any(claim.numbers <= held for held in places.values())


def matched(record: EvidenceRecord, asked: Sequence[Claim]) -> bool:
    """Whether a record states one of the claims, or one of a claim's time points."""
    fitting = [claim for claim in asked if _fits(record, claim)]
    held = _held(record)
    return any(claim.numbers & held if claim.column == "timepoint" else claim.numbers <= held for claim in fitting)


def _fits(record: EvidenceRecord, claim: Claim) -> bool:
    """Whether a record is about what the claim is about: the paper, the unit, the drug, the outcome."""
    cited = set(str(record.value("citations") or "").split(";")) - {""}
    if claim.citations and not (cited & claim.citations):
        return False
    if not claim.citations and cited:
        return False
    units = {item.unit for item in record.items} | {str(record.value("unit") or "")}
    if claim.unit and claim.unit not in units:
        return False
    given = " ".join(str(record.value(column) or "") for column in ("drug", "comparator", "arm")).lower()
    if claim.drug and given.strip() and not _same_drug(claim.drug.lower(), given):
        return False
    return claim.column != "value" or _alike(record, claim)


def _same_drug(claimed: str, given: str) -> bool:
    names = _SYNONYMS.get(claimed, claimed).split()
    return any(name in given for name in names if len(name) > 3)


def _alike(record: EvidenceRecord, claim: Claim) -> bool:
    """Whether a word of the claimed outcome or scale begins like one of the record's outcome, scale or measure."""
    said = " ".join(str(record.value(column) or "") for column in ("outcome", "outcome_text", "scale", "measure"))
    return bool(_beginnings(f"{said} {record.quote}" if not record.value("outcome") else said) & claim.about)


def _held(record: EvidenceRecord) -> set[Decimal]:
    values = (str(item.value) for item in record.items if item.column not in ("citations", "ci_level"))
    return {number for value in values for number in _numbers(value)}


def _beginnings(text: str) -> frozenset[str]:
    return frozenset(word[:4] for word in re.findall(r"[a-z]{3,}", text.lower().replace("_", " ")))


def _numbers(text: str) -> frozenset[Decimal]:
    return frozenset(Decimal(found) for found in _NUMBER.findall(text))


def _unit(printed: str) -> str:
    first = printed.split(maxsplit=1)[0] if printed.split() else ""
    return _UNITS.get(first, "")
