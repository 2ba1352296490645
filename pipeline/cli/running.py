"""`run` and `serve`: the flow from the command line. Prefect is imported only here, and only now."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from pipeline import gold as golds
from pipeline.cli.extracting import cache_for
from pipeline.cli.finished import summary
from pipeline.cli.say import Fault, Say
from pipeline.export.folder import check_writable
from pipeline.flows import again, job
from pipeline.flows.home import isolate
from pipeline.flows.release import gate_of, release_finished
from pipeline.flows.server import server
from pipeline.flows.watch import watched_by


def run_job(
    *,
    corpus: Path,
    gold: Path,
    out: Path,
    releases: Path,
    workers: int,
    runner: str,
    dask_address: str,
    timeout: float,
    memory: int,
    use_cache: bool,
    say: Say,
) -> int:
    """Runs the flow and returns the exit status: 0 released, 1 withheld or undecided."""
    sources = _usable(corpus, gold, out, say)
    cache_for(use_cache, say)
    own_server = bool(os.environ.get("PREFECT_API_URL"))  # it keeps a record of every run, also where nothing was to do
    if use_cache and not own_server and again.before(out, job.inputs(sources, job.digests(corpus, gold))):
        return _unchanged(sources, out, releases, say)
    home = isolate(corpus.resolve().parent, level="INFO" if say.verbose else "CRITICAL")
    with server(log=home / "server.log") as ready:
        from pipeline.flows.run import run

        ready()
        with say.progress(len(sources.inputs)) as advance, watched_by(advance):
            state = run(
                corpus=corpus,
                gold=gold,
                out=out,
                releases=releases,
                workers=workers,
                runner=runner,
                dask_address=dask_address,
                timeout=timeout,
                memory=memory << 20,
                use_cache=use_cache,
                return_state=True,
            )
    if state.is_crashed() or (state.is_failed() and state.name == "Failed"):
        state.result(raise_on_failure=True)
        raise Fault(f"{out}: the run ended as {state.name}: {state.message}")
    say.result(str(say.tally))
    for line in summary(out):
        say.result(line)
    return 0 if state.is_completed() else 1


def _unchanged(sources: job.Sources, out: Path, releases: Path, say: Say) -> int:
    """The folder holds what would come out: no server is needed to say so again."""
    released = gate_of(out).verdict == "released"
    if released:
        release_finished(out, releases, today=datetime.now(UTC).date())
    say.result(f"{len(sources.inputs)} documents, all unchanged: nothing to do")
    for line in summary(out):
        say.result(line)
    return 0 if released else 1


def _usable(corpus: Path, gold: Path, out: Path, say: Say) -> job.Sources:
    """What is to be read; raises before anything is started where corpus, gold or `out` cannot be used."""
    golds.load(gold)
    sources = job.sources(corpus)
    check_writable(out)
    for path in sources.strangers:
        say.note(f"{path}: the manifest has no row for it; it is read as a document of its own")
    return sources


def serve_job(
    cron: str, *, timezone: str, corpus: Path, gold: Path, out: Path, releases: Path, workers: int, say: Say
) -> int:
    """Serves the flow on a schedule until the process is told to stop."""
    _usable(corpus, gold, out, say)
    home = isolate(corpus.resolve().parent, level="INFO" if say.verbose else "WARNING")
    with server(services=True, log=home / "server.log") as ready:
        from pipeline.flows.serve import cron_schedule, serve

        schedule = cron_schedule(cron, timezone)
        ready()
        say.note(
            f'serving "{cron}" ({timezone}); {os.environ["PREFECT_API_URL"].removesuffix("/api")} shows the runs; Ctrl-C stops'
        )
        paths = {"corpus": corpus, "gold": gold, "out": out, "releases": releases}
        serve(schedule, {**{name: str(path) for name, path in paths.items()}, "workers": workers}, announce=False)
    return 0
