"""Measures recognition on the development halves beside the project, against the floors, and how fast it is.

Each figure stands with its 95 % interval by bootstrap over documents. A floor is met when the figure reaches it; `met*`
says that the interval's lower end does not. Annotation of TrialSieve and PHEE is sparse: there precision is a lower
bound. `ratio` is finds for each annotated span in the documents that have any. `--errors N` prints the N commonest
misses, false finds and wrong ends of each kind.
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from mentions.figures import Figure, Read, Slip, edges, false_finds, figures, misses
from mentions.sets import SETS, Corpus, Row
from mentions.speed import FLOORS, LONGEST_START, document_of, speeds, start_up

from pipeline.annotate import annotate
from pipeline.annotate.entities import ENTITIES
from pipeline.annotate.nlp import nlp

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"


def main(arguments: Sequence[str] | None = None) -> int:
    names = [corpus.name for corpus in SETS]
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--set", choices=names, help="one set only: no examples, no speed")
    parser.add_argument("--errors", type=int, default=0, metavar="N", help="the N commonest slips of each kind")
    parser.add_argument("--rules", action="store_true", help="without the trained component")
    options = parser.parse_args(arguments)
    if not DATA.is_dir():
        print("skipped: the annotated sets (../shared/data) are not beside the project")
        return 0
    with nlp().select_pipes(disable=[ENTITIES] if options.rules else []):
        for corpus in SETS:
            if options.set in (None, corpus.name):
                report(corpus, options.errors)
    if options.set is None:
        report_examples()
        report_speed()
    return 0


def report(corpus: Corpus, errors: int) -> None:
    """Prints the figures of a set, and what lies behind them."""
    texts = list(corpus.read(DATA))
    reads = [Read(text, annotate(document_of(text.document, text.text))) for text in texts]
    print(f"\n{corpus.name}: {len({text.document for text in texts})} documents")
    print(f"{'kind':<22} {'':<8} {'recall':<20} {'precision':<20} {'F1':<20} {'ratio':<20} floors")
    for row in corpus.rows:
        for strict in (False, True):
            found = figures(reads, row, strict=strict)
            shown = "".join(f" {_shown(found[name]):<20}" for name in ("recall", "precision", "f1", "ratio"))
            print(
                f"{row.kind:<22} {'strict' if strict else 'lenient':<8}{shown} {_verdicts(row, found, strict=strict)}".rstrip()
            )
    if errors:
        for row in corpus.rows:
            for title, slips in (
                ("missed", misses(reads, row)),
                ("found, not annotated", false_finds(reads, row)),
                ("other ends (annotated <> found)", edges(reads, row)),
            ):
                _show(f"{corpus.name} {row.kind}: {title}", slips, errors)


def report_speed() -> None:
    """Prints tokens a second on one core, and start-up time."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    texts = [text.text for text in SETS[0].read(DATA)]
    print("\ntokens a second on one core    by processor     by clock")
    for speed in speeds(texts):
        floor = FLOORS.get(speed.name)
        verdict = _verdict(speed.by_processor >= floor, f"{floor:,}") if floor else ""
        print(f"{speed.name:<30} {speed.by_processor:>12,.0f} {speed.by_clock:>12,.0f}  {verdict}")
    processor, clock = start_up()
    verdict = _verdict(clock < LONGEST_START, f"{LONGEST_START:g} s")
    print(f"{'start-up, fresh process (s)':<30} {processor:>12.2f} {clock:>12.2f}  {verdict}")


def report_examples() -> None:
    """Prints how many of our own marked examples hold."""
    command = [sys.executable, "-m", "pytest", "--tb=no", "-k", "example", "tests/unit/test_annotate.py"]
    said = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True).stdout.strip().splitlines()
    print(f"\nown marked examples (tests/examples/mentions.txt): {said[-1] if said else 'did not run'}")


def _shown(figure: Figure) -> str:
    if math.isnan(figure.value):
        return "-"
    return f"{figure.value:.3f} [{figure.low:.2f}, {figure.high:.2f}]"


def _verdicts(row: Row, found: Mapping[str, Figure], *, strict: bool) -> str:
    if strict != row.strict:
        return ""
    asked = {"recall": row.recall, "precision": row.precision, "f1": row.f1}
    said = [
        f"{name} {floor:.2f} {'missed' if found[name].value < floor else 'met' if found[name].low >= floor else 'met*'}"
        for name, floor in asked.items()
        if floor is not None
    ]
    if row.ratio is not None:
        met, repeats_once = found["ratio"].value <= row.ratio, found["different"]
        said.append(f"ratio {row.ratio} {'met' if met else 'missed'} (repeats counted once: {_shown(repeats_once)})")
    return "; ".join(said)


def _verdict(met: bool, floor: str) -> str:
    return f"{floor} {'met' if met else 'missed'}"


def _show(title: str, slips: Sequence[Slip], most: int) -> None:
    print(f"\n{title}: {sum(slip.count for slip in slips)} ({len(slips)} different)")
    for slip in slips[:most]:
        print(f"{slip.count:>5} {slip.words[:50]:<50} {slip.seen_as:<20} {slip.context}")


if __name__ == "__main__":
    sys.exit(main())
