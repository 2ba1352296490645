"""Words to lines: runs of words on one baseline, broken where the gap is wider than justified text makes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import attrgetter

from pipeline.read.tokens import Token

WIDE = 1.3
"""A gap of more ems than this parts two runs of words (columns, table cells, a running head's two ends)."""

GLUE = 0.08
"""Words nearer than this many ems were one word, torn by a change of size or font."""


@dataclass(frozen=True, slots=True)
class Line:
    """Words on one baseline, from left to right. Lengths in points from the top left corner."""

    tokens: tuple[Token, ...]
    page: int
    x0: float
    top: float
    x1: float
    bottom: float
    base: float
    size: float
    bold: bool
    italic: bool
    text: str

    @property
    def width(self) -> float:
        return self.x1 - self.x0


def line(tokens: Iterable[Token]) -> Line:
    """A line of these words; its size, baseline and weight are those of most of its letters."""
    ordered = tuple(tokens)
    texts, x0, tops, x1, bottoms, bases, sizes, bold, italic, raised, _, pages, glued = zip(*ordered, strict=True)
    left, right = min(x0), max(x1)
    text = (
        "".join([each.text if each.glued else f" {each.text}" for each in ordered]) if any(glued) else " ".join(texts)
    )
    if any(raised) or len(set(sizes)) > 1:
        plain = [token for token in ordered if not token.raised] or ordered
        letters = Counter[float]()
        for token in plain:
            letters[token.size] += len(token.text)
        size = max(sorted(letters), key=lambda key: letters[key])
        texts, _, _, _, _, _, _, bold, italic, *_ = zip(*plain, strict=True)
        _, _, tops, _, bottoms, bases, sizes, *_ = zip(*[token for token in plain if token.size == size], strict=True)
    return Line(
        ordered,
        pages[0],
        left,
        min(tops),
        right,
        max(bottoms),
        bases[0],
        sizes[0],
        any(bold) and _most(texts, bold),
        any(italic) and _most(texts, italic),
        text.lstrip(),
    )


def _most(texts: Sequence[str], marked: Sequence[bool]) -> bool:
    """Whether most of the letters stand in words that are marked."""
    lengths = list(map(len, texts))
    return sum(compress(lengths, marked)) > 0.6 * sum(lengths)


def marker(page: int, frame: tuple[float, float, float, float]) -> Line:
    """A line without words that holds a table's place in the reading order."""
    x0, top, x1, bottom = frame
    return Line((), page, x0, top, x1, bottom, top, 1.0, False, False, "")


def segments(tokens: Sequence[Token]) -> list[Line]:
    """Runs of words in the order of the page's content, broken at wide gaps, torn runs joined; top to bottom."""
    runs: list[list[Token]] = []
    run: list[Token] = []
    size = 0.0
    for token in tokens:
        last = run[-1] if run else token
        em = token.size
        if (  # the usual case: the next word of a line, a space away, alike in size
            em == last.size
            and GLUE * em <= token.x0 - last.x1 <= WIDE * em
            and -0.1 < token.base - last.base < 0.1
            and not (token.raised or last.raised)
        ):
            run.append(token)
        elif run and _follows(run[-1], token, size):
            _append(run, _joined(run[-1], token, size))
        else:
            run = [token]
            runs.append(run)
            size = token.size
        if token.size > size and not token.raised:
            size = token.size
    return _merged([line(run) for run in runs])


def _follows(last: Token, token: Token, size: float) -> bool:
    """Whether the token goes on where the last one ends, on the same line."""
    em = max(size, token.size)
    if not -0.5 * em <= token.x0 - last.x1 <= WIDE * em:
        return False
    return abs(token.base - last.base) <= (0.2 if abs(token.size - last.size) < 0.1 * em else 0.55) * em


def _append(run: list[Token], token: Token) -> None:
    """Puts a token to its run; a piece of a torn word goes back to its word."""
    last = run[-1]
    if token.glued and not token.raised and not last.raised and abs(token.size - last.size) < 0.1 * last.size:
        run[-1] = last._replace(
            text=last.text + token.text,
            x1=max(last.x1, token.x1),
            top=min(last.top, token.top),
            bottom=max(last.bottom, token.bottom),
            hyphen=token.hyphen or token.text == "-",
        )
    else:
        run.append(token)


def _joined(last: Token, token: Token, size: float) -> Token:
    """The token as it stands beside its neighbour: raised if smaller and higher, glued if they touch."""
    em = max(size, token.size, 1.0)
    raised = token.raised or (token.size < 0.88 * em and last.base - token.base > 0.12 * em and not last.raised)
    raised = raised or (last.raised and token.size < 0.88 * em and abs(token.base - last.base) < 0.1 * em)
    glued = token.glued or token.x0 - last.x1 < GLUE * em
    return token if (raised, glued) == (token.raised, token.glued) else token._replace(raised=raised, glued=glued)


def _merged(pieces: list[Line]) -> list[Line]:
    """Joins runs of one line that the content stream holds apart."""
    rest = sorted(pieces, key=attrgetter("base", "x0"))
    done: list[Line] = []
    for piece in rest:
        match = None
        for index in range(len(done) - 1, -1, -1):
            if piece.base - done[index].base > 0.6 * piece.size + 4:
                break
            if _touch(done[index], piece):
                match = index
                break
        if match is None:
            done.append(piece)
        else:
            done[match] = _beside(done[match], piece)
    return sorted(done, key=attrgetter("base", "x0"))


def _touch(one: Line, two: Line) -> bool:
    em = max(one.size, two.size)
    small = min(one.size, two.size) < 0.88 * em
    if abs(one.base - two.base) > (0.5 if small else 0.15) * em:
        return False
    gap = max(one.x0, two.x0) - min(one.x1, two.x1)
    return -0.5 * em <= gap <= (0.4 if small else 1.0) * em


def _beside(one: Line, two: Line) -> Line:
    tokens = sorted((*one.tokens, *two.tokens), key=attrgetter("x0"))
    size = max(one.size, two.size)
    joined = tokens[:1]
    for token in tokens[1:]:
        _append(joined, _joined(joined[-1], token, size))
    return line(joined)


def rows(lines: Iterable[Line], tolerance: float = 0.35) -> list[list[Line]]:
    """Groups lines that stand side by side on one baseline; top to bottom, each row from left to right."""
    grouped: list[list[Line]] = []
    for piece in sorted(lines, key=attrgetter("base", "x0")):
        if grouped and abs(piece.base - grouped[-1][0].base) <= tolerance * max(piece.size, grouped[-1][0].size):
            grouped[-1].append(piece)
        else:
            grouped.append([piece])
    return [sorted(row, key=attrgetter("x0")) for row in grouped]
