"""A sentence with what was recognised in it."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.assemble.items import is_class, is_inert, is_time, role_of
from pipeline.document import Citation, Document, Span
from pipeline.evidence import Mention, Source
from pipeline.fields import Role


@dataclass(frozen=True, slots=True)
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
    own: bool = False
    """Whether the sentence belongs to the report of a study, and speaks of that study."""

    @property
    def text(self) -> str:
        """The whole document's text: offsets of mentions point into it."""
        return self.document.text

    def of(self, *roles: Role) -> tuple[Mention, ...]:
        return tuple(one for one in self.mentions if role_of(one) in roles)

    @property
    def treatments(self) -> tuple[Mention, ...]:
        """The drugs and controls given; classes of drugs are nobody's treatment, and one given before is not this one."""
        given = [one for one in self.of(Role.TREATMENT) if not is_class(one) and "historical" not in one.context]
        return tuple(given)

    @property
    def instruments(self) -> tuple[Mention, ...]:
        """The scales named. Where a version of one is (`HAM-D-25`), its short form (`HAM-D`) does not name another."""
        scales = self.of(Role.INSTRUMENT)
        versions = {one.concept_id for one in scales}
        return tuple(one for one in scales if not any(version.startswith(f"{one.concept_id}-") for version in versions))

    @property
    def active(self) -> tuple[Mention, ...]:
        return tuple(one for one in self.treatments if not is_inert(one))

    @property
    def moments(self) -> tuple[Mention, ...]:
        return tuple(one for one in self.of(Role.TIME) if is_time(one))
