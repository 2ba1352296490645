"""How the files of the gold look: their headers, and what their cells may hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import get_args

from pipeline.evidence import Floor, GoldItem, Role

ADJUDICATED = "adjudicated"
ROLES = (*get_args(Role), ADJUDICATED)
SPLITS = ("seen", "unseen")
MEASURES = ("rate", "count", "mean", "median", "change", "difference", "ratio", "time", "p_only", "criterion")
ALL = "all"
"""The role or field of a floor that holds for all of them together."""

QUANTITIES = "dose dose_high duration comparator_dose timepoint value value_high sd ci_low ci_high ci_level".split()
"""Columns that hold a number with a unit; the unit stands in the same row."""
RANGES = "duration timepoint comparator_dose".split()
"""Quantities without a column for their upper end: a range is written as one value, such as 1-3."""
COUNTS = "n arm_n events total".split()
NUMBERS = (*QUANTITIES, *COUNTS, "p")
UNITS = "dose_unit duration_unit comparator_dose_unit timepoint_unit unit".split()
"""Columns of the evidence that gold does not give rows of their own."""


@dataclass(frozen=True, slots=True)
class Study:
    """A row of `studies.csv`: who a study id is. `document_id` is empty where the corpus holds no document of it."""

    study_id: str
    reference_number: str
    first_author: str
    year: str
    identity: str
    document_id: str


@dataclass(frozen=True, slots=True)
class Gold:
    """The items in the order of the file; `splits` names the split of each document id."""

    items: tuple[GoldItem, ...]
    splits: Mapping[str, str]
    floors: tuple[Floor, ...]
    studies: tuple[Study, ...]


EVIDENCE_HEADER = [field.name for field in fields(GoldItem)]
STUDIES_HEADER = [field.name for field in fields(Study)]
SPLITS_HEADER = ["document_id", "split", "note"]
FLOORS_HEADER = ["role", "field", "floor_precision", "floor_recall"]
