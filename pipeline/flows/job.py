"""The whole job as plain functions: what is read, what is made of it, and the files of a run."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline import corpus as corpora
from pipeline.check import check
from pipeline.document import Input
from pipeline.evidence import Comparison, EvidenceRecord, Finding, Gate, Score, Slip
from pipeline.export import EXPORTERS
from pipeline.export.folder import json_bytes, text_files
from pipeline.export.report import report
from pipeline.export.tables import Tables, extracted_tables, judged_tables
from pipeline.extract import Bibliographies, Extraction
from pipeline.gold import Gold
from pipeline.read import find
from pipeline.reconcile import reconcile
from pipeline.score import gate, score, slips

BATCH = 25
"""Documents in one task: a task costs some 30 ms, a document that is unchanged less."""


class EmptyCorpus(ValueError):
    """A corpus without a document to read; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The documents of a corpus: what is to be read, the role of each, the ids of the reviews, and strangers.

    `strangers` are the user's files that the manifest does not name; they are read under their own names.
    `bibliographies` are the lists that the manifest knows, for reviews whose own is not in their file.
    """

    inputs: tuple[Input, ...]
    roles: Mapping[str, str]
    reviews: tuple[str, ...]
    strangers: tuple[str, ...] = ()
    bibliographies: Bibliographies = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judged:
    """What is said of the evidence of a run."""

    findings: tuple[Finding, ...]
    comparisons: tuple[Comparison, ...]
    scores: tuple[Score, ...]
    gate: Gate
    slips: tuple[Slip, ...] = ()

    @property
    def tables(self) -> Tables:
        return judged_tables(self.comparisons, self.findings, self.scores, self.slips)


def sources(folder: Path) -> Sources:
    """The documents of a corpus. Raises CorpusFault for a bad manifest, EmptyCorpus where there is nothing to read."""
    corpus = corpora.load(folder)
    named = corpus.inputs()
    taken = {Path(source.path).resolve() for source in named}
    originals = folder / corpora.ORIGINALS
    others = [Path(one.path) for one in find([originals])] if originals.is_dir() else []
    strange = [path for path in dict.fromkeys(others) if path.resolve() not in taken and path.suffix.lower() != ".txt"]
    inputs = named + tuple(one for one in find(strange) if one.document_id not in corpus.roles)
    if not inputs:
        raise EmptyCorpus(f"{folder}: holds no document; put one into {originals}")
    strangers = tuple(one.path for one in inputs[len(named) :])
    bibliographies = dict.fromkeys(corpus.reviews, corpus.references()) if len(corpus.reviews) == 1 else {}
    return Sources(inputs, corpus.roles, corpus.reviews, strangers, bibliographies)


def batches(inputs: Sequence[Input], size: int = BATCH) -> list[tuple[Input, ...]]:
    return [tuple(inputs[at : at + size]) for at in range(0, len(inputs), size)]


def judge(
    records: Sequence[EvidenceRecord], gold: Gold, *, reviews: Collection[str], documents: Collection[str]
) -> Judged:
    """Checks, reconciles, scores and gates the records of a run; `documents` are the ids of all that was to be read."""
    scores = score(records, gold.items, reviews=reviews, splits=gold.splits, floors=gold.floors, documents=documents)
    wrong = slips(records, gold.items, reviews=reviews, documents=documents)
    return Judged(check(records), reconcile(records, reviews=reviews), scores, gate(scores, gold.floors), wrong)


def barred(judged: Judged, found: Sequence[Extraction]) -> Judged:
    """Nothing is released where no document could be used, whatever the floors say."""
    if not all(one.failure for one in found):
        return judged
    reasons = ("no document could be used; failures.csv says why", *judged.gate.reasons)
    return replace(judged, gate=Gate("withheld", reasons))


def reviews_of(gold: Gold, roles: Mapping[str, str]) -> tuple[str, ...]:
    """The reviews of a run without its corpus: by their role, and by what gold takes for one."""
    by_role = {document_id for document_id, role in roles.items() if role == "review"}
    return tuple(sorted(by_role | {item.document_id for item in gold.items if item.role.startswith("review_")}))


def records_of(found: Sequence[Extraction]) -> tuple[EvidenceRecord, ...]:
    """In the order of `evidence.csv`."""
    return tuple(record for one in found for record in one.records)


def run_tables(found: Sequence[Extraction], roles: Mapping[str, str], judged: Judged) -> Tables:
    return {**extracted_tables(found, roles=roles), **judged.tables}


def gate_file(gate: Gate, digests: Mapping[str, str]) -> bytes:
    """`gate.json`: the verdict with its reasons, and the gold and the code that it was reached with."""
    return json_bytes(
        {"verdict": gate.verdict, "reasons": gate.reasons, "gold": digests["gold"], "code": digests["code"]}
    )


def run_files(tables: Tables, found: Sequence[Extraction], gate: Gate, digests: Mapping[str, str]) -> dict[str, bytes]:
    """All files of a run but `run.json`. `digests` names code, vocabularies, corpus and gold."""
    exported = {name: data for export in EXPORTERS.values() for name, data in export(tables).items()}
    return {
        **exported,
        **text_files(one.document for one in found),
        "gate.json": gate_file(gate, digests),
        "report.html": report(tables, gate, digests),
    }
