"""What is done with a finished run: `export`, `verify`, `score`."""

from __future__ import annotations

import json
from pathlib import Path

from pipeline.cli.say import Fault, Say
from pipeline.export import ANNOUNCED, EXPORTERS
from pipeline.export.csvs import read_tables
from pipeline.export.folder import INFO, complete, write_more
from pipeline.export.tables import Tables
from pipeline.workers import Workers


def finished(folder: Path) -> Tables:
    """The tables of a finished run. Raises UnusableRun, or Fault where there is no folder."""
    if not folder.is_dir():
        raise Fault(f"{folder}: there is no such folder; name the folder of a finished run")
    complete(folder)
    return read_tables(folder)


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
        target, files = to.parent, {to.name: data for data in files.values()}
    write_more(target, files)
    for file in sorted(files):
        say.result(str(target / file))
    return 0


def verify_run(folder: Path, *, workers: int, timeout: float, memory: int, say: Say) -> int:
    """Proves every quote and place of a run; each that does not hold is a line on standard error."""
    from pipeline.verify import verify

    if not folder.is_dir():
        raise Fault(f"{folder}: there is no such folder; name the folder of a finished run")
    with Workers(workers=workers, timeout=timeout, memory=memory << 20, preload=["pipeline.read"]) as pool:
        verdict = verify(folder, pool=pool, directory=_directory(folder))
    for fault in verdict.faults:
        say.fault(fault)
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
    """Scores a finished run and writes its scores.csv."""
    from pipeline import gold
    from pipeline.export.csvs import csv_files
    from pipeline.export.records import records
    from pipeline.export.tables import judged_tables
    from pipeline.flows.judge import judge

    tables = finished(folder)
    judged = judge(records(tables), gold.load(gold_folder), _roles(tables))
    scored = {"scores": judged_tables((), (), judged.scores)["scores"]}
    write_more(folder, csv_files(scored))
    for line in judged.lines():
        say.result(line)
    if gate and judged.gate.verdict != "released":
        raise Fault(f"{folder}: {judged.gate.verdict}: {'; '.join(judged.gate.reasons)}", status=1)
    return 0


def _roles(tables: Tables) -> dict[str, str]:
    return {row["document_id"]: row["role"] for row in tables["documents"].dicts()}
