"""Footnote marks of a table: taken out of its cells, and the notes that explain them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.read.lines import Line
from pipeline.read.text import is_power
from pipeline.read.tokens import Token

_SIGNS = "*†‡§¶#"
_SIGNED = re.compile(rf"(.*[^\s{re.escape(_SIGNS)}])([{re.escape(_SIGNS)}]+)$")


def without_marks(lines: Sequence[Sequence[Token]], marks: set[str]) -> tuple[list[list[Token]], list[Token]]:
    """A cell's words and its footnote marks.

    Marks are raised letters and signs, raised numbers that are in `marks`, the marks that the notes explain, and
    signs at the end of a word.
    """
    kept: list[list[Token]] = []
    signs: list[Token] = []
    for tokens in lines:
        left: list[Token] = []
        for token in tokens:
            before = left[-1] if left else None
            short = len(token.text) <= 3 and token.text not in ("th", "st", "nd", "rd")
            numeric = token.text[:1].isdigit()
            bare = token.text.strip("(),[] ")
            if (
                token.raised
                and short
                and bare
                and not is_power(token, before)
                and (not numeric or bare in marks or not marks)
            ):
                signs.extend([token._replace(text=part, glued=False) for part in re.findall(r"\w|[^\w\s,]+", bare)])
                continue
            match = _SIGNED.match(token.text)
            if match and (match[1].strip("(") or before):
                cut = token.x1 - (token.x1 - token.x0) * len(match[2]) / len(token.text)
                signs.append(token._replace(text=match[2], x0=cut, glued=False))
                left.append(token._replace(text=match[1], x1=cut))
            elif before is not None and re.fullmatch(rf"[{re.escape(_SIGNS)}]+", token.text):
                signs.append(token._replace(glued=False))
            else:
                left.append(token)
        kept.append(left)
    return kept, signs


def notes_of(lines: Sequence[Line]) -> list[tuple[str, Token | None, list[list[Token]]]]:
    """Notes as mark, the mark's word, and printed lines; a raised mark or a sign begins a note, also within a line."""
    notes: list[tuple[str, Token | None, list[list[Token]]]] = []
    for line in lines:
        begun = False
        for index, token in enumerate(line.tokens):
            before = line.tokens[index - 1] if index else None
            sign, rest = _mark(token, before)
            if sign is not None:
                notes.append((sign.text, sign, []))
                begun = False
            elif not notes:
                notes.append(("", None, []))
            if rest is None:
                continue
            printed = notes[-1][2]
            if not begun or not printed:
                printed.append([])
                begun = True
            printed[-1].append(rest._replace(glued=rest.glued and bool(printed[-1])))
    return [note for note in notes if note[2]]


def _mark(token: Token, before: Token | None) -> tuple[Token | None, Token | None]:
    """The mark that a note's word begins with, if it does, and what is left of the word."""
    opens = before is None or before.text[-1:] in ".;,"
    if not opens:
        return None, token
    text = token.text.strip("().:")
    if token.raised and 0 < len(text) <= 2:
        return token._replace(text=text, glued=False), None
    match = re.match(rf"([{re.escape(_SIGNS)}]+)(.*)$", token.text)
    if match and (before is None or before.text[-1:] in ".;"):
        rest = token._replace(text=match[2], glued=False) if match[2] else None
        return token._replace(text=match[1], glued=False), rest
    if before is None and re.fullmatch(r"[a-z][).]?", token.text):
        return token._replace(text=text), None
    return None, token
