"""Who a statement is about: study ids, made from the bibliography and from what the text prints before a citation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.document import Citation, Document, Reference
from pipeline.names import slug, study_id, surname

_AUTHOR_BEFORE = re.compile(
    r"((?:\b(?i:van|von|de|der|den|het|aan|del|la|le|da|di|ter|ten) ){0,3}[A-Z][\w'’-]+)"
    r"(?: et al\.?,?| and [A-Z][\w'’-]+| and (?:colleagues|co-?workers)) ?$",
)
_AUTHOR_YEAR_BEFORE = re.compile(
    r"\b([A-Z][\w'’-]+)(?: et al\.?| (?:and|&) [A-Z][\w'’-]+| and colleagues)?,? ?\(?((?:19|20)\d\d[a-z]?)\)?,? ?$"
)
_OWN = frozenset(("methods", "results"))


@dataclass(frozen=True, slots=True)
class Studies:
    """The studies that a document can speak of. `reports_own` says whether it is itself the report of a study."""

    by_label: Mapping[str, str]
    reports_own: bool

    @classmethod
    def of(cls, document: Document) -> Studies:
        kinds = {section.kind for section in document.sections}
        own = kinds >= _OWN or ("abstract" in kinds and not document.citations)
        return cls({**_unlisted(document), **study_ids(document.references)}, own)

    def cited(self, citation: Citation) -> tuple[str, ...]:
        """A study id for each label of a citation."""
        return tuple(self.by_label[label] for label in citation.labels)

    def named(self, text: str) -> str:
        """The study that a row's first cell names by author and year; empty where it does not."""
        year = re.search(r"\b(?:19|20)\d\d[a-z]?\b", text)
        author = re.match(r"[^\W\d_][\w'’-]*", text)
        return study_id(author[0], year[0]) if author and year else ""


def _unlisted(document: Document) -> dict[str, str]:
    """Ids for labels that no bibliography explains: `zarate2006` where author and year stand before the citation,
    `zarate-ref49` where the author does, else `ref49`.
    """
    ids: dict[str, str] = {}
    for citation in document.citations:
        before = document.text[max(0, citation.start - 60) : citation.start].replace("\n", " ")
        if whole := _AUTHOR_YEAR_BEFORE.search(before):
            ids.setdefault(citation.labels[0], study_id(whole[1], whole[2]))
    named: set[str] = set()
    for citation in document.citations:
        before = document.text[max(0, citation.start - 60) : citation.start].replace("\n", " ")
        author = _AUTHOR_BEFORE.search(before)
        for place, label in enumerate(citation.labels):
            name = f"ref{label}" if label.isdigit() else slug(label)
            if author and place == 0 and label not in named and label not in ids:
                named.add(label)
                ids[label] = f"{slug(author[1])}-{name}"
            ids.setdefault(label, name)
    return ids


def study_ids(references: tuple[Reference, ...]) -> dict[str, str]:
    """Label to study id, `<first author><year>`; the second of a name gets `b`, the third `c`, in list order."""
    taken: dict[str, int] = {}
    ids: dict[str, str] = {}
    for reference in references:
        if not reference.authors or not reference.year:
            continue
        base = study_id(surname(reference.authors[0]), reference.year)
        count = taken.get(base, 0)
        taken[base] = count + 1
        ids[reference.label] = base if count == 0 else base + chr(ord("a") + count)
    return ids
