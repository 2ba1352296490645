"""PDFium's text functions, called without wrapper objects, and the frame in which a page reads upright.

A call through ctypes' own conversions takes about a microsecond; with every argument a plain int it takes a third.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

import pypdfium2.raw as pdfium

_ITALIC = re.compile(r"ital|obliq|slant|cmti|cmsl|-it$", re.IGNORECASE)
_BOLD = re.compile(r"bold|black|heavy|semibold|demi(?!an)|-bd|cmbx|\.b$|[-,+]b$", re.IGNORECASE)

Matrix = tuple[float, float, float, float, float, float]


def _raw(name: str, result: object, *arguments: object) -> Callable[..., int]:
    """A PDFium function without ctypes' conversions: every argument a plain int, the GIL kept."""
    address = ctypes.cast(getattr(pdfium, name), ctypes.c_void_p).value
    return ctypes.PYFUNCTYPE(result, *arguments)(address)  # type: ignore[arg-type]


_P, _I = ctypes.c_void_p, ctypes.c_int
count = _raw("FPDFText_CountChars", _I, _P)
get_text = _raw("FPDFText_GetText", _I, _P, _I, _I, _P)
loose = _raw("FPDFText_GetLooseCharBox", _I, _P, _I, _P)
tight = _raw("FPDFText_GetCharBox", _I, _P, _I, _P, _P, _P, _P)
origin = _raw("FPDFText_GetCharOrigin", _I, _P, _I, _P, _P)
_size = _raw("FPDFText_GetFontSize", ctypes.c_double, _P, _I)
text_object = _raw("FPDFText_GetTextObject", _P, _P, _I)
_matrix = _raw("FPDFText_GetMatrix", _I, _P, _I, _P)
unicode = _raw("FPDFText_GetUnicode", ctypes.c_uint, _P, _I)
_font = _raw("FPDFTextObj_GetFont", _P, _P)
_font_name = _raw("FPDFFont_GetBaseFontName", ctypes.c_size_t, _P, _P, ctypes.c_size_t)
_font_weight = _raw("FPDFFont_GetWeight", _I, _P)
drain = deque[int](maxlen=0).extend


class Handle(NamedTuple):
    """What of a page's text PDFium holds: the handle of its text, and how page space maps to the reader's view."""

    number: int
    text: int
    left: float
    bottom: float
    width: float
    height: float
    rotation: int


def frame(page: Handle, quarter: int) -> Matrix:
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


class Style(NamedTuple):
    """What all characters of one text object share. `turns` counts quarter turns against the x axis."""

    size: float
    bold: bool
    italic: bool
    turns: float
    x: float
    y: float
    """Where its first character stands on the baseline, in page space."""


def styles(handle: int, objects: Sequence[int], indices: Sequence[int], found: dict[int, Style]) -> None:
    """Adds the style of each text object to those found; `indices` are characters in them.

    PDFium's own size leaves the text matrix out.
    """
    fonts: dict[int, tuple[bool, bool]] = {}
    matrix, point = (ctypes.c_float * 6)(), (ctypes.c_double * 2)()
    at, x, y = ctypes.addressof(matrix), ctypes.addressof(point), ctypes.addressof(point) + 8
    for key, index in zip(objects, indices, strict=True):
        if key in found:
            continue
        known = bool(_matrix(handle, index, at))
        a, b, c, d = matrix[0:4] if known else (1.0, 0.0, 0.0, 1.0)
        font = _font(key) if key else 0
        if font not in fonts:
            fonts[font] = _weight(font) if font else (False, False)
        origin(handle, index, x, y)
        size = max(round(float(_size(handle, index)) * math.hypot(c, d), 2), 0.5)
        turns = round(math.atan2(b, a) / (math.pi / 2), 2) % 4
        found[key] = Style(size, *fonts[font], turns, point[0], point[1])


def _weight(font: int) -> tuple[bool, bool]:
    """Whether a font is bold, and whether it is italic."""
    buffer = ctypes.create_string_buffer(256)
    _font_name(font, ctypes.addressof(buffer), 256)
    name = buffer.value.decode("latin-1")
    return bool(_BOLD.search(name)) or _font_weight(font) >= 600, bool(_ITALIC.search(name))
