"""JSON Lines: one evidence record a line, with its items and their proof."""

from __future__ import annotations

import io
import json
from collections import defaultdict
from collections.abc import Mapping

from pipeline.export.tables import BOX, Row, Tables

PROOF = ("value", "unit", "start", "end", "quote", "rule")
_WHOLE = frozenset(("row", "page", "start", "end"))


def jsonl(tables: Tables) -> Mapping[str, bytes]:
    """`evidence.jsonl`: values as they were read (text), places as numbers; `row` counts the lines from 1."""
    header, rows = tables["items"]
    place = header.index("row")
    items: defaultdict[str, list[Row]] = defaultdict(list)
    for item in rows:
        items[item[place]].append(item)
    saved = io.BytesIO()
    for number, record in enumerate(tables["evidence"].dicts(), start=1):
        said = {name: _number(name, cell) for name, cell in record.items() if cell}
        proof = [_item(dict(zip(header, item, strict=True))) for item in items.pop(str(number), ())]
        line = json.dumps({"row": number, **said, "items": proof}, ensure_ascii=False)
        saved.write(f"{line}\n".encode("utf-8", errors="replace"))
    return {"evidence.jsonl": saved.getvalue()}


def _item(cells: Mapping[str, str]) -> Mapping[str, object]:
    box = [float(cells[side]) for side in BOX if cells[side]] or None
    said = {name: _number(name, cells[name]) for name in ("column", *PROOF, "page")}
    return {**said, "box": box}


def _number(name: str, cell: str) -> object:
    return (int(cell) if cell else None) if name in _WHOLE else cell
