"""Whatever comes in: recognition, assembly and reading never raise, and what they give has its proof."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.annotate import annotate
from pipeline.assemble import assemble
from pipeline.document import (
    Block,
    BlockKind,
    Cell,
    Citation,
    Document,
    Input,
    Note,
    Reference,
    Section,
    SectionKind,
    Span,
    Status,
    Table,
)
from pipeline.evidence import COLUMNS, EvidenceRecord, Mention
from pipeline.extract import PRELOAD, Extraction, extract
from pipeline.fields import BY_NAME
from pipeline.read import READERS, find, read
from pipeline.workers import Enter, Workers

PAPERS = sorted((Path(__file__).parents[2] / "corpus" / "papers").glob("*.pdf"))
KINDS: tuple[BlockKind, ...] = get_args(BlockKind)
SECTIONS: tuple[SectionKind, ...] = get_args(SectionKind)
STATUSES: tuple[Status, ...] = get_args(Status)

# What papers are made of, joined at random: likelier to meet a rule than random characters.
WORDS = (
    "sertraline placebo Metformin ketamine lithium saline 0.5 mg/kg mg 50 IV orally twice daily for 12 weeks week 8 day 24 h "
    "n = 47 patients with depression asthma response remission relapse rate HAM-D MADRS HbA1c fell by points mean SD ± 5.2 "
    "( ) [ ] vs. versus than compared respectively and , ; . : % 44 13/14 13 of 14 95 CI to – − P < = .02 OR 2.3 was were in on "
    "defined as at least significantly time lasted until within half-life half third ½ Zarate et al. - NR NA ≥ 10.5 1,024 "
    "study Study Arm Dose Drug Scale Response (%) {score} \u00a0 ∞ ٣ 𝟓 é 1e9 --- 0 00 . .."
).split(" ")
PIECES = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=18).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=6).map("".join),
    st.text(max_size=15),
)
AUTHORS = st.sampled_from(((), ("Ito K",), ("",), ("aan het Rot M", "Abe K")))
MARKS = st.lists(st.sampled_from(("a", "b", "*", "")), max_size=2).map(tuple)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """A document of random paragraphs, tables, sections, references and citations; spans lie inside its text."""
    text = ""
    blocks: list[Block] = []
    tables: list[Table] = []
    for _ in range(draw(st.integers(1, 4))):
        start = len(text)
        if draw(st.booleans()):
            table, text = _table(draw, text)
            tables.append(table)
            blocks.append(Block("table", table.start, table.end))
        else:
            text += draw(PIECES) + "\n"
            blocks.append(Block(draw(st.sampled_from(KINDS)), start, len(text) - 1))
    labels = draw(st.lists(st.sampled_from(("1", "2", "14", "ito2011")), min_size=1, max_size=3).map(tuple))
    return Document(
        "fuzz",
        "fuzz.pdf",
        "0",
        "pdf",
        text=text,
        blocks=tuple(blocks),
        sections=tuple(
            Section(draw(st.sampled_from(SECTIONS)), "Title", draw(st.integers(1, 3)), *span)
            for span in _spans(draw, text, 3)
        ),
        tables=tuple(tables),
        references=tuple(
            Reference(label, 0, 0, draw(AUTHORS), draw(st.sampled_from(("", "2011"))))
            for label in draw(st.lists(st.sampled_from(labels), max_size=3))
        ),
        citations=tuple(Citation(*span, labels) for span in _apart(_spans(draw, text, 4))),
    )


def _table(draw: st.DrawFn, text: str) -> tuple[Table, str]:
    rows, columns, headers = draw(st.integers(0, 4)), draw(st.integers(1, 4)), draw(st.integers(0, 2))
    caption = Span(len(text), len(text))
    if draw(st.booleans()):
        told = draw(PIECES)
        caption = Span(len(text), len(text) + len(told))
        text += told + "\n"
    start = len(text)
    cells: list[Cell] = []
    for row in range(rows):
        for column in range(columns):
            if draw(st.integers(0, 5)):
                held = draw(st.one_of(st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join), PIECES))
                wide, high = draw(st.integers(1, 2)), draw(st.integers(1, 2))
                cells.append(
                    Cell(
                        row,
                        column,
                        len(text),
                        len(text) + len(held),
                        high,
                        wide,
                        header=row < headers,
                        marks=draw(MARKS),
                    )
                )
                text += held + "\t"
        text += "\n"
    end = len(text)
    notes = []
    for _ in range(draw(st.integers(0, 2))):
        told = draw(PIECES)
        notes.append(Note(draw(st.sampled_from(("", "a", "b"))), len(text), len(text) + len(told)))
        text += told + "\n"
    return Table("1", 1, start, end, caption if caption.end > caption.start else None, tuple(cells), tuple(notes)), text


def _spans(draw: st.DrawFn, text: str, most: int) -> list[Span]:
    """Spans inside the text, in order, none empty."""
    places = st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))
    found = [Span(min(pair), max(pair)) for pair in draw(st.lists(places, max_size=most))]
    return sorted(span for span in found if span.start < span.end)


def _apart(spans: list[Span]) -> Iterator[Span]:
    """Those that overlap none before them, cut to the length of a citation."""
    end = 0
    for span in spans:
        if span.start >= end:
            end = min(span.end, span.start + 5)
            yield Span(span.start, end)


@given(documents())
@settings(
    max_examples=200,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_any_document_is_annotated_and_assembled_with_proof(document: Document) -> None:
    mentions = annotate(document)
    _sound_mentions(document, mentions)
    records = assemble(document, mentions)
    _sound_records(document, records)
    assert assemble(document, mentions) == records


def _sound_mentions(document: Document, mentions: tuple[Mention, ...]) -> None:
    assert [(one.start, one.end, one.field) for one in mentions] == sorted(
        (one.start, one.end, one.field) for one in mentions
    )
    for one in mentions:
        assert 0 <= one.start < one.end <= len(document.text)
        assert one.text == document.text[one.start : one.end]
        assert one.field in BY_NAME
        assert all(number is None or number.is_finite() for number in (one.value, one.value_high))


def _sound_records(document: Document, records: tuple[EvidenceRecord, ...]) -> None:
    assert all((one.start, one.end) <= (two.start, two.end) for one, two in pairwise(records))
    for record in records:
        assert record.study_id
        assert record.document_id == document.document_id
        assert record.quote == document.text[record.start : record.end]
        columns = [COLUMNS.index(item.column) for item in record.items]
        assert columns == sorted(set(columns))
        for item in record.items:
            assert 0 <= item.start < item.end <= len(document.text)
            assert item.quote == document.text[item.start : item.end]
            assert not isinstance(item.value, Decimal) or item.value.is_finite()


@given(st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join))
@settings(max_examples=100, derandomize=True, deadline=None)
def test_any_prose_gives_records_with_proof(text: str) -> None:
    document = Document("fuzz", "fuzz.txt", "0", "txt", text=text, blocks=(Block("paragraph", 0, len(text)),))
    _sound_records(document, assemble(document, annotate(document)))


# What files of each kind begin with, so that a reader does not turn random bytes away at its door.
HEADS = {
    ".pdf": [b"%PDF-1.7\n", b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"],
    ".xml": [b"<?xml version='1.0'?><article>", b"<article><front><abstract><p>", b"<PubmedArticleSet><PubmedArticle>"],
    ".nxml": [b"<article><body><sec><title>Results</title><p>", b"<article><body><table-wrap><table><tr><td>"],
    ".jsonl": [b'{"id": "a", "text": "', b'{"text": ', b"[1]\n"],
    ".txt": [b"\xef\xbb\xbf", b"\xff\xfe", b"Table 1\n"],
}
TAGS = [
    b"<",
    b"/>",
    b"</p>",
    b"<p>",
    b"<xref ref-type='bibr' rid='B1'>",
    b"<td colspan='-1'>",
    b"&lt;",
    b"&x;",
    b'"',
    b'"}',
]
BYTES = st.one_of(
    st.binary(max_size=30),
    st.sampled_from([*TAGS, b"\n", b"\x00"]),
    PIECES.map(lambda text: text.encode(errors="replace")),
)
HELD = st.one_of(st.text(max_size=20), st.integers(), st.none(), st.lists(st.integers()))
IN_PLACE = [HealthCheck.function_scoped_fixture]  # every example writes its own file anew


def test_every_kind_of_file_is_tried() -> None:
    assert HEADS.keys() == READERS.keys()


@pytest.mark.parametrize("suffix", sorted(HEADS))
@given(data=st.data())
@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=IN_PLACE)
def test_any_bytes_are_read_or_refused_in_a_line(suffix: str, data: st.DataObject, tmp_path: Path) -> None:
    path = tmp_path / f"any{suffix}"
    path.write_bytes(
        data.draw(st.sampled_from([b"", *HEADS[suffix]])) + b"".join(data.draw(st.lists(BYTES, max_size=8)))
    )
    for source in find([path]):
        _sound_document(read(source))


@given(line=st.dictionaries(st.sampled_from(("id", "text", "x")), HELD))
@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=IN_PLACE)
def test_any_line_of_json_is_read_or_refused_in_a_line(tmp_path: Path, line: dict[str, object]) -> None:
    path = tmp_path / "any.jsonl"
    path.write_text(json.dumps(line) + "\n", encoding="utf-8")
    for source in find([path]):
        document = read(source)
        _sound_document(document)
        if document.status == "ok":
            assert document.text == line["text"]


def _sound_document(document: Document) -> None:
    assert document.status in STATUSES
    assert (document.status == "ok") == (not document.reason)
    assert "\n" not in document.reason
    assert document.text.strip() or document.status != "ok"
    assert all(0 <= block.start <= block.end <= len(document.text) for block in document.blocks)
    assert all(one.end <= two.start for one, two in pairwise(document.blocks))


@pytest.fixture(scope="module")
def pool() -> Iterator[Workers]:
    """A worker of its own: a broken PDF may take its process with it, but not the tests."""
    with Workers(workers=1, preload=PRELOAD) as workers:
        yield workers


Change = tuple[str, float, bytes]
CHANGES = st.lists(
    st.tuples(st.sampled_from(("flip", "cut", "insert", "drop")), st.floats(0, 1), st.binary(min_size=1, max_size=40)),
    min_size=1,
    max_size=12,
)


def changed(data: bytes, changes: list[Change]) -> bytes:
    """The bytes with some of them flipped, inserted, dropped, or the end cut off."""
    for kind, where, what in changes:
        place = int(where * len(data))
        if kind == "flip":
            data = (
                data[:place]
                + bytes(byte ^ 0xFF for byte in data[place : place + len(what)])
                + data[place + len(what) :]
            )
        elif kind == "cut":
            data = data[: max(place, len(data) // 3)]
        elif kind == "insert":
            data = data[:place] + what + data[place:]
        else:
            data = data[:place] + data[place + len(what) :]
    return data


def _extracted(source: Input, enter: Enter) -> Extraction:
    return extract(source, enter=enter)


@given(damaged=st.lists(st.tuples(st.sampled_from(PAPERS), CHANGES), min_size=4, max_size=8))
@settings(max_examples=25, derandomize=True, deadline=None, suppress_health_check=IN_PLACE)
def test_a_damaged_pdf_never_stops_the_others(
    tmp_path: Path, pool: Workers, damaged: list[tuple[Path, list[Change]]]
) -> None:
    sources = []
    for number, (paper, changes) in enumerate(damaged):
        path = tmp_path / f"damaged-{number}.pdf"
        path.write_bytes(changed(paper.read_bytes(), changes))
        sources.append(Input(path.stem, str(path)))
    sources.append(Input("sound", str(PAPERS[0])))
    found = list(pool.map(_extracted, sources))
    assert [one.document.document_id for one in found] == [source.document_id for source in sources]
    for one in found:
        _sound_document(one.document)
        _sound_mentions(one.document, one.mentions)
        _sound_records(one.document, one.records)
        assert one.failure is None or one.failure.stage == "read"
        assert (one.failure is None) == (one.document.status != "failed")
    assert found[-1].document.status == "ok"
    assert found[-1].records
