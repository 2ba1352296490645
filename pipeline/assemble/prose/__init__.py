"""Records from running text. Each sentence is read with the studies it cites, or the study the text last spoke of."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from pipeline.assemble.items import identity, is_class, is_inert, is_of_the_body, item, items_of, record, role_of
from pipeline.assemble.prose.around import asides, is_money, is_tally, is_threshold
from pipeline.assemble.prose.results import statements
from pipeline.assemble.prose.sentence import Sentence
from pipeline.assemble.studies import Studies
from pipeline.document import Block, Citation, Document
from pipeline.evidence import DataItem, EvidenceRecord, Mention, Source
from pipeline.fields import Role
from pipeline.sentences import sentences

_NEW_CLAUSE = re.compile(r"[,;] (?:and|while|whereas|but)\b|;")
# A longer list of citations says that several papers agree; what follows it is not about any one of them.
_INHERITED_LABELS = 2


@dataclass
class Memory:
    """What the paragraph has said so far: the studies and the drug spoken of last, and of each study its drug and its sample."""

    studies: tuple[tuple[str, Citation], ...] = ()
    last: Mention | None = None
    drug: dict[str, Mention] = field(default_factory=dict)
    sample: dict[str, Mention] = field(default_factory=dict)


def prose_records(document: Document, mentions: Sequence[Mention], studies: Studies) -> Iterator[EvidenceRecord]:
    """The records of a document's paragraphs, in reading order."""
    main = main_drug(mentions) if studies.reports_own else None
    for block in document.blocks:
        if block.kind in ("paragraph", "list"):
            memory = Memory()
            held = list(_sentences(document, block, mentions, own=studies.reports_own))
            named = _named_by_headings(document, block, mentions)
            of_section = main_drug(_in_section(document, block, mentions))
            for sentence, following in zip_longest(held, held[1:]):
                if not memory.studies and not sentence.citations and following is not None and following.citations:
                    memory.studies = _about(following.citations[0], studies)
                for anchor, items in statements(sentence):
                    for study, citation in _owners(sentence, anchor, studies, memory):
                        drug = (
                            None
                            if is_money(anchor) and not sentence.reports
                            else (
                                memory.drug.get(study)
                                or memory.last
                                or named
                                or main
                                or (of_section if citation is not None else None)
                            )
                        )
                        yield _finished(sentence, items, study, citation, drug, memory.sample.get(study))
                yield from _asides(sentence, studies, memory)
                _remember(sentence, studies, memory)
        elif block.kind == "note":
            for sentence in _sentences(document, block, mentions, own=studies.reports_own):
                yield from _asides(sentence, studies, Memory())


def _asides(sentence: Sentence, studies: Studies, memory: Memory) -> Iterator[EvidenceRecord]:
    """What stands around results is told of the study cited right there; a tally is told of none that was cited before."""
    results = [one for one in sentence.of(Role.MEASUREMENT) if not is_threshold(sentence.text, one)]
    for anchor, items in asides(sentence):
        known = Memory() if is_tally(anchor) else memory
        for study, citation in _owners(sentence, anchor, studies, known):
            own = citation is not None and any(anchor.end <= one.start < citation.start for one in results)
            about = (sentence.document.document_id, None) if own else (study, citation)
            yield _finished(sentence, items, *about, None, None)


def main_drug(mentions: Sequence[Mention]) -> Mention | None:
    """The treatment that a document speaks of most: the one meant where a sentence names none."""
    drugs = [one for one in mentions if role_of(one) is Role.TREATMENT and not is_inert(one) and not is_class(one)]
    counts = Counter(identity(one) for one in drugs)
    return max(drugs, key=lambda one: (counts[identity(one)], -one.start), default=None)


def _named_by_headings(document: Document, block: Block, mentions: Sequence[Mention]) -> Mention | None:
    """The treatment that the nearest heading over a paragraph names."""
    over = [section for section in document.sections if section.start <= block.start < section.end]
    for section in sorted(over, key=lambda section: -section.level):
        heading = section.start + len(section.title) + 20
        for one in mentions:
            if (
                section.start <= one.start
                and one.end <= heading
                and role_of(one) is Role.TREATMENT
                and not is_inert(one)
            ):
                return one
    return None


def _in_section(document: Document, block: Block, mentions: Sequence[Mention]) -> Sequence[Mention]:
    section = document.section_at(block.start)
    return [one for one in mentions if section.start <= one.start < section.end] if section is not None else ()


def _sentences(document: Document, block: Block, mentions: Sequence[Mention], *, own: bool) -> Iterator[Sentence]:
    section = document.section_at(block.start)
    source: Source = "abstract" if section is not None and section.kind == "abstract" else "prose"
    before: tuple[Mention, ...] = ()
    measured: tuple[Mention, ...] = ()
    for span in sentences(document.text, block.start, block.end):
        first = bisect_left(mentions, span.start, key=lambda one: one.start)
        last = bisect_left(mentions, span.end, key=lambda one: one.start)
        held = tuple(one for one in mentions[first:last] if one.end <= span.end)
        cited = tuple(one for one in document.citations if span.start <= one.start < span.end)
        kind = section.kind if section is not None else ""
        sentence = Sentence(document, span, source, held, cited, before, measured, kind, own)
        yield sentence
        measured = sentence.of(Role.OUTCOME, Role.INSTRUMENT)
        before = tuple({identity(one): one for one in reversed(sentence.treatments)}.values())[::-1]


def _owners(
    sentence: Sentence, anchor: Mention, studies: Studies, memory: Memory
) -> Sequence[tuple[str, Citation | None]]:
    """The studies that a statement is about: of the citation that follows it, else the one before, else the last spoken of."""
    if not sentence.citations:
        inherited = () if studies.reports_own else memory.studies
        return inherited or ((sentence.document.document_id, None),)
    rivals = [one for one in sentence.mentions if one.field == anchor.field and one is not anchor]
    owner = sentence.citations[0]
    for citation in sentence.citations:
        if citation.start >= anchor.end:
            if owner.end <= anchor.start and ";" in sentence.text[anchor.end : citation.start]:
                break
            if not any(
                anchor.end <= rival.start < citation.start
                and _NEW_CLAUSE.search(sentence.text, anchor.end, rival.start)
                for rival in rivals
            ):
                owner = citation
            break
        owner = citation
    return _about(owner, studies)


def _about(citation: Citation, studies: Studies) -> tuple[tuple[str, Citation], ...]:
    return tuple(dict.fromkeys((study, citation) for study in studies.cited(citation)))


def _finished(
    sentence: Sentence,
    items: Sequence[DataItem],
    study: str,
    citation: Citation | None,
    drug: Mention | None,
    sample: Mention | None,
) -> EvidenceRecord:
    """Adds what the sentence leaves to its readers: the citation as printed, the drug and the sample spoken of before."""
    document = sentence.document
    more = list(items)
    if citation is not None:
        more.append(item(document, "citations", ";".join(citation.labels), citation.start, citation.end, "citation"))
    have = {one.column for one in more}
    if drug is not None and not have & {"drug", "arm"}:
        more.extend(items_of(document, drug, "inherited"))
    if sample is not None and not have & {"n", "arm_n"}:
        more.extend(items_of(document, sample, "inherited"))
    return record(document, study, sentence.source, sentence.span.start, sentence.span.end, more)


def _remember(sentence: Sentence, studies: Studies, memory: Memory) -> None:
    if sentence.citations:
        last = _about(sentence.citations[-1], studies)
        memory.studies = last if len(last) <= _INHERITED_LABELS else ()
    about = [study for study, _ in memory.studies] or [sentence.document.document_id]
    samples = sentence.of(Role.SAMPLE)
    given = next((one for one in sentence.active if not is_of_the_body(one)), None)
    if given is not None:
        memory.last = given
        memory.drug.update(dict.fromkeys(about, given))
    for study in about:
        if len(samples) == 1 and memory.studies:
            memory.sample[study] = samples[0]
