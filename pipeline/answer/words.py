"""Words as they are compared: made plain, cut to their stems, one word for those of one meaning."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from pipeline.document import Document, Table

# One character for one, so that offsets stay.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
        **dict.fromkeys("\u00a0\u2009\u202f\u2002\u2003\u2007", " "),
        "·": ".",
        "‘": "'",
        "’": "'",
    }
)

STOP = frozenset(
    "a an the of in on at to for from and or by with as is was were are be been that this these those than which who whom "
    "their its it had has have did do not per during between among into through via using after before up s t".split()
)
# Phrases of several words that mean one thing, and the words that trials print for them.
_PHRASES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"(?<!\w)(?:{pattern})(?!\w)"), f" {word} ")
    for pattern, word in (
        (r"(?:treatment[- ]emergent )?adverse (?:drug )?(?:events?|effects?|reactions?)|side[- ]effects?|t?e?aes?", "adversity"),
        (r"body mass index|bmi", "bodymass"),
        (r"(?:health[- ]related )?quality of life|(?:hr)?qol|hrqol", "lifequality"),
        (r"systolic(?: blood pressure| bp)?|sbp|bp ?-?syst\w*", "systolic"),
        (r"diastolic(?: blood pressure| bp)?|dbp|bp ?-?diast\w*", "diastolic"),
        (r"(?:length|duration) of (?:hospital |the )*(?:stay|hospitali[sz]ation)|los", "hospitalstay"),
        (r"(?:hospital|postoperative) (?:length of )?stay|hospitali[sz]ation (?:time|duration)", "hospitalstay"),
        (r"visual analog(?:ue)? (?:scale|score)|vas", "visualanalog"),
        (r"(?:treatment|care) as usual|standard of care|tau", "usualcare"),
        (r"(?:usual|standard|routine|conventional) (?:medical )?(?:care|treatment|therapy)", "usualcare"),
        (r"well[- ]being", "wellbeing"),
        (r"follow[- ]?ups?", "followup"),
        (r"post[- ]?(?:operative(?:ly)?|surgery|op)", "postoperative"),
        (r"post[- ]?(?:test|treatment|intervention)", "posttreatment"),
        (r"pre[- ]?(?:test|treatment|intervention)", "baseline"),
        (r"birth ?weight", "birthweight"),
        (r"blood glucose|plasma glucose|blood sugar|fbs|fpg", "glucose"),
        (r"operati(?:ve|ng|on) time|duration of (?:surgery|operation)", "surgerytime"),
        (r"preterm (?:birth|delivery)|premature (?:birth|delivery)", "preterm"),
        (r"c(?:a?esarean)(?: section| delivery)?|c-section", "cesarean"),
        (r"at least (?:one|1)|[≥>]=? ?1(?= )|one or more|any type of", "any"),
        (r"non[- ]|without |no |not |free of |absence of ", "without"),
    )
)  # fmt: skip

_ALIKE = {
    word: words.split()[0]
    for words in (
        "death mortality died dead fatal fatality deaths die",
        "fecal stool stools feces faeces faecal",
        "duration length",
        "vomiting vomit emesis vomited",
        "women woman female females girl girls",
        "men man male males boy boys",
        "responder response responders respond responded responding responses",
        "remission remitter remitters remitted remit",
        "recovery recover recovered cure cured healing healed heal cures",
        "relapse recurrence recurrent recurred relapsed relapses recurrences",
        "bleeding hemorrhage haemorrhage bleed hemorrhages",
        "infant baby babies newborn newborns neonate neonates neonatal infants",
        "children child pediatric paediatric",
        "withdrawal discontinuation discontinued withdrew withdrawn dropout dropouts discontinue",
        "fever pyrexia febrile",
        "surgery operation surgical operations",
        "drug medication medications medicine drugs",
        "illness disease diseases illnesses",
        "pregnancy pregnant pregnancies gravid",
        "pain analgesia painful",
        "success successful successfully",
        "anxiety anxious",
        "depression depressive depressed",
        "obstruction obstructed obstructive",
        "infection infections infected",
        "smoking smoker smokers smoke cigarette",
        "weight weights",
        "hypertension hypertensive",
        "saline nacl",
        "placebo dummy",
        "acupuncture needling",
        "color colour colored coloured",
        "flavored flavoured flavor flavour",
    )
    for word in words.split()
}

_SUFFIXES = tuple(
    "ations ation ingly ings ing edly ments ment ness ives ive ions ion ically ical ally ences ies ers ed al ly er es s y e "
    "ic".split()
)
_TOKEN = re.compile(r"[a-zα-ωµ]+\d*|\d+(?:\.\d+)?")


def plain(text: str) -> str:
    """The same text with one minus, one space and one decimal point; offsets stay."""
    return text.translate(_PLAIN)


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A rough stem, enough to let `treated` meet `treating`."""
    word = _ALIKE.get(word, word)
    word = word.replace("ae", "e").replace("oe", "e") if len(word) > 5 else word
    word = re.sub(r"our(?=$|s$|al$)", "or", word) if len(word) > 5 else word
    word = word.replace("isation", "ization")
    for suffix in _SUFFIXES:
        left = word.removesuffix(suffix)
        if left != word and len(left) >= 4 and not (suffix == "s" and left[-1] == "s"):
            return left
    return word


def _stemmed(words: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words.split())


@lru_cache(maxsize=50_000)
def stems(text: str) -> tuple[str, ...]:
    """The stems of a phrase in order, without words that say nothing; a negation is `without`."""
    lower = plain(text).lower()
    for pattern, word in _PHRASES:
        lower = pattern.sub(word, lower)
    found: list[str] = []
    for match in _TOKEN.finditer(lower):
        word = match.group()
        if word.endswith("less") and len(word) > 7:  # gloveless: without glove
            found += ["without", stem(word.removesuffix("less"))]
        elif word not in STOP:
            found.append(stem(word))
    return tuple(found)


ARM_GENERIC = _stemmed(
    "group arm patient subject participant case cohort therapy treatment treated receiving received regimen person people "
    "session program programme alone only tablet daily administered administration use user assigned given consultation"
)
"""Words that any arm's name may hold."""

OUTCOME_GENERIC = _stemmed(
    "score rate level mean change number patient participant effect improvement improved total incidence reduction reduced "
    "proportion percentage test subject median average overall index value measure outcome event occurrence frequency "
    "increase increased decrease decreased percent prevalence all any status result severity symptom use concentration "
    "treatment therapy intervention baseline time"
)
"""Words that any outcome's name may hold."""

NEUTRAL = _stemmed(
    "total overall all any number patient participant subject mean sd se sem median unit mg kg g ml dl mmol mmhg cm mm "
    "day week month year hour minute min hr hrs wk mo yr score percent rate followup final end endpoint post value posttreatment "
    "result variable characteristic parameter outcome measure time point timepoint level intention itt analysis baseline "
    "x m n l h μg ng iu u "
    "yes present follow period at in test index both visit t0 t1 t2 t3 mean± items item table data group"
)
"""Words of a label that do not make it another outcome."""


def same(one: str, other: str) -> bool:
    """Whether two stems stand for one word: equal, or one is a long beginning of the other."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    return len(short) >= 5 and long.startswith(short) and len(long) - len(short) <= 4 and short.isalpha()


Abbreviations = Mapping[str, str]

_CODE = re.compile(r"[A-Z][A-Za-z]*(?:[A-Z]|[a-z](?=-))[A-Za-z]*(?:-\w+)*")
_CUT = re.compile(
    r"\b(?:the|a|an|of|for|and|or|by|with|as|in|on|to|was|were|is|are|all|score of|calculated|used|using|measured|assessed)\b ?",
    re.IGNORECASE,
)

_INLINE = re.compile(r"((?:[\w'/+-]+[ ]){1,9})\(\s*([A-Z][A-Za-z0-9+/-]{1,9}?)s?\s*(?=[);,=:])")
_LISTED = re.compile(
    r"(?:^|[;,.:]\s*)([A-Z][A-Za-z0-9/+-]{1,9})(?: groups?)?\s*[,=:]\s*(?:the )?([A-Za-z][^;,.=:()]{3,80})"
)


def abbreviations(document: Document) -> Abbreviations:
    """What the document's short forms stand for: `long form (LF)` in prose, `LF, long form;` under tables."""
    found: dict[str, str] = {}
    text = plain(document.text)
    for match in _INLINE.finditer(text):
        if long := _long_form(match[2], match[1].split()):
            found.setdefault(match[2], long)
    notes = [text[note.start : note.end] for table in document.tables for note in table.notes]
    notes += [
        text[block.start : block.end] for block in document.blocks if block.kind in ("caption", "note", "footnote")
    ]
    for note in notes:
        for match in _LISTED.finditer(note):
            if _initials_fit(match[1], match[2].split()):
                found.setdefault(match[1], match[2].strip())
    for label in sorted({label for table in document.tables for label in _coded_labels(text, table)} - found.keys()):
        if long := _explained(text, label):
            found[label] = long
    return found


def _coded_labels(text: str, table: Table) -> Iterator[str]:
    """The labels of a table that are codes: one word with capitals, as `BPsyst` and `GASE-AD`."""
    for cell in table.cells:
        if match := _CODE.fullmatch(text[cell.start : cell.end].strip()):
            yield match.group()


def _explained(text: str, code: str) -> str:
    """What stands before a code in parentheses, or in parentheses behind it, whatever its letters."""
    before = re.search(rf"((?:[A-Za-z][\w'/-]*[ ]){{1,6}})\( ?{re.escape(code)} ?[);,]", text)
    if before:
        words = _CUT.split(before[1].strip())[-1].split()
        return " ".join(words) if len(words) > 1 else ""
    behind = re.search(rf"(?<![\w-]){re.escape(code)} \(([A-Za-z][A-Za-z' -]{{5,60}})\)", text)
    return behind[1] if behind else ""


def _long_form(short: str, words: list[str]) -> str:
    """The words before the parenthesis that the short form abbreviates (the last ones whose letters make it)."""
    for count in range(1, len(words) + 1):
        tail = words[-count:]
        if tail[0][:1].lower() == short[0].lower() and _initials_fit(short, tail) and count <= len(short) + 3:
            return " ".join(tail)
    return ""


def _initials_fit(short: str, words: list[str]) -> bool:
    """Whether the letters of the short form stand in the words in order, the first at their beginning."""
    letters = [letter for letter in short.lower() if letter.isalpha()]
    long = " ".join(words).lower()
    if len(letters) < 2 or not long or long[0] != letters[0] or len(long) <= len(short) + 2:
        return False
    place = 0
    for letter in letters:
        place = long.find(letter, place) + 1
        if place == 0:
            return False
    return True


def expanded(text: str, known: Abbreviations) -> str:
    """The phrase with its short forms written out; what a parenthesis only abbreviates is dropped."""

    def long(match: re.Match[str]) -> str:
        word = match.group()
        return known.get(word) or (known.get(word[:-1]) if word.endswith("s") else None) or word

    text = re.sub(
        r"\(\s*([A-Z][A-Za-z0-9+/-]{1,9})\s*\)",
        lambda m: "" if m[1].rstrip("s") in known or m[1] in known else m[0],
        plain(text),
    )
    return re.sub(r"[A-Za-z][A-Za-z0-9+/-]*", long, text)
