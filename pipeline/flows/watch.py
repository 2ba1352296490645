"""Who shows progress is told of every document. Apart from the flow, which Prefect pickles for scheduled runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from pipeline.export.portion import Portion

Tell = Callable[[Portion], None]

_TELL: ContextVar[Tell | None] = ContextVar("tell", default=None)


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
