"""`prefect.yaml` as a team uses it: a server, a work pool, a worker, and a run that falls due."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from apart import answers, clean_environment

from small_project import Project

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


@pytest.fixture
def team(project: Project, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a team's project with its own server, which ends with the test."""
    project.ask_for("0", "0")
    shutil.copytree(ROOT / "pipeline", tmp_path / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    deployments = (ROOT / "prefect.yaml").read_text(encoding="utf-8")
    often = deployments.replace('- cron: "0 6 * * 1"\n        timezone: UTC', "- interval: 5")
    assert often != deployments
    (tmp_path / "prefect.yaml").write_text(often)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **clean_environment(),
        "PREFECT_HOME": str(tmp_path / ".prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "LITEVIDENCE_PROJECT": str(tmp_path),
    }
    Path(environment["PREFECT_HOME"]).mkdir()
    server = subprocess.Popen(
        [sys.executable, "-m", "pipeline.flows.guarded", str(port)],
        stdin=subprocess.PIPE,
        env=environment,
        cwd=ROOT,
    )
    try:
        wait_for(lambda: answers(f"{environment['PREFECT_API_URL']}/health"), "the server", server)
        yield environment
    finally:
        server.terminate()
        server.wait(20)


def wait_for(done: Callable[[], bool], what: str, process: subprocess.Popen[bytes], patience: float = 120) -> None:
    deadline = time.monotonic() + patience
    while not done():
        assert process.poll() is None, f"{what}: its process has ended"
        assert time.monotonic() < deadline, f"{what}: not there after {patience} s"
        time.sleep(0.2)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_run_that_is_due_is_taken_by_a_worker_and_finishes(team: dict[str, str], tmp_path: Path) -> None:
    def prefect(*arguments: str) -> str:
        command = [str(BIN / "prefect"), "--no-prompt", *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=team, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    prefect("work-pool", "create", "litevidence", "--type", "process")
    prefect("deploy", "--all")
    with (tmp_path / "worker.log").open("wb") as log:
        worker = subprocess.Popen(
            [str(BIN / "prefect"), "worker", "start", "--pool", "litevidence", "--limit", "1"],
            cwd=tmp_path,
            env=team,
            stdout=log,
            stderr=log,
        )
    try:
        out, releases = tmp_path / "outputs" / "run", tmp_path / "outputs" / "releases"
        wait_for(lambda: releases.is_dir() and any(releases.glob("2*")), "a release", worker)
        assert json.loads((out / "gate.json").read_text())["verdict"] == "released"
    finally:
        worker.send_signal(signal.SIGTERM)
        try:
            worker.wait(60)
        finally:
            worker.kill()
