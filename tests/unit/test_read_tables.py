"""Tables of a PDF to cells: three rules, none, a full grid; two levels of heads, wrapped cells, notes and marks."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.document import Document, Table

from read_typeset import MANUSCRIPT, TWO_COLUMNS, reading

LINE = "This trial recruited people at many sites and followed them for a long time after the last visit of the study. "

RULED = "table.hline(stroke: 0.9pt), {head} table.hline(stroke: 0.5pt), {body} table.hline(stroke: 0.9pt)"
BARE = "{head} {body}"
HEAD = "[Arm], [Dose (mg/kg)], [N], [Change in score#super[a]], [Response (%)],"
BODY = (
    "[Ketamine], [0.5], [47], [−16.5 (2.1)], [64#super[b]],"
    "[Midazolam], [0.045], [25], [−8.8 (1.9)], [28],"
    "[No treatment], [–], [24], [−2.0 (0.8)], [4],"
)
NOTES = "#text(7pt)[IV intravenous, SD standard deviation\\ #super[a] Mean (SD)\\ #super[b] One was lost]"


def figure(rules: str, *, stroke: str = "none", columns: int = 5, head: str = HEAD, body: str = BODY) -> str:
    cells = rules.format(head=head, body=body)
    return (
        "#block(breakable: false, width: 100%)[#set text(8pt, hyphenate: false)\n"
        "#set par(first-line-indent: 0pt, justify: false)\n"
        f"*Table 1* Outcomes of the trial at one week\n#v(-3pt)\n"
        f"#table(columns: {columns}, stroke: {stroke}, inset: (x: 3pt, y: 3pt), align: left, {cells})\n"
        f"#v(-3pt)\n{NOTES}]\n\n"
    )


def table(document: Document) -> Table:
    (only,) = document.tables
    return only


def cells(document: Document) -> list[list[str]]:
    found = table(document)
    return [
        [
            document.text[cell.start : cell.end] if (cell := found.at(row, column)) else ""
            for column in range(found.columns)
        ]
        for row in range(found.rows)
    ]


WANTED = [
    ["Arm", "Dose (mg/kg)", "N", "Change in score", "Response (%)"],
    ["Ketamine", "0.5", "47", "−16.5 (2.1)", "64"],
    ["Midazolam", "0.045", "25", "−8.8 (1.9)", "28"],
    ["No treatment", "–", "24", "−2.0 (0.8)", "4"],
]


@pytest.mark.parametrize("style", [TWO_COLUMNS, MANUSCRIPT], ids=["two columns", "manuscript"])
@pytest.mark.parametrize(
    ("rules", "stroke"), [(RULED, "none"), (BARE, "none"), (BARE, "0.5pt")], ids=["three rules", "no rules", "grid"]
)
def test_cells_marks_and_notes(style: str, rules: str, stroke: str, tmp_path: Path) -> None:
    document = reading(style + "= Results\n" + LINE * 9 + "\n\n" + figure(rules, stroke=stroke) + LINE * 9, tmp_path)
    assert cells(document) == WANTED
    found = table(document)
    assert found.caption is not None
    assert document.text[found.caption.start : found.caption.end] == "Table 1 Outcomes of the trial at one week"
    marked = {document.text[cell.start : cell.end]: cell.marks for cell in found.cells if cell.marks}
    assert marked == {"Change in score": ("a",), "64": ("b",)}
    assert [(note.mark, document.text[note.start : note.end]) for note in found.notes] == [
        ("", "IV intravenous, SD standard deviation"),
        ("a", "Mean (SD)"),
        ("b", "One was lost"),
    ]
    assert all(cell.header == (cell.row == 0) for cell in found.cells)


def test_rows_stand_in_the_text_by_newline_and_cells_by_tab(tmp_path: Path) -> None:
    document = reading(TWO_COLUMNS + "= Results\n" + LINE * 9 + "\n\n" + figure(RULED) + LINE * 3, tmp_path)
    (block,) = [block for block in document.blocks if block.kind == "table"]
    assert document.text[block.start : block.end].split("\n")[2] == "Midazolam\t0.045\t25\t−8.8 (1.9)\t28"


def test_a_paragraph_that_a_table_interrupts_stays_whole(tmp_path: Path) -> None:
    """The table floats to the top of the second page; the sentence that runs on under it is one block before it."""
    floated = '#place(top, scope: "parent", float: true)[' + figure(RULED) + "]\n"
    long = " ".join(f"Sentence {number} of it says {LINE.strip().lower()}" for number in range(60))
    document = reading(TWO_COLUMNS + "= Results\n" + long + "#colbreak(weak: true)\n" + floated, tmp_path)
    found = table(document)
    (paragraph,) = [block for block in document.blocks if block.kind == "paragraph"]
    assert document.text[paragraph.start : paragraph.end] == long
    assert not paragraph.start < found.start < paragraph.end


def test_a_header_over_two_levels_spans_its_columns(tmp_path: Path) -> None:
    head = (
        "table.cell(rowspan: 2)[Outcome], table.cell(colspan: 2, align: center)[Ketamine (n = 47)], "
        "table.cell(colspan: 2, align: center)[Midazolam (n = 25)], table.hline(start: 1, end: 3, stroke: 0.4pt),"
        "table.hline(start: 3, end: 5, stroke: 0.4pt), [Mean], [SD], [Mean], [SD],"
    )
    body = (
        "[MADRS], [16.5], [2.1], [8.8], [1.9], [HAM-D], [12.0], [1.1], [7.5], [1.2],[QIDS], [9.1], [1.0], [6.2], [0.9],"
    )
    document = reading(TWO_COLUMNS + "= Results\n" + LINE * 9 + "\n\n" + figure(RULED, head=head, body=body), tmp_path)
    assert cells(document) == [
        ["Outcome", "Ketamine (n = 47)", "Ketamine (n = 47)", "Midazolam (n = 25)", "Midazolam (n = 25)"],
        ["Outcome", "Mean", "SD", "Mean", "SD"],
        ["MADRS", "16.5", "2.1", "8.8", "1.9"],
        ["HAM-D", "12.0", "1.1", "7.5", "1.2"],
        ["QIDS", "9.1", "1.0", "6.2", "0.9"],
    ]


def test_wrapped_cells_are_healed(tmp_path: Path) -> None:
    head = "[Study], [Dose (mg/\\ kg)], [Treatment sched-\\ ule],"
    body = (
        "[Doe and other authors of\\ a long-named study], [0.5], [Single], [Roe], [0.25], [Twice in one\\ week],"
        "[Poe], [1], [Daily],"
    )
    source = TWO_COLUMNS + "= Results\n" + LINE * 9 + "\n\n" + figure(RULED, columns=3, head=head, body=body)
    assert cells(reading(source, tmp_path)) == [
        ["Study", "Dose (mg/kg)", "Treatment schedule"],
        ["Doe and other authors of a long-named study", "0.5", "Single"],
        ["Roe", "0.25", "Twice in one week"],
        ["Poe", "1", "Daily"],
    ]


def test_a_table_goes_on_over_the_page(tmp_path: Path) -> None:
    body = "".join(
        f"[Study {number}], [{number}.5], [{number + 20}], [IV], [{number + 30}]," for number in range(10, 60)
    )
    source = figure(BARE, body=body).replace("breakable: false", "breakable: true")
    document = reading(MANUSCRIPT + "= Results\n" + LINE * 6 + "\n\n" + source + LINE * 3, tmp_path)
    read = cells(document)
    assert len(read) == 51
    assert read[1] == ["Study 10", "10.5", "30", "IV", "40"]
    assert read[50] == ["Study 59", "59.5", "79", "IV", "89"]


def test_running_text_that_names_a_table_is_no_table(tmp_path: Path) -> None:
    text = f"{LINE}Table 1 shows what became of them. {LINE}"
    document = reading(TWO_COLUMNS + "= Results\n" + "\n\n".join([text] * 6), tmp_path)
    assert document.tables == ()
    assert document.text.count("Table 1 shows") == 6
