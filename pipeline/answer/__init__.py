"""Answers a reviewer's question from one document: events and totals, or mean, SD and N, of both arms, with proof.

Rules only, and abstention is an answer: what the document does not state is left out. Module by module: `question` reads
what is asked; `words`, `labels`, `arms` and `match` say how well a phrase stands for an arm, an outcome or a time; `grid`
and `parts` find the figures of both arms in a table, `values` reads them, `tables` puts them together; `prose` reads
sentences and `tie` says which figure is whose; `sizes` counts the people of each arm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from pipeline.answer.arms import SIDES, Arms, Side, arms_of, codes_said
from pipeline.answer.grid import Grid, grids
from pipeline.answer.match import Sought, sought
from pipeline.answer.parts import Part, parts_of, third_arms
from pipeline.answer.prose import prose_candidates
from pipeline.answer.question import Question
from pipeline.answer.sizes import arm_sizes, said, subgroup_sizes
from pipeline.answer.tables import Candidate, table_candidates
from pipeline.answer.values import Found, derived_events
from pipeline.answer.words import Abbreviations, abbreviations
from pipeline.document import Document

Status = Literal["answered", "partial", "only_in_figure", "not_reported", "failed"]

CELLS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "binary": ("intervention_events", "intervention_n", "comparator_events", "comparator_n"),
        "continuous": (
            *("intervention_mean", "intervention_sd", "intervention_n"),
            *("comparator_mean", "comparator_sd", "comparator_n"),
        ),
    }
)
"""The cells that an answer of each type fills."""

LEAST = 0.5
"""A place that fits the outcome less than this does not state it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one document answers. `values` are by cell, such as `intervention_events`; a cell not stated is absent."""

    document_id: str
    question: int
    outcome_type: str
    status: Status
    values: Mapping[str, Found]


@dataclass(frozen=True, slots=True)
class Study:
    """A document with what every question needs of it."""

    document: Document
    grids: tuple[Grid, ...]
    known: Abbreviations


def study(document: Document) -> Study:
    """Reads the tables and short forms of a document once, for many questions."""
    return Study(document, tuple(grids(document)), abbreviations(document))


def answer(asked: Study, question: Question) -> Answer:
    """The answer of a document to a question. Never raises for a document that states nothing."""
    document = asked.document
    if document.status == "failed":
        return Answer(document.document_id, question.number, question.outcome_type, "failed", {})
    arms, wanted = arms_of(question, asked.known), sought(question, asked.known)
    arms = replace(arms, codes=codes_said(arms, said(document)))
    arms = arms.beside(label for grid in asked.grids for label in third_arms(grid, arms))
    tables = [(grid, tuple(parts_of(grid, arms))) for grid in asked.grids]
    kinds = (question.outcome_type,) if question.outcome_type else tuple(CELLS)
    found = {kind: _best(document, tables, arms, wanted, kind) for kind in kinds}
    kind = max(kinds, key=lambda kind: _rank(found[kind]))
    best = found[kind]
    sizes = arm_sizes(document, tables, arms, question, stated=best is not None)
    within = subgroup_sizes(tables, question)
    values = {} if best is None and not question.outcome_type else _cells(best, sizes, within, kind)
    stated = [cell for cell in values if not cell.endswith("_n")]
    status = _status(len(values) == len(CELLS[kind]), bool(stated), document, wanted)
    return Answer(document.document_id, question.number, kind if stated else question.outcome_type, status, values)


def failed(document_id: str, question: Question) -> Answer:
    """The answer where the document could not be read."""
    return Answer(document_id, question.number, question.outcome_type, "failed", {})


Tables = Sequence[tuple[Grid, Sequence[Part]]]


def _best(document: Document, tables: Tables, arms: Arms, wanted: Sought, kind: str) -> Candidate | None:
    """What fits the question best; of percentages the counts that give them, where they are printed."""
    candidates = [one for grid, parts in tables for one in table_candidates(grid, parts, wanted, kind)]
    candidates += prose_candidates(document, arms, wanted, kind)
    best = max((one for one in candidates if one.score >= LEAST), key=_rank, default=None)
    return _sized(_counted(best, candidates), candidates) if best else None


def _counted(best: Candidate, candidates: Sequence[Candidate]) -> Candidate:
    """Where only percentages are stated, the printed counts elsewhere that give just these percentages, if there are any."""
    if any("percent" not in best.values[side] or "events" in best.values[side] for side in SIDES):
        return best
    same = (one for one in candidates if all(_gives(one.values[side], best.values[side]["percent"]) for side in SIDES))
    return max(same, key=_rank, default=best)


def _sized(best: Candidate, candidates: Sequence[Candidate]) -> Candidate:
    """With the people of each arm from another place that states the same figures, as a table does for a sentence."""
    if any("n" in best.values[side] for side in SIDES):
        return best
    same = (
        one
        for one in candidates
        if one.score >= LEAST and all(_repeats(one.values[side], best.values[side]) for side in SIDES)
    )
    fuller = max(same, key=_rank, default=None)
    if fuller is None:
        return best
    return replace(best, values={side: {**best.values[side], "n": fuller.values[side]["n"]} for side in SIDES})


def _repeats(values: Mapping[str, Found], stated: Mapping[str, Found]) -> bool:
    """Whether values with a number of people hold all that is stated."""
    return "n" in values and all(name in values and values[name].value == one.value for name, one in stated.items())


def _gives(values: Mapping[str, Found], percent: Found) -> bool:
    if not {"events", "n"} <= values.keys() or "percent" in values:
        return False
    derived = derived_events(percent, values["n"])
    return derived is not None and derived.value == values["events"].value


def _rank(candidate: Candidate | None) -> tuple[float, int]:
    """Fit first; of places that fit alike the fuller one, then the earlier one."""
    return (round(candidate.score + 0.02 * candidate.filled, 4), -candidate.start) if candidate else (0.0, 0)


def _cells(
    best: Candidate | None, sizes: Mapping[Side, Found], within: Mapping[Side, Found], kind: str
) -> dict[str, Found]:
    """`within`: the sizes of the subgroup that is asked for, which count instead of larger ones."""
    values: dict[str, Found] = {}
    for side in SIDES:
        got = dict(best.values[side]) if best else {}
        if size := got.get("n") or sizes.get(side):
            got["n"] = size
        if side in within and ("n" not in got or int(got["n"].value) > int(within[side].value)):
            got["n"] = within[side]
        derivable = kind == "binary" and "events" not in got and {"percent", "n"} <= got.keys()
        if derivable and (events := derived_events(got["percent"], got["n"])):
            got["events"] = events
        values |= {f"{side}_{name}": one for name, one in got.items() if f"{side}_{name}" in CELLS[kind]}
    return {cell: values[cell] for cell in CELLS[kind] if cell in values}


def _status(complete: bool, stated: bool, document: Document, wanted: Sought) -> Status:
    if complete:
        return "answered"
    if stated:
        return "partial"
    return "only_in_figure" if _in_figure(document, wanted) else "not_reported"


def _in_figure(document: Document, wanted: Sought) -> bool:
    """Whether a figure's caption speaks of the outcome."""
    captions: Sequence[str] = [
        document.text[block.start : block.end]
        for block in document.blocks
        if block.kind == "caption" and document.text[block.start : block.start + 3].casefold() == "fig"
    ]
    return any(wanted.fit((), (caption,)) >= LEAST * 0.9 for caption in captions)
