"""`report.html`: one page, whole in itself, that no document's text can break."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

from pipeline.document import Document
from pipeline.evidence import Comparison, Counts, DataItem, EvidenceRecord, Finding, Gate, Score
from pipeline.export.judged import judged_tables
from pipeline.export.report import report
from pipeline.export.tables import Failure, Tables
from pipeline.extract import Extraction

from made_run import tables_of

EVIL = "<script>alert(1)</script>\" onload='x' &amp; {{ 7 * 7 }}"
RECORD = EvidenceRecord(
    "zarate2006", "paper", "prose", 0, 4, EVIL, (DataItem("outcome_text", EVIL, "", 0, 4, "text", "rule"),)
)
FOUND = (
    Extraction(
        Document("paper", "papers/a.pdf", "00", "pdf", "text"), (), (RECORD, replace(RECORD, study_id="aaa2000"))
    ),
    Extraction(
        Document("bad", EVIL, "00", "pdf", status="failed", reason=EVIL),
        failure=Failure("bad", EVIL, "read", "x", EVIL),
    ),
)
SCORES = [
    Score("all", "all", "all", Counts(3, 1, 1), 0.5, 0.5, 0.9, None, "missed"),
    Score("paper", "all", "dose", Counts(3, 1, 1), 0.5, 0.5),
    Score("paper", "all", "route", Counts(0, 0, 1), None, 0.0),
]
CONFLICT = Comparison("zarate2006", "n", "72", EVIL, "", "conflict", "population", "1 person apart")
FINDINGS = [Finding("zarate2006", "whole_people", "fails", "50 % of 7", "43 %", "no whole number", 1)]
TABLES = {**tables_of(FOUND), **judged_tables([CONFLICT], FINDINGS, SCORES)}
WITHHELD = Gate("withheld", ("all: precision of all is 0.7500 (3 of 4), the floor is 0.9",))
DIGESTS = {"code": "c0de", "gold": "901d"}


def page(tables: Tables = TABLES, gate: Gate = WITHHELD) -> str:
    return report(tables, gate, DIGESTS).decode()


class Parser(HTMLParser):
    """Collects tags, ids and links, and checks that every tag is closed where it must be."""

    void = frozenset(["meta", "br", "link", "img", "input", "hr"])

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in self.void:
            self.open.append(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def parsed(text: str) -> Parser:
    parser = Parser()
    parser.feed(text)
    parser.close()
    assert parser.open == []
    return parser


def test_text_of_documents_is_text() -> None:
    text = page()
    found = parsed(text)
    assert "script" not in found.tags
    assert "&lt;script&gt;" in text
    assert "{{ 7 * 7 }}" in text


def test_the_page_needs_nothing_else_and_its_links_lead_somewhere() -> None:
    found = parsed(page())
    assert len(found.ids) == len(set(found.ids))
    assert found.links
    assert {link.removeprefix("#") for link in found.links} <= set(found.ids)
    assert not re.search(r"https?://|@import|url\(", page())


def test_the_verdict_with_its_reasons_comes_first() -> None:
    text = page()
    assert text.index("withheld</span>") < text.index(WITHHELD.reasons[0]) < text.index('id="scores"')
    assert "Every floor is met" in page(gate=Gate("released"))


def test_it_shows_scores_conflicts_checks_failures_and_quotes() -> None:
    text = page()
    for words in ("75.0 %", "1 person apart", "no whole number", "papers/a.pdf", "c0de", "aaa2000"):
        assert words in text
    assert text.index("<h3>aaa2000") < text.index("<h3>zarate2006")


def test_an_empty_run_gives_a_page_too() -> None:
    empty = {**tables_of([]), **judged_tables([], [], [])}
    text = page(empty, Gate("undecided", ("there is no gold for the documents of this run",)))
    parsed(text)
    assert "Nothing was found." in text


def test_the_same_run_gives_the_same_bytes() -> None:
    assert report(TABLES, WITHHELD, DIGESTS) == report(TABLES, WITHHELD, dict(reversed(DIGESTS.items())))
