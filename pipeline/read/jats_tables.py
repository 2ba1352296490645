"""Tables of JATS (XHTML's model) to cells with their spans, and the notes under them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from lxml import etree

from pipeline.read import jats
from pipeline.read.scroll import Bit, TableCell, plain

_SIGNS = "*†‡§¶#"
_SIGNED = re.compile(rf"^(.*?[^\s{re.escape(_SIGNS)}])\s*([{re.escape(_SIGNS)}]+)$", re.DOTALL)


def placed(table: etree._Element) -> list[TableCell]:
    """The cells of a `<table>` at their places, with spans, marks still inside."""
    cells: list[TableCell] = []
    taken: set[tuple[int, int]] = set()
    rows = list(table.iter("tr"))
    heads = _head_rows(rows)
    for number, row in enumerate(rows):
        column = 0
        for cell in row:
            if cell.tag not in ("td", "th"):
                continue
            while (number, column) in taken:
                column += 1
            down, across = _span(cell, "rowspan"), _span(cell, "colspan")
            down = min(down, len(rows) - number)
            taken.update((number + i, column + j) for i in range(down) for j in range(across))
            content = tuple(jats.bits(cell))
            marks = tuple(_marks(cell))
            cells.append(TableCell(number, column, down, across, number in heads, content, marks))
            column += across
    return cells


def below_each_other(tables: Iterable[Sequence[TableCell]]) -> list[TableCell]:
    """The cells of several `<table>`s of one wrap, each under the one before."""
    cells: list[TableCell] = []
    for table in tables:
        rows = max((cell.row + cell.row_span for cell in cells), default=0)
        cells.extend(cell._replace(row=cell.row + rows) for cell in table)
    return cells


def _head_rows(rows: Sequence[etree._Element]) -> set[int]:
    """Rows inside a `<thead>`; without one, the first rows that are made of `<th>`."""
    heads = {number for number, row in enumerate(rows) if row.getparent().tag == "thead"}
    if heads or not rows:
        return heads
    for number, row in enumerate(rows):
        if not len(row) or any(cell.tag != "th" for cell in row):
            break
        heads.add(number)
    return heads or {0}


def _span(cell: etree._Element, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return min(max(int(value), 1), 1000) if value.isdecimal() else 1


def _marks(cell: etree._Element) -> Iterator[str]:
    """What stands raised in a cell, and what refers to a note."""
    for each in cell.iter("sup", "xref"):
        if each.tag == "xref" and (each.get("ref-type") not in ("table-fn", "fn") or each.getparent().tag == "sup"):
            continue
        if each.tag == "xref" or each.find(".//xref[@ref-type='bibr']") is None:
            yield "".join(each.itertext()).strip()


def marks_apart(cells: Sequence[TableCell], explained: Collection[str]) -> list[TableCell]:
    """The cells with footnote marks out of their words: raised ones, and signs at the end of a word."""
    return [_apart(cell, explained) for cell in cells]


def _apart(cell: TableCell, explained: Collection[str]) -> TableCell:
    kept: list[Bit] = []
    marks: list[str] = []
    pending = [mark for mark in cell.marks if _is_mark(mark, explained)]
    for bit in cell.bits:
        bare = bit.text.strip().strip(",()")
        if pending and bare == pending[0].strip(",()") and not bit.rids and (kept or len(cell.bits) > 1):
            marks.extend(re.findall(r"\w|[^\w\s,()]+", pending.pop(0)))
            continue
        kept.append(bit)
    signed = _SIGNED.match(kept[-1].text.rstrip()) if kept else None
    if signed and not kept[-1].rids:
        kept[-1] = Bit(signed[1])
        marks.append(signed[2])
    if not plain(kept):
        return cell._replace(bits=tuple(cell.bits), marks=())
    return cell._replace(bits=tuple(kept), marks=tuple(marks))


def _is_mark(mark: str, explained: Collection[str]) -> bool:
    """A raised run is a mark if a note explains it, or if it is a letter or a sign."""
    if mark in explained or all(part in explained for part in re.findall(r"\w|[^\w\s,]+", mark)):
        return True
    letters = re.fullmatch(r"\(?[a-zA-Z](?:\s*,?\s*[a-zA-Z]){0,4}\)?", mark) and mark.lower() not in (
        "th",
        "st",
        "nd",
        "rd",
    )
    return bool(letters) or bool(re.fullmatch(rf"[{re.escape(_SIGNS)}\s,]+", mark))


def notes(foot: etree._Element) -> list[tuple[str, list[Bit]]]:
    """The notes of a `<table-wrap-foot>` as mark and text; a raised mark at the head of one is its mark."""
    found: list[tuple[str, list[Bit]]] = []
    for each in foot:
        if each.tag not in ("fn", "p", "fn-group", "attrib"):
            continue
        for part in each.findall("fn") if each.tag == "fn-group" else [each]:
            label = part.find("label")
            mark = "".join(label.itertext()).strip() if label is not None else ""
            body = [bit for inner in part if inner.tag != "label" for bit in (*jats.bits(inner), Bit(" "))]
            if part.tag != "fn":
                body = list(jats.bits(part))
            found.extend(_parted(mark.strip("()."), body, _raised(part)))
    return found


def _raised(part: etree._Element) -> list[str]:
    return ["".join(each.itertext()).strip() for each in part.iter("sup")]


def _parted(mark: str, body: list[Bit], raised: Sequence[str]) -> list[tuple[str, list[Bit]]]:
    """One paragraph of notes, parted where a raised mark begins another."""
    found: list[tuple[str, list[Bit]]] = [(mark, [])]
    waiting = list(raised)
    for bit in body:
        bare = bit.text.strip()
        written = plain(found[-1][1])
        opens = not written or written[-1] in ".;"
        if waiting and bare == waiting[0]:
            waiting.pop(0)
            if opens and len(bare) <= 2 and not bit.rids:
                if written or found[-1][0]:
                    found.append((bare, []))
                else:
                    found[-1] = (bare, [])
                continue
        signed = re.match(rf"^\s*([{re.escape(_SIGNS)}]+)\s*(.*)$", bit.text, re.DOTALL) if not written else None
        if signed and not found[-1][0]:
            found[-1] = (signed[1], [Bit(signed[2])])
            continue
        found[-1][1].append(bit)
    return [(sign, held) for sign, held in found if plain(held)]
