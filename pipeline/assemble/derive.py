"""Counts and percentages completed from each other, never over a printed value; the rule of each begins with `derived.`.

An item's quote is that of the printed value it was worked out from. Where several numbers of people give a percentage
as printed, none is taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from pipeline.assemble.items import in_order, is_of_people
from pipeline.compare import number
from pipeline.evidence import DERIVED, DataItem, EvidenceRecord
from pipeline.shares import fits, people, percent, round_half

_PLACES = 1
Sizes = Mapping[tuple[str, str], DataItem]
"""Of a study and an arm, the one size that the document prints."""


def completed(records: Sequence[EvidenceRecord]) -> tuple[EvidenceRecord, ...]:
    """The records with what follows from their own figures and from the sizes of their arms."""
    sizes = _sizes(records)
    return tuple(_completed(record, sizes.get((record.study_id, _arm(record)))) for record in records)


def _completed(record: EvidenceRecord, size: DataItem | None) -> EvidenceRecord:
    more = tuple(_more(record, size))
    return replace(record, items=in_order([*record.items, *more])) if more else record


def _more(record: EvidenceRecord, size: DataItem | None) -> Iterator[DataItem]:
    outcome = str(record.value("outcome") or "")
    if record.value("measure") not in ("rate", "count") or not is_of_people(outcome):
        return
    value, events, total = (record.item(column) for column in ("value", "events", "total"))
    if value is not None and (value.unit != "%" or record.item("value_high")):
        return
    rate, count, among = (number(item.value) if item else None for item in (value, events, total))
    source = total or record.item("arm_n") or size
    among = among or (number(source.value) if source else None)
    if source is None or among is None or among <= 0 or among != among.to_integral():
        return
    if value is not None and rate is not None and events is None:
        found = people(rate, among) if 0 <= rate <= 100 else None
        if found is not None:
            yield _derived(value, "events", found, f"events_from_percent_and_{source.column}")
            if total is None:
                yield _derived(source, "total", among, f"total_from_{source.column}")
    elif events is not None and count is not None and count <= among and value is None:
        share = max(round_half(percent(count, among), _PLACES))
        yield _derived(events, "value", share, f"percent_from_events_and_{source.column}", "%")
        yield _derived(events, "unit", "%", f"percent_from_events_and_{source.column}")
        if total is None:
            yield _derived(source, "total", among, f"total_from_{source.column}")
    elif total is None and rate is not None and count is not None and fits(count, among, rate):
        yield _derived(source, "total", among, f"total_from_{source.column}")


def _derived(source: DataItem, column: str, value: Decimal | str, rule: str, unit: str = "") -> DataItem:
    return replace(source, column=column, value=value, unit=unit, rule=f"{DERIVED}{rule}")


def _sizes(records: Sequence[EvidenceRecord]) -> Sizes:
    told: defaultdict[tuple[str, str], dict[object, DataItem]] = defaultdict(dict)
    for record in records:
        size = record.item("arm_n")
        if size is not None and _arm(record):
            told[record.study_id, _arm(record)].setdefault(size.value, size)
    return {arm: next(iter(sizes.values())) for arm, sizes in told.items() if len(sizes) == 1}


def _arm(record: EvidenceRecord) -> str:
    """What tells a record's arm from others, its name and its dose; empty where the place itself names no treatment."""
    named = record.item("arm") or record.item("drug")
    if named is None or named.rule.endswith("inherited"):
        return ""
    told = (named.value, record.value("dose"), record.value("frequency"))
    return " ".join(str(one) for one in told if one is not None).lower()
