"""Words of a PDF page, with box, baseline, size and weight, straight from PDFium.

Facts are asked for the two ends of each word only; a word is walked letter by letter where its ends disagree or a
digit follows a letter, which is where raised citation numbers and footnote marks hide. Everything is in the frame in
which the page reads upright; `Sheet.turn` says how far that is turned against the page as a reader sees it.
"""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise, repeat

import numpy as np
from numpy.typing import NDArray

from pipeline.read import pdfium
from pipeline.read.pdfium import Handle, Matrix, Style
from pipeline.read.tokens import Sheet, Token, mend

HYPHENS = "\ufffe\x02"
"""What PDFium writes for a hyphen at the end of a line: in GetText, and in GetUnicode."""

LIFT = 0.22
"""A letter or digit whose ink begins this many ems above its baseline stands raised."""

_TWICE = 0.2
"""Characters nearer to each other than this, in font sizes, are one character printed twice."""
_NARROW = dict.fromkeys("ijlI1tfr", 0.27) | dict.fromkeys("sJ", 0.34)
"""How wide, in ems, the last character of a word may be for it to be a raised glyph; most letters are wider than 0.43."""

_new = tuple.__new__
"""Makes a named tuple in half the time of its own constructor; a paper has a hundred thousand of them."""

_SPAN = re.compile(rf"[^\s{HYPHENS}]+[{HYPHENS}]?|[{HYPHENS}]")
_DIGIT = re.compile(r"\d")
_SUSPECT = re.compile(r"(?:[^\W\d_]|[)\]%’”\"'])[.,;:]?\d|[^\s*†‡§][*†‡§]|^\d+[^\W\d_]{2}|\d[a-z*†‡§]\W*$")


def sheet(page: Handle) -> Sheet:
    """Reads the words of a page. A page whose text runs mostly sideways is turned so that it reads upright."""
    count = pdfium.count(page.text)
    turned = page.rotation % 2
    width, height = (page.height, page.width) if turned else (page.width, page.height)
    text = _text(page.text, count) if count > 0 else ""
    spans = [match.span() for match in _SPAN.finditer(text)]
    if not spans:
        return Sheet(page.number, width, height, 0, (), 0, max(count, 0))
    quarter, aside, tokens = _tokens(page, text, spans)
    turn = (quarter - page.rotation) % 4
    if turn % 2:
        width, height = height, width
    return Sheet(page.number, width, height, turn, tuple(tokens), aside, count)


def lone_dash(read: Sheet) -> Token | None:
    """A hyphen that stands by itself, as in an empty cell; PDFium swallows all but the first of a row of them."""
    for before, token in pairwise((None, *read.tokens)):
        if token is None or token.text != "-" or not token.hyphen:
            continue
        if before is None or not 0 <= token.x0 - before.x1 < 0.3 * token.size:
            return token
    return None


def with_dashes(read: Sheet, page: Handle, lone: Token, ink: Sequence[tuple[float, float, float, float]]) -> Sheet:
    """The sheet with the dashes that PDFium swallows.

    `ink` are the boxes (left, bottom, right, top) of the page's text objects that have no text: those of the shape of
    the one hyphen that is there become hyphens.
    """
    a, b, c, d, e, f = pdfium.frame(page, (read.turn + page.rotation) % 4)
    added: list[Token] = []
    for left, low, right, high in ink:
        xs, ys = (
            sorted((a * left + c * low + e, a * right + c * high + e)),
            sorted((b * left + d * low + f, b * right + d * high + f)),
        )
        wide, tall = xs[1] - xs[0], ys[1] - ys[0]
        if 0.15 * lone.size < wide < 0.7 * lone.size and tall < 0.16 * lone.size:
            base = ys[1] + (lone.base - lone.bottom)
            added.append(lone._replace(x0=xs[0], top=ys[0], x1=xs[1], bottom=ys[1], base=base, glued=False))
    return read._replace(tokens=(*read.tokens, *added)) if added else read


def _text(handle: int, count: int) -> str:
    """The page's characters, one for each of PDFium's indices."""
    buffer = ctypes.create_string_buffer(2 * count + 4)
    written = pdfium.get_text(handle, 0, count, ctypes.addressof(buffer))
    text = buffer.raw[: 2 * max(written - 1, 0)].decode("utf-16-le", "replace")
    if len(text) != count:
        codes = map(pdfium.unicode, repeat(handle), range(count))
        text = "".join(chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd" for code in codes)
    return text.replace("\x00", " ")


def _tokens(page: Handle, text: str, spans: Sequence[tuple[int, int]]) -> tuple[int, int, list[Token]]:
    """The direction in which most words run, how many run otherwise, and the words that run so."""
    handle, count = page.text, len(spans)
    first = [start for start, _ in spans]
    last = [end - 1 if end - start == 1 or text[end - 1] not in HYPHENS else end - 2 for start, end in spans]
    boxes = np.zeros((2 * count, 4), "f4")
    at = boxes.ctypes.data
    ends = [index for pair in zip(first, last, strict=True) for index in pair]
    pdfium.drain(map(pdfium.loose, repeat(handle), ends, range(at, at + 32 * count, 16)))
    heads = list(map(pdfium.text_object, repeat(handle), first))
    # a word whose object goes on in the next word ends in that object too
    tails = [
        one if one == two else pdfium.text_object(handle, index)
        for one, two, index in zip(heads, [*heads[1:], -1], last, strict=True)
    ]
    styles: dict[int, Style] = {}
    pdfium.styles(handle, [*heads, *tails], [*first, *last], styles)
    quarter, aside = _direction(heads, styles, page.rotation % 4)
    frame = pdfium.frame(page, quarter)
    x0, top, x1, bottom, widths = _placed(boxes, frame)
    b, d, f = frame[1], frame[3], frame[5]
    shared = {
        key: (_across(style.turns, quarter), b * style.x + d * style.y + f, style.size, style.bold, style.italic)
        for key, style in styles.items()
    }
    tokens: list[Token] = []
    number = page.number
    ends_of = zip(spans, heads, tails, last, x0, top, x1, bottom, widths, strict=True)
    for (start, end), head, tail, ending, left, high, right, low, wide in ends_of:
        kept, base, size, bold, italic = shared[head]
        if not kept:
            continue
        shown = text[start:end]
        final = shown[-1]
        hyphen = final in HYPHENS
        twice = shown[0:1] == shown[1:2] and shown[0::2] == shown[1::2] and _overprinted(handle, start, size)
        if twice:
            shown = shown[0::2]
            final = shown[-1]
        if hyphen:
            shown = shown[:-1] + "-"
        words = shown if shown.isascii() and shown.isprintable() else mend(shown)
        token = _new(Token, (words, left, high, right, low, base, size, bold, italic, False, hyphen, number, False))
        if twice:
            tokens.append(token)
        elif (
            wide < _NARROW.get(final, 0.43) * size
            and final.isalnum()
            and _lift(handle, ending, frame, base) > LIFT * size
        ):
            if len(shown) <= 8 and shown[0].isalnum() and _lift(handle, start, frame, base) > LIFT * size:
                tokens.append(token._replace(raised=True))
            else:
                tokens.extend(_walk(page, shown, start, token, frame, styles))
        elif end - start > 1 and (
            (head != tail and (_differ(styles[head], styles[tail]) or _DIGIT.search(shown)))
            or (not shown.isalpha() and _SUSPECT.search(shown))
        ):
            tokens.extend(_walk(page, shown, start, token, frame, styles))
        else:
            tokens.append(token)
    return quarter, aside, tokens


def _overprinted(handle: int, start: int, size: float) -> bool:
    """Whether a character and the next stand in one place: a shadow, or bold made by printing twice."""
    boxes = np.zeros((2, 4), "f4")
    at = boxes.ctypes.data
    pdfium.drain(map(pdfium.loose, repeat(handle), (start, start + 1), (at, at + 16)))
    return bool(abs(boxes[0, 0] - boxes[1, 0]) < _TWICE * size)


def _direction(heads: Sequence[int], styles: dict[int, Style], upright: int) -> tuple[int, int]:
    """The quarter turn in which most words run, and how many words run otherwise."""
    counts: Counter[int] = Counter()
    for key, count in Counter(heads).items():
        turns = styles[key].turns
        if abs(turns - round(turns)) < 0.06:
            counts[round(turns) % 4] += count
    if not counts:
        return 0, len(heads)
    quarter = max(sorted(counts), key=lambda key: (counts[key], key == upright))
    return quarter, len(heads) - counts[quarter]


def _placed(boxes: NDArray[np.float32], frame: Matrix) -> tuple[list[float], ...]:
    """Left, top, right and bottom of each word from the boxes of its two ends; and how wide its last character is."""
    a, b, c, d, e, f = frame
    corner = np.stack([boxes[:, [0, 3]], boxes[:, [2, 1]]], axis=1).astype("f8")
    x, y = a * corner[..., 0] + c * corner[..., 1] + e, b * corner[..., 0] + d * corner[..., 1] + f
    low, high = np.minimum(x[:, 0], x[:, 1]), np.maximum(x[:, 0], x[:, 1])
    top, bottom = np.minimum(y[:, 0], y[:, 1]), np.maximum(y[:, 0], y[:, 1])
    sides = (
        np.minimum(low[0::2], low[1::2]),
        np.minimum(top[0::2], top[1::2]),
        np.maximum(high[0::2], high[1::2]),
        np.maximum(bottom[0::2], bottom[1::2]),
        high[1::2] - low[1::2],
    )
    return tuple(np.round(side, 2).tolist() for side in sides)


def _across(turns: float, quarter: int) -> bool:
    """Whether a direction is that of a quarter turn."""
    apart = abs(turns - quarter)
    return min(apart, 4 - apart) < 0.06


def _differ(one: Style, two: Style) -> bool:
    """Whether the two ends of a word differ in size or stand on different baselines."""
    apart = abs(one.size - two.size) > 0.04 * one.size
    rise = abs(one.y - two.y) if one.turns % 2 < 0.5 or one.turns % 2 > 1.5 else abs(one.x - two.x)
    return apart or rise > 0.1 * one.size


def _lift(handle: int, index: int, frame: Matrix, base: float) -> float:
    """How far a character's ink stands above its baseline."""
    box = (ctypes.c_double * 4)()
    at = ctypes.addressof(box)
    pdfium.tight(handle, index, at, at + 8, at + 16, at + 24)
    _, b, _, d, _, f = frame
    return base - max(b * box[0] + d * box[2] + f, b * box[1] + d * box[3] + f)


def _walk(page: Handle, text: str, start: int, whole: Token, frame: Matrix, styles: dict[int, Style]) -> list[Token]:
    """Splits a word where its characters stand raised, by size and baseline or by the glyph's own shape.

    Where they stand a line apart, as a figure's tick marks may, PDFium has run several words together.
    """
    a, b, c, d, e, f = frame
    count = len(text)
    box, tight, origin = np.zeros((count, 4), "f4"), np.zeros((count, 4), "f8"), np.zeros((count, 2), "f8")
    loose_at, tight_at, origin_at = box.ctypes.data, tight.ctypes.data, origin.ctypes.data
    objects = []
    for k, at in enumerate(range(start, start + count)):
        pdfium.loose(page.text, at, loose_at + 16 * k)
        edge = tight_at + 32 * k
        pdfium.tight(page.text, at, edge, edge + 8, edge + 16, edge + 24)
        pdfium.origin(page.text, at, origin_at + 16 * k, origin_at + 16 * k + 8)
        objects.append(pdfium.text_object(page.text, at))
    pdfium.styles(page.text, objects, range(start, start + len(text)), styles)
    sizes = [styles[key].size for key in objects]
    bases = (b * origin[:, 0] + d * origin[:, 1] + f).tolist()
    feet = np.maximum(b * tight[:, 0] + d * tight[:, 2] + f, b * tight[:, 1] + d * tight[:, 3] + f).tolist()
    main = max(sizes)
    jumps = [k for k in range(1, count) if abs(bases[k] - bases[k - 1]) > 0.8 * main]
    if jumps:
        across, down = a * box[:, ::2] + c * box[:, 1::2] + e, b * box[:, ::2] + d * box[:, 1::2] + f
        return [
            whole._replace(
                text=mend(text[low:high]),
                x0=float(across[low:high].min()),
                top=float(down[low:high].min()),
                x1=float(across[low:high].max()),
                bottom=float(down[low:high].max()),
                base=bases[low],
                size=max(sizes[low:high]),
                hyphen=whole.hyphen and high == count,
            )
            for low, high in pairwise((0, *jumps, count))
        ]
    ground = max(base for base, size in zip(bases, sizes, strict=True) if size >= 0.96 * main)
    raised = [
        ground - base > 0.12 * main or (char.isalnum() and ground - foot > LIFT * main)
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
