"""The review's statements and the digests' values: how many are found, and what is wrong, by kind."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple

from pipeline import corpus, gold
from pipeline.document import Input
from pipeline.evidence import EvidenceRecord
from pipeline.extract import extract
from pipeline.score import score, slips
from records.claims import SHARED, claims, is_found, matched

ROOT = Path(__file__).parents[2]
NUMERIC = ("value", "events", "total", "n", "arm_n", "timepoint", "p")


class Found(NamedTuple):
    """Of a review: claims asked and found; records with a number outside tables, and how many of them are claimed."""

    asked: int
    found: int
    stated: int
    claimed: int
    unclaimed: tuple[EvidenceRecord, ...]


def review(name: str) -> Found | None:
    """One PDF of the review; None where it is not here."""
    path, listed = SHARED / "corpus" / name, SHARED / "gold" / "review_claims.jsonl"
    if not (path.is_file() and listed.is_file()):
        return None
    records = extract(Input("review", str(path))).records
    asked = list(claims(listed))
    stated = [
        one for one in records if one.source != "table" and any(one.value(column) is not None for column in NUMERIC)
    ]
    unclaimed = tuple(one for one in stated if not matched(one, asked))
    found = sum(is_found(one, records) for one in asked)
    return Found(len(asked), found, len(stated), len(stated) - len(unclaimed), unclaimed)


class Digests(NamedTuple):
    """The bundled corpus: precision and recall of all values, and the slips by what went wrong."""

    precision: float
    recall: float
    parts: Counter[str]


def digests() -> Digests:
    held, truth = corpus.load(ROOT / "corpus"), gold.load(ROOT / "gold")
    records = [record for source in held.inputs() for record in extract(source).records]
    scores = score(records, truth.items, reviews=held.reviews, splits=truth.splits)
    (whole,) = [one for one in scores if (one.role, one.split, one.field) == ("all", "all", "all")]
    parts = Counter(one.part for one in slips(records, truth.items, reviews=held.reviews))
    return Digests(whole.precision or 0.0, whole.recall or 0.0, parts)
