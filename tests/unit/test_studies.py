"""Who a statement is about: ids from the bibliography, and from what is printed before a citation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.assemble.studies import Studies, study_ids
from pipeline.document import Block, Citation, Document, Reference, Section, SectionKind
from pipeline.names import slug, study_id, surname


def references(*entries: tuple[str, str, str]) -> tuple[Reference, ...]:
    """Entries of label, first author and year."""
    return tuple(Reference(label, 0, 0, (author,) if author else (), year) for label, author, year in entries)


def document(
    text: str, *labels: str, entries: tuple[Reference, ...] = (), kinds: tuple[SectionKind, ...] = ()
) -> Document:
    """A document with a citation at each `[label]` of the text."""
    places = []
    for label in labels:
        start = text.index(f"[{label}]")
        places.append(Citation(start, start + len(label) + 2, tuple(label.split(", "))))
    sections = tuple(Section(kind, kind, 1, 0, len(text)) for kind in kinds)
    blocks = (Block("paragraph", 0, len(text)),)
    return Document(
        "doc",
        "doc.txt",
        "0",
        "txt",
        text,
        blocks=blocks,
        sections=sections,
        references=entries,
        citations=tuple(places),
    )


@pytest.mark.parametrize(
    ("author", "year", "expected"),
    [
        ("Zarate CA Jr", "2006", "zarate2006"),
        ("aan het Rot M", "2010", "aanhetrot2010"),
        ("Wan, L. B.", "2015", "wan2015"),
        ("van der Meer A", "1999", "vandermeer1999"),
        ("O'Brien J-P", "2001", "obrien2001"),
        ("Müller K", "2012", "muller2012"),
        ("García-López M", "2020", "garcialopez2020"),
        ("Smith", "1984", "smith1984"),
    ],
)
def test_a_study_is_called_by_its_first_author_and_year(author: str, year: str, expected: str) -> None:
    assert study_ids(references(("1", author, year))) == {"1": expected}


def test_the_second_of_a_name_gets_b_and_the_third_c_in_the_order_of_the_list() -> None:
    entries = references(("4", "Ito K", "2013"), ("2", "Ito M", "2013"), ("9", "Abe K", "2013"), ("1", "Ito K", "2013"))
    assert study_ids(entries) == {"4": "ito2013", "2": "ito2013b", "9": "abe2013", "1": "ito2013c"}


def test_an_entry_without_author_or_year_is_called_by_its_label() -> None:
    held = Studies.of(
        document("Seen [1] and [2].", "1", "2", entries=references(("1", "", "2001"), ("2", "Ito K", "")))
    )
    assert [held.cited(one) for one in document("Seen [1] and [2].", "1", "2").citations] == [("ref1",), ("ref2",)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It was seen [49].", "ref49"),
        ("Zarate et al. [49] saw it.", "zarate-ref49"),
        ("Zarate et al., [49] saw it.", "zarate-ref49"),
        ("Ito and Abe [49] saw it.", "ito-ref49"),
        ("Ito and colleagues [49] saw it.", "ito-ref49"),
        ("As aan het Rot et al. [49] saw.", "aanhetrot-ref49"),
        ("As van der Meer et al. [49] saw.", "vandermeer-ref49"),
        ("It was seen by many others [49].", "ref49"),
    ],
)
def test_a_label_that_no_bibliography_explains_takes_the_author_before_it(text: str, expected: str) -> None:
    cited = document(text, "49")
    assert Studies.of(cited).cited(cited.citations[0]) == (expected,)


def test_the_author_belongs_to_the_first_label_only() -> None:
    cited = document("Ito et al. [4, 5] saw it.", "4, 5")
    assert Studies.of(cited).cited(cited.citations[0]) == ("ito-ref4", "ref5")


def test_a_label_keeps_its_name_wherever_it_is_cited() -> None:
    cited = document("It was seen [4]. Ito et al. [5] did not. So Abe said [5], and others [4].", "4", "5")
    later = Citation(0, 1, ("5", "4"))
    assert Studies.of(cited).cited(later) == ("ito-ref5", "ref4")


def test_the_bibliography_wins_over_what_is_printed() -> None:
    cited = document("Abe et al. [4] saw it.", "4", entries=references(("4", "Ito K", "2013")))
    assert Studies.of(cited).cited(cited.citations[0]) == ("ito2013",)


@pytest.mark.parametrize(
    ("kinds", "own"),
    [
        (("methods", "results"), True),
        (("abstract", "methods", "results", "discussion"), True),
        (("abstract",), True),
        (("introduction", "discussion"), False),
        (("methods",), False),
        ((), False),
    ],
)
def test_a_report_of_a_study_has_methods_and_results_or_is_an_abstract(
    kinds: tuple[SectionKind, ...], own: bool
) -> None:
    assert Studies.of(document("Text.", kinds=kinds)).reports_own is own


def test_an_abstract_that_cites_is_none_of_its_own() -> None:
    assert not Studies.of(document("As seen [4].", "4", kinds=("abstract",))).reports_own


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("Ito 2011", "ito2011"), ("Ito et al. (2011)", "ito2011"), ("Adults", ""), ("2011", ""), ("", "")],
)
def test_a_row_names_a_study_by_author_and_year(cell: str, expected: str) -> None:
    assert Studies({}, reports_own=False).named(cell) == expected


@given(st.text(max_size=30))
def test_a_slug_holds_lower_case_letters_and_digits_only(name: str) -> None:
    made = slug(name)
    assert made == slug(made)
    assert all(character.isascii() and (character.islower() or character.isdigit()) for character in made)


@given(
    st.lists(st.tuples(st.sampled_from(["Ito K", "Abe M", "Wan, L."]), st.sampled_from(["2001", "2002"])), max_size=20)
)
def test_no_two_entries_get_one_id(entries: list[tuple[str, str]]) -> None:
    listed = references(*((str(place), *entry) for place, entry in enumerate(entries)))
    ids = study_ids(listed)
    assert len(ids) == len(entries) == len(set(ids.values()))


@pytest.mark.parametrize("author", ["Zarate CA Jr", "aan het Rot M", "Müller K", "García-López M", "Brønsted J"])
def test_a_document_of_the_corpus_has_the_id_that_its_citations_give(author: str) -> None:
    family = surname(author)
    assert slug(family) + "2006" == study_id(family, "2006")
