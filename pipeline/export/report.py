"""`report.html`: one page that needs nothing else, for people. All text from documents is escaped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipeline.evidence import COLUMNS, Gate
from pipeline.export.tables import Tables

Row = Mapping[str, str]

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A row of the evidence as the page shows it: the columns that say something, in words."""

    row: int
    source: str
    document_id: str
    page: str
    values: Sequence[tuple[str, str]]
    quote: str


def report(tables: Tables, gate: Gate, digests: Mapping[str, str]) -> bytes:
    """The page; the same tables give the same bytes."""
    reconciliation = list(tables["reconciliation"].dicts())
    checks = list(tables["checks"].dicts())
    scores = list(tables["scores"].dicts())
    documents = list(tables["documents"].dicts())
    page = _TEMPLATES.get_template("report.html").render(
        gate=gate,
        digests=digests,
        documents=documents,
        failures=list(tables["failures"].dicts()),
        statuses=Counter(row["status"] for row in documents),
        totals=[row for row in scores if (row["split"], row["field"]) == ("all", "all")],
        fields=_fields([row for row in scores if row["split"] == "all" and row["field"] != "all"]),
        splits=[row for row in scores if row["split"] != "all" and (row["role"], row["field"]) == ("all", "all")],
        conflicts=[row for row in reconciliation if row["verdict"] == "conflict"],
        verdicts=sorted(Counter(row["verdict"] for row in reconciliation).items()),
        troubles=sorted((row for row in checks if row["verdict"] != "holds"), key=lambda row: row["verdict"]),
        held=sum(row["verdict"] == "holds" for row in checks),
        studies=_studies(tables),
        values=len(tables["items"].rows),
        rows=len(tables["evidence"].rows),
    )
    return page.encode("utf-8", errors="replace")


def _fields(scores: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """The scores of each role by field; those over all roles go without saying."""
    by_role = groupby(scores, key=lambda row: row["role"])
    return [(role, list(rows)) for role, rows in by_role if role != "all"]


def _studies(tables: Tables) -> list[tuple[str, list[Statement]]]:
    """The statements about each study, studies by name, statements in the order of the evidence."""
    numbered = enumerate(tables["evidence"].dicts(), start=1)
    by_study = sorted(numbered, key=lambda pair: pair[1]["study_id"])
    return [
        (study_id, [_statement(number, row) for number, row in rows])
        for study_id, rows in groupby(by_study, key=lambda pair: pair[1]["study_id"])
    ]


def _statement(number: int, row: Row) -> Statement:
    values = [(column.replace("_", " "), row[column]) for column in COLUMNS if row[column]]
    return Statement(number, row["source"], row["document_id"], row["page"], values, row["quote"])
