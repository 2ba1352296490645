"""The table of fields against what it points to: columns, vocabularies, finders."""

from __future__ import annotations

import dataclasses
import re

import pytest

from pipeline.annotate.quantities import FINDERS
from pipeline.compare import UNIT_COLUMN
from pipeline.evidence import COLUMNS, Mention
from pipeline.fields import BY_NAME, FIELDS, PEOPLE, VOCABULARY_OF, Field, Quantities, Role, Terms, with_role
from pipeline.gold.form import MEASURES
from pipeline.vocabulary import vocabulary

# What a finder may put into a mention's parts.
PARTS = {"sd", "se", "events", "total", "level", "operator", "kind"}


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_a_field_fills_columns_of_the_evidence_each_once(field: Field) -> None:
    filled = list(field.columns.values())
    assert filled
    assert set(filled) <= set(COLUMNS)
    assert len(filled) == len(set(filled))


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_columns_are_filled_by_what_a_mention_holds(field: Field) -> None:
    assert field.columns.keys() <= {name.name for name in dataclasses.fields(Mention)} | PARTS


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_a_quantity_with_a_unit_fills_the_unit_column_of_its_value(field: Field) -> None:
    if "unit" in field.columns:
        assert UNIT_COLUMN[field.columns["value"]] == field.columns["unit"]


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_a_field_has_a_vocabulary_or_a_finder_that_exists(field: Field) -> None:
    if isinstance(field.finder, Terms):
        assert vocabulary(field.finder.vocabulary)
        assert "value" not in field.columns
    else:
        assert isinstance(field.finder, Quantities)
        assert field.finder.finder in FINDERS
        assert not field.finder.vocabulary or vocabulary(field.finder.vocabulary)


def test_every_finder_serves_a_field() -> None:
    used = {field.finder.finder for field in FIELDS if isinstance(field.finder, Quantities)}
    assert used == FINDERS.keys()


def test_names_are_unique_and_fit_for_spacy() -> None:
    assert len(BY_NAME) == len(FIELDS)
    assert all(re.fullmatch(r"[a-z_]+", field.name) for field in FIELDS)


def test_every_role_is_played_and_with_role_keeps_the_order() -> None:
    assert {field.role for field in FIELDS} == set(Role)
    assert with_role(*Role) == FIELDS
    assert with_role() == ()


def test_only_results_have_a_measure_and_it_is_one_of_the_evidence() -> None:
    for field in FIELDS:
        assert bool(field.measure) == (field.role is Role.MEASUREMENT), field.name
        assert field.measure in (*MEASURES, "")


def test_headers_are_words_as_a_tables_header_is_split() -> None:
    words = [word for field in FIELDS for word in field.headers]
    assert [word for word in words if not re.fullmatch(r"%|[a-z]+(?:-[a-z]+)*", word)] == []


def test_no_header_is_named_twice_by_a_field() -> None:
    assert all(len(set(field.headers)) == len(field.headers) for field in FIELDS)


def test_no_two_fields_of_one_role_are_announced_by_the_same_first_header() -> None:
    firsts = [field.headers[0] for field in FIELDS if field.headers]
    assert len(firsts) == len(set(firsts))


def test_columns_with_a_vocabulary_exist() -> None:
    assert VOCABULARY_OF.keys() <= set(COLUMNS)
    assert all(vocabulary(name) for name in VOCABULARY_OF.values())


def test_every_column_but_the_derived_is_filled_by_a_field() -> None:
    filled = {column for field in FIELDS for column in field.columns.values()}
    derived = {"citations", "arm", "arm_n", "comparator", "comparator_dose", "comparator_dose_unit", "measure"}
    assert filled | derived == set(COLUMNS)
    assert not filled & derived


@pytest.mark.parametrize("word", ["patient", "patients", "adults", "women", "veterans", "elderly"])
def test_people_are_known(word: str) -> None:
    assert re.fullmatch(PEOPLE, word)


def test_things_are_no_people() -> None:
    assert not re.fullmatch(PEOPLE, "trials")
