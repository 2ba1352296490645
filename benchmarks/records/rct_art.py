"""Which number is which arm's, on the result sentences of RCT-ART: given the annotated mentions, and end to end.

A pair is an arm and a number of one sentence. Where a sentence names an arm twice, any of its names is right. End to end a
pair is found when some record has an item of a number over the annotated number, and an item of an arm that overlaps, or
names in the same words, an annotated name of that arm. Precision is over the pairs stated for annotated numbers; pairs
stated for other numbers are counted apart.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.annotate import annotate
from pipeline.assemble import assemble
from pipeline.assemble.prose.pairs import Figure, Named, bound
from pipeline.document import Block, Document
from pipeline.evidence import DataItem, EvidenceRecord

DATA = Path(__file__).parents[3] / "shared" / "data" / "rct_art"
FLOOR_GIVEN, FLOOR_END_TO_END = 0.85, 0.75
_NUMBERS = ("value", "value_high", "events", "total", "sd", "arm_n")
_ARMS = ("arm", "drug", "comparator")
_EMPTY_WORDS = frozenset("the a an of in group groups arm arms patients eyes treated subjects".split())


@dataclass(frozen=True, slots=True)
class Gold:
    """A sentence with its annotated arms (by role, each with its names) and numbers, and the arm of each number."""

    text: str
    names: tuple[Named, ...]
    figures: tuple[Figure, ...]
    arm_of: dict[int, frozenset[str]]


@dataclass
class Result:
    """What was counted. Errors by kind, each with the words that show it."""

    right: int = 0
    stated: int = 0
    gold: int = 0
    elsewhere: int = 0
    sentences: int = 0
    errors: list[tuple[str, str]] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / self.stated if self.stated else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.stated + self.gold) if self.stated + self.gold else 0.0

    @property
    def kinds(self) -> Counter[str]:
        return Counter(kind for kind, _ in self.errors)


def available() -> bool:
    return DATA.is_dir()


def sentences(half: str) -> list[Gold]:
    """The sentences of a half: `train` or `dev`."""
    with (DATA / f"{half}.jsonl").open(encoding="utf-8") as file:
        return [_gold(json.loads(line)) for line in file]


def _gold(one: dict) -> Gold:  # type: ignore[type-arg]
    mentions = one["ents"]
    roles: dict[int, str] = {}
    for relation in one["rels"]:
        if relation["label"] != "OC_RES":
            roles.setdefault(relation["head"], relation["label"][:2])
    words = {_words(mentions[place]["text"]): role for place, role in roles.items()}
    names, figures, number = [], [], {}
    for place, mention in enumerate(mentions):
        if mention["label"] == "INTV":
            told = _words(mention["text"])
            names.append(
                Named(mention["start"], mention["end"], roles.get(place) or words.get(told) or told or str(place))
            )
        elif mention["label"] == "MEAS":
            number[place] = len(figures)
            figures.append(Figure(mention["start"], mention["end"]))
    arm_of: dict[int, set[str]] = {}
    for relation in one["rels"]:
        if relation["label"] != "OC_RES" and relation["child"] in number:
            arm_of.setdefault(number[relation["child"]], set()).add(relation["label"][:2])
    return Gold(one["text"], tuple(names), tuple(figures), {key: frozenset(value) for key, value in arm_of.items()})


def _words(name: str) -> str:
    """A name as it is compared: without case, and without the words that every arm has."""
    return " ".join(word for word in re.findall(r"\w+", name.lower()) if word not in _EMPTY_WORDS)


def given(half: str) -> Result:
    """The annotated arms and numbers bound by the function that assemble uses."""
    result = Result()
    for gold in sentences(half):
        found = bound(gold.text, 0, len(gold.text), gold.figures, gold.names)
        _count(result, gold, {number: {arm.key} for number, arm in found.items()})
    return result


def end_to_end(half: str) -> Result:
    """What a user gets: the sentence as a document of one paragraph, and its records."""
    result = Result()
    for gold in sentences(half):
        found: dict[int, set[str]] = {}
        for record in records_of(gold.text):
            numbers = [item for item in record.items if item.column in _NUMBERS]
            arms = _arm_of(record)
            met = {place for place, figure in enumerate(gold.figures) for item in numbers if _overlap(item, figure)}
            for arm in arms:
                keys = _keys(gold, arm)
                for number in met:
                    found.setdefault(number, set()).update(keys)
                result.elsewhere += not met
        _count(result, gold, found)
    return result


def records_of(text: str) -> tuple[EvidenceRecord, ...]:
    document = Document("one", "one.txt", "0", "txt", text=text, blocks=(Block("paragraph", 0, len(text)),))
    return assemble(document, annotate(document))


def _arm_of(record: EvidenceRecord) -> list[DataItem]:
    """The item that names the record's arm: `arm`, else `drug`. The comparator is what it was held against."""
    return [item for item in (record.item("arm") or record.item("drug"),) if item is not None]


def _keys(gold: Gold, item: DataItem) -> set[str]:
    met = {name.key for name in gold.names if _overlap(item, name)}
    told = {_words(item.quote), _words(str(item.value))} - {""}
    met = met or {name.key for name in gold.names if _words(gold.text[name.start : name.end]) in told}
    return met or {f"other: {item.quote}"}


def _overlap(one: DataItem | Named | Figure, other: DataItem | Named | Figure) -> bool:
    return one.start < other.end and other.start < one.end


def _count(result: Result, gold: Gold, found: dict[int, set[str]]) -> None:
    result.sentences += 1
    result.gold += sum(len(keys) for keys in gold.arm_of.values())
    known = {key for keys in gold.arm_of.values() for key in keys}
    for number, figure in enumerate(gold.figures):
        right, told = gold.arm_of.get(number, frozenset()), found.get(number, set())
        result.stated += len(told)
        result.right += len(right & told)
        shown = f"{gold.text[figure.start : figure.end]!r} is {'/'.join(sorted(right)) or 'nobody'}, told of {sorted(told)}: {gold.text}"
        if right - told and not told:
            result.errors.append(("missing", shown))
        for key in sorted(told - right):
            if not right:
                kind = "spurious"
            elif key not in known:
                kind = "drift"
            else:
                kind = "role" if _is_swapped(gold, found, number) else "drift"
            result.errors.append((kind, shown))


def _is_swapped(gold: Gold, found: dict[int, set[str]], number: int) -> bool:
    """Whether another number of the sentence was given to this one's arm in turn: the two arms are reversed."""
    wrong = found[number]
    return any(
        other != number
        and gold.arm_of.get(other, frozenset()) & wrong
        and found.get(other, set()) & gold.arm_of[number]
        for other in found
    )


def lines(shown: Sequence[str]) -> Iterator[str]:
    for half in ("dev", "train"):
        for name, result in (("given mentions", given(half)), ("end to end", end_to_end(half))):
            yield (
                f"RCT-ART {half}, {name}: F1 {result.f1:.3f}, precision {result.precision:.3f}, recall {result.recall:.3f} "
                f"({result.right} of {result.gold} pairs, {result.stated} stated, {result.elsewhere} of other numbers); "
                f"errors {dict(sorted(result.kinds.items()))}"
            )
            if "errors" in shown and half in shown:
                yield from (f"    {kind}: {told}" for kind, told in result.errors)


def main() -> None:
    """Prints the figures; with `errors dev` or `errors train` the errors of that half too."""
    if not available():
        print(f"skipped: {DATA} is not there")
        return
    for line in lines(sys.argv[1:]):
        print(line, flush=True)


if __name__ == "__main__":
    main()
