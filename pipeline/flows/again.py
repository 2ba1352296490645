"""Whether a run's folder holds just what would come out again: then there is nothing to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from pipeline.about import made_by
from pipeline.cache import digest
from pipeline.document import Input
from pipeline.export.folder import unchanged
from pipeline.extract import Given, known_digest, portion_key
from pipeline.places import Digests


def told(sources: Sequence[Input], given: Given, digests: Digests, others: Mapping[str, str] | None = None) -> str:
    """A digest of all that decides what comes out: the program, what each document's portion is made from, and others.

    Empty where that is not known before a document is opened.
    """
    of_bytes = [known_digest(one, digests) for one in sources]
    if not all(of_bytes):
        return ""
    pairs = zip(sources, of_bytes, strict=True)
    named = [f"{one.path}\t{portion_key(one, sha256, given)}" for one, sha256 in pairs]
    made = [f"{key}={value}" for key, value in sorted({**made_by(), **(others or {})}.items())]
    return digest(text.encode(errors="replace") for text in (*made, *named))


def before(out: Path, inputs: str) -> Mapping[str, int]:
    """How many rows each table has, where `out` holds just what would come out. A document that failed is tried again."""
    counts = cast(Mapping[str, int], unchanged(out, inputs).get("counts", {})) if inputs else {}
    return counts if counts.get("failures") == 0 else {}
