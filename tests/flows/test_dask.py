"""A cluster of its own scheduler and workers on loopback: the same bytes as processes of one machine give."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from test_flow import outputs

from pipeline.export.portion import Portion
from pipeline.flows.run import run
from pipeline.flows.runners import ClusterFault, runner
from pipeline.flows.watch import watched_by

from small_project import PAPER, Project

pytestmark = [pytest.mark.usefixtures("prefect_server"), pytest.mark.timeout(300)]


class Loopback:
    """A scheduler and two workers, each a process."""

    def __init__(self, folder: Path) -> None:
        environment = {**os.environ, "DASK_DISTRIBUTED__WORKER__DAEMON": "False"}
        self._environment, self._folder = environment, folder
        self._scheduler = self._start("dask_scheduler", "--port", "0", "--no-dashboard")
        assert self._scheduler.stderr is not None
        self.address = next(
            found[0] for line in self._scheduler.stderr if (found := re.search(r"tcp://[\d.]+:\d+", line))
        )
        self.workers = [self._start("dask_worker", self.address, "--nthreads", "1", "--no-dashboard") for _ in range(2)]
        for process in (self._scheduler, *self.workers):  # nobody reads on: a full pipe would stop them
            threading.Thread(target=lambda process=process: process.stderr.read(), daemon=True).start()

    def _start(self, module: str, *options: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", f"distributed.cli.{module}", *options, "--host", "127.0.0.1"]
        return subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, env=self._environment, cwd=self._folder, start_new_session=True
        )

    def stop(self) -> None:
        for process in (*self.workers, self._scheduler):
            process.terminate()
        for process in (*self.workers, self._scheduler):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@contextmanager
def loopback(folder: Path) -> Iterator[Loopback]:
    cluster = Loopback(folder)
    try:
        yield cluster
    finally:
        cluster.stop()


def test_a_cluster_gives_the_same_bytes_also_when_a_worker_is_killed(project: Project, tmp_path: Path) -> None:
    for number in range(70):
        project.add(
            f"trial{2000 + number}", PAPER.replace("71%", f"{number + 10}%"), role="trial", number=str(number + 2)
        )
    project.add("broken1999", b"\xff\xfe no text \xff", role="trial", number="99")
    project.ask_for("0", "0")
    assert run(**project.parameters, workers=2, use_cache=False, return_state=True).is_completed()
    alone = outputs(project.out)

    with loopback(tmp_path) as cluster:
        killed: list[int] = []

        def kill_one(_: Portion) -> None:
            if not killed:
                killed.append(cluster.workers[0].pid)
                os.killpg(cluster.workers[0].pid, signal.SIGKILL)

        with watched_by(kill_one):
            state = run(
                **project.parameters, runner="dask", dask_address=cluster.address, use_cache=False, return_state=True
            )
    assert state.is_completed()
    assert killed
    assert outputs(project.out) == alone


def test_a_cluster_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.flows.runners.PATIENCE", 1.0)
    with (
        pytest.raises(ClusterFault, match=r"--dask-address tcp://127\.0\.0\.1:9: no scheduler"),
        runner("dask", address="tcp://127.0.0.1:9", workers=1, timeout=5, memory=1 << 30),
    ):
        pass
