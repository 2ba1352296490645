"""The review's statements as records, and how many of their numbers a run finds."""

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
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Claim:
    """A numeric statement: each of `numbers` with its `unit` ('' where the claim names none) must be found together."""

    id: str
    citations: frozenset[str]
    numbers: frozenset[Decimal]
    unit: str
    column: str


def claims(path: Path) -> Iterator[Claim]:
    """The claims that hold a number: their value, else their range, else their sample, else their dose or time point."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if not row["quantitative"]:
            continue
        refs = frozenset(str(ref) for ref in row["refs"])
        printed = [row["value"]] if row["value"] is not None else [row["value_low"], row["value_high"]]
        text = " ".join(str(one) for one in printed if one is not None)
        if text:
            yield Claim(row["id"], refs, _numbers(text), _unit(row["unit"] or ""), "value")
        elif row["n"] is not None:
            yield Claim(row["id"], refs, _numbers(str(row["n"])), "", "n")
        elif row["sd"] is not None:
            yield Claim(row["id"], refs, _numbers(str(row["sd"])), "", "sd")
        elif row["dose"]:
            yield Claim(row["id"], refs, _numbers(row["dose"]), row["dose"].split()[-1], "dose")
        elif row["timepoint"]:
            yield Claim(row["id"], refs, _numbers(row["timepoint"]), "", "timepoint")


def is_found(claim: Claim, records: Sequence[EvidenceRecord]) -> bool:
    """Whether one record holds all the claim's numbers, with its unit, for one of the papers it cites."""
    return any(_states(record, claim) for record in records)


def _states(record: EvidenceRecord, claim: Claim) -> bool:
    cited = set(str(record.value("citations") or "").split(";")) - {""}
    if claim.citations and not (cited & claim.citations):
        return False
    if not claim.citations and cited:
        return False
    units = {item.unit for item in record.items} | {str(record.value("unit") or "")}
    if claim.unit and claim.unit not in units:
        return False
    values = (str(item.value) for item in record.items if item.column not in ("citations", "ci_level"))
    held = {number for value in values for number in _numbers(value)}
    return claim.numbers <= held


def _numbers(text: str) -> frozenset[Decimal]:
    return frozenset(Decimal(found) for found in _NUMBER.findall(text))


def _unit(printed: str) -> str:
    first = printed.split(maxsplit=1)[0] if printed.split() else ""
    return _UNITS.get(first, "")
