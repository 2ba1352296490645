"""A table of one study's results: arms as columns or as rows, outcomes, time points and blocks along the other side.

What a header, a row's label, a group row and the caption say flows down to each cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.assemble.items import item, items_of, outcome_of_scale, record, role_of
from pipeline.assemble.tables.cells import Reading, read_cell
from pipeline.assemble.tables.grid import Grid, is_dash
from pipeline.assemble.tables.of_studies import column_fields, field_items, header_unit
from pipeline.document import Cell
from pipeline.evidence import NOT_REPORTED, DataItem, EvidenceRecord, Mention
from pipeline.fields import Field, Role

_CONTEXT = (Role.TREATMENT, Role.REGIMEN, Role.SAMPLE, Role.POPULATION, Role.OUTCOME, Role.INSTRUMENT, Role.TIME)
_ARM = {"n": "arm_n"}


def result_records(grid: Grid) -> Iterator[EvidenceRecord]:
    """A record for each cell that states a result of an arm; cells of one row that state parts of one result are joined."""
    fields = column_fields(grid)
    group: list[Mention] = []
    for _, cells in grid.body():
        label = cells[0] if cells[0].column == 0 else None
        if label is not None and len(cells) == 1:
            group = grid.of(label)
            continue
        made = [
            items for cell in cells if cell is not label for items in _cell(grid, cell, label, cells, group, fields)
        ]
        for items in _joined(made):
            start, end = min(cell.start for cell in cells), max(cell.end for cell in cells)
            yield record(grid.document, grid.document.document_id, "table", start, end, items)


def _cell(
    grid: Grid, cell: Cell, label: Cell | None, row: Sequence[Cell], group: Sequence[Mention], fields: dict[int, Field]
) -> Iterator[list[DataItem]]:
    field = fields.get(cell.column)
    above = [one for header in grid.headers(cell.column) for one in grid.of(header)]
    beside = grid.of(label) if label is not None else []
    treated = [one for one in (*above, *beside) if role_of(one) is Role.TREATMENT]
    measured = field is None or field.role in (Role.MEASUREMENT, Role.PRECISION)
    if not treated or not measured:
        return
    hints = " ".join([grid.header_text(cell.column), grid.text(label) if label is not None else ""])
    outcomes = [
        one for one in (*above, *beside, *group, *grid.caption()) if role_of(one) in (Role.OUTCOME, Role.INSTRUMENT)
    ]
    reading = _reading(grid, cell, hints)
    if reading is None or not outcomes:
        return
    unit = reading.columns.get("unit") or header_unit(grid, cell.column)
    items = [
        item(grid.document, column, value, cell.start, cell.end, "result.cell", unit=str(unit or ""))
        for column, value in reading.columns.items()
        if column
    ]
    items.append(item(grid.document, "measure", reading.measure, cell.start, cell.end, "result.cell"))
    for how, found in (("header", above), ("label", beside), ("group", group), ("caption", grid.caption())):
        for one in found:
            if role_of(one) in _CONTEXT and not (how == "caption" and role_of(one) is Role.TREATMENT):
                items.extend(items_of(grid.document, one, how, columns=_ARM))
            if role_of(one) is Role.TREATMENT and how != "caption":
                items.append(item(grid.document, "arm", one.preferred, one.start, one.end, f"{one.field}.{how}"))
    for other in row:
        context = fields.get(other.column)
        if context is not None and other is not cell and context.role in _CONTEXT:
            items.extend(field_items(grid, other, context, _ARM))
    scale = next((one for one in outcomes if role_of(one) is Role.INSTRUMENT), None)
    if scale is not None:
        items.append(
            item(grid.document, "outcome", outcome_of_scale(scale), scale.start, scale.end, f"{scale.field}.outcome")
        )
        if not unit and reading.measure in ("mean", "median", "change", "difference"):
            items.append(item(grid.document, "unit", "{score}", scale.start, scale.end, f"{scale.field}.unit"))
    yield items


def _reading(grid: Grid, cell: Cell, hints: str) -> Reading | None:
    text = grid.text(cell)
    if is_dash(text):
        return Reading("", {"value": NOT_REPORTED})
    return read_cell(text, hints)


def _joined(made: list[list[DataItem]]) -> Iterator[list[DataItem]]:
    """Joins the parts of one result: cells of a row that fill different columns for the same outcome and arm.

    An interval or a P value in a cell of its own belongs to the result before it.
    """
    merged: list[DataItem] = []
    for items in made:
        if merged and not (_about(items) == _about(merged) and not _stated(items) & _stated(merged)):
            yield merged
            merged = []
        merged = [*merged, *(one for one in items if not (merged and one.column == "measure"))]
    if merged:
        yield merged


def _about(items: Sequence[DataItem]) -> tuple[str, ...]:
    return tuple(
        str(next((one.value for one in items if one.column == column), "")) for column in ("outcome", "scale", "arm")
    )


def _stated(items: Sequence[DataItem]) -> set[str]:
    return {one.column for one in items if one.rule == "result.cell"} - {"measure"}
