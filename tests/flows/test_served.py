"""The program with a server of its own: a run from the command line, and a schedule that is served.

Newer libraries have broken schedules without a word before, so one must really be seen to run.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from apart import clean_environment

from small_project import Project

ROOT = Path(__file__).parents[2]

SERVE = """
import sys
from datetime import timedelta
from pathlib import Path
from pipeline.flows.home import isolate
from pipeline.flows.server import server

if __name__ == "__main__":
    home = isolate(Path(sys.argv[1]))
    with server(services=True, log=home / "server.log") as ready:
        from pipeline.flows.serve import interval_schedule, serve

        ready()
        paths = {name: sys.argv[1] + "/" + name for name in ("corpus", "gold", "releases")}
        serve(interval_schedule(timedelta(seconds=5)), {**paths, "out": sys.argv[1] + "/run", "workers": 1}, announce=False)
"""


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_scheduled_run_happens_and_nothing_stays_behind(project: Project, tmp_path: Path) -> None:
    project.ask_for("0", "0")
    (tmp_path / "served.py").write_text(SERVE)
    clean = clean_environment()
    with (tmp_path / "log").open("wb") as log:
        served = subprocess.Popen(
            [sys.executable, str(tmp_path / "served.py"), str(tmp_path)],
            cwd=ROOT,
            env={**clean, "PYTHONPATH": str(ROOT)},
            stdout=log,
            stderr=log,
        )
        try:
            deadline = time.monotonic() + 150
            while not (project.out / "run.json").exists() and time.monotonic() < deadline:
                assert served.poll() is None, (tmp_path / "log").read_text()
                time.sleep(0.5)
            assert (project.out / "run.json").exists(), (tmp_path / "log").read_text()
            served.send_signal(signal.SIGINT)
            assert served.wait(timeout=60) == 0
        finally:
            served.kill()
    assert json.loads((project.out / "run.json").read_text())["counts"]["documents"] == 2
    assert list(project.releases.iterdir())
    assert _left_behind(str(tmp_path), patience=20) == []


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_the_command_line_tells_released_from_withheld_and_cleans_up(project: Project, tmp_path: Path) -> None:
    clean = clean_environment()
    options = [f"--{name}={path}" for name, path in project.parameters.items()]

    def command() -> subprocess.CompletedProcess[str]:
        arguments = [sys.executable, "-m", "pipeline", "run", *options, "--workers=1"]
        return subprocess.run(arguments, cwd=ROOT, env=clean, capture_output=True, text=True, check=False)

    project.ask_for("", "1")
    released = command()
    assert (released.returncode, released.stderr) == (0, "")
    assert "released: every floor is met" in released.stdout
    assert (tmp_path / ".prefect").is_dir()

    (project.corpus / "papers" / "zarate2006.txt").write_text("Nothing was found here.\n")
    withheld = command()
    assert withheld.returncode == 1
    assert "withheld: paper: recall of drug is 0.0000 (0 of 1), the floor is 1" in withheld.stdout
    assert _left_behind(str(tmp_path), patience=20) == []


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_two_runs_at_once_do_not_hear_of_each_other(project: Project, tmp_path: Path) -> None:
    """They share the cache, and each server writes the same database."""
    project.ask_for("", "1")
    clean = clean_environment()
    options = [f"--{name}={path}" for name, path in project.parameters.items() if name != "out"]
    command = [sys.executable, "-m", "pipeline", "run", *options, "--workers=1", "--quiet"]
    runs = [
        subprocess.Popen([*command, f"--out={tmp_path / name}"], cwd=ROOT, env=clean, stderr=subprocess.PIPE, text=True)
        for name in ("one", "other")
    ]
    said = [run.communicate(timeout=200)[1] for run in runs]
    assert ([run.returncode for run in runs], said) == ([0, 0], ["", ""])
    assert (tmp_path / "one" / "items.csv").read_bytes() == (tmp_path / "other" / "items.csv").read_bytes()
    assert len(list(project.releases.iterdir())) == 1


def _left_behind(mark: str, *, patience: float) -> list[str]:
    """The command lines of processes whose environment or arguments name this folder, `patience` seconds from now.

    Python's own keeper of shared resources ends by itself a moment after the process that it served.
    """
    deadline = time.monotonic() + patience
    while (found := _naming(mark)) and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


def _naming(mark: str) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line, environment = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
        except OSError:
            continue
        if int(process.name) != os.getpid() and (
            mark.encode() in line or f"PREFECT_HOME={mark}".encode() in environment
        ):
            found.append(line.replace(b"\0", b" ").decode())
    return found
