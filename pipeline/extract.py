"""One document: read -> annotate -> assemble. Many: the same in worker processes that can be killed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal, TypeVar

from pydantic import TypeAdapter

from pipeline.answer import Answer, answer, failed, study
from pipeline.answer.question import Question
from pipeline.cache import Cache, Codec, digest, stage_digest
from pipeline.document import Document, Input, Reference
from pipeline.evidence import EvidenceRecord, Mention
from pipeline.export.answers import answers_table
from pipeline.export.folder import text_bytes
from pipeline.export.portion import Portion, placed, portion
from pipeline.export.summaries import summary_tables
from pipeline.export.tables import Failure
from pipeline.gather import arms, results
from pipeline.places import Digests, at_hand, is_url, suffix
from pipeline.places import sha256 as sha256_of
from pipeline.workers import MEMORY, TIMEOUT, Enter, Lost, Workers, in_words

Stage = Literal["read", "annotate", "assemble"]
T = TypeVar("T")

DOCUMENT = Codec(TypeAdapter(Document))
MENTIONS = Codec(TypeAdapter(tuple[Mention, ...]))
RECORDS = Codec(TypeAdapter(tuple[EvidenceRecord, ...]))
PORTION = Codec(TypeAdapter(Portion))

PRELOAD = ("pipeline.read", "pipeline.annotate", "pipeline.assemble", "pipeline.extract")


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one document gave. `cached` names the stages that were not run because their results were kept."""

    document: Document
    mentions: tuple[Mention, ...] = ()
    records: tuple[EvidenceRecord, ...] = ()
    failure: Failure | None = None
    cached: tuple[Stage, ...] = field(default=(), compare=False)

    @property
    def unchanged(self) -> bool:
        """Whether nothing had to be worked out anew; reading the line of a `.jsonl` again does not count."""
        return {"annotate", "assemble"} <= set(self.cached)


@dataclass(frozen=True, slots=True)
class Stages:
    """The three verbs. To be sent to a worker they must be module-level functions."""

    read: Callable[[Input], Document]
    annotate: Callable[[Document], tuple[Mention, ...]]
    assemble: Callable[[Document, Sequence[Mention]], tuple[EvidenceRecord, ...]]


def real_stages() -> Stages:
    """Imported on demand: only a worker pays for spaCy and the PDF libraries."""
    from pipeline.annotate import annotate
    from pipeline.assemble import assemble
    from pipeline.read import read

    return Stages(read, annotate, assemble)


Bibliographies = Mapping[str, tuple[Reference, ...]]
"""Lists of references by document id, for documents that are read without their own."""


@dataclass(frozen=True, slots=True)
class Given:
    """What is given beside the documents."""

    bibliographies: Bibliographies = field(default_factory=dict)
    questions: tuple[Question, ...] = ()

    def to(self, document_id: str) -> tuple[tuple[Reference, ...], tuple[Question, ...]]:
        """The list of references of one document, and what it is asked."""
        asked = tuple(question for question in self.questions if question.asks(document_id))
        return self.bibliographies.get(document_id, ()), asked


NOTHING = Given()


def extract(
    source: Input,
    *,
    cache: Cache | None = None,
    stages: Stages | None = None,
    listed: tuple[Reference, ...] = (),
    sha256: str | None = None,
    enter: Enter = lambda _: None,
) -> Extraction:
    """All evidence of one document, in this process. Never raises for a bad document: see `Extraction.failure`.

    `listed`: its references, if it turns out to have none of its own. `sha256`: of its bytes, where that is known.
    """
    stages = stages or real_stages()
    cached: list[Stage] = []
    stage: Stage = "read"
    document = unread(source, sha256_of(source.path) if sha256 is None else sha256)
    mentions: tuple[Mention, ...] = ()
    try:
        enter(stage)
        document, content, was_kept = _read(source, document.sha256, stages, cache)
        cached += [stage] * was_kept
        if document.status == "failed":
            return Extraction(document, failure=_failure(source, stage, "unreadable", document.reason))
        if listed and not document.references:
            document = document.with_references(listed)
            content = DOCUMENT.dump(replace(document, document_id="", path=""))
        stage = "annotate"
        enter(stage)
        mentions, words, was_kept = _kept(cache, stage, [content], MENTIONS, partial(stages.annotate, document))
        cached += [stage] * was_kept
        stage = "assemble"
        enter(stage)
        inputs = [content, words, document.document_id.encode()]
        records, _, was_kept = _kept(cache, stage, inputs, RECORDS, partial(stages.assemble, document, mentions))
        cached += [stage] * was_kept
    except Exception as error:  # a fault in one document must not cost the others
        sort = "memory" if isinstance(error, MemoryError) else type(error).__name__
        failure = _failure(source, stage, sort, in_words(error))
        return Extraction(_failed(document, failure), mentions, (), failure, tuple(cached))
    return Extraction(document, mentions, records, None, tuple(cached))


def extract_many(
    sources: Sequence[Input],
    *,
    workers: int = 0,
    timeout: float = TIMEOUT,
    memory: int = MEMORY,
    cache: Cache | None = None,
    stages: Stages | None = None,
    given: Given = NOTHING,
    digests: Digests | None = None,
) -> Iterator[Portion]:
    """Extracts in `workers` processes (0: one a core), each document within `timeout` seconds and `memory` bytes.

    Results come in the order of the sources. A document that is lost with its worker gives a failed one.
    """
    with Workers(workers=workers, timeout=timeout, memory=memory, preload=PRELOAD) as pool:
        yield from extract_in(pool, sources, cache=cache, stages=stages, given=given, digests=digests)


def extract_in(
    pool: Workers,
    sources: Sequence[Input],
    *,
    cache: Cache | None = None,
    stages: Stages | None = None,
    given: Given = NOTHING,
    digests: Digests | None = None,
) -> Iterator[Portion]:
    """`extract_many` in workers that others use too. `digests` may know the files already."""
    work = _Work(cache, stages, given)
    known = digests if digests is not None else Digests()
    items = ((source, known_digest(source, known)) for source in sources)
    for source, result in zip(sources, pool.map(work, items, known=work.kept), strict=True):
        yield work.lost(source, known_digest(source, known), result) if isinstance(result, Lost) else result


def known_digest(source: Input, digests: Digests) -> str:
    """Of the document's file; of one behind a URL nothing is known until a worker has fetched it."""
    return "" if is_url(source.path) and not source.line else digests[source.path]


@dataclass(frozen=True, slots=True)
class _Work:
    """From a document to its portion, in a worker; where it is kept whole, no worker is asked."""

    cache: Cache | None
    stages: Stages | None
    given: Given

    def __call__(self, item: tuple[Input, str], enter: Enter) -> Portion:
        source, sha256 = item
        if is_url(source.path) and not at_hand(source.path, sha256):
            enter("read")
            sha256 = sha256_of(source.path)
            if kept := self.kept((source, sha256)):
                return kept
        listed, asked = self.given.to(source.document_id)
        found = extract(source, cache=self.cache, stages=self.stages, listed=listed, sha256=sha256, enter=enter)
        enter("export")
        made = _portion(found, asked)
        if self.cache and not found.failure and sha256 and found.document.sha256 == sha256:
            self.cache.put(
                "portion", self._key(source, sha256), PORTION.dump(replace(placed(made, ""), unchanged=True))
            )
        return made

    def kept(self, item: tuple[Input, str]) -> Portion | None:
        source, sha256 = item
        body = self.cache.get("portion", self._key(source, sha256)) if self.cache and sha256 else None
        held = None if body is None else PORTION.load(body)
        return None if held is None else placed(held, source.path)

    def lost(self, source: Input, sha256: str, lost: Lost) -> Portion:
        failure = _failure(source, lost.step or "read", lost.error, lost.detail)
        found = Extraction(_failed(unread(source, sha256), failure), failure=failure)
        return _portion(found, self.given.to(source.document_id)[1])

    def _key(self, source: Input, sha256: str) -> str:
        return portion_key(source, sha256, self.given)


def portion_key(source: Input, sha256: str, given: Given) -> str:
    """Names all that a document's portion is made from: its bytes, its id, what is given beside it, and the code."""
    names = (source.document_id, suffix(source.path), str(source.line), sha256)
    parts = ("portion", stage_digest("portion"), *names, repr(given.to(source.document_id)))
    return digest(text.encode(errors="replace") for text in parts)


def _portion(found: Extraction, asked: Sequence[Question]) -> Portion:
    summaries = summary_tables(arms(found.records), results(found.records), found.records)
    answers = {"answers": answers_table(_answers(found.document, asked))} if asked else {}
    return portion(
        found, {**summaries, **answers}, records=_printable(RECORDS.dump(found.records)), unchanged=found.unchanged
    )


def _printable(body: bytes) -> str:
    """JSON in which a lone surrogate has become a question mark, as in every file of a run."""
    if rb"\ud" not in body:
        return body.decode()
    return text_bytes(json.dumps(json.loads(body), ensure_ascii=False)).decode()


def _answers(document: Document, asked: Sequence[Question]) -> Sequence[Answer]:
    """In the order of the questions."""
    try:
        known = study(document)
        return [answer(known, question) for question in asked]
    except Exception:  # a fault in one document must not cost the others
        return [failed(document.document_id, question) for question in asked]


def _read(source: Input, sha256: str, stages: Stages, cache: Cache | None) -> tuple[Document, bytes, bool]:
    """The document, its content without its name, and whether it was kept. Lines of a `.jsonl` are not worth keeping."""
    if cache is None:
        return stages.read(source), b"", False
    key = digest(text.encode() for text in ("read", stage_digest("read"), suffix(source.path), sha256))
    body = cache.get("read", key) if sha256 and not source.line else None
    kept = None if body is None else DOCUMENT.load(body)
    if body is not None and kept is not None:
        return replace(kept, document_id=source.document_id, path=source.path), body, True
    document = stages.read(source)
    body = DOCUMENT.dump(replace(document, document_id="", path=""))
    if document.status != "failed" and not source.line and sha256 and document.sha256 == sha256:
        cache.put("read", key, body)
    return document, body, False


def _kept(
    cache: Cache | None, stage: Stage, inputs: Sequence[bytes], codec: Codec[T], make: Callable[[], T]
) -> tuple[T, bytes, bool]:
    """What the stage makes of the inputs, its bytes (none without a cache), and whether it was kept."""
    if cache is None:
        return make(), b"", False
    key = digest([stage.encode(), stage_digest(stage).encode(), *inputs])
    body = cache.get(stage, key)
    kept = None if body is None else codec.load(body)
    if body is not None and kept is not None:
        return kept, body, True
    made = make()
    body = codec.dump(made)
    cache.put(stage, key, body)
    return made, body, False


def unread(source: Input, sha256: str) -> Document:
    """The document before anything is known of it but its name and its bytes."""
    return Document(source.document_id, source.path, sha256, suffix(source.path).lstrip("."))


def _failed(document: Document, failure: Failure) -> Document:
    return replace(document, status="failed", reason=f"{failure.stage}: {failure.detail}")


def _failure(source: Input, stage: str, error: str, detail: str) -> Failure:
    return Failure(source.document_id, source.path, stage, error, detail)
