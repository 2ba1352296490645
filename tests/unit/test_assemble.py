"""Records, by examples that a clinician can write (see `stated`), and by laws that hold for any document."""

from __future__ import annotations

import pytest

from pipeline.document import Document
from pipeline.evidence import COLUMNS

from stated import Stated, parameters, records_of, stated, states_what_it_lists

EXAMPLES = stated("records.txt")


@pytest.mark.parametrize("example", parameters(EXAMPLES))
def test_states_the_records_that_the_example_lists_and_no_others(example: Stated) -> None:
    states_what_it_lists(example)


def test_the_examples_name_columns_that_exist_and_have_names_of_their_own() -> None:
    known = {*COLUMNS, "study", "source"}
    assert [
        (one.name, columns.keys() - known) for one in EXAMPLES for columns in one.expected if columns.keys() - known
    ] == []
    assert len({one.name for one in EXAMPLES}) == len(EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"line{one.line}")
def test_every_value_quotes_the_text_at_its_place(example: Stated) -> None:
    document = example.document
    for record in records_of(document):
        assert record.document_id == document.document_id
        assert record.quote == document.text[record.start : record.end]
        for item in record.items:
            assert item.quote == document.text[item.start : item.end]
            assert item.quote.strip()
            assert item.rule


def test_no_value_is_empty() -> None:
    values = [item.value for example in EXAMPLES for record in records_of(example.document) for item in record.items]
    assert "" not in values


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"line{one.line}")
def test_a_record_has_a_column_once_in_the_order_of_the_evidence(example: Stated) -> None:
    for record in records_of(example.document):
        places = [COLUMNS.index(item.column) for item in record.items]
        assert places == sorted(set(places))


def test_records_stand_in_the_order_of_the_text() -> None:
    for example in EXAMPLES:
        starts = [record.start for record in records_of(example.document)]
        assert starts == sorted(starts)


def test_a_document_without_text_states_nothing() -> None:
    assert records_of(Document("d", "d.txt", "0", "txt")) == ()
