"""Parts of the whole job as flows of their own: `extract`, `score` and `release`.

Each is a thin case around the function that the command of the same name calls without a server.
"""

from __future__ import annotations

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
    GoldFolder,
    Out,
    Releases,
    RunFolder,
    RunnerKind,
    Seconds,
    UseCache,
    WorkerCount,
    extracted,
    release_run,
)
from pipeline.workers import MEMORY, TIMEOUT

Paths = Annotated[list[str], Field(min_length=1, description="Documents, or folders of documents.")]
Questions = Annotated[Path | None, Field(description="A CSV of questions; answers.csv then has the answers.")]
Gated = Annotated[bool, Field(description="Fail when a floor is missed.")]


@flow(
    flow_run_name="extract to {out}",
    task_runner=ThreadPoolTaskRunner(),  # type: ignore[arg-type]
    on_failure=[notify],
    on_crashed=[notify],
)
def extract(
    paths: Paths,
    out: Out,
    questions: Questions = None,
    workers: WorkerCount = 0,
    runner: RunnerKind = "process",
    dask_address: DaskAddress = "",
    timeout: Seconds = TIMEOUT,
    memory: Bytes = MEMORY,
    use_cache: UseCache = True,
) -> State[dict[str, int]]:
    """Documents to evidence; no gold. It fails where no document could be used, not for single ones."""
    clock = Clock()
    asked = extraction.order(paths, out, questions)
    options = {"paths": paths, "workers": workers, "timeout": timeout, "memory": memory, "cache": use_cache}
    cache = open_cache() if use_cache else None
    with runners.runner(runner, address=dask_address, workers=workers, timeout=timeout, memory=memory) as working:
        counts = dict(extraction.write(asked, extracted(asked.sources, working, cache, asked.given), options, clock))
    said = ", ".join(f"{count} {name}" for name, count in counts.items())
    if counts["failures"] == counts["documents"]:
        return Failed(message=f"{out / 'failures.csv'}: no document could be used; mend what it names", data=counts)
    return Completed(message=said, data=counts)


@flow(flow_run_name="score of {run}", on_failure=[notify], on_crashed=[notify])
def score(run: RunFolder = Path("outputs/run"), gold: GoldFolder = Path("gold"), gate: Gated = False) -> State[str]:
    """Scores a finished run against gold, and writes its scores.csv and slips.csv."""
    judged = job.rescore(run, gold)
    table = list(judged.tables["scores"].dicts())
    create_table_artifact(table=table, key="scores", description="Scores against gold")
    verdict = judged.gate.verdict
    said = "; ".join(judged.gate.reasons) or "every floor is met"
    if gate and verdict != "released":
        return Failed(name=verdict.capitalize(), message=said, data=verdict)
    return Completed(name="Scored", message=f"{verdict}: {said}", data=verdict)


@flow(flow_run_name="release of {run}", on_failure=[notify], on_crashed=[notify])
def release(run: RunFolder = Path("outputs/run"), releases: Releases = Path("outputs/releases")) -> State[str]:
    """Keeps a finished run for good, if its gate let it through."""
    try:
        kept = str(release_run(run, releases))
    except Withheld as fault:
        return Failed(name="Withheld", message=str(fault))
    return Completed(name="Released", message=kept, data=kept)
