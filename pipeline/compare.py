"""Are these two the same? Values with their units, and whole records paired one to one.

What scoring and reconciling share. Quantities are held as exact fractions of base units, so `0.5` equals
`0.50`, `24 h` equals `1 d` and no rounding creeps in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
from scipy.optimize import linear_sum_assignment

from pipeline.evidence import IN_FIGURE, NOT_REPORTED, EvidenceRecord, Role, Value
from pipeline.fields import VOCABULARY_OF
from pipeline.vocabulary import vocabulary

UNIT_COLUMN = {
    "dose": "dose_unit",
    "dose_high": "dose_unit",
    "duration": "duration_unit",
    "comparator_dose": "comparator_dose_unit",
    "timepoint": "timepoint_unit",
    "value": "unit",
    "value_high": "unit",
    "sd": "unit",
    "ci_low": "unit",
    "ci_high": "unit",
}
"""The column that holds the unit of another; what stands in no key here is a bare number or a word."""

_SECOND, _GRAM, _LITRE = "s", "g", "L"
_BASE = {
    "s": (_SECOND, Fraction(1)),
    "min": (_SECOND, Fraction(60)),
    "h": (_SECOND, Fraction(3600)),
    "d": (_SECOND, Fraction(86_400)),
    "wk": (_SECOND, Fraction(604_800)),
    "mo": (_SECOND, Fraction(2_629_800)),
    "a": (_SECOND, Fraction(31_557_600)),
    "ng": (_GRAM, Fraction(1, 10**9)),
    "ug": (_GRAM, Fraction(1, 10**6)),
    "mg": (_GRAM, Fraction(1, 1000)),
    "g": (_GRAM, Fraction(1)),
    "mL": (_LITRE, Fraction(1, 1000)),
    "dL": (_LITRE, Fraction(1, 10)),
    "L": (_LITRE, Fraction(1)),
}
"""UCUM code: base unit, factor (month and year are UCUM's 30.4375 and 365.25 days). `kg` stays: it is body weight."""

_ANNOTATION = re.compile(r"\{[^}]*\}")
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")

L = TypeVar("L")
R = TypeVar("R")


class Atom(NamedTuple):
    """One comparable thing: a quantity in base units with its dimension, or a word in lower case without one."""

    value: Fraction | str
    dimension: str


Cell = frozenset[Atom]
"""All that one cell states; a cell that lists several values (`;`) holds several atoms."""


class Stated(Protocol):
    """A data item or a gold item."""

    @property
    def column(self) -> str: ...
    @property
    def value(self) -> Value: ...
    @property
    def unit(self) -> str: ...


def number(value: Value | None) -> Decimal | None:
    """The value as a number, where it is one."""
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    text = (value or "").strip().replace("\N{MINUS SIGN}", "-")
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def decimals(value: Decimal) -> int:
    """How many decimal places a number is printed with."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def base_unit(unit: str) -> tuple[str, Fraction]:
    """The dimension of a UCUM unit and its factor; what UCUM puts in braces means nothing to it, nor here."""
    names, factor = [], Fraction(1)
    for position, part in enumerate(_ANNOTATION.sub("", unit).strip().split("/")):
        name, scale = _BASE.get(part, (part, Fraction(1)))
        names.append(name)
        factor = factor / scale if position else factor * scale
    return "/".join(names), factor


def atoms(value: Value, unit: str = "") -> Cell:
    """What one printed value states."""
    if isinstance(value, Decimal):
        return frozenset([_atom(value, unit)])
    return frozenset(_atom(part, unit) for part in value.split(";") if part.strip())


def _atom(value: Value, unit: str) -> Atom:
    quantity = number(value)
    if quantity is None:
        return Atom(" ".join(str(value).split()).casefold(), "")
    dimension, factor = base_unit(unit)
    return Atom(Fraction(quantity) * factor, dimension)


def cells(items: Iterable[Stated]) -> dict[str, Cell]:
    """The comparable cells of a record, with each unit column folded into the quantities that it belongs to."""
    listed = list(items)
    units = units_of(listed)
    found: dict[str, Cell] = {}
    for item in listed:
        if item.column not in UNIT_COLUMN.values():
            unit = item.unit or units.get(item.column, "") if item.column in UNIT_COLUMN else ""
            found[item.column] = found.get(item.column, frozenset()) | _named(item.column, atoms(item.value, unit))
    return found


def _named(column: str, cell: Cell) -> Cell:
    """A cell whose words are names of a vocabulary's concepts, with each name replaced by its concept."""
    vocabulary_name = VOCABULARY_OF.get(column)
    if vocabulary_name is None:
        return cell
    ids, _ = _names(vocabulary_name)
    return frozenset(
        Atom(ids.get(_words(atom.value), atom.value), "") if isinstance(atom.value, str) else atom for atom in cell
    )


def units_of(items: Sequence[Stated]) -> dict[str, str]:
    """For each column with a unit, the unit that its record gives: in the unit's column, or beside a sister value."""
    given = {item.column: str(item.value) for item in items if item.column in UNIT_COLUMN.values()}
    for item in items:
        if item.unit and item.column in UNIT_COLUMN:
            given.setdefault(UNIT_COLUMN[item.column], item.unit)
    return {column: given[of] for column, of in UNIT_COLUMN.items() if of in given}


def printed(value: Value, unit: str = "") -> str:
    """A value as a reader expects it: `0.5 mg/kg`, `92.3 %`, `14`."""
    return f"{value} {_ANNOTATION.sub('', unit)}".strip()


@lru_cache(maxsize=4096)
def concepts(text: str, name: str) -> frozenset[str]:
    """The ids of a vocabulary's concepts that a text names, the longest names first; the text where it names none."""
    ids, pattern = _names(name)
    found = set[str]()
    for part in text.split(";"):
        if words := _words(part):
            whole = ids.get(words.casefold())
            named = [whole] if whole else [ids[match.group().casefold()] for match in pattern.finditer(words)]
            found.update(named or [words.casefold()])
    return frozenset(found)


@cache
def embraces(broad: str, narrow: str, name: str) -> bool:
    """Whether one concept is a sort of another, by the words: `treatment-resistant MDD` is a sort of `MDD`.

    A third of the narrower's names, and no fewer than two, must hold a name of the broader.
    """
    names = {concept.id: [_words(each).casefold() for each in concept.names] for concept in vocabulary(name)}
    wide, close = names.get(broad, []), names.get(narrow, [])
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, wide))})(?!\w)" if wide else r"(?!)")
    held = sum(pattern.search(other) is not None for other in close)
    return held >= 2 and 3 * held >= len(close)


@cache
def _names(name: str) -> tuple[dict[str, str], re.Pattern[str]]:
    """Each name in lower case with its concept, and a pattern that finds them; capitals match capitals only."""
    ids: dict[str, str] = {}
    for concept in vocabulary(name):
        for each in (*concept.names, concept.id):
            ids.setdefault(_words(each).casefold(), concept.id)
    longest = sorted(
        {_words(each) for concept in vocabulary(name) for each in concept.names}, key=lambda each: (-len(each), each)
    )
    either = "|".join(re.escape(each) if each.isupper() else f"(?i:{re.escape(each)})" for each in longest)
    return ids, re.compile(rf"(?<!\w)(?:{either})(?!\w)" if longest else r"(?!)")


def _words(text: str) -> str:
    """The text with hyphens, dashes and runs of space alike."""
    return " ".join(re.sub(r"[-\u2010-\u2015\s]+", " ", text).split())


def is_reported(value: Value | None) -> bool:
    return value is not None and value not in (NOT_REPORTED, IN_FIGURE)


def role_of(record: EvidenceRecord, reviews: Iterable[str]) -> Role:
    """Whose voice a record is: the review's table, the review's prose, or a paper."""
    if record.document_id not in reviews:
        return "paper"
    return "review_table" if record.source == "table" else "review_prose"


def pair(left: Sequence[L], right: Sequence[R], weight: Callable[[L, R], float]) -> list[tuple[int, int]]:
    """Pairs one to one so that the total weight is greatest; pairs that weigh nothing are left out.

    Positions in `left` and `right`. Ties fall by position, so callers sort both by content first.
    """
    if not left or not right:
        return []
    weights = np.array([[weight(one, other) for other in right] for one in left])
    rows, columns = linear_sum_assignment(weights, maximize=True)
    return [(int(row), int(column)) for row, column in zip(rows, columns, strict=True) if weights[row, column] > 0]


def agreeing(left: Mapping[str, Cell], right: Mapping[str, Cell], columns: Iterable[str]) -> int:
    """In how many of the columns both state the same."""
    return sum(column in left and column in right and left[column] == right[column] for column in columns)


def same(one: Cell, other: Cell) -> bool:
    """Whether two cells state the same, whatever the order in which they list it."""
    return one == other
