"""The results in a study's row: of its treatment, and where a column or a cell holds both arms, of what it was compared with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.assemble.items import identity, item, items_of, outcome_of_scale, role_of
from pipeline.assemble.tables.cells import PRECISION, Reading, read_cell
from pipeline.assemble.tables.columns import field_items, header_unit
from pipeline.assemble.tables.grid import Grid, is_dash
from pipeline.document import Cell
from pipeline.evidence import NOT_REPORTED, DataItem, Mention
from pipeline.fields import Field, Role

_NUM = r"[-+−–]?\s?\d[\d.,·]*"
_PAIRED = re.compile(
    rf"^(?P<one>{_NUM}.*?)\s*(?:\bvs\.?|\bversus\b|(?<=\s)/(?=\s))\s*(?P<two>{_NUM}.*)$", re.IGNORECASE
)
_SLASHED = re.compile(rf"^(?P<one>{_NUM}[^/]*?)\s*/\s*(?P<two>{_NUM}.*)$")
_BOTH = re.compile(r"\b(?:vs\.?|versus)\b|\w\s?/\s?\w", re.IGNORECASE)
OF_CONTROL = re.compile(r"\b(?:placebo|control|comparator|comparison|sham|usual care|reference)\b", re.IGNORECASE)
_TRAIT = re.compile(r"\bage\b|\bfemales?\b|\bmales?\b|\bwomen\b|\bmen\b|\bsex\b|\bbaseline\b", re.IGNORECASE)
_OUT_OF = re.compile(r"\bn ?/ ?N\b")
_SCORED = ("mean", "median", "change", "difference")
_MEASURED = (Role.OUTCOME, Role.INSTRUMENT)
_ABOUT = (*_MEASURED, Role.TIME)


@dataclass(frozen=True, slots=True)
class Result:
    """What a row states of one arm; `other`: of the arm that its drug was compared with."""

    items: tuple[DataItem, ...]
    other: bool


@dataclass(frozen=True, slots=True)
class _Column:
    """A result column: its headers, with those of the column that it shares its outcome with."""

    headers: tuple[Cell, ...]
    field: Field

    def told(self, grid: Grid) -> list[Mention]:
        return [one for header in self.headers for one in grid.of(header)]


def results(
    grid: Grid, cells: Sequence[Cell], fields: Mapping[int, Field], said: Sequence[DataItem]
) -> Iterator[Result]:
    """The results of a row in the order of its columns; P values stand with the result that their header names."""
    columns = _columns(grid, fields)
    made: list[Result] = []
    for cell in cells:
        if cell.column in columns:
            made += _of_cell(grid, cell, columns[cell.column], said)
    for cell in cells:
        field = fields.get(cell.column)
        if (
            field is not None
            and field.role is Role.PRECISION
            and cell.column not in columns
            and not is_dash(grid.text(cell))
        ):
            place = _proved(grid, cell, made)
            items = tuple(field_items(grid, cell, field, {}))
            if place is None:
                made.append(Result(items, other=False))
            else:
                made[place] = replace(made[place], items=(*made[place].items, *items))
    yield from made


def named_control(grid: Grid, cells: Sequence[Cell], fields: Mapping[int, Field], drug: str) -> Iterator[DataItem]:
    """What a row's drug was compared with, where only the header of a result column says so and the row has a result there."""
    columns = _columns(grid, fields)
    for cell in cells:
        if cell.column in columns and not is_dash(grid.text(cell)):
            for one in grid.of(columns[cell.column].headers[0]):
                if role_of(one) is Role.TREATMENT and one.preferred != drug:
                    yield item(grid.document, "comparator", one.preferred, one.start, one.end, f"{one.field}.header")
                    return


def _columns(grid: Grid, fields: Mapping[int, Field]) -> dict[int, _Column]:
    """The result columns; one whose header names an arm alone shares the outcome of the one before it."""
    found: dict[int, _Column] = {}
    last: tuple[Cell, ...] = ()
    for column in range(1, grid.table.columns):
        field = fields.get(column)
        if field is None or field.role is not Role.MEASUREMENT:
            continue
        headers = tuple(grid.headers(column))
        measured = any(role_of(one) in _MEASURED for header in headers for one in grid.of(header))
        text = grid.header_text(column)
        shares = (
            not measured
            and last
            and (
                OF_CONTROL.search(text)
                or any(role_of(one) is Role.TREATMENT for header in headers for one in grid.of(header))
            )
        )
        if not measured and _TRAIT.search(text):
            continue
        found[column] = _Column((*headers, *last) if shares else headers, field)
        last = last if shares else headers
    return found


def _of_cell(grid: Grid, cell: Cell, column: _Column, said: Sequence[DataItem]) -> Iterator[Result]:
    text, over = grid.text(cell), " ".join(grid.text(one) for one in column.headers)
    about = tuple(_about(grid, cell, column))
    if is_dash(text):
        missing = item(grid.document, "value", NOT_REPORTED, cell.start, cell.end, f"{column.field.name}.cell")
        yield Result((missing, _measure(grid, column), *about), other=_is_other(grid, column, said))
        return
    held = _BOTH.search(over) and not _OUT_OF.search(over)
    pair = _PAIRED.match(text) or (_SLASHED.match(text) if held else None)
    if pair:
        for part, other in (("one", False), ("two", True)):
            piece = pair[part] + ("%" if "%" in text and "%" not in pair[part] else "")
            reading = read_cell(piece, over)
            if reading is not None:
                yield Result((*_read(grid, cell, column, reading), *about), other=other)
        return
    reading = read_cell(text, over)
    if reading is None:
        yield Result((*field_items(grid, cell, column.field, {}), _measure(grid, column), *about), other=False)
        return
    yield Result((*_read(grid, cell, column, reading), *about), other=_is_other(grid, column, said))


def _measure(grid: Grid, column: _Column) -> DataItem:
    """The measure that a column's header announces, where a cell does not tell."""
    header = column.headers[0]
    return item(grid.document, "measure", column.field.measure, header.start, header.end, f"{column.field.name}.header")


def _read(grid: Grid, cell: Cell, column: _Column, reading: Reading) -> Iterator[DataItem]:
    rule = f"{column.field.name}.cell"
    measure = reading.measure if reading.sure or not column.field.measure else column.field.measure
    scored = measure in _SCORED and any(role_of(one) is Role.INSTRUMENT for one in column.told(grid))
    unit = str(reading.columns.get("unit") or header_unit(grid, cell.column) or ("{score}" if scored else ""))
    for name, value in reading.columns.items():
        if name and name != "unit":
            yield item(grid.document, name, value, cell.start, cell.end, rule, unit=unit)
    if unit and "value" in reading.columns:
        yield item(grid.document, "unit", unit, cell.start, cell.end, rule)
    if measure and measure != PRECISION:
        yield item(grid.document, "measure", measure, cell.start, cell.end, rule)


def _about(grid: Grid, cell: Cell, column: _Column) -> Iterator[DataItem]:
    """What a result is of: its header says it, and a footnote may define it."""
    note = grid.explained(cell, cell.column)
    if note is not None:
        yield item(
            grid.document, "outcome_text", grid.document.text[note.start : note.end], note.start, note.end, "note"
        )
    told = column.told(grid)
    for one in told:
        if role_of(one) in _ABOUT:
            yield from items_of(grid.document, one, "header")
    if not any(role_of(one) in _MEASURED for one in told):
        header = column.headers[-1]
        yield item(grid.document, "outcome_text", grid.text(header), header.start, header.end, "header.words")
    scale = next((one for one in told if role_of(one) is Role.INSTRUMENT), None)
    if scale is not None:
        yield item(grid.document, "outcome", outcome_of_scale(scale), scale.start, scale.end, f"{scale.field}.outcome")


def _is_other(grid: Grid, column: _Column, said: Sequence[DataItem]) -> bool:
    """Whether a column holds the results of what the row's drug was compared with."""
    header = column.headers[0] if column.headers else None
    if header is None:
        return False
    names = {one.column: str(one.value) for one in reversed(said)}
    given = [one for one in grid.of(header) if role_of(one) is Role.TREATMENT]
    if any(one.preferred == names.get("drug") for one in given):
        return False
    against = any(one.preferred == names.get("comparator") for one in given)
    return against or bool(OF_CONTROL.search(grid.text(header)) and not _BOTH.search(grid.text(header)))


def _proved(grid: Grid, cell: Cell, made: Sequence[Result]) -> int | None:
    """The result that a P value is of: the one whose outcome its header names, else the first of the row."""
    over = [one for header in grid.headers(cell.column) for one in grid.of(header)]
    named = {name for one in over if role_of(one) in _MEASURED for name in (identity(one), one.preferred)}
    own = [place for place, one in enumerate(made) if not one.other]
    said = [place for place in own if named & {str(part.value) for part in made[place].items}]
    return next(iter(said or own), None)
