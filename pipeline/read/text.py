"""Builds a document's text from printed words: spaces, healed hyphens, raised characters, every word's offsets."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.document import Box, Span, Word
from pipeline.read.hyphens import Hyphens
from pipeline.read.tokens import Sheet, Token

_SUPERSCRIPT = str.maketrans("0123456789+-−–()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁽⁾ⁿ")
_POWER = re.compile(r"(?:^|[^\w.-])10$|(?:^|[^A-Za-z-])[kcmµμ]?m$|(?:^|[\s(])(?:R|r|χ|η|Chi|chi)$|/s$")
_ORDINAL = re.compile(r"st|nd|rd|th|[®™°ºo]", re.IGNORECASE)
_LINK = re.compile(r"(?:https?:|www\.|10\.\d{4,}/)\S*$")


class Writer:
    """Collects the text piece by piece; every printed word gets the offsets that it has in the text."""

    def __init__(self, hyphens: Hyphens, sheets: Sequence[Sheet]) -> None:
        self._hyphens = hyphens
        self._sheets = {sheet.number: sheet for sheet in sheets}
        self._parts: list[str] = []
        self.length = 0
        self.words: list[Word] = []
        self.raised: list[Span] = []

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def since(self, start: int) -> str:
        """What was written from this offset on."""
        held: list[str] = []
        at = self.length
        for part in reversed(self._parts):
            if at <= start:
                break
            held.append(part)
            at -= len(part)
        return "".join(reversed(held))

    def put(self, text: str) -> None:
        """Text that no printed word stands for: spaces, tabs, newlines."""
        self._parts.append(text)
        self.length += len(text)

    def write(self, printed: Sequence[Sequence[Token]]) -> Span:
        """Writes printed lines as running text, and gives the span they take."""
        lines = [tokens for tokens in printed if tokens]
        start = self.length
        for number, tokens in enumerate(lines):
            self._line(tokens)
            if number + 1 < len(lines):
                self._end_line(tokens[-1], lines[number + 1][0].text)
        return Span(start, self.length)

    def _line(self, tokens: Sequence[Token]) -> None:
        parts, words, length = self._parts, self.words, self.length
        sheet = self._sheets[tokens[0].page]
        upright = not sheet.turn
        made = tuple.__new__  # half the time of the named tuples' own constructors
        before: Token | None = None
        for token in tokens:
            if before is not None:
                joint = _joint(parts[-1], token, before) if token.glued else " "
                parts.append(joint)
                length += len(joint)
            text = token.text
            if token.raised:
                text = self._lowered(token, before, length)
            parts.append(text)
            end = length + len(text)
            box = made(Box, token[1:5]) if upright else sheet.box(token.x0, token.top, token.x1, token.bottom)
            words.append(made(Word, (length, end, token.page, box, token.size)))
            length, before = end, token
        self.length = length

    def _lowered(self, token: Token, before: Token | None, start: int) -> str:
        """A raised run as text: an exponent in superscript; a number is remembered, since it may cite."""
        if is_power(token, before):
            return token.text.translate(_SUPERSCRIPT)
        if token.text[0].isdigit():
            self.raised.append(Span(start, start + len(token.text)))
        return token.text

    def _end_line(self, token: Token, following: str) -> None:
        """What stands between two printed lines; a hyphen that the setting put there goes."""
        text = token.text
        if (
            text[-1] in "-‐"
            and len(text) > 1
            and not _LINK.search(text)
            and not self._hyphens.keeps(text[:-1], following)
        ):
            last = self.words.pop()
            self._parts[-1] = self._parts[-1][:-1]
            self.length -= 1
            self.words.append(Word(last.start, last.end - 1, last.page, last.box, last.size))
        elif not self._tight(token, following):
            self.put(" ")

    def _tight(self, token: Token, following: str) -> bool:
        """Whether the next printed line goes on without a space."""
        text = token.text
        if len(text) > 1 and text[-1] in "-‐" and (following[0].isalnum() or following[0] in "(["):
            return not text[-2].isspace() and (text[-2].isalnum() or text[-2] in ")]’'")
        if len(text) > 1 and text[-1] == "/" and following[0].isalnum():
            return True
        if len(text) > 1 and text[-1] in "—–" and following[0].isalnum() and text[-2].isalnum():
            return True
        return bool(_LINK.search(text)) and text[-1] in "./_=&?" and following[0].isalnum() and len(following) > 3


def _joint(written: str, token: Token, before: Token) -> str:
    """What stands between two words of a printed line that touch."""
    if token.raised and before.text[-1] in "([{":
        return ""
    if token.raised and not before.raised:
        power = is_power(token, before) or bool(_ORDINAL.fullmatch(token.text))
        return "" if power or not (token.text[0].isalnum() or token.text[0] in "[(") else " "
    if before.raised and not token.raised:
        number = before.text[0].isdigit() and written.isascii()
        isotope = number and token.text[0].isupper() and (len(token.text) == 1 or not token.text[1].isalpha())
        return " " if number and token.text[0].isalnum() and not isotope else ""
    return ""


def is_power(token: Token, before: Token | None) -> bool:
    """Whether a raised number is an exponent: behind ten, a unit or a statistic's letter, or with a minus sign."""
    if before is None or before.raised or not token.glued or not re.fullmatch(r"[-−–+]?\d{1,3}", token.text):
        return False
    return token.text[0] in "-−–+" or bool(_POWER.search(before.text))
