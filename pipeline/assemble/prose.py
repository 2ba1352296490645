"""Records from running text. Each sentence is read with the studies it cites, or the study the text last spoke of."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.assemble.binding import nearest, respectively
from pipeline.assemble.items import (
    is_class,
    is_counted,
    is_inert,
    is_time,
    is_time_outcome,
    item,
    items_of,
    joined,
    record,
    role_of,
)
from pipeline.assemble.studies import Studies
from pipeline.document import Citation, Document, Span
from pipeline.evidence import DataItem, EvidenceRecord, Mention, Source
from pipeline.fields import BY_NAME, Role
from pipeline.sentences import sentences

# A longer list of citations says that several papers agree; what follows it is not about each of them.
_INHERITED_STUDIES = 2
_DEFINITION = re.compile(r"\b(?:defin\w+|criteri\w+|threshold)\b[^.;)]{0,90}$", re.IGNORECASE)
_SHIFT = re.compile(r" ?(?:reduction|decrease|improvement|increase|fall|drop|decline|rise)\b", re.IGNORECASE)
_COMPARED = re.compile(r"\b(?:vs|versus|compar\w+|than|against|(?:relative|superior|inferior) to|or|and)\b", re.IGNORECASE)
_COMPARING = re.compile(r"\bcompar\w+", re.IGNORECASE)
_TO = re.compile(r"\b(?:to|with)\b")
_SIGNIFICANT = re.compile(r"\bsignifican\w+", re.IGNORECASE)


@dataclass
class Memory:
    """What the paragraph has said so far: the study spoken of last, and of each study its drug and its sample."""

    study: tuple[str, Citation] | None = None
    drug: dict[str, Mention] = field(default_factory=dict)
    sample: dict[str, Mention] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its mentions by role and the citations it holds."""

    document: Document
    span: Span
    source: Source
    mentions: tuple[Mention, ...]
    citations: tuple[Citation, ...]

    def of(self, *roles: Role) -> tuple[Mention, ...]:
        return tuple(one for one in self.mentions if role_of(one) in roles)

    @property
    def treatments(self) -> tuple[Mention, ...]:
        return tuple(one for one in self.of(Role.TREATMENT) if not is_class(one))


def prose_records(document: Document, mentions: Sequence[Mention], studies: Studies) -> Iterator[EvidenceRecord]:
    """The records of a document's paragraphs, in reading order."""
    main = main_drug(mentions)
    starts = [one.start for one in mentions]
    for block in document.blocks:
        if block.kind not in ("paragraph", "list"):
            continue
        section = document.section_at(block.start)
        source: Source = "abstract" if section is not None and section.kind == "abstract" else "prose"
        memory = Memory()
        for span in sentences(document.text, block.start, block.end):
            held = tuple(
                one for one in mentions[bisect_left(starts, span.start) : bisect_left(starts, span.end)] if one.end <= span.end
            )
            cited = tuple(one for one in document.citations if span.start <= one.start < span.end)
            yield from _sentence_records(Sentence(document, span, source, held, cited), studies, memory, main)


def main_drug(mentions: Sequence[Mention]) -> Mention | None:
    """The treatment that a document speaks of most: the one meant where a sentence names none."""
    drugs = [one for one in mentions if role_of(one) is Role.TREATMENT and not is_inert(one) and not is_class(one)]
    counts = Counter(one.concept_id for one in drugs)
    return max(drugs, key=lambda one: (counts[one.concept_id], -one.start), default=None)


def _sentence_records(sentence: Sentence, studies: Studies, memory: Memory, main: Mention | None) -> Iterator[EvidenceRecord]:
    results = [one for one in sentence.of(Role.MEASUREMENT) if not _is_definition(sentence.document.text, one)]
    times = [one for one in sentence.mentions if is_time(one) and _is_result(sentence, one)]
    anchors = sorted([*results, *times], key=lambda one: one.start)
    made: list[tuple[Mention, list[DataItem]]]
    if anchors:
        made = [(one, list(_result(sentence, one, anchors, times))) for one in anchors]
        made = [(one, items) for one, items in made if _says_something(items)]
    else:
        made = []
    if not made:
        made = list(_without_results(sentence))
    for anchor, items in made:
        study, citation = _owner(sentence, anchor, studies, memory)
        yield _finished(sentence, items, study, citation, memory, main, studies.reports_own)
    _remember(sentence, studies, memory)


def _is_definition(text: str, one: Mention) -> bool:
    """`defined as a reduction of at least 50 %` states a threshold, not a result."""
    return bool(_DEFINITION.search(text[max(0, one.start - 100) : one.start]))


def _is_result(sentence: Sentence, one: Mention) -> bool:
    """A time is a result where the outcome it belongs to is itself a time, or where it says how long an effect lasted."""
    text = sentence.document.text
    governing = nearest(text, one, sentence.of(Role.OUTCOME), right=25, limit=200)
    if is_time_outcome(governing):
        return True
    lasts = role_of(one) is Role.REGIMEN and not _length_of_treatment(text, one)
    return lasts and not sentence.of(Role.MEASUREMENT) and nearest(text, one, sentence.of(Role.OUTCOME), limit=90) is not None


def _says_something(items: Sequence[DataItem]) -> bool:
    columns = {one.column for one in items}
    return bool(columns & {"outcome", "scale"})


def _result(sentence: Sentence, one: Mention, anchors: Sequence[Mention], times: Sequence[Mention]) -> Iterator[DataItem]:
    """The items of a result: the number, then what was measured, with what, when, on whom, after which treatment."""
    document, text = sentence.document, sentence.document.text
    alike = [other for other in anchors if role_of(other) is role_of(one)]
    end = sentence.span.end
    if one in times:
        yield from _timed(document, one)
    else:
        yield from items_of(document, one, "sentence")
        shifted = one.unit == "%" and _SHIFT.match(text, one.end, one.end + 20)
        yield item(document, "measure", "change" if shifted else BY_NAME[one.field].measure, one.start, one.end, f"{one.field}.sentence")
    outcome = _paired(text, one, alike, _fitting(one, sentence.of(Role.OUTCOME)), end)
    if outcome is not None:
        yield from items_of(document, outcome, "nearest")
    scale = nearest(text, one, sentence.of(Role.INSTRUMENT), [])
    if scale is not None and one not in times:
        yield from items_of(document, scale, "nearest")
    for precise in sentence.of(Role.PRECISION):
        following = [other for other in anchors if other.start < precise.start]
        if following and following[-1] is one:
            yield from items_of(document, precise, "following")
    when = [other for other in sentence.mentions if is_time(other) and other not in times and role_of(other) is Role.TIME]
    moment = nearest(text, one, when, alike, limit=150)
    if moment is not None:
        yield from items_of(document, moment, "nearest")
    yield from _treatment(sentence, one, alike)
    yield from _setting(sentence, one)


def _fitting(one: Mention, outcomes: Sequence[Mention]) -> Sequence[Mention]:
    """The outcomes that a result can be of: a share of people is of an outcome that some have and some have not."""
    shares = "events" in BY_NAME[one.field].columns.values()
    return [outcome for outcome in outcomes if is_counted(outcome)] or outcomes if shares else outcomes


def _timed(document: Document, one: Mention) -> Iterator[DataItem]:
    rule = f"{one.field}.time"
    if one.value is not None:
        yield item(document, "value", one.value, one.start, one.end, rule, unit=one.unit)
    if one.value_high is not None:
        yield item(document, "value_high", one.value_high, one.start, one.end, rule, unit=one.unit)
    yield item(document, "unit", one.unit, one.start, one.end, rule)
    yield item(document, "measure", "time", one.start, one.end, rule)


def _paired(
    text: str, one: Mention, alike: Sequence[Mention], candidates: Sequence[Mention], end: int
) -> Mention | None:
    in_order = respectively(text, alike, candidates, end)
    return in_order.get(one.start) or nearest(text, one, candidates)


def _treatment(sentence: Sentence, one: Mention, alike: Sequence[Mention]) -> Iterator[DataItem]:
    """The arm that a result belongs to, its regimen, and what it was held against."""
    document, text = sentence.document, sentence.document.text
    drugs = sentence.treatments
    in_order = respectively(text, alike, drugs, sentence.span.end)
    given = in_order.get(one.start)
    active = [drug for drug in drugs if not is_inert(drug)]
    if given is None:
        contrast = BY_NAME[one.field].measure == "difference" or len(alike) < 2
        given = nearest(text, one, active if contrast and active else drugs, alike)
    if given is not None and active and len(alike) < 2 and role_of(one) is not Role.MEASUREMENT:
        # How a study was made is told of the treatment under test, which is named first.
        given = active[0]
    if given is not None:
        yield from items_of(document, given, "nearest")
        yield item(document, "arm", given.preferred, given.start, given.end, f"{given.field}.nearest")
        if not is_inert(given):
            yield from _comparator(sentence, given)
    yield from _regimen(sentence, one, given, alike)


def _comparator(sentence: Sentence, given: Mention) -> Iterator[DataItem]:
    document, text = sentence.document, sentence.document.text
    others = [drug for drug in sentence.treatments if drug.concept_id != given.concept_id]
    for other in others:
        between = text[min(given.end, other.end) : max(given.start, other.start)]
        if is_inert(other) or _COMPARED.search(between) or (_COMPARING.search(text, sentence.span.start, given.start) and _TO.search(between)):
            yield item(document, "comparator", other.preferred, other.start, other.end, f"{other.field}.compared")
            doses = [dose for dose in sentence.of(Role.REGIMEN) if _is_amount(dose)]
            own = nearest(text, other, doses, [given], right=0, limit=30)
            if own is not None and nearest(text, own, sentence.treatments, right=6) is other:
                yield from items_of(
                    document,
                    own,
                    "compared",
                    columns={"dose": "comparator_dose", "dose_unit": "comparator_dose_unit", "dose_high": ""},
                )
            return


def _is_amount(one: Mention) -> bool:
    return one.value is not None and "dose" in BY_NAME[one.field].columns.values()


def _regimen(sentence: Sentence, one: Mention, given: Mention | None, alike: Sequence[Mention]) -> Iterator[DataItem]:
    """Dose, route, schedule and length: of each the one nearest to the result where there are several, else the only one."""
    text = sentence.document.text
    by_field: dict[str, list[Mention]] = {}
    for mention in sentence.of(Role.REGIMEN):
        if mention is not one and not (is_time(mention) and mention in alike):
            by_field.setdefault(mention.field, []).append(mention)
    for found in by_field.values():
        if is_time(found[0]):
            found = [length for length in found if _length_of_treatment(text, length)]
        if _is_amount(found[0]) if found else False:
            others = [drug for drug in sentence.treatments if given is None or drug.concept_id != given.concept_id]
            found = [dose for dose in found if nearest(text, dose, [*others, *([given] if given else [])]) not in others or not given]
        best = nearest(text, one, found, alike, right=0, limit=300)
        if best is not None:
            yield from items_of(sentence.document, best, "sentence")


_LENGTH_BEFORE = re.compile(r"\b(?:over|infus\w+ (?:over|for|lasting))(?: \w+)? ?$", re.IGNORECASE)
_LENGTH_AFTER = re.compile(r"(?: ?-?(?:long|lasting))? ?-?(?:\w+ ){0,2}?(?:infusion|bolus|injection|treatment|therapy|course|regimen)", re.IGNORECASE)


def _length_of_treatment(text: str, one: Mention) -> bool:
    """Whether an amount of time says how long the treatment was given, not how long an effect or a study lasted."""
    return bool(_LENGTH_BEFORE.search(text[max(0, one.start - 30) : one.start]) or _LENGTH_AFTER.match(text, one.end, one.end + 40))


def _without_results(sentence: Sentence) -> Iterator[tuple[Mention, list[DataItem]]]:
    """A sentence without a numeric result may state P values, time points of an effect, or how a study was made."""
    document, text = sentence.document, sentence.document.text
    outcomes = [*sentence.of(Role.OUTCOME), *sentence.of(Role.INSTRUMENT)]
    moments = [one for one in sentence.of(Role.TIME) if is_time(one)]
    precise = sentence.of(Role.PRECISION)
    if outcomes and (moments or precise):
        for one in moments or precise[:1]:
            items = list(items_of(document, one, "sentence"))
            outcome = nearest(text, one, sentence.of(Role.OUTCOME))
            scale = nearest(text, one, sentence.of(Role.INSTRUMENT))
            for found in (outcome, scale):
                if found is not None:
                    items.extend(items_of(document, found, "nearest"))
            for value in precise if len(moments) < 2 else ():
                items.extend(items_of(document, value, "sentence"))
            told = _SIGNIFICANT.search(text, sentence.span.start, sentence.span.end)
            if precise or told:
                start, end = (precise[0].start, precise[0].end) if precise else (told.start(), told.end()) if told else (0, 0)
                items.append(item(document, "measure", "p_only", start, end, "significance.sentence"))
            items.extend(_treatment(sentence, one, [one]))
            items.extend(_setting(sentence, one))
            yield one, items
        return
    samples = sentence.of(Role.SAMPLE)
    amounts = [one for one in sentence.of(Role.REGIMEN) if one.value is not None or one.preferred]
    quantified = [one for one in amounts if one.value is not None and (not is_time(one) or _length_of_treatment(text, one))]
    for anchor in samples or quantified[:1]:
        items = [*items_of(document, anchor, "sentence"), *_treatment(sentence, anchor, samples), *_setting(sentence, anchor)]
        yield anchor, items


def _setting(sentence: Sentence, anchor: Mention) -> Iterator[DataItem]:
    """How many people, who they were, how the study was made."""
    document = sentence.document
    for role in (Role.SAMPLE, Role.POPULATION):
        found = nearest(document.text, anchor, sentence.of(role), right=0)
        if found is not None:
            yield from items_of(document, found, "sentence")
    designs = sentence.of(Role.DESIGN)
    if designs:
        yield from joined(document, designs, "sentence")


def _owner(sentence: Sentence, anchor: Mention, studies: Studies, memory: Memory) -> tuple[str, Citation | None]:
    """The study that a statement is about: of the citation that follows it, else the one before, else the last spoken of.

    A statement that cites several papers is one statement, about the first.
    """
    if not sentence.citations:
        inherited = None if studies.reports_own else memory.study
        return inherited or (sentence.document.document_id, None)
    rivals = [one for one in sentence.mentions if one.field == anchor.field and one is not anchor]
    owner = sentence.citations[0]
    for citation in sentence.citations:
        if citation.start >= anchor.end:
            if not any(anchor.end <= rival.start < citation.start for rival in rivals):
                owner = citation
            break
        owner = citation
    return studies.cited(owner)[0], owner


def _finished(
    sentence: Sentence,
    items: Sequence[DataItem],
    study: str,
    citation: Citation | None,
    memory: Memory,
    main: Mention | None,
    reports_own: bool,
) -> EvidenceRecord:
    """Adds what the sentence leaves to its readers: the citation as printed, the drug and the sample spoken of before."""
    document = sentence.document
    more = list(items)
    if citation is not None:
        more.append(item(document, "citations", ";".join(citation.labels), citation.start, citation.end, "citation"))
    have = {one.column for one in more}
    drug = memory.drug.get(study) or (main if study == document.document_id and reports_own else None)
    if drug is not None and "drug" not in have and not sentence.treatments:
        more.extend(items_of(document, drug, "inherited"))
    sample = memory.sample.get(study)
    if sample is not None and "n" not in have:
        more.extend(items_of(document, sample, "inherited"))
    return record(document, study, sentence.source, sentence.span.start, sentence.span.end, more)


def _remember(sentence: Sentence, studies: Studies, memory: Memory) -> None:
    if sentence.citations:
        last = sentence.citations[-1]
        memory.study = (studies.cited(last)[0], last) if len(last.labels) <= _INHERITED_STUDIES else None
    about = memory.study[0] if memory.study else sentence.document.document_id
    active = [drug for drug in sentence.treatments if not is_inert(drug)]
    samples = sentence.of(Role.SAMPLE)
    if active:
        memory.drug[about] = active[0]
    if len(samples) == 1:
        memory.sample[about] = samples[0]
