"""What the flows share: batches of documents as tasks, with progress, and parameters that Prefect's pages explain."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Generic, Literal, TypeVar, cast
from uuid import UUID

from prefect import task
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture
from pydantic import Field

from pipeline.cache import Cache
from pipeline.document import Input
from pipeline.export.portion import Portion
from pipeline.extract import Given
from pipeline.flows.release import release_finished
from pipeline.flows.runners import Runner
from pipeline.flows.watch import Tally, tell

T = TypeVar("T")

BATCH = 25
"""Documents in one task: a task costs some 30 ms, a document that is unchanged less."""

# Parameters of the flows. Prefect's pages take what they say of each from the flow's docstring.
WorkerCount = Annotated[int, Field(ge=0)]
RunnerKind = Literal["process", "dask"]
DaskAddress = Annotated[str, Field(pattern=r"^$|^\w+://.+")]
Seconds = Annotated[float, Field(gt=0)]
Bytes = Annotated[int, Field(ge=256 << 20)]


class Sealed(Generic[T]):
    """Prefect looks for futures in all that goes into a task, through every word of a document; not in here."""

    __slots__ = ("held",)

    def __init__(self, held: T) -> None:
        self.held = held


class Parcel:
    """What a task hands over. Prefect remembers every result of a run: once it is taken, this one holds nothing."""

    __slots__ = ("_portions",)

    def __init__(self, portions: list[Portion]) -> None:
        self._portions = portions

    def take(self) -> list[Portion]:
        portions, self._portions = self._portions, []
        return portions


@task(name="extract", cache_policy=NO_CACHE, retries=0, persist_result=False)
def extract_batch(
    sources: Sealed[Sequence[Input]], worked_by: Sealed[Runner], cache: Cache | None, given: Sealed[Given]
) -> Parcel:
    """Documents to evidence. One that cannot be used is a failed row, never an error."""
    portions = []
    for one in worked_by.held.extract(sources.held, cache=cache, given=given.held):
        tell(one)
        portions.append(one)
    return Parcel(portions)


def extracted(sources: Sequence[Input], working: Runner, cache: Cache | None, given: Given) -> Iterator[Portion]:
    """The portions of all documents, in their order. Only a few batches are in hand at any time."""
    total, tally = len(sources), Tally()
    shown = cast(UUID, create_progress_artifact(0.0, key="progress", description=tally.so_far(total)))
    parts = batches(sources)
    waiting: deque[PrefectFuture[Parcel]] = deque()

    def first() -> list[Portion]:
        portions = waiting.popleft().result().take()
        for one in portions:
            tally.add(one)
        update_progress_artifact(shown, round(100 * tally.done / total, 1), description=tally.so_far(total))
        return portions

    for number, part in enumerate(parts, start=1):
        named = extract_batch.with_options(task_run_name=f"extract {number} of {len(parts)}")
        waiting.append(named.submit(Sealed(part), Sealed(working), cache, Sealed(given)))
        if len(waiting) >= working.ahead:
            yield from first()
    while waiting:
        yield from first()


@task(name="release", cache_policy=NO_CACHE, retries=0, persist_result=False)
def release_run(run: Path, releases: Path) -> Path:
    """A copy for good, under the date and the digest of the evidence, if the run's gate let it through."""
    return release_finished(run, releases, today=datetime.now(UTC).date())


def batches(sources: Sequence[Input], size: int = BATCH) -> list[Sequence[Input]]:
    return [sources[at : at + size] for at in range(0, len(sources), size)]
