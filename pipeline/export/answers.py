"""What was answered to the questions of a file, as the table `answers`: one row for each question and document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from pipeline.export.tables import Row, Rows

VALUES = (
    *("intervention_events", "intervention_n", "comparator_events", "comparator_n"),
    *("intervention_mean", "intervention_sd", "comparator_mean", "comparator_sd"),
)
HEADER = ("document_id", "question", "outcome_type", *VALUES, "status", "items")
"""The columns, as the contract fixes them."""


class Stated(Protocol):
    """One value with the span that prints it; `rule` names how it was derived, if it was."""

    @property
    def value(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def rule(self) -> str: ...


class Answered(Protocol):
    """What one document answers to one question."""

    @property
    def document_id(self) -> str: ...
    @property
    def question(self) -> int: ...
    @property
    def outcome_type(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def values(self) -> Mapping[str, Stated]: ...


def answers_table(answers: Iterable[Answered]) -> Rows:
    """The table, in the order of the answers."""
    return Rows(HEADER, tuple(map(_row, answers)))


def _row(given: Answered) -> Row:
    values = (given.values[name].value if name in given.values else "" for name in VALUES)
    items = ";".join(_item(name, given.values[name]) for name in VALUES if name in given.values)
    return given.document_id, str(given.question), given.outcome_type, *values, given.status, items


def _item(name: str, stated: Stated) -> str:
    """The proof of a value; a derived one names its rule behind a tilde."""
    return f"{name}{'~' + stated.rule if stated.rule else ''}@{stated.start}-{stated.end}"
