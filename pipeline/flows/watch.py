"""Who shows progress is told of every document. Apart from the flow, which Prefect pickles for scheduled runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from pipeline.export.portion import Portion

Tell = Callable[[Portion], None]

_TELL: ContextVar[Tell | None] = ContextVar("tell", default=None)


@dataclass(slots=True)
class Tally:
    """What became of the documents so far."""

    done: int = 0
    failed: int = 0
    unchanged: int = 0
    began: float = field(default_factory=time.monotonic)

    def add(self, one: Portion) -> None:
        self.done += 1
        self.failed += one.failure is not None
        self.unchanged += one.unchanged

    def so_far(self, total: int) -> str:
        rate = self.done / max(time.monotonic() - self.began, 0.001)
        left = f", {(total - self.done) / rate:.0f} s left" if self.done else ""
        return f"{self} of {total}; {rate:.1f} a second{left}"

    def __str__(self) -> str:
        parts = [f"{self.done} documents" if self.done != 1 else "1 document"]
        parts += [f"{self.unchanged} unchanged"] * bool(self.unchanged)
        parts += [f"{self.failed} failed"] * bool(self.failed)
        return ", ".join(parts)


def tell(found: Portion) -> None:
    """Tells whoever watches, in the thread of the task that found it."""
    watcher = _TELL.get()
    if watcher is not None:
        watcher(found)


@contextmanager
def watched_by(watcher: Tell) -> Iterator[None]:
    """Flows that are called in here tell the watcher, in their tasks' threads too."""
    token = _TELL.set(watcher)
    try:
        yield
    finally:
        _TELL.reset(token)
