"""One Prefect server for one run: started beside us, and gone with us however we end."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 180.0
"""Seconds that a server may take to start; a new home costs some twenty for its database."""


class ServerFault(RuntimeError):
    """The server did not start; the text says what to do."""


Ready = Callable[[], None]


@contextmanager
def server(*, services: bool = False, log: Path | None = None) -> Iterator[Ready]:
    """A server on this machine alone, or the user's (`PREFECT_API_URL`). What it yields waits until it answers.

    `services`: with the scheduler and the pages that a browser shows. `log`: where its own words go.
    """
    if os.environ.get("PREFECT_API_URL"):
        yield lambda: None
        return
    with _first_in_line() as started, _served(started, services=services, log=log) as ready:
        yield ready


@contextmanager
def _first_in_line() -> Iterator[Callable[[], None]]:
    """Waits until no other run is starting a server on the same home; what it yields lets the next one start.

    Two servers that make or migrate one database at the same time break each other.
    """
    home = Path(os.environ.get("PREFECT_HOME") or "~/.prefect").expanduser()
    with (home / "starting.lock").open("wb") as lock:  # the system frees it when we end, however we end
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield lambda: fcntl.flock(lock, fcntl.LOCK_UN)


@contextmanager
def _served(started: Callable[[], None], *, services: bool, log: Path | None) -> Iterator[Ready]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}/api"
    settings = {} if services else {"PREFECT_UI_ENABLED": "0", "PREFECT__SERVER_EPHEMERAL": "1"}
    with (log or Path(os.devnull)).open("wb") as words:
        process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "pipeline.flows.guarded", str(port)],
            stdin=subprocess.PIPE,  # its end is how the server learns of ours
            stdout=words,
            stderr=words,
            start_new_session=True,  # Ctrl-C reaches us alone: we still have something to tell it
            env={**os.environ, **settings, "PREFECT__SERVER_FINAL": "1", "PREFECT_API_URL": url},
        )
    os.environ["PREFECT_API_URL"] = url

    def ready() -> None:
        _wait(process, url, log)
        started()

    try:
        yield ready
    finally:
        os.environ.pop("PREFECT_API_URL", None)
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin:
            process.stdin.close()


def _wait(process: subprocess.Popen[bytes], url: str, log: Path | None) -> None:
    """Returns when the server answers. Raises ServerFault when it ends, or does not answer in time."""
    deadline = time.monotonic() + PATIENCE
    said = f"; {log} has its words" if log else ""
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServerFault(f"Prefect's server ended with status {process.returncode}{said}")
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5) as answer:  # noqa: S310 - our own address
                if answer.status == 200:
                    return
        except OSError:  # not there yet
            time.sleep(0.1)
    raise ServerFault(f"Prefect's server does not answer within {PATIENCE:g} s{said}")
