"""kill -9 of a run, of a worker and of the server: the next run gives the bytes of an undisturbed one."""

from __future__ import annotations

from pathlib import Path

import pytest
from flows.generate import project
from flows.kills import VICTIMS, Harness, rounds

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the processes of a run in /proc")
def test_a_run_that_is_killed_loses_and_doubles_nothing(tmp_path: Path) -> None:
    harness = Harness(project(tmp_path / "project", 6), tmp_path)
    outcomes = list(rounds(harness, len(VICTIMS)))
    assert [one.victim for one in outcomes if not one.same or one.orphans] == []
