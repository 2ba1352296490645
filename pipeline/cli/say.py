"""How the commands speak: one line for a fault, progress on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from pipeline.export.portion import Portion
from pipeline.flows.watch import Tally


class Fault(Exception):
    """What the user must mend, in one line that names the file. `status` is the exit status."""

    def __init__(self, message: str, *, status: int = 2) -> None:
        super().__init__(message)
        self.status = status


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

    @contextmanager
    def _shown(self, total: int) -> Iterator[Callable[[], None]]:
        if self.quiet or self.verbose or not sys.stderr.isatty():
            step = max(10, total // 10)
            due = range(step, total, step)
            yield lambda: self.note(self.tally.so_far(total)) if self.tally.done in due else None
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        with Progress(BarColumn(), TextColumn("{task.description}"), console=Console(stderr=True)) as bar:
            task = bar.add_task(self.tally.so_far(total), total=total)
            yield lambda: bar.update(task, completed=self.tally.done, description=self.tally.so_far(total))
