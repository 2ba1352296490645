"""Words of a PDF page, with box, baseline, size and weight, straight from PDFium.

PDFium's C functions are called through ctypes without wrapper objects, for the two ends of each word only;
a word is walked letter by letter only where its ends disagree or a digit follows a letter, which is where
raised citation numbers and footnote marks hide. Everything here is in the frame in which the page reads
upright; `Sheet.turn` says how far that frame is turned against the page as a reader sees it.
"""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections import Counter, deque
from collections.abc import Callable, Sequence
from itertools import repeat
from typing import NamedTuple

import numpy as np
import pypdfium2.raw as pdfium

from pipeline.document import Box

HYPHENS = "\ufffe\x02"
"""What PDFium writes for a hyphen at the end of a line: in GetText, and in GetUnicode."""

_SPAN = re.compile(rf"[^\s{HYPHENS}]+[{HYPHENS}]?|[{HYPHENS}]")
_SUSPECT = re.compile(r"[^\W\d_\d][\d*†‡§]|[)\].,;:%’”\"'][\d*†‡§]|^\d+[^\W\d_]{2}|\d[a-z*†‡§]\W*$")
_ACCENT = re.compile("([¨´`ˆ˜¸ˇ˘˙˚])([A-Za-zı])")
_COMBINING = dict(zip("¨´`ˆ˜¸ˇ˘˙˚", "\u0308\u0301\u0300\u0302\u0303\u0327\u030c\u0306\u0307\u030a", strict=True))
_ITALIC = re.compile(r"ital|obliq|slant|cmti|cmsl|-it$", re.IGNORECASE)
_BOLD = re.compile(r"bold|black|heavy|semibold|demi(?!an)|-bd|cmbx|\.b$|[-,+]b$", re.IGNORECASE)


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
        width, height = self.width, self.height
        match self.turn % 4:
            case 1:
                x0, top, x1, bottom = top, width - x1, bottom, width - x0
            case 2:
                x0, top, x1, bottom = width - x1, height - bottom, width - x0, height - top
            case 3:
                x0, top, x1, bottom = height - bottom, x0, height - top, x1
        return Box(round(x0, 2), round(top, 2), round(x1, 2), round(bottom, 2))


def _raw(name: str, result: object, *arguments: object) -> Callable[..., int]:
    """A PDFium function without ctypes' conversions: every argument a plain int, the GIL kept."""
    address = ctypes.cast(getattr(pdfium, name), ctypes.c_void_p).value
    return ctypes.PYFUNCTYPE(result, *arguments)(address)  # type: ignore[arg-type]


_P, _I = ctypes.c_void_p, ctypes.c_int
_get_text = _raw("FPDFText_GetText", _I, _P, _I, _I, _P)
_loose = _raw("FPDFText_GetLooseCharBox", _I, _P, _I, _P)
_tight = _raw("FPDFText_GetCharBox", _I, _P, _I, _P, _P, _P, _P)
_origin = _raw("FPDFText_GetCharOrigin", _I, _P, _I, _P, _P)
_angle = _raw("FPDFText_GetCharAngle", ctypes.c_float, _P, _I)
_size = _raw("FPDFText_GetFontSize", ctypes.c_double, _P, _I)
_object = _raw("FPDFText_GetTextObject", _P, _P, _I)
_matrix = _raw("FPDFText_GetMatrix", _I, _P, _I, _P)
_unicode = _raw("FPDFText_GetUnicode", ctypes.c_uint, _P, _I)
_font = _raw("FPDFTextObj_GetFont", _P, _P)
_font_name = _raw("FPDFFont_GetBaseFontName", ctypes.c_size_t, _P, _P, ctypes.c_size_t)
_font_weight = _raw("FPDFFont_GetWeight", _I, _P)
_drain = deque[int](maxlen=0).extend


class Page(NamedTuple):
    """What of a page's text PDFium holds: the handle of its text, and how page space maps to the reader's view."""

    number: int
    text: int
    left: float
    bottom: float
    width: float
    height: float
    rotation: int


def sheet(page: Page) -> Sheet:
    """Reads the words of a page. A page whose text runs mostly sideways is turned so that it reads upright."""
    count = int(pdfium.FPDFText_CountChars(ctypes.cast(page.text, pdfium.FPDF_TEXTPAGE)))
    turned = page.rotation % 2
    width, height = (page.height, page.width) if turned else (page.width, page.height)
    if count <= 0:
        return Sheet(page.number, width, height, 0, (), 0, 0)
    text = _text(page.text, count)
    spans = [match.span() for match in _SPAN.finditer(text)]
    if not spans:
        return Sheet(page.number, width, height, 0, (), 0, count)
    first = [start for start, _ in spans]
    last = [end - 1 if end - start == 1 or text[end - 1] not in HYPHENS else end - 2 for start, end in spans]
    facts = _Facts(page, first, last)
    quarter, aside = facts.direction()
    tokens: list[Token] = []
    for index in facts.kept(quarter):
        start, end = spans[index]
        tokens.extend(_word(page, text[start:end], start, index, facts))
    turn = (quarter - page.rotation) % 4
    if turn % 2:
        width, height = height, width
    return Sheet(page.number, width, height, turn, tuple(tokens), aside, count)


def _text(handle: int, count: int) -> str:
    """The page's characters, one for each of PDFium's indices."""
    buffer = ctypes.create_string_buffer(2 * count + 4)
    written = _get_text(handle, 0, count, ctypes.addressof(buffer))
    text = buffer.raw[: 2 * max(written - 1, 0)].decode("utf-16-le", "replace")
    if len(text) != count:
        codes = map(_unicode, repeat(handle), range(count))
        text = "".join(chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd" for code in codes)
    return text.replace("\x00", " ")


class _Facts:
    """The geometry of all words of a page at once, in the frame in which its text reads upright."""

    def __init__(self, page: Page, first: Sequence[int], last: Sequence[int]) -> None:
        count, handle = len(first), page.text
        ends = [index for pair in zip(first, last, strict=True) for index in pair]
        boxes = np.zeros((2 * count, 4), "f4")
        origins = np.zeros((count, 2), "f8")
        tight = np.zeros((2 * count, 4), "f8")
        at = boxes.ctypes.data
        _drain(map(_loose, repeat(handle), ends, range(at, at + 32 * count, 16)))
        at = origins.ctypes.data
        _drain(
            map(_origin, repeat(handle), first, range(at, at + 16 * count, 16), range(at + 8, at + 8 + 16 * count, 16))
        )
        at, stop = tight.ctypes.data, tight.ctypes.data + 64 * count
        _drain(map(_tight, repeat(handle), ends, *(range(at + 8 * k, stop + 8 * k, 32) for k in range(4))))
        # PDFium counts clockwise
        self.angles = np.round(-np.fromiter(map(_angle, repeat(handle), first), float, count) / (math.pi / 2), 2) % 4
        objects = list(map(_object, repeat(handle), ends))
        self.page, self.boxes, self.origins, self.tight = page, boxes, origins, tight
        styles = _styles(handle, objects, ends)
        self.sizes = [styles[key][0] for key in objects]
        self.bold = [styles[key][1] for key in objects]
        self.italic = [styles[key][2] for key in objects]

    def direction(self) -> tuple[int, int]:
        """The quarter turn in which most words run, and how many words run otherwise."""
        counts = Counter(round(angle) % 4 for angle in self.angles if abs(angle - round(angle)) < 0.06)
        if not counts:
            return 0, len(self.angles)
        upright = self.page.rotation % 4
        quarter = max(sorted(counts), key=lambda key: (counts[key], key == upright))
        return quarter, len(self.angles) - counts[quarter]

    def kept(self, quarter: int) -> list[int]:
        self.frame = frame(self.page, quarter)
        a, b, c, d, e, f = self.frame
        corner = np.stack([self.boxes[:, [0, 3]], self.boxes[:, [2, 1]]], axis=1).astype("f8")
        x, y = a * corner[..., 0] + c * corner[..., 1] + e, b * corner[..., 0] + d * corner[..., 1] + f
        low, high = x.min(axis=1), x.max(axis=1)
        top, bottom = y.min(axis=1), y.max(axis=1)
        self.x0 = np.minimum(low[0::2], low[1::2]).tolist()
        self.x1 = np.maximum(high[0::2], high[1::2]).tolist()
        self.top = np.minimum(top[0::2], top[1::2]).tolist()
        self.bottom = np.maximum(bottom[0::2], bottom[1::2]).tolist()
        self.base = (b * self.origins[:, 0] + d * self.origins[:, 1] + f).tolist()
        # tight boxes come as left, right, bottom, top
        t = self.tight
        foot = np.maximum(b * t[:, 0] + d * t[:, 2] + f, b * t[:, 1] + d * t[:, 3] + f)
        self.lift = (np.repeat(np.array(self.base), 2) - foot).tolist()
        near = np.abs(self.angles - quarter) < 0.06
        if quarter == 0:
            near |= np.abs(self.angles - 4) < 0.06
        return list(np.nonzero(near)[0].tolist())


def frame(page: Page, quarter: int) -> tuple[float, float, float, float, float, float]:
    """The matrix from page space to an upright frame, for text that runs `quarter` turns against the x axis."""
    left, low, right, high = page.left, page.bottom, page.left + page.width, page.bottom + page.height
    match quarter % 4:
        case 1:
            return (0.0, 1.0, 1.0, 0.0, -low, -left)
        case 2:
            return (-1.0, 0.0, 0.0, 1.0, right, -low)
        case 3:
            return (0.0, -1.0, -1.0, 0.0, high, right)
    return (1.0, 0.0, 0.0, -1.0, -left, high)


def _styles(handle: int, objects: Sequence[int], indices: Sequence[int]) -> dict[int, tuple[float, bool, bool]]:
    """Size in points and weight for each text object; PDFium's own size leaves the text matrix out."""
    styles: dict[int, tuple[float, bool, bool]] = {}
    fonts: dict[int, tuple[bool, bool]] = {}
    matrix = (ctypes.c_float * 6)()
    at = ctypes.addressof(matrix)
    for key, index in zip(objects, indices, strict=True):
        if key in styles:
            continue
        scale = math.hypot(matrix[2], matrix[3]) if _matrix(handle, index, at) else 1.0
        size = float(_size(handle, index)) * scale
        font = _font(key) if key else 0
        if font not in fonts:
            fonts[font] = _weight(font) if font else (False, False)
        styles[key] = (max(round(size, 2), 0.5), *fonts[font])
    return styles


def _weight(font: int) -> tuple[bool, bool]:
    """Whether a font is bold, and whether it is italic."""
    buffer = ctypes.create_string_buffer(256)
    _font_name(font, ctypes.addressof(buffer), 256)
    name = buffer.value.decode("latin-1")
    return bool(_BOLD.search(name)) or _font_weight(font) >= 600, bool(_ITALIC.search(name))


def _word(page: Page, text: str, start: int, index: int, facts: _Facts) -> list[Token]:
    """One word as tokens: one, or several where raised characters follow or precede others."""
    size, end_size = facts.sizes[2 * index], facts.sizes[2 * index + 1]
    hyphen = text[-1] in HYPHENS
    shown = text[:-1] + "-" if hyphen else text
    whole = Token(
        _mend(shown),
        facts.x0[index],
        facts.top[index],
        facts.x1[index],
        facts.bottom[index],
        facts.base[index],
        size,
        facts.bold[2 * index],
        facts.italic[2 * index],
        False,
        hyphen,
        page.number,
        False,
    )
    if len(text) == 1:
        return [whole]
    high = 0.22 * max(size, 1.0)
    lifted = (facts.lift[2 * index] > high and text[0].isalnum()) or (
        facts.lift[2 * index + 1] > high and text[-1].isalnum()
    )
    if not lifted and abs(size - end_size) <= 0.04 * size and not _SUSPECT.search(text):
        return [whole]
    return _walk(page, shown, start, whole, facts.frame)


def _walk(
    page: Page, text: str, start: int, whole: Token, frame: tuple[float, float, float, float, float, float]
) -> list[Token]:
    """Splits a word where its characters stand raised, by size and baseline or by the glyph's own shape."""
    a, b, c, d, e, f = frame
    box = np.zeros((len(text), 4), "f4")
    tight = np.zeros((len(text), 4), "f8")
    origin = np.zeros((len(text), 2), "f8")
    objects = []
    for k in range(len(text)):
        at = start + k
        _loose(page.text, at, box.ctypes.data + 16 * k)
        _tight(page.text, at, *(tight.ctypes.data + 32 * k + 8 * i for i in range(4)))
        _origin(page.text, at, origin.ctypes.data + 16 * k, origin.ctypes.data + 16 * k + 8)
        objects.append(_object(page.text, at))
    styles = _styles(page.text, objects, range(start, start + len(text)))
    sizes = [styles[key][0] for key in objects]
    bases = (b * origin[:, 0] + d * origin[:, 1] + f).tolist()
    feet = np.maximum(b * tight[:, 0] + d * tight[:, 2] + f, b * tight[:, 1] + d * tight[:, 3] + f).tolist()
    main = max(sizes)
    ground = max(base for base, size in zip(bases, sizes, strict=True) if size >= 0.96 * main)
    raised = [
        ground - base > 0.12 * main or (char.isalnum() and ground - foot > 0.22 * main)
        for char, base, foot in zip(text, bases, feet, strict=True)
    ]
    for k in range(1, len(text) - 1):
        if not text[k].isalnum() and raised[k - 1] and raised[k + 1]:
            raised[k] = True
    for k in range(len(text) - 1):
        if text[k] in "-−–+" and raised[k + 1] and ground - feet[k] > 0.4 * main:
            raised[k] = True
    if not any(raised) or all(raised):
        return [whole]
    tokens: list[Token] = []
    begin = 0
    for k in range(1, len(text) + 1):
        if k < len(text) and raised[k] == raised[begin]:
            continue
        low, high = begin, k - 1
        x = [a * box[i, j] + c * box[i, m] + e for i in (low, high) for j, m in ((0, 3), (2, 1))]
        tokens.append(
            whole._replace(
                text=_mend(text[begin:k]),
                x0=float(min(x)),
                x1=float(max(x)),
                size=max(sizes[begin:k]),
                base=ground,
                raised=raised[begin],
                hyphen=whole.hyphen and k == len(text),
                glued=begin > 0,
            )
        )
        begin = k
    return tokens


def _mend(text: str) -> str:
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
