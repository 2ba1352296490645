"""Keeps what the pages show of a run true: `python docs/figures.py [--run outputs/run] [--check]`.

Between marks such as `<!-- figures -->` and `<!-- /figures -->` stands text that is made from the files of a finished run.
With `--check` nothing is written; the status is 1 where the scores that a page prints are off by more than one in
their last place, or their words have changed. The examples beside the scores are written anew but not checked.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from pipeline.cli.finished import summary

HERE = Path(__file__).parent.parent
RUN = Path("outputs/run")
VOICES = {
    "review_table": "the review's table",
    "review_prose": "the review's prose",
    "paper": "the trials",
    "all": "all together",
}
"""The references of `scores.csv` in the words and the order of the page."""

FEW, WEAKEST = 20, 3
"""How many values of gold a field needs to be named among the weakest, and how many of these are named."""

SHOWN = "study_id citations diagnosis n design drug dose dose_unit route frequency scale value unit page".split()
"""The columns of `evidence.csv` that the example shows."""

_NUMBER = re.compile(r"\d+(?:\.\d+)?")

Row = Mapping[str, str]


def rows(path: Path) -> list[Row]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# What stands between the marks.


def figures(run: Path) -> str:
    """The scores of a run, summed up."""
    return scored(rows(run / "scores.csv"))


def scored(scores: Sequence[Row]) -> str:
    """A line for each reference, the weakest columns, and what is known of unseen documents."""
    sums = {row["role"]: row for row in scores if (row["split"], row["field"]) == ("all", "all")}
    table = [
        "| reference | values in gold | precision | recall | F1 |",
        "|---|---:|---:|---:|---:|",
        *(_line(words, sums[role]) for role, words in VOICES.items() if role in sums),
    ]
    return "\n".join([*table, "", *_weakest(scores), _unseen(scores)])


def _line(words: str, row: Row) -> str:
    ratios = " | ".join(_percent(row[name]) for name in ("precision", "recall", "f1"))
    return f"| {words} | {_in_gold(row)} | {ratios} |"


def _in_gold(row: Row) -> int:
    return int(row["tp"]) + int(row["fn"])


def _percent(ratio: str) -> str:
    return f"{Decimal(ratio) * 100:.1f} %" if ratio else "–"


def _weakest(scores: Iterable[Row]) -> list[str]:
    totals = (row for row in scores if (row["role"], row["split"]) == ("all", "all") and row["field"] != "all")
    ranked = sorted((Decimal(row["f1"]), row["field"]) for row in totals if row["f1"] and _in_gold(row) >= FEW)
    named = ", ".join(f"`{field}` (F1 {_percent(str(f1))})" for f1, field in ranked[:WEAKEST])
    return [f"Weakest of the columns with {FEW} values in gold or more: {named}.", ""] if named else []


def _unseen(scores: Iterable[Row]) -> str:
    for row in scores:
        if (row["role"], row["split"], row["field"]) == ("all", "unseen", "all"):
            ratios = f"precision {_percent(row['precision'])}, recall {_percent(row['recall'])}"
            return f"On documents that nobody who wrote the rules had seen: {ratios} ({_in_gold(row)} values)."
    return "Those who wrote the rules could read all of these documents: on other papers expect less."


def printed(run: Path) -> str:
    """What the command prints at the end."""
    documents = len(rows(run / "documents.csv"))
    lines = [f"{documents} documents", *summary(run)]
    return "\n".join(["```text", *(line.replace(str(run), RUN.as_posix()) for line in lines), "```"])


def evidence(run: Path) -> str:
    """Some columns of what was read from tables that list studies."""
    reviews = {row["document_id"] for row in rows(run / "documents.csv") if row["role"] == "review"}
    read = [row for row in rows(run / "evidence.csv") if row["document_id"] in reviews and row["source"] == "table"]
    return _table(SHOWN, read)


def conflicts(run: Path) -> str:
    """The conflicts of a run."""
    found = [row for row in rows(run / "reconciliation.csv") if row["verdict"] == "conflict"]
    return _table("study_id column table prose paper kind".split(), found)


def _table(columns: Sequence[str], shown: Iterable[Row]) -> str:
    head = [f"| {' | '.join(columns)} |", "|" + "---|" * len(columns)]
    cells = ([row[column].replace("|", "\\|") for column in columns] for row in shown)
    return "\n".join([*head, *(f"| {' | '.join(line)} |" for line in cells)])


BLOCKS: Mapping[str, Callable[[Path], str]] = {
    "figures": figures,
    "run": printed,
    "evidence": evidence,
    "conflicts": conflicts,
}
PAGES: Mapping[str, tuple[str, ...]] = {"README.md": tuple(BLOCKS), "CHANGELOG.md": ("figures",)}
"""Which blocks each page has."""


# Marks.


def _block(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<=<!-- {name} -->\n).*?(?=<!-- /{name} -->)", re.DOTALL)


def with_block(page: str, name: str, new: str) -> str:
    """The page with the text between its marks replaced. Raises ValueError where the marks are missing."""
    if not _block(name).search(page):
        raise ValueError(f"has no <!-- {name} --> with <!-- /{name} --> after it")
    return _block(name).sub(lambda _: new + "\n", page, count=1)


def is_stale(page: str, name: str, new: str) -> bool:
    """Whether the block's numbers differ from the new ones by more than rounding can, or its words at all."""
    found = _block(name).search(page)
    old, new = (" ".join(text.split()) for text in (found[0] if found else "", new))
    if _NUMBER.sub("0", old) != _NUMBER.sub("0", new):
        return True
    pairs = zip(_NUMBER.findall(old), _NUMBER.findall(new), strict=True)
    return any(abs(Decimal(one) - Decimal(other)) > _last_place(one, other) for one, other in pairs)


def _last_place(one: str, other: str) -> Decimal:
    """One unit in the last place that is printed of both numbers."""
    return Decimal(1).scaleb(-min(len(number.partition(".")[2]) for number in (one, other)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Rewrites the pages, or checks their scores. Returns the exit status."""
    parser = argparse.ArgumentParser(description="Puts what a finished run shows into README.md and CHANGELOG.md.")
    parser.add_argument("--run", type=Path, default=HERE / RUN, help="the folder of a finished run")
    parser.add_argument("--check", action="store_true", help="write nothing; status 1 where scores are stale")
    options = parser.parse_args(arguments)
    if not (options.run / "scores.csv").is_file():
        sys.stderr.write(f"{options.run}: holds no scores.csv; `make run` writes it\n")
        return 2
    stale = []
    for name, blocks in PAGES.items():
        page = (HERE / name).read_text(encoding="utf-8")
        if options.check:
            stale += [name] * is_stale(page, "figures", figures(options.run))
            continue
        for block in blocks:
            page = with_block(page, block, BLOCKS[block](options.run))
        (HERE / name).write_text(page, encoding="utf-8")
    for name in stale:
        sys.stderr.write(
            f"{name}: its scores are not those of {options.run}; `python docs/figures.py` writes them anew\n"
        )
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
