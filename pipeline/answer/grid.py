"""A table as entries: each figure with the labels over it, beside it and above its group of rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.answer.labels import no_arm
from pipeline.answer.values import is_data, statistic
from pipeline.document import Cell, Document, Table

_NUMBERED = re.compile(r"\d+(?:\W*n ?= ?\d+\W*)?$", re.IGNORECASE)
_TEST = re.compile(r"(?:F|t|z|r|χ ?2?|X ?2|U|H) ?[(\[=]|[pP] ?[<=>≤]")
"""A cell that gives a test: of the rows below, where it stands beside a label."""
_REPEATED = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One figure. `columns` are its headers from top to bottom, `rows` its groups and its own label."""

    text: str
    start: int
    row: int
    column: int
    columns: tuple[str, ...]
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """One table: its entries, what stands in its corner, its caption and its notes."""

    label: str
    entries: tuple[Entry, ...]
    corner: tuple[str, ...]
    caption: str
    notes: tuple[str, ...]
    printed: Mapping[str, tuple[int, str]]
    """Where each label is printed, and its text there."""


def grids(document: Document) -> Iterator[Grid]:
    """The tables of a document; tables that share one frame are taken apart."""
    for number, table in enumerate(document.tables, start=1):
        caption = document.text[slice(*table.caption)] if table.caption else ""
        notes = tuple(document.text[note.start : note.end] for note in table.notes)
        for cells in _layers(table):
            maker = _Maker(document.text, cells)
            yield Grid(
                table.label or str(number), tuple(maker.entries()), maker.corner(), caption, notes, maker.printed
            )


def _layers(table: Table) -> list[list[Cell]]:
    """The cells, as one list for each table that lies on the same places of the grid."""
    layers: list[list[Cell]] = [[]]
    taken: dict[tuple[int, int], int] = {}
    for cell in sorted(table.cells, key=lambda cell: cell.start):
        depth = taken.get((cell.row, cell.column), 0)
        taken[cell.row, cell.column] = depth + 1
        while depth >= len(layers):
            layers.append([])
        layers[depth].append(cell)
    return layers


class _Maker:
    """Reads the cells of one table from its head down."""

    def __init__(self, text: str, cells: Sequence[Cell]) -> None:
        self.text = text
        self.at: dict[tuple[int, int], Cell] = {}
        self.printed: dict[str, tuple[int, str]] = {}
        self.rows = max((cell.row + cell.row_span for cell in cells), default=0)
        self.columns = max((cell.column + cell.column_span for cell in cells), default=0)
        for cell in cells:
            for row in range(cell.row, min(cell.row + cell.row_span, self.rows)):
                for column in range(cell.column, min(cell.column + cell.column_span, self.columns)):
                    self.at.setdefault((row, column), cell)
        self.head = self._head()
        self.stub = self._stub()
        self.over = self._spread()

    def word(self, row: int, column: int) -> str:
        cell = self.at.get((row, column))
        if cell is None:
            return ""
        printed = self.text[cell.start : cell.end]
        word = _REPEATED.sub(" ", printed).strip()
        self.printed.setdefault(word, (cell.start, printed))
        return word

    def _head(self) -> int:
        """How many rows the head has: those marked so, and rows of words only that follow them."""
        row = 0
        while row < self.rows - 1:
            cells = [self.at[row, column] for column in range(self.columns) if (row, column) in self.at]
            words = [self.word(row, column) for column in range(1, self.columns) if self.word(row, column)]
            marked = bool(cells) and all(cell.header for cell in cells)
            worded = row < 4 and len(words) > 1 and not any(is_data(word) for word in words)
            if not (marked or worded or (not cells and row < 3)):
                break
            row += 1
        return row

    def _stub(self) -> int:
        """How many columns hold labels: the first, and those beside it that hold words."""
        stub = 1
        while stub < self.columns - 1:
            words = [self.word(row, stub) for row in range(self.head, self.rows)]
            told = [word for word in words if word]
            if told and sum(map(is_data, told)) * 2 >= len(told):
                break
            if not told and any(self.word(row, stub) for row in range(self.head)):
                break
            stub += 1
        return stub

    def corner(self) -> tuple[str, ...]:
        return tuple(filter(None, dict.fromkeys(self.word(row, 0) for row in range(self.head))))

    def _spread(self) -> list[list[str]]:
        """The rows of the head, with an upper label over all the columns of its share where its span falls short.

        Under two arms that are printed over `n, mean, SD, n, mean, SD` each arm owns one round of the lower labels.
        """
        over = [[self.word(row, column) for column in range(self.columns)] for row in range(self.head)]
        for upper, lower in pairwise(over):
            labels = list(dict.fromkeys(word for word in upper[self.stub :] if word and not no_arm(word)))
            gaps = [place for place in range(self.stub, self.columns) if lower[place] and not upper[place]]
            below = lower[self.stub :]
            size = next(
                (
                    size
                    for size in range(2, len(below) // max(len(labels), 1) + 1)
                    if len(labels) > 1
                    and below[: size * len(labels)] == below[:size] * len(labels)
                    and all(below[:size])
                ),
                0,
            )
            if size and gaps:
                for place in range(size * len(labels)):
                    upper[self.stub + place] = labels[place // size]
        return over

    def entries(self) -> Iterator[Entry]:
        """The figures, row by row. A row of words within the table is a new lowest row of its head."""
        head = [list(row) for row in self.over]
        groups: list[str] = []
        for row in range(self.head, self.rows):
            filled = [column for column in range(self.stub, self.columns) if self.word(row, column)]
            figures = [column for column in filled if is_data(self.word(row, column))]
            label = self._label(row)
            words = {self.word(row, column) for column in filled}
            if len(words) > 1 and not figures and not all(map(_TEST.match, words)):
                head = [*head[:-1], [self.word(row, column) for column in range(self.columns)]]
            elif self._groups(row, figures, head):
                groups = self._grouped(row, groups, label)
            else:
                for column in figures:
                    cell = self.at[row, column]
                    columns = tuple(dict.fromkeys(filter(None, (self._named(line, column) for line in head))))
                    text = self.text[cell.start : cell.end]
                    yield Entry(text, cell.start, row, column, columns, (*groups, *label))

    def _named(self, line: Sequence[str], column: int) -> str:
        """A label of the head; a bare number, as under `Week`, with the word at the beginning of its row."""
        word, head = line[column], line[0]
        if not head or len(head) > 25 or not _NUMBERED.match(word):
            return word
        self.printed.setdefault(f"{head} {word}", self.printed.get(word, (0, "")))
        return f"{head} {word}"

    def _label(self, row: int) -> tuple[str, ...]:
        """The labels of a row; one that is printed for the first of several rows holds for those below."""
        words = [self.word(row, column) for column in range(self.stub)]
        if words[-1] and not words[0]:
            above = (self.word(up, 0) for up in range(row - 1, self.head - 1, -1))
            words[0] = next(filter(None, above), "")
        corner = " ".join(self.corner())
        words = [f"{corner} {word}" if corner and len(corner) < 25 and word.isdigit() else word for word in words]
        return tuple(filter(None, dict.fromkeys(words)))

    def _groups(self, row: int, figures: Sequence[int], head: Sequence[Sequence[str]]) -> bool:
        """Whether the row only names the rows below it; a p value for the whole group may stand in it."""
        tests = [column for column in figures if statistic([line[column] for line in reversed(head)]) == "other"]
        return (
            bool(self._label(row)) and len(tests) == len(figures) and row < self.rows - 1 and self._has_figures(row + 1)
        )

    def _has_figures(self, row: int) -> bool:
        following = range(row, min(row + 3, self.rows))
        return any(
            is_data(self.word(below, column)) for below in following for column in range(self.stub, self.columns)
        )

    def _grouped(self, row: int, groups: list[str], label: tuple[str, ...]) -> list[str]:
        """The groups that the row opens: under the row above it if that is a group too, else in place of the last."""
        name = " ".join(label)
        if row > self.head and self._bare(row - 1):
            return [*groups, name]
        if row + 1 < self.rows and self._bare(row + 1):
            return [name]
        return [groups[0], name] if len(groups) > 1 else [name]

    def _bare(self, row: int) -> bool:
        return bool(self._label(row)) and not any(self.word(row, column) for column in range(self.stub, self.columns))
