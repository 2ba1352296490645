"""Measures what the flow costs beside the work: caching, orchestration, runners, and kills at random moments.

Every figure is a ratio of two runs on this machine, one after the other. `--documents` and `--kills` make it shorter.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from flows.generate import documents, name, project, report
from flows.kills import Harness, rounds

ROOT = Path(__file__).parents[1]
LOOP = """
import sys, time
from datetime import date
from pathlib import Path
from pipeline import gold as golds
from pipeline.about import Clock, run_info
from pipeline.export.folder import writing
from pipeline.export.portion import Gathered
from pipeline.export.tables import EXTRACTED, HEADERS
from pipeline.extract import extract_many
from pipeline.flows import job
from pipeline.flows.release import release_finished
project, workers, out = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
began = time.monotonic()
sources, gold = job.sources(project / "corpus"), golds.load(project / "gold")
with writing(out) as written:
    gathered, records = Gathered(written, {name: HEADERS[name] for name in EXTRACTED}, sources.roles), []
    for one in extract_many(sources.inputs, workers=workers):
        gathered.add(one)
        records.append(one.records)
    documents = [one.document_id for one in sources.inputs]
    judged = job.judge(job.decoded(records), gold, reviews=sources.reviews, documents=documents)
    digests = job.digests(project / "corpus", project / "gold")
    job.export(written, judged, digests)
    written.finish(run_info({}, {}, Clock(), digests))
release_finished(out, out.with_name("released"), today=date.today())
print(time.monotonic() - began)
"""


class Bench:
    """Runs the program as a copy of its own, so that a row of a vocabulary can be changed."""

    def __init__(self, scratch: Path, count: int, workers: int) -> None:
        self.scratch, self.count, self.workers = scratch, count, workers
        shutil.copytree(ROOT / "pipeline", scratch / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
        self.held: list[bool] = []
        self.peak = 0.0

    def took(self, *arguments: str, cache: str = "cache") -> float:
        """Wall seconds of one command; `peak` is then how much memory the process that gathered took, in MiB."""
        command = [sys.executable, "-m", "pipeline", *arguments, "--quiet", "--workers", str(self.workers)]
        environment = {**os.environ, "LITEVIDENCE_CACHE": str(self.scratch / cache)}
        began = time.monotonic()
        _, status, used = os.wait4(subprocess.Popen(command, cwd=self.scratch, env=environment).pid, 0)
        assert status == 0, f"{command} ended with {status}"
        self.peak = used.ru_maxrss / 1024
        return time.monotonic() - began

    def loop(self, made: Path) -> float:
        """Seconds of a plain loop over the same functions in as many processes, without the start of Python."""
        command = [sys.executable, "-c", LOOP, str(made), str(self.workers), str(self.scratch / "loop")]
        done = subprocess.run(command, cwd=self.scratch, check=True, capture_output=True, text=True)
        return float(done.stdout.split()[0])

    def floor(self, what: str, measured: float, most: float) -> None:
        self.held.append(measured <= most)
        print(f"{'ok  ' if measured <= most else 'MISS'}  {what:<66} {measured:8.3f}  (at most {most:g})", flush=True)


def caching(bench: Bench) -> None:
    """A first run, the same again, one document changed, one row of a vocabulary changed, one document added."""
    folder, out = documents(bench.scratch / "documents", bench.count), str(bench.scratch / "out")
    extract = ("extract", str(folder), "--out", out)
    start = bench.took(
        "extract", str(documents(bench.scratch / "one", 1)), "--out", str(bench.scratch / "o1"), cache="c1"
    )
    first = bench.took(*extract)
    peak = bench.peak
    again = bench.took(*extract)
    kept = bench.took("extract", str(folder), "--out", str(bench.scratch / "another"))
    (folder / f"{name(0)}.txt").write_text(report(bench.count + 1), encoding="utf-8")
    changed = bench.took(*extract)
    (folder / f"{name(bench.count)}.txt").write_text(report(bench.count + 2), encoding="utf-8")
    added = bench.took(*extract)
    with (bench.scratch / "pipeline/vocab/drugs.csv").open("a", encoding="utf-8") as file:
        file.write("zzz_bench,zzzbenchamab,,drug,,,,\n")
    before = sum(1 for _ in (bench.scratch / "cache/read").rglob("*.json"))
    row = bench.took(*extract)
    after = sum(1 for _ in (bench.scratch / "cache/read").rglob("*.json"))
    print(
        f"      {bench.count} documents, {bench.workers} workers: first {first:.1f} s, again {again:.1f} s, all into a new "
    )
    print(
        f"      folder {kept:.1f} s, one changed {changed:.1f} s, one added {added:.1f} s, one row of a vocabulary {row:.1f} s; one document alone {start:.1f} s"
    )
    bench.floor("memory of the process that gathers, MiB", peak, 300)
    bench.floor("second run beside the first", again / first, 0.05)
    bench.floor("all kept, but written into a new folder, beside the first", kept / first, 0.05)
    bench.floor("one changed document: seconds more than that, beside one alone", (changed - kept) / start, 1)
    bench.floor("one added document: seconds more than that, beside one alone", (added - kept) / start, 1)
    bench.floor("one changed document, beside the first run", changed / first, 0.1)
    bench.floor("a changed row of a vocabulary: documents read again", after - before, 0)
    bench.floor("a changed row of a vocabulary, beside the first run", row / first, 1.1)


def orchestration(bench: Bench) -> None:
    """The flow beside a plain loop over the same functions, and Dask beside processes; the long ones best of two."""
    made = project(bench.scratch / "project", bench.count)
    kept = ("run", "--corpus", str(made / "corpus"), "--gold", str(made / "gold"))
    run = (*kept, "--no-cache")
    tiny = project(bench.scratch / "tiny", 1)
    empty = ("run", "--corpus", str(tiny / "corpus"), "--gold", str(tiny / "gold"), "--no-cache")
    loops, loop_start = [bench.loop(made)], bench.loop(tiny)
    fresh = bench.took(*empty, "--out", str(bench.scratch / "t"), "--releases", str(bench.scratch / "tr"))
    start = bench.took(*empty, "--out", str(bench.scratch / "t"), "--releases", str(bench.scratch / "tr"))
    shutil.copytree(tiny / ".prefect", made / ".prefect")  # neither run pays for making the server's database
    into = ("--out", str(bench.scratch / "p"), "--releases", str(bench.scratch / "pr"))
    processes = [bench.took(*run, *into)]
    peak = bench.peak
    again = bench.took(*kept, *into)
    dask_start = bench.took(
        *empty, "--runner", "dask", "--out", str(bench.scratch / "u"), "--releases", str(bench.scratch / "ur")
    )
    by_dask = (*run, "--runner", "dask", "--out", str(bench.scratch / "d"), "--releases", str(bench.scratch / "dr"))
    dasks = [bench.took(*by_dask)]
    loops.append(bench.loop(made))  # in turn: a minute in which others use the machine costs each of them alike
    processes.append(bench.took(*run, *into))
    dasks.append(bench.took(*by_dask))
    loop, process, dask = min(loops), min(processes), min(dasks)
    for what, seconds in {"plain loop": loops, "processes": processes, "dask": dasks}.items():
        print(f"      {what}: {' and '.join(f'{one:.1f}' for one in seconds)} s")
    print(
        f"      of two documents: plain loop {loop_start:.1f} s, processes {start:.1f} s ({fresh:.1f} s the first time in a folder), dask {dask_start:.1f} s"
    )
    print(f"      the run again: {again:.1f} s; memory of the process that judges and exports {peak:.0f} MiB")
    bench.floor("a second run over the same, beside the first", again / process, 0.05)
    bench.floor("start-up overhead, seconds of that run more than of the plain loop", start - loop_start, 10)
    work = loop - loop_start
    bench.floor("the flow beside the plain loop, each without its start", (process - start) / work, 1.1)
    bench.floor("dask beside the plain loop, each without its start", (dask - dask_start) / work, 1.1)
    same = all(
        (bench.scratch / "p" / table).read_bytes() == (bench.scratch / "d" / table).read_bytes()
        for table in ("evidence.csv", "items.csv", "mentions.csv", "scores.csv")
    )
    bench.floor("tables that differ between processes and dask", not same, 0)


def killed(bench: Bench, count: int) -> None:
    """The harness's tally."""
    (bench.scratch / "kills").mkdir()
    harness = Harness(project(bench.scratch / "killed", 12), bench.scratch / "kills", bench.scratch)
    found = []
    for one in rounds(harness, count):
        found.append(one)
        print(f"      {one.victim:<6} killed after {one.moment:5.1f} s: the run ended with {one.ended}", flush=True)
    print(f"      {Counter(one.victim for one in found)}")
    bench.floor(f"of {count} kills, next runs with other bytes", sum(not one.same for one in found), 0)
    bench.floor(f"of {count} kills, processes left behind", sum(one.orphans for one in found), 0)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--only", choices=("caching", "orchestration", "kills"), help="one part of it")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(Path(scratch), options.documents, options.workers)
        parts = {"caching": caching, "orchestration": orchestration, "kills": partial(killed, count=options.kills)}
        for named, part in parts.items():
            if options.only in (None, named):
                part(bench)
    return 0 if all(bench.held) else 1


if __name__ == "__main__":
    sys.exit(main())
