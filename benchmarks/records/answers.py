"""How well questions of reviewers are answered, on the development half of llm-meta-analysis.

Each question asks one trial for events and totals, or mean, SD and N, of both arms. A cell is right where its number is
the annotator's; a cell that the annotator left empty is right only where it is left empty. A complete answer has all of
its four or six cells right. `bench_records.py` runs it.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from pipeline.answer import CELLS, Study, answer, study
from pipeline.answer.question import Question
from pipeline.document import Input
from pipeline.read import read

DATA = Path(__file__).parents[3] / "shared" / "data" / "llm_meta_analysis"
TWINS = {"intervention": "comparator", "comparator": "intervention"}
KEYS = {"n": "group_size", "sd": "standard_deviation"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One annotated question with what was answered: cell names to printed numbers, empty where there is none."""

    document_id: str
    question: Question
    gold: Mapping[str, str]
    found: Mapping[str, str]
    status: str

    @property
    def right(self) -> int:
        return sum(self.gold[cell] == self.found[cell] for cell in self.gold)

    @property
    def complete(self) -> bool:
        return self.right == len(self.gold)

    def errors(self) -> Iterator[str]:
        """The kind of each wrong cell: role (the other arm's), number, instance (all of a statement), missing, spurious."""
        wrong = [cell for cell in self.gold if self.gold[cell] != self.found[cell]]
        stated = [cell for cell in self.gold if not cell.endswith("_n")]
        instance = all(cell in wrong and self.gold[cell] and self.found[cell] for cell in stated)
        for cell in wrong:
            side, _, name = cell.partition("_")
            if not self.found[cell]:
                yield "missing"
            elif not self.gold[cell]:
                yield "spurious"
            elif self.found[cell] == self.gold[f"{TWINS[side]}_{name}"]:
                yield "role"
            else:
                yield "instance" if instance and cell in stated else "number"


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of a whole set."""

    asked: tuple[Asked, ...]

    def complete(self, kind: str) -> float:
        of_kind = [one for one in self.asked if one.question.outcome_type == kind]
        return sum(one.complete for one in of_kind) / len(of_kind) if of_kind else 0.0

    @property
    def cells(self) -> float:
        total = sum(len(one.gold) for one in self.asked)
        return sum(one.right for one in self.asked) / total if total else 0.0

    @property
    def errors(self) -> Counter[str]:
        return Counter(kind for one in self.asked for kind in one.errors())


def measure(data: Path = DATA) -> Result | None:
    """Answers every question of `data/dev.json`; None where the data is absent."""
    if not (data / "dev.json").is_file():
        return None
    rows = json.loads((data / "dev.json").read_text(encoding="utf-8"))
    studies: dict[str, Study] = {}
    asked = []
    for number, row in enumerate(rows, start=1):
        name = f"PMC{row['pmcid']}"
        if name not in studies:
            studies[name] = study(read(Input(name, str(data / f"{name}.xml"))))
        question = Question(
            number, row["intervention"], row["comparator"], row["outcome"], "", name, row["outcome_type"]
        )
        given = answer(studies[name], question)
        cells = CELLS[row["outcome_type"]]
        gold = {cell: number_of(row[_key(cell)]) for cell in cells}
        found = {cell: number_of(given.values[cell].value) if cell in given.values else "" for cell in cells}
        asked.append(Asked(name, question, gold, found, given.status))
    return Result(tuple(asked))


def _key(cell: str) -> str:
    side, _, name = cell.partition("_")
    return f"{side}_{KEYS.get(name, name)}"


def number_of(value: object) -> str:
    """A number as it is compared: `47.50` and `47.5` are one."""
    try:
        return f"{Decimal(str(value).strip()).normalize():f}" if str(value).strip() else ""
    except InvalidOperation:
        return str(value).strip()


def lines(result: Result) -> Iterator[str]:
    """The figures in words."""
    for kind in CELLS:
        count = sum(one.question.outcome_type == kind for one in result.asked)
        yield f"{kind}: {result.complete(kind):.3f} of {count} questions answered completely"
    yield f"cells: {result.cells:.3f} right"
    yield f"errors: {', '.join(f'{kind} {count}' for kind, count in sorted(result.errors.items())) or 'none'}"


def main(arguments: list[str] | None = None) -> int:
    """Prints the figures; with `--all` each question too."""
    result = measure()
    if result is None:
        print(f"{DATA}: not there; the answers were not measured")
        return 0
    if "--all" in (sys.argv[1:] if arguments is None else arguments):
        for one in result.asked:
            mark = "ok" if one.complete else "--"
            print(mark, one.document_id, one.question.outcome, "|", one.status)
            if not one.complete:
                print("     gold ", dict(one.gold), "\n     found", dict(one.found))
    print("\n".join(lines(result)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
