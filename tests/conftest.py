"""Nothing that a test does reaches the user's folders: Prefect's home and the cache are temporary."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

_HOME = tempfile.TemporaryDirectory(prefix="litevidence-tests-")

# Before anything imports Prefect, which reads its settings once.
os.environ.pop("PREFECT_API_URL", None)
os.environ["PREFECT_HOME"] = str(Path(_HOME.name) / "prefect")
os.environ["LITEVIDENCE_CACHE"] = str(Path(_HOME.name) / "cache")
Path(os.environ["PREFECT_HOME"]).mkdir()

from pipeline.flows.home import isolate  # noqa: E402

isolate(Path(_HOME.name))


@pytest.fixture(scope="session", autouse=True)
def _temporary_home() -> Iterator[None]:
    yield
    _HOME.cleanup()


# A busy machine is no fault of the code: speed is measured in benchmarks/, never asserted in a test.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
