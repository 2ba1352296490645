"""Words as they stand on a page: what the geometry of reading works on. No PDF library is known here."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from pipeline.document import Box

_ACCENT = re.compile("([¨´`ˆ˜¸ˇ˘˙˚])([A-Za-zı])")
_COMBINING = dict(zip("¨´`ˆ˜¸ˇ˘˙˚", "\u0308\u0301\u0300\u0302\u0303\u0327\u030c\u0306\u0307\u030a", strict=True))


class Token(NamedTuple):
    """A run of characters of one size on one baseline; lengths in points from the top left corner."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    base: float
    size: float
    bold: bool
    italic: bool
    raised: bool
    hyphen: bool
    """Whether it ends in a hyphen that PDFium takes for a line-end hyphen (the `-` is part of `text`)."""
    page: int
    glued: bool
    """Whether it continues the word before it without a space (a raised mark, the text after one)."""


class Sheet(NamedTuple):
    """One page as words: its size as the tokens see it, and how many quarter turns bring it to the reader's view."""

    number: int
    width: float
    height: float
    turn: int
    tokens: tuple[Token, ...]
    aside: int
    """Words left out because they run in another direction than the page's text."""
    glyphs: int
    """Characters on the page, readable or not."""

    def box(self, x0: float, top: float, x1: float, bottom: float) -> Box:
        """A box of this sheet in the page as a reader sees it."""
        if not self.turn:
            return Box(x0, top, x1, bottom)
        width, height = self.width, self.height
        match self.turn % 4:
            case 1:
                x0, top, x1, bottom = top, width - x1, bottom, width - x0
            case 2:
                x0, top, x1, bottom = width - x1, height - bottom, width - x0, height - top
            case 3:
                x0, top, x1, bottom = height - bottom, x0, height - top, x1
        return Box(round(x0, 2), round(top, 2), round(x1, 2), round(bottom, 2))


def mend(text: str) -> str:
    """Control characters out, ligatures apart, TeX's free-standing accents put onto their letters."""
    if text.isascii():
        return text if text.isprintable() else "".join(char for char in text if char.isprintable()) or "\ufffd"
    if max(text) >= "\ufb00" and any("\ufb00" <= char <= "\ufb06" for char in text):
        text = "".join(unicodedata.normalize("NFKC", char) if "\ufb00" <= char <= "\ufb06" else char for char in text)
    if len(text) > 1:
        text = _ACCENT.sub(
            lambda match: unicodedata.normalize("NFC", match[2].replace("ı", "i") + _COMBINING[match[1]]), text
        )
    return unicodedata.normalize("NFC", text.replace("\u00ad", "-"))
