"""The whole job as plain functions: what is read, what is made of it, and the files of a run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from pipeline import corpus as corpora
from pipeline.about import code_digest, data_digest, vocabularies_digest
from pipeline.check import check
from pipeline.document import Input
from pipeline.evidence import Comparison, EvidenceRecord, Finding, Gate, Score, Slip
from pipeline.export import EXPORTERS
from pipeline.export.csvs import csv_files, finished, read_tables
from pipeline.export.folder import Written, json_bytes, write_more
from pipeline.export.judged import judged_tables
from pipeline.export.records import records
from pipeline.export.report import report
from pipeline.export.tables import Tables
from pipeline.extract import RECORDS, Bibliographies, Given
from pipeline.flows import again
from pipeline.gold import Gold, load
from pipeline.places import Digests
from pipeline.read import find
from pipeline.reconcile import reconcile
from pipeline.score import gate, score, slips


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


def judge(
    records: Sequence[EvidenceRecord], gold: Gold, *, reviews: Collection[str], documents: Collection[str]
) -> Judged:
    """Checks, reconciles, scores and gates the records of a run; `documents` are the ids of all that was to be read."""
    scores = score(records, gold.items, reviews=reviews, splits=gold.splits, floors=gold.floors, documents=documents)
    wrong = slips(records, gold.items, reviews=reviews, documents=documents)
    return Judged(check(records), reconcile(records, reviews=reviews), scores, gate(scores, gold.floors), wrong)


def decoded(held: Iterable[str]) -> tuple[EvidenceRecord, ...]:
    """The records of portions, in the order of `evidence.csv`."""
    return tuple(record for one in held for record in RECORDS.load(one.encode()) or ())


def barred(judged: Judged, counts: Mapping[str, int]) -> Judged:
    """Nothing is released where no document could be used, whatever the floors say."""
    if counts["failures"] < counts["documents"]:
        return judged
    reasons = ("no document could be used; failures.csv says why", *judged.gate.reasons)
    return replace(judged, gate=Gate("withheld", reasons))


def rescore(folder: Path, gold_folder: Path) -> Judged:
    """Scores a finished run and writes its scores.csv and slips.csv."""
    tables, gold = finished(folder), load(gold_folder)
    roles = {row["document_id"]: row["role"] for row in tables["documents"].dicts()}
    held, reviews = records(tables), reviews_of(gold, roles)
    scores = score(held, gold.items, reviews=reviews, splits=gold.splits, floors=gold.floors, documents=roles.keys())
    wrong = slips(held, gold.items, reviews=reviews, documents=roles.keys())
    judged = Judged((), (), scores, gate(scores, gold.floors), wrong)
    write_more(folder, csv_files({name: judged.tables[name] for name in ("scores", "slips")}))
    return judged


def reviews_of(gold: Gold, roles: Mapping[str, str]) -> tuple[str, ...]:
    """The reviews of a run without its corpus: by their role, and by what gold takes for one."""
    by_role = {document_id for document_id, role in roles.items() if role == "review"}
    return tuple(sorted(by_role | {item.document_id for item in gold.items if item.role.startswith("review_")}))


def digests(corpus: Path, gold: Path) -> Mapping[str, str]:
    """Of all that decides what a run says."""
    named = {"corpus": data_digest(corpus), "gold": data_digest(gold)}
    return {"code": code_digest(), "vocabularies": vocabularies_digest(), **named}


def inputs(sources: Sources, digests: Mapping[str, str]) -> str:
    """A digest of all that decides what a run says."""
    return again.told(sources.inputs, Given(sources.bibliographies), Digests(), digests)


def gate_file(gate: Gate, digests: Mapping[str, str]) -> bytes:
    """`gate.json`: the verdict with its reasons, and the gold and the code that it was reached with."""
    return json_bytes(
        {"verdict": gate.verdict, "reasons": gate.reasons, "gold": digests["gold"], "code": digests["code"]}
    )


def export(written: Written, judged: Judged, digests: Mapping[str, str]) -> None:
    """All files of a run but `run.json` and what was gathered. `digests` names code, vocabularies, corpus and gold."""
    tables = {**read_tables(written.settle()), **judged.tables}
    more = (exporter(tables) for name, exporter in EXPORTERS.items() if name != "csv")  # those that were read are CSV
    for files in chain([csv_files(judged.tables)], more):
        for name, data in files.items():
            written.add(name, data)
    written.add("gate.json", gate_file(judged.gate, digests))
    written.add("report.html", report(tables, judged.gate, digests))
