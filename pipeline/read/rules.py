"""Ruling lines and panels of a page: thin painted paths and the sides of stroked boxes, form objects included."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import pypdfium2.raw as pdfium

THIN = 2.6
"""A painted path no thicker than this many points is a rule."""

_Matrix = tuple[float, float, float, float, float, float]
_LIMIT = 20_000


class Rule(NamedTuple):
    """A straight rule: horizontal where `x1 - x0` is its length, else vertical."""

    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def flat(self) -> bool:
        return self.x1 - self.x0 >= self.bottom - self.top


def rules(page: object, place: Callable[[float, float], tuple[float, float]]) -> tuple[Rule, ...]:
    """All rules of a PDFium page, each side of a stroked box counted; `place` maps page space to the upright frame."""
    found: set[Rule] = set()
    for one, two, three, four in _strokes(_objects(page, pdfium.FPDFPage_CountObjects, pdfium.FPDFPage_GetObject)):
        (ax, ay), (bx, by) = place(one, two), place(three, four)
        x0, x1, top, bottom = min(ax, bx), max(ax, bx), min(ay, by), max(ay, by)
        if min(x1 - x0, bottom - top) <= THIN and max(x1 - x0, bottom - top) >= 8:
            found.add(Rule(round(x0, 1), round(top, 1), round(x1, 1), round(bottom, 1)))
    return tuple(sorted(found, key=lambda rule: (rule.top, rule.x0, rule.bottom, rule.x1)))


def _objects(
    holder: object, count: Callable[[object], int], get: Callable[[object, int], object]
) -> Iterator[tuple[object, int]]:
    for index in range(min(count(holder), _LIMIT)):
        each = get(holder, index)
        yield each, pdfium.FPDFPageObj_GetType(each)


def _strokes(
    objects: Iterator[tuple[object, int]], outer: _Matrix = (1, 0, 0, 1, 0, 0), depth: int = 0
) -> Iterator[tuple[float, float, float, float]]:
    """The straight thin pieces of paths, in page space."""
    for each, kind in objects:
        if kind == pdfium.FPDF_PAGEOBJ_FORM and depth < 3:
            inner = _objects(each, pdfium.FPDFFormObj_CountObjects, pdfium.FPDFFormObj_GetObject)
            yield from _strokes(inner, _times(_matrix(each), outer), depth + 1)
        elif kind == pdfium.FPDF_PAGEOBJ_PATH:
            yield from _path(each, outer)


def _path(each: object, outer: _Matrix) -> Iterator[tuple[float, float, float, float]]:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    if not pdfium.FPDFPath_GetDrawMode(each, fill, stroke) or not (fill.value or stroke.value):
        return
    corners = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(each, *corners):
        return
    left, bottom, right, top = (corner.value for corner in corners)
    if min(right - left, top - bottom) <= THIN:
        yield (*_apply(outer, left, bottom), *_apply(outer, right, top))
    elif stroke.value:
        whole = _times(_matrix(each), outer)
        points = _points(each)
        for (ax, ay, _), (bx, by, starts) in pairwise(points):
            if not starts:
                yield (*_apply(whole, ax, ay), *_apply(whole, bx, by))


def _points(each: object) -> Sequence[tuple[float, float, bool]]:
    """The corners of a path, each with whether it begins a new piece; a closed piece ends where it began."""
    x, y = ctypes.c_float(), ctypes.c_float()
    points: list[tuple[float, float, bool]] = []
    begin = (0.0, 0.0)
    for index in range(min(pdfium.FPDFPath_CountSegments(each), 2_000)):
        segment = pdfium.FPDFPath_GetPathSegment(each, index)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        starts = pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_MOVETO
        if starts:
            begin = (x.value, y.value)
        points.append((x.value, y.value, starts))
        if pdfium.FPDFPathSegment_GetClose(segment):
            points.append((*begin, False))
    return points


def _matrix(each: object) -> _Matrix:
    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(each, matrix):
        return (1, 0, 0, 1, 0, 0)
    return (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)


def _times(inner: _Matrix, outer: _Matrix) -> _Matrix:
    """The matrix that applies `inner`, then `outer`."""
    a, b, c, d, e, f = inner
    e1, f1 = _apply(outer, e, f)
    return (
        a * outer[0] + b * outer[2],
        a * outer[1] + b * outer[3],
        c * outer[0] + d * outer[2],
        c * outer[1] + d * outer[3],
        e1,
        f1,
    )


def _apply(matrix: _Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def mute(page: object, text: object) -> list[tuple[float, float, float, float]]:
    """Boxes (left, bottom, right, top, in page space) of text objects for which PDFium has no text."""
    found = []
    for each, kind in _objects(page, pdfium.FPDFPage_CountObjects, pdfium.FPDFPage_GetObject):
        if kind == pdfium.FPDF_PAGEOBJ_TEXT and pdfium.FPDFTextObj_GetText(each, text, None, 0) <= 2:
            corners = [ctypes.c_float() for _ in range(4)]
            if pdfium.FPDFPageObj_GetBounds(each, *corners):
                left, bottom, right, top = (corner.value for corner in corners)
                found.append((left, bottom, right, top))
    return found


def joined(found: Sequence[Rule]) -> list[Rule]:
    """Flat rules with their pieces at one height joined, from top to bottom."""
    flat = sorted((rule for rule in found if rule.flat), key=lambda rule: (round(rule.top / 1.5), rule.x0))
    done: list[Rule] = []
    for rule in flat:
        last = done[-1] if done else None
        if last and abs(rule.top - last.top) <= 1.6 and rule.x0 - last.x1 <= 3:
            done[-1] = Rule(last.x0, min(last.top, rule.top), max(last.x1, rule.x1), max(last.bottom, rule.bottom))
        else:
            done.append(rule)
    return sorted(done, key=lambda rule: (rule.top, rule.x0))
