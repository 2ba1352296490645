"""Work in processes that can be killed: one item that hangs, eats memory or crashes is lost, its neighbours are not.

The standard library's pools cannot kill one task; the libraries that can are copyleft or restart every worker
(docs/adr/0004). So each worker is a process of its own behind a pipe, looked after by a thread.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import resource
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from types import TracebackType
from typing import Any, Self, TypeVar

A = TypeVar("A")
B = TypeVar("B")
Enter = Callable[[str], None]
"""Called by work with the name of each of its steps before the step begins."""

TIMEOUT = 60.0
"""Seconds of wall time that one item may take."""
MEMORY = 2 << 30
"""Bytes of address space that one worker may take."""
_ITEMS = 500
"""After this many items a worker gives way to a fresh one, so that leaks of libraries do not add up."""


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
        self.workers = workers or cores()
        self._timeout = timeout
        self._memory = memory
        os.environ.setdefault("OMP_NUM_THREADS", "1")  # every thread of a maths library costs address space
        self._context = multiprocessing.get_context("forkserver")
        # A killed worker's successor is a fork of a process that has the heavy modules in memory already.
        self._context.set_forkserver_preload([*preload, __name__])
        self._idle: queue.LifoQueue[_Worker] = queue.LifoQueue()
        self._all: set[_Worker] = set()
        self._stopped = threading.Event()
        self._threads = ThreadPoolExecutor(self.workers, thread_name_prefix="worker")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._stopped.set()
            for worker in list(self._all):
                worker.kill()
        self._threads.shutdown(wait=True, cancel_futures=kind is not None)
        for worker in list(self._all):
            worker.close()

    def map(
        self, work: Callable[[A, Enter], B], items: Iterable[A], *, known: Callable[[A], B | None] | None = None
    ) -> Iterator[B | Lost]:
        """The results in the order of the items; only a few of them wait in memory at any time.

        `work` and the items must pickle. `known` gives, in a thread, the results that need no work: for these no
        process is asked, or even started.
        """
        pending: deque[Future[B | Lost]] = deque()
        for item in items:
            try:
                pending.append(self._threads.submit(self._one, work, item, known))
            except RuntimeError:  # what a pool of threads says after its end
                raise Stopped("the workers were stopped") from None
            if len(pending) >= 16 * self.workers:
                yield self._result(pending.popleft())
        while pending:
            yield self._result(pending.popleft())

    def _result(self, future: Future[B | Lost]) -> B | Lost:
        try:
            result = future.result()
        except BaseException:
            if self._stopped.is_set():
                raise Stopped("the workers were stopped") from None
            raise
        if self._stopped.is_set():
            raise Stopped("the workers were stopped")
        return result

    def _one(self, work: Callable[[A, Enter], B], item: A, known: Callable[[A], B | None] | None) -> B | Lost:
        if known is not None and (before := known(item)) is not None:
            return before
        worker = self._worker()
        result = worker.ask(work, item, self._timeout)
        if worker.alive and worker.asked < _ITEMS:
            self._idle.put(worker)
        else:
            self._all.discard(worker)
            worker.close()
        return result

    def _worker(self) -> _Worker:
        with contextlib.suppress(queue.Empty):
            return self._idle.get_nowait()
        if self._stopped.is_set():
            raise Stopped("the workers were stopped")
        worker = _Worker(self._context, self._memory)
        self._all.add(worker)
        return worker


class _Worker:
    """One process and our end of its pipe."""

    def __init__(self, context: ForkServerContext, memory: int) -> None:
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, memory), daemon=True)
        self._process.start()
        theirs.close()
        self.asked = 0
        self.alive = True

    def ask(self, work: Callable[[A, Enter], B], item: A, timeout: float) -> B | Lost:
        """The result of one item. A worker that does not answer in time is killed."""
        step = ""
        try:
            if not self.asked:
                self._pipe.recv()  # ready: its start is not the item's time
            self.asked += 1
            self._pipe.send((work, item))
            deadline = time.monotonic() + timeout
            while self._pipe.poll(max(0.0, deadline - time.monotonic())):
                kind, what = self._pipe.recv()
                if kind == "step":
                    step = what
                elif kind == "result":
                    result: B = what
                    return result
                else:
                    return Lost(step, kind, what)
        except (EOFError, OSError):
            self._process.join(5)
            self.alive = False
            return Lost(step, "crash", f"its process died with status {self._process.exitcode}")
        self.kill()
        return Lost(step, "timeout", f"took longer than {timeout:g} s (--timeout allows more)")

    def kill(self) -> None:
        self.alive = False
        self._process.kill()

    def close(self) -> None:
        """Ends the process, which stops by itself when its pipe closes."""
        self._pipe.close()
        self._process.join(5)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def in_words(error: BaseException) -> str:
    """An error's message on one line of at most 500 characters."""
    return " ".join(str(error).split())[:500] or type(error).__name__


def _serve(pipe: Connection[Any, Any], memory: int) -> None:
    """The life of a worker: items in, steps and results out, until the pipe closes."""
    _begin(memory)
    pipe.send(("ready", ""))
    while True:
        try:
            work, item = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(("result", work(item, lambda step: pipe.send(("step", step)))))
        except MemoryError:
            pipe.send(("memory", "needed more memory than a worker may take (--memory allows more)"))
        except Exception as error:  # whatever the work raised; it must not end the worker
            pipe.send((type(error).__name__, in_words(error)))


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


def cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
