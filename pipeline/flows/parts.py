"""Parts of the whole job as flows of their own: `extract`, `score` and `release`.

Each is a thin case around the function that the command of the same name calls without a server.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from prefect import flow
from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import Field

from pipeline.about import Clock
from pipeline.cache import open_cache
from pipeline.flows import extraction, job, runners
from pipeline.flows.notify import notify
from pipeline.flows.release import Withheld
from pipeline.flows.tasks import (
    Bytes,
    DaskAddress,
    RunnerKind,
    Seconds,
    WorkerCount,
    extracted,
    release_run,
)
from pipeline.workers import MEMORY, TIMEOUT


@flow(
    flow_run_name="extract to {out}",
    task_runner=ThreadPoolTaskRunner(),  # type: ignore[arg-type]
    on_failure=[notify],
    on_crashed=[notify],
)
def extract(
    paths: Annotated[list[str], Field(min_length=1)],
    out: Path,
    questions: Path | None = None,
    workers: WorkerCount = 0,
    runner: RunnerKind = "process",
    dask_address: DaskAddress = "",
    timeout: Seconds = TIMEOUT,
    memory: Bytes = MEMORY,
    use_cache: bool = True,
) -> State[dict[str, int]]:
    """Documents to evidence; no gold. It fails where no document could be used, not for single ones.

    Args:
        paths: Documents, folders of documents, or URLs of either, such as s3://bucket/papers.
        out: The folder for the files of the run.
        questions: A CSV of questions; answers.csv then says what each document answers.
        workers: Worker processes; 0 is one a core.
        runner: Processes of this machine, or a Dask cluster.
        dask_address: A cluster's scheduler, such as tcp://host:8786; empty is a cluster on this machine.
        timeout: Seconds that one document may take.
        memory: Bytes of memory that one worker may take.
        use_cache: Use results that are kept from earlier runs, and keep new ones.
    """
    clock = Clock()
    asked = extraction.order(paths, out, questions)
    options = {"paths": paths, "workers": workers, "timeout": timeout, "memory": memory, "cache": use_cache}
    if use_cache and (held := extraction.before(asked)):
        return Completed(name="Unchanged", message=_said(held), data=dict(held))
    cache = open_cache() if use_cache else None
    with runners.runner(runner, address=dask_address, workers=workers, timeout=timeout, memory=memory) as working:
        counts = dict(extraction.write(asked, extracted(asked.sources, working, cache, asked.given), options, clock))
    if counts["failures"] == counts["documents"]:
        return Failed(message=f"{out / 'failures.csv'}: no document could be used; mend what it names", data=counts)
    return Completed(message=_said(counts), data=counts)


def _said(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())


@flow(flow_run_name="score of {run}", on_failure=[notify], on_crashed=[notify])
def score(run: Path = Path("outputs/run"), gold: Path = Path("gold"), gate: bool = False) -> State[str]:
    """Scores a finished run against gold, and writes its scores.csv and slips.csv.

    Args:
        run: The folder of a finished run.
        gold: The folder of the gold, with evidence.csv, floors.csv and what belongs to them.
        gate: Fail when a floor is missed.
    """
    judged = job.rescore(run, gold)
    table = list(judged.tables["scores"].dicts())
    create_table_artifact(table=table, key="scores", description="Scores against gold")
    verdict = judged.gate.verdict
    said = "; ".join(judged.gate.reasons) or "every floor is met"
    if gate and verdict != "released":
        return Failed(name=verdict.capitalize(), message=said, data=verdict)
    return Completed(name="Scored", message=f"{verdict}: {said}", data=verdict)


@flow(flow_run_name="release of {run}", on_failure=[notify], on_crashed=[notify])
def release(run: Path = Path("outputs/run"), releases: Path = Path("outputs/releases")) -> State[str]:
    """Keeps a finished run for good, if its gate let it through.

    Args:
        run: The folder of a finished run.
        releases: The folder where released evidence is kept for good, a folder a release.
    """
    try:
        kept = str(release_run(run, releases))
    except Withheld as fault:
        return Failed(name="Withheld", message=str(fault))
    return Completed(name="Released", message=kept, data=kept)
