"""Documents to evidence, without gold and without a server: what `litevidence extract` and the flow `extract` do."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.about import Clock, run_info
from pipeline.answer.question import read_questions
from pipeline.document import Input
from pipeline.export import answers
from pipeline.export.folder import INFO, writing
from pipeline.export.portion import Gathered, Portion
from pipeline.export.tables import EXTRACTED, HEADERS
from pipeline.extract import NOTHING, Given
from pipeline.flows import again
from pipeline.places import Digests, is_url


class Unusable(ValueError):
    """What was asked for cannot be extracted; the text names the file and the mend."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be extracted, and where to. `digests` are of the files that were looked at."""

    sources: tuple[Input, ...]
    out: Path
    given: Given = NOTHING
    digests: Digests = field(default_factory=Digests)

    @property
    def headers(self) -> Mapping[str, tuple[str, ...]]:
        """The tables that come out."""
        asked = {"answers": answers.HEADER} if self.given.questions else {}
        return {**{name: HEADERS[name] for name in EXTRACTED}, **asked}


def order(paths: Sequence[str], out: Path, questions: Path | None = None) -> Order:
    """The documents under these paths, without what an earlier run wrote into `out`, and what they are asked.

    Raises Unusable, or RowFault for the file of questions.
    """
    asked = read_questions(questions) if questions else ()
    sources = _inputs(paths, out)
    known = {source.document_id for source in sources}
    for question in asked:
        if question.document_id and question.document_id not in known:
            raise Unusable(
                f"{questions}: row {question.number + 1}: document_id {question.document_id!r} is none of the documents; "
                "write a file's name without suffix, or leave it empty"
            )
    return Order(sources, out, Given(questions=asked))


def before(asked: Order) -> Mapping[str, int]:
    """How many rows each table has, where `out` holds just what would come out; else nothing."""
    return again.before(asked.out, _told(asked))


def write(asked: Order, portions: Iterable[Portion], options: Mapping[str, object], clock: Clock) -> Mapping[str, int]:
    """Puts the portions together in `out`, and says how many rows each table has. Raises UnwritableFolder."""
    with writing(asked.out) as written:
        gathered, same = Gathered(written, asked.headers, {}), 0
        for one in portions:
            gathered.add(one)
            same += one.unchanged
        counts = {**gathered.counts, "unchanged": same}
        written.finish({**run_info({"command": "extract", **options}, counts, clock), "inputs": _told(asked)})
    return counts


def _told(asked: Order) -> str:
    return again.told(asked.sources, asked.given, asked.digests)


def _inputs(paths: Sequence[str], out: Path) -> tuple[Input, ...]:
    from pipeline.read import find

    if not any(is_url(path) or Path(path).exists() for path in paths):
        raise Unusable(f"{paths[0]}: there is no such file or folder; name documents that exist")
    sources = find(paths)
    written = {str((out / name).resolve()) for name in _written(out)}
    if any(_resolved(source) in written for source in sources):
        kept = dict.fromkeys(one.path for one in sources if _resolved(one) not in written)
        sources = find(list(kept)) if kept else ()
    if not sources:
        raise Unusable(f"{paths[0]}: holds no document; .pdf, .xml, .nxml, .txt and .jsonl are read")
    return sources


def _resolved(source: Input) -> str:
    return source.path if is_url(source.path) else str(Path(source.path).resolve())


def _written(out: Path) -> list[str]:
    try:
        names = json.loads((out / INFO).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [name for name in names if isinstance(name, str)]
