"""How the commands speak: one line for a fault, progress on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pipeline.extract import Extraction


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

    def add(self, found: Extraction) -> None:
        self.done += 1
        self.failed += found.failure is not None
        self.cached += len(found.cached) == 3

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
            print(line)

    def note(self, line: str) -> None:
        if not self.quiet:
            print(line, file=sys.stderr)

    def fault(self, line: str) -> None:
        """Faults are said also when quiet."""
        print(line, file=sys.stderr)

    def detail(self, line: str) -> None:
        if self.verbose:
            print(line, file=sys.stderr)

    def follow(self, found: Iterable[Extraction], *, total: int) -> Iterator[Extraction]:
        """Hands the extractions on and shows how far they are."""
        self.tally = Tally()
        shown = self._bar(found, total) if sys.stderr.isatty() and not self.quiet else self._lines(found, total)
        for extraction in shown:
            if extraction.failure:
                failure = extraction.failure
                self.note(f"{failure.path}: {failure.stage} failed: {failure.detail}")
            yield extraction

    def _lines(self, found: Iterable[Extraction], total: int) -> Iterator[Extraction]:
        step = max(10, total // 10)
        for extraction in found:
            self.tally.add(extraction)
            yield extraction
            if self.tally.done % step == 0 and self.tally.done < total:
                self.note(f"{self.tally} of {total}")

    def _bar(self, found: Iterable[Extraction], total: int) -> Iterator[Extraction]:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=Console(stderr=True)) as bar:
            task = bar.add_task("documents", total=total)
            for extraction in found:
                self.tally.add(extraction)
                failed = f", [red]{self.tally.failed} failed[/red]" if self.tally.failed else ""
                bar.update(task, advance=1, description=f"documents{failed}")
                yield extraction
