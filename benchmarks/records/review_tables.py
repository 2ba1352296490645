"""How much of a review's table of studies is taken: eight invented tables on other subjects, typeset and read again.

`tables/*.json` hold each table with what a careful reader would record. They were written by somebody who did not know
the rules; all of them were looked at since. A value is found where a record of its study, and of its arm, states it.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import typst

from pipeline.document import Input
from pipeline.evidence import EvidenceRecord
from pipeline.extract import extract

TABLES = Path(__file__).with_name("tables")
COLUMNS = {
    **{name: (name,) for name in ("dose", "dose_high", "value", "events", "total", "sd", "p", "comparator_dose")},
    "n": ("n", "arm_n"),
    # A follow-up is the one or the other, as the header says.
    "duration": ("duration", "timepoint"),
    "timepoint": ("timepoint", "duration"),
}
_OF_ARM = ("value", "events", "total", "sd")
_MARKS = re.compile(r'([\\#$*_`<>@\[\]~"])')


def measure() -> tuple[Counter[str], Counter[str]]:
    """Of each column, how many values the tables state and how many are found."""
    stated: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for path in sorted(TABLES.glob("*.json")):
        article = json.loads(path.read_text(encoding="utf-8"))
        records = [one for one in _records(article, path.stem) if one.source == "table"]
        for wanted in article["records"]:
            mine = [one for one in records if _plain(one.study_id) == _plain(wanted["study_id"])]
            for column in (*COLUMNS, "drug", "comparator"):
                if column in wanted:
                    stated[column] += 1
                    found[column] += _is_found(wanted, column, mine)
    return stated, found


def _is_found(wanted: Mapping[str, Any], column: str, records: Sequence[EvidenceRecord]) -> bool:
    if column in ("drug", "comparator"):
        return any(_begins(wanted[column], one.value(column)) for one in records)
    holding = [one for one in records if any(_same(wanted[column], one.value(name)) for name in COLUMNS[column])]
    if column in _OF_ARM:
        arm = wanted.get("drug") or wanted.get("arm", "")
        return any(_begins(arm, one.value("arm") or one.value("drug")) for one in holding)
    return bool(holding)


def _records(article: Mapping[str, Any], name: str) -> Sequence[EvidenceRecord]:
    with tempfile.TemporaryDirectory() as folder:
        source, paper = Path(folder, f"{name}.typ"), Path(folder, f"{name}.pdf")
        source.write_text("".join(_typeset(article)), encoding="utf-8")
        paper.write_bytes(bytes(typst.compile(str(source), ignore_system_fonts=True, timestamp=0)))
        return extract(Input(name, str(paper))).records


def _typeset(article: Mapping[str, Any]) -> Iterator[str]:
    """A landscape page with rules above, below and under the header, as journals print such tables."""
    rows, columns = article["rows"], max(map(len, article["rows"]))
    before, after = (
        article["paragraphs"][part]
        for part in (slice(0, article["table_after_paragraph"]), slice(article["table_after_paragraph"], None))
    )
    yield "#set page(width: 297mm, height: 210mm, margin: 1.5cm)\n#set text(size: 10pt)\n"
    yield f"#text(size: 16pt)[*{_escaped(article['title'])}*]\n\n== Trials\n\n" + "\n\n".join(map(_escaped, before))
    caption = re.sub(r"^Table \d+\.? ?", "", article["caption"])
    yield f"\n\n#block(breakable: false)[#text(size: 8pt)[*Table 1.* {_escaped(caption)}]\n#text(size: 7pt)[#table(\n"
    yield f"columns: {columns}, stroke: none, align: left, inset: 3pt, table.hline(), table.header("
    yield "".join(f"[{_escaped(cell)}], " for row in article["header_rows"] for cell in _filled(row, columns))
    yield "), table.hline(stroke: 0.5pt),\n"
    for row in rows:
        alone = row[0] and not any(row[1:])
        cells = (
            [f"table.cell(colspan: {columns})[_{_escaped(row[0])}_]"]
            if alone
            else [f"[{_escaped(cell)}]" for cell in _filled(row, columns)]
        )
        yield ", ".join(cells) + ",\n"
    yield (
        "table.hline())]\n" + "\n\n".join(f"#text(size: 7pt)[{_escaped(note)}]" for note in article["notes"]) + "]\n\n"
    )
    yield "\n\n".join(map(_escaped, after))


def _filled(row: Sequence[str], columns: int) -> list[str]:
    return [*row, *[""] * (columns - len(row))]


def _escaped(text: str) -> str:
    return _MARKS.sub(r"\\\1", text).replace("//", "/\\/")


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _begins(wanted: object, found: object) -> bool:
    first = str(wanted).lower().split()[:1]
    return bool(first) and first[0][:6] in str(found or "").lower()


def _same(wanted: object, found: object) -> bool:
    try:
        one, two = (Decimal(str(each).replace("\N{MINUS SIGN}", "-").lstrip("<>≤")) for each in (wanted, found))
    except InvalidOperation:
        return False
    return one == two
