"""The real review, typeset as a two-column article and as a line-numbered manuscript, held against its plain text."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from pipeline.document import Document
from pipeline.read import find, read

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not CORPUS.is_dir(), reason=f"{CORPUS} is not here: the review may not be redistributed"),
]
PDFS = ("review_two_column.pdf", "review_manuscript.pdf")


@pytest.fixture(scope="module", params=PDFS)
def review(request: pytest.FixtureRequest) -> Document:
    return read(find([CORPUS / request.param])[0])


def letters(text: str) -> str:
    """The text without spaces, hyphens and quotation marks, which its plain text garbles."""
    return re.sub(r"[\s\-“”^]|\bB(?=[a-z]+-)|(?<= )B(?=real|ketamine|off)", "", text)


def prose() -> str:
    text = (CORPUS / "review.txt").read_text(encoding="utf-8")
    return text[: text.index("Table 1 Randomized")] + text[text.index(" course of treatment. Shiroma") :]


def test_the_trial_table_is_read_to_the_last_cell(review: Document) -> None:
    (table,) = review.tables
    assert (table.rows, table.columns, len(table.cells)) == (10, 9, 90)
    truth = " ".join((CORPUS / "review.txt").read_text(encoding="utf-8").split())
    for row in range(10):
        cells = [cell for cell in table.cells if cell.row == row]
        printed = " ".join(
            review.text[cell.start : cell.end] + "".join(cell.marks) for cell in cells if row or cell.column < 8
        )
        assert printed in truth
        assert all(cell.header == (row == 0) for cell in cells)
    heads = [review.text[cell.start : cell.end] for cell in table.cells if cell.header]
    assert heads[2:4] == ["Dose (mg/kg)", "Treatment schedule"]
    assert heads[8] == "Response rate (%)"
    assert {mark for cell in table.cells for mark in cell.marks} == {"a", "b"}
    assert sum(review.text[cell.start : cell.end] == "–" for cell in table.cells) == 2


def test_the_table_has_its_caption_and_its_notes(review: Document) -> None:
    (table,) = review.tables
    assert table.caption is not None
    assert review.text[slice(*table.caption)].startswith("Table 1 Randomized")
    assert [note.mark for note in table.notes] == ["", "a", "b"]
    assert review.text[table.notes[1].start : table.notes[1].end].startswith("Response rate was defined")


def test_the_prose_is_all_there_and_in_order(review: Document) -> None:
    found = "\n".join(review.text[b.start : b.end] for b in review.blocks if b.kind in ("heading", "paragraph"))
    truth, read_ = letters(prose()), letters(found)
    same = sum(block.size for block in SequenceMatcher(None, truth, read_, autojunk=False).get_matching_blocks())
    assert same / len(truth) >= 0.998
    assert same / len(read_) >= 0.998


def test_no_hyphen_is_left_that_the_review_does_not_have(review: Document) -> None:
    """Held against the joined lines: a word with a hyphen must stand there with it, at least at the end of a line."""
    truth = re.sub(r"-\n", "-", (CORPUS / "review.txt").read_text(encoding="utf-8"))
    whole = re.sub(r"-\n", "", (CORPUS / "review.txt").read_text(encoding="utf-8")).lower()
    for word in set(re.findall(r"[a-zA-Z]{2,}-[a-z]{2,}\b", review.text)):
        plain = re.search(rf"\b{word.replace('-', '')}\b".lower(), whole)
        assert word.lower() in truth.lower() or plain is None, word


def test_every_word_stands_where_it_says(review: Document) -> None:
    assert all(review.text[word.start : word.end].strip() for word in review.words)
    covered = "".join(review.text[word.start : word.end] for word in review.words)
    assert covered == "".join(review.text.split())


def test_furniture_stays_out(review: Document) -> None:
    assert "Curr Behav Neurosci Rep (2015)" not in review.text
    assert "Author manuscript" not in review.text


def test_citations_are_expanded_and_unresolved_without_a_list(review: Document) -> None:
    assert len(review.citations) > 95
    assert all(citation.labels == citation.unresolved for citation in review.citations)
    assert any(citation.labels == ("52", "59", "62", "63", "64", "65") for citation in review.citations)
