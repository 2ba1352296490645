"""JSON Lines: one evidence record a line, with its items and their proof."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping

from pipeline.export.tables import BOX, Tables

PROOF = ("value", "unit", "start", "end", "quote", "rule")
_WHOLE = frozenset(("row", "page", "start", "end"))


def jsonl(tables: Tables) -> Mapping[str, bytes]:
    """`evidence.jsonl`: values as they were read (text), places as numbers; `row` counts the lines from 1."""
    items: defaultdict[str, list[dict[str, object]]] = defaultdict(list)
    for item in tables["items"].dicts():
        place = {
            "page": _number("page", item["page"]),
            "box": [float(item[side]) for side in BOX if item[side]] or None,
        }
        items[item["row"]].append(
            {"column": item["column"], **{name: _number(name, item[name]) for name in PROOF}, **place}
        )
    lines = []
    for row, record in enumerate(tables["evidence"].dicts(), start=1):
        said = {name: _number(name, cell) for name, cell in record.items() if cell}
        lines.append(json.dumps({"row": row, **said, "items": items[str(row)]}, ensure_ascii=False))
    return {"evidence.jsonl": "".join(f"{line}\n" for line in lines).encode("utf-8", errors="replace")}


def _number(name: str, cell: str) -> object:
    return (int(cell) if cell else None) if name in _WHOLE else cell
