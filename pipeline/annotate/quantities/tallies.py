"""What is counted beside people: studies, cases of a disease, infusions, treatments that failed; and sums of money.

A tally is a `count` whose unit says what was counted (`{study}`: UCUM's annotations).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from pipeline.annotate.found import Found, units
from pipeline.annotate.numbers import COUNT, DIGITS, INNER, number
from pipeline.fields import PEOPLE

# What may stand between a number and what it counts: adjectives; no people, no verb that people do, no preposition.
_WORDS = (
    rf"(?:(?!(?:of|for|in|at|to|with|and|or|by|from|than|on|per|was|were|had|has|have|within|the|all|this|that|each|who|met|left|"
    rf"completed|entered|enrolled|finished|joined|days?|weeks?|months?|years?|groups|{PEOPLE})\b)[^\W\d][\w-]*,? ){{0,5}}?"
)
_OF_THESE = r"(?: of (?:the|these|those))?"
_MANY = r"RCTs|trials|studies|meta-?analyses|case (?:series|reports)|systematic reviews"
_ONE = r"RCT|trial|study|meta-?analysis|case report|systematic review"
_STUDIES = re.compile(
    rf"(?:(?P<value>{COUNT}){_OF_THESE} {_WORDS}(?<!antidepressant )(?<!adequate )(?<!drug )(?<!treatment )(?:{_MANY})|"
    rf"(?P<only>(?<![\w-])(?:one|1|single)) {_WORDS}(?:{_ONE}))(?![\w-])",
    re.IGNORECASE,
)
_COUNTING = re.compile(r"\b(?:only|to date|so far|thus far|just)\b", re.IGNORECASE)
# `No current studies of X have been reported`: none.
_NO_STUDIES = re.compile(
    r"\b(?P<none>no) (?:(?:current|published|other|controlled|randomi[sz]ed|clinical|human|prospective|such) ){0,3}"
    r"(?:RCTs|trials|studies)\b(?=[^.;]{0,80}\b(?:reported|published|conducted|performed|done|available|"
    r"evaluated|examined|investigated|tested|exist)\b)",
    re.IGNORECASE,
)
_CROWD = re.compile(
    rf"(?P<value>{INNER}) ?(?P<times>million|billion)(?= (?:\w+ ){{0,3}}?(?:cases|people|persons|individuals|adults|patients|"
    r"men|women|children|sufferers)\b)",
    re.IGNORECASE,
)
_GIVEN = re.compile(
    rf"(?P<value>{DIGITS}) (?:(?:patient|single|separate|total|consecutive) )?(?P<noun>infusions|injections|treatments|"
    r"procedures|administrations)(?= (?:of|in|were|given|performed|that|conducted|analy[sz]ed|administered|from)\b)",
    re.IGNORECASE,
)
_NOUN = (
    r"(?:therap(?:y|ies)|trials?|treatments?|antidepressants?|medications?|drugs?|agents?|antipsychotics?|anticonvulsants?|"
    r"courses?|regimens?|lines?)(?! (?:groups?|arms?|phases?|periods?)\b)(?: (?:trials?|therap(?:y|ies)|treatments?|courses?))?\b"
)
_FAILED = re.compile(
    rf"\b(?:fail\w*|not (?:adequately )?respon\w+|non-?respon\w+|resist\w+|refractory|inadequate\w*)\b[^.;]{{0,40}}?"
    rf"(?:at least|≥|>=|more than|minimum of|to|of|failed) ?(?P<value>{COUNT})(?: or more)? {_WORDS}{_NOUN}|"
    # `at least two antidepressants have failed`, `at least 1 failed trial`
    rf"\bat least (?P<first>{COUNT}) (?:{_WORDS}{_NOUN}(?= (?:\w+ ){{0,2}}?failed\b)|failed {_WORDS}{_NOUN})",
    re.IGNORECASE,
)
_MOST_GIVEN = 20
"""So few were given to one person, as a schedule."""


def tallies(text: str) -> Iterator[Found]:
    """Counts of studies, of treatments that failed or were given, and of people by the million."""
    for match in _STUDIES.finditer(text):
        if match["value"] is not None:
            yield _found(match, number(match["value"]), "{study}")
        # `One study suggests` counts nothing; `only one study` and `one study to date` do.
        elif _COUNTING.search(text, max(0, match.start() - 30), match.end() + 15):
            yield Found("count", match.start("only"), match.end(), Decimal(1), unit="{study}")
    for match in _FAILED.finditer(text):
        group = "value" if match["value"] else "first"
        yield Found("count", match.start(group), match.end(), number(match[group]), unit="{treatment}")
    for match in _NO_STUDIES.finditer(text):
        yield Found("count", *match.span("none"), Decimal(0), unit="{study}")
    for match in _CROWD.finditer(text):
        yield _found(match, number(match["value"]), units("number")[match["times"].lower()])
    for match in _GIVEN.finditer(text):
        if number(match["value"]) > _MOST_GIVEN:
            yield _found(
                match, number(match["value"]), "{infusion}" if "infus" in match["noun"].lower() else "{administration}"
            )


def money(text: str) -> Iterator[Found]:
    """Sums of money, with the currency's ISO 4217 code for a unit; millions are `10*6.EUR`."""
    names = "|".join(re.escape(name) for name in sorted(units("money"), key=len, reverse=True))
    times = "|".join(units("number"))
    for match in re.finditer(
        rf"(?<![\w$€£])(?P<unit>{names}) ?(?P<value>{INNER})(?: ?(?P<times>{times})\b)?(?! ?(?:[mµu]g|g)\b)", text
    ):
        factor = f"{units('number')[match['times']]}." if match["times"] else ""
        yield Found(
            "score", match.start(), match.end(), number(match["value"]), unit=factor + units("money")[match["unit"]]
        )


def _found(match: re.Match[str], value: Decimal, unit: str) -> Found:
    return Found("count", match.start("value"), match.end(), value, unit=unit)
