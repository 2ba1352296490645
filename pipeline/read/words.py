"""Words of a PDF page, with box, baseline, size and weight, straight from PDFium.

Facts are asked for the two ends of each word only; a word is walked letter by letter where its ends disagree or a
digit follows a letter, which is where raised citation numbers and footnote marks hide. Everything is in the frame in
which the page reads upright; `Sheet.turn` says how far that is turned against the page as a reader sees it.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import repeat

import numpy as np

from pipeline.read import pdfium
from pipeline.read.pdfium import Handle, Matrix
from pipeline.read.tokens import Sheet, Token, mend

HYPHENS = "\ufffe\x02"
"""What PDFium writes for a hyphen at the end of a line: in GetText, and in GetUnicode."""

_SPAN = re.compile(rf"[^\s{HYPHENS}]+[{HYPHENS}]?|[{HYPHENS}]")
_SUSPECT = re.compile(r"[^\W\d_\d][\d*†‡§]|[)\].,;:%’”\"'][\d*†‡§]|^\d+[^\W\d_]{2}|\d[a-z*†‡§]\W*$")


def sheet(page: Handle) -> Sheet:
    """Reads the words of a page. A page whose text runs mostly sideways is turned so that it reads upright."""
    count = pdfium.count(page.text)
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
    written = pdfium.get_text(handle, 0, count, ctypes.addressof(buffer))
    text = buffer.raw[: 2 * max(written - 1, 0)].decode("utf-16-le", "replace")
    if len(text) != count:
        codes = map(pdfium.unicode, repeat(handle), range(count))
        text = "".join(chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd" for code in codes)
    return text.replace("\x00", " ")


class _Facts:
    """The geometry of all words of a page at once, in the frame in which its text reads upright."""

    def __init__(self, page: Handle, first: Sequence[int], last: Sequence[int]) -> None:
        count, handle = len(first), page.text
        ends = [index for pair in zip(first, last, strict=True) for index in pair]
        boxes = np.zeros((2 * count, 4), "f4")
        origins = np.zeros((count, 2), "f8")
        tight = np.zeros((2 * count, 4), "f8")
        at = boxes.ctypes.data
        pdfium.drain(map(pdfium.loose, repeat(handle), ends, range(at, at + 32 * count, 16)))
        at = origins.ctypes.data
        pdfium.drain(
            map(
                pdfium.origin,
                repeat(handle),
                first,
                range(at, at + 16 * count, 16),
                range(at + 8, at + 8 + 16 * count, 16),
            )
        )
        at, stop = tight.ctypes.data, tight.ctypes.data + 64 * count
        pdfium.drain(map(pdfium.tight, repeat(handle), ends, *(range(at + 8 * k, stop + 8 * k, 32) for k in range(4))))
        # PDFium counts clockwise
        self.angles = (
            np.round(-np.fromiter(map(pdfium.angle, repeat(handle), first), float, count) / (math.pi / 2), 2) % 4
        )
        objects = list(map(pdfium.text_object, repeat(handle), ends))
        self.page, self.boxes, self.origins, self.tight = page, boxes, origins, tight
        styles = pdfium.styles(handle, objects, ends)
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
        self.frame = pdfium.frame(self.page, quarter)
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


def _word(page: Handle, text: str, start: int, index: int, facts: _Facts) -> list[Token]:
    """One word as tokens: one, or several where raised characters follow or precede others."""
    size, end_size = facts.sizes[2 * index], facts.sizes[2 * index + 1]
    hyphen = text[-1] in HYPHENS
    shown = text[:-1] + "-" if hyphen else text
    whole = Token(
        mend(shown),
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
    high = 0.22 * max(size, 1.0)
    first = facts.lift[2 * index] > high and text[0].isalnum()
    last = facts.lift[2 * index + 1] > high and text[-1].isalnum()
    if first and last and len(text) <= 8:
        return [whole._replace(raised=True)]
    if len(text) == 1:
        return [whole]
    lifted = first or last
    if not lifted and abs(size - end_size) <= 0.04 * size and not _SUSPECT.search(text):
        return [whole]
    return _walk(page, shown, start, whole, facts.frame)


def _walk(page: Handle, text: str, start: int, whole: Token, frame: Matrix) -> list[Token]:
    """Splits a word where its characters stand raised, by size and baseline or by the glyph's own shape."""
    a, b, c, d, e, f = frame
    box = np.zeros((len(text), 4), "f4")
    tight = np.zeros((len(text), 4), "f8")
    origin = np.zeros((len(text), 2), "f8")
    objects = []
    for k in range(len(text)):
        at = start + k
        pdfium.loose(page.text, at, box.ctypes.data + 16 * k)
        pdfium.tight(page.text, at, *(tight.ctypes.data + 32 * k + 8 * i for i in range(4)))
        pdfium.origin(page.text, at, origin.ctypes.data + 16 * k, origin.ctypes.data + 16 * k + 8)
        objects.append(pdfium.text_object(page.text, at))
    styles = pdfium.styles(page.text, objects, range(start, start + len(text)))
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
                text=mend(text[begin:k]),
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
