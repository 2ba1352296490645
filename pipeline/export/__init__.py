"""Exports: each a pure function from a run's tables to files, and one table of them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pipeline.export.csvs import csv_files
from pipeline.export.jsonl import jsonl
from pipeline.export.parquet import parquet
from pipeline.export.tables import Tables
from pipeline.export.xlsx import xlsx

Exporter = Callable[[Tables], Mapping[str, bytes]]
"""From the tables of a run to the bytes of files, by name."""

EXPORTERS: dict[str, Exporter] = {"csv": csv_files, "jsonl": jsonl, "parquet": parquet, "xlsx": xlsx}

ANNOUNCED = [
    "sqlite",
    "duckdb",
    "fhir",
    "metafor",
    "revman",
    "webannotation",
    "annotated-pdf",
    "bioc",
    "brat",
    "ris",
    "csl",
    "rocrate",
]
"""Formats that later releases bring."""
