"""A small project of plain texts to run the whole job on."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from pathlib import Path

from pipeline import corpus
from pipeline.gold import form

PAPER = """Methods

Eighteen patients with treatment-resistant major depression received ketamine 0.5 mg/kg IV or placebo
in a randomized, double-blind, crossover study (N = 18).

Results

At 24 h the response rate on the HDRS was 71% with ketamine and 0% with placebo (p < 0.001).
"""


class Project:
    """A corpus and gold in a folder."""

    def __init__(self, folder: Path) -> None:
        self.corpus, self.gold = folder / "corpus", folder / "gold"
        self.out, self.releases = folder / "run", folder / "releases"
        for path in (self.corpus / "papers", self.corpus / "originals", self.gold):
            path.mkdir(parents=True)
        self.documents: list[dict[str, str]] = []
        self.add("review2015", "A review of ketamine.\n", role="review")
        self.add("zarate2006", PAPER, role="trial", number="1")
        self.write_gold([], [])

    def add(self, document_id: str, text: str | bytes, *, role: str, number: str = "") -> Path:
        """Another document of the corpus."""
        path = self.corpus / "papers" / f"{document_id}.txt"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        row = dict.fromkeys(corpus.HEADER, "")
        row |= {
            "reference_number": number,
            "document_id": document_id,
            "first_author": document_id[:-4].capitalize(),
            "year": document_id[-4:],
            "role": role,
            "identity": "verified",
            "licence": "CC0-1.0",
            "path": f"papers/{document_id}.txt",
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        self.documents.append(row)
        write(self.corpus / corpus.MANIFEST, list(corpus.HEADER), self.documents)
        return path

    def write_gold(self, items: list[dict[str, str]], floors: list[dict[str, str]]) -> None:
        """Gold of these values and floors; each item needs study_id, role, record, column, value and quote."""
        ids = sorted({item["study_id"] for item in items})
        documents = sorted({item["document_id"] for item in items})
        studies = [{"study_id": id_, "first_author": "A", "year": "2000", "identity": "verified"} for id_ in ids]
        write(self.gold / "evidence.csv", form.EVIDENCE_HEADER, items)
        write(self.gold / "studies.csv", form.STUDIES_HEADER, studies)
        write(
            self.gold / "splits.csv", form.SPLITS_HEADER, [{"document_id": id_, "split": "seen"} for id_ in documents]
        )
        write(self.gold / "floors.csv", form.FLOORS_HEADER, floors)

    def ask_for(self, precision: str, recall: str) -> None:
        """Gold with one value, and a floor over it."""
        item = {"study_id": "zarate2006", "role": "paper", "record": "z1", "column": "drug", "value": "ketamine"}
        proof = {"document_id": "zarate2006", "page": "1", "quote": "ketamine", "annotator": "test"}
        floor = {"role": "paper", "field": "drug", "floor_precision": precision, "floor_recall": recall}
        self.write_gold([{**item, **proof}], [floor])

    @property
    def parameters(self) -> dict[str, Path]:
        return {"corpus": self.corpus, "gold": self.gold, "out": self.out, "releases": self.releases}


def write(path: Path, header: list[str], rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def table(run: Path, name: str) -> list[Mapping[str, str]]:
    with (run / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
