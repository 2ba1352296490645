"""A week of operation in a few minutes, against a server whose pages can be looked at: `python -m flows.week FOLDER`.

The days are runs one after the other on a corpus of generated reports to which things happen.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from flows.generate import name, project, report
from pipeline.flows.home import isolate
from pipeline.flows.server import server

FIRST = 12


def days(folder: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    """What each day brings: a name for its run, and what happens to the corpus before it."""
    kept = folder / "corpus" / "papers" / f"{name(0)}.txt"
    gold = folder / "gold" / "floors.csv"

    def begin() -> None:
        project(folder, FIRST)
        gold.write_text(gold.read_text().replace("paper,drug,0,0", "paper,drug,,1"))

    def grow(count: int) -> None:
        floors = gold.read_bytes()
        project(folder, count)
        gold.write_bytes(floors)

    yield f"Monday, {FIRST} papers", begin
    yield "Tuesday, nothing new", lambda: None
    yield "Wednesday, a paper more", lambda: grow(FIRST + 1)
    yield (
        "Thursday, a paper replaced by an empty scan",
        lambda: kept.write_text("Page 1 of 8. Downloaded for Dr Ito.\n"),
    )
    yield "Friday, the paper is back", lambda: kept.write_text(report(0))
    yield "Saturday, three papers more", lambda: grow(FIRST + 4)
    yield "Sunday, nothing new", lambda: None


def main(folder: Path) -> None:
    folder.mkdir(parents=True)
    os.chdir(folder)
    os.environ["LITEVIDENCE_CACHE"] = str(folder / "cache")
    home = isolate(folder)
    with server(services=True, log=home / "server.log") as ready:
        from pipeline.flows.run import run

        ready()
        for day, happens in days(folder):
            happens()
            state = run.with_options(flow_run_name=day)(corpus=Path("corpus"), gold=Path("gold"), return_state=True)
            print(f"{day}: {state.name}: {state.message}", flush=True)
        print(os.environ["PREFECT_API_URL"].removesuffix("/api"), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
