"""Arms and outcomes that a results table names in words of its own, which no vocabulary holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.assemble.items import item, role_of
from pipeline.assemble.tables.grid import Grid
from pipeline.document import Cell
from pipeline.evidence import DataItem, Mention
from pipeline.fields import Role

_ARM = re.compile(
    r"\b(?:groups?|arms?|controls?|placebo|sham|usual care|standard care|tau|interventions?|treatment|vehicle|untreated|"
    r"waiting list|wait-?list)\b|\bn ?= ?\d",
    re.IGNORECASE,
)
_NO_ARM = re.compile(
    r"^\W*$|^\W*(?:p|f|t|r|z|n|no|χ2?|x2|or|rr|hr|sds?|ses?|sem|ci|df|α|η 2|%)\W*(?:value|test)?\W*$|"
    r"\b(?:p[- ]?values?|total|overall|all patients|mean|median|differences?|effects?|interaction|anova|ratio|confidence|"
    r"95 ?%|statistics?|significance|baseline|pre-?(?:test|treatment)|post-?(?:test|treatment)|follow-?up|change|score range|"
    r"characteristics?|variables?|parameters?|outcomes?|measures?|items?|time|between-group|within-group)\b|"
    r"^\W*(?:day|week|month|year|visit|hour|min|T)s?[ -]?\d",
    re.IGNORECASE,
)
_SAMPLE = re.compile(
    r"[(\[,;: ]*\b[nN] ?= ?[\d,]+ ?[)\]]?|[(\[]?\b[nN] ?\(?%\)?|[(\[] ?% ?[)\]]|\bmean ?± ?SD\b|\bM \(SD\)",
    re.IGNORECASE,
)
_TRAIT = re.compile(
    r"\b(?:baseline|demographic\w*|characteristics|admission|sample|population|disposition|schedule|overview)\b"
    r"(?!.*\b(?:after|changes?|from baseline|end ?point|follow-?up|outcomes?|results)\b)",
    re.IGNORECASE | re.DOTALL,
)
_NO_OUTCOME = re.compile(
    r"^\W*(?:n|no|total|age|sex|male|female|men|women|gender|race|height|weight \(kg\)|p[- ]?values?|mean|sd|median|"
    r"range|participants|patients|sample size)\b[^a-z]*$",
    re.IGNORECASE,
)
_MOST = 8
"""So many arms a table has at most."""


@dataclass(frozen=True, slots=True)
class Labels:
    """The cells that name the arms of a table: over its columns, or at the head of its rows."""

    columns: Mapping[int, Cell] = field(default_factory=dict)
    rows: Mapping[int, Cell] = field(default_factory=dict)
    of_traits: bool = False
    """Whether the table says what people were like, not what became of them."""

    def arm(self, cell: Cell) -> Cell | None:
        return self.columns.get(cell.column) or self.rows.get(cell.row)


def labels(grid: Grid) -> Labels:
    """What a table calls its arms; empty where no row of its head, and not its first column, looks like arms."""
    caption = grid.table.caption
    traits = bool(caption is not None and _TRAIT.search(grid.document.text[slice(*caption)]))
    for level in range(grid.header_rows):
        over = ((column, grid.table.at(level, column)) for column in range(1, grid.table.columns))
        named = {column: cell for column, cell in over if cell is not None and not _NO_ARM.search(_bare(grid, cell))}
        if _several(grid, named.values()) and any(_looks_like_arm(grid, *grid.headers(column)) for column in named):
            return Labels(columns=named, of_traits=traits)
    stubs = {row: cells[0] for row, cells in grid.body() if cells[0].column == 0 and len(cells) > 1}
    alike = sum(_looks_like_arm(grid, cell) for cell in stubs.values())
    if 2 * alike >= len(stubs) and _several(grid, stubs.values()):
        return Labels(rows=stubs, of_traits=traits)
    return Labels(of_traits=traits)


def _several(grid: Grid, cells: Iterable[Cell]) -> bool:
    """Whether cells hold several names, and not too many."""
    return 2 <= len({_bare(grid, cell).casefold() for cell in cells} - {""}) <= _MOST


def _looks_like_arm(grid: Grid, *cells: Cell) -> bool:
    """Whether one of the cells names a treatment, has a word for a group, or counts its people."""
    return any(_ARM.search(grid.text(one)) or any(map(_is_treatment, grid.of(one))) for one in cells)


def _is_treatment(one: Mention) -> bool:
    return role_of(one) is Role.TREATMENT


def _bare(grid: Grid, cell: Cell) -> str:
    """A label without its sample and its statistic."""
    return _SAMPLE.sub(" ", grid.text(cell)).strip(" ,;:")


def arm_items(grid: Grid, cell: Cell) -> Iterator[DataItem]:
    """The arm's name as the label prints it; its sample is a mention of its own."""
    text = grid.document.text[cell.start : cell.end]
    mark = _SAMPLE.search(text)
    end = cell.start + len(text[: mark.start() if mark and mark.start() else len(text)].rstrip(" ,;:("))
    yield item(
        grid.document, "arm", " ".join(grid.document.text[cell.start : end].split()), cell.start, end, "label.arm"
    )


def outcome_items(grid: Grid, held: Labels, cell: Cell, label: Cell | None) -> Iterator[DataItem]:
    """What was measured, in the words of the row's label, or of the column's where the rows are arms."""
    if held.of_traits:
        return
    if held.rows:
        over = [one for one in grid.headers(cell.column) if re.search(r"[^\W\d_]{3}", _bare(grid, one))]
        label = over[0] if over else None
    if label is None or _NO_OUTCOME.search(_bare(grid, label)) or not re.search(r"[^\W\d_]{3}", _bare(grid, label)):
        return
    yield item(grid.document, "outcome_text", grid.text(label), label.start, label.end, "label.outcome")
