"""The flow: the whole job with each stage as a task, so that Prefect shows, schedules and keeps a record of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Generic, Literal, TypeVar, cast
from uuid import UUID

from prefect import flow, task
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import Field

from pipeline import gold as golds
from pipeline.about import Clock, code_digest, data_digest, run_info, vocabularies_digest
from pipeline.cache import Cache, open_cache
from pipeline.document import Input
from pipeline.evidence import Gate
from pipeline.export.folder import check_writable, write_run
from pipeline.export.tables import Tables, tally
from pipeline.extract import Bibliographies, Extraction
from pipeline.flows import job, runners
from pipeline.flows.notify import notify
from pipeline.flows.release import release
from pipeline.flows.runners import Runner
from pipeline.flows.watch import tell
from pipeline.workers import MEMORY, TIMEOUT

T = TypeVar("T")


class Sealed(Generic[T]):
    """Prefect looks for futures in all that goes into a task, through every word of a document; not in here."""

    __slots__ = ("held",)

    def __init__(self, held: T) -> None:
        self.held = held


@task(name="extract", cache_policy=NO_CACHE, retries=0, persist_result=False)
def extract_batch(
    sources: Sealed[Sequence[Input]], worked_by: Sealed[Runner], cache: Cache | None, lists: Sealed[Bibliographies]
) -> Sealed[list[Extraction]]:
    """Documents to evidence. One that cannot be used is a failed row, never an error."""
    found = []
    for extraction in worked_by.held.extract(sources.held, cache=cache, bibliographies=lists.held):
        tell(extraction)
        found.append(extraction)
    return Sealed(found)


@task(name="judge", cache_policy=NO_CACHE, retries=0, persist_result=False)
def judge(
    found: Sealed[list[Extraction]], gold: Sealed[golds.Gold], sources: Sealed[job.Sources]
) -> Sealed[job.Judged]:
    """Check, reconcile, score and gate."""
    documents = [source.document_id for source in sources.held.inputs]
    records = job.records_of(found.held)
    return Sealed(job.judge(records, gold.held, reviews=sources.held.reviews, documents=documents))


@task(name="export", cache_policy=NO_CACHE, retries=0, persist_result=False)
def export(out: Path, files: Sealed[dict[str, bytes]], info: Sealed[dict[str, object]]) -> None:
    """All files of the run, written whole or not at all."""
    write_run(out, files.held, info.held)


@task(name="release", cache_policy=NO_CACHE, retries=0, persist_result=False)
def release_run(out: Path, releases: Path) -> Path:
    """A copy for good, under the date and the digest of the evidence."""
    return release(out, releases, today=datetime.now(UTC).date())


def whole_job(
    corpus: Path = Path("corpus"),
    gold: Path = Path("gold"),
    out: Path = Path("outputs/run"),
    releases: Path = Path("outputs/releases"),
    workers: Annotated[int, Field(ge=0, description="Worker processes; 0: one a core")] = 0,
    runner: Annotated[Literal["process", "dask"], Field(description="Processes of this machine, or Dask")] = "process",
    dask_address: Annotated[str, Field(description="A cluster's scheduler; empty: a cluster of this machine")] = "",
    timeout: Annotated[float, Field(gt=0, description="Seconds that one document may take")] = TIMEOUT,
    memory: Annotated[int, Field(ge=256 << 20, description="Bytes that one worker may take")] = MEMORY,
    use_cache: bool = True,
) -> State[Gate]:
    """Read, annotate, assemble, check, reconcile, score, export, gate. A release that is withheld is a failed run."""
    clock = Clock()
    check_writable(out)
    sources, held = job.sources(corpus), golds.load(gold)
    cache = open_cache() if use_cache else None
    with runners.runner(runner, address=dask_address, workers=workers, timeout=timeout, memory=memory) as working:
        parts = job.batches(sources.inputs)
        futures = [
            extract_batch.with_options(task_run_name=f"extract {number} of {len(parts)}").submit(
                Sealed(part), Sealed(working), cache, Sealed(sources.bibliographies)
            )
            for number, part in enumerate(parts, start=1)
        ]
        found: list[Extraction] = []
        described = f"{len(sources.inputs)} documents"
        shown = cast(UUID, create_progress_artifact(0.0, key="progress", description=described))
        for number, future in enumerate(futures, start=1):
            found += future.result().held
            update_progress_artifact(shown, round(100 * number / len(parts), 1))
    judged = job.barred(judge(Sealed(found), Sealed(held), Sealed(sources)).held, found)
    tables = job.run_tables(found, sources.roles, judged)
    digests = {
        "code": code_digest(),
        "vocabularies": vocabularies_digest(),
        "corpus": data_digest(corpus),
        "gold": data_digest(gold),
    }
    limits = {"workers": workers, "runner": runner, "timeout": timeout, "memory": memory, "cache": use_cache}
    options = {"command": "run", "corpus": str(corpus), "gold": str(gold), **limits}
    counts = {**tally(tables), "unchanged": sum(one.unchanged for one in found)}
    info = run_info(options, counts, clock, digests)
    files = job.run_files(tables, found, judged.gate, digests)
    export(out, Sealed(files), Sealed(info))
    return _ended(judged.gate, tables, out, releases)


run = flow(  # type: ignore[call-overload]
    whole_job,
    name="litevidence",
    flow_run_name="run of {corpus}",
    task_runner=ThreadPoolTaskRunner(max_workers=runners.BATCHES),
    retries=0,
    on_failure=[notify],
    on_crashed=[notify],
)
"""The flow. Its function has a name of its own, so that scheduled runs find it by that name."""


def _ended(gate: Gate, tables: Tables, out: Path, releases: Path) -> State[Gate]:
    """The flow run's state, with what a reader of Prefect's pages wants to see."""
    create_table_artifact(table=list(tables["scores"].dicts()), key="scores", description="Scores against gold")
    conflicts = [row for row in tables["reconciliation"].dicts() if row["verdict"] == "conflict"]
    create_table_artifact(table=conflicts, key="conflicts", description="Where table, prose and paper differ")
    reasons = "".join(f"- {reason}\n" for reason in gate.reasons)
    create_markdown_artifact(
        f"**{gate.verdict}**\n\n{reasons}\n[report]({(out / 'report.html').resolve().as_uri()})", key="gate"
    )
    if gate.verdict == "released":
        return Completed(name="Released", message=str(release_run(out, releases)), data=gate)
    return Failed(name=gate.verdict.capitalize(), message="; ".join(gate.reasons), data=gate)
