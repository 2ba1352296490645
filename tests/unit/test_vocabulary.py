"""The vocabularies: laws of their form that hold for every row, and what the reader refuses."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.vocabulary import HEADER, VOCAB, Concept, VocabularyFault, read_vocabulary, vocabulary

FILES = sorted(path.stem for path in VOCAB.glob("*.csv"))
NAMED = ["designs", "diagnoses", "drugs", "outcomes", "routes", "scales"]
"""The vocabularies of things with names; the others (units, schedules, headings) have laws of their own."""

KINDS = {
    "designs": {"allocation", "masking", "structure", "control", "phase", "sites", "timing"},
    "drugs": {"drug", "inert", "class", "metabolite", "supplement", "vaccine"},
    "outcomes": {"benefit", "harm", "retention", "pharmacokinetic", "process"},
}
XREF = {
    "MESH": re.compile(r"D\d{6}(\d{3})?"),
    "DRUGBANK": re.compile(r"DB\d{5}"),
    "ICD10": re.compile(r"[A-Z]\d{2}(\.\d)?"),
}


def as_matched(name: str) -> str:
    """One form for all that count as the same name: case (but not of capitals), hyphens, dashes and spaces."""
    plain = re.sub(r"[\s\u2010-\u2015\u2212-]+", " ", name)
    return plain if plain.upper() == plain else plain.lower()


def owners(name: str) -> dict[str, list[Concept]]:
    found: dict[str, list[Concept]] = defaultdict(list)
    for concept in vocabulary(name):
        for printed in dict.fromkeys(map(as_matched, concept.names)):
            found[printed].append(concept)
    return found


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_read(name: str) -> None:
    assert len(vocabulary(name)) > 5


@pytest.mark.parametrize("name", NAMED)
def test_rows_are_sorted_by_an_id_of_plain_letters(name: str) -> None:
    ids = [concept.id for concept in vocabulary(name)]
    assert ids == sorted(ids)
    assert [one for one in ids if not re.fullmatch(r"[a-z0-9]+([_-][a-z0-9]+)*", one)] == []


@pytest.mark.parametrize("name", NAMED)
def test_a_name_belongs_to_one_concept_unless_every_row_that_shares_it_says_so(name: str) -> None:
    shared = {
        printed: [concept.id for concept in concepts]
        for printed, concepts in owners(name).items()
        if len(concepts) > 1
        and not all(re.search(rf"ambiguous: {re.escape(printed)}\b", concept.note) for concept in concepts)
    }
    assert shared == {}


@pytest.mark.parametrize("name", NAMED)
def test_names_are_clean(name: str) -> None:
    def unclean(printed: str) -> bool:
        return len(printed) < 2 or printed != " ".join(printed.split()) or not any(map(str.isalnum, printed))

    assert [
        (concept.id, printed) for concept in vocabulary(name) for printed in concept.names if unclean(printed)
    ] == []


@pytest.mark.parametrize("name", NAMED)
def test_a_name_that_a_note_warns_of_is_a_name_of_its_row(name: str) -> None:
    """A warning outlives the name that it is about unless something minds it."""
    stale = [
        (concept.id, warned)
        for concept in vocabulary(name)
        for warned in re.findall(r"ambiguous: (\S+) also", concept.note)
        if warned not in concept.names
    ]
    assert stale == []


@pytest.mark.parametrize("name", NAMED)
def test_a_kind_is_one_of_the_file(name: str) -> None:
    kinds = {concept.kind for concept in vocabulary(name)}
    assert kinds <= KINDS.get(name, kinds)
    assert "" not in kinds


@pytest.mark.parametrize("name", NAMED)
def test_a_reference_has_the_form_of_its_system_and_stands_once(name: str) -> None:
    for concept in vocabulary(name):
        assert len(set(concept.xrefs)) == len(concept.xrefs), concept.id
        for xref in concept.xrefs:
            system, _, code = xref.partition(":")
            assert XREF[system].fullmatch(code), f"{concept.id}: {xref}"


def test_no_two_drugs_are_the_same_drugbank_entry() -> None:
    ids: dict[str, list[str]] = defaultdict(list)
    for concept in vocabulary("drugs"):
        for xref in concept.xrefs:
            if xref.startswith("DRUGBANK:"):
                ids[xref].append(concept.id)
    assert {xref: found for xref, found in ids.items() if len(found) > 1} == {}


def test_a_range_has_both_ends_in_order_and_only_scales_have_one() -> None:
    for name in NAMED:
        for concept in vocabulary(name):
            assert (concept.low is None) == (concept.high is None), concept.id
            if concept.low is not None and concept.high is not None:
                assert name == "scales"
                assert concept.low < concept.high, concept.id


@pytest.mark.parametrize(
    ("file", "printed", "preferred"),
    [
        ("routes", "intravenously", "IV"),
        ("routes", "by mouth", "PO"),
        ("designs", "cross-over", "crossover"),
        ("designs", "randomized", "randomised"),
        ("scales", "Hamilton Rating Scale for Depression", "HAM-D"),
        ("scales", "17-item Hamilton Depression Rating Scale", "HAM-D-17"),
        ("scales", "suicide item on the MADRS", "MADRS item 10"),
        ("diagnoses", "post-traumatic stress disorder", "PTSD"),
        ("outcomes", "responders", "response"),
        ("drugs", "AZD6765", "lanicemine"),
        ("drugs", "GLYX-13", "rapastinel"),
        ("drugs", "(S)-ketamine", "esketamine"),
        ("drugs", "paracetamol", "acetaminophen"),
        ("drugs", "normal saline", "saline"),
    ],
)
def test_a_name_leads_to_its_concept(file: str, printed: str, preferred: str) -> None:
    assert [concept.preferred for concept in owners(file)[as_matched(printed)]] == [preferred]


@pytest.mark.parametrize(
    "printed", ["serotonin", "glutamate", "IL-6", "NMDA", "creatinine", "water", "placebo-controlled"]
)
def test_what_nobody_is_given_is_no_drug(printed: str) -> None:
    assert as_matched(printed) not in owners("drugs")


def test_the_range_of_a_version_is_its_own() -> None:
    scales = {concept.id: (concept.low, concept.high) for concept in vocabulary("scales")}
    assert scales["ham-d-17"] == (Decimal(0), Decimal(52))
    assert scales["madrs"] == (Decimal(0), Decimal(60))
    assert scales["madrs-10"] == (Decimal(0), Decimal(6))
    assert scales["ham-d"] == (None, None)


# What the reader refuses.

SOUND = ["iv", "IV", "intravenous|intravenously", "injection", "", "", "MESH:D061605", ""]


def write(path: Path, *rows: list[str], header: list[str] = HEADER) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
    return path


def test_a_row_becomes_a_concept(tmp_path: Path) -> None:
    row = ["madrs", "MADRS", " Montgomery scale ||MADRS", "depression", "0", "60.0", "A:1| B:2 ", " a note "]
    (concept,) = read_vocabulary(write(tmp_path / "a.csv", row))
    assert concept == Concept(
        "madrs",
        "MADRS",
        ("MADRS", "Montgomery scale"),
        "depression",
        Decimal(0),
        Decimal("60.0"),
        ("A:1", "B:2"),
        "a note",
    )


@pytest.mark.parametrize(
    ("rows", "row", "mend"),
    [
        ([SOUND[:-1]], 2, "7 cells where 8 belong"),
        ([SOUND, [*SOUND, ""]], 3, "9 cells where 8 belong"),
        ([SOUND, ["im", *SOUND[1:]], SOUND], 4, "the id 'iv' is there twice"),
        ([["", *SOUND[1:]]], 2, "id and preferred must not be empty"),
        ([["iv", " ", *SOUND[2:]]], 2, "id and preferred must not be empty"),
        ([[*SOUND[:4], "none", "60", *SOUND[6:]]], 2, "low and high must be numbers"),
        ([SOUND, ["im", *SOUND[1:4], "0", "1,000", *SOUND[6:]]], 3, "low and high must be numbers"),
    ],
)
def test_a_bad_row_is_refused_with_its_file_and_row(tmp_path: Path, rows: list[list[str]], row: int, mend: str) -> None:
    path = write(tmp_path / "routes.csv", *rows)
    with pytest.raises(VocabularyFault) as fault:
        read_vocabulary(path)
    assert str(fault.value) == f"{path}: row {row}: {mend}"


@pytest.mark.parametrize("header", [HEADER[:-1], [*HEADER, "more"], HEADER[::-1], []])
def test_a_bad_header_is_refused(tmp_path: Path, header: list[str]) -> None:
    path = write(tmp_path / "routes.csv", SOUND, header=header)
    with pytest.raises(VocabularyFault, match=r"routes\.csv: row 1: the header must be id,preferred,names,"):
        read_vocabulary(path)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_text("", encoding="utf-8")
    with pytest.raises(VocabularyFault, match="row 1"):
        read_vocabulary(path)


WORD = st.text(
    st.characters(codec="utf-8", exclude_characters="|", exclude_categories=["C", "Z"]), min_size=1, max_size=8
)


@given(st.lists(st.tuples(WORD, WORD, st.lists(WORD, max_size=3)), max_size=5, unique_by=lambda row: row[0]))
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, list[str]]]
) -> None:
    path = write(
        tmp_path_factory.mktemp("vocab") / "any.csv",
        *([id_, preferred, "|".join(names), "kind", "", "", "", ""] for id_, preferred, names in rows),
    )
    assert [(one.id, one.names) for one in read_vocabulary(path)] == [
        (id_, tuple(dict.fromkeys([preferred, *names]))) for id_, preferred, names in rows
    ]
