"""Which mention belongs to which: a cost of distance that feels clauses, lists and `respectively`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pipeline.assemble.items import identity, is_inert
from pipeline.evidence import Mention

_RESPECTIVELY = re.compile(r"\brespectively\b")
_SIDE_BY_SIDE = re.compile(r"[^\w]{0,3}(?:vs\.?|versus|and|compared with|against|or)[^\w]{0,3}")
_LIMIT = 400
_OF = re.compile(r"(?:/\S+)?(?: [\w-]+){0,2}? of (?:[\w-]+ ){0,2}")
_RIGHT_BEFORE = re.compile(r"[ -]{0,2}(?:of )?")
_RIGHT_AFTER = re.compile(
    r"[\s(\[,:=-]{0,3}(?:[A-Z][\w-]{0,7}[;,)] ?)?[([]?"
    r"(?:(?:at|in|with|on|to|an?|the|of|per|single|daily|total|mean|initial|fixed|starting|target|maximum|"
    r"dose|doses|dosage|dosages|was|were|given|administered|once|twice|up|orally|intravenously|oral|intravenous|iv|tablets?|capsules?|"
    r"infusion|injection|monotherapy|therapy|treatment|group|sodium|hydrochloride|either) ?){0,6}[(\[:]?\s?"
)
_DOSES_LISTED = re.compile(
    r"\s?(?:[\w/²%.-]+(?: [\w/-]+)?)?(?:\s?\([^()]{1,15}\))?[,/]?\s?"
    r"(?:and|or|to|vs\.?|versus|-|–|then|up to)?\s?(?:an? )?"
)
_SHORT_FORM = re.compile(r"\s?\([^()]{1,25}\)\s?")


def side_by_side(text: str, one: Mention, other: Mention) -> bool:
    """Whether two results are printed as a pair: `54 % vs 37 %`."""
    return bool(_SIDE_BY_SIDE.fullmatch(text[one.end : other.start]))


def cost(text: str, anchor: Mention, other: Mention, rivals: Sequence[Mention] = (), *, right: int = 6) -> int:
    """How far a mention stands from its anchor: characters, and more for each clause, bracket or rival between them.

    `right` is added where the other stands after the anchor.
    """
    if other.end <= anchor.start:
        start, end, after = other.end, anchor.start, 0
    elif other.start >= anchor.end:
        start, end, after = anchor.end, other.start, right
    else:
        return 0
    gap = text[start:end]
    between = sum(1 for rival in rivals if start <= rival.start and rival.end <= end)
    return (
        len(gap)
        + after
        + 80 * gap.count(";")
        + 25 * len(re.findall(r",\s", gap))
        + 8 * len(re.findall(r"[()\[\]]", gap))
        + 30 * len(re.findall(r"\b(?:while|whereas|although|but)\b", gap))
        + 12 * len(re.findall(r"\b(?:and|or)\b", gap))
        + 20 * len(re.findall(r"\b(?:vs|versus|than|compared)\b", gap))
        + 40 * between
    )


def nearest(
    text: str,
    anchor: Mention,
    candidates: Sequence[Mention],
    rivals: Sequence[Mention] = (),
    *,
    right: int = 6,
    limit: int = _LIMIT,
) -> Mention | None:
    """The candidate of the lowest cost, if any stays under the limit."""
    scored = [(cost(text, anchor, one, rivals, right=right), one.start, one) for one in candidates]
    best = min(scored, key=lambda entry: entry[:2], default=None)
    return best[2] if best is not None and best[0] <= limit else None


def respectively(
    text: str, anchors: Sequence[Mention], candidates: Sequence[Mention], sentence_end: int
) -> Mapping[int, Mention]:
    """Pairs anchors with candidates in order, where the sentence says `respectively` and as many of each stand in a row.

    Returned by the anchor's start; empty where no such list is found.
    """
    if len(anchors) < 2 or not _RESPECTIVELY.search(text, anchors[0].start, sentence_end):
        return {}
    for begin in range(len(candidates) - len(anchors) + 1):
        run = candidates[begin : begin + len(anchors)]
        listed = text[run[0].start : run[-1].end]
        concepts = {identity(one) for one in run}
        apart = run[-1].end <= anchors[0].start or run[0].start >= anchors[-1].end
        if (
            apart
            and len(concepts) == len(run)
            and len(listed) < 40 * len(run)
            and re.search(r"\b(?:and|or|vs|versus)\b", listed)
        ):
            return {anchor.start: one for anchor, one in zip(anchors, run, strict=True)}
    return {}


def owners_of_doses(text: str, doses: Sequence[Mention], drugs: Sequence[Mention], end: int) -> Mapping[int, Mention]:
    """The drug of each dose of a sentence that ends at `end`, by the dose's start.

    What stands right beside a dose decides: `20 mg of X`, `X 20 mg`, `X (20 mg)`, `20 mg X`. In a list (`X 20, 40 or
    80 mg`) the doses share a drug. Else the nearest drug has it.
    """
    drugs = [drug for drug in drugs if not text.startswith("-like", drug.end)]
    found: dict[int, Mention] = dict(respectively(text, doses, drugs, end))
    beside = {one.start: _beside(text, one, drugs) for one in doses}
    for place, one in enumerate(doses):
        drug = found.get(one.start) or beside[one.start]
        if drug is None:
            drug = _of_list(text, doses, place, {**beside, **found})
        # Placebo has a dose only where one stands beside it.
        drug = drug or nearest(text, one, [other for other in drugs if not is_inert(other)] or drugs)
        if drug is not None:
            found.setdefault(one.start, drug)
    return found


def _beside(text: str, dose: Mention, drugs: Sequence[Mention]) -> Mention | None:
    after = min((drug for drug in drugs if drug.start >= dose.end), key=lambda drug: drug.start, default=None)
    before = max((drug for drug in drugs if drug.end <= dose.start), key=lambda drug: drug.end, default=None)
    if after is not None and _OF.fullmatch(text, dose.end, after.start):
        return after
    gap = _SHORT_FORM.sub(" ", text[before.end : dose.start]) if before is not None else ","
    if "," not in gap and _RIGHT_AFTER.fullmatch(gap):
        return before
    if after is not None and _RIGHT_BEFORE.fullmatch(text, dose.end, after.start):
        return after
    return before if _RIGHT_AFTER.fullmatch(gap) else None


def _of_list(text: str, doses: Sequence[Mention], place: int, known: Mapping[int, Mention | None]) -> Mention | None:
    """The drug of the dose before in a list, or of the next that has one."""
    for step in (-1, 1):
        at = place
        while 0 <= at + step < len(doses):
            one, other = sorted((doses[at], doses[at + step]), key=lambda mention: mention.start)
            if not _DOSES_LISTED.fullmatch(text[one.end : other.start]):
                break
            at += step
            drug = known.get(doses[at].start)
            if drug is not None:
                return drug
    return None
