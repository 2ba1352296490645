"""Kills a run, one of its workers or its server at random moments; the next run must give the undisturbed bytes."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

VICTIMS = ("run", "worker", "server")
MARK = "LITEVIDENCE_KILL_TEST"
PATIENCE = 30.0


class Outcome(NamedTuple):
    """What one kill did: who was killed and when, how that run ended, and what was found after the next one."""

    victim: str
    moment: float
    ended: int
    same: bool
    orphans: int


class Harness:
    """A project of its own, with cache and Prefect's state in a folder that is thrown away."""

    def __init__(self, project: Path, scratch: Path, program: Path | None = None) -> None:
        """`program`: a folder that holds a copy of the package to be run instead of this one."""
        self.project, self.scratch, self._program = project, scratch, program
        self.out = scratch / "run"

    def undisturbed(self) -> tuple[dict[str, bytes], float]:
        """The files of a run that nobody disturbs, and how long it took."""
        began = time.monotonic()
        self._fresh()
        code = self._start().wait()
        if code != 0:
            raise RuntimeError(f"the undisturbed run ended with status {code}")
        return outputs(self.out), time.monotonic() - began

    def kill(self, victim: str, moment: float, wanted: dict[str, bytes]) -> Outcome:
        """One run that is disturbed `moment` seconds after its start, and one that is not."""
        self._fresh()
        mark = uuid.uuid4().hex
        run = self._start(mark)
        time.sleep(moment)
        for pid in _victims(victim, run.pid, mark):
            _signal(pid)
        ended = run.wait(timeout=300)
        orphans = _left(mark)
        again = self._start()
        again.wait(timeout=300)
        return Outcome(victim, moment, ended, outputs(self.out) == wanted, orphans)

    def _fresh(self) -> None:
        for name in ("run", "releases", "cache"):
            shutil.rmtree(self.scratch / name, ignore_errors=True)

    def _start(self, mark: str = "") -> subprocess.Popen[bytes]:
        folders = {"--corpus": "corpus", "--gold": "gold"}
        options = [text for option, name in folders.items() for text in (option, str(self.project / name))]
        command = [sys.executable, "-m", "pipeline", "run", "--quiet", "--workers", "2", *options]
        return subprocess.Popen(
            [*command, "--out", str(self.out), "--releases", str(self.scratch / "releases")],
            cwd=self._program,
            env={**os.environ, "LITEVIDENCE_CACHE": str(self.scratch / "cache"), MARK: mark},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def outputs(folder: Path) -> dict[str, bytes]:
    """All files of a run but `run.json`, which holds clock times."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "run.json")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def rounds(harness: Harness, count: int, seed: int = 1) -> Iterator[Outcome]:
    """`count` kills at random moments, the victims in turn."""
    wanted, seconds = harness.undisturbed()
    draw = random.Random(seed)
    for number in range(count):
        yield harness.kill(VICTIMS[number % len(VICTIMS)], draw.uniform(0.1, 1.05) * seconds, wanted)


def _victims(victim: str, run: int, mark: str) -> list[int]:
    if victim == "run":
        return [run]
    pids = [pid for pid in _marked(mark) if pid != run]
    return [pid for pid in pids if (b"pipeline.flows.guarded" in _command(pid)) == (victim == "server")][-1:]


def _left(mark: str) -> int:
    """How many processes of a run are still there some time after its end."""
    deadline = time.monotonic() + PATIENCE
    while (left := len(_marked(mark))) and time.monotonic() < deadline:
        time.sleep(0.2)
    return left


def _marked(mark: str) -> list[int]:
    wanted = f"{MARK}={mark}".encode()
    return [pid for pid in _pids() if wanted in _read(pid, "environ")]


def _pids() -> list[int]:
    return sorted(int(name.name) for name in Path("/proc").iterdir() if name.name.isdigit())


def _command(pid: int) -> bytes:
    return _read(pid, "cmdline").replace(b"\0", b" ")


def _read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


def _signal(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
