"""A sentence with what was recognised in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.assemble.items import is_amount, is_class, is_inert, is_time, role_of
from pipeline.document import Citation, Document, Span
from pipeline.evidence import Mention, Source
from pipeline.fields import Role

_SINCE = re.compile(r" since\b")
_ONE = re.compile(r"(?<!\bas )(?<!\blike )\b(?:an?|one) $")
_QUALITY = re.compile(r"[- ](?:effect|respon|action|propert|like|activit|agent|drug|medic|treat|therap)")


@dataclass(frozen=True, slots=True, eq=False)  # each is one of its kind, so that what is found in it can be kept
class Sentence:
    """A sentence of a document with its mentions and the citations it holds."""

    document: Document
    span: Span
    source: Source
    mentions: tuple[Mention, ...]
    citations: tuple[Citation, ...]
    before: tuple[Mention, ...] = ()
    """The treatments that the sentence before named."""
    measured: tuple[Mention, ...] = ()
    """The outcomes and instruments that the sentence before named."""
    section: str = ""
    """The kind of section that holds the sentence."""
    reports: bool = False
    """Whether the document is the report of a study."""

    @property
    def text(self) -> str:
        """The whole document's text: offsets of mentions point into it."""
        return self.document.text

    @property
    def own(self) -> bool:
        """Whether the sentence belongs to the report of a study, and speaks of that study."""
        return self.reports and not self.citations

    def of(self, *roles: Role) -> tuple[Mention, ...]:
        return tuple(one for one in self.mentions if role_of(one) in roles)

    @property
    def treatments(self) -> tuple[Mention, ...]:
        """The drugs and controls given, but not those given before.

        Classes of drugs are nobody's treatment, unless the sentence names no other and speaks of one of them
        (`a dose of an NMDA antagonist`).
        """
        named = [one for one in self.of(Role.TREATMENT) if "historical" not in one.context]
        given = [one for one in named if not is_class(one)]
        return tuple(given or [one for one in named if self._is_one(one)])

    def _is_one(self, drug: Mention) -> bool:
        """Whether the name of a class means one drug of it, not a kind of effect."""
        before, after = self.text[max(0, drug.start - 8) : drug.start], self.text[drug.end : drug.end + 12]
        return bool(_ONE.search(before)) and not _QUALITY.match(after)

    @property
    def instruments(self) -> tuple[Mention, ...]:
        """The scales named. Where a version of one is (`HAM-D-25`), its short form (`HAM-D`) does not name another."""
        scales = self.of(Role.INSTRUMENT)
        versions = {one.concept_id for one in scales}
        return tuple(one for one in scales if not any(version.startswith(f"{one.concept_id}-") for version in versions))

    @property
    def amounts(self) -> tuple[Mention, ...]:
        """The doses named, in numbers."""
        return tuple(one for one in self.of(Role.REGIMEN) if is_amount(one))

    @property
    def active(self) -> tuple[Mention, ...]:
        return tuple(one for one in self.treatments if not is_inert(one))

    @property
    def moments(self) -> tuple[Mention, ...]:
        """The time points named; `15 years since` dates the text, not an effect."""
        return tuple(one for one in self.of(Role.TIME) if is_time(one) and not _SINCE.match(self.text, one.end))
