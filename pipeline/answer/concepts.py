"""Names of one thing as the vocabularies know them, so that a question's `HDRS` meets a table's `HAM-D`.

A name is replaced by a token (`@scales:ham-d`), which is compared like a stem. The versions of a scale are one.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from pipeline.answer.words import plain, stems
from pipeline.vocabulary import Concept, vocabulary

_WORD = re.compile(r"[^\W_]+")
_LONGEST = 8
_BROAD = frozenset(("adverse_events", "tolerability"))
"""Outcomes that stems know better."""
_GATHERING = frozenset(("class", "benefit", "pharmacokinetic", "process"))
"""Kinds of concepts whose names are not of one thing: `sleep` gathers latency, efficiency and awakenings."""
_SURE = 4
"""A name of one word with fewer letters counts in capitals only."""


@lru_cache(maxsize=20_000)
def substituted(text: str, kinds: tuple[str, ...]) -> frozenset[str]:
    """The stems of a phrase with a token in place of every name of these vocabularies, the longest names first."""
    said = plain(text)
    words = [(match.group(), match.start(), match.end()) for match in _WORD.finditer(said)]
    tokens: set[str] = set()
    left, place, done = [], 0, 0
    names = _names(kinds)
    while place < len(words):
        for count in range(min(_LONGEST, len(words) - place), 0, -1):
            run = words[place : place + count]
            token = names.get(tuple(word.lower() for word, _, _ in run))
            if token and (count > 1 or len(run[0][0]) >= _SURE or run[0][0].isupper()):
                tokens.add(token)
                left.append(said[done : run[0][1]])
                done, place = run[-1][2], place + count
                break
        else:
            place += 1
    return frozenset((*stems(" ".join([*left, said[done:]])), *tokens))


def is_token(word: str) -> bool:
    return word.startswith("@")


def tokens_in(text: str, kinds: tuple[str, ...]) -> frozenset[str]:
    """The tokens of the names in a phrase."""
    return frozenset(word for word in substituted(text, kinds) if is_token(word))


@cache
def _names(kinds: tuple[str, ...]) -> dict[tuple[str, ...], str]:
    """The words of each name with its token; a name of several things has none."""
    found: dict[tuple[str, ...], str] = {}
    shared: set[tuple[str, ...]] = set()
    for kind in kinds:
        ids = {concept.id for concept in vocabulary(kind)}
        for concept in vocabulary(kind):
            token = f"@{kind}:{_family(concept, ids)}"
            for name in concept.names if concept.id not in _BROAD and concept.kind not in _GATHERING else ():
                words = tuple(_WORD.findall(plain(name).lower()))
                if not words or name in _doubtful(concept):
                    continue
                if found.setdefault(words, token) != token:
                    shared.add(words)
    return {words: token for words, token in found.items() if words not in shared}


def _family(concept: Concept, ids: set[str]) -> str:
    """A scale's id without its version."""
    base = re.sub(r"-\d+$", "", concept.id)
    return base if base in ids and " item" not in concept.preferred else concept.id


def _doubtful(concept: Concept) -> frozenset[str]:
    """The names that count only in a context that says so."""
    _, _, listed = concept.note.partition("needs context:")
    return frozenset(name.strip() for name in re.split(r"[,;]", listed) if name.strip())
