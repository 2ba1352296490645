"""Questions of reviewers: what tables and sentences answer, with proof, and where to abstain."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.answer import CELLS, Answer, answer, study
from pipeline.answer.question import Question, read_questions
from pipeline.answer.values import Found, derived_events, normal
from pipeline.cli import run_command_line
from pipeline.document import Block, BlockKind, Cell, Citation, Document, Note, Section, Span, Table
from pipeline.export.answers import HEADER, answers_table
from pipeline.export.csvs import csv_files
from pipeline.rows import RowFault

Rows = Sequence[Sequence[str]]


class Paper:
    """A document under construction."""

    def __init__(self) -> None:
        self.text = ""
        self.blocks: list[Block] = []
        self.tables: list[Table] = []

    def say(self, words: str, kind: BlockKind = "paragraph") -> Paper:
        start = len(self.text)
        self.text += f"{words}\n\n"
        self.blocks.append(Block(kind, start, start + len(words)))
        return self

    def table(self, rows: Rows, caption: str = "Results", head: int = 1, notes: Sequence[str] = ()) -> Paper:
        self.say(caption, "caption")
        named = Span(self.blocks[-1].start, self.blocks[-1].end)
        start, cells = len(self.text), []
        for row, words in enumerate(rows):
            column = 0
            for word in words:
                span = word.count("~") + 1
                said = word.rstrip("~")
                if said:
                    begin = len(self.text)
                    cells.append(Cell(row, column, begin, begin + len(said), 1, span, header=row < head))
                self.text += f"{said}\t"
                column += span
            self.text += "\n"
        listed = []
        for note in notes:
            listed.append(Note("", len(self.text), len(self.text) + len(note)))
            self.text += f"{note}\n"
        self.tables.append(Table("1", 0, start, len(self.text), named, tuple(cells), tuple(listed)))
        self.text += "\n"
        return self

    def read(self) -> Document:
        whole = Section("results", "Results", 1, 0, len(self.text))
        return Document(
            "trial", "trial.xml", "0", "jats", self.text,
            blocks=tuple(self.blocks), sections=(whole,), tables=tuple(self.tables),
        )  # fmt: skip


def asked(
    document: Document,
    outcome: str,
    kind: str = "binary",
    arms: tuple[str, str] = ("ketamine", "midazolam"),
    when: str = "",
) -> Answer:
    return answer(study(document), Question(1, *arms, outcome, when, "", kind))


def numbers(given: Answer) -> list[str]:
    """The values in the order of `CELLS`, empty where there is none."""
    return [given.values[cell].value if cell in given.values else "" for cell in CELLS[given.outcome_type or "binary"]]


def quotes_hold(given: Answer, text: str) -> bool:
    return all(normal(text[one.start : one.end]) == one.value for one in given.values.values() if not one.rule)


HEAD = ["Outcome", "Ketamine (n = 40)", "Midazolam (n = 38)", "P value"]
ADVERSE = Paper().table(
    [HEAD, ["Nausea, n (%)", "12 (30.0)", "5 (13.2)", "0.07"], ["Headache, n (%)", "4 (10)", "6 (15.8)", "0.5"]]
)


def test_arms_over_columns_with_their_sizes_in_the_head() -> None:
    document = ADVERSE.read()
    given = asked(document, "incidence of nausea")
    assert numbers(given) == ["12", "40", "5", "38"]
    assert given.status == "answered"
    assert quotes_hold(given, document.text)


def test_arms_beside_rows_with_a_column_for_each_statistic() -> None:
    rows = [["", "n", "Mean", "SD"], ["Midazolam", "21", "18.4", "6.2"], ["Ketamine", "22", "12.1", "5.9"]]
    given = asked(Paper().table(rows, "Pain score after treatment").read(), "pain score", "continuous")
    assert numbers(given) == ["12.1", "5.9", "22", "18.4", "6.2", "21"]


def test_arms_under_each_outcome() -> None:
    rows = [
        ["", "Baseline", "Week 8"],
        ["Pain, mean (SD)", "", ""],
        ["Ketamine (n = 20)", "7.1 (1.0)", "3.2 (0.9)"],
        ["Midazolam (n = 19)", "7.0 (1.1)", "5.0 (1.3)"],
        ["Sleep quality, mean (SD)", "", ""],
        ["Ketamine (n = 20)", "2.1 (0.4)", "4.2 (0.8)"],
        ["Midazolam (n = 19)", "2.2 (0.5)", "3.1 (0.7)"],
    ]  # fmt: skip
    given = asked(Paper().table(rows).read(), "sleep quality", "continuous")
    assert numbers(given) == ["4.2", "0.8", "20", "3.1", "0.7", "19"]


def test_blocks_of_time_over_the_arms() -> None:
    rows = [
        ["", "Baseline~", "3 months~", "6 months~"],
        ["", "Ketamine", "Midazolam", "Ketamine", "Midazolam", "Ketamine", "Midazolam"],
        ["Fatigue", "5.5 ± 1.1", "5.4 ± 1.2", "4.0 ± 1.3", "4.9 ± 1.4", "3.1 ± 1.5", "4.4 ± 1.6"],
    ]
    document = Paper().table(rows, head=2).read()
    assert numbers(asked(document, "fatigue", "continuous"))[:2] == ["3.1", "1.5"]
    assert numbers(asked(document, "fatigue", "continuous", when="3 months"))[:2] == ["4.0", "1.3"]
    assert numbers(asked(document, "fatigue at baseline", "continuous"))[:2] == ["5.5", "1.1"]


def test_the_arm_is_named_once_for_several_rows() -> None:
    rows = [
        ["Variable", "Group", "n", "Before", "After"],
        ["Pain", "Ketamine", "30", "7.1 ± 1.0", "3.2 ± 0.9"],
        ["", "Midazolam", "31", "7.0 ± 1.1", "5.0 ± 1.3"],
        ["Sleep", "Ketamine", "30", "2.1 ± 0.4", "4.2 ± 0.8"],
        ["", "Midazolam", "31", "2.2 ± 0.5", "3.1 ± 0.7"],
    ]
    given = asked(Paper().table(rows).read(), "sleep", "continuous")
    assert numbers(given) == ["4.2", "0.8", "30", "3.1", "0.7", "31"]


def test_both_arms_may_be_the_same_people_before_and_after() -> None:
    told = Paper().say("A total of 19 patients took part.")
    document = told.table([["", "Before training", "After training"], ["Pain", "6.1 ± 1.0", "2.0 ± 0.8"]]).read()
    given = asked(document, "pain", "continuous", arms=("post-training", "pre-training"))
    assert numbers(given) == ["2.0", "0.8", "19", "6.1", "1.0", "19"]


def test_a_cell_that_holds_both_arms() -> None:
    rows = [["Variable", "Mean ± SD; ketamine (midazolam)"], ["Anxiety", "10.1 ± 2.0 (12.3 ± 2.5)"]]
    assert numbers(asked(Paper().table(rows).read(), "anxiety", "continuous")) == ["10.1", "2.0", "", "12.3", "2.5", ""]


def test_names_that_a_note_or_the_text_explains() -> None:
    told = Paper().say("We compared cognitive behavioural therapy (CBT) with usual care.")
    rows = [["", "CBT (n = 11)", "Control (n = 12)"], ["Relapse", "3/11", "7/12"]]
    document = told.table(rows).read()
    assert numbers(asked(document, "relapse", arms=("cognitive behavioural therapy", "usual care"))) == [
        "3",
        "11",
        "7",
        "12",
    ]


def test_groups_by_letter() -> None:
    told = Paper().say("Group A received ketamine and group B received midazolam.")
    document = told.table([["", "Group B (n = 15)", "Group A (n = 14)"], ["Vomiting", "4 (26.7%)", "1 (7.1%)"]]).read()
    assert numbers(asked(document, "vomiting")) == ["1", "14", "4", "15"]


def test_of_two_arms_the_one_without_a_known_name_is_the_other() -> None:
    document = (
        Paper().table([["", "Gloved (n = 30)", "Without glove (n = 31)"], ["Leakage", "2 (6.7)", "4 (12.9)"]]).read()
    )
    assert numbers(asked(document, "leakage", arms=("hand cover", "gloveless"))) == ["2", "30", "4", "31"]


@pytest.mark.parametrize(
    ("words", "kind", "expected"),
    [
        (
            "Duration of pain was 51.2 ± 30.1, 44.4 ± 25.5 and 20.3 ± 11.8 h in propofol, ketamine and midazolam respectively.",
            "continuous", ["44.4", "25.5", "", "20.3", "11.8", ""],
        ),
        ("Pain was relieved in 81/104 (77.9%) with ketamine vs 60/97 with midazolam.", "binary", ["81", "104", "60", "97"]),
        ("Of those given midazolam 5 of 40 had pain, and 12 of 41 given ketamine.", "binary", ["12", "41", "5", "40"]),
        (
            "Nausea (ketamine 12/40, midazolam 21/38) and pain (ketamine 10/40, midazolam 5/38) were common.",
            "binary", ["10", "40", "5", "38"],
        ),
        ("Patients had pain (midazolam, 8/20 [40%]; ketamine, 3/21 [14%]).", "binary", ["3", "21", "8", "20"]),
        (
            "Mean pain was 3.1 (SD 1.2) in the ketamine group and 4.5 (SD 1.4) in the midazolam group.",
            "continuous", ["3.1", "1.2", "", "4.5", "1.4", ""],
        ),
        (
            "Pain decreased from 7.2 ± 1.0 to 2.1 ± 0.5 with ketamine and from 7.1 ± 1.1 to 3.2 ± 0.6 with midazolam.",
            "continuous", ["2.1", "0.5", "", "3.2", "0.6", ""],
        ),
        ("Two patients in the ketamine group and seven in the midazolam group had pain.", "binary", ["2", "", "7", ""]),
        (
            "Pain did not change with ketamine (5.1 ± 1.0 vs. 4.9 ± 1.1) but did with midazolam (5.2 ± 1.2 vs. 3.0 ± 0.8).",
            "continuous", ["4.9", "1.1", "", "3.0", "0.8", ""],
        ),
    ],
)  # fmt: skip
def test_sentences(words: str, kind: str, expected: list[str]) -> None:
    document = Paper().table([["", "Propofol", "Ketamine", "Midazolam"], ["Age", "40", "41", "39"]]).say(words).read()
    given = asked(document, "pain", kind)
    assert numbers(given) == expected
    assert quotes_hold(given, document.text)


def test_percentages_give_events_that_are_marked_as_derived() -> None:
    document = Paper().table([HEAD, ["Response (%)", "55.0", "21.1", "0.01"]]).read()
    given = asked(document, "response")
    assert numbers(given) == ["22", "40", "8", "38"]
    items = answers_table([given]).rows[0][-1]
    events = given.values["intervention_events"]
    assert f"intervention_events~events_from_percent_and_n@{events.start}-{events.end}" in items
    assert "intervention_n@" in items


def test_a_printed_count_wins_over_one_that_a_percentage_gives() -> None:
    told = Paper().say("Response was seen in 55.0% with ketamine and in 21.1% with midazolam.")
    given = asked(told.table([HEAD, ["Responders", "22/40", "8/38", "0.01"]]).read(), "response")
    assert numbers(given) == ["22", "40", "8", "38"]
    assert not any(one.rule for one in given.values.values())


def populations() -> Paper:
    rows = [
        ["", "Ketamine (n = 90)", "Midazolam (n = 88)"],
        ["Patient populations, n", "", ""],
        ["Patients with insomnia", "31", "29"],
        ["Patients with HDRS total score ≥20", "44", "40"],
        ["Reasons for leaving, n", "", ""],
        ["Patients with nausea", "5", "3"],
    ]
    return Paper().table(rows, "Table 1 Who took part")


CHANGES = "The change in sleep quality was -4.9 ± 1.2 with ketamine and -3.1 ± 1.4 with midazolam."


@pytest.mark.parametrize(
    ("outcome", "people"),
    [
        ("change in sleep quality in patients with insomnia", ["31", "29"]),
        ("change in sleep quality, HDRS 20 or more", ["44", "40"]),
        ("change in sleep quality", ["90", "88"]),
        ("change in sleep quality in patients with nausea", ["90", "88"]),  # a count of events is no sample
    ],
)
def test_a_question_about_a_subgroup_counts_the_people_of_the_subgroup(outcome: str, people: list[str]) -> None:
    document = populations().say(CHANGES).read()
    assert numbers(asked(document, outcome, "continuous"))[2::3] == people


def test_a_sentence_takes_its_sizes_from_the_table_that_states_the_same() -> None:
    rows = [
        ["", "Ketamine~", "Midazolam~"],
        ["", "N", "Mean (SE)", "N", "Mean (SE)"],
        ["Total", "83", "16.0 (1.9)", "39", "10.9 (2.6)"],
        ["Mood", "90", "11.0 (1.8)", "45", "12.9 (2.4)"],
    ]
    people = "We randomized 170 patients to ketamine (n = 115) or midazolam (n = 55)."
    result = "The mean total score of fatigue severity was 16.0 with ketamine and 10.9 with midazolam."
    document = Paper().say(people).say(result).table(rows, "Fatigue at the end", head=2).read()
    assert numbers(asked(document, "fatigue severity total", "continuous")) == ["16.0", "", "83", "10.9", "", "39"]


@pytest.mark.parametrize(("rank", "people"), [(2, []), (1, ["20", "20"])])
def test_what_a_protocol_counts_is_planned(rank: int, people: list[str]) -> None:
    """A heading below the methods, such as `Safety`, tells no results."""
    document = Paper().say("Patients receive ketamine (n = 20) or midazolam (n = 20).").read()
    methods = Section("methods", "Methods", 1, 0, len(document.text))
    document = replace(document, sections=(methods, Section("results", "Safety", rank, 0, len(document.text))))
    given = asked(document, "fatigue", "continuous")
    assert [one.value for cell, one in given.values.items() if cell.endswith("_n")] == people


def test_what_only_a_figure_shows_is_left_empty() -> None:
    document = replace(ADVERSE.read())
    told = Paper().table([HEAD, ["Nausea", "12 (30)", "5 (13)", ""]])
    document = told.say("Figure 1 Ghrelin concentrations in both arms", "caption").read()
    given = asked(document, "ghrelin", "continuous")
    assert given.status == "only_in_figure"
    assert {cell for cell in given.values if not cell.endswith("_n")} == set()
    assert asked(document, "creatinine", "continuous").status == "not_reported"


def test_a_median_a_standard_error_and_a_baseline_are_no_answer() -> None:
    rows = [
        ["", "Ketamine", "Midazolam"],
        ["Cough, median (IQR)", "3.1 (2.0-4.0)", "4.5 (3.3-5.5)"],
        ["Fever, mean (SE)", "2.5 (0.4)", "2.8 (0.5)"],
    ]
    document = (
        Paper()
        .table(rows)
        .table([["", "Ketamine", "Midazolam"], ["Weight", "70.1 ± 9.9", "71.0 ± 8.8"]], "Baseline data")
        .read()
    )
    assert asked(document, "cough", "continuous").status == "not_reported"
    assert numbers(asked(document, "fever", "continuous")) == ["2.5", "", "", "2.8", "", ""]
    assert asked(document, "weight", "continuous").status == "not_reported"


def test_a_document_that_could_not_be_read_fails_its_questions() -> None:
    given = asked(Document("trial", "trial.xml", "0", "jats", status="failed"), "nausea")
    assert (given.status, dict(given.values)) == ("failed", {})


@given(st.integers(1, 400), st.integers(1, 400), st.data())
def test_swapping_the_arms_swaps_the_answer(one: int, two: int, data: st.DataObject) -> None:
    events = [data.draw(st.integers(0, people)) for people in (one, two)]
    rows = [
        ["", f"Ketamine (n = {one})", f"Midazolam (n = {two})"],
        ["Nausea", f"{events[0]}/{one}", f"{events[1]}/{two}"],
    ]
    document = Paper().table(rows).read()
    there, back = asked(document, "nausea"), asked(document, "nausea", arms=("midazolam", "ketamine"))
    assert numbers(there) == [str(events[0]), str(one), str(events[1]), str(two)]
    assert numbers(back) == numbers(there)[2:] + numbers(there)[:2]
    assert quotes_hold(there, document.text)


@given(st.integers(1, 1000), st.data(), st.integers(0, 2))
def test_events_from_a_percentage_are_those_that_gave_it(people: int, data: st.DataObject, decimals: int) -> None:
    events = data.draw(st.integers(0, people))
    share = f"{100 * events / people:.{decimals}f}"
    derived = derived_events(Found(share, 0, 1), Found(str(people), 2, 3))
    assert derived is not None
    assert abs(100 * int(derived.value) / people - float(share)) <= 10**-decimals


def questions(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_question_file_is_read(tmp_path: Path) -> None:
    path = questions(
        tmp_path / "q.csv",
        "comparator,intervention,outcome,document_id\nplacebo,ketamine,nausea,\nplacebo,ketamine,pain,a\n",
    )
    one, two = read_questions(path)
    assert (one.number, one.intervention, one.comparator, one.asks("a"), one.asks("b")) == (
        1,
        "ketamine",
        "placebo",
        True,
        True,
    )
    assert (two.number, two.asks("a"), two.asks("b")) == (2, True, False)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("intervention,comparator\na,b\n", "row 1: the column outcome is missing"),
        ("intervention,comparator,outcome,dose\na,b,c,d\n", "row 1: there is no column 'dose'"),
        ("intervention,comparator,outcome\n", "row 2: holds no question"),
        ("intervention,comparator,outcome\na,b,c\na,,c\n", "row 3: comparator is empty"),
        ("intervention,comparator,outcome,outcome_type\na,b,c,ordinal\n", "row 2: outcome_type is 'ordinal'"),
        ("intervention,comparator,outcome\na,b\n", "row 2: 2 cells where 3 belong"),
        ("intervention,comparator,outcome\na,A,c\n", "row 2: intervention and comparator are the same"),
    ],
)
def test_a_bad_question_file_is_one_line_that_names_file_row_and_mend(tmp_path: Path, text: str, fault: str) -> None:
    path = questions(tmp_path / "q.csv", text)
    with pytest.raises(RowFault) as caught:
        read_questions(path)
    assert str(caught.value).startswith(f"{path}: {fault}")
    assert "\n" not in str(caught.value)


def test_a_value_that_a_spreadsheet_could_take_for_a_formula_stays_the_number_that_was_read() -> None:
    given = Answer("=trial", 1, "continuous", "partial", {"intervention_mean": Found("-0.7", 3, 7)})
    written = csv_files({"answers": answers_table([given])})["answers.csv"].decode()
    (row,) = csv.DictReader(written.splitlines())
    assert tuple(row) == HEADER
    assert row["intervention_mean"] == "-0.7"
    assert row["document_id"] == "=trial"  # names of documents stand unchanged in every table


def test_the_command_writes_answers_and_refuses_a_bad_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paper = tmp_path / "trial.txt"
    paper.write_text(
        "Results\n\nNausea occurred in 12/40 patients with ketamine and in 5/38 with midazolam.\n", encoding="utf-8"
    )
    asked_file = questions(tmp_path / "q.csv", "intervention,comparator,outcome\nketamine,midazolam,nausea\n")
    out = tmp_path / "out"
    assert (
        run_command_line(
            ["extract", str(paper), "--out", str(out), "--questions", str(asked_file), "--no-cache", "--workers", "1"]
        )
        == 0
    )
    (row,) = csv.DictReader((out / "answers.csv").read_text(encoding="utf-8").splitlines())
    assert [row[name] for name in HEADER[3:7]] == ["12", "40", "5", "38"]
    text = (out / "texts" / "trial.txt").read_text(encoding="utf-8")
    for item in row["items"].split(";"):
        column, _, span = item.partition("@")
        start, _, end = span.partition("-")
        assert text[int(start) : int(end)] == row[column]
    capsys.readouterr()
    questions(asked_file, "intervention,comparator,outcome,document_id\nketamine,midazolam,nausea,other\n")
    assert run_command_line(["extract", str(paper), "--out", str(out), "--questions", str(asked_file)]) == 2
    assert f"{asked_file}: row 2: document_id 'other' is none of the documents" in capsys.readouterr().err


def test_a_sentence_that_cites_tells_of_other_studies() -> None:
    words = "Response was seen in 10/20 patients given alphadrug and 4/20 given placebo [6]."
    asked = Question(1, "alphadrug", "placebo", "response", outcome_type="binary")
    document = Paper().say(words).read()
    assert answer(study(document), asked).status == "answered"
    start = words.index("[6]")
    cited = replace(document, citations=(Citation(start, start + 3, ("6",)),))
    assert answer(study(cited), asked).status != "answered"


def test_a_time_is_no_mean_and_half_a_number_is_none() -> None:
    words = "Mean pain was milder 24 h after alphadrug than 24 h after placebo: the difference was 7.6 points."
    asked = Question(1, "alphadrug", "placebo", "pain", outcome_type="continuous")
    found = answer(study(Paper().say(words).read()), asked).values
    assert "intervention_mean" not in found
    assert "comparator_mean" not in found
