"""Where documents are worked on: in processes of this machine, or by the workers of a Dask cluster.

Both give the same extractions in the same order. What travels are paths and small tables, a batch at a time; the
workers of a cluster must see the same files, and need this package installed as its scheduler does.
"""

from __future__ import annotations

import logging
import multiprocessing
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache as once
from typing import Protocol

from pipeline.cache import Cache
from pipeline.document import Input
from pipeline.export.portion import Portion
from pipeline.extract import PRELOAD, Given, extract_in
from pipeline.places import Digests
from pipeline.workers import Workers, cores

PATIENCE = 30.0
"""Seconds in which a cluster's scheduler, and then a first worker, must answer."""
AHEAD = 32
"""A cluster that grows while it works finds work for at least so many workers."""
RETRIES = 3
"""A batch whose worker dies is given to another one so often."""


class ClusterFault(RuntimeError):
    """The cluster cannot be used; the text names its address and the mend."""


class Runner(Protocol):
    """Works on batches of documents; threads may share it. So many batches should be in hand at once as `ahead` says."""

    ahead: int

    def extract(self, sources: Sequence[Input], *, cache: Cache | None, given: Given) -> Iterator[Portion]: ...


class Processes:
    """Worker processes of this machine."""

    def __init__(self, pool: Workers) -> None:
        self._pool, self._digests = pool, Digests()
        self.ahead = 1 + pool.workers  # a slow document at the end of a batch keeps no worker waiting

    def extract(self, sources: Sequence[Input], *, cache: Cache | None, given: Given) -> Iterator[Portion]:
        return extract_in(self._pool, sources, cache=cache, given=given, digests=self._digests)


class Cluster:
    """The workers of a Dask cluster: a batch is one of its tasks, within which each document is still killable."""

    def __init__(self, address: str, *, workers: int, timeout: float, memory: int) -> None:
        from distributed import Client, LocalCluster

        self._limits = (timeout, memory)
        self._own = None if address else LocalCluster(n_workers=workers or cores(), **_LOCAL)
        try:
            self._client = Client(address or self._own, timeout=PATIENCE, set_as_default=False)
            self._client.wait_for_workers(1, timeout=PATIENCE)
        except (OSError, ValueError) as error:  # dask's timeouts are OSErrors, bad addresses ValueErrors
            named = f"--dask-address {address}" if address else "the local Dask cluster"
            raise ClusterFault(
                f"{named}: no scheduler with a worker answers ({type(error).__name__}); "
                "start `dask scheduler` and `DASK_DISTRIBUTED__WORKER__DAEMON=False dask worker ADDRESS`"
            ) from None
        self.ahead = 2 * max(AHEAD, len(self._client.scheduler_info()["workers"]))

    def extract(self, sources: Sequence[Input], *, cache: Cache | None, given: Given) -> Iterator[Portion]:
        asked = [(source.document_id, source.path, source.line) for source in sources]
        future = self._client.submit(_on_worker, asked, self._limits, cache, given, pure=False, retries=RETRIES)
        try:
            yield from future.result()
        except RuntimeError as error:
            raise ClusterFault(str(error)) from None

    def close(self) -> None:
        self._client.close()
        if self._own is not None:
            self._own.close()


_LOCAL = {
    "threads_per_worker": 1,
    "processes": True,
    "dashboard_address": None,
    "host": "127.0.0.1",
    "memory_limit": 0,
    "silence_logs": logging.CRITICAL,
}


@contextmanager
def runner(kind: str, *, address: str, workers: int, timeout: float, memory: int) -> Iterator[Runner]:
    """The runner of this kind (`process` or `dask`), ended with its processes when the work is done.

    Raises ClusterFault where a cluster does not answer.
    """
    if kind != "dask":
        with Workers(workers=workers, timeout=timeout, memory=memory, preload=PRELOAD) as pool:
            yield Processes(pool)
        return
    import dask
    import distributed  # noqa: F401  its defaults must be there before one of them is changed for a while

    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is raised, or stands in failures.csv
    with dask.config.set({"distributed.worker.daemon": False}):  # its workers must be able to have workers of their own
        cluster = Cluster(address, workers=workers, timeout=timeout, memory=memory)
        try:
            yield cluster
        finally:
            cluster.close()


def _on_worker(
    asked: Sequence[tuple[str, str, int]],
    limits: tuple[float, int],
    cache: Cache | None,
    given: Given,
) -> list[Portion]:
    """One batch, in a process of the cluster. Documents are killable there too, which needs a worker that is no daemon."""
    if multiprocessing.current_process().daemon:
        raise RuntimeError(
            "start the cluster's workers with DASK_DISTRIBUTED__WORKER__DAEMON=False: documents need processes"
        )
    sources = [Input(*one) for one in asked]
    return list(extract_in(_pool(*limits), sources, cache=cache, given=given))


@once
def _pool(timeout: float, memory: int) -> Workers:
    """One killable process beside each of the cluster's workers; it ends with it."""
    return Workers(workers=1, timeout=timeout, memory=memory, preload=PRELOAD)
