"""A finished run is proved against its sources, and what does not hold is named."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.document import Box, Document, Input, Word
from pipeline.evidence import DataItem, EvidenceRecord, Mention
from pipeline.extract import Extraction
from pipeline.verify import Verdict, verify
from pipeline.workers import Workers

from made_run import gather


def read(source: Input) -> Document:
    """A toy reader: a word of four characters a box, the text from the file or one of its lines."""
    try:
        data = Path(source.path).read_bytes()
    except OSError as error:
        return Document(source.document_id, source.path, "", "txt", status="failed", reason=str(error.strerror))
    text = data.decode().splitlines()[source.line - 1] if source.line else data.decode()
    words = tuple(Word(at, at + 4, 1, Box(at, 10.0, at + 4, 20.0)) for at in range(0, len(text) - 4, 5))
    return Document(source.document_id, source.path, hashlib.sha256(data).hexdigest(), "txt", text, words=words)


def find(paths: Sequence[Path | str]) -> tuple[Input, ...]:
    return tuple(
        Input(f"{path.stem}{line}", str(path), line)
        for path in map(Path, paths)
        for line in range(1, len(path.read_text().splitlines()) + 1)
    )


@pytest.fixture(scope="module")
def pool() -> Iterator[Workers]:
    with Workers(workers=1, timeout=20) as workers:
        yield workers


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A finished run over a file of its own and a file with two lines."""
    (tmp_path / "a.txt").write_text("drug 0.50 given once")
    (tmp_path / "b.jsonl").write_text("pill 1.25 given\npill 2.75 given\n")
    sources = [Input("a", str(tmp_path / "a.txt")), *find([tmp_path / "b.jsonl"])]
    documents = [read(source) for source in sources]
    found = [
        Extraction(
            document,
            (Mention("drug", 0, 4, document.text[:4]),),
            (
                EvidenceRecord(
                    "zarate2006",
                    document.document_id,
                    "prose",
                    0,
                    len(document.text),
                    document.text,
                    (
                        DataItem("drug", document.text[:4], "", 0, 4, document.text[:4], "toy"),
                        DataItem("dose", Decimal(document.text[5:9]), "mg", 5, 9, document.text[5:9], "toy"),
                    ),
                ),
            ),
        )
        for document in documents
    ]
    return gather(tmp_path / "run", found)


def prove(run: Path, pool: Workers) -> Verdict:
    return verify(run, pool=pool, find=find, read=read)


def change(run: Path, table: str, number: int, /, **cells: str) -> None:
    """Changes cells of a row (the header is row 1)."""
    path = run / f"{table}.csv"
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    for column, text in cells.items():
        rows[number - 1][rows[0].index(column)] = text
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def test_a_true_run_holds(run: Path, pool: Workers) -> None:
    verdict = prove(run, pool)
    assert verdict == Verdict(documents=3, quotes=3 + 3 + 6, faults=())


@pytest.mark.parametrize(
    ("table", "row", "cells", "words"),
    [
        ("items", 3, {"quote": "0.60"}, "items.csv: row 3: dose of zarate2006: quotes '0.60' where '0.50' stands"),
        ("items", 3, {"start": "6", "end": "10"}, "items.csv: row 3: dose of zarate2006: quotes '0.50' where '.50 '"),
        ("items", 3, {"x0": "6.00"}, "items.csv: row 3: dose of zarate2006: stands on page 1 at 5.00,10.00,9.00,20.00"),
        ("items", 3, {"page": "2"}, "not on page 2"),
        ("items", 3, {"value": "0.60"}, "items.csv: row 3: dose is '0.60', in evidence.csv '0.50'"),
        ("items", 3, {"end": "500"}, "lies outside the text of a"),
        ("items", 3, {"end": "x"}, "start and end must be whole numbers"),
        ("items", 3, {"document_id": "z"}, "no document 'z' was read in this run"),
        ("items", 3, {"row": "9"}, "evidence.csv has no dose in row 9"),
        ("evidence", 2, {"dose": "0.60"}, "dose is '0.50', in evidence.csv '0.60'"),
        ("evidence", 2, {"route": "IV"}, "evidence.csv: row 2: nothing in items.csv proves its route"),
        ("evidence", 2, {"quote": "drug"}, "evidence.csv: row 2: quotes 'drug'"),
        ("mentions", 2, {"text": "dru"}, "mentions.csv: row 2: quotes 'dru'"),
        ("documents", 2, {"sha256": "00"}, "a.txt: has changed since the run"),
    ],
)
def test_what_was_changed_in_a_table_is_named(
    run: Path, pool: Workers, table: str, row: int, cells: dict[str, str], words: str
) -> None:
    change(run, table, row, **cells)
    faults = prove(run, pool).faults
    assert any(words in fault for fault in faults), faults
    assert len(faults) <= 2


def test_a_changed_source_and_a_changed_text_are_named(run: Path, pool: Workers) -> None:
    (run / "texts" / "a.txt").write_text("drug 0.60 given once")
    (faults,) = prove(run, pool).faults
    assert "texts/a.txt: is not the text that" in faults
    (run.parent / "a.txt").write_text("drug 0.60 given once")
    again = "\n".join(prove(run, pool).faults)
    assert "a.txt: has changed since the run" in again
    assert "quotes '0.50' where '0.60' stands" in again


def test_a_vanished_source_is_one_fault(run: Path, pool: Workers) -> None:
    (run.parent / "a.txt").unlink()
    (fault,) = prove(run, pool).faults
    assert "a.txt: cannot be read again" in fault
    assert "4 quotes are without proof" in fault


def test_lines_of_a_file_keep_their_order_under_other_names(run: Path, pool: Workers) -> None:
    """A corpus, or a second input of the same name, may have named them otherwise."""
    for table in ("documents", "mentions", "evidence", "items"):
        text = (run / f"{table}.csv").read_text()
        (run / f"{table}.csv").write_text(text.replace("b1,", "first,").replace("b2,", "second,"))
    (run / "texts" / "b1.txt").rename(run / "texts" / "first.txt")
    (run / "texts" / "b2.txt").rename(run / "texts" / "second.txt")
    assert prove(run, pool).faults == ()
