"""How the commands speak: one line for a fault, progress on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from pipeline.export.portion import Portion


class Fault(Exception):
    """What the user must mend, in one line that names the file. `status` is the exit status."""

    def __init__(self, message: str, *, status: int = 2) -> None:
        super().__init__(message)
        self.status = status


@dataclass(slots=True)
class Tally:
    """What became of the documents so far."""

    done: int = 0
    failed: int = 0
    cached: int = 0

    def add(self, found: Portion) -> None:
        self.done += 1
        self.failed += found.failure is not None
        self.cached += found.unchanged

    @property
    def troubles(self) -> str:
        return f"documents, [red]{self.failed} failed[/red]" if self.failed else "documents"

    def __str__(self) -> str:
        parts = [f"{self.done} documents" if self.done != 1 else "1 document"]
        parts += [f"{self.cached} unchanged"] * bool(self.cached)
        parts += [f"{self.failed} failed"] * bool(self.failed)
        return ", ".join(parts)


@dataclass(slots=True)
class Say:
    """Speaks to the user: results on standard output, everything else on standard error."""

    quiet: bool = False
    verbose: bool = False
    tally: Tally = field(default_factory=Tally)

    def result(self, line: str) -> None:
        if not self.quiet:
            sys.stdout.write(f"{line}\n")

    def note(self, line: str) -> None:
        if not self.quiet:
            sys.stderr.write(f"{line}\n")

    def fault(self, line: str) -> None:
        """Faults are said also when quiet."""
        sys.stderr.write(f"{line}\n")

    def detail(self, line: str) -> None:
        if self.verbose:
            sys.stderr.write(f"{line}\n")

    @contextmanager
    def progress(self, total: int) -> Iterator[Callable[[Portion], None]]:
        """Gives what is to be called with each document that is done; threads may share it."""
        self.tally = Tally()
        lock = Lock()
        with self._shown(total) as show:

            def advance(found: Portion) -> None:
                with lock:
                    self.tally.add(found)
                    if found.failure:
                        self.note(f"{found.failure.path}: {found.failure.stage} failed: {found.failure.detail}")
                    show()

            yield advance

    def _so_far(self, total: int, seconds: float) -> str:
        rate = self.tally.done / max(seconds, 0.001)
        return f"{self.tally} of {total}; {rate:.1f} a second, {(total - self.tally.done) / rate:.0f} s left"

    @contextmanager
    def _shown(self, total: int) -> Iterator[Callable[[], None]]:
        if self.quiet or self.verbose or not sys.stderr.isatty():
            step = max(10, total // 10)
            due = range(step, total, step)
            began = time.monotonic()
            yield lambda: self.note(self._so_far(total, time.monotonic() - began)) if self.tally.done in due else None
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
        from rich.progress import TimeRemainingColumn as Remaining

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            Remaining(),
        )
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task("documents", total=total)
            yield lambda: bar.update(task, completed=self.tally.done, description=self.tally.troubles)
