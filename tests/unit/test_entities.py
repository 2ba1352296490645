"""The trained component: what it adds to the vocabularies, what it leaves to them, and the laws of its decoder."""

from __future__ import annotations

import hashlib
import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.annotate import annotate
from pipeline.annotate.entities import MODEL
from pipeline.annotate.tagger import (
    BUCKETS,
    NEVER,
    WEIGHTS,
    Name,
    Tagger,
    Words,
    from_disk,
    may_follow,
    states,
    to_disk,
)
from pipeline.assemble import assemble
from pipeline.document import Block, Document, Span
from pipeline.evidence import Mention

from marked import document_of

ROOT = Path(__file__).parents[2]
LARGEST = 15_000_000
LABELS = ("DRUG", "DISEASE")
# No vocabulary knows these: they are made up.
UNKNOWN = (
    "Forty patients with epilepsy were treated with zaverazepine 20 mg daily, and serum zaverazepine was measured."
)


def of(text: str, field: str) -> list[Mention]:
    return [one for one in annotate(document_of(text)) if one.field == field]


def test_an_unknown_drug_is_found_without_a_concept() -> None:
    found = [one for one in of(UNKNOWN, "drug") if one.text == "zaverazepine"]
    assert len(found) == 2
    assert {(one.concept_id, one.preferred) for one in found} == {("", "zaverazepine")}


def test_a_known_drug_keeps_its_concept() -> None:
    (found,) = of("Eighteen patients with depression were given an infusion of ketamine over 40 minutes.", "drug")
    assert (found.text, found.concept_id) == ("ketamine", "ketamine")


def test_a_longer_name_takes_the_concept_that_it_holds() -> None:
    text = "The mutation was found in two of the families with hereditary breast cancer that were examined here."
    (found,) = of(text, "diagnosis")
    (known,) = of("breast cancer", "diagnosis")
    assert (found.text, found.concept_id) == ("hereditary breast cancer", known.concept_id)


def test_a_diagnosis_does_not_begin_with_its_manual() -> None:
    text = "Fifteen patients with DSM-IV bipolar depression were treated with ketamine in a crossover study."
    assert [one.text for one in of(text, "diagnosis")] == ["bipolar depression"]


def test_a_scale_holds_no_disease_of_its_own() -> None:
    text = (
        "Severity was rated with the Hamilton Depression Rating Scale before and after the treatment of each patient."
    )
    assert of(text, "diagnosis") == []


def test_a_short_form_is_what_it_is_short_for() -> None:
    text = (
        "We studied the effect of zaverazepine hydrochloride (ZVH) in rats. The rats that were given ZVH slept longer."
    )
    assert "ZVH" in [one.text for one in of(text, "drug")]


def test_cells_and_headings_are_left_to_the_vocabularies() -> None:
    """The model learned from running text."""
    assert of("zaverazepine 20 mg daily", "drug") == []


def test_what_is_found_in_one_paragraph_stays_in_it() -> None:
    one, other = UNKNOWN, "Levels rose in all of the patients during the second week."
    text = f"{one}\n{other}"
    blocks = (Block("paragraph", 0, len(one)), Block("paragraph", len(one) + 1, len(text)))
    found = annotate(Document("x", "x", "", "txt", text=text, blocks=blocks))
    assert all("\n" not in mention.text for mention in found)


def test_a_chemical_that_nobody_was_given_is_no_treatment() -> None:
    text = "Of the 20 patients, 50 % responded. Plasma zaverazamate rose in 30 % of the patients with depression."
    document = document_of(text)
    place = text.index("zaverazamate")
    chemical = Mention("drug", place, place + len("zaverazamate"), "zaverazamate", preferred="zaverazamate")
    mentions = [one for one in annotate(document) if one.field != "drug"]
    with_it = sorted([*mentions, chemical], key=lambda one: (one.start, one.end))
    assert assemble(document, mentions)
    assert assemble(document, with_it) == assemble(document, mentions)


def test_an_unknown_drug_with_its_dose_is_a_treatment() -> None:
    text = "Of the 20 patients who took zaverazepine 20 mg daily, 50 % responded."
    assert {record.value("drug") for record in assemble(document_of(text), annotate(document_of(text)))} == {
        "zaverazepine"
    }


WORDS = st.sampled_from(
    "ketamine zaverazepine depression ataxia - ( ) , . of with patients mg 5 the induced AT \n".split(" ")
)


@given(st.one_of(st.text(max_size=120), st.lists(WORDS, max_size=40).map(" ".join)))
@settings(max_examples=150, deadline=None)
def test_names_lie_inside_any_text_and_those_of_a_field_never_overlap(text: str) -> None:
    found = annotate(document_of(text))
    for field in {one.field for one in found}:
        spans = [Span(one.start, one.end) for one in found if one.field == field]
        assert all(0 <= span.start < span.end <= len(text) for span in spans)
        assert all(left.end <= right.start for left, right in itertools.pairwise(spans))
    assert annotate(document_of(text)) == found


def test_another_process_finds_the_same() -> None:
    code = (
        "import hashlib, sys; from pipeline.annotate import annotate; from pipeline.document import Block, Document;"
        "text = sys.argv[1]; block = Block('paragraph', 0, len(text));"
        "print(hashlib.sha256(repr(annotate(Document('x', 'x', '', 'txt', text=text, blocks=(block,)))).encode()).hexdigest())"
    )
    made = [
        subprocess.run(
            [sys.executable, "-c", code, UNKNOWN],
            check=True,
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        ).stdout
        for seed in ("1", "2")
    ]
    assert made[0] == made[1]


def test_the_weights_are_small_and_plain(tmp_path: Path) -> None:
    assert sum(path.stat().st_size for path in MODEL.iterdir()) < LARGEST
    tagger = from_disk(MODEL)
    assert tagger.states == states(LABELS)
    to_disk(tmp_path, LABELS, tagger.rows, tagger.moves)
    again = from_disk(tmp_path)
    assert np.array_equal(again.rows, tagger.rows)
    assert np.array_equal(again.moves, tagger.moves)


def test_the_readme_names_the_weights_that_are_there() -> None:
    told = (ROOT / "training" / "README.md").read_text(encoding="utf-8")
    assert hashlib.sha256((MODEL / WEIGHTS).read_bytes()).hexdigest() in told


def possible(path: tuple[int, ...], named: tuple[str, ...]) -> bool:
    return (
        named[path[0]][0] in "OBS"
        and named[path[-1]][0] in "OES"
        and all(may_follow(named[one], named[other]) for one, other in itertools.pairwise(path))
    )


@given(st.integers(1, 4), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_the_decoder_finds_the_heaviest_of_all_ways(size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    named = states(("DRUG",))
    allowed = np.array([[may_follow(one, other) for other in named] for one in named])
    moves = np.where(allowed, rng.integers(-50, 50, size=allowed.shape), NEVER).astype(np.int32)
    rows = rng.integers(-50, 50, size=(BUCKETS // 1024, len(named)), dtype=np.int16)
    tagger = Tagger(("DRUG",), np.tile(rows, (1024, 1)), moves)
    text = Words([f"w{number}" for number in range(size)], [True] * size, [()] * size, {})
    weights = tagger.weigh(text)

    def weight(path: tuple[int, ...]) -> int:
        kept = sum(int(weights[place, state]) for place, state in enumerate(path))
        return kept + sum(int(moves[one, other]) for one, other in itertools.pairwise(path))

    ways = [path for path in itertools.product(range(len(named)), repeat=size) if possible(path, named)]
    best = max(map(weight, ways))
    found = set(tagger.names(text))
    assert found in [set(_names(path, named)) for path in ways if weight(path) == best]


def _names(path: tuple[int, ...], named: tuple[str, ...]) -> list[Name]:
    found, start = [], 0
    for place, state in enumerate(path):
        if named[state][0] in "BS":
            start = place
        if named[state][0] in "ES":
            found.append(Name(start, place + 1, named[state][2:]))
    return found


@pytest.fixture
def crf(monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.syspath_prepend(str(ROOT / "training"))
    import crf  # type: ignore[import-not-found]

    return crf


@pytest.mark.parametrize("lengths", [[3], [1, 3, 2]])
def test_what_training_expects_is_what_all_ways_together_give(crf: object, lengths: list[int]) -> None:
    rng = np.random.default_rng(7)
    named = states(("DRUG",))
    moves = rng.random((len(named), len(named))) * [[may_follow(one, other) for other in named] for one in named]
    emitted = rng.random((sum(lengths), len(named))) + 0.1
    total, visits, moved = crf.Chains(lengths, ("DRUG",)).expected(emitted, moves)  # type: ignore[attr-defined]
    wanted, want_visits, want_moved, begin = 0.0, np.zeros_like(visits), np.zeros_like(moved), 0
    for length in lengths:
        ways = [path for path in itertools.product(range(len(named)), repeat=length) if possible(path, named)]
        weights = [
            np.prod([emitted[begin + place, state] for place, state in enumerate(path)])
            * np.prod([moves[one, other] for one, other in itertools.pairwise(path)])
            for path in ways
        ]
        wanted += float(np.log(sum(weights)))
        for path, weight in zip(ways, weights, strict=True):
            for place, state in enumerate(path):
                want_visits[begin + place, state] += weight / sum(weights)
            for one, other in itertools.pairwise(path):
                want_moved[one, other] += weight / sum(weights)
        begin += length
    assert total == pytest.approx(wanted)
    np.testing.assert_allclose(visits, want_visits)
    np.testing.assert_allclose(moved, want_moved)
