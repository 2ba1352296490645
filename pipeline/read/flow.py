"""Lines in reading order to blocks: title, authors, headings, paragraphs that run on over columns, pages and floats."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pipeline.document import BlockKind
from pipeline.read.layout import Column
from pipeline.read.lines import Line
from pipeline.read.sections import heading_kind, level_of
from pipeline.read.tables import Found

_FIGURE = re.compile(
    r"(?:(?:Supplement(?:ary|al)|Extended Data)\s+)?(?:Fig(?:ure|\.)?|FIGURE|FIG\.?|Scheme|Box|Panel)\s+[A-Z]?\d+[A-Za-z]?\b[.:|]?"
)
_TERMINAL = re.compile(r"[.?!:;][\"”’')\]]*(?:\s?\[[\d,;–\s-]+\]|\s?\d{1,3}(?:[,–-]\d{1,3})*)?$")
_BULLET = re.compile(r"[•●▪■◦‣·–—-]$|\(?(?:[ivx]{1,4}|[a-h]|\d{1,2})[).]$")


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


class Flow:
    """Walks the lines of a document once and drafts its blocks."""

    def __init__(self, columns: Sequence[Column], usual: Measure, tables: dict[int, Found]) -> None:
        self._usual = usual
        self._tables = tables
        self.drafts: list[Draft] = []
        self.entries: list[Line] = []
        self._open: Draft | None = None
        self._last: Line | None = None
        self._place = (0, -1)
        self._listing = False
        self._front = self._title(columns)
        for column in columns:
            self._column(column)

    def _title(self, columns: Sequence[Column]) -> set[int]:
        """The lines of the title: the largest ones, on the first page that has text, larger than the text."""
        if not columns:
            return set()
        first = [line for column in columns if column.page == columns[0].page for line in column.lines if line.tokens]
        wordy = [line for line in first[:40] if sum(char.isalpha() for char in line.text) > 8]
        largest = max((line.size for line in wordy), default=0.0)
        if largest < 1.15 * self._usual.body:
            return set()
        title: list[Line] = []
        for line in wordy:
            if line.size > 0.97 * largest and (not title or line.base - title[-1].base < 2.2 * largest):
                title.append(line)
            elif title:
                break
        known = len(title) == 1 and heading_kind(title[0].text) is not None
        return set() if known or len(title) > 6 else {id(line) for line in title}

    def _column(self, column: Column) -> None:
        self._place = (column.page, column.index)
        previous: Line | None = None
        for number, line in enumerate(column.lines):
            if not line.tokens:
                table = self._tables[id(line)]
                self._float(Draft("table", table=table))
                previous = None
                continue
            after = next((each for each in column.lines[number + 1 :] if each.tokens), None)
            self._line(line, previous, after)
            previous = line

    def _float(self, draft: Draft) -> None:
        """What interrupts the text without ending it; in the bibliography it stands before its heading."""
        if self._listing:
            at = max(i for i, each in enumerate(self.drafts) if each.kind == "heading" and _opens_list(each.text))
            self.drafts.insert(at, draft)
        else:
            self.drafts.append(draft)

    def _line(self, line: Line, previous: Line | None, after: Line | None) -> None:
        body, last = self._usual.body, self.drafts[-1] if self.drafts else None
        if id(line) in self._front:
            if last is not None and last.kind == "title":
                last.lines.append(line)
            else:
                self.drafts.append(Draft("title", [line]))
            return
        if self._is_heading(line, previous, after):
            self._heading(line, previous)
            return
        if last is not None and last.kind in ("title", "author") and self._is_front(line, previous, last):
            if last.kind == "title" or abs(last.lines[-1].size - line.size) > 0.3:
                self.drafts.append(Draft("author", [line]))
            else:
                last.lines.append(line)
            return
        if _FIGURE.match(line.text) and (
            line.tokens[0].bold or line.size < 0.97 * body or self._gap(line, previous) > 1.3
        ):
            self._open_float(Draft("caption", [line]))
            return
        if (
            last is not None
            and last.kind in ("caption", "footnote")
            and previous is not None
            and last.lines[-1:] == [previous]
        ):
            if (
                abs(line.size - previous.size) < 0.04 * body
                and self._gap(line, previous) < 1.3
                and not self._marked(line)
            ):
                if line.size < 0.97 * body or last.kind == "caption":
                    last.lines.append(line)
                    return
        if self._listing:
            self.entries.append(line)
            if last is None or last.kind != "reference":
                self.drafts.append(Draft("reference"))
            return
        if line.size < 0.93 * body and self._is_footnote(line, previous, after):
            self._float(Draft("footnote", [line]))
            return
        self._text(line, previous)

    def _open_float(self, draft: Draft) -> None:
        self._float(draft)

    def _gap(self, line: Line, previous: Line | None) -> float:
        """Distance to the line above in usual line distances; infinite at the top of a column."""
        if previous is None:
            return float("inf")
        return (line.base - previous.base) / (self._usual.leading * max(line.size, 1.0) / self._usual.body)

    def _marked(self, line: Line) -> bool:
        first = line.tokens[0]
        return first.raised or (len(line.tokens) > 1 and first.text in "*†‡§¶")

    def _is_footnote(self, line: Line, previous: Line | None, after: Line | None) -> bool:
        """Small print that begins with a mark, or that closes a column under a gap."""
        foot = previous is not None and self._gap(line, previous) > 1.25 and previous.size > line.size * 1.05
        return self._marked(line) or bool(foot and (after is None or after.size <= line.size * 1.03))

    def _is_front(self, line: Line, previous: Line | None, last: Draft) -> bool:
        """Authors and affiliations: what stands under the title before the first text."""
        if len(last.lines) > 14 or line.page != last.lines[-1].page:
            return False
        first = line.tokens[0]
        if heading_kind(first.text.rstrip(":.—-")) or (first.bold and not line.bold and last.kind == "author"):
            return False
        _, right = self._usual.edges.get(self._place, (0.0, line.x1))
        full = line.x1 > right - 1.5 * line.size and abs(line.size - self._usual.body) < 0.06 * self._usual.body
        named = sum(token.text[0].isupper() or not token.text[0].isalpha() for token in line.tokens)
        return self._place[1] <= 0 and (not full or named >= 0.7 * len(line.tokens))

    def _is_heading(self, line: Line, previous: Line | None, after: Line | None) -> bool:
        text = line.text.strip()
        letters = [char for char in text if char.isalpha()]
        if not len(letters) >= 3 or len(text) > 140 or not (text[0].isupper() or text[0].isdigit()):
            return bool(text[:1].islower() and letters and self._goes_on(line, previous))
        known = heading_kind(text) is not None
        if (
            self._listing
            and not known
            and not (line.size > 1.04 * self._usual.body or (line.bold and not self.entries[-1:] == []))
        ):
            return False
        caps = len(letters) >= 4 and text.upper() == text and (known or line.bold or len(letters) >= 6)
        bigger = line.size > 1.06 * self._usual.body
        bold = all(token.bold or not any(char.isalnum() for char in token.text) for token in line.tokens)
        italic = all(token.italic or not any(char.isalnum() for char in token.text) for token in line.tokens)
        if not (known or bigger or bold or italic or caps) or (text[-1] in ",;" or (text[-1] == "." and not known)):
            return False
        if _FIGURE.match(text):
            return False
        gap = self._gap(line, previous)
        under = bool(self.drafts) and self.drafts[-1].kind == "heading" and self.drafts[-1].lines[-1:] == [previous]
        clear = gap > 1.12 or under
        if self._goes_on(line, previous):
            return True
        if known:
            return (clear or bold or italic or bigger or caps) and (after is None or not _same_line(line, after))
        if not clear or (line.size < 0.9 * self._usual.body):
            return False
        if bigger or bold:
            return True
        words = len(line.tokens)
        whole = after is None or after.italic != line.italic or caps
        return (
            words <= 12 and whole and (caps or (italic and after is not None and gap > 1.12 and previous is not None))
        )

    def _goes_on(self, line: Line, previous: Line | None) -> bool:
        """Whether a line is the next line of the heading above it."""
        last = self.drafts[-1] if self.drafts else None
        if last is None or previous is None or last.kind != "heading" or last.lines[-1] is not previous:
            return False
        alike = abs(previous.size - line.size) < 0.2 and (previous.bold, previous.italic) == (line.bold, line.italic)
        styled = line.bold or line.size > 1.06 * self._usual.body
        return alike and styled and line.base - previous.base < 1.5 * line.size and heading_kind(last.text) is None

    def _heading(self, line: Line, previous: Line | None) -> None:
        if self._goes_on(line, previous):
            self.drafts[-1].lines.append(line)
        else:
            self.drafts.append(Draft("heading", [line]))
        self._open = None
        self._listing = _opens_list(self.drafts[-1].text)

    def _text(self, line: Line, previous: Line | None) -> None:
        bullet = bool(_BULLET.match(line.tokens[0].text)) and len(line.tokens) > 1
        if self._open is None or self._begins(line, previous, bullet):
            self._open = Draft("list" if bullet else "paragraph", [line])
            self.drafts.append(self._open)
        else:
            self._open.lines.append(line)
        self._last = line
        self._last_place = self._place

    def _begins(self, line: Line, previous: Line | None, bullet: bool) -> bool:
        """Whether a line of text begins a paragraph."""
        last, body = self._last, self._usual.body
        if last is None or self._open is None:
            return True
        if abs(line.size - last.size) > 0.06 * body:
            return True
        left, right = self._usual.edges.get(self._place, (line.x0, line.x1))
        indent = line.x0 - left > 0.7 * body
        ended = bool(_TERMINAL.search(last.text))
        lower = line.text[0].islower() or last.tokens[-1].hyphen
        runin = line.tokens[0].bold and not line.bold and not last.tokens[-1].bold and ended
        if previous is last:
            was_left, was_right = left, right
            if bullet and (ended or self._open.kind == "list" or indent):
                return True
            if self._gap(line, previous) > 1.35:
                return not lower or ended
            short = last.x1 < was_right - max(3.0 * body, 0.14 * (was_right - was_left))
            stepped = indent and last.x0 - left < 0.4 * body and line.x0 - left < 4 * body
            return (stepped and self._open.kind != "list") or runin or (short and ended and not lower)
        if lower and not (ended and indent):
            return False
        was_left, was_right = self._usual.edges.get(self._last_place, (last.x0, last.x1))
        if (indent and self._place[1] == self._last_place[1]) or (indent and self._usual.indents):
            return True
        if runin or bullet:
            return True
        if not ended:
            return False
        full = last.x1 > was_right - 1.5 * body
        return not full if self._usual.indents else not full or self._open.kind == "list"


def _opens_list(title: str) -> bool:
    return heading_kind(title) == "references"


def _same_line(one: Line, two: Line) -> bool:
    return abs(one.base - two.base) < 0.2 * one.size


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
