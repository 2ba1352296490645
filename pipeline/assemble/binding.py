"""Which mention belongs to which: a cost of distance that feels clauses, lists and `respectively`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pipeline.evidence import Mention

_RESPECTIVELY = re.compile(r"\brespectively\b")
_SIDE_BY_SIDE = re.compile(r"[^\w]{0,3}(?:vs\.?|versus|and|compared with|against|or)[^\w]{0,3}")
_LIMIT = 400


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
        concepts = {one.concept_id or one.text for one in run}
        apart = run[-1].end <= anchors[0].start or run[0].start >= anchors[-1].end
        if (
            apart
            and len(concepts) == len(run)
            and len(listed) < 40 * len(run)
            and re.search(r"\b(?:and|or|vs|versus)\b", listed)
        ):
            return {anchor.start: one for anchor, one in zip(anchors, run, strict=True)}
    return {}
