"""Which number is which arm's: examples that a clinician can read, and laws that hold whatever the arms are called."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.assemble import assemble
from pipeline.assemble.binding import owners_of_doses
from pipeline.assemble.prose.pairs import Figure, Named, bound
from pipeline.document import Block, Document, Section
from pipeline.evidence import Mention

from stated import Stated, parameters, records_of, stated, states_what_it_lists

EXAMPLES = stated("arms.txt")
NAMES = st.sampled_from("amber birch cedar dune ember fjord grove heron".split())
FRAMES = (
    "Healing was complete in {x} % in the {a} group and {y} % in the {b} group.",
    "Healing was more often complete in the {a} group than in the {b} group ({x} % vs {y} %).",
    "Healing was complete in {x} % and {y} % of the {a} group and the {b} group, respectively.",
    "In the {a} group {x} % healed, whereas in the {b} group {y} % did.",
    "Healing was complete in the {a} group ({x} %) and in the {b} group ({y} %).",
)


def reported(text: str) -> Document:
    """A sentence as the results of a study."""
    return Document(
        "doc",
        "doc.txt",
        "0",
        "txt",
        text=text,
        blocks=(Block("paragraph", 0, len(text)),),
        sections=(Section("abstract", "", 1, 0, len(text)),),
    )


def arms_of(text: str) -> dict[str, Decimal]:
    return {
        str(record.value("arm")).split()[0]: value
        for record in records_of(reported(text))
        if isinstance(value := record.value("value"), Decimal)
    }


@pytest.mark.parametrize("example", parameters(EXAMPLES))
def test_states_the_records_that_the_example_lists_and_no_others(example: Stated) -> None:
    states_what_it_lists(example)


@given(st.sampled_from(FRAMES), NAMES, NAMES, st.integers(10, 90), st.integers(10, 90))
def test_each_arm_has_its_own_number_and_names_that_change_places_take_their_numbers_along(
    frame: str, one: str, other: str, first: int, second: int
) -> None:
    assume(one != other and first != second)
    told = arms_of(frame.format(a=one, b=other, x=first, y=second))
    assert told == {one: first, other: second}
    assert arms_of(frame.format(a=other, b=one, x=first, y=second)) == {other: first, one: second}


@given(st.sampled_from(FRAMES), NAMES, NAMES, st.integers(10, 90), st.integers(10, 90))
def test_every_item_quotes_its_place(frame: str, one: str, other: str, first: int, second: int) -> None:
    document = reported(frame.format(a=one, b=other, x=first, y=second))
    for record in records_of(document):
        assert all(item.value != "" and item.quote == document.text[item.start : item.end] for item in record.items)


TEXT = "In the X group 12 and 15 (n = 3) of Y, vs 17 with X; 9 and Z (4), respectively, than 5."


@given(
    st.lists(
        st.tuples(st.integers(0, len(TEXT) - 1), st.sampled_from("XYZ1234")), max_size=9, unique_by=lambda one: one[0]
    )
)
def test_a_figure_has_one_arm_at_most_and_one_that_was_named(places: list[tuple[int, str]]) -> None:
    figures = [Figure(at, at + 1) for at, name in sorted(places) if name.isdigit()]
    arms = [Named(at, at + 1, name) for at, name in sorted(places) if name.isalpha()]
    found = bound(TEXT, 0, len(TEXT), figures, arms)
    assert found.keys() <= set(range(len(figures)))
    assert all(arm in arms for arm in found.values())
    moved = bound("  " + TEXT, 2, 2 + len(TEXT), *_moved(figures, arms, 2))
    assert {number: arm.start - 2 for number, arm in moved.items()} == {
        number: arm.start for number, arm in found.items()
    }


def _moved(figures: list[Figure], arms: list[Named], by: int) -> tuple[list[Figure], list[Named]]:
    return (
        [Figure(one.start + by, one.end + by) for one in figures],
        [Named(one.start + by, one.end + by, one.key) for one in arms],
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("X 20 mg and Y 40 mg", "XY"),
        ("20 mg X, 40 mg Y", "XY"),
        ("20 mg of X or 40 mg of Y", "XY"),
        ("X (20 mg) plus Y (40 mg)", "XY"),
        ("X 20 or 40 mg, not Y", "XX"),
        ("X 20 mg (n=B) or 40 mg, or Y", "XX"),
        ("X and Y at 20 and 40 mg, respectively", "XY"),
    ],
)
def test_a_dose_is_of_the_drug_beside_it(text: str, expected: str) -> None:
    drugs = [Mention("drug", at, at + 1, text[at]) for at in range(len(text)) if text[at] in "XY"]
    doses = [
        Mention("dose", *found.span(), found[0], Decimal(found[0].split()[0]))
        for found in re.finditer(r"\d+(?: mg)?", text)
    ]
    owners = owners_of_doses(text, doses, drugs, len(text))
    assert "".join(owners[dose.start].text for dose in doses) == expected


def test_two_unknown_drugs_are_two() -> None:
    text = "Patients received 20 mg of zorblaxone or 40 mg of quintafil."
    first, second = (text.index(name) for name in ("zorblaxone", "quintafil"))
    mentions = [
        Mention("dose", 18, 23, "20 mg", Decimal(20), unit="mg"),
        Mention("drug", first, first + 10, "zorblaxone", preferred="zorblaxone"),
        Mention("dose", text.index("40"), text.index("40") + 5, "40 mg", Decimal(40), unit="mg"),
        Mention("drug", second, second + 9, "quintafil", preferred="quintafil"),
    ]
    (record,) = assemble(reported(text), mentions)
    assert (record.value("drug"), record.value("dose")) == ("zorblaxone", Decimal(20))
    assert (record.value("comparator"), record.value("comparator_dose")) == ("quintafil", Decimal(40))
