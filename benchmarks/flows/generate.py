"""Documents for the flow benchmarks: small trial reports that differ in their numbers, and a corpus of them."""

from __future__ import annotations

import csv
import hashlib
import random
from pathlib import Path

from pipeline import corpus
from pipeline.gold import form

DRUGS = ("ketamine", "esketamine", "sertraline", "lithium", "midazolam", "escitalopram")


def name(number: int) -> str:
    return f"trial{number:05d}2000"


PARTS = 6


def report(number: int) -> str:
    """A report of several trials, some 1,000 words; the same number gives the same text."""
    return "\n".join(_trial(random.Random(PARTS * number + part)) for part in range(PARTS))


def _trial(draw: random.Random) -> str:
    drug, n, week = draw.choice(DRUGS), draw.randrange(20, 400), draw.choice((4, 6, 8, 12))
    rate, other, dose = draw.randrange(30, 80), draw.randrange(5, 30), draw.choice((10, 20, 40, 80))
    return f"""Methods

In a randomized, double-blind, placebo-controlled trial, {n} patients with major depressive disorder received {drug}
{dose} mg once daily or placebo for {week} weeks. The primary outcome was the change on the Montgomery-Asberg Depression
Rating Scale (MADRS). Response was defined as a reduction of at least 50 %.

Results

At week {week}, {rate} % of patients given {drug} had responded, compared with {other} % of patients given placebo
(P < 0.001). The mean MADRS score was {draw.randrange(8, 20)} (SD {draw.randrange(5, 9)}) with {drug}. Remission was
reached by {rate // 2} % of patients given {drug}. Nausea was reported by {draw.randrange(5, 30)} % of patients given
{drug}, and headache by {draw.randrange(5, 30)} %. {draw.randrange(1, 9)} patients given {drug} withdrew because of
adverse events.

Discussion

The effect of {drug} on depression was seen within {draw.randrange(1, 4)} weeks and lasted until week {week}.
"""


def documents(folder: Path, count: int) -> Path:
    """`count` reports as text files."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"{name(number)}.txt").write_text(report(number), encoding="utf-8")
    return folder


def project(folder: Path, count: int) -> Path:
    """A corpus of `count` reports with a manifest, and gold whose one floor holds."""
    documents(folder / "corpus" / "papers", count)
    (folder / "corpus" / "originals").mkdir(exist_ok=True)
    papers = folder / "corpus" / "papers"
    (papers / "review2001.txt").write_text("A review of the treatment of depression.\n", encoding="utf-8")
    rows = []
    for number, path in enumerate([*sorted(papers.glob("trial*.txt")), papers / "review2001.txt"]):
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        role = "review" if path.stem == "review2001" else "trial"
        row = {"reference_number": str(number + 1) if role == "trial" else "", "document_id": path.stem}
        row |= {
            "first_author": path.stem[:-4].capitalize(),
            "year": path.stem[-4:],
            "role": role,
            "identity": "verified",
        }
        row |= {"licence": "CC0-1.0"}
        rows.append({**dict.fromkeys(corpus.HEADER, ""), **row, "path": f"papers/{path.name}", "sha256": sha256})
    _write(folder / "corpus" / corpus.MANIFEST, corpus.HEADER, rows)
    held = next(drug for drug in DRUGS if f" {drug}\n" in report(0) or f" {drug} " in report(0))
    item = {"study_id": name(0), "role": "paper", "record": "t1", "column": "drug", "value": held}
    item |= {"document_id": name(0), "page": "1", "quote": held, "annotator": "bench"}
    gold = folder / "gold"
    _write(gold / "evidence.csv", form.EVIDENCE_HEADER, [item])
    study = {"study_id": name(0), "first_author": "Trial00000", "year": "2000", "identity": "verified"}
    _write(gold / "studies.csv", form.STUDIES_HEADER, [study])
    _write(gold / "splits.csv", form.SPLITS_HEADER, [{"document_id": name(0), "split": "seen"}])
    floor = {"role": "paper", "field": "drug", "floor_precision": "0", "floor_recall": "0"}
    _write(gold / "floors.csv", form.FLOORS_HEADER, [floor])
    return folder


def _write(path: Path, header: object, rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(header), restval="", lineterminator="\n")  # type: ignore[call-overload]
        writer.writeheader()
        writer.writerows(rows)
