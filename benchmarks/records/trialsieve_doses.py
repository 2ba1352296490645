"""Which drug each dose is bound to, on the development abstracts of TrialSieve (`split` is `validation`).

TrialSieve marks doses and drugs and says nothing of which dose is whose. It marks most drugs where they stand first, so that
neither the nearest marked drug nor the only one of a sentence need be the one. Every marked dose in a sentence with a marked
drug was therefore judged by reading the sentence: `trialsieve_doses.csv` names the drug by the text's id and the dose's place.
The judge saw what the program said, and kept or mended it. `one` and `several` tell how many drugs the sentence marks.

A dose counts where we find it at all (`found`); it is right when the drug that we bind to it overlaps a mention of the
drug that has it, or is named in the same words. `bound` asks the function that assemble uses; `stated` asks the records:
right where a record gives the dose beside its drug, and none gives it to another.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.annotate import annotate
from pipeline.assemble import assemble, given_in
from pipeline.assemble.binding import owners_of_doses
from pipeline.assemble.items import is_class, role_of
from pipeline.document import Block, Document
from pipeline.evidence import EvidenceRecord, Mention
from pipeline.fields import BY_NAME, Role
from pipeline.sentences import sentences

DATA = Path(__file__).parents[3] / "shared" / "data" / "trialsieve" / "train_dev.json"
JUDGED = Path(__file__).with_suffix(".csv")
FLOOR = 0.90
_DRUGS = ("Drug Intervention", "Non-Study Drug")
_PAIRS = (("dose", "drug"), ("comparator_dose", "comparator"))


@dataclass(frozen=True, slots=True)
class Dose:
    """An annotated dose, the names of its drug, and how that is known."""

    start: int
    end: int
    drug: str
    kind: str


@dataclass
class Result:
    """Counts by kind (`one`, `several`), and the errors in words."""

    annotated: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    stated: Counter[str] = field(default_factory=Counter)
    stated_right: Counter[str] = field(default_factory=Counter)
    errors: list[tuple[str, str]] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Of the doses found, those that are bound to their drug."""
        return self.right.total() / self.found.total() if self.found else 0.0

    @property
    def share_stated(self) -> float:
        return self.stated_right.total() / self.stated.total() if self.stated else 0.0


def available() -> bool:
    return DATA.is_file()


def measured() -> Result:
    """The figures of the development half."""
    result = Result()
    with JUDGED.open(encoding="utf-8", newline="") as file:
        judged = {(row["pmid"], int(row["start"])): row["drug"] for row in csv.DictReader(file)}
    for one in json.loads(DATA.read_text(encoding="utf-8")):
        if one["split"] == "validation":
            doses = list(_doses(one, judged))
            if doses:
                _measure(result, one["text"], doses)
    return result


def _doses(one: dict, judged: dict[tuple[str, int], str]) -> Iterator[Dose]:  # type: ignore[type-arg]
    for span in sentences(one["text"], 0, len(one["text"])):
        held = [mark for mark in one["spans"] if span.start <= mark["start"] < span.end]
        drugs = {mark["text"].strip().lower() for mark in held if mark["tag"] in _DRUGS} - {""}
        for mark in held:
            if mark["tag"] != "Dosage" or not re.search(r"\d", mark["text"]):
                continue
            drug = judged.get((str(one["pmid"]), mark["start"]))
            if drug is not None:
                yield Dose(mark["start"], mark["end"], drug, "several" if len(drugs) > 1 else "one")


def _measure(result: Result, text: str, doses: list[Dose]) -> None:
    document = Document("one", "one.txt", "0", "txt", text=text, blocks=(Block("paragraph", 0, len(text)),))
    mentions = annotate(document)
    owners = _owners(text, mentions)
    records = assemble(document, mentions)
    for dose in doses:
        result.annotated[dose.kind] += 1
        ours = next((one for one in mentions if _is_dose(one) and one.start < dose.end and dose.start < one.end), None)
        if ours is not None:
            result.found[dose.kind] += 1
            owner = owners.get(ours.start)
            right = owner is not None and _is_named(text[owner.start : owner.end], dose.drug)
            result.right[dose.kind] += right
            if not right:
                shown = text[max(0, dose.start - 80) : dose.end + 60].replace("\n", " ")
                told = owner.text if owner is not None else "nobody"
                result.errors.append(
                    (dose.kind, f"{text[dose.start : dose.end]!r} is {dose.drug!r}, bound to {told!r}: {shown}")
                )
        told_of = list(_told(records, dose))
        if told_of:
            result.stated[dose.kind] += 1
            result.stated_right[dose.kind] += all(_is_named(name, dose.drug) for name in told_of)


def _owners(text: str, mentions: tuple[Mention, ...]) -> dict[int, Mention]:
    given = given_in(mentions)
    found: dict[int, Mention] = {}
    for span in sentences(text, 0, len(text)):
        held = [one for one in given if span.start <= one.start < span.end]
        drugs = [one for one in held if role_of(one) is Role.TREATMENT and not is_class(one)]
        found |= owners_of_doses(text, [one for one in held if _is_dose(one)], drugs, span.end)
    return found


def _is_dose(one: Mention) -> bool:
    return one.value is not None and "dose" in BY_NAME[one.field].columns.values()


def _told(records: tuple[EvidenceRecord, ...], dose: Dose) -> Iterator[str]:
    """The drugs that records give beside a dose."""
    for record in records:
        for column, beside in _PAIRS:
            item, drug = record.item(column), record.item(beside)
            if item is not None and drug is not None and item.start < dose.end and dose.start < item.end:
                yield f"{drug.quote} {drug.value}"


def _is_named(name: str, drug: str) -> bool:
    """Whether two names share a word that tells a drug."""
    return bool(_words(name) & _words(drug))


def _words(name: str) -> set[str]:
    return {word for word in re.findall(r"[^\W\d_][\w-]+", name.lower()) if len(word) > 1}


def lines() -> Iterator[str]:
    result = measured()
    yield f"TrialSieve doses found {result.found.total()} of {result.annotated.total()}; bound to their drug {result.share:.3f} of them"
    for kind in ("one", "several"):
        yield f"    {kind} drug annotated: {result.right[kind]} of {result.found[kind]}"
    yield f"in records {result.stated_right.total()} of {result.stated.total()} ({result.share_stated:.3f})"
    yield from (f"    {kind}: {told}" for kind, told in result.errors)


def main() -> None:
    if not available():
        print(f"skipped: {DATA} is not there")
        return
    for line in lines():
        print(line)


if __name__ == "__main__":
    main()
