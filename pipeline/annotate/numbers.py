"""How trial reports print numbers: digits, thousands separators, spelled words, fractions, ranges, lists.

Patterns are for text that `nlp.plain` has made plain: every minus and dash is `-`, every space a space.
"""

from __future__ import annotations

import re
from decimal import Decimal

_WORDS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 10 * number for number, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "tenth": 10}

_tens = rf"(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(list(_WORDS)[1:10])}))?"
_below_hundred = rf"(?:{_tens}|{'|'.join(sorted(_WORDS, key=len, reverse=True))})"

_digits = r"(?:\d{1,3}(?:,\d{3})+(?:[.·]\d+)?|\d+(?:[.·]\d+)?|[.·]\d+)(?!\d)"
# A digit run that is not part of a code (GLYX-13, HDRS-17, IL-6), of a longer number, or of a spread (± 3).
DIGITS = rf"(?<![\w.±])(?<!± )(?<![A-Za-z]-)(?<!\d,)(?<!\d[·:]){_digits}"
# The same where what stands before has been matched already (the far end of a range, a number after `=`).
INNER = _digits
SIGNED = rf"(?:(?<![\w.)\]]) ?[-+] ?|(?<![\w.])){INNER}"
_hundreds = rf"{_below_hundred}(?:[- ]hundred(?:[- ](?:and )?{_below_hundred})?)?"
SPELLED = rf"(?<![\w-])(?i:{_hundreds})(?![\w]|-(?:{'|'.join(_PARTS)}))"
COUNT = rf"(?:{DIGITS}|{SPELLED})"
RANGE = r" ?(?:-|to|through) ?"
FRACTION = rf"(?<![\w-])(?:(?:one|two|three|four|five|a)[- ](?:{'|'.join(_PARTS)})s?|half)(?= of\b| (?!of)\w)"
LIST = r"(?: ?, ?(?:and |or )?| ?/ ?| (?:and|or) )"


def number(text: str) -> Decimal:
    """The value of a matched number, as read: `62.0` stays 62.0. Raises ValueError for text that is none."""
    plain = text.strip().lower().replace(" ", "") if any(c.isdigit() for c in text) else text.strip().lower()
    plain = plain.replace("·", ".").replace(",", "")
    if any(c.isdigit() for c in plain):
        return Decimal(plain)
    return Decimal(_spelled(plain))


def fraction(text: str) -> Decimal:
    """A spelled fraction as a percentage to one decimal: `one third` is 33.3."""
    words = re.split(r"[- ]", text.strip().lower())
    part = next(_PARTS[name] for word in words for name in (word, word.rstrip("s")) if name in _PARTS)
    share = Decimal(100 * _WORDS.get(words[0], 1)) / part
    return share if share == share.to_integral() else share.quantize(Decimal("0.1"))


def _spelled(words: str) -> int:
    total = 0
    for word in re.split(r"[- ]", words):
        if word == "hundred":
            total = (total or 1) * 100
        elif word in _TENS:
            total += _TENS[word]
        elif word in _WORDS:
            total += _WORDS[word]
        elif word != "and":
            raise ValueError(f"no number: {words!r}")
    return total
