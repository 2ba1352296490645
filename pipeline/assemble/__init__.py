"""Binds mentions into records: who got what, at which dose, measured how, when, with which result, and says who says so."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.assemble.derive import completed
from pipeline.assemble.items import is_modality, is_wordy, role_of
from pipeline.assemble.prose import prose_records
from pipeline.assemble.prose.pictured import pictured
from pipeline.assemble.studies import Studies
from pipeline.assemble.tables import table_records
from pipeline.document import Document
from pipeline.evidence import EvidenceRecord, Mention
from pipeline.fields import BY_NAME, Role

__all__ = ["assemble", "given_in"]

# So near must a dose stand to a chemical that no vocabulary knows, in characters.
_BESIDE = 25


def assemble(document: Document, mentions: Sequence[Mention]) -> tuple[EvidenceRecord, ...]:
    """The records that a document states, sorted by where they stand. `mentions` are sorted by start."""
    studies = Studies.of(document)
    mentions = given_in(mentions)
    records = [*table_records(document, mentions, studies), *prose_records(document, mentions, studies)]
    if studies.reports_own:
        records += pictured(document, mentions, records)
    return completed(sorted(records, key=lambda record: (record.start, record.end)))


def given_in(mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions that may fill a column."""
    doses = [one for one in mentions if "dose" in BY_NAME[one.field].columns.values() and one.value is not None]
    return [one for one in mentions if _may_be_given(one, doses)]


def _may_be_given(one: Mention, doses: Sequence[Mention]) -> bool:
    """Whether a mention may fill a column. A modality is no route, and a dose told in words alone is no amount.

    A chemical that no vocabulary knows counts as a treatment only where a dose stands beside it: glutamate and oxygen
    are found too, and given to nobody.
    """
    if is_modality(one) or is_wordy(one):
        return False
    if one.concept_id or role_of(one) is not Role.TREATMENT:
        return True
    return any(max(one.start - dose.end, dose.start - one.end) <= _BESIDE for dose in doses)
