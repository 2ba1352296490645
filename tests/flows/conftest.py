"""One Prefect server for all flow tests, and a small project for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from small_project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """One temporary server for all tests that run the flow; its start takes a while on a busy machine."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=180):
        yield
