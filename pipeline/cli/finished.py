"""What is done with a finished run: `export`, `verify`, `score`."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from pipeline.cli.say import Fault, Say
from pipeline.export import ANNOUNCED, EXPORTERS
from pipeline.export.csvs import finished, read_table
from pipeline.export.folder import INFO, write_more
from pipeline.export.tables import Tables
from pipeline.flows.release import gate_of, release_finished
from pipeline.workers import Workers

_SHOWN = 20
"""So many faults tell what is wrong; a changed text alone moves every quote after the change."""


def export_run(folder: Path, name: str, to: Path | None, *, say: Say) -> int:
    """Writes one export into the run's folder, or to `to`."""
    if name in ANNOUNCED:
        raise Fault(f"--format {name}: this release does not have it; there are {', '.join(EXPORTERS)}")
    if name not in EXPORTERS:
        raise Fault(f"--format {name}: there is no such export; there are {', '.join(EXPORTERS)}")
    files = EXPORTERS[name](finished(folder))
    target = to or folder
    if to is not None and to.suffix and not to.is_dir():
        if len(files) != 1:
            raise Fault(f"--to {to}: {name} writes {len(files)} files; name a folder")
        target, files = to.parent, dict(zip([to.name], files.values(), strict=True))
    write_more(target, files)
    for file in sorted(files):
        say.result(str(target / file))
    return 0


def verify_run(folder: Path, *, workers: int, timeout: float, memory: int, say: Say) -> int:
    """Proves every quote and place of a run; each that does not hold is a line on standard error."""
    from pipeline.verify import verify

    with Workers(workers=workers, timeout=timeout, memory=memory << 20, preload=["pipeline.read"]) as pool:
        verdict = verify(folder, pool=pool, directory=_directory(folder))
    shown = verdict.faults if say.verbose else verdict.faults[:_SHOWN]
    for fault in shown:
        say.fault(fault)
    if len(shown) < len(verdict.faults):
        say.fault(f"and {len(verdict.faults) - len(shown)} more (--verbose names them all)")
    held = f"{verdict.quotes} quotes of {verdict.documents} documents"
    if verdict.faults:
        say.result(f"{held}: {len(verdict.faults)} faults")
        return 1
    say.result(f"{held}: all hold")
    return 0


def _directory(folder: Path) -> Path:
    """Where the run was started, from where its relative paths begin."""
    try:
        return Path(json.loads((folder / INFO).read_text(encoding="utf-8"))["directory"])
    except (OSError, ValueError, KeyError, TypeError):
        return Path()


def score_run(folder: Path, gold_folder: Path, *, gate: bool, say: Say) -> int:
    """Scores a finished run and writes its scores.csv and slips.csv."""
    from pipeline.flows.job import rescore

    judged = rescore(folder, gold_folder)
    for line in _score_lines(judged.tables):
        say.result(line)
    verdict = judged.gate
    verdict_line = f"{verdict.verdict}: {'; '.join(verdict.reasons) or 'every floor is met'}"
    if gate and verdict.verdict != "released":
        raise Fault(f"{folder}: {verdict_line}", status=1)
    say.result(verdict_line)
    return 0


def release_run(folder: Path, releases: Path, *, say: Say) -> int:
    """Keeps a run for good that its gate has let through."""
    say.result(f"{release_finished(folder, releases, today=datetime.now(UTC).date())}")
    return 0


def summary(folder: Path) -> list[str]:
    """What to look at first in a finished run, in lines."""
    tables = {name: read_table(folder, name) for name in ("scores", "reconciliation", "checks")}
    gate = gate_of(folder)
    counts = json.loads((folder / INFO).read_text(encoding="utf-8"))["counts"]
    conflicts = sum(row["verdict"] == "conflict" for row in tables["reconciliation"].dicts())
    checks = Counter(row["verdict"] for row in tables["checks"].dicts())
    return [
        f"{counts['evidence']} evidence rows, {counts['items']} values in {folder}",
        *_score_lines(tables),
        f"{conflicts} conflicts, {checks['fails']} checks that fail, {checks['implausible']} implausible",
        *(f"{gate.verdict}: {reason}" for reason in gate.reasons or ["every floor is met"]),
        f"read {folder / 'report.html'} first",
    ]


def _score_lines(tables: Tables) -> list[str]:
    """Precision and recall of each role over all its fields."""
    totals = [row for row in tables["scores"].dicts() if (row["split"], row["field"]) == ("all", "all")]
    return [
        f"{row['role']}: precision {row['precision'] or '-'}, recall {row['recall'] or '-'} "
        f"({row['tp']} right, {row['fp']} wrong, {row['fn']} missed)"
        for row in totals
    ]
