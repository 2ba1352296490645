"""Where the names of arms stand in a sentence: what is called a group, what people were given, what stands in one frame."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.assemble.prose.pairs import Figure
from pipeline.document import Span
from pipeline.fields import PEOPLE_PLURAL

_HEAD = r"groups?|arms?|recipients|cohorts?|controls"
_HOLDERS = rf"(?:{PEOPLE_PLURAL}|eyes|limbs|teeth|lesions|sites|knees|hips|mice|rats)"
_TOKEN = re.compile(r"[^\W_][\w.'’+/%-]*[\w%+]|[^\W_]|[(),;:\"“”=\[\]<>+/]|±", re.UNICODE)
_NUMBER = re.compile(r"[-−–+]?\d[\d.,·]*%?")
_UNIT = re.compile(r"(?:mg|g|mcg|µg|ml|Gy|kg)(?:/.+)?")
_LABEL = re.compile(r"[A-Z]{1,5}|[1-9]")
_GIVEN = re.compile(
    rf"\b(?:assigned(?: to)?|randomi[sz]ed to|allocated to|receiv(?:ed|ing)|given|(?:treated|managed) with|taking|took|"
    rf"underwent|undergoing|fed|treatment with|{_HOLDERS} (?:on|using|under))(?: (?:receive|treatment with|the|an?|either))* ",
    re.IGNORECASE,
)
_AFTER_NUMBER = re.compile(
    rf"[)\]%]?(?: ?[\w/%.°]+)?[)\]]*(?: of)?(?: the)?(?: {_HOLDERS})?,? "
    r"(?P<frame>with|for|on|after|using|by|under|during|in|of) (?:the |those (?:on|with|in) )?",
    re.IGNORECASE,
)
_BEFORE_NUMBER = re.compile(r" ?(?:[=:,;]? ?[(\[] ?|[=:;] ?|, )(?:[nN] ?= ?)?[-−–]?$|^ $")
_VERSUS = re.compile(
    r"\b(?:vs\.?|versus|compared (?:with|to)|than|against)"
    r"(?: (?P<frame>with|for|on|after|in|those (?:on|with|in)|by|under))? (?:the |an? )?",
    re.IGNORECASE,
)
_NAME_IN_BRACKETS = re.compile(r"[)\]%]? ?\( ?(?P<name>[^()]{2,40}?) ?\)")
_SIDE_BY_SIDE = re.compile(r"(?: ?[%\w/]+(?: [\w]+)?)? ?(?:vs\.?|versus|v|compared with|and) [-−–]?\d")
_PREDICATE = re.compile(
    r"\b(?:was|were|had|has|is|showed|resulted|produced|reduced|increased|led|achieved|significantly)\b"
)
_LISTED = re.compile(r"\b(?P<and>,? ?and) (?:the )?")
_PLAIN = frozenset(
    "the a an and or of in on at for with by to from as than that which who was were is are be been being had has have did do "
    "not no it its their his her this these those both each either any all other same between among during after before "
    "while whereas but although when where versus vs compared into per more less higher lower greater fewer significantly "
    "there we only also however overall respectively mean median received receiving given treated assigned randomised "
    "randomized allocated followed achieved reached showed reported experienced occurred resulted increased decreased reduced "
    "improved using under patient within until over about v n p results conclusion met stayed remained kept developed "
    "completed discontinued became felt took through failed required suffered died responded withdrew needed average "
    "averages differed tended produced caused led gave half one-third two-thirds one-half third fed".split()
)
"""Words that end a name."""
_NO_ARM = frozenset(
    "baseline follow-up followup months month weeks week days day years year hours hour minutes min time age ages groups group "
    "arm arms total range ci sd se sem iqr interval value values score scores patients subjects eyes participants people visit "
    "study trial one two three four five six first second third end both respectively mean median rate rates percent men women "
    "mortality significance difference differences comparison analysis others further adverse events death deaths statistically "
    "mm hg mmhg kg mg ml cm points point least most cases case".split()
)
"""Words that are no name of an arm by themselves."""
_QUANTIFIER = frozenset(
    "two three four all both each either other any same these those between age ethnic total whole study treatment".split()
)
GENERIC = frozenset(
    "the a an group groups arm arms patients subjects eyes recipients participants women men treated alone".split()
)
"""Words that tell no arm from another."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name that counts only where another stands in the same frame."""

    span: Span
    frame: str


class Names:
    """The words of the sentence `[start, end)`, and the names of arms among them."""

    def __init__(self, text: str, start: int, end: int, figures: Sequence[Figure]) -> None:
        self.text, self.start, self.end, self.figures = text, start, end, figures
        self.words = [Span(match.start(), match.end()) for match in _TOKEN.finditer(text, start, end)]

    def word(self, place: int) -> str:
        return self.text[self.words[place].start : self.words[place].end] if 0 <= place < len(self.words) else ""

    def is_name(self, place: int) -> bool:
        """Whether a word may be part of a name: no mark, no number, none of the words that end one."""
        word = self.word(place)
        if not word or not word[0].isalnum() or word.lower() in _PLAIN:
            return False
        if any(one.start <= self.words[place].start < one.end for one in self.figures):
            return False
        return _NUMBER.fullmatch(word) is None

    def called(self) -> Iterator[Span]:
        """What is called a group or an arm, or treated so: `the X and Y groups`, `group B`, `X-treated patients`, `controls`."""
        for place in range(len(self.words)):
            word = self.word(place).lower()
            if re.fullmatch(_HEAD, word):
                yield from self._before(place) if word != "controls" else iter([self.words[place]])
            elif word.endswith("-treated") or (
                word == "treated" and self.is_name(place - 1) and not self._holds(place - 1)
            ):
                ends = place + 1 if re.fullmatch(rf"{_HOLDERS}|group", self.word(place + 1)) else place
                first = place if word != "treated" else place - 1
                yield Span(self.words[first].start, self.words[ends].end)

    def _before(self, head: int) -> Iterator[Span]:
        """The names before `group`, or the label after it."""
        first = self._first(head)
        if self._is_label(head + 1) and not (first < head and len(self.word(head + 1)) > 2):
            yield Span(self.words[head].start, self.words[head + 1].end)
            if self.word(head + 2) in ("and", "or") and self._is_label(head + 3):
                yield self.words[head + 3]
            return
        if first == head or (head - first == 1 and not self._tells(first, head)):
            return
        yield Span(self.words[first].start, self.words[head].end)
        while self.word(first - 1).lower() in ("and", "or", "versus", "vs", ","):
            last = first - 1
            first = self._first(last)
            if last - first == 0 or self.word(first).lower() in GENERIC:
                return
            if re.fullmatch(_HEAD, self.word(last - 1).lower()):
                return
            yield Span(self.words[first].start, self.words[last - 1].end)

    def _is_label(self, place: int) -> bool:
        return _LABEL.fullmatch(self.word(place)) is not None and not self._is_figure(place)

    def _tells(self, place: int, head: int) -> bool:
        """Whether one word before `group` names it: `both groups` and `treatment groups` are all of them."""
        word = self.word(place).lower()
        return word not in _QUANTIFIER or (word in ("study", "treatment") and self.word(head) in ("group", "arm"))

    def _first(self, last: int, most: int = 5) -> int:
        """The place where the name that ends before `last` begins."""
        first = last
        while last - first < most and self._continues(first - 1):
            first -= 1
        return first

    def _continues(self, place: int) -> bool:
        word = self.word(place)
        if word in ('"', "“", "”", "/", "+"):
            return True
        with_unit = _NUMBER.fullmatch(word) is not None and _UNIT.fullmatch(self.word(place + 1))
        strength = word.endswith("%") and _NUMBER.fullmatch(word) is not None and word.startswith("0.0")
        return bool(with_unit) or strength or self.is_name(place)

    def _holds(self, place: int) -> bool:
        return re.fullmatch(rf"{_HOLDERS}|{_HEAD}", self.word(place), re.IGNORECASE) is not None

    def _is_figure(self, place: int) -> bool:
        return any(one.start <= self.words[place].start < one.end for one in self.figures) and not re.fullmatch(
            r"[1-9]", self.word(place)
        )

    def given(self) -> Iterator[Span]:
        """What people were given: `assigned to X`, `women on X`."""
        if not self.words:
            return
        for match in _GIVEN.finditer(self.text, self.words[0].start, self.end):
            span = self._forward(match.end())
            if span is not None:
                yield span

    def widened(self, span: Span) -> Span:
        """A treatment with the words for those who had it."""
        match = re.compile(rf"[ -](?:treated )?(?:{_HEAD}|{_HOLDERS})\b").match(self.text, span.end, self.end)
        return Span(span.start, match.end()) if match else span

    def framed(self) -> Iterator[Candidate]:
        """Names beside numbers and in comparisons, each with the frame in which it stands."""
        for figure in self.figures:
            match = _AFTER_NUMBER.match(self.text, figure.end, self.end)
            span = self._forward(match.end()) if match else None
            if match and span is not None:
                yield Candidate(span, match["frame"].lower())
            span = self._back(figure.start)
            if span is not None and not _SIDE_BY_SIDE.match(self.text, figure.end, self.end):
                yield Candidate(span, "number")
            match = _NAME_IN_BRACKETS.match(self.text, figure.end, self.end)
            span = self._forward(match.start("name")) if match else None
            if match and span is not None and span.end == match.end("name"):
                yield Candidate(span, "bracket")
        if not self.words:
            return
        for match in _VERSUS.finditer(self.text, self.words[0].start, self.end):
            after = self._forward(match.end())
            beside = (
                self._same_frame(match["frame"], match.start())
                if match["frame"]
                else self._back(match.start(), near=True)
            )
            before = [beside, self._subject(match.start())]
            if after is not None:
                yield Candidate(after, f"versus{match.start()}")
                yield from (Candidate(span, f"versus{match.start()}") for span in before if span is not None)
        for match in _LISTED.finditer(self.text, self.words[0].start, self.end):
            last, ahead = self._forward(match.end()), self._back(match.start("and"), near=True)
            if last is None or ahead is None or "respectively" not in self.text[match.end() : self.end]:
                continue
            yield Candidate(last, f"list{match.start()}")
            while ahead is not None:
                yield Candidate(ahead, f"list{match.start()}")
                comma = self.text[ahead.start - 2 : ahead.start] == ", "
                ahead = self._back(ahead.start - 2, near=True) if comma else None

    def _same_frame(self, frame: str, before: int) -> Span | None:
        """`on X than on Y`: the name that the same preposition led to before."""
        places = [
            match.end() for match in re.compile(rf"\b{frame} (?:the |an? )?").finditer(self.text, self.start, before)
        ]
        return self._forward(places[-1]) if places else None

    def _subject(self, before: int) -> Span | None:
        """The name that opens the sentence, where a verb follows it."""
        verb = _PREDICATE.search(self.text, self.words[0].start, before)
        span = self._forward(self.words[0].start)
        if span is None:
            comma = self.text.find(", ", self.words[0].start, before)
            span = self._forward(comma + 2) if comma > 0 else None
        return span if verb and span is not None and verb.start() - span.end <= 2 else None

    def _forward(self, at: int, most: int = 4) -> Span | None:
        """The name that begins here."""
        first = next((place for place, word in enumerate(self.words) if word.start >= at), len(self.words))
        last = first
        while last - first < most and self._follows(last, first):
            last += 1
        return self._name(first, last) if first < len(self.words) and self.words[first].start - at <= 2 else None

    def _follows(self, place: int, first: int) -> bool:
        word = self.word(place)
        if word in ("plus", "/", "+") and place > first:
            return True
        if word and place > first and self.text[self.words[place - 1].end : self.words[place].start].strip():
            return False
        return self.is_name(place)

    def _back(self, before: int, *, near: bool = False) -> Span | None:
        """The name that ends here, a mark before the number aside; `near`: no mark either."""
        last = next((place for place in range(len(self.words) - 1, -1, -1) if self.words[place].end <= before), -1)
        while last >= 0 and self.word(last) in ("(", "[", "=", ":", ","):
            last -= 1
        if last < 0:
            return None
        between = self.text[self.words[last].end : before]
        if between.strip() if near else not _BEFORE_NUMBER.search(between):
            return None
        return self._name(self._first(last + 1, most=3), last + 1)

    def _name(self, first: int, last: int) -> Span | None:
        while first < last and self.word(last - 1) in ("/", "+", "plus", '"'):
            last -= 1
        if first >= last:
            return None
        if all(self.word(place).lower() in _NO_ARM for place in range(first, last)):
            return None
        if self.word(last - 1).lower().endswith("ly"):
            return None
        if self.word(last - 1).lower() in _NO_ARM and not (last - first > 1 and self._holds(last - 1)):
            return None
        return Span(self.words[first].start, self.words[last - 1].end)
