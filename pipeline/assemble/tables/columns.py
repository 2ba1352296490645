"""What each column of a table holds, and what a cell of it states: its header announces it, or its cells are full of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from pipeline.assemble.items import identity, is_amount, is_class, is_inert, is_time, item, items_of, joined, role_of
from pipeline.assemble.tables.grid import Grid, is_dash
from pipeline.document import Cell
from pipeline.evidence import NOT_REPORTED, DataItem, Mention
from pipeline.fields import FIELDS, Field, Role
from pipeline.vocabulary import vocabulary

_FIGURE = r"\d*[.·]?\d+(?:,\d{3})*(?:[.·]\d+)?"
_NUMBER = re.compile(rf"^(?P<operator>[<>≤≥=]?)~?\s*(?P<low>{_FIGURE})(?:\s*[-–]\s*(?P<high>\d+(?:[.·]\d+)?))?\s*%?$")
_BARE_DOSE = re.compile(rf"\s*\(?(?P<low>{_FIGURE})(?:\s*[-–]\s*(?P<high>{_FIGURE}))?")
_BRACKETS = re.compile(r"[(\[]([^)\]]+)[)\]]")
_AFTER_COMMA = re.compile(r",\s*([^,()]+)$")
# A column of treatments that others were compared with, and one of what everybody had anyway.
_CONTROL = re.compile(r"\b(?:comparator|control|comparison|versus|vs)\b", re.IGNORECASE)
_BACKGROUND = re.compile(
    r"\b(?:continued|continuing|background|concomitant|existing|current|prior|previous|rescue)\b", re.IGNORECASE
)
_AS_CONTROL = {
    "drug": "comparator",
    "dose": "comparator_dose",
    "dose_unit": "comparator_dose_unit",
    **dict.fromkeys(("drug_id", "dose_high", "frequency", "route"), ""),
}
_NO_DRUG = re.compile(r"none|nil|no(?: \w+)?|n/?a|.*\d.*", re.IGNORECASE)
_BEGINS = 3
_RESULT = re.compile(
    r"^[-+−–<>≤≥]?\s*\d[\d.,·]*\s*(?:%|(?:±|\+/-)\s*\d|[(\[]\s*[-−–±]?\s*\d|/\s*\d|(?:vs\.?|versus)\s*[-−–]?\d)|^[-−–+]\s*\d",
    re.IGNORECASE,
)
"""A cell that looks like a result: a percentage, a fraction, a number with another beside it, a fall."""


def column_fields(grid: Grid) -> dict[int, Field]:
    """Which field each column holds."""
    chosen: dict[int, Field] = {}
    for column in range(1, grid.table.columns):
        scored = [(_fit(grid, column, field), -place, field) for place, field in enumerate(FIELDS)]
        best = max(scored, key=lambda entry: entry[:2])
        if best[0] >= 1:
            chosen[column] = best[2]
    return chosen


def _fit(grid: Grid, column: int, field: Field) -> float:
    words = re.findall(r"%|[a-z]+(?:-[a-z]+)*", grid.header_text(column).lower())
    cells = [
        cell for _, cells in grid.body() for cell in cells if cell.column == column and not is_dash(grid.text(cell))
    ]
    full = sum(any(_makes(one, field, cell) for one in grid.of(cell)) for cell in cells)
    announced = [place for place, word in enumerate(field.headers) if word in words]
    if field.role is Role.TREATMENT and not any(map(_is_treatment, (one for cell in cells for one in grid.of(cell)))):
        announced = []  # `drug vs comparator` over figures names no drugs
    score = 1.5 * (full / len(cells) if cells else 0)
    if announced:
        # The last word of a header is its head: a `response rate` is a rate.
        score += 1.0 + 0.2 * max(words.index(field.headers[place]) for place in announced) / max(1, len(words))
    if field.role is Role.MEASUREMENT:
        measured = (Role.OUTCOME, Role.INSTRUMENT)
        score += 0.5 * any(role_of(one) in measured for cell in grid.headers(column) for one in grid.of(cell))
        looks = sum(1 for cell in cells if _RESULT.match(grid.text(cell)))
        score += 1.0 * (looks / len(cells) if cells else 0)
    return score


def _makes(one: Mention, field: Field, cell: Cell) -> bool:
    """Whether a mention makes a cell one of the field's: it fills half of it, or is the drug that the cell begins with."""
    if field.role is Role.TREATMENT and one.field == field.name and one.start - cell.start < _BEGINS:
        return True
    return _fills(one, field) and 2 * (one.end - one.start) >= cell.end - cell.start


def _is_treatment(one: Mention) -> bool:
    return role_of(one) is Role.TREATMENT


def _fills(one: Mention, field: Field) -> bool:
    """Whether a mention is of a field; an amount of time may be a length or a time point, as the header says."""
    times = (Role.TIME, Role.REGIMEN)
    return one.field == field.name or (is_time(one) and field.role in times and "timepoint" in (one.field, field.name))


def cell_items(grid: Grid, cell: Cell, field: Field) -> Iterator[DataItem]:
    """What a cell says of a study and its arm. A column of controls fills the comparator's columns."""
    header = grid.header_text(cell.column)
    if field.role is Role.TREATMENT and _BACKGROUND.search(header):
        return
    if is_dash(grid.text(cell)):
        column = next(iter(field.columns.values()))
        if field.role is not Role.TREATMENT:
            yield item(grid.document, column, NOT_REPORTED, cell.start, cell.end, f"{field.name}.cell")
        return
    control = field.role is Role.TREATMENT and _CONTROL.search(header)
    yield from field_items(grid, cell, field, _AS_CONTROL if control else {})
    if "dose" in field.columns.values():
        yield from _header_drug(grid, cell)


def _header_drug(grid: Grid, cell: Cell) -> Iterator[DataItem]:
    """The drug whose doses a column holds, where its header names one: `Lithium dose, mg/day`."""
    named = [one for header in grid.headers(cell.column) for one in grid.of(header) if _is_treatment(one)]
    for one in [one for one in named if not is_inert(one) and not is_class(one)][:1]:
        yield from items_of(grid.document, one, "header")


def field_items(grid: Grid, cell: Cell, field: Field, columns: Mapping[str, str]) -> Iterator[DataItem]:
    """What a cell of a field's column states, with some of the field's columns renamed."""
    for one in _filled(grid, cell, field):
        yield replace(one, column=columns.get(one.column, one.column))
    if field.role is Role.TREATMENT:
        return
    for other in grid.of(cell):
        if other.field != field.name and role_of(other) is Role.REGIMEN and not is_time(other):
            yield from items_of(grid.document, other, "cell")


def _filled(grid: Grid, cell: Cell, field: Field) -> Iterator[DataItem]:
    own = [one for one in grid.of(cell) if one.field == field.name or (is_time(one) and field.role is Role.TIME)]
    # A name that is only part of a cell (`MDD (TR)`) does not say all of it: the cell's words stand.
    whole = [one for one in own if one.value is not None or 10 * (one.end - one.start) >= 9 * (cell.end - cell.start)]
    if own and field.role is Role.DESIGN and 2 * sum(one.end - one.start for one in own) > cell.end - cell.start:
        yield from joined(grid.document, own, "cell")
    elif own and field.role is Role.TREATMENT:
        yield from _treatments(grid, cell, own)
    elif whole:
        yield from items_of(grid.document, replace(whole[0], field=field.name), "cell")
    else:
        yield from _plain(grid, cell, field)


def _plain(grid: Grid, cell: Cell, field: Field) -> Iterator[DataItem]:
    """A cell's number with the unit of its header, or its words where the field holds words."""
    text, unit, columns, rule = grid.text(cell), header_unit(grid, cell.column), field.columns, f"{field.name}.cell"
    number = _NUMBER.match(text)
    if number and "value" in columns:
        yield item(grid.document, columns["value"], _decimal(number["low"]), cell.start, cell.end, rule, unit=unit)
        if number["high"] and "value_high" in columns:
            high = _decimal(number["high"])
            yield item(grid.document, columns["value_high"], high, cell.start, cell.end, rule, unit=unit)
        if number["operator"] and "operator" in columns:
            told = {"≤": "<=", "≥": ">="}.get(number["operator"], number["operator"])
            yield item(grid.document, columns["operator"], told, cell.start, cell.end, rule)
        if unit and "unit" in columns:
            header = grid.headers(cell.column)[-1]
            yield item(grid.document, columns["unit"], unit, header.start, header.end, f"{field.name}.header")
    elif "value" not in columns and not (field.role is Role.TREATMENT and _NO_DRUG.fullmatch(text)):
        yield item(grid.document, next(iter(columns.values())), text, cell.start, cell.end, rule)


def _decimal(printed: str) -> Decimal:
    return Decimal(printed.replace(",", "").replace("·", "."))


def _treatments(grid: Grid, cell: Cell, drugs: Sequence[Mention]) -> Iterator[DataItem]:
    """The first drug of a cell, what the cell says of how it was given, and the drug it was compared with."""
    first = drugs[0]
    yield from items_of(grid.document, first, "cell")
    regimen = [one for one in grid.of(cell) if role_of(one) is Role.REGIMEN]
    for one in regimen:
        yield from items_of(grid.document, one, "cell")
    if not any(map(is_amount, regimen)):
        yield from _bare_dose(grid, cell, first)
    for other in drugs[1:]:
        between = grid.document.text[first.end : other.start]
        if identity(other) != identity(first) and _CONTROL.search(between):
            yield item(grid.document, "comparator", other.preferred, other.start, other.end, f"{other.field}.cell")


def _bare_dose(grid: Grid, cell: Cell, drug: Mention) -> Iterator[DataItem]:
    """A dose behind a drug's name whose unit stands in the header: `Paroxetine 20-40` under `Drug (mg/day)`."""
    doses = {unit.id for unit in vocabulary("units") if unit.kind == "dose"}
    told = [header_unit(grid, column) for column in (cell.column, *range(1, grid.table.columns))]
    unit = next((one for one in told if one in doses), "")
    number = _BARE_DOSE.match(grid.document.text, drug.end, cell.end)
    if not unit or number is None:
        return
    place, rule = (drug.end + len(number[0]) - len(number[0].lstrip(" (")), number.end()), "dose.cell"
    yield item(grid.document, "dose", _decimal(number["low"]), *place, rule, unit=unit)
    if number["high"]:
        yield item(grid.document, "dose_high", _decimal(number["high"]), *place, rule, unit=unit)
    yield item(grid.document, "dose_unit", unit, *place, "dose.header")


def header_unit(grid: Grid, column: int) -> str:
    """The UCUM unit that a header gives: in brackets, behind a comma, as its whole (`Weeks`), or a `%` at its end."""
    known = {name: unit.id for unit in vocabulary("units") for name in unit.names if unit.kind != "number"}
    for text in (grid.text(cell) for cell in reversed(grid.headers(column))):
        for inside in [*_BRACKETS.findall(text), *_AFTER_COMMA.findall(text), text]:
            tight = re.sub(r"\s*/\s*", "/", inside.strip())
            if tight in known or tight.lower() in known:
                return known.get(tight) or known[tight.lower()]
        if text.rstrip().endswith("%"):
            return "%"
    return ""
