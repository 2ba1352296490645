"""The spaCy pipeline: blank English, a tokenizer made for numbers, scispaCy's abbreviations, and our three factories.

`nlp` is stateful (scispaCy's detector changes its matcher), so there is one for each process and no thread shares it.
"""

from __future__ import annotations

import re
from functools import cache

import scispacy.abbreviation  # noqa: F401  registers "abbreviation_detector"
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

from pipeline.annotate import components, entities
from pipeline.fields import FIELDS, Quantities, Terms

# Numbers, words and single marks each become a token, so that `0.5mg/kg`, `n=18` and `HDRS-17` come apart and every
# quantity ends where a token ends.
_TOKEN = re.compile(r"\d+(?:[.,·]\d+)*|[^\W\d_]+|[^\S ]+|  +|[^\w\s]|_")
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"
_SPACES = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_PLAIN = str.maketrans(
    dict.fromkeys(_DASHES, "-")
    | dict.fromkeys(_SPACES, " ")
    | {"\u2019": "'", "\u2018": "'", "\u2044": "/", "\u03bc": "\u00b5", "\uff05": "%", "\n": " ", "\r": " "}
)


def plain(text: str) -> str:
    """The text with one form for every dash, space, apostrophe and micro sign; no character moves.

    A line break inside a paragraph becomes a space; paragraphs must be given one at a time.
    """
    return text.translate(_PLAIN)


class NumberTokenizer:
    """Splits text into numbers, words and marks; see `_TOKEN`."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        words: list[str] = []
        spaces: list[bool] = []
        end = 0
        for match in _TOKEN.finditer(text):
            if match.start() > end:
                # One plain space: spaCy keeps it with the token before; at the very start it is a token itself.
                if words:
                    spaces[-1] = True
                else:
                    words.append(" ")
                    spaces.append(False)
            words.append(match[0])
            spaces.append(False)
            end = match.end()
        if end < len(text) and words:
            spaces[-1] = True
        return Doc(self.vocab, words=words, spaces=spaces)


@cache
def nlp() -> Language:
    """This process's pipeline: the rules, then the trained component."""
    language = rules()
    language.add_pipe(entities.ENTITIES)
    return language


def rules() -> Language:
    """The pipeline without the trained component, which is trained on what this one finds.

    Each field has a span group of its own: mentions of different fields may overlap.
    """
    language = spacy.blank("en")
    language.tokenizer = NumberTokenizer(language.vocab)
    language.max_length = 50_000_000
    language.add_pipe("abbreviation_detector")
    for field in FIELDS:
        if isinstance(field.finder, Terms):
            language.add_pipe(
                components.TERMS, name=field.name, config={"field": field.name, "vocabulary": field.finder.vocabulary}
            )
        elif isinstance(field.finder, Quantities) and field.finder.vocabulary:
            language.add_pipe(
                components.TERMS,
                name=f"{field.name}_names",
                config={"field": field.name, "vocabulary": field.finder.vocabulary},
            )
    language.add_pipe(components.QUANTITIES)
    return language
