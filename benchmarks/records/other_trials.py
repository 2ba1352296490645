"""Questions to 17 open-access trials that nobody had read when the rules for answers were first written.

`jats_questions.csv` was filled in by a reader who saw neither the program nor its output. Half of the trials were then
read to make the rules better (`READ`); the other half was only counted.
"""

from __future__ import annotations

import csv
from pathlib import Path

from pipeline.answer import CELLS, Study, answer, study
from pipeline.answer.question import Question
from pipeline.document import Input
from pipeline.read import read
from records.answers import Asked, Result, number_of

QUESTIONS = Path(__file__).with_name("jats_questions.csv")
DATA = Path(__file__).parents[3] / "shared" / "data" / "jats"


def measure(*, seen: bool, data: Path = DATA) -> Result | None:
    """The answers to the half that was read, or to the other; None where the trials are absent."""
    if not data.is_dir():
        return None
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    documents = sorted({row["document_id"] for row in rows})
    wanted = documents[::2] if seen else documents[1::2]
    studies: dict[str, Study] = {}
    asked = []
    for number, row in enumerate(rows, start=1):
        name, kind = row["document_id"], row["outcome_type"]
        if name not in wanted:
            continue
        if name not in studies:
            studies[name] = study(read(Input(name, str(data / f"{name}.nxml"))))
        question = Question(
            number, row["intervention"], row["comparator"], row["outcome"], row["timepoint"], name, kind
        )
        given = answer(studies[name], question)
        gold = {cell: number_of(row[cell]) for cell in CELLS[kind]}
        found = {cell: number_of(given.values[cell].value) if cell in given.values else "" for cell in CELLS[kind]}
        asked.append(Asked(name, question, gold, found, given.status))
    return Result(tuple(asked))
