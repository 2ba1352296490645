"""Where Prefect keeps its state: with the project, unless the user has a server. To be called before Prefect is imported."""

from __future__ import annotations

import os
from pathlib import Path

OWN = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    # With leases in memory a slot that a killed run held would never come free.
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
    "PREFECT_CLI_COLORS": "false",
}


def isolate(project: Path, *, level: str = "CRITICAL") -> Path:
    """Keeps Prefect's state in `<project>/.prefect` and telemetry off; what the user has set in the environment stays.

    Returns the home. Where `PREFECT_API_URL` is set, the user's own Prefect home counts too.
    """
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", level)
    if not os.environ.get("PREFECT_API_URL"):
        os.environ.setdefault("PREFECT_HOME", str(_home(project)))
        for name, value in OWN.items():
            os.environ.setdefault(name, value)
    home = Path(os.environ.get("PREFECT_HOME") or "~/.prefect").expanduser()
    home.mkdir(parents=True, exist_ok=True)  # Prefect's server waits for ever where the parent is missing
    return home


def _home(project: Path) -> Path:
    """`.prefect` in the project; in the user's state folder where that is no place of ours or cannot be written."""
    project = project.resolve()
    taken = project == Path("~").expanduser().resolve()
    if taken or not os.access(project, os.W_OK):
        state = Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state").expanduser()
        return state / "litevidence" / "prefect"
    return project / ".prefect"
