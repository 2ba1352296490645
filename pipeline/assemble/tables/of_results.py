"""A table of one study's results: arms as columns or as rows, outcomes, time points and blocks along the other side.

What a header, a row's label, a group row and the caption say flows down to each cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from pipeline.assemble.items import identity, is_amount, is_class, item, items_of, outcome_of_scale, record, role_of
from pipeline.assemble.tables.cells import PRECISION, Reading, read_cell
from pipeline.assemble.tables.columns import column_fields, field_items, header_unit
from pipeline.assemble.tables.grid import Grid, is_dash
from pipeline.assemble.tables.labels import Labels, arm_items, labels, outcome_items
from pipeline.document import Cell
from pipeline.evidence import NOT_REPORTED, DataItem, EvidenceRecord, Mention
from pipeline.fields import Field, Role

_CONTEXT = (Role.TREATMENT, Role.REGIMEN, Role.SAMPLE, Role.POPULATION, Role.OUTCOME, Role.INSTRUMENT, Role.TIME)
_RESULT = (Role.MEASUREMENT, Role.PRECISION)
_ARM = {"n": "arm_n"}
_CELL = "result.cell"
_SCORED = ("mean", "median", "change", "difference")
_CONTRASTS = ("difference", "ratio", PRECISION)
_VERSUS = re.compile(r"\b(?:vs|versus|compared with|compared to|against)\b", re.IGNORECASE)
_BESIDE = 3
"""So many characters behind its drug a dose may stand."""
_SAMPLE = re.compile(r"\(?\b[nN] ?= ?\d+\)?")
_PEOPLE = re.compile(r"\W*(?:n|no\.|number|patients|participants|subjects)\W*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Row:
    """A body row: its label (the cell of the first column), the group row over it, and its other cells."""

    label: Cell | None
    group: Sequence[Mention]
    cells: Sequence[Cell]


def result_records(grid: Grid, *, own: bool) -> Iterator[EvidenceRecord]:
    """A record for each cell that states a result of an arm; cells of one row that state parts of one result are joined.

    In the report of a study of one's own arms and outcomes may have names that no vocabulary holds.
    """
    fields = column_fields(grid)
    named = labels(grid) if own else Labels()
    for row in _rows(grid):
        made = [items for cell in row.cells for items in _cell(grid, row, cell, fields, named)]
        start = min(cell.start for cell in (row.label or row.cells[0], *row.cells))
        end = max(cell.end for cell in row.cells)
        for items in _joined(made):
            yield record(grid.document, grid.document.document_id, "table", start, end, items)


def _rows(grid: Grid) -> Iterator[_Row]:
    group: list[Mention] = []
    for _, cells in grid.body():
        label = cells[0] if cells[0].column == 0 else None
        if label is not None and len(cells) == 1:
            group = grid.of(label)
        else:
            yield _Row(label, group, cells[1:] if label is not None else cells)


def _cell(grid: Grid, row: _Row, cell: Cell, fields: Mapping[int, Field], named: Labels) -> Iterator[list[DataItem]]:
    if _counts_people(grid, cell.column):
        return
    field = fields.get(cell.column)
    above = [one for header in grid.headers(cell.column) for one in grid.of(header)]
    beside = grid.of(row.label) if row.label is not None else []
    arms = [one for one in (*above, *beside) if role_of(one) is Role.TREATMENT]
    told = (*above, *beside, *row.group, *grid.caption())
    measured = [one for one in told if role_of(one) in (Role.OUTCOME, Role.INSTRUMENT)]
    reading = _reading(grid, row, cell)
    label = named.arm(cell) if not arms else None
    known = label is not None or arms
    words = list(outcome_items(grid, named, cell, row.label)) if known and not measured else []
    if reading is None or not (measured or (words and reading.sure)):
        return
    others: Sequence[Mention] = _held_against(grid, arms)
    if not arms and reading.measure in _CONTRASTS:
        arms, others = _contrasted(grid)
    elif label is None and field is not None and field.role not in _RESULT and not _names_result(above):
        return
    if not arms and label is None:
        return
    items = [*_stated_by(grid, cell, reading), *words]
    items += _named(grid, arms[:1], "arm") if arms else arm_items(grid, label) if label is not None else ()
    items += [part for one in others for part in _comparator(grid, one)]
    for how, found in (("header", above), ("label", beside), ("group", row.group), ("caption", grid.caption())):
        for one in found:
            if role_of(one) in _CONTEXT and role_of(one) is not Role.TREATMENT:
                items += items_of(grid.document, one, how, columns=_ARM)
    people = _people(grid, row, cell)
    if people is not None:
        size = Decimal(grid.text(people))
        column = "total" if reading.measure == "count" else "arm_n"
        items.insert(0, item(grid.document, column, size, people.start, people.end, "sample_size.cell"))
    items += _context(grid, row, cell, fields)
    items += _of_scale(grid, measured, reading)
    yield items


def _names_result(above: Sequence[Mention]) -> bool:
    """Whether headers name an arm or an outcome, whatever other field they announce: `Responders (n)`."""
    return any(role_of(one) in (Role.TREATMENT, Role.OUTCOME) for one in above)


def _reading(grid: Grid, row: _Row, cell: Cell) -> Reading | None:
    text = grid.text(cell)
    if is_dash(text):
        return Reading("", {"value": NOT_REPORTED})
    # The lowest header is the nearest, so its words come first.
    near = [grid.text(one) for one in (*reversed(grid.headers(cell.column)), *([row.label] if row.label else []))]
    far = [grid.document.text[slice(*grid.table.caption)]] if grid.table.caption is not None else []
    far += [grid.document.text[note.start : note.end] for note in grid.table.notes]
    return read_cell(text, _SAMPLE.sub("", " ".join(near)), far, _size(grid, row, cell))


def _counts_people(grid: Grid, column: int) -> bool:
    """Whether a column holds nothing but numbers of people: `N` under each arm."""
    over = grid.headers(column)
    return bool(over) and _PEOPLE.fullmatch(grid.text(over[-1])) is not None


def _people(grid: Grid, row: _Row, cell: Cell) -> Cell | None:
    """The number of people that the row prints for a cell: before it, under the same arm or under none; else the only one."""
    top = grid.headers(cell.column)[:1]
    counts = [one for one in row.cells if _counts_people(grid, one.column) and grid.text(one).isdigit()]
    for other in reversed(counts):
        over = grid.headers(other.column)
        if other.column < cell.column and (len(over) == 1 or over[:1] == top):
            return other
    return counts[0] if len(counts) == 1 and len(grid.headers(counts[0].column)) == 1 else None


def _size(grid: Grid, row: _Row, cell: Cell) -> Decimal | None:
    """How many people a cell is of, where its row or its headers say so."""
    beside = _people(grid, row, cell)
    if beside is not None:
        return Decimal(grid.text(beside))
    told = [one.value for header in grid.headers(cell.column) for one in grid.of(header) if role_of(one) is Role.SAMPLE]
    return told[-1] if told else None


def _held_against(grid: Grid, arms: Sequence[Mention]) -> Sequence[Mention]:
    """The second arm of a label that names two: `X 10 mg vs Y`."""
    for one, other in pairwise(arms):
        if _VERSUS.search(grid.document.text[one.end : other.start]) and identity(one) != identity(other):
            return [other]
    return ()


def _contrasted(grid: Grid) -> tuple[list[Mention], list[Mention]]:
    """The arms of the columns: what a column of differences or P values is about, and what that was compared with."""
    arms = [
        one
        for cell in grid.table.cells
        if cell.header
        for one in grid.of(cell)
        if role_of(one) is Role.TREATMENT and not is_class(one)
    ]
    arms = arms or [one for one in grid.caption() if role_of(one) is Role.TREATMENT and not is_class(one)]
    named = list({identity(one): one for one in reversed(arms)}.values())[::-1]
    return named[:1], named[1:2]


def _stated_by(grid: Grid, cell: Cell, reading: Reading) -> Iterator[DataItem]:
    unit = str(reading.columns.get("unit") or header_unit(grid, cell.column))
    for column, value in reading.columns.items():
        if column:
            yield item(grid.document, column, value, cell.start, cell.end, _CELL, unit=unit)
    if reading.measure:
        yield item(grid.document, "measure", reading.measure, cell.start, cell.end, _CELL)


def _named(grid: Grid, arms: Sequence[Mention], how: str) -> Iterator[DataItem]:
    for one in arms:
        yield from items_of(grid.document, one, how)
        yield item(grid.document, "arm", one.preferred, one.start, one.end, f"{one.field}.{how}")


def _comparator(grid: Grid, one: Mention) -> Iterator[DataItem]:
    yield item(grid.document, "comparator", one.preferred, one.start, one.end, f"{one.field}.other_arm")
    dose = next((other for other in grid.mentions if is_amount(other) and 0 <= other.start - one.end <= _BESIDE), None)
    if dose is not None:
        columns = {"dose": "comparator_dose", "dose_unit": "comparator_dose_unit", "dose_high": ""}
        yield from items_of(grid.document, dose, "other_arm", columns=columns)


def _context(grid: Grid, row: _Row, cell: Cell, fields: Mapping[int, Field]) -> Iterator[DataItem]:
    """What other cells of the row say of the arm: its dose, its people, the time point."""
    for other in row.cells:
        field = fields.get(other.column)
        if (
            field is not None
            and other is not cell
            and field.role in _CONTEXT
            and not _counts_people(grid, other.column)
        ):
            yield from field_items(grid, other, field, _ARM)


def _of_scale(grid: Grid, measured: Sequence[Mention], reading: Reading) -> Iterator[DataItem]:
    scale = next((one for one in measured if role_of(one) is Role.INSTRUMENT), None)
    if scale is not None:
        yield item(grid.document, "outcome", outcome_of_scale(scale), scale.start, scale.end, f"{scale.field}.outcome")
        if reading.measure in _SCORED:
            yield item(grid.document, "unit", "{score}", scale.start, scale.end, f"{scale.field}.unit")


def _joined(made: Sequence[list[DataItem]]) -> list[list[DataItem]]:
    """Joins the parts of one result: cells of a row that fill different columns for the same outcome and arm.

    An interval or a P value in a cell of its own belongs to the last result of its arm.
    """
    joined: list[list[DataItem]] = []
    for items in made:
        whole = next(
            (one for one in reversed(joined) if _about(one) == _about(items) and not _stated(one) & _stated(items)),
            None,
        )
        if whole is None:
            joined.append(items)
        else:
            whole += [one for one in items if one.column != "measure"]
    return joined


def _about(items: Sequence[DataItem]) -> tuple[str, ...]:
    told = {one.column: str(one.value) for one in reversed(items)}
    words = "" if {"outcome", "scale"} & told.keys() else told.get("outcome_text", "")
    return told.get("outcome", ""), told.get("scale", ""), told.get("arm", ""), words


def _stated(items: Sequence[DataItem]) -> set[str]:
    return {one.column for one in items if one.rule == _CELL} - {"measure"}
