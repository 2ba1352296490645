"""The picture of what the reader understood."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.read.draw import COLOURS, SCALE, draw

from read_typeset import TWO_COLUMNS, reading

WORDS = "Some words of a paragraph that is long enough to fill more than one line of a narrow column. " * 3


def test_blocks_are_framed_in_the_colour_of_their_kind(tmp_path: Path) -> None:
    document = reading(TWO_COLUMNS + "= Methods\n" + WORDS, tmp_path)
    picture = draw(document, tmp_path / "paper.pdf", 1)
    page = document.pages[0]
    assert picture.size == (round(page.width * SCALE + 0.49), round(page.height * SCALE + 0.49))
    colours = {colour for _, colour in picture.getcolors(maxcolors=1 << 24) or []}
    for kind in ("heading", "paragraph"):
        assert tuple(bytes.fromhex(COLOURS[kind][1:])) in colours
    assert tuple(bytes.fromhex(COLOURS["table"][1:])) not in colours


def test_a_page_that_is_not_there_is_refused(tmp_path: Path) -> None:
    document = reading(TWO_COLUMNS + WORDS, tmp_path)
    with pytest.raises(ValueError, match="page 7 cannot be drawn"):
        draw(document, tmp_path / "paper.pdf", 7)
