"""A released run is kept for good: copied once under the date and the digest of its evidence."""

from __future__ import annotations

import json
import shutil
import tempfile
from datetime import date
from pathlib import Path

from pipeline.cache import digest
from pipeline.evidence import Gate
from pipeline.export.csvs import UnusableRun
from pipeline.export.folder import UnwritableFolder, complete

NAMED_BY = ("evidence.csv", "items.csv")


class Withheld(ValueError):
    """A run that its gate did not let through; the text says why."""

    status = 1


def release_finished(run: Path, releases: Path, *, today: date) -> Path:
    """Releases a finished run whose `gate.json` says so. Raises Withheld, UnusableRun and UnwritableFolder."""
    complete(run)
    gate = gate_of(run)
    if gate.verdict != "released":
        raise Withheld(f"{run}: {gate.verdict}: {'; '.join(gate.reasons)}")
    return release(run, releases, today=today)


def gate_of(run: Path) -> Gate:
    """The verdict in a finished run's `gate.json`, with its reasons. Raises UnusableRun."""
    try:
        said = json.loads((run / "gate.json").read_text(encoding="utf-8"))
        return Gate(said["verdict"], tuple(said["reasons"]))
    except (OSError, ValueError, KeyError, TypeError):
        raise UnusableRun(
            f"{run / 'gate.json'}: says no verdict; name the folder of a run of `litevidence run`"
        ) from None


def release(run: Path, releases: Path, *, today: date) -> Path:
    """Copies the run's files to `releases/<date>-<digest>/`; evidence that was released before keeps its folder.

    Raises UnwritableFolder.
    """
    name = digest((run / file).read_bytes() for file in NAMED_BY)[:12]
    try:
        releases.mkdir(parents=True, exist_ok=True)
        for before in sorted(releases.glob(f"*-{name}")):
            return before
        staging = Path(tempfile.mkdtemp(dir=releases, prefix=".writing-"))
        try:
            shutil.copytree(run, staging, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".*"))
            staging.chmod(0o755)
            return staging.rename(releases / f"{today.isoformat()}-{name}")
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise
    except OSError as error:
        raise UnwritableFolder(
            f"{releases}: cannot be written ({error.strerror or error}); free space or choose another --releases"
        ) from error
