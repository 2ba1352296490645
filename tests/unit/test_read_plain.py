"""Finding documents, and reading plain text and JSON Lines without touching a character."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pipeline.document import Document, Input
from pipeline.read import find, read
from pipeline.read.plain import marked

PAPER = """A trial of rest in tired people

Abstract Rest may help. We asked whether it does.

Methods
Ten people rested for
an hour [1].

Results

After an hour of rest they were less tired than they had been before it, which nobody had

expected of them [2].

Table 1. Who rested

Arm N Rested

Rest 10 9

References

1. Doe A. On rest. J Rest. 2001;1:2-3.
2. Roe B. Expectations of rest.
J Rest. 2002;2:3-4.
"""


def document(text: str) -> Document:
    return marked(Document("d", "d.txt", "", "txt", text))


def blocks(read_: Document) -> list[tuple[str, str]]:
    return [(block.kind, read_.text[block.start : block.end]) for block in read_.blocks]


def test_paragraphs_headings_and_entries() -> None:
    found = document(PAPER)
    assert found.text == PAPER
    assert blocks(found) == [
        ("title", "A trial of rest in tired people"),
        ("paragraph", "Abstract Rest may help. We asked whether it does."),
        ("heading", "Methods"),
        ("paragraph", "Ten people rested for\nan hour [1]."),
        ("heading", "Results"),
        (
            "paragraph",
            "After an hour of rest they were less tired than they had been before it, "
            "which nobody had\n\nexpected of them [2].",
        ),
        ("caption", "Table 1. Who rested"),
        ("table", "Arm N Rested"),
        ("table", "Rest 10 9"),
        ("heading", "References"),
        ("reference", "1. Doe A. On rest. J Rest. 2001;1:2-3."),
        ("reference", "2. Roe B. Expectations of rest.\nJ Rest. 2002;2:3-4."),
    ]
    assert [(section.kind, section.title) for section in found.sections] == [
        ("front", ""),
        ("abstract", "Abstract"),
        ("methods", "Methods"),
        ("results", "Results"),
        ("references", "References"),
    ]
    assert [(cited.labels, cited.unresolved) for cited in found.citations] == [(("1",), ()), (("2",), ())]
    assert [each.year for each in found.references] == ["2001", "2002"]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300))
def test_blocks_never_overlap_and_the_text_is_untouched(text: str) -> None:
    found = document(text)
    assert found.text == text
    assert all(one.end <= two.start for one, two in zip(found.blocks, found.blocks[1:], strict=False))
    for block in found.blocks:
        held = text[block.start : block.end]
        assert held
        assert held == held.strip()


def test_a_jsonl_file_holds_a_document_a_line(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    lines = [
        json.dumps({"id": "one", "text": "First."}),
        "",
        json.dumps({"id": "one", "text": "Second."}),
        "{oops",
        json.dumps({"id": 4}),
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    inputs = find([path])
    assert [(each.document_id, each.line) for each in inputs] == [("one", 1), ("one-2", 3), ("many-4", 4), ("4", 5)]
    found = [read(each) for each in inputs]
    assert [each.text for each in found] == ["First.", "Second.", "", ""]
    assert [each.status for each in found] == ["ok", "ok", "failed", "failed"]
    assert found[2].reason.startswith("line 4: not JSON")
    assert found[3].reason.startswith("line 5: it has no")


def test_folders_are_walked_in_sorted_order(tmp_path: Path) -> None:
    for name in ("b/paper.txt", "a/paper.txt", "a/notes.md", "c.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("Words.", encoding="utf-8")
    assert [each.document_id for each in find([tmp_path])] == ["paper", "paper-2", "c"]


def test_text_that_is_not_utf8_says_so(tmp_path: Path) -> None:
    path = tmp_path / "odd.txt"
    path.write_bytes(b"caf\xe9")
    found = read(Input("odd", str(path)))
    assert (found.status, found.reason.split(":")[0]) == ("failed", "not UTF-8")


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    assert read(Input("gone", str(tmp_path / "gone.pdf"))).reason.startswith("cannot be opened")
