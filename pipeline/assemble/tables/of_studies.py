"""A table with a study in each row, as reviews print them: each column holds one field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from pipeline.assemble.items import identity, is_class, is_inert, is_time, item, items_of, joined, record, role_of
from pipeline.assemble.studies import Studies
from pipeline.assemble.tables.grid import Grid, is_dash
from pipeline.document import Cell, Citation, Span
from pipeline.evidence import NOT_REPORTED, DataItem, EvidenceRecord, Mention
from pipeline.fields import FIELDS, Field, Role
from pipeline.vocabulary import vocabulary

_NUMBER = re.compile(
    r"^(?P<operator>[<>≤≥=]?)~?\s*(?P<low>\d*[.·]?\d+(?:,\d{3})*(?:[.·]\d+)?)(?:\s*[-–]\s*(?P<high>\d+(?:[.·]\d+)?))?\s*%?$"
)
_BRACKETS = re.compile(r"[(\[]([^)\]]+)[)\]]")
# A column of treatments that others were compared with.
_CONTROL = re.compile(r"\b(?:comparator|control|comparison|versus|vs)\b", re.IGNORECASE)
_AS_CONTROL = {"drug": "comparator", "drug_id": ""}
_YEAR = re.compile(r"\byear\b(?! \()", re.IGNORECASE)
_AUTHOR_YEAR = re.compile(r"^[A-Z][\w'’-]+.*\b(?:et al|19\d\d|20\d\d)\b")


def is_of_studies(grid: Grid) -> bool:
    """Whether most body rows begin with a study: a citation, or an author with `et al.` or a year."""
    first = [cells[0] for _, cells in grid.body() if len(cells) > 1 and cells[0].column == 0]
    named = [cell for cell in first if grid.citations(_span(cell)) or _AUTHOR_YEAR.match(grid.text(cell))]
    return len(first) >= 2 and 2 * len(named) > len(first)


def study_records(grid: Grid, studies: Studies) -> Iterator[EvidenceRecord]:
    """One record for each row that names a study."""
    columns = column_fields(grid)
    given = [
        one for one in grid.caption() if role_of(one) is Role.TREATMENT and not is_inert(one) and not is_class(one)
    ]
    for _, cells in grid.body():
        named = next(iter(grid.citations(_span(cells[0]))), None)
        if named is None and not _AUTHOR_YEAR.match(grid.text(cells[0])):
            continue
        items = [part for cell in cells for part in _cell_items(grid, cell, columns.get(cell.column))]
        items = [part for part in items if part.column]
        if given and not any(part.column == "drug" for part in items):
            items.extend(items_of(grid.document, given[0], "caption"))
        if named is not None:
            items.append(item(grid.document, "citations", ";".join(named.labels), named.start, named.end, "citation"))
        yield record(grid.document, _study(grid, cells, named, studies), "table", cells[0].start, cells[-1].end, items)


def _study(grid: Grid, cells: Sequence[Cell], named: Citation | None, studies: Studies) -> str:
    """The study of a row: cited, or named by author and year, which may stand in a column of its own."""
    if named is not None:
        return studies.cited(named)[0]
    years = [grid.text(cell) for cell in cells[1:] if _YEAR.search(grid.header_text(cell.column))]
    name = " ".join([grid.text(cells[0]), *years[:1]])
    return studies.named(name) or grid.document.document_id


def column_fields(grid: Grid) -> dict[int, Field]:
    """Which field each column holds: its header announces it, or its cells are full of its mentions."""
    chosen: dict[int, Field] = {}
    for column in range(1, grid.table.columns):
        scored = [(_fit(grid, column, field), -place, field) for place, field in enumerate(FIELDS)]
        best = max(scored, key=lambda entry: entry[:2])
        if best[0] >= 1:
            chosen[column] = best[2]
    return chosen


def _fit(grid: Grid, column: int, field: Field) -> float:
    header = grid.header_text(column)
    words = re.findall(r"%|[a-z]+(?:-[a-z]+)*", header.lower())
    cells = [
        cell for _, cells in grid.body() for cell in cells if cell.column == column and not is_dash(grid.text(cell))
    ]
    full = sum(
        1
        for cell in cells
        if any(_fills(one, field) and 2 * (one.end - one.start) >= cell.end - cell.start for one in grid.of(cell))
    )
    announced = [place for place, word in enumerate(field.headers) if word in words]
    score = 1.5 * (full / len(cells) if cells else 0)
    if announced:
        # The last word of a header is its head: a `response rate` is a rate.
        score += 1.0 + 0.2 * max(words.index(field.headers[place]) for place in announced) / max(1, len(words))
    if field.role is Role.MEASUREMENT and any(
        role_of(one) is Role.OUTCOME for cell in grid.headers(column) for one in grid.of(cell)
    ):
        score += 0.5
    return score


def _fills(one: Mention, field: Field) -> bool:
    """Whether a mention is of a field; an amount of time may be a length or a time point, as the header says."""
    times = (Role.TIME, Role.REGIMEN)
    return one.field == field.name or (is_time(one) and field.role in times and "timepoint" in (one.field, field.name))


def _cell_items(grid: Grid, cell: Cell, field: Field | None) -> Iterator[DataItem]:
    if field is None or not grid.text(cell):
        return
    if is_dash(grid.text(cell)):
        value_column = next(iter(field.columns.values()))
        yield item(grid.document, value_column, NOT_REPORTED, cell.start, cell.end, f"{field.name}.cell")
    else:
        control = field.role is Role.TREATMENT and _CONTROL.search(grid.header_text(cell.column))
        renamed = _AS_CONTROL if control else {}
        yield from (replace(part, column=renamed.get(part.column, part.column)) for part in _filled(grid, cell, field))
    if field.role is Role.MEASUREMENT:
        yield from _measured(grid, cell, field)


def field_items(grid: Grid, cell: Cell, field: Field, columns: dict[str, str]) -> Iterator[DataItem]:
    """What a cell of a field's column states, with some of the field's columns renamed."""
    for one in _filled(grid, cell, field):
        yield replace(one, column=columns.get(one.column, one.column))
    for other in grid.of(cell):
        if other.field != field.name and role_of(other) is Role.REGIMEN and not is_time(other):
            yield from items_of(grid.document, other, "cell")


def _filled(grid: Grid, cell: Cell, field: Field) -> Iterator[DataItem]:
    own = [one for one in grid.of(cell) if one.field == field.name or (is_time(one) and field.role is Role.TIME)]
    # A name that is only part of a cell (`MDD (TR)`) does not say all of it: the cell's words stand.
    whole = [one for one in own if one.value is not None or 10 * (one.end - one.start) >= 9 * (cell.end - cell.start)]
    if own and field.role is Role.DESIGN and 2 * sum(one.end - one.start for one in own) > cell.end - cell.start:
        yield from joined(grid.document, own, "cell")
        return
    if own and field.role is Role.TREATMENT:
        yield from _treatments(grid, cell, own)
        return
    if whole:
        yield from items_of(grid.document, replace(whole[0], field=field.name), "cell")
        return
    number = _NUMBER.match(grid.text(cell))
    unit = header_unit(grid, cell.column)
    columns = field.columns
    rule = f"{field.name}.cell"
    if number and "value" in columns:
        yield item(
            grid.document,
            columns["value"],
            Decimal(number["low"].replace(",", "").replace("·", ".")),
            cell.start,
            cell.end,
            rule,
            unit=unit,
        )
        if number["high"] and "value_high" in columns:
            yield item(
                grid.document, columns["value_high"], Decimal(number["high"]), cell.start, cell.end, rule, unit=unit
            )
        if number["operator"] and "operator" in columns:
            told = {"≤": "<=", "≥": ">="}.get(number["operator"], number["operator"])
            yield item(grid.document, columns["operator"], told, cell.start, cell.end, rule)
        if unit and "unit" in columns:
            header = grid.headers(cell.column)[-1]
            yield item(grid.document, columns["unit"], unit, header.start, header.end, f"{field.name}.header")
    elif "value" not in columns:
        yield item(grid.document, next(iter(columns.values())), grid.text(cell), cell.start, cell.end, rule)


def _treatments(grid: Grid, cell: Cell, drugs: Sequence[Mention]) -> Iterator[DataItem]:
    """The first drug of a cell, what the cell says of how it was given, and the drug it was compared with."""
    yield from items_of(grid.document, drugs[0], "cell")
    for other in grid.of(cell):
        if role_of(other) is Role.REGIMEN:
            yield from items_of(grid.document, other, "cell")
    for other in drugs[1:]:
        between = grid.document.text[drugs[0].end : other.start]
        if identity(other) != identity(drugs[0]) and _CONTROL.search(between):
            yield item(grid.document, "comparator", other.preferred, other.start, other.end, f"{other.field}.cell")


def _measured(grid: Grid, cell: Cell, field: Field) -> Iterator[DataItem]:
    """What a result column measures: its header says it, and a footnote may define it."""
    note = grid.explained(cell, cell.column)
    if note is not None:
        yield item(
            grid.document, "outcome_text", grid.document.text[note.start : note.end], note.start, note.end, "note"
        )
    for header in grid.headers(cell.column):
        for one in grid.of(header):
            if role_of(one) is Role.OUTCOME:
                yield from items_of(grid.document, one, "header")
        yield item(grid.document, "measure", field.measure, header.start, header.end, f"{field.name}.header")


def header_unit(grid: Grid, column: int) -> str:
    """The UCUM unit that a header gives in brackets, or `%`."""
    known = {name: unit.id for unit in vocabulary("units") for name in unit.names}
    for text in (grid.text(cell) for cell in reversed(grid.headers(column))):
        for inside in _BRACKETS.findall(text):
            tight = re.sub(r"\s*/\s*", "/", inside.strip())
            if tight in known or tight.lower() in known:
                return known.get(tight) or known[tight.lower()]
        if text.rstrip().endswith("%"):
            return "%"
    return ""


def _span(cell: Cell) -> Span:
    return Span(cell.start, cell.end)
