"""Tables out of nouns, files out of tables, and a run's folder that is written whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.document import Block, Box, Cell, Document, Page, Reference, Section, Span, Table, Word
from pipeline.evidence import Comparison, Counts, DataItem, EvidenceRecord, Finding, ItemKey, Mention, Score
from pipeline.export import EXPORTERS
from pipeline.export.csvs import UnusableRun, csv_files, read_tables
from pipeline.export.folder import INFO, READY, UnwritableFolder, complete, text_name, write_more, writing
from pipeline.export.judged import judged_tables
from pipeline.export.records import records
from pipeline.export.tables import EXTRACTED, HEADERS, Failure, Rows, Tables, printed
from pipeline.extract import Extraction

from made_run import tables_of, write_run

TEXT = "Ketamine 0.50 mg/kg, IV\nRate\t-5.6\n"
WORDS = tuple(
    Word(start, end, 1, Box(10.0 * start, 20.0, 10.0 * end, 31.256))
    for start, end in ((0, 8), (9, 13), (14, 19), (21, 23))
)
DOCUMENT = Document(
    "costi2015",
    "papers/costi2015.pdf",
    "ab" * 32,
    "pdf",
    TEXT,
    pages=(Page(1, 612.0, 792.0),),
    words=WORDS,
    blocks=(Block("paragraph", 0, 23),),
    sections=(Section("results", "Results", 1, 0, len(TEXT)),),
    tables=(Table("1", 1, 24, 33, Span(0, 8), (Cell(0, 1, 29, 33), Cell(0, 0, 24, 28, header=True))),),
    references=(Reference("49", 0, 8, ("Zarate CA", "Singh JB"), "2006", "=Title(1)", "Journal", "63", "856-864"),),
)
ITEMS = (
    DataItem("dose", Decimal("0.50"), "mg/kg", 9, 13, "0.50", "dose"),
    DataItem("drug", "ketamine", "", 0, 8, "Ketamine", "drug"),
)
RECORD = EvidenceRecord("zarate2006", "costi2015", "prose", 0, 23, TEXT[:23], ITEMS)
MENTION = Mention("dose", 9, 13, "0.50", Decimal("0.50"), None, "mg/kg")
FAILED = Document("bad", "papers/bad.pdf", "cd" * 32, "pdf", status="failed", reason="it is encrypted")
FOUND = (
    Extraction(DOCUMENT, (MENTION,), (RECORD,)),
    Extraction(FAILED, failure=Failure("bad", "papers/bad.pdf", "read", "unreadable", "it is encrypted")),
)
TABLES = tables_of(FOUND, roles={"costi2015": "review"})
JUDGED = judged_tables(
    [Comparison("zarate2006", "n", "18", "17", "18", "conflict", "value", "", ItemKey(1, "n"), None, ItemKey(3, "n"))],
    [Finding("zarate2006", "proportion", "fails", "92.3", "92.9", "13 of 14", 1)],
    [Score("all", "all", "dose", Counts(3, 1, 0), 0.30063, 0.4385, 0.9, None, "missed")],
)


def cell(tables: Tables, name: str, column: str, row: int = 0) -> str:
    return list(tables[name].dicts())[row][column]


def test_the_tables_are_those_of_the_contract() -> None:
    assert tuple(TABLES) == EXTRACTED
    for name, table in {**TABLES, **JUDGED}.items():
        assert table.header == HEADERS[name]
        assert all(len(row) == len(table.header) for row in table.rows)


def test_every_document_has_a_row_and_failures_their_stage() -> None:
    assert [row[0] for row in TABLES["documents"].rows] == ["costi2015", "bad"]
    assert cell(TABLES, "documents", "role") == "review"
    assert (cell(TABLES, "documents", "pages"), cell(TABLES, "documents", "characters")) == ("1", str(len(TEXT)))
    assert cell(TABLES, "documents", "status", 1) == "failed"
    assert TABLES["failures"].rows == (("bad", "papers/bad.pdf", "read", "unreadable", "it is encrypted"),)


def test_evidence_holds_values_as_read_and_items_their_proof_in_column_order() -> None:
    assert cell(TABLES, "evidence", "dose") == "0.50"
    assert cell(TABLES, "evidence", "page") == "1"
    assert [row["column"] for row in TABLES["items"].dicts()] == ["drug", "dose"]
    proof = list(TABLES["items"].dicts())[1]
    assert TEXT[int(proof["start"]) : int(proof["end"])] == proof["quote"] == "0.50"
    assert (proof["row"], proof["page"], proof["x0"], proof["bottom"]) == ("1", "1", "90.00", "31.26")


def test_cells_of_tables_are_in_reading_order_with_their_text() -> None:
    assert [row["text"] for row in TABLES["tables"].dicts()] == ["Rate", "-5.6"]
    assert [row["header"] for row in TABLES["tables"].dicts()] == ["true", "false"]
    assert cell(TABLES, "tables", "caption") == "Ketamine"


def test_ratios_that_nothing_stands_under_are_empty() -> None:
    row = next(JUDGED["scores"].dicts())
    assert (row["precision"], row["recall"], row["f1"]) == ("0.7500", "1.0000", "0.8571")
    assert (row["floor_precision"], row["floor_recall"]) == ("0.9", "")
    assert next(JUDGED["reconciliation"].dicts())["paper_item"] == "3:n"


@pytest.mark.parametrize(("value", "text"), [("0.50", "0.50"), ("1E+2", "100"), ("62.0", "62.0"), ("-5", "-5")])
def test_numbers_are_printed_without_exponents(value: str, text: str) -> None:
    assert printed(Decimal(value)) == text


cells = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(st.lists(st.tuples(*[cells] * len(HEADERS["failures"])), max_size=4))
def test_csv_gives_back_every_cell(rows: list[tuple[str, ...]]) -> None:
    table = {"failures": Rows(HEADERS["failures"], tuple(rows))}
    data = csv_files(table)["failures.csv"]
    first, *again = csv.reader(io.StringIO(data.decode(), newline=""), strict=True)
    assert tuple(first) == HEADERS["failures"]
    assert [row[0] for row in again] == [row[0] for row in rows]  # an id is never touched
    with tempfile.TemporaryDirectory() as folder:
        write_run(Path(folder), {**csv_files(TABLES), "failures.csv": data}, {})
        assert read_tables(Path(folder))["failures"] == table["failures"]


def test_csv_guards_free_text_against_spreadsheets_and_leaves_the_source_alone() -> None:
    files = csv_files(TABLES)
    assert ",'=Title(1)," in files["references.csv"].decode()
    assert ",-5.6," in files["tables.csv"].decode()
    assert b"\r" not in b"".join(files.values())


def test_a_run_read_back_gives_the_same_tables_and_records(tmp_path: Path) -> None:
    write_run(tmp_path, csv_files({**TABLES, **JUDGED}), {})
    again = read_tables(tmp_path)
    assert again["items"] == TABLES["items"]
    assert again["scores"] == JUDGED["scores"]
    (record,) = records(again)
    assert record == replace(RECORD, items=(ITEMS[1], ITEMS[0]))


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("items.csv", b"", "is empty"),
        ("items.csv", b"a,b\n", "the header must be"),
        ("failures.csv", b"document_id,path,stage,error,detail\na,b\n", "row 2: 2 cells where 5 belong"),
        ("failures.csv", b"\xff\xfe", "cannot be read"),
        ("failures.csv", None, "failures.csv is missing"),
    ],
)
def test_a_damaged_run_is_named_with_its_file(tmp_path: Path, name: str, data: bytes | None, words: str) -> None:
    write_run(tmp_path, csv_files(TABLES), {})
    if data is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(UnusableRun, match=words):
        read_tables(tmp_path)


@pytest.mark.parametrize("name", sorted(EXPORTERS))
def test_every_export_gives_the_same_bytes_twice(name: str) -> None:
    export = EXPORTERS[name]
    assert dict(export({**TABLES, **JUDGED})) == dict(export({**TABLES, **JUDGED}))


@pytest.mark.parametrize("name", sorted(EXPORTERS))
def test_every_export_stands_an_empty_run_and_odd_characters(name: str) -> None:
    export = EXPORTERS[name]
    export(tables_of([]))
    odd = replace(RECORD, quote="\x00\x0b\ud800\ufffe\U0001f600" + "x" * 40_000)
    export(tables_of([Extraction(DOCUMENT, (), (odd,))]))


def test_jsonl_has_a_record_a_line_with_its_proof() -> None:
    (line,) = EXPORTERS["jsonl"](TABLES)["evidence.jsonl"].decode().splitlines()
    record = json.loads(line)
    assert (record["row"], record["study_id"], record["dose"], record["start"]) == (1, "zarate2006", "0.50", 0)
    dose = record["items"][1]
    assert (dose["column"], dose["value"], dose["unit"]) == ("dose", "0.50", "mg/kg")
    assert (dose["page"], dose["box"]) == (1, [90.0, 20.0, 130.0, 31.26])
    assert TEXT[dose["start"] : dose["end"]] == dose["quote"]


def test_parquet_has_typed_columns() -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    files = EXPORTERS["parquet"](TABLES)
    assert sorted(files) == sorted(f"{name}.parquet" for name in EXTRACTED)
    items = pq.read_table(io.BytesIO(files["items.parquet"])).to_pylist()
    assert (items[1]["row"], items[1]["start"], items[1]["x0"], items[1]["value"]) == (1, 9, 90.0, "0.50")
    references = pq.read_table(io.BytesIO(files["references.parquet"])).to_pylist()
    assert references[0]["pages"] == "856-864"


def test_xlsx_has_numbers_as_numbers_and_no_formula() -> None:
    from openpyxl import load_workbook

    evil = replace(RECORD, quote='\x07=HYPERLINK("x")', study_id="+cmd|' /C calc'!A0")
    tables = tables_of([Extraction(DOCUMENT, (), (evil,))])
    book = load_workbook(io.BytesIO(EXPORTERS["xlsx"](tables)["evidence.xlsx"]))
    assert book.sheetnames == list(EXTRACTED)
    sheet = book["evidence"]
    row = dict(zip([cell.value for cell in sheet[1]], sheet[2], strict=True))
    assert (row["dose"].value, row["dose"].number_format, row["dose"].data_type) == (0.5, "0.00", "n")
    assert (row["quote"].value, row["quote"].data_type) == ('=HYPERLINK("x")', "s")
    assert row["study_id"].data_type == "s"
    assert all(cell.data_type != "f" for page in book for line in page.iter_rows() for cell in line)


def test_xlsx_holds_no_clock() -> None:
    archive = zipfile.ZipFile(io.BytesIO(EXPORTERS["xlsx"](TABLES)["evidence.xlsx"]))
    assert {info.date_time for info in archive.infolist()} == {(1980, 1, 31, 0, 0, 0)}
    assert b"2000-01-01T00:00:00Z" in archive.read("docProps/core.xml")


def test_a_sheet_is_no_longer_than_a_spreadsheet_opens_in_comfort(monkeypatch: pytest.MonkeyPatch) -> None:
    from openpyxl import load_workbook

    monkeypatch.setattr(sys.modules["pipeline.export.xlsx"], "MOST", 1)
    book = load_workbook(io.BytesIO(EXPORTERS["xlsx"](TABLES)["evidence.xlsx"]))
    assert {"evidence", "items (beginning)"} <= set(book.sheetnames)
    assert [cell.value for cell in book["items (beginning)"]["C"]] == ["column", "drug"]


def test_a_workbook_that_cannot_be_put_aside_is_one_clear_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(
        UnwritableFolder, match=r"gone: cannot be written \(No such file or directory\); free space or set TMPDIR"
    ):
        EXPORTERS["xlsx"](TABLES)


def test_text_names_stay_inside_the_folder() -> None:
    assert text_name("zarate2006") == "texts/zarate2006.txt"
    assert text_name("../../etc/x") == "texts/..%2F..%2Fetc%2Fx.txt"
    assert text_name(".hidden") == "texts/.hidden.txt"
    assert "/" not in text_name("a/b\x00c").removeprefix("texts/")
    assert len(text_name("x" * 5000)) < 255


def listing(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_new_run_takes_the_place_of_the_old_and_spares_other_files(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    write_run(tmp_path, {"a.csv": b"1", "texts/x.txt": b"x"}, {"version": "1"})
    write_run(tmp_path, {"a.csv": b"2", "b.csv": b"b"}, {"version": "2"})
    files = listing(tmp_path)
    info = json.loads(files.pop(INFO))
    assert files == {"mine.txt": b"mine", "a.csv": b"2", "b.csv": b"b"}
    assert {key: info[key] for key in ("version", "files")} == {"version": "2", "files": ["a.csv", "b.csv"]}


def test_a_run_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(tmp_path, {"a.csv": b"1"}, {})
    before = listing(tmp_path)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UnwritableFolder, match=r"cannot be written \(No space left on device\)"):
        write_run(tmp_path, {"a.csv": b"2", "b.csv": b"3"}, {})
    with pytest.raises(UnwritableFolder):
        write_more(tmp_path, {"a.csv": b"2"})
    assert listing(tmp_path) == before


def test_a_file_in_the_way_is_one_clear_fault(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(UnwritableFolder, match="out: cannot be written"):
        write_run(tmp_path / "out", {"a.csv": b"1"}, {})


@pytest.mark.parametrize("moved", [0, 1, 2, 3])
def test_a_run_that_was_cut_short_while_files_moved_is_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moved: int
) -> None:
    write_run(tmp_path, {"a.csv": b"1", "old.csv": b"old"}, {})
    true_replace, left = os.replace, [moved]

    def killed(source: Path, target: Path) -> None:
        if not left[0]:
            raise SystemExit("killed")
        left[0] -= 1
        true_replace(source, target)

    monkeypatch.setattr(os, "replace", killed)
    if moved < 3:
        with pytest.raises(SystemExit):
            write_run(tmp_path, {"a.csv": b"2", "b.csv": b"b"}, {})
        assert (tmp_path / READY).is_dir()
    else:
        write_run(tmp_path, {"a.csv": b"2", "b.csv": b"b"}, {})
    monkeypatch.setattr(os, "replace", true_replace)
    complete(tmp_path)
    files = listing(tmp_path)
    assert json.loads(files.pop(INFO))["files"] == ["a.csv", "b.csv"]
    assert files == {"a.csv": b"2", "b.csv": b"b"}


def test_a_killed_writer_leaves_the_old_run_and_its_leavings_are_swept(tmp_path: Path) -> None:
    write_run(tmp_path, {"a.csv": b"1"}, {})
    before = listing(tmp_path)
    script = (
        "import os, signal, sys; from pathlib import Path; from pipeline.export import folder\n"
        "folder._sync = lambda path: os.kill(os.getpid(), signal.SIGKILL)\n"
        "with folder.writing(Path(sys.argv[1])) as written:\n"
        "    written.add('a.csv', b'2'), written.append('b.csv', b'2'), written.finish({})\n"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=Path(__file__).parents[2], check=False)
    assert ended.returncode == -9
    complete(tmp_path)
    assert {name: data for name, data in listing(tmp_path).items() if not name.startswith(".")} == before
    write_run(tmp_path, {"a.csv": b"3"}, {})
    assert sorted(listing(tmp_path)) == ["a.csv", INFO]


def test_a_run_counts_the_rows_of_evidence_over_all_its_documents(tmp_path: Path) -> None:
    other = replace(DOCUMENT, document_id="other", path="papers/other.pdf")
    odd = replace(RECORD, document_id="other", study_id='a,"b\n7,', quote="x\n1,2\r")
    found = [Extraction(DOCUMENT, (), (RECORD, RECORD)), FOUND[1], Extraction(other, (), (odd, RECORD))]
    tables = tables_of(found, roles={"other": "trial"})
    assert [row["row"] for row in tables["items"].dicts()] == ["1", "1", "2", "2", "3", "3", "4", "4"]
    assert [row["study_id"] for row in tables["items"].dicts()][4:6] == [odd.study_id] * 2
    assert [row["role"] for row in tables["documents"].dicts()] == ["", "", "trial"]
    assert [len(tables[name].rows) for name in ("evidence", "failures")] == [4, 1]


def test_files_that_stay_the_same_are_not_written_again_and_outlive_another_run(tmp_path: Path) -> None:
    write_run(tmp_path, {"a.csv": b"1", "texts/x.txt": b"x"}, {})
    before = (tmp_path / "texts/x.txt").stat().st_ino
    with writing(tmp_path) as slow:
        slow.add("texts/x.txt", b"x")
        write_run(tmp_path, {"a.csv": b"2", "texts/x.txt": b"another"}, {})
        slow.add("a.csv", b"3")
        slow.finish({})
    assert (tmp_path / "texts/x.txt").read_bytes() == b"x", "the last to finish wins, with all its files"
    assert (tmp_path / "texts/x.txt").stat().st_ino == before
    assert sorted(listing(tmp_path)) == ["a.csv", INFO, "texts/x.txt"]


def test_a_run_that_is_given_up_leaves_the_old_one(tmp_path: Path) -> None:
    write_run(tmp_path, {"a.csv": b"1"}, {})
    before = listing(tmp_path)
    with suppress(ZeroDivisionError), writing(tmp_path) as written:
        written.append("a.csv", b"2")
        raise ZeroDivisionError
    assert listing(tmp_path) == before
