"""The corpus: its manifest, the files that stand for documents, and the digests that come with it."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import corpus
from pipeline.names import study_id

ROOT = Path(__file__).resolve().parents[2]
BUNDLED = ROOT / "corpus"
SHARED_REVIEW = ROOT.parent / "shared" / "corpus" / "review.txt"
PAPER = b"%PDF-1.7 a paper"

Rows = list[dict[str, str]]


def row(**cells: str) -> dict[str, str]:
    blank = dict.fromkeys(corpus.HEADER, "")
    return blank | {"role": "cited", "identity": "verified"} | cells


def small() -> Rows:
    """A review and three references, the last of them unknown; one has a bundled document."""
    bundled = {"path": "papers/moss2010.pdf", "sha256": hashlib.sha256(PAPER).hexdigest(), "licence": "CC0-1.0"}
    return [
        row(document_id="hill2015", first_author="Hill", year="2015", role="review"),
        row(reference_number="1", document_id="moss2010", first_author="Moss", year="2010", role="trial", **bundled),
        row(
            reference_number="2",
            document_id="moss2010b",
            first_author="Moss",
            year="2010",
            authors="Moss A, van Dorn B, et al.",
        ),
        row(reference_number="3", document_id="ref3", identity="unknown"),
    ]


def write(folder: Path, rows: Rows) -> Path:
    (folder / "papers").mkdir(exist_ok=True)
    (folder / "papers" / "moss2010.pdf").write_bytes(PAPER)
    with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, corpus.HEADER, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return folder


def test_a_sound_corpus_has_no_faults(tmp_path: Path) -> None:
    assert corpus.faults(write(tmp_path, small())) == ()


def test_reference_numbers_lead_to_studies(tmp_path: Path) -> None:
    held = corpus.load(write(tmp_path, small()))
    assert [held.study_of(number) for number in (1, 2, 3, 99)] == ["moss2010", "moss2010b", "ref3", "ref99"]
    assert held.reviews == ("hill2015",)
    assert held.roles["moss2010"] == "trial"


def test_references_are_those_whose_identity_is_known(tmp_path: Path) -> None:
    references = corpus.load(write(tmp_path, small())).references()
    assert [reference.label for reference in references] == ["1", "2"]
    assert references[1].authors == ("Moss A", "van Dorn B")


def test_an_original_takes_the_place_of_the_bundled_document(tmp_path: Path) -> None:
    folder = write(tmp_path, small())
    assert [source.path for source in corpus.load(folder).inputs()] == [str(folder / "papers" / "moss2010.pdf")]
    (folder / "originals").mkdir()
    for name in ("moss2010.txt", "moss2010.pdf", "moss2010b.xml", "README.md"):
        (folder / "originals" / name).write_bytes(PAPER)
    assert [(source.document_id, source.path) for source in corpus.load(folder).inputs()] == [
        ("moss2010", str(folder / "originals" / "moss2010.pdf")),
        ("moss2010b", str(folder / "originals" / "moss2010b.xml")),
    ]
    assert corpus.faults(folder) == ()


def test_an_original_of_no_document_is_told(tmp_path: Path) -> None:
    folder = write(tmp_path, small())
    (folder / "originals").mkdir()
    (folder / "originals" / "stray.pdf").write_bytes(PAPER)
    (fault,) = corpus.faults(folder)
    assert "stray.pdf" in fault
    assert "manifest" in fault


def change(number: int, **cells: str) -> Callable[[Rows], Rows]:
    return lambda rows: [held | cells if at == number else held for at, held in enumerate(rows, start=2)]


@pytest.mark.parametrize(
    ("spoil", "place", "words"),
    [
        (change(3, sha256="0" * 64), "row 3", "not the file of this sha256"),
        (change(3, path="papers/gone.pdf"), "row 3", "is not there"),
        (change(3, path="../moss2010.pdf"), "row 3", "leaves the corpus"),
        (change(3, licence=""), "row 3", "needs its sha256 and its licence"),
        (change(3, sha256="abc"), "row 3", "64 hexadecimal digits"),
        (change(4, doi="https://doi.org/10.1001/x"), "row 4", "the doi"),
        (change(4, pmid="PMC12"), "row 4", "the pmid"),
        (change(4, year="14"), "row 4", "the year"),
        (change(4, role="trail"), "row 4", "unknown role 'trail'"),
        (change(4, identity="sure"), "row 4", "unknown identity 'sure'"),
        (change(4, document_id="moss2010"), "row 4", "must be 'moss2010b'"),
        (change(4, reference_number="1"), "row 4", "stands in row 3 already"),
        (change(5, document_id="nobody1999"), "row 5", "must be 'ref3'"),
        (change(5, reference_number=""), "row 5", "only a review has none"),
        (change(2, role="cited"), "manifest.csv", "role 'review'"),
    ],
)
def test_every_fault_is_one_line_that_names_its_row(
    tmp_path: Path, spoil: Callable[[Rows], Rows], place: str, words: str
) -> None:
    faults = corpus.faults(write(tmp_path, spoil(small())))
    assert any(place in fault and words in fault for fault in faults), faults
    assert all(fault.startswith(str(tmp_path / "manifest.csv")) and "\n" not in fault for fault in faults)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    rows = change(4, role="trail", doi="none")(change(3, pmid="x")(small()))
    assert len(corpus.faults(write(tmp_path, rows))) == 3


def test_a_manifest_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    with pytest.raises(corpus.CorpusFault, match="not there"):
        corpus.load(tmp_path)
    with pytest.raises(corpus.CorpusFault, match="row 4: unknown role"):
        corpus.load(write(tmp_path, change(4, role="trail")(small())))
    (tmp_path / "manifest.csv").write_text("number,id\n1,2\n", encoding="utf-8")
    with pytest.raises(corpus.CorpusFault, match="row 1: the header must be reference_number"):
        corpus.load(tmp_path)


def test_a_row_with_cells_too_many_is_refused(tmp_path: Path) -> None:
    manifest = write(tmp_path, small()) / "manifest.csv"
    manifest.write_text(manifest.read_text(encoding="utf-8") + "one,two\n", encoding="utf-8")
    assert corpus.faults(tmp_path) == (
        f"{manifest}: row 6: 2 cells where {len(corpus.HEADER)} belong; mend the commas",
    )


@pytest.mark.parametrize(
    ("author", "year", "expected"),
    [("Zarate", "2006", "zarate2006"), ("aan het Rot", "2010", "aanhetrot2010"), ("Åsberg", "1979", "asberg1979"),
     ("O'Neil-Müller", "2001", "oneilmuller2001"), ("Sørensen", "1999", "sorensen1999")],
)  # fmt: skip
def test_study_ids(author: str, year: str, expected: str) -> None:
    assert study_id(author, year) == expected


@given(st.text(max_size=40))
def test_a_study_id_is_plain_ascii(author: str) -> None:
    assert re.fullmatch(r"[a-z0-9]*2015", study_id(author, "2015"))


# The corpus that comes with the program.


def test_the_bundled_corpus_is_sound() -> None:
    assert corpus.faults(BUNDLED) == ()


def test_the_bundled_manifest_lists_the_review_and_all_its_references() -> None:
    held = corpus.load(BUNDLED)
    assert [entry.reference_number for entry in held.entries] == [None, *range(1, 87)]
    bundled = [entry for entry in held.entries if entry.path]
    assert [entry.role for entry in bundled] == ["review"] + ["trial"] * 9
    assert all(entry.stands_in_for for entry in bundled)


def typesetter() -> ModuleType:
    pytest.importorskip("typst", reason="typst typesets the digests; it is a tool of the developers")
    spec = importlib.util.spec_from_file_location("typeset", BUNDLED / "typeset.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_sources_still_give_the_bundled_pdfs() -> None:
    assert typesetter().stale(BUNDLED) == ()


def test_a_pdf_that_its_source_does_not_give_is_told(tmp_path: Path) -> None:
    typeset = typesetter()
    (tmp_path / "sources").mkdir()
    (tmp_path / "papers").mkdir()
    for name in ("one", "two"):
        (tmp_path / "sources" / f"{name}.typ").write_text("= Hello", encoding="utf-8")
    (tmp_path / "papers" / "one.pdf").write_bytes(b"%PDF-1.7 old")
    (tmp_path / "papers" / "three.pdf").write_bytes(b"%PDF-1.7 no source")
    one, two, three = typeset.stale(tmp_path)
    assert "one.pdf: not what its source gives" in one
    assert "two.pdf: missing" in two
    assert "three.pdf: has no source" in three


def words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", re.sub(r"[-\ufffe\x02\u00ad]\s*", "", text.lower()))


@pytest.mark.skipif(
    not SHARED_REVIEW.is_file(), reason="the review's text is not at hand, so nothing can be held against it"
)
def test_the_digest_of_the_review_is_in_other_words() -> None:
    """No run of words as long as a clause is common to both, the table's rows and lists of names apart."""
    pdfium = pytest.importorskip("pypdfium2")
    text = "\n".join(
        page.get_textpage().get_text_range() for page in pdfium.PdfDocument(BUNDLED / "papers" / "costi2015.pdf")
    )
    ours, theirs = words(text), words(SHARED_REVIEW.read_text(encoding="utf-8"))
    longest = 10
    printed = {tuple(theirs[at : at + longest]) for at in range(len(theirs) - longest)}
    common = [run for at in range(len(ours) - longest) if (run := tuple(ours[at : at + longest])) in printed]
    small_words = {"the", "that", "was", "were", "with", "and", "to", "for", "is", "has", "have", "been"}
    assert [run for run in common if len(small_words & set(run)) > 2] == []
