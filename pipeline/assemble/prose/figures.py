"""The numbers of a sentence that may be results of an arm, whether or not a finder knows them for results.

A number that no finder knows is taken as it is printed, unless the words before it say that it is none: a P value, a day,
a threshold, a place in a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from pipeline.assemble.items import is_time, role_of
from pipeline.assemble.prose.sentence import Sentence
from pipeline.evidence import Mention
from pipeline.fields import BY_NAME, PEOPLE, Role, with_role

_AVERAGED, _COUNTED = (
    next(field.name for field in with_role(Role.MEASUREMENT) if field.measure == measure)
    for measure in ("mean", "count")
)
_ONES = {word: place for place, word in enumerate("one two three four five six seven eight nine".split(), 1)}
_TEENS = {
    word: place
    for place, word in enumerate(
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(), 10
    )
}
_TENS = {
    word: 10 * place for place, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_SEVERAL = "|".join(word for word in _ONES if word != "one")
_IN_WORDS = rf"(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_ONES)}))?|{'|'.join(_TEENS)}|{_SEVERAL}"
_N = r"\d+(?:,\d{3})*(?:[.·]\d+)?"
_PLAIN = re.compile(
    rf"(?<![\w.,·/:-])(?:(?P<value>[-−–+]?{_N})|(?P<word>{_IN_WORDS})\b(?!-)(?! (?:or|of|to|hundred|thousand|times)\b))"
    rf"(?: ?(?:±|\+ ?(?:/|or) ?-) ?(?P<sd>{_N})| ?\( ?(?:SD |± ?)?(?P<in_brackets>\d+[.·]\d+) ?\)|"
    rf" ?(?:to|[-–]) ?(?P<high>[-−–]?{_N}))?"
    r"(?P<unit> ?(?:%|percent|per cent|mm ?Hg|points?))?(?![\w-]|[–/.,·:]\d)",
    re.IGNORECASE,
)
_NOT_A_RESULT = re.compile(
    r"(?:\b(?:p|n|phase|grade|stage|type|table|figure|fig|day|week|month|year|visit|group|arm|line|lines|factor of|aged?|α|alpha|"
    r"chi2?|t|f|r|df|power|least|than or equal to|study|studies|trial|model|step|part|populations?|periods?|categor\w+|range:?|"
    r"hedge\S* g:?|score of|target(?: \w+)? of)|(?:January|February|March|April|May|June|July|August|"
    r"September|October|November|December)) ?[=<>≤≥:]* ?$|[=<>≤≥] ?(?:or ?= ?)?$|= ?[<>] ?$|\bp ?[=<>] ?[\d.]+(?:,| and| or) $",
    re.IGNORECASE,
)
_TIMED = re.compile(
    r"\b(?:at|after|for|over|within|during|by|until|from|in|on|day|week|month|year|every|last|first|past|the|than|to|follow-up|(?:at|after)"
    r" \w+ and|months?,) ?$",
    re.IGNORECASE,
)
_TAKES_TIME = re.compile(
    r"\b(?:times?|durations?|survival|surviv\w+|stays?|length|latency|interval|follow\w*|PFS|OS|DFS|TTP|progression|delay|"
    r"took|last\w*|persisted|hospitali[sz]\w+|recovery|period|onset|sleep)\b",
    re.IGNORECASE,
)
"""Words for what is itself an amount of time."""
_TIME_GOES_ON = re.compile(
    r" ?-?(?:of|after|later|post\w*|follow-?up|before|prior|ago|treatment|study|period|visit|old|apart)\b",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"[%\s]*(?:[\w/]+ ?)?[(\[] ?(?:(?:n|SD|SE|range|mean|median|about|ie) ?=? ?)?")
_TO = re.compile(r" ?(?:%|[a-zA-Z/]+ ?[a-zA-Z]*)? to -?")
_CLOSED = re.compile(r"[^()\[\]]{0,60}[)\]]")
_EVENT = (
    r"(?:developed|experienced|suffered|died|had|reached|achieved|required|discontinued|withdrew|relapsed|responded)"
)
_SAMPLED = re.compile(
    r"\b(?:randomi[sz]\w+|enrol\w+|recruit\w+|includ\w+|allocat\w+|entered|eligible|assigned|analy[sz]\w+|studied|took part|"
    r"participated|completed|evalua\w+|received|given|treated|compared|took)\b",
    re.IGNORECASE,
)
_HAPPENED_BEFORE = re.compile(
    r"\b(?:occurred|developed|reported|seen|observed|found|noted|experienced|present)(?: \w+)? (?:in|by|among) $"
)
_HAPPENED_AFTER = re.compile(rf"[^.;,]{{0,60}}\b{_EVENT}\b")
_UNITS = {
    "%": "%",
    "percent": "%",
    "per cent": "%",
    "mmhg": "mm[Hg]",
    "mm hg": "mm[Hg]",
    "point": "{score}",
    "points": "{score}",
}
_DATED = re.compile(r" (?:January|February|March|April|May|June|July|August|September|October|November|December)\b")
_DAY = re.compile(r"\b(?:days?|weeks?|months?|years?|visits?|periods?|phases?) \d", re.IGNORECASE)
_STRENGTH = re.compile(r" ?(?:n|m|µ|μ|u|mc)?g/|%| ?IU\b")
_PEOPLE = re.compile(rf" (?:{PEOPLE}|eyes?)\b", re.IGNORECASE)
_CONTRASTS = ("difference", "ratio")


def figures(sentence: Sentence) -> Iterator[tuple[Mention, bool]]:
    """The numbers of a sentence that may be results; False with one that stands in brackets after another and belongs to it."""
    text = sentence.text
    last = None
    for one in _numbers(sentence):
        if last is not None and one.start < last.end:
            continue
        yield one, last is None or not _belongs(text, last, one)
        last = one


def _belongs(text: str, one: Mention, other: Mention) -> bool:
    """Whether a number tells the one before it in another way, or goes on with it: `12 (40 %)`, `from 9 to 4`."""
    gap = text[one.end : other.start]
    if _IN_BRACKETS.fullmatch(gap) and _CLOSED.match(text, other.end):
        return True
    if _TO.fullmatch(gap):
        return True
    return (
        re.fullmatch(r" ?, ?", gap) is not None
        and other.unit == "%" != one.unit
        and not one.unit
        and "sd" not in one.parts
    )


def _numbers(sentence: Sentence) -> Sequence[Mention]:
    results = [one for one in sentence.of(Role.MEASUREMENT) if _is_of_an_arm(one)]
    times = [one for one in sentence.mentions if is_time(one)]
    results += [one for one in times if _is_measured_time(sentence, one)]
    results += [one for one in sentence.of(Role.SAMPLE) if _happened(sentence, one)]
    others = [one for one in sentence.mentions if one not in results and role_of(one) is not Role.MEASUREMENT]
    shut = [*results, *others]
    for match in _PLAIN.finditer(sentence.text, *sentence.span):
        if any(one.start < match.end() and match.start() < one.end for one in shut):
            continue
        if not _is_other(sentence, match):
            results.append(_plain(match, of_people=bool(_PEOPLE.match(sentence.text, match.end()))))
    return sorted(results, key=lambda one: (one.start, -one.end))


def _is_other(sentence: Sentence, match: re.Match[str]) -> bool:
    """Whether a number is no result: a statistic of a test, a day of a list, a place in a list, a strength, a P value."""
    text, start = sentence.text, sentence.span.start
    before, after = text[start : match.start()], text[match.end() : match.end() + 2]
    if _NOT_A_RESULT.search(before[-40:]):
        return True
    if _DATED.match(text, match.end()):
        return True
    if after[:1] == ")" and before.count("(") <= before.count(")"):
        return True
    if before.rfind("[") > before.rfind("]") and match["sd"] is None:
        return True
    whole = match["sd"] is None and match["unit"] is None and "." not in match[0]
    if whole and re.search(r"\b(?:and|or|to|nor) $", before) and _DAY.search(before):
        return True
    return (
        any(one.end == match.start() - 1 for one in sentence.treatments)
        and _STRENGTH.match(text, match.end()) is not None
    )


def _is_measured_time(sentence: Sentence, one: Mention) -> bool:
    """Whether an amount of time is a result (`a stay of 4 days`), and no time point or length of a study."""
    if (
        one.value is None
        or not one.text[0].isdigit()
        or not _TAKES_TIME.search(sentence.text, sentence.span.start, one.start)
    ):
        return False
    text = sentence.text
    return not (
        _TIMED.search(text[max(0, one.start - 20) : one.start]) or _TIME_GOES_ON.match(text, one.end) or "-" in one.text
    )


def _is_of_an_arm(one: Mention) -> bool:
    """Whether a result is one arm's: a difference and a ratio are of two."""
    return (one.value is not None or bool(one.parts)) and BY_NAME[one.field].measure not in _CONTRASTS


def _happened(sentence: Sentence, one: Mention) -> bool:
    """Whether people are counted because something happened to them, not because they took part."""
    text = sentence.text
    return bool(
        (not _SAMPLED.search(text, *sentence.span) and re.search(r"[nN] ?=", one.text) is None)
        or _HAPPENED_BEFORE.search(text[max(sentence.span.start, one.start - 40) : one.start])
        or _HAPPENED_AFTER.match(text, one.end, sentence.span.end)
    )


def _plain(match: re.Match[str], *, of_people: bool) -> Mention:
    """A number that no finder knows as a result, as it is printed."""
    value = _decimal(match["value"]) if match["value"] else Decimal(_in_words(match["word"]))
    spread = match["sd"] or match["in_brackets"]
    high = _decimal(match["high"]) if match["high"] else None
    unit = _UNITS.get(" ".join((match["unit"] or "").lower().split()), "")
    parts = {"sd": _decimal(spread)} if spread else {}
    if of_people and not unit and high is None and value == value.to_integral_value():
        return Mention(_COUNTED, match.start(), match.end(), match[0], value)
    return Mention(_AVERAGED, match.start(), match.end(), match[0], value, high, unit, parts=parts)


def _in_words(printed: str) -> int:
    known = _ONES | _TEENS | _TENS
    return sum(known[word] for word in re.split(r"[- ]", printed.lower()))


def _decimal(printed: str) -> Decimal:
    return Decimal(printed.replace(",", "").replace("·", ".").replace("−", "-").replace("–", "-"))
