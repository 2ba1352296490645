"""The bibliography to entries and their parts, and citations to the entries that they name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.document import Reference, Span
from pipeline.names import slug
from pipeline.read.citations import citations, expand
from pipeline.read.references import labelled, reference, split


def parts(text: str, number: str = "") -> dict[str, object]:
    made = reference(text, 0, number)
    return {
        name: getattr(made, name)
        for name in ("label", "authors", "year", "title", "journal", "volume", "pages", "doi", "pmid")
    }


def test_a_vancouver_entry() -> None:
    text = (
        "12. Doe AB, van der Roe C Jr, et al. A trial of rest: a pilot study. "
        "J Rest Med. 2004;47(3):351–4. doi:10.1000/xyz.12. PMID: 1234567"
    )
    assert parts(text, "12") == {
        "label": "12",
        "authors": ("Doe AB", "van der Roe C"),
        "year": "2004",
        "title": "A trial of rest: a pilot study",
        "journal": "J Rest Med",
        "volume": "47",
        "pages": "351–4",
        "doi": "10.1000/xyz.12",
        "pmid": "1234567",
    }


def test_an_author_year_entry_is_labelled_by_both() -> None:
    text = "aan het Roe, M., & Doe, A. B. (2010). Does rest work? A review. Journal of Rest, 7(2), 11-19."
    made = parts(text)
    assert made["label"] == "aanhetroe2010"
    assert made["title"] == "Does rest work? A review"
    assert (made["journal"], made["volume"], made["pages"]) == ("Journal of Rest", "7", "11-19")


def test_an_important_entry_keeps_what_is_said_of_it() -> None:
    text = "6. •• Doe A. On rest. J Rest. 2011;1:2–3. This was the first study to show that rest works."
    made = reference(text, 0, "6")
    assert made.importance == "of major importance"
    assert made.annotation == "This was the first study to show that rest works."
    assert made.pages == "2–3"


def entries(lines: list[str], starts: list[float] | None = None) -> list[tuple[str, int]]:
    found = split(lines, starts or [0.0] * len(lines), [1.2] * len(lines))
    return [(entry.number, len(entry.lines)) for entry in found]


def test_numbers_are_taken_in_their_order_only() -> None:
    lines = [
        "1. Doe A. One. J. 2001;1:2.",
        "2. Roe B. Two was shown in",
        "2004. J. 2002;1:2.",
        "3. Identity not established.",
        "4. Poe C. Four.",
    ]
    assert entries(lines) == [("1", 1), ("2", 2), ("3", 1), ("4", 1)]


def test_a_hanging_list() -> None:
    lines = [
        "Doe A. 2001. One thing and",
        "another. J Rest.",
        "Roe B. 2002. Two. J",
        "Rest, volume two.",
        "Poe C. 2003. Three.",
    ]
    assert entries(lines, [0, 1.2, 0, 1.2, 0]) == [("", 2), ("", 2), ("", 1)]


def test_labels_that_are_alike_are_told_apart() -> None:
    twins = [Reference("doe2001", 0, 1), Reference("doe2001", 2, 3), Reference("roe2001", 4, 5)]
    assert [each.label for each in labelled(twins)] == ["doe2001", "doe2001b", "roe2001"]


@pytest.mark.parametrize(
    ("name", "key"), [("Müller-Lüdenscheid", "mullerludenscheid"), ("O’Neil", "oneil"), ("Aan het Rot", "aanhetrot")]
)
def test_keys_are_lower_case_ascii(name: str, key: str) -> None:
    assert slug(name) == key


@pytest.mark.parametrize(
    ("printed", "labels"),
    [("49, 51-53", "49 51 52 53"), ("11–13", "11 12 13"), ("7,\n8", "7 8"), ("90–2", ""), ("1-200", "")],
)
def test_ranges_are_expanded(printed: str, labels: str) -> None:
    assert expand(printed) == tuple(labels.split())


@given(st.lists(st.integers(1, 999), min_size=1, max_size=6))
def test_plain_lists_keep_their_order(numbers: list[int]) -> None:
    assert expand(", ".join(map(str, numbers))) == tuple(map(str, numbers))


def cited(
    text: str, references: list[Reference], raised: list[Span] | None = None
) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    found = citations(text, [Span(0, len(text))], references, raised or [])
    return [(text[each.start : each.end], each.labels, each.unresolved) for each in found]


NUMBERED = [Reference(str(number), 0, 1) for number in range(1, 61)]
NAMED = [
    Reference("doe2001", 0, 1, ("Doe A", "Roe B"), "2001"),
    Reference("doe2001b", 2, 3, ("Doe A",), "2001"),
    Reference("vanroe1999", 4, 5, ("van Roe C",), "1999"),
]


def test_brackets_are_resolved_and_what_is_missing_is_reported() -> None:
    text = "Shown [6, 49–51] and (12.7 [95 % CI, 2.5–22.8]) and again [61] or [59, 61], F[1, 23] = 4."
    assert cited(text, NUMBERED) == [
        ("[6, 49–51]", ("6", "49", "50", "51"), ()),
        ("[59, 61]", ("59", "61"), ("61",)),
    ]


def test_without_a_list_all_labels_are_unresolved() -> None:
    assert cited("As shown [3, 5].", []) == [("[3, 5]", ("3", "5"), ("3", "5"))]


def test_raised_numbers_are_citations_where_the_list_holds_them() -> None:
    text = "Rest works 3,5–7 in 300 cases."
    assert cited(text, NUMBERED, [Span(11, 16), Span(20, 23)]) == [("3,5–7", ("3", "5", "6", "7"), ())]


def test_author_and_year_are_resolved() -> None:
    text = "Rest works (Doe and Roe, 2001a; Doe, 2001b), as van Roe et al. (1999) knew; not so Poe et al. (1998)."
    assert cited(text, NAMED) == [
        ("(Doe and Roe, 2001a; Doe, 2001b)", ("doe2001", "doe2001b"), ()),
        ("van Roe et al. (1999)", ("vanroe1999",), ()),
        ("Poe et al. (1998)", ("poe1998",), ("poe1998",)),
    ]
