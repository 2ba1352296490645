"""A sentence with what was recognised in it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

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
        """The drugs and controls named; classes of drugs are nobody's treatment."""
        return tuple(one for one in self.of(Role.TREATMENT) if not is_class(one))

    @property
    def instruments(self) -> tuple[Mention, ...]:
        """The scales named; a short form in brackets after the full name (`25-item HAMILTON (HAM-D)`) is not another."""
        scales = self.of(Role.INSTRUMENT)
        brackets = {
            two.start
            for one, two in pairwise(scales)
            if self.text[one.end : two.start].strip() == "(" and self.text[two.end : two.end + 1] == ")"
        }
        return tuple(one for one in scales if one.start not in brackets)

    @property
    def active(self) -> tuple[Mention, ...]:
        return tuple(one for one in self.treatments if not is_inert(one))

    @property
    def moments(self) -> tuple[Mention, ...]:
        return tuple(one for one in self.of(Role.TIME) if is_time(one))
