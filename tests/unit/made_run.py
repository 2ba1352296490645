"""Runs that are made of a few extractions, by the way that every run goes."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.export.csvs import read_tables
from pipeline.export.folder import writing
from pipeline.export.portion import Gathered, portion
from pipeline.export.summaries import summary_tables
from pipeline.export.tables import EXTRACTED, HEADERS, Tables
from pipeline.extract import Extraction
from pipeline.gather import arms, results

NO_ROLES: Mapping[str, str] = {}


def write_run(folder: Path, files: Mapping[str, bytes], info: Mapping[str, object]) -> None:
    with writing(folder) as written:
        for name, data in files.items():
            written.add(name, data)
        written.finish(info)


def gather(folder: Path, found: Sequence[Extraction], roles: Mapping[str, str] = NO_ROLES) -> Path:
    """A finished run of these extractions."""
    with writing(folder) as written:
        gathered = Gathered(written, {name: HEADERS[name] for name in EXTRACTED}, roles)
        for one in found:
            summaries = summary_tables(arms(one.records), results(one.records), one.records)
            gathered.add(portion(one, summaries))
        written.finish({})
    return folder


def tables_of(found: Sequence[Extraction], roles: Mapping[str, str] = NO_ROLES) -> Tables:
    with tempfile.TemporaryDirectory() as folder:
        return read_tables(gather(Path(folder), found, roles))
