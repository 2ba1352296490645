"""Lines in reading order to blocks: title, authors, headings, paragraphs that run on over columns, pages and floats."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.read.drafts import Draft, Measure
from pipeline.read.headings import FIGURE, goes_on, is_heading, opens_list, title
from pipeline.read.layout import Column
from pipeline.read.lines import Line
from pipeline.read.sections import heading_kind
from pipeline.read.tables import Found

_TERMINAL = re.compile(r"[.?!:;][\"”’')\]]*(?:\s?\[[\d,;–\s-]+\]|\s?\d{1,3}(?:[,–-]\d{1,3})*)?$")
_BULLET = re.compile(r"[•●▪■◦‣·–—-]$|\(?(?:[ivx]{1,4}|[a-h]|\d{1,2})[).]$")


class Flow:
    """Walks the lines of a document once and drafts its blocks; `entries` are the lines of the bibliography."""

    def __init__(self, columns: Sequence[Column], usual: Measure, tables: dict[int, Found]) -> None:
        self._usual = usual
        self._tables = tables
        self.drafts: list[Draft] = []
        self.entries: list[Line] = []
        self._open: Draft | None = None
        self._last: Line | None = None
        self._place = self._last_place = (0, -1)
        self._listing = False
        self._titles = title(columns, usual)
        for column in columns:
            self._column(column)

    def _column(self, column: Column) -> None:
        self._place = (column.page, column.index)
        previous: Line | None = None
        for number, line in enumerate(column.lines):
            if line.tokens:
                after = next((each for each in column.lines[number + 1 :] if each.tokens), None)
                self._line(line, previous, after)
                previous = line
            else:
                self._float(Draft("table", table=self._tables[id(line)]))
                previous = None

    def _line(self, line: Line, previous: Line | None, after: Line | None) -> None:
        """Gives a line to the first that takes it: title, heading, front matter, float, bibliography, text."""
        taken = (
            self._to_title(line)
            or self._to_heading(line, previous, after)
            or self._to_front(line)
            or self._to_float(line, previous, after)
            or self._to_list(line)
        )
        if not taken:
            self._text(line, previous)

    @property
    def _before(self) -> Draft | None:
        return self.drafts[-1] if self.drafts else None

    def _to_title(self, line: Line) -> bool:
        if id(line) not in self._titles:
            return False
        if self._before is not None and self._before.kind == "title":
            self._before.lines.append(line)
        else:
            self.drafts.append(Draft("title", [line]))
        return True

    def _to_heading(self, line: Line, previous: Line | None, after: Line | None) -> bool:
        before = self._before
        if not is_heading(line, previous, after, before, self._usual, listing=self._listing):
            return False
        if before is not None and goes_on(line, previous, before, self._usual):
            before.lines.append(line)
        else:
            self.drafts.append(Draft("heading", [line]))
        self._open = None
        self._listing = opens_list(self.drafts[-1].text)
        return True

    def _to_front(self, line: Line) -> bool:
        """Authors and affiliations: what stands under the title before the first text."""
        last = self._before
        if last is None or last.kind not in ("title", "author") or not self._is_front(line, last):
            return False
        if last.kind == "title" or abs(last.lines[-1].size - line.size) > 0.3:
            self.drafts.append(Draft("author", [line]))
        else:
            last.lines.append(line)
        return True

    def _is_front(self, line: Line, last: Draft) -> bool:
        if len(last.lines) > 14 or line.page != last.lines[-1].page or self._place[1] > 0:
            return False
        first = line.tokens[0]
        if heading_kind(first.text.rstrip(":.—-")) or (first.bold and not line.bold and last.kind == "author"):
            return False
        _, right = self._usual.edges.get(self._place, (0.0, line.x1))
        full = line.x1 > right - 1.5 * line.size and abs(line.size - self._usual.body) < 0.06 * self._usual.body
        named = sum(token.text[0].isupper() or not token.text[0].isalpha() for token in line.tokens)
        return not full or named >= 0.7 * len(line.tokens)

    def _to_float(self, line: Line, previous: Line | None, after: Line | None) -> bool:
        """Captions of figures, and footnotes; their next lines are those of their size right below."""
        body, last, gap = self._usual.body, self._before, self._usual.gap(line, previous)
        if FIGURE.match(line.text) and (line.tokens[0].bold or line.size < 0.97 * body or gap > 1.3):
            self._float(Draft("caption", [line]))
            return True
        if last is not None and previous is not None and last.lines[-1:] == [previous]:
            alike = abs(line.size - previous.size) < 0.04 * body and gap < 1.3 and not _is_marked(line)
            if alike and (last.kind == "caption" or (last.kind == "footnote" and line.size < 0.97 * body)):
                last.lines.append(line)
                return True
        if self._listing or line.size >= 0.93 * body:
            return False
        foot = previous is not None and gap > 1.25 and previous.size > line.size * 1.05
        if _is_marked(line) or (foot and (after is None or after.size <= line.size * 1.03)):
            self._float(Draft("footnote", [line]))
            return True
        return False

    def _float(self, draft: Draft) -> None:
        """What interrupts the text without ending it; in the bibliography it stands before its heading."""
        if self._listing:
            at = max(i for i, each in enumerate(self.drafts) if each.kind == "heading" and opens_list(each.text))
            self.drafts.insert(at, draft)
        else:
            self.drafts.append(draft)

    def _to_list(self, line: Line) -> bool:
        if not self._listing:
            return False
        self.entries.append(line)
        if self._before is None or self._before.kind != "reference":
            self.drafts.append(Draft("reference"))
        return True

    def _text(self, line: Line, previous: Line | None) -> None:
        bullet = bool(_BULLET.match(line.tokens[0].text)) and len(line.tokens) > 1
        if self._open is None or self._begins(line, previous, bullet):
            self._open = Draft("list" if bullet else "paragraph", [line])
            self.drafts.append(self._open)
        else:
            self._open.lines.append(line)
        self._last, self._last_place = line, self._place

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
            if self._usual.gap(line, previous) > 1.35:
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


def _is_marked(line: Line) -> bool:
    """Whether a line begins with a footnote's mark."""
    first = line.tokens[0]
    return first.raised or (len(line.tokens) > 1 and first.text in "*†‡§¶")
