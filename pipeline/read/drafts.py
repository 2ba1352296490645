"""What becomes a block, and what is usual in a document: the measure by which its lines are judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pipeline.document import BlockKind
from pipeline.read.layout import Column
from pipeline.read.lines import Line
from pipeline.read.sections import heading_kind, level_of
from pipeline.read.tables import Found


@dataclass(slots=True)
class Draft:
    """A block to be: its kind and its printed lines; `level` and `style` for headings, `table` for a table."""

    kind: BlockKind
    lines: list[Line] = field(default_factory=list)
    level: int = 0
    table: Found | None = None

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class Measure:
    """What is usual in this document: size of the text, distance of its lines, whether paragraphs are indented."""

    body: float
    leading: float
    indents: bool
    edges: dict[tuple[int, int], tuple[float, float]]
    """Left and right edge of the text for each page and column index."""

    def gap(self, line: Line, previous: Line | None) -> float:
        """Distance to the line above in usual line distances, for the line's size; infinite at the top of a column."""
        if previous is None:
            return float("inf")
        return (line.base - previous.base) / (self.leading * max(line.size, 1.0) / self.body)


def measure(columns: Sequence[Column], body: float) -> Measure:
    """Takes the measure of a document from its columns."""
    edges: dict[tuple[int, int], tuple[float, float]] = {}
    gaps = Counter[float]()
    indented = 0
    for column in columns:
        text = [line for line in column.lines if line.tokens and abs(line.size - body) < 0.06 * body]
        for one, two in pairwise(text):
            if 0 < two.base - one.base < 3 * body:
                gaps[round(two.base - one.base, 1)] += 1
        if not text:
            text = [line for line in column.lines if line.tokens]
        if not text:
            continue
        left = -_usual([-line.x0 for line in text])
        right = _usual([line.x1 for line in text])
        key = (column.page, column.index)
        if key in edges:
            left, right = min(left, edges[key][0]), max(right, edges[key][1])
        edges[key] = (left, right)
        indented += sum(0.7 * body < line.x0 - left < 3 * body for line in text[1:])
    leading = max(sorted(gaps), key=lambda gap: gaps[gap], default=1.2 * body)
    return Measure(body, leading, indented >= max(3, len({column.page for column in columns})), edges)


def _usual(values: Sequence[float]) -> float:
    """The greatest value that some lines share, within a point."""
    counts = Counter(round(value) for value in values)
    shared = [value for value, count in counts.items() if count >= max(2, 0.15 * len(values))]
    return float(max(shared, default=max(values)))


def levels(drafts: Sequence[Draft]) -> None:
    """Gives every heading its level: by its number, else by its style, larger and bolder above smaller and plainer."""
    heads = [draft for draft in drafts if draft.kind == "heading"]

    def style(draft: Draft) -> tuple[float, bool, bool, bool]:
        line = draft.lines[0]
        text = draft.text
        return (-round(line.size * 2) / 2, not line.bold, not text.isupper(), line.italic)

    styles = sorted({style(draft) for draft in heads})
    major = {
        style(draft)
        for draft in heads
        if heading_kind(draft.text) in ("introduction", "results", "references", "discussion")
    }
    top = min(major, default=styles[0] if styles else (0.0, False, False, False))
    ranked = [each for each in styles if each > top]
    for draft in heads:
        stated = level_of(draft.text)
        draft.level = stated or (1 if style(draft) <= top else ranked.index(style(draft)) + 2)
