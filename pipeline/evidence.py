"""What we take from a source: mentions, evidence records with their proof, and what is said about them.

Numbers are `Decimal`, never float: 62.0 stays 62.0. Standard library only.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Source = Literal["table", "prose", "abstract"]
Value = Decimal | str

DERIVED = "derived."
"""How the rule of an item begins that no place prints: it is worked out from others, and its quote is theirs."""

NOT_REPORTED = "NR"
"""The value of a cell whose source states that it was not reported. An absent value is no item at all."""

IN_FIGURE = "figure"
"""The value of an outcome that its source shows in a figure only."""

COLUMNS = (
    "citations design diagnosis n arm drug drug_id dose dose_high dose_unit route frequency duration duration_unit "
    "comparator comparator_dose comparator_dose_unit arm_n outcome outcome_text scale timepoint timepoint_unit "
    "measure value value_high unit sd events total ci_low ci_high ci_level p_operator p"
).split()
"""The columns of a record that hold data items, in the order of `evidence.csv`."""

ARM_COLUMNS = COLUMNS[COLUMNS.index("arm") : COLUMNS.index("outcome")]
"""What an arm is described by."""

RESULT_COLUMNS = ("arm", "drug", *COLUMNS[COLUMNS.index("outcome") :])
"""What a result is described by."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One thing recognised in the text, at `[start, end)`.

    `value`, `value_high` and `unit` (a UCUM code where there is one) are the normalised quantity;
    `concept_id` and `preferred` name a vocabulary's concept. `parts` holds what else the words state:
    `sd`, `events`, `total`, `level`, `operator`, `kind` and the like.
    """

    field: str
    start: int
    end: int
    text: str
    value: Decimal | None = None
    value_high: Decimal | None = None
    unit: str = ""
    concept_id: str = ""
    preferred: str = ""
    parts: Mapping[str, Value] = dataclasses.field(default_factory=dict)
    context: tuple[str, ...] = ()
    """How the text speaks of it, sorted: `animal`, `cited`, `historical`, `hypothetical`, `negated`, `planned`."""


@dataclass(frozen=True, slots=True)
class DataItem:
    """A single value with its proof: `quote` is the document's text at `[start, end)`; `rule` names what found it."""

    column: str
    value: Value
    unit: str
    start: int
    end: int
    quote: str
    rule: str


@dataclass(frozen=True, slots=True)
class EvidenceRecord:
    """One study x arm x outcome x time point, as one place of one source states it.

    `[start, end)` is that place: the sentence, or the table row.
    """

    study_id: str
    document_id: str
    source: Source
    start: int
    end: int
    quote: str
    items: tuple[DataItem, ...]
    confidence: float = 1.0
    """Between 0 and 1: how likely all items are right, by how often the rules that found them were."""

    def item(self, column: str) -> DataItem | None:
        for item in self.items:  # asked millions of times: a generator would take twice as long
            if item.column == column:
                return item
        return None

    def value(self, column: str) -> Value | None:
        item = self.item(column)
        return None if item is None else item.value

    @property
    def derived(self) -> tuple[str, ...]:
        """The columns whose values were worked out."""
        return tuple(item.column for item in self.items if item.rule.startswith(DERIVED))

    @property
    def printed(self) -> EvidenceRecord:
        """The record with what its source prints, and nothing that was worked out."""
        if not self.derived:
            return self
        return dataclasses.replace(self, items=tuple(item for item in self.items if item.column not in self.derived))

    def __iter__(self) -> Iterator[DataItem]:
        return iter(self.items)


@dataclass(frozen=True, slots=True)
class Summary:
    """What several records of one study in one document say together: an arm, or a result.

    `values` are by column, as printed; `rows` count the records from 1, the fullest first; `contradicts` are the
    numbers, in the same list, of those that give another figure for the same thing.
    """

    study_id: str
    document_id: str
    values: Mapping[str, str]
    rows: tuple[int, ...]
    contradicts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check of arithmetic or plausibility says of one record; `row` counts the records from 1."""

    study_id: str
    check: str
    verdict: Literal["holds", "fails", "implausible"]
    stated: str
    expected: str
    detail: str
    row: int


@dataclass(frozen=True, slots=True)
class ItemKey:
    """Names one item of a run: the row of `evidence.csv` (from 1) and the column."""

    row: int
    column: str

    def __str__(self) -> str:
        return f"{self.row}:{self.column}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One column of one study as the review's table, the review's prose and the paper itself state it.

    `kind` names the sort of a conflict (`unit`, `tenfold`, `population`, `value`, ...), empty where they agree.
    """

    study_id: str
    column: str
    table: str
    prose: str
    paper: str
    verdict: Literal["agree", "conflict", "only_table", "only_prose", "only_paper"]
    kind: str = ""
    detail: str = ""
    table_item: ItemKey | None = None
    prose_item: ItemKey | None = None
    paper_item: ItemKey | None = None


Role = Literal["review_table", "review_prose", "paper"]
"""Three references that are kept apart, because a review's table is not the truth about the papers it cites."""


@dataclass(frozen=True, slots=True)
class GoldItem:
    """One value that a careful reader took from one place of one document: a row of `gold/evidence.csv`.

    `record` groups the items that belong to one record; `document_id` and `quote` say where it stands.
    `role` is a `Role`, or `adjudicated`: the value that wins where the three differ, with the reason in `note`.
    """

    study_id: str
    role: str
    record: str
    column: str
    value: Value
    unit: str
    document_id: str
    page: int
    quote: str
    annotator: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """What scoring counts. Counts add up; the ratios come last, and 0/0 is None, never 0 or 1."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    @property
    def precision(self) -> float | None:
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else None

    @property
    def recall(self) -> float | None:
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else None

    @property
    def f1(self) -> float | None:
        total = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / total if total else None


@dataclass(frozen=True, slots=True)
class Floor:
    """What precision and recall of one field must reach before evidence is released: a row of `gold/floors.csv`.

    `role` is a `Role` or `all`, `field` a column or `all`. None asks nothing.
    """

    role: str
    field: str
    precision: float | None
    recall: float | None


@dataclass(frozen=True, slots=True)
class Score:
    """How one field of one role and split compares with gold: a row of `scores.csv`.

    `role`, `split` and `field` are each `all` in the rows that sum up. `precision_low` and `recall_low` are
    lower bounds of 95 % intervals. `verdict` says whether the floor is met, empty where there is none.
    """

    role: str
    split: str
    field: str
    counts: Counts
    precision_low: float | None = None
    recall_low: float | None = None
    floor_precision: float | None = None
    floor_recall: float | None = None
    verdict: Literal["met", "missed", ""] = ""

    @property
    def precision(self) -> float | None:
        return self.counts.precision

    @property
    def recall(self) -> float | None:
        return self.counts.recall

    @property
    def f1(self) -> float | None:
        return self.counts.f1


@dataclass(frozen=True, slots=True)
class Slip:
    """One place where what was found differs from gold.

    `record` names the gold record, `row` the found one (from 1); either is empty or 0 where it has no partner.
    `partial`: some of the values of a cell are right, or the number but not its unit. `part` says what went wrong:
    the `role` (which arm), the `number`, the `unit`, the `time`, the `outcome`, the `study` (who it was made with and
    how), or the whole `instance`, where a record has no partner.
    """

    role: str
    study_id: str
    document_id: str
    record: str
    row: int
    column: str
    gold: str
    found: str
    kind: Literal["incorrect", "partial", "missing", "spurious"]
    part: Literal["role", "number", "unit", "time", "outcome", "study", "instance"]


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether new evidence may be released, and why not."""

    verdict: Literal["released", "withheld", "undecided"]
    reasons: tuple[str, ...] = ()
