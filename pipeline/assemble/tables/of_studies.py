"""A table with a study in each row, as reviews print them: what a row says of the study, and a record for each result.

A study may take several rows, one an arm; rows between may name what the studies below them share. A result column is
one arm's, or holds both arms (`64 vs 41 %`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from pipeline.assemble.items import identity, is_class, is_inert, item, items_of, joined, record, role_of
from pipeline.assemble.studies import Studies
from pipeline.assemble.tables.columns import cell_items, column_fields
from pipeline.assemble.tables.grid import Grid
from pipeline.assemble.tables.study_results import OF_CONTROL, Result, named_control, results
from pipeline.document import Cell, Citation, Span
from pipeline.evidence import DataItem, EvidenceRecord, Mention
from pipeline.fields import BY_NAME, Field, Role

_YEAR = re.compile(r"\byear\b(?! \()", re.IGNORECASE)
_AUTHORS = re.compile(r"\bauthors?\b|\binvestigators?\b|\bfirst author\b", re.IGNORECASE)
_NAME = re.compile(r"(?:(?:van|von|de|der|la|le|di|da) )*[A-ZÀ-Þ][\w'’-]+")
_REFERENCE = re.compile(r"\bref(?:erence)?s?\b", re.IGNORECASE)
_AUTHOR_YEAR = re.compile(r"^[^\W\d_][\w'’-]+.*\b(?:et al|19\d\d|20\d\d)\b")
_OF_RESULTS = (Role.MEASUREMENT, Role.PRECISION)
_SHARED = (Role.POPULATION, Role.DESIGN)
_OF_ARM = {"n": "arm_n"}
_OTHER_N = "n of the other arm"
_OF_OTHER = {
    _OTHER_N: "arm_n",
    "arm_n": "",
    "comparator": "drug",
    "comparator_dose": "dose",
    "comparator_dose_unit": "dose_unit",
    **dict.fromkeys(("drug", "drug_id", "arm", "dose", "dose_high", "dose_unit", "frequency", "route"), ""),
}
"""What the columns of a row become in the record of the arm that its drug was compared with."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of a study: the cell that names the study, the row's cells, those of the study's first row, and the group row."""

    name: Cell
    cells: Sequence[Cell]
    first: Sequence[Cell]
    group: Sequence[Mention]
    arms: int
    """How many rows the study has."""


def is_of_studies(grid: Grid) -> bool:
    """Whether most body rows begin with a study: a citation, an author with `et al.` or a year, or a name under `Author`."""
    return _study_column(grid) is not None


def _study_column(grid: Grid) -> int | None:
    """The column that names the studies: the first, or the second behind one of numbers."""
    for column in (0, 1):
        first = [cell for _, cells in grid.body() if len(cells) > 1 for cell in cells if cell.column == column]
        named = [cell for cell in first if _is_study(grid, cell)]
        if len(first) >= 2 and 2 * len(named) > len(first):
            return column
        if not all(grid.text(cell).strip("[]()").isdigit() for cell in first):
            return None
    return None


def _is_study(grid: Grid, cell: Cell) -> bool:
    text = grid.text(cell)
    under = _AUTHORS.search(grid.header_text(cell.column)) and _NAME.match(text)
    return bool(grid.citations(_span(cell)) or _AUTHOR_YEAR.match(text) or under)


def study_records(grid: Grid, studies: Studies) -> Iterator[EvidenceRecord]:
    """A record for each result of each row, or one for a row without any."""
    fields = column_fields(grid)
    for row in _rows(grid):
        named = next(iter(grid.citations(_span(row.name))), None)
        study = _study(grid, row, named, studies)
        start, end = row.cells[0].start, row.cells[-1].end
        said = list(_said(grid, row, fields, named))
        if not any(one.column == "comparator" for one in said):
            drug = next((str(one.value) for one in said if one.column == "drug"), "")
            said += named_control(grid, row.cells, fields, drug) if drug else ()
        told = list(results(grid, row.cells, fields, said))
        for one in told or [Result((), other=False)]:
            items = _of_other(said) if one.other else [part for part in said if part.column != _OTHER_N]
            yield record(grid.document, study, "table", start, end, [*items, *one.items])


def _rows(grid: Grid) -> Iterator[_Row]:
    """The rows of studies; a row whose first cell is empty goes on with the study above it."""
    body = [cells for _, cells in grid.body()]
    column = _study_column(grid) or 0
    group: Sequence[Mention] = ()
    for place, cells in enumerate(body):
        name = next((cell for cell in cells if cell.column == column), None)
        if len(cells) == 1:
            group = grid.of(cells[0]) if cells[0].column == 0 else group
        elif name is not None and _is_study(grid, name):
            more = [cells]
            for following in body[place + 1 :]:
                if following[0].column <= column or len(following) == 1:
                    break
                more.append(following)
            yield from (_Row(name, one, cells, group, len(more)) for one in more)


def _said(grid: Grid, row: _Row, fields: dict[int, Field], named: Citation | None) -> Iterator[DataItem]:
    """What a row says of the study and of the arm: its own cells, those of the study's first row, group and caption."""
    own = list(_own(grid, row, fields))
    yield from own
    have = {part.column for part in own}
    for role in _SHARED:
        for how, found in (("group", row.group), ("caption", grid.caption())):
            listed = [one for one in found if role_of(one) is role]
            if listed and not have & {column for one in listed for column in _columns(one)}:
                have |= {column for one in listed for column in _columns(one)}
                yield from joined(grid.document, listed, how)
    given = [one for one in grid.caption() if role_of(one) is Role.TREATMENT and _tested(one)]
    if given and "drug" not in have:
        yield from items_of(grid.document, given[0], "caption")
    if row.arms == 2 and row.cells is row.first:
        yield from _other_row(grid, row, fields)
    if named is not None:
        yield item(grid.document, "citations", ";".join(named.labels), named.start, named.end, "citation")
    for cell in row.first:
        if named is None and _REFERENCE.search(grid.header_text(cell.column)) and grid.text(cell).isdigit():
            yield item(grid.document, "citations", grid.text(cell), cell.start, cell.end, "citation.cell")


def _own(grid: Grid, row: _Row, fields: dict[int, Field]) -> Iterator[DataItem]:
    """What the row's cells say, and for columns that it leaves empty what those of the study's first row say of the study."""
    counted = [column for column, field in fields.items() if field.role is Role.SAMPLE]
    beside = any(column + 1 not in fields and OF_CONTROL.search(grid.header_text(column + 1)) for column in counted)
    of_arm = _OF_ARM if row.arms > 1 or len(counted) > 1 or beside else {}
    filled = {cell.column for cell in row.cells}
    for cell in [*row.cells, *(cell for cell in row.first if cell.column not in filled)]:
        field = fields.get(cell.column)
        header = grid.header_text(cell.column)
        if field is None and cell.column - 1 in counted and OF_CONTROL.search(header) and grid.text(cell).isdigit():
            yield item(grid.document, _OTHER_N, Decimal(grid.text(cell)), cell.start, cell.end, "sample_size.cell")
        if field is None or field.role in _OF_RESULTS or not (cell.column in filled or _is_of_study(field)):
            continue
        other = cell.column in counted[1:] and OF_CONTROL.search(header)
        for part in cell_items(grid, cell, field):
            column = _OTHER_N if other and part.column == "n" else of_arm.get(part.column, part.column)
            if column:
                yield replace(part, column=column)


def _is_of_study(field: Field) -> bool:
    """Whether a field says something that all arms of a study share."""
    return field.role in (*_SHARED, Role.TIME) or (field.role is Role.REGIMEN and "duration" in field.columns.values())


def _columns(one: Mention) -> tuple[str, ...]:
    return tuple(BY_NAME[one.field].columns.values())


def _tested(one: Mention) -> bool:
    return not is_inert(one) and not is_class(one)


def _other_row(grid: Grid, row: _Row, fields: dict[int, Field]) -> Iterator[DataItem]:
    """Of a study in two rows, the drug of the second is what the first was compared with."""
    body = [cells for _, cells in grid.body()]
    below = body[body.index(list(row.first)) + 1]
    mine = {identity(one) for cell in row.cells for one in grid.of(cell) if role_of(one) is Role.TREATMENT}
    for cell in below:
        field = fields.get(cell.column)
        if field is not None and field.role is Role.TREATMENT:
            other = next((one for one in grid.of(cell) if role_of(one) is Role.TREATMENT), None)
            if other is not None and identity(other) not in mine:
                yield item(
                    grid.document, "comparator", other.preferred, other.start, other.end, f"{field.name}.other_row"
                )


def _of_other(said: Sequence[DataItem]) -> list[DataItem]:
    """What a row says, told of the arm that its drug was compared with."""
    renamed = [replace(one, column=_OF_OTHER.get(one.column, one.column)) for one in said]
    return [one for one in renamed if one.column]


def _study(grid: Grid, row: _Row, named: Citation | None, studies: Studies) -> str:
    """The study of a row: cited, or named by author and year, which may stand in a column of its own."""
    if named is not None:
        return studies.cited(named)[0]
    years = [grid.text(cell) for cell in row.first[1:] if _YEAR.search(grid.header_text(cell.column))]
    name = " ".join([grid.text(row.name), *years[:1]])
    return studies.named(name) or grid.document.document_id


def _span(cell: Cell) -> Span:
    return Span(cell.start, cell.end)
