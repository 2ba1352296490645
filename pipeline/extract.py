"""One document: read -> annotate -> assemble. Many: the same in worker processes that can be killed."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Never, TypeVar

from pydantic import TypeAdapter

from pipeline.cache import Cache, Codec, digest, stage_digest
from pipeline.document import Document, Input, Reference
from pipeline.evidence import EvidenceRecord, Mention
from pipeline.workers import MEMORY, TIMEOUT, Enter, Lost, Workers, in_words

Stage = Literal["read", "annotate", "assemble"]
T = TypeVar("T")

DOCUMENT = Codec(TypeAdapter(Document))
MENTIONS = Codec(TypeAdapter(tuple[Mention, ...]))
RECORDS = Codec(TypeAdapter(tuple[EvidenceRecord, ...]))

PRELOAD = ("pipeline.read", "pipeline.annotate", "pipeline.assemble", "pipeline.extract")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a document gave nothing, or less than it should: the stage, the sort of error, and the error's words."""

    document_id: str
    path: str
    stage: str
    error: str
    detail: str


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


def extract(
    source: Input,
    *,
    cache: Cache | None = None,
    stages: Stages | None = None,
    bibliographies: Bibliographies = MappingProxyType({}),
    enter: Enter = lambda _: None,
) -> Extraction:
    """All evidence of one document, in this process. Never raises for a bad document: see `Extraction.failure`."""
    stages = stages or real_stages()
    cached: list[Stage] = []
    stage: Stage = "read"
    document = unread(source)
    mentions: tuple[Mention, ...] = ()
    try:
        enter(stage)
        document, content, was_kept = _read(source, stages, cache)
        cached += [stage] * was_kept
        if document.status == "failed":
            return Extraction(document, failure=_failure(source, stage, "unreadable", document.reason))
        listed = bibliographies.get(source.document_id, ())
        if listed and not document.references:
            document = _completed(document, listed)
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
    sources: Iterable[Input],
    *,
    workers: int = 0,
    timeout: float = TIMEOUT,
    memory: int = MEMORY,
    cache: Cache | None = None,
    stages: Stages | None = None,
) -> Iterator[Extraction]:
    """Extracts in `workers` processes (0: one a core), each document within `timeout` seconds and `memory` bytes.

    Results come in the order of the sources. A document that is lost with its worker gives a failed one.
    """
    with Workers(workers=workers, timeout=timeout, memory=memory, preload=PRELOAD) as pool:
        yield from extract_in(pool, sources, cache=cache, stages=stages)


def extract_in(
    pool: Workers,
    sources: Iterable[Input],
    *,
    cache: Cache | None = None,
    stages: Stages | None = None,
    bibliographies: Bibliographies = MappingProxyType({}),
) -> Iterator[Extraction]:
    """`extract_many` in workers that others use too."""
    work = partial(_extract, cache=cache, stages=stages, bibliographies=dict(bibliographies))
    waiting: deque[tuple[Input, Extraction | None]] = deque()

    def to_do() -> Iterator[Input]:
        for source in sources:
            waiting.append((source, _all_kept(source, cache, bibliographies)))
            if waiting[-1][1] is None:
                yield source

    for result in pool.map(work, to_do()):
        while (kept := waiting[0][1]) is not None:
            waiting.popleft()
            yield kept
        source, _ = waiting.popleft()
        yield _lost(source, result) if isinstance(result, Lost) else result
    yield from (kept for _, kept in waiting if kept is not None)


class _Absent(BaseException):
    """A stage has no kept result. No Exception, so that `extract` does not take it for a fault of the document."""


def _absent(*_: object) -> Never:
    raise _Absent


def _all_kept(source: Input, cache: Cache | None, bibliographies: Bibliographies) -> Extraction | None:
    """The document's results where all were kept: then no worker has to be started for it."""
    if cache is None:
        return None
    try:
        return extract(source, cache=cache, stages=Stages(_absent, _absent, _absent), bibliographies=bibliographies)
    except _Absent:
        return None


def _extract(
    source: Input, enter: Enter, *, cache: Cache | None, stages: Stages | None, bibliographies: Bibliographies
) -> Extraction:
    return extract(source, cache=cache, stages=stages, bibliographies=bibliographies, enter=enter)


def _completed(document: Document, listed: tuple[Reference, ...]) -> Document:
    """A document that was read without its list of references, with the list that others know."""
    known = {reference.label for reference in listed}
    citations = tuple(
        replace(citation, unresolved=tuple(label for label in citation.labels if label not in known))
        for citation in document.citations
    )
    return replace(document, references=listed, citations=citations)


def _read(source: Input, stages: Stages, cache: Cache | None) -> tuple[Document, bytes, bool]:
    """The document, its content without its name, and whether it was kept. Lines of a `.jsonl` are not worth keeping."""
    if cache is None:
        return stages.read(source), b"", False
    path = Path(source.path)
    sha256 = file_sha256(path) if not source.line else ""
    key = digest(text.encode() for text in ("read", stage_digest("read"), path.suffix.lower(), sha256))
    body = cache.get("read", key) if sha256 else None
    kept = None if body is None else DOCUMENT.load(body)
    if body is not None and kept is not None:
        return replace(kept, document_id=source.document_id, path=source.path), body, True
    document = stages.read(source)
    body = DOCUMENT.dump(replace(document, document_id="", path=""))
    if document.status != "failed" and sha256 and document.sha256 == sha256:
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


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, empty where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def unread(source: Input) -> Document:
    """The document before anything is known of it but its name and its bytes."""
    path = Path(source.path)
    return Document(source.document_id, source.path, file_sha256(path), path.suffix.lower().lstrip("."))


def _lost(source: Input, lost: Lost) -> Extraction:
    failure = _failure(source, lost.step or "read", lost.error, lost.detail)
    return Extraction(_failed(unread(source), failure), failure=failure)


def _failed(document: Document, failure: Failure) -> Document:
    return replace(document, status="failed", reason=f"{failure.stage}: {failure.detail}")


def _failure(source: Input, stage: str, error: str, detail: str) -> Failure:
    return Failure(source.document_id, source.path, stage, error, detail)
