"""Risk and coverage: how many values are wrong among the records that are kept, as the least sure are put aside.

Each document of the corpus is judged with rates that were counted on the others. Risk is the share of wrong values in
the records that are kept, coverage the share of records. `--write` draws docs/img/risk-coverage.svg.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.assemble.confidence import confidence
from records.reliability import counted, judged

PICTURE = Path(__file__).parents[2] / "docs" / "img" / "risk-coverage.svg"
STEPS = (0.1, 0.25, 0.5, 0.75, 0.9, 1.0)


class Kept(NamedTuple):
    """One record: how sure we are of it, and how many of its judged values are right and wrong."""

    confidence: float
    right: int
    wrong: int


def kept() -> list[Kept]:
    """The judged records of the corpus, the surest first."""
    records, found = judged()
    by_row: defaultdict[int, list[bool]] = defaultdict(list)
    for one in found:
        by_row[one.row].append(one.right)
    rates = {
        name: counted([one for one in found if one.document_id != name]) for name in {one.document_id for one in found}
    }
    held = []
    for row, verdicts in by_row.items():
        record = records[row - 1]
        sure = confidence(record.items, rates[record.document_id])
        held.append(Kept(sure, sum(verdicts), len(verdicts) - sum(verdicts)))
    return sorted(held, key=lambda one: (-one.confidence, one.wrong))


def curve(held: Sequence[Kept]) -> list[tuple[float, float, float]]:
    """Coverage, risk, and the confidence of the last record that is kept; a point for each confidence."""
    points, right, wrong = [], 0, 0
    for place, one in enumerate(held, start=1):
        right, wrong = right + one.right, wrong + one.wrong
        if place == len(held) or held[place].confidence != one.confidence:
            points.append((place / len(held), wrong / (right + wrong), one.confidence))
    return points


def drawn(points: Sequence[tuple[float, float, float]]) -> str:
    """The curve as an SVG picture."""
    top = max(risk for _, risk, _ in points)
    line = " ".join(f"{60 + 500 * cover:.1f},{260 - 220 * risk / top:.1f}" for cover, risk, _ in points)
    ticks = "".join(
        f'<text x="{60 + 500 * step:.0f}" y="282" text-anchor="middle">{step:.0%}</text>'
        for step in (0, 0.25, 0.5, 0.75, 1)
    ) + "".join(
        f'<text x="52" y="{264 - 220 * share:.0f}" text-anchor="end">{top * share:.1%}</text>' for share in (0, 0.5, 1)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 320" font-family="sans-serif" font-size="13">'
        '<title>Share of wrong values by share of records kept</title><rect width="600" height="320" fill="#fff"/>'
        '<path d="M60 40V260H560" fill="none" stroke="#555"/>'
        f'{ticks}<polyline points="{line}" fill="none" stroke="#1565c0" stroke-width="2"/>'
        '<text x="310" y="308" text-anchor="middle">records kept, the surest first</text>'
        '<text x="14" y="24">wrong values</text></svg>\n'
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help=f"draw {PICTURE.name}")
    points = curve(kept())
    print("records kept   wrong values   least confidence")
    for step in STEPS:
        cover, risk, sure = min(points, key=lambda point: abs(point[0] - step))
        print(f"{cover:>12.0%} {risk:>14.1%} {sure:>18.2f}")
    if parser.parse_args().write:
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        PICTURE.write_text(drawn(points), encoding="utf-8")


if __name__ == "__main__":
    main()
