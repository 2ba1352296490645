"""What one place states, and what two or three such statements say of each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Literal, get_args

from pipeline.compare import Cell, is_reported
from pipeline.evidence import Comparison, EvidenceRecord, ItemKey

Voice = Literal["table", "prose", "paper"]
Kind = Literal[
    "tenfold",
    "unit",
    "arithmetic",
    "population",
    "definition",
    "design",
    "diagnosis",
    "route",
    "schedule",
    "outcome",
    "value",
]
"""Sorts of conflict; where several would do, the earlier explains more and wins.

- `tenfold`: the same digits with the point elsewhere
- `unit`: quantities of another kind (mg against mg/kg)
- `arithmetic`: the same people counted, another percentage
- `population`: a few people more or less, as randomised, treated and completed differ
- `definition`: another time point or instrument may explain it
- `design`, `diagnosis`, `route`, `schedule`: other words that do not go together
- `outcome`: another instrument
- `value`: none of these explains it
"""

_ORDER = get_args(Kind)
_ALONE: Mapping[Voice, Literal["only_table", "only_prose", "only_paper"]] = {
    "table": "only_table",
    "prose": "only_prose",
    "paper": "only_paper",
}


@dataclass(frozen=True, slots=True)
class Placed:
    """A record with its row."""

    row: int
    record: EvidenceRecord

    @property
    def key(self) -> tuple[str, int, int, str]:
        """Sorts by place and content, so that the order of the input decides nothing."""
        items = sorted((item.column, str(item.value), item.unit) for item in self.record)
        return self.record.document_id, self.record.start, self.record.end, repr(items)


@dataclass(frozen=True, slots=True)
class Statement:
    """One value as printed, and what it can be compared by.

    `number` and `unit` are as printed; `cell` is in base units.
    """

    text: str
    cell: Cell
    item: ItemKey
    number: Decimal | None = None
    unit: str = ""

    @property
    def reported(self) -> bool:
        return is_reported(self.text)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What two statements say of each other: `kind` is empty where they agree."""

    kind: Kind | Literal[""] = ""
    detail: str = ""


AGREE = Opinion()

Judge = Callable[[Statement, Statement], Opinion]


def is_power_of_ten(ratio: Fraction) -> bool:
    """10, 100, 1000 ... or one part of them; 1 is none."""
    times = max(ratio, 1 / ratio) if ratio > 0 else Fraction(0)
    digits = str(times.numerator)
    return times.denominator == 1 and times > 1 and digits == "1" + "0" * (len(digits) - 1)


def compare(
    study_id: str, column: str, stated: Mapping[Voice, Sequence[Statement]], judge: Judge, *, about: str = ""
) -> Comparison | None:
    """One row for what the voices state; None where no one states anything.

    Two voices agree if any statement of the one agrees with any of the other. `about` opens the detail.
    """
    said = {voice: [one for one in stated.get(voice, ()) if one.reported] for voice in get_args(Voice)}
    heard = [voice for voice in get_args(Voice) if said[voice]]
    if not heard:
        return None
    meetings = [_meet(first, second, said[first], said[second], judge) for first, second in combinations(heard, 2)]
    meetings.sort(key=lambda meeting: _rank(meeting.opinion))
    chosen: dict[str, Statement] = {}
    for meeting in meetings:
        chosen.setdefault(meeting.first, meeting.one)
        chosen.setdefault(meeting.second, meeting.other)
    for voice in heard:
        chosen.setdefault(voice, said[voice][0])
    conflicts = [meeting for meeting in meetings if meeting.opinion.kind]
    table, prose, paper = (_shown(stated.get(voice, ())) for voice in get_args(Voice))
    table_item, prose_item, paper_item = (chosen[voice].item if voice in chosen else None for voice in get_args(Voice))
    words = "; ".join([*_reasons(conflicts or meetings), *_silences(stated, heard)])
    return Comparison(
        study_id,
        column,
        table,
        prose,
        paper,
        "conflict" if conflicts else "agree" if len(heard) > 1 else _ALONE[heard[0]],
        conflicts[0].opinion.kind if conflicts else "",
        ": ".join(part for part in (about, words) if part),
        table_item,
        prose_item,
        paper_item,
    )


@dataclass(frozen=True, slots=True)
class _Meeting:
    first: Voice
    second: Voice
    one: Statement
    other: Statement
    opinion: Opinion


def _meet(
    first: Voice, second: Voice, ones: Sequence[Statement], others: Sequence[Statement], judge: Judge
) -> _Meeting:
    met = [_Meeting(first, second, one, other, judge(one, other)) for one in ones for other in others]
    agreed = [meeting for meeting in met if not meeting.opinion.kind]
    return min(agreed or met, key=lambda meeting: _rank(meeting.opinion))


def _rank(opinion: Opinion) -> tuple[int, bool]:
    """Conflicts first, the best explained before the others; of agreements, those that need no word."""
    return (_ORDER.index(opinion.kind) if opinion.kind else len(_ORDER), bool(opinion.detail))


def _reasons(meetings: Sequence[_Meeting]) -> Iterator[str]:
    for meeting in meetings:
        if meeting.opinion.detail:
            yield f"{meeting.first} {meeting.one.text}, {meeting.second} {meeting.other.text}: {meeting.opinion.detail}"


def _silences(stated: Mapping[Voice, Sequence[Statement]], heard: Sequence[Voice]) -> Iterator[str]:
    for voice in get_args(Voice):
        if stated.get(voice) and voice not in heard:
            yield f"the {voice} says that it was not reported"


def _shown(said: Sequence[Statement]) -> str:
    """Every value once, in the order of the source."""
    return "; ".join(dict.fromkeys(one.text for one in said))
