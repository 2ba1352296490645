"""Keeps the score figures of README.md and CHANGELOG.md true: `python docs/figures.py [--run outputs/run] [--check]`.

The figures stand between the two marks and come from `scores.csv` of a finished run. With `--check` nothing is written;
the status is 1 where a figure that is printed is off by more than one in its last place, or a word has changed.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).parent.parent
PAGES = ("README.md", "CHANGELOG.md")
OPEN, CLOSE = "<!-- figures -->", "<!-- /figures -->"

VOICES = {
    "review_table": "the review's table",
    "review_prose": "the review's prose",
    "paper": "the trials' papers",
    "all": "all together",
}
"""The references of `scores.csv` in the words and the order of the page."""

FEW, WEAKEST = 20, 3
"""How many values of gold a field needs to be named among the weakest, and how many of these are named."""

_BLOCK = re.compile(rf"{re.escape(OPEN)}.*?{re.escape(CLOSE)}", re.DOTALL)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")

Row = Mapping[str, str]


def read_scores(path: Path) -> list[Row]:
    """The rows of a run's `scores.csv`."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def block(scores: Sequence[Row]) -> str:
    """The text that belongs between the marks."""
    sums = {row["role"]: row for row in scores if (row["split"], row["field"]) == ("all", "all")}
    lines = [
        "| reference | values in gold | precision | recall | F1 |",
        "|---|---:|---:|---:|---:|",
        *(_line(words, sums[role]) for role, words in VOICES.items() if role in sums),
        "",
        _weakest(scores),
        "",
        _unseen(scores),
    ]
    return "\n".join(lines).strip() + "\n"


def _line(words: str, row: Row) -> str:
    ratios = " | ".join(_percent(row[name]) for name in ("precision", "recall", "f1"))
    return f"| {words} | {_in_gold(row)} | {ratios} |"


def _in_gold(row: Row) -> int:
    return int(row["tp"]) + int(row["fn"])


def _percent(ratio: str) -> str:
    return f"{Decimal(ratio) * 100:.1f} %" if ratio else "–"


def _weakest(scores: Iterable[Row]) -> str:
    fields = [
        row
        for row in scores
        if (row["role"], row["split"]) == ("all", "all") and row["field"] != "all" and _in_gold(row) >= FEW and row["f1"]
    ]
    named = sorted(fields, key=lambda row: (Decimal(row["f1"]), row["field"]))[:WEAKEST]
    said = ", ".join(f"`{row['field']}` (F1 {_percent(row['f1'])})" for row in named)
    return f"Weakest of the columns with {FEW} values in gold or more: {said}." if said else ""


def _unseen(scores: Iterable[Row]) -> str:
    for row in scores:
        if (row["role"], row["split"], row["field"]) == ("all", "unseen", "all"):
            return (
                f"Documents that nobody who wrote the rules had seen: precision {_percent(row['precision'])}, "
                f"recall {_percent(row['recall'])} ({_in_gold(row)} values)."
            )
    return "Those who wrote the rules could read all of these documents, so these figures say little about other papers."


def with_block(page: str, new: str) -> str:
    """The page with the text between its marks replaced. Raises ValueError where the marks are missing."""
    if not _BLOCK.search(page):
        raise ValueError(f"has no {OPEN} ... {CLOSE}")
    return _BLOCK.sub(lambda _: f"{OPEN}\n{new}{CLOSE}", page)


def is_stale(page: str, new: str) -> bool:
    """Whether the page's figures differ from the new ones by more than rounding can, or its words at all."""
    found = _BLOCK.search(page)
    if found is None:
        return True
    old = found[0].removeprefix(OPEN).removesuffix(CLOSE).strip()
    if _NUMBER.sub("0", old) != _NUMBER.sub("0", new.strip()):
        return True
    pairs = zip(_NUMBER.findall(old), _NUMBER.findall(new), strict=True)
    return any(abs(Decimal(one) - Decimal(other)) > _last_place(one, other) for one, other in pairs)


def _last_place(one: str, other: str) -> Decimal:
    """One unit in the last place that is printed of either number."""
    decimals = min(len(number.partition(".")[2]) for number in (one, other))
    return Decimal(1).scaleb(-decimals)


def main(arguments: Sequence[str] | None = None) -> int:
    """Rewrites the pages, or checks them. Returns the exit status."""
    parser = argparse.ArgumentParser(description="Puts the scores of a finished run into README.md and CHANGELOG.md.")
    parser.add_argument("--run", type=Path, default=HERE / "outputs" / "run", help="the folder of a finished run")
    parser.add_argument("--check", action="store_true", help="write nothing; status 1 where a page is stale")
    options = parser.parse_args(arguments)
    scores = options.run / "scores.csv"
    if not scores.is_file():
        sys.stderr.write(f"{scores}: is not there; `make run` writes it\n")
        return 2
    new, status = block(read_scores(scores)), 0
    for path in (HERE / name for name in PAGES):
        page = path.read_text(encoding="utf-8")
        if not options.check:
            path.write_text(with_block(page, new), encoding="utf-8")
        elif is_stale(page, new):
            sys.stderr.write(f"{path}: its figures are not those of {scores}; `python docs/figures.py` writes them anew\n")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
