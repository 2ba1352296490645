"""Reading a PDF: order, furniture, headings, paragraphs, hyphens, offsets, and what is said of a bad file."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from pipeline.document import Document, Input
from pipeline.read import read

from read_typeset import MANUSCRIPT, TWO_COLUMNS, pdf, reading

WORDS = "The quick treatment of patients in whom standard medication had repeatedly failed remains a notable challenge"
PROSE = " ".join(f"{WORDS} for clinic number {number} of the consortium." for number in range(1, 14))


def paragraphs(document: Document) -> list[str]:
    return [document.text[block.start : block.end] for block in document.blocks if block.kind == "paragraph"]


def kinds(document: Document, kind: str) -> list[str]:
    return [document.text[block.start : block.end] for block in document.blocks if block.kind == kind]


@pytest.mark.parametrize("style", [TWO_COLUMNS, MANUSCRIPT], ids=["two columns", "manuscript"])
def test_paragraphs_come_whole_and_in_order(style: str, tmp_path: Path) -> None:
    """A paragraph that runs on over columns and pages is one block, without hyphens that the setting put in."""
    wanted = [f"Paragraph {name} begins. {PROSE}" for name in ("alpha", "beta", "gamma", "delta", "epsilon")]
    source = style + "= Introduction\n" + "\n\n".join(wanted)
    assert paragraphs(reading(source, tmp_path)) == wanted


@pytest.mark.parametrize("style", [TWO_COLUMNS, MANUSCRIPT], ids=["two columns", "manuscript"])
def test_every_word_slices_to_what_is_printed(style: str, tmp_path: Path) -> None:
    document = reading(style + "= Results\n" + PROSE, tmp_path)
    assert all(one.end <= two.start for one, two in zip(document.words, document.words[1:], strict=False))
    covered = "".join(document.text[word.start : word.end] for word in document.words)
    assert covered == "".join(document.text.split())
    page = document.pages[0]
    for word in document.words:
        assert 0 <= word.box.x0 < word.box.x1 <= page.width
        assert 0 <= word.box.top < word.box.bottom <= page.height


def test_running_heads_and_numbers_stay_out(tmp_path: Path) -> None:
    document = reading(TWO_COLUMNS + "= Methods\n" + "\n\n".join([PROSE] * 8), tmp_path)
    assert len(document.pages) > 1
    assert "J Test Med" not in document.text
    assert "".join(document.text.split()).startswith("MethodsThequick")


def test_line_numbers_stay_out(tmp_path: Path) -> None:
    document = reading(MANUSCRIPT + "= Methods\n" + PROSE, tmp_path)
    assert paragraphs(document) == [PROSE]


def test_headings_open_sections_of_their_kind(tmp_path: Path) -> None:
    style = (
        TWO_COLUMNS + '#show heading.where(level: 2): it => block(above: 1em, text(10pt, style: "italic", it.body))\n'
    )
    body = f"= Patients and Methods\n== Allocation\n{PROSE}\n= Results\n{PROSE}\n= Comment\n{PROSE}"
    document = reading(style + body, tmp_path)
    assert [(section.title, section.level, section.kind) for section in document.sections] == [
        ("Patients and Methods", 1, "methods"),
        ("Allocation", 2, "methods"),
        ("Results", 1, "results"),
        ("Comment", 1, "discussion"),
    ]
    inner = document.sections[1]
    assert document.section_at(inner.start + 20) == inner
    assert document.sections[0].end == document.sections[2].start


def test_run_in_headings_part_an_abstract(tmp_path: Path) -> None:
    body = (
        "= Abstract\n*Background.* Little is known of it.\n\n*Methods.* We asked them all.\n\n= Introduction\n" + PROSE
    )
    document = reading(TWO_COLUMNS + body, tmp_path)
    assert [(section.title, section.kind) for section in document.sections] == [
        ("Abstract", "abstract"),
        ("Background", "abstract"),
        ("Methods", "abstract"),
        ("Introduction", "introduction"),
    ]


@pytest.mark.parametrize(
    "kept", ["GLYX-13 acts", "treatment-resistant people", "IL-10 rose", "the N-methyl-D-aspartate receptor"]
)
def test_a_hyphen_of_the_word_stays(kept: str, tmp_path: Path) -> None:
    """Set in a column so narrow that the words break at their own hyphens."""
    style = "#set page(width: 62pt, height: 500pt, margin: 6pt)\n#set text(size: 8pt, hyphenate: false)\n"
    document = reading(style + f"treatment resistant {kept}", tmp_path)
    assert kept in " ".join(document.text.split())


def test_a_hyphen_of_the_setting_goes(tmp_path: Path) -> None:
    style = '#set page(width: 90pt, height: 700pt, margin: 8pt)\n#set text(size: 9pt, lang: "en", hyphenate: true)\n'
    text = "Randomized administration of subanesthetic medication considerably ameliorated depressive symptomatology."
    document = reading(style + "#set par(justify: true)\n" + text, tmp_path)
    assert document.text == text


def test_raised_numbers_stand_apart_and_exponents_stay(tmp_path: Path) -> None:
    source = "The dose#super[3] was 5 kg/m#super[2] in 10#super[−3] of 75#super[4], by \\[#super[1]H\\]."
    found = reading("#set text(size: 11pt)\n" + source, tmp_path)
    assert found.text == "The dose 3 was 5 kg/m² in 10⁻³ of 75 4, by [1H]."


def test_a_sideways_page_is_read_upright(tmp_path: Path) -> None:
    document = reading(
        "#set page(flipped: false)\n#rotate(-90deg, reflow: true)[Sideways words are words too.]", tmp_path
    )
    assert document.text == "Sideways words are words too."
    first, last = document.words[0].box, document.words[-1].box
    assert abs(first.x0 - last.x0) < 2
    assert first.top > last.bottom


def test_a_title_and_its_authors_come_first(tmp_path: Path) -> None:
    head = (
        '#place(top, scope: "parent", float: true)[#text(17pt, weight: "bold")[A trial of rest]\n\n'
        "#text(10pt)[Ada Doe, Ben Roe]]\n"
    )
    document = reading(TWO_COLUMNS + head + "= Introduction\n" + PROSE, tmp_path)
    assert [block.kind for block in document.blocks][:3] == ["title", "author", "heading"]
    assert document.sections[0].kind == "front"


def bad(name: str, data: bytes, folder: Path) -> Document:
    path = folder / name
    path.write_bytes(data)
    return read(Input("bad", str(path)))


def test_bad_files_say_what_is_wrong(tmp_path: Path) -> None:
    whole = pdf("Some words.")
    told = {
        "empty": bad("a.pdf", b"", tmp_path).reason,
        "not a PDF": bad("b.pdf", b"just text", tmp_path).reason,
        "wrong suffix": bad("c.txt", whole, tmp_path).reason,
        "damaged": bad("d.pdf", whole[:60], tmp_path).reason,
        "no text": bad("e.pdf", pdf("#rect(width: 100%, height: 100%)"), tmp_path).reason,
    }
    assert all(reason.startswith(kind) and "\n" not in reason for kind, reason in told.items()), told


def test_a_page_without_text_makes_the_document_partial(tmp_path: Path) -> None:
    source = "Words here.\n#pagebreak()\n#image(bytes(" + repr(tuple(PIXEL)) + '), format: "png", width: 100%)'
    document = reading(source, tmp_path)
    assert document.status == "partial"
    assert document.reason.startswith("page 2: no text layer")
    assert document.pages[1].fault
    assert document.text == "Words here."


def _pixel() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


PIXEL = _pixel()


def test_reading_twice_gives_the_same(tmp_path: Path) -> None:
    source = TWO_COLUMNS + "= Methods\n" + PROSE
    assert reading(source, tmp_path) == reading(source, tmp_path)


def test_letters_with_a_shadow_read_once(tmp_path: Path) -> None:
    placed = [
        f"1 0 0 1 {100 + 7.2 * place + shift / 2:.2f} {700 - shift} Tm ({letter}) Tj"
        for place, letter in enumerate("Results of week six")
        for shift in (0, 2)
    ]
    path = tmp_path / "twice.pdf"
    path.write_bytes(_pdf(f"BT /F1 12 Tf {' '.join(placed)} ET"))
    assert read(Input("twice", str(path))).text.strip() == "Results of week six"


def _pdf(content: str) -> bytes:
    """A page with this content stream and Courier as /F1."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>",
    ]
    body, offsets = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{each}\nendobj\n".encode()
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    tail = (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer << /Size {len(objects) + 1} /Root 1 0 R >>\n"
    )
    return body + tail.encode() + f"startxref\n{len(body)}\n%%EOF\n".encode()


DATA = Path(__file__).parents[1] / "data"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("stacked-ticks", "8\n\n6\n\n4\n\n2\n\n0"),  # PDFium runs numbers that stand above each other together
        ("same-line-on-both-pages", "Allocation list of the trial Allocation list of the trial"),  # no running head
        ("font-without-map", "临床试验的结果 随机对照试验 Result 17"),  # PDFium drops glyphs of an absent font
    ],
)
def test_words_that_were_once_lost_are_read(name: str, text: str) -> None:
    document = read(Input(name, str(DATA / f"{name}.pdf")))
    assert (document.status, document.text) == ("ok", text)
