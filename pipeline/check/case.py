"""One record with what it takes to check it, and what a check says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal

from pipeline.compare import concepts, number, units_of
from pipeline.evidence import EvidenceRecord
from pipeline.shares import percent, round_half
from pipeline.vocabulary import Concept

CROSSOVER, PARALLEL = "crossover", "parallel_arm"
"""Designs in which everybody gets every treatment, and in which people are divided into arms."""

Verdict = Literal["holds", "fails", "implausible"]


@dataclass(frozen=True, slots=True)
class Result:
    """What one check says: what was printed, what would be right, and why."""

    check: str
    verdict: Verdict
    stated: str
    expected: str = ""
    detail: str = ""


class Together:
    """All records of one document on one study. What they say together is worked out once for all of them."""

    def __init__(self, records: Sequence[EvidenceRecord]) -> None:
        self.records = tuple(records)

    @cached_property
    def designs(self) -> frozenset[str]:
        """The designs that the document names for the study."""
        return concepts("; ".join(str(record.value("design") or "") for record in self.records), "designs")

    @property
    def parallel(self) -> bool:
        """Whether the study's people are divided into arms."""
        return PARALLEL in self.designs and CROSSOVER not in self.designs

    @cached_property
    def first_arm(self) -> EvidenceRecord | None:
        """The first record that states an arm's people."""
        return next((record for record in self.records if record.item("arm_n")), None)

    @cached_property
    def samples(self) -> tuple[Decimal, ...]:
        """The samples that are stated for the study, the largest first; one patient is a case that is told of, no
        sample."""
        columns = ("arm_n",) if self.parallel else ("arm_n", "n")
        stated = {number(record.value(column)) for record in self.records for column in columns}
        return tuple(sorted((people for people in stated if people and people > 1), reverse=True))


@dataclass(frozen=True, slots=True)
class Case:
    """A record, all records of its document on its study, and the concepts that it names."""

    record: EvidenceRecord
    together: Together
    scale: Concept | None = None
    outcome: Concept | None = None

    def number(self, column: str) -> Decimal | None:
        return number(self.record.value(column))

    def unit(self, column: str) -> str:
        return units_of(self.record.items).get(column, "")

    def says(self, column: str) -> str:
        return str(self.record.value(column) or "")

    @property
    def percentage(self) -> Decimal | None:
        """The record's percentage of people, where it states a single one."""
        people = self.says("measure") == "rate" and self.unit("value") == "%"
        if not people or self.record.item("value_high") or (self.outcome and self.outcome.kind == "pharmacokinetic"):
            return None
        return self.number("value")

    @property
    def denominators(self) -> tuple[Decimal, ...]:
        """How many people a percentage can be of: the record's own total, arm or study; of a study in arms the
        study's people are not those of one arm."""
        for column in ("total", "arm_n", "n"):
            people = self.number(column)
            if people is not None and people > 0 and not (column == "n" and self.together.parallel):
                return (people,)
        return ()


def shown(events: Decimal | int, total: Decimal | int, places: int) -> str:
    """The right percentage to so many places: `92.9 %`."""
    return f"{max(round_half(percent(events, total), places))} %"
