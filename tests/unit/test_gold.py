"""The gold: what it refuses, and that the bundled one stands word for word in the bundled documents."""

from __future__ import annotations

import csv
import json
import re
import shutil
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import corpus, gold
from pipeline.document import Input
from pipeline.evidence import COLUMNS, GoldItem
from pipeline.gold.form import EVIDENCE_HEADER, NUMBERS, UNITS
from pipeline.read import read
from pipeline.vocabulary import vocabulary

ROOT = Path(__file__).resolve().parents[2]
BUNDLED = ROOT / "gold"

Rows = list[dict[str, str]]


def row(column: str, value: str, unit: str = "", **cells: str) -> dict[str, str]:
    sound = {
        "study_id": "moss2010",
        "role": "paper",
        "record": "moss2010-001",
        "document_id": "moss2010",
        "page": "1",
        "quote": "12 of 30 (40 %) responded",
        "annotator": "ab",
        "note": "",
    }
    return sound | {"column": column, "value": value, "unit": unit} | cells


def small() -> Rows:
    return [
        row("dose", "0.5", "mg/kg"),
        row("drug", "ketamine"),
        row("events", "12"),
        row("measure", "rate"),
        row("outcome", "response"),
        row("total", "30"),
        row("value", "40", "%"),
    ]


FILES = {
    "studies": "study_id,reference_number,first_author,year,identity,document_id\nmoss2010,1,Moss,2010,verified,\n",
    "splits": "document_id,split,note\nmoss2010,seen,\n",
    "floors": "role,field,floor_precision,floor_recall\nall,all,0.9,\npaper,value,,0.5\n",
}


def write(folder: Path, rows: Rows, **files: str) -> Path:
    with (folder / "evidence.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, EVIDENCE_HEADER, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    for name, text in (FILES | files).items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def test_sound_gold_is_read(tmp_path: Path) -> None:
    held = gold.load(write(tmp_path, small()))
    assert gold.faults(tmp_path) == ()
    assert [item.column for item in held.items] == "dose drug events measure outcome total value".split()
    assert held.items[0].value == Decimal("0.5")
    assert held.items[1].value == "ketamine"
    assert held.splits == {"moss2010": "seen"}
    assert [(floor.role, floor.field, floor.precision, floor.recall) for floor in held.floors] == [
        ("all", "all", 0.9, None),
        ("paper", "value", None, 0.5),
    ]
    assert held.studies[0].first_author == "Moss"


def test_a_range_stands_in_one_cell_where_no_column_holds_its_upper_end(tmp_path: Path) -> None:
    held = gold.load(
        write(tmp_path, [row("duration", "1-2", "min"), row("value", "1", "h"), row("value_high", "3", "h")])
    )
    assert [item.value for item in held.items] == ["1-2", Decimal(1), Decimal(3)]


def test_a_change_in_percent_may_fall_below_zero(tmp_path: Path) -> None:
    assert gold.faults(write(tmp_path, [row("measure", "change"), row("value", "-35", "%")])) == ()


def test_not_reported_is_a_value(tmp_path: Path) -> None:
    held = gold.load(write(tmp_path, [row("value", "NR", "%")]))
    assert held.items[0].value == "NR"


def change(number: int, **cells: str) -> Callable[[Rows], Rows]:
    return lambda rows: [held | cells if at == number else held for at, held in enumerate(rows, start=2)]


def add(*more: dict[str, str]) -> Callable[[Rows], Rows]:
    return lambda rows: sorted([*rows, *more], key=lambda held: (held["record"], held["column"]))


def swap(rows: Rows) -> Rows:
    return [rows[1], rows[0], *rows[2:]]


@pytest.mark.parametrize(
    ("spoil", "number", "words"),
    [
        (change(3, value=""), 3, "the value is blank; write NR"),
        (change(2, value="half"), 2, "dose must be a number"),
        (change(2, value="1,5"), 2, "dose must be a number"),
        (change(2, value="\N{MINUS SIGN}5"), 2, "dose must be a number"),
        (change(2, value="-1"), 2, "below zero"),
        (change(2, unit=""), 2, "dose needs its unit"),
        (change(2, unit="mgkg"), 2, "unknown unit 'mgkg'"),
        (change(3, unit="mg"), 3, "drug has no unit"),
        (change(2, value="0.5-1"), 2, "dose must be a number"),
        (add(row("duration", "40-20", "min")), 4, "does not rise"),
        (change(4, value="12.5"), 4, "must be a whole number"),
        (change(4, value="31"), 4, "events 31 is greater than total 30"),
        (change(4, unit="%"), 4, "events has no unit"),
        (change(5, value="guess"), 5, "unknown value 'guess'"),
        (change(6, value="happiness"), 6, "unknown outcome 'happiness'"),
        (change(8, value="140"), 8, "outside 0-100"),
        (change(8, column="values"), 8, "unknown column 'values'"),
        (change(2, column="dose_unit"), 2, "takes no row"),
        (change(8, role="table"), 8, "unknown role 'table'"),
        (change(8, quote=""), 8, "the quote is blank"),
        (change(8, annotator=""), 8, "the annotator is blank"),
        (change(8, page="0"), 8, "the page '0'"),
        (change(8, page="one"), 8, "the page 'one'"),
        (change(8, study_id="hill2015"), 8, "has no row in studies.csv"),
        (change(8, study_id="hill2015"), 8, "has the study_id 'moss2010' in row 2, not 'hill2015'"),
        (change(8, document_id="hill2015"), 8, "has no row in splits.csv"),
        (change(8, document_id="hill2015"), 8, "has the document_id"),
        (change(8, role="review_prose"), 8, "has the role"),
        (change(8, role="adjudicated"), 8, "needs a note"),
        (add(row("drug", "placebo")), 4, "has its drug in row 3 already"),
        (add(row("value_high", "30", "%")), 8, "value 40 is greater than value_high 30"),
        (lambda rows: [*rows[:6], row("value_high", "30", "%")], 8, "value_high without value"),
        (add(row("ci_low", "9", "{score}"), row("ci_high", "2", "{score}")), 3, "ci_low 9 is greater than ci_high 2"),
        (add(row("ci_low", "9", "{score}")), 2, "ci_low without ci_high"),
        (add(row("p", "1.2")), 7, "outside 0-1"),
        (add(row("design", "crossover; blind")), 2, "sorted list"),
        (swap, 3, "out of order"),
    ],
)
def test_a_corrupt_row_is_refused_with_its_file_and_row(
    tmp_path: Path, spoil: Callable[[Rows], Rows], number: int, words: str
) -> None:
    folder = write(tmp_path, spoil(small()))
    place = f"{folder / 'evidence.csv'}: row {number}: "
    faults = gold.faults(folder)
    assert any(fault.startswith(place) and words in fault for fault in faults), faults
    assert not any("\n" in fault for fault in faults)
    with pytest.raises(gold.GoldFault, match=re.escape(faults[0])):
        gold.load(folder)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("floors", "role,field,floor_precision,floor_recall\nall,all,2,\n", "row 2: the floor_precision '2'"),
        ("floors", "role,field,floor_precision,floor_recall\nall,size,,\n", "row 2: unknown field 'size'"),
        ("floors", "role,field,floor_precision,floor_recall\nadjudicated,all,,\n", "row 2: unknown role"),
        ("floors", "role,field,floor_precision,floor_recall\nall,all,,\nall,all,,\n", "row 3: the same role and field"),
        ("floors", "role,field\nall,all\n", "row 1: the header must be"),
        ("splits", "document_id,split,note\nmoss2010,half,\n", "row 2: unknown split 'half'"),
        ("studies", FILES["studies"] + "moss2010,2,Moss,2010,verified,\n", "row 3: the same study_id as in row 2"),
        ("studies", "", "empty; row 1 must be the header"),
    ],
)
def test_the_files_beside_it_are_checked_too(tmp_path: Path, name: str, text: str, words: str) -> None:
    (fault, *_) = gold.faults(write(tmp_path, small(), **{name: text}))
    assert f"{name}.csv: " in fault
    assert words in fault


def test_a_missing_file_is_told_once(tmp_path: Path) -> None:
    folder = write(tmp_path, small())
    (folder / "studies.csv").unlink()
    (fault,) = gold.faults(folder)
    assert "studies.csv: not there" in fault


def test_broken_quotation_marks_are_told(tmp_path: Path) -> None:
    folder = write(tmp_path, small())
    with (folder / "splits.csv").open("a", encoding="utf-8") as file:
        file.write('"moss2011"x,seen,\n')
    assert any("splits.csv: row 3: " in fault and "quotation marks" in fault for fault in gold.faults(folder))


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    folder = write(tmp_path, change(2, value="x")(change(3, value="")(change(8, page="0")(small()))))
    assert len(gold.faults(folder)) == 3


@given(st.lists(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=12), max_size=14))
def test_no_cells_whatever_break_the_checks(tmp_path_factory: pytest.TempPathFactory, cells: list[str]) -> None:
    folder = write(tmp_path_factory.mktemp("gold"), small())
    with (folder / "evidence.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow(cells)
    faults = gold.faults(folder)
    assert not cells or faults
    shutil.rmtree(folder)


# The gold that comes with the program.


@cache
def bundled() -> gold.Gold:
    return gold.load(BUNDLED)


def test_the_bundled_gold_is_sound() -> None:
    assert gold.faults(BUNDLED) == ()


def folded(text: str) -> str:
    """Text without what a line end may change: white space and hyphens."""
    return re.sub(r"[\s\-\u2010\u2011\u00ad\ufffe\x02]", "", unicodedata.normalize("NFKC", text))


@cache
def pages(document_id: str) -> tuple[str, ...]:
    document = pypdfium2.PdfDocument(ROOT / "corpus" / "papers" / f"{document_id}.pdf")
    return tuple(folded(page.get_textpage().get_text_range()) for page in document)


def test_every_quote_stands_on_its_page() -> None:
    astray = [item for item in bundled().items if folded(item.quote) not in pages(item.document_id)[item.page - 1]]
    assert astray == []


@cache
def text_read(document_id: str) -> str:
    document = read(Input(document_id, str(ROOT / "corpus" / "papers" / f"{document_id}.pdf")))
    return folded(document.text)


def test_every_quote_stands_in_the_text_that_the_program_reads() -> None:
    astray = [item for item in bundled().items if folded(item.quote) not in text_read(item.document_id)]
    assert [(item.document_id, item.quote) for item in astray] == []


IN_WORDS = {
    word: number
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen twenty".split(),
        start=1,
    )
} | {"forty-one": 41, "single": 1}


def numbers_in(quote: str) -> set[Decimal]:
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", quote.lower().replace("\N{MINUS SIGN}", "-"))
    digits = {Decimal(found) for found in re.findall(r"(?<![\d.])-?(?:\d+(?:\.\d+)?|\.\d+)", text)}
    words = {Decimal(number) for word, number in IN_WORDS.items() if re.search(rf"\b{word}\b", text)}
    thirds = {Decimal("33.3")} if "one third" in text else set()
    return digits | {abs(number) for number in digits} | words | thirds


def ends(item: GoldItem) -> set[Decimal]:
    """The number, or the two ends of a range."""
    return {item.value} if isinstance(item.value, Decimal) else {Decimal(end) for end in item.value.split("-")}


def test_every_number_stands_in_its_quote() -> None:
    numeric = [item for item in bundled().items if item.column in NUMBERS and item.value != "NR"]
    assert len(numeric) > 400
    assert [item for item in numeric if not ends(item) <= numbers_in(item.quote)] == []


def test_every_drug_stands_in_its_quote() -> None:
    names = {concept.preferred: concept.names for concept in vocabulary("drugs")}
    drugs = [item for item in bundled().items if item.column in ("drug", "comparator")]
    quoted = [any(name.lower() in item.quote.lower() for name in names[str(item.value)]) for item in drugs]
    assert [item for item, found in zip(drugs, quoted, strict=True) if not found] == []


def by_record(role: str) -> Mapping[str, dict[str, GoldItem]]:
    records: dict[str, dict[str, GoldItem]] = {}
    for item in bundled().items:
        if item.role == role:
            records.setdefault(item.record, {})[item.column] = item
    return records


def test_the_reviews_table_is_complete() -> None:
    """Nine rows of nine columns: study, route, dose, schedule, diagnosis, N, design, outcome, response rate."""
    rows = by_record("review_table")
    assert len(rows) == 9
    printed = {"citations", "route", "dose", "frequency", "diagnosis", "n", "design", "scale", "value"}
    assert all(printed <= set(record) for record in rows.values())
    assert sorted(record["value"].study_id for record in rows.values() if record["value"].value == "NR") == [
        "feder2014",
        "valentine2011",
    ]


def test_citations_name_the_study_that_they_lead_to() -> None:
    held = corpus.load(ROOT / "corpus")
    for role in ("review_table", "review_prose"):
        for record in by_record(role).values():
            for item in [record["citations"]] if "citations" in record else []:
                assert item.study_id in {held.study_of(int(label)) for label in str(item.value).split(";")}, item


def test_papers_speak_of_themselves() -> None:
    assert [item for item in bundled().items if item.role == "paper" and item.study_id != item.document_id] == []


def test_studies_agree_with_the_corpus() -> None:
    entries = {entry.document_id: entry for entry in corpus.load(ROOT / "corpus").entries}
    for study in bundled().studies:
        entry = entries[study.study_id]
        assert study.identity == entry.identity
        assert study.reference_number == str(entry.reference_number or "")
        assert study.document_id == (entry.document_id if entry.path else "")


def test_the_data_package_describes_the_files() -> None:
    package = json.loads((BUNDLED / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        header = (BUNDLED / resource["path"]).read_text(encoding="utf-8").splitlines()[0].split(",")
        assert [field["name"] for field in resource["schema"]["fields"]] == header
    columns = next(field for field in package["resources"][0]["schema"]["fields"] if field["name"] == "column")
    assert columns["constraints"]["enum"] == [column for column in COLUMNS if column not in UNITS]
    assert set(NUMBERS) <= set(COLUMNS)
