"""Names of authors, and the ids of studies that are made from them. Standard library only."""

from __future__ import annotations

import re
import unicodedata

# Letters that Unicode does not take apart into a letter and a mark.
_WHOLE = str.maketrans({"ø": "o", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_INITIALS = re.compile(r"(?:[A-Z]\.?-?){1,4}")


def slug(name: str) -> str:
    """Lower-case ASCII letters and digits of a name: `aan het Rot` is `aanhetrot`."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_WHOLE)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", plain)


def surname(author: str) -> str:
    """The family name of an author printed as in a bibliography: `Zarate CA Jr`, `aan het Rot M`, `Wan, L. B.`"""
    if "," in author:
        return author.split(",", maxsplit=1)[0]
    words = author.split()
    end = next((place for place, word in enumerate(words) if place and _INITIALS.fullmatch(word)), len(words))
    return " ".join(words[:end])


def study_id(first_author: str, year: str) -> str:
    """The surname and the year: `zarate2006`, `aanhetrot2010`."""
    return slug(first_author) + year
