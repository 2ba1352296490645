"""Work in processes that can be killed: one item that hangs, eats memory or crashes is lost, its neighbours are not."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from pebble import ProcessExpired, ProcessPool

A = TypeVar("A")
B = TypeVar("B")
Enter = Callable[[str], None]
"""Called by work with the name of each of its steps before the step begins."""

TIMEOUT = 60.0
"""Seconds of wall time that one item may take."""
MEMORY = 2 << 30
"""Bytes of address space that one worker may take."""


@dataclass(frozen=True, slots=True)
class Lost:
    """An item that gave no result: the step it was in, the sort of error, and what it means in words."""

    step: str
    error: str
    detail: str


class Stopped(RuntimeError):
    """Another thread has stopped the workers."""


class Workers:
    """A pool of worker processes; a context manager. Threads may share it.

    `workers`: how many (0: one a core). `preload`: modules that workers find imported.
    """

    def __init__(
        self, *, workers: int = 0, timeout: float = TIMEOUT, memory: int = MEMORY, preload: Sequence[str] = ()
    ) -> None:
        self.workers = workers or _cores()
        self._timeout = timeout
        self._notes = tempfile.TemporaryDirectory(prefix="litevidence-")
        self._numbers = count()
        self._stopped = threading.Event()
        os.environ.setdefault("OMP_NUM_THREADS", "1")  # every thread of a maths library costs address space
        context = multiprocessing.get_context("forkserver")
        # A killed worker's successor is a fork of a process that has the heavy modules in memory already.
        context.set_forkserver_preload([*preload, __name__])
        self._pool = ProcessPool(
            max_workers=self.workers, max_tasks=500, initializer=_begin, initargs=[memory], context=context
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._pool.close()  # type: ignore[no-untyped-call]
        else:
            self._stopped.set()
            self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()
        self._notes.cleanup()

    def map(self, work: Callable[[A, Enter], B], items: Iterable[A]) -> Iterator[B | Lost]:
        """The results in the order of the items; only a few of them wait in memory at any time.

        `work` and the items must pickle.
        """
        pending: deque[tuple[Path, Future[B | Lost]]] = deque()
        for item in items:
            note = Path(self._notes.name, str(next(self._numbers)))
            pending.append((note, self._pool.schedule(_noting, args=[work, item, note], timeout=self._timeout)))
            if len(pending) >= 16 * self.workers:
                yield self._result(*pending.popleft())
        while pending:
            yield self._result(*pending.popleft())

    def _result(self, note: Path, future: Future[B | Lost]) -> B | Lost:
        while not wait([future], timeout=0.5).done and not self._stopped.is_set():
            pass  # a stopped pool leaves its futures open for ever
        if self._stopped.is_set():
            raise Stopped("the workers were stopped")
        try:
            return future.result()
        except TimeoutError:
            error, detail = "timeout", f"took longer than {self._timeout:g} s (--timeout allows more)"
        except MemoryError:
            error, detail = "memory", "needed more memory than a worker may take (--memory allows more)"
        except ProcessExpired as expired:
            error, detail = "crash", f"its process died with status {expired.exitcode}"
        except Exception as other:  # what the work raised, or what the pool could not bring home
            error, detail = type(other).__name__, in_words(other)
        finally:
            step = _noted(note)
        return Lost(step, error, detail)


def in_words(error: BaseException) -> str:
    """An error's message on one line of at most 500 characters."""
    return " ".join(str(error).split())[:500] or type(error).__name__


def _noting(work: Callable[[A, Enter], B], item: A, note: Path) -> B:
    """Runs in the worker. Leaves each step's name for the parent, who else could not say where a killed worker stood."""
    return work(item, lambda step: _keep(note, step))


def _keep(note: Path, step: str) -> None:
    note.write_text(step, encoding="utf-8")


def _noted(note: Path) -> str:
    try:
        step = note.read_text(encoding="utf-8")
        note.unlink()
    except OSError:
        return ""
    return step


def _begin(memory: int) -> None:
    """Runs first in each worker: no more memory than this, no core dumps, Ctrl-C is the parent's affair, and so is
    the worker's life: it ends with its parent, however that ends.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    for limit, size in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(limit, (size, size))
        except (ValueError, OSError):  # a system without this limit, or with a lower one already
            continue


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
