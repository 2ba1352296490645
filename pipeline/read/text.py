"""Builds a document's text from printed words: spaces, healed hyphens, raised characters, and the offset of every word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from pipeline.document import Span, Word
from pipeline.read.tokens import Sheet, Token

_SUPERSCRIPT = str.maketrans("0123456789+-−–()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁽⁾ⁿ")
_POWER = re.compile(r"(?:^|[^a-z])(?:10|[kcmµμ]?m|s|h|min|kg|g|l|d|cells|R|r|χ|η|Chi|chi|p)[2]?$")
_ORDINAL = re.compile(r"st|nd|rd|th|[®™°ºo]", re.IGNORECASE)
_HEAD = re.compile(r"[^\W\d_][\w'’-]*$")
_TAIL = re.compile(r"[^\W\d_]+")
_LINK = re.compile(r"(?:https?:|www\.|10\.\d{4,}/)\S*$")
_PREFIXES = frozenset(
    "a ab ad be bi com con contra counter de di dis em en ex fore hyper hypo im in infra inter intra intro ir macro mal "
    "mega meta micro mid mini mis mono multi neo neuro ob out over para per peri photo poly post pre pro proto psycho re "
    "semi sub super supra sur syn tele trans tri ultra un under uni up anti auto bio cardio electro extra hetero homo "
    "magneto patho pharmaco phar thera some any every".split()
)
_SUFFIXES = frozenset(
    "able ably age ages al ally ance ances ant ants ary ate ated ates ation ations ed ence ences ent ents er ers ever ful "
    "fully hood ible ibly ic ical ing ings ion ions ish ism ist ists ity ive ize ized less ly ment ments ness or ors ous "
    "over self ship sion sions tion tions ty ward wards wise ways fore man men how what where one ones body thing things "
    "in on to so as at is it an of by or no do go me my we he us am up time times side line form port tend sent rate rates "
    "hand ring king sing ting ding pose posed tain tained plying lying going come comes patient patients vent vents".split()
)
_JOINERS = frozenset(
    "based related controlled blind blinded label labeled labelled resistant dependent independent term lasting like "
    "induced associated free naive arm arms center centre week weeks day days month months year years hour hours minute "
    "point points item items group dose doses acting risk level wide style specific positive negative driven treated "
    "released release onset scale sectional effective evoked mediated oriented reported rated adjusted matched compulsive "
    "traumatic threatening stage step way sided tailed fold world known established called life analysis".split()
)


class Hyphens:
    """Decides which line-end hyphens stay, from how the document itself writes the words."""

    def __init__(self, pages: Iterable[Sequence[Token]]) -> None:
        self.plain: Counter[str] = Counter()
        self.hyphened: Counter[str] = Counter()
        for tokens in pages:
            torn = False
            for token, following in pairwise([*tokens, tokens[-1]] if tokens else []):
                after, torn = torn, _is_torn(token, following)
                for match in re.finditer(r"[^\W\d_]+(?:-\w+)*", token.text.lower()):
                    word = match.group()
                    if (torn and match.end() >= len(token.text) - 1) or (after and not match.start()):
                        continue
                    self.plain.update(word.split("-"))
                    if "-" in word:
                        parts = word.split("-")
                        self.hyphened.update("-".join(parts[i : i + 2]) for i in range(len(parts) - 1))
                        self.plain.subtract(parts)
                        self.plain.update(dict.fromkeys(parts, 0))

    def keeps(self, before: str, after: str) -> bool:
        """Whether the hyphen between the end of a line and the next line's begin belongs to the word."""
        head_match, tail_match = _HEAD.search(before), _TAIL.match(after)
        if head_match is None or tail_match is None:
            return True
        whole, tail = head_match.group().lower(), tail_match.group().lower()
        head = whole.rsplit("-", 1)[-1]
        joined, parted = self.plain[head + tail], self.hyphened[f"{head}-{tail}"]
        if joined > 0 or parted > 0:
            return parted > joined
        printed = head_match.group().rsplit("-", 1)[-1]
        if not after[0].islower():
            return printed not in ("Mac", "Mc")
        if len(head) == 1 or (printed.isupper() and len(printed) > 1) or any(char.isdigit() for char in printed):
            return True
        if head in _PREFIXES or tail in _SUFFIXES or len(tail) < 3:
            return False
        known = head in self.plain
        return known and (tail in _JOINERS or (tail in self.plain and len(head) > 2))


def _is_torn(token: Token, following: Token) -> bool:
    """Whether a word ends in a hyphen where its line ends."""
    return token.text.endswith("-") and (token.hyphen or abs(following.base - token.base) > 0.5 * token.size)


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
            following = lines[number + 1][0].text if number + 1 < len(lines) else ""
            for index, token in enumerate(tokens):
                before = tokens[index - 1] if index else None
                last = index + 1 == len(tokens)
                joint = _joint(self._parts[-1] if self._parts else "", token, before) if index else ""
                self.put(joint)
                self._word(token, before, following if last else "")
            if following and not self._tight(tokens[-1], following):
                self.put(" ")
        return Span(start, self.length)

    def _word(self, token: Token, before: Token | None, following: str) -> None:
        text = token.text
        broken = bool(following) and len(text) > 1 and text[-1] in "-‐" and not _LINK.search(text)
        if broken and not self._hyphens.keeps(text[:-1], following):
            text = text[:-1]
        start = self.length
        if token.raised:
            if is_power(token, before):
                text = text.translate(_SUPERSCRIPT)
            elif text[0].isdigit():
                self.raised.append(Span(start, start + len(text)))
        self.put(text)
        sheet = self._sheets.get(token.page)
        if sheet is not None:
            box = sheet.box(token.x0, token.top, token.x1, token.bottom)
            self.words.append(Word(start, self.length, token.page, box, token.size))

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


def _joint(written: str, token: Token, before: Token | None) -> str:
    """What stands between two words of a printed line."""
    if before is None or not token.glued:
        return " "
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
