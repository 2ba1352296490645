"""Recognition, by marked examples and by laws that hold for any text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.annotate import annotate
from pipeline.annotate.contexts import cues, scope
from pipeline.annotate.nlp import nlp, plain
from pipeline.annotate.quantities import quantities
from pipeline.document import Block, Cell, Citation, Document, Table

from marked import Example, agrees, attributes_of, document_of, examples


@pytest.mark.parametrize("example", examples("mentions.txt"), ids=lambda example: f"line{example.line}")
def test_finds_what_the_example_marks_and_nothing_else_of_these_fields(example: Example) -> None:
    found = [one for one in annotate(document_of(example.text)) if one.field in example.fields]
    assert [(one.field, one.text) for one in found] == [
        (one.field, example.text[one.start : one.end]) for one in example.expected
    ]
    for mention, expected in zip(found, example.expected, strict=True):
        assert (mention.start, mention.end) == (expected.start, expected.end)
        held = attributes_of(mention)
        for name, stated in expected.attributes.items():
            assert agrees(stated, held.get(name)), f"{name}: {stated} stated, {held.get(name)} found"


# Pieces that quantities are made of, joined at random: likelier to break a pattern than random characters.
PIECES = st.sampled_from(
    "0.5 mg mg/kg kg % n = 18 ( ) [ ] - – − ± SD 6 10 / of the seven patients 95 CI , ; to and P < . : weeks h day "
    "three times per week ½ ² · 1,024 one third hundred e E-5 ∞ ٣ 𝟓 \u00a0 \u2009 \t".split(" ")
)


@given(
    st.one_of(
        st.text(max_size=80), st.lists(PIECES, max_size=14).map(" ".join), st.lists(PIECES, max_size=14).map("".join)
    )
)
@settings(max_examples=300, deadline=None)
def test_quantities_never_raise_lie_inside_the_text_and_never_overlap(text: str) -> None:
    found = [
        one
        for one in quantities(plain(text))
        if one.field != "frequency" and (one.value is not None or one.field != "dose")
    ]
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    found = [one for one in found if one.value is not None or one.field != "dose"]  # doses in words may
    assert all(left.end <= right.start for left, right in pairwise(found))
    assert all(one.value is None or one.value.is_finite() for one in found)


CUES = st.sampled_from(
    "no not patients ; but which without prior rats may will be previous studies nausea , .".split(" ")
)


@given(st.one_of(st.text(max_size=80), st.lists(CUES, max_size=14).map(" ".join)))
@settings(deadline=None)
def test_a_cue_governs_words_of_its_own_sentence(text: str) -> None:
    for cue in cues(text):
        assert 0 <= cue.start < cue.end <= len(text)
        if cue.direction != "sentence":
            governed = scope(text, cue)
            assert 0 <= governed.start <= governed.end <= len(text)
            assert governed.start >= cue.end or governed.end <= cue.start


@given(st.text(max_size=200))
@settings(deadline=None)
def test_plain_moves_no_character(text: str) -> None:
    assert len(plain(text)) == len(text)


@given(st.text(max_size=200))
@settings(deadline=None)
def test_the_tokenizer_keeps_every_character(text: str) -> None:
    assert nlp().make_doc(text).text.rstrip(" ") == text.rstrip(" ")


def test_a_quote_is_the_text_at_its_place() -> None:
    document = document_of("Ketamine (0.5 mg/kg IV) was given to 18 patients with treatment-resistant\ndepression.")
    found = annotate(document)
    assert found
    assert all(one.text == document.text[one.start : one.end] for one in found)


def test_a_name_may_be_broken_over_lines() -> None:
    document = document_of("They used the Hamilton\nDepression Rating Scale.")
    assert [one.preferred for one in annotate(document) if one.field == "scale"] == ["HAM-D"]


def test_an_abbreviation_that_the_text_defines_is_its_concept() -> None:
    document = document_of("Post-traumatic stress disorder (PSD) was treated. The PSD fell.")
    assert [one.text for one in annotate(document) if one.field == "diagnosis"][1:] == ["PSD", "PSD"]


def test_a_citation_is_no_number_of_people() -> None:
    text = "The rate was 50 % [6] in one."
    document = Document(
        "d",
        "d.txt",
        "0",
        "txt",
        text=text,
        blocks=(Block("paragraph", 0, len(text)),),
        citations=(Citation(18, 21, ("6",)),),
    )
    rates = [one for one in annotate(document) if one.field == "rate"]
    assert [(one.text, dict(one.parts)) for one in rates] == [("50 %", {})]


def test_nothing_is_read_across_two_cells() -> None:
    text = "0.5\tmg/kg"
    cells = (Cell(0, 0, 0, 3), Cell(0, 1, 4, 9))
    document = Document(
        "d", "d.pdf", "0", "pdf", text=text, blocks=(Block("table", 0, 9),), tables=(Table("1", 1, 0, 9, None, cells),)
    )
    assert [one for one in annotate(document) if one.field == "dose"] == []


def test_the_same_text_gives_the_same_mentions() -> None:
    document = document_of("MADRS fell by 7.6 points (95 % CI 3.9 to 11.3) after 50 mg of ketamine.")
    assert annotate(document) == annotate(document)
