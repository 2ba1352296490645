"""The flow: the whole job with each stage as a task, so that Prefect shows, schedules and keeps a record of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner

from pipeline import gold as golds
from pipeline.about import Clock, run_info
from pipeline.cache import open_cache
from pipeline.evidence import Gate
from pipeline.export.csvs import read_table
from pipeline.export.folder import Written, writing
from pipeline.export.portion import Gathered
from pipeline.export.tables import EXTRACTED, HEADERS, tally
from pipeline.extract import Given
from pipeline.flows import again, job, runners
from pipeline.flows.notify import notify
from pipeline.flows.release import gate_of
from pipeline.flows.tasks import (
    Bytes,
    DaskAddress,
    RunnerKind,
    Sealed,
    Seconds,
    WorkerCount,
    extracted,
    release_run,
)
from pipeline.workers import MEMORY, TIMEOUT


@task(name="judge", cache_policy=NO_CACHE, retries=0, persist_result=False)
def judge(records: Sealed[Sequence[str]], gold: Sealed[golds.Gold], sources: Sealed[job.Sources]) -> Sealed[job.Judged]:
    """Check, reconcile, score and gate."""
    documents = [source.document_id for source in sources.held.inputs]
    return Sealed(job.judge(job.decoded(records.held), gold.held, reviews=sources.held.reviews, documents=documents))


@task(name="export", cache_policy=NO_CACHE, retries=0, persist_result=False)
def export(
    written: Sealed[Written], judged: Sealed[job.Judged], digests: Mapping[str, str], info: Sealed[dict[str, object]]
) -> None:
    """All files of the run, in place together or not at all."""
    job.export(written.held, judged.held, digests)
    written.held.finish(info.held)


def whole_job(
    corpus: Path = Path("corpus"),
    gold: Path = Path("gold"),
    out: Path = Path("outputs/run"),
    releases: Path = Path("outputs/releases"),
    workers: WorkerCount = 0,
    runner: RunnerKind = "process",
    dask_address: DaskAddress = "",
    timeout: Seconds = TIMEOUT,
    memory: Bytes = MEMORY,
    use_cache: bool = True,
) -> State[Gate]:
    """Read, annotate, assemble, check, reconcile, score, export, gate. A release that is withheld is a failed run.

    Args:
        corpus: The folder of the corpus, with manifest.csv and its documents.
        gold: The folder of the gold, with evidence.csv, floors.csv and what belongs to them.
        out: The folder for the files of the run.
        releases: The folder where released evidence is kept for good, a folder a release.
        workers: Worker processes; 0 is one a core.
        runner: Processes of this machine, or a Dask cluster.
        dask_address: A cluster's scheduler, such as tcp://host:8786; empty is a cluster on this machine.
        timeout: Seconds that one document may take.
        memory: Bytes of memory that one worker may take.
        use_cache: Use results that are kept from earlier runs, and keep new ones.
    """
    clock, digests = (
        Clock(),
        job.digests(corpus, gold),
    )  # before they are read: what changes meanwhile is read next time
    sources, held = job.sources(corpus), golds.load(gold)
    inputs = job.inputs(sources, digests)
    if use_cache and again.before(out, inputs):
        return _ended(out, releases)
    with writing(out) as written:
        gathered = Gathered(written, {name: HEADERS[name] for name in EXTRACTED}, sources.roles)
        records: list[str] = []
        unchanged = 0
        cache, given = open_cache() if use_cache else None, Given(sources.bibliographies)
        with runners.runner(runner, address=dask_address, workers=workers, timeout=timeout, memory=memory) as working:
            for portion in extracted(sources.inputs, working, cache, given):
                gathered.add(portion)
                records.append(portion.records)
                unchanged += portion.unchanged
        judged = job.barred(judge(Sealed(records), Sealed(held), Sealed(sources)).held, gathered.counts)
        limits = {"workers": workers, "runner": runner, "timeout": timeout, "memory": memory, "cache": use_cache}
        options = {"command": "run", "corpus": str(corpus), "gold": str(gold), **limits}
        counts = {**gathered.counts, **tally(judged.tables), "unchanged": unchanged}
        info = {**run_info(options, counts, clock, digests), "inputs": inputs}
        export(Sealed(written), Sealed(judged), digests, Sealed(info))
    return _ended(out, releases)


run = flow(  # type: ignore[call-overload]
    whole_job,
    name="litevidence",
    flow_run_name="run of {corpus}",
    task_runner=ThreadPoolTaskRunner(),  # a runner says how many batches are in hand at once
    retries=0,
    on_failure=[notify],
    on_crashed=[notify],
)
"""The flow. Its function has a name of its own, so that scheduled runs find it by that name."""


def _ended(out: Path, releases: Path) -> State[Gate]:
    """The flow run's state, with what a reader of Prefect's pages wants to see."""
    gate, scores, comparisons = gate_of(out), read_table(out, "scores"), read_table(out, "reconciliation")
    create_table_artifact(table=list(scores.dicts()), key="scores", description="Scores against gold")
    conflicts = [row for row in comparisons.dicts() if row["verdict"] == "conflict"]
    create_table_artifact(table=conflicts, key="conflicts", description="Where table, prose and paper differ")
    reasons = "".join(f"- {reason}\n" for reason in gate.reasons)
    create_markdown_artifact(
        f"**{gate.verdict}**\n\n{reasons}\n[report]({(out / 'report.html').resolve().as_uri()})", key="gate"
    )
    if gate.verdict == "released":
        return Completed(name="Released", message=str(release_run(out, releases)), data=gate)
    return Failed(name=gate.verdict.capitalize(), message="; ".join(gate.reasons), data=gate)
