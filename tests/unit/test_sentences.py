"""Where sentences end: examples, and laws that hold for any text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sentences import sentences

# What sentences are made of, joined at random: likelier to break a rule than random characters.
_WORDS = "Smith et al. vs. e.g. i.e. Fig. 2 0.5 P = .02 ( ) [6] A B. it ? ! . , \" ' “ ” – ≥ 3 % mg/kg \n \t J."
PIECES = st.lists(st.sampled_from(_WORDS.split(" ")), max_size=25).map(" ".join)
TEXTS = st.one_of(st.text(max_size=120), PIECES)


def split(text: str) -> list[str]:
    return [text[span.start : span.end] for span in sentences(text, 0, len(text))]


@given(TEXTS)
def test_sentences_lie_inside_in_order_and_apart(text: str) -> None:
    found = list(sentences(text, 0, len(text)))
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(left.end <= right.start for left, right in pairwise(found))


@given(TEXTS)
def test_sentences_hold_all_that_is_no_space_and_begin_and_end_with_it(text: str) -> None:
    found = split(text)
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(one == one.strip() and one for one in found)


@given(TEXTS, TEXTS, TEXTS)
def test_a_block_is_read_without_what_stands_around_it(before: str, block: str, after: str) -> None:
    start = len(before)
    inside = [
        (one.start - start, one.end - start) for one in sentences(before + block + after, start, start + len(block))
    ]
    assert inside == [tuple(one) for one in sentences(block, 0, len(block))]


@pytest.mark.parametrize(
    "one",
    [
        "Abe et al. Found it first.",
        "Abe et al. [6] found a response in 44 %.",
        "Response was 62 % vs. 41 % in all.",
        "Some drugs (e.g. Sertraline) were allowed.",
        "Others, i.e. Lithium, were not.",
        "The dose was 0.5 mg/kg in all.",
        "It differed (P = .02) at the end.",
        "See Fig. 2 and refs. 4 to 6.",
        "J. Smith and A. Doe wrote it.",
        "It was given i.v. in all.",
        "It was given at approx. 3 p.m. each day.",
        "The score fell by ca. 12 points.",
        "An unfinished sentence",
    ],
)
def test_one_sentence_stays_one(one: str) -> None:
    assert split(one) == [one]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Response was seen in 50 %.", "Remission was not."),
        ("Was it seen?", "It was."),
        ("It was seen (in all.)", "Others saw it too."),
        ("The ratio was 2.3.", "12 patients left."),
        ("The dose was 0.5.", "It was kept."),
        ("They had “nothing to report.”", "Others had."),
        ("It differed (P = .02).", "[6] It did not."),
        ("They were given drug A, B or vitamin C1.", "Nobody left."),
        ("It fell.", "≥50 % responded."),
    ],
)
@pytest.mark.parametrize("space", [" ", "\n", "  "])
def test_two_sentences_come_apart(left: str, right: str, space: str) -> None:
    assert split(left + space + right) == [left, right]


def test_nothing_holds_no_sentence() -> None:
    assert split("") == split(" \n\t ") == []
