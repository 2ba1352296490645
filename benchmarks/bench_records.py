"""Measures binding on development data and prints each figure beside its floor; exit status 1 where one is missed.

The review's statements, the bundled digests, targeted answers, numbers of arms, doses of drugs, and how risk falls as
the least sure records are put aside. What needs the shared data and does not find it says so.
"""

from __future__ import annotations

import sys

from records import answers, coverage, other_trials, rct_art, review_tables, trialsieve_doses
from records.review import digests, review

PDFS = ("review_two_column.pdf", "review_manuscript.pdf")


def main() -> int:
    held = [
        floor(f"{name}: {what}", value, 0.90)
        for name in PDFS
        if (found := review(name)) is not None
        for what, value in (
            ("numeric claims found", found.found / found.asked),
            ("records with a number that are claimed", found.claimed / found.stated),
        )
    ]
    ours = digests()
    held += [floor("digests: precision", ours.precision, 0.98), floor("digests: recall", ours.recall, 0.98)]
    print(f"      slips by kind: {', '.join(f'{part} {count}' for part, count in ours.parts.most_common())}")
    if (asked := answers.measure()) is not None:
        held += [
            floor("answers: binary questions, all four cells", asked.complete("binary"), 0.50),
            floor("answers: continuous questions, all six cells", asked.complete("continuous"), 0.40),
            floor("answers: single cells", asked.cells, 0.70),
        ]
        print(f"      errors by kind: {', '.join(f'{kind} {count}' for kind, count in asked.errors.most_common())}")
    for seen in (True, False):
        if (others := other_trials.measure(seen=seen)) is not None:
            print(f"{'other trials, since read' if seen else 'other trials, never read'}:")
            print("\n".join(f"      {line}" for line in answers.lines(others)))
    stated, found = review_tables.measure()
    print(
        f"tables of other reviews: {found.total()} of {stated.total()} values found ({found.total() / stated.total():.3f})"
    )
    print(f"      {', '.join(f'{column} {found[column]}/{count}' for column, count in stated.items())}")
    if rct_art.available():
        held += [
            floor("numbers bound to arms, mentions given: F1", rct_art.given("dev").f1, 0.85),
            floor("numbers bound to arms, end to end: F1", rct_art.end_to_end("dev").f1, 0.75),
        ]
        print("\n".join(f"      {line}" for line in rct_art.lines(())))
    if trialsieve_doses.available():
        doses = trialsieve_doses.measured()
        held.append(floor("doses bound to their drug", doses.right.total() / doses.annotated.total(), 0.90))
    print("\nrecords kept   wrong values   least confidence")
    points = coverage.curve(coverage.kept())
    for step in coverage.STEPS:
        cover, risk, sure = min(points, key=lambda point: abs(point[0] - step))
        print(f"{cover:>12.0%} {risk:>14.1%} {sure:>18.2f}")
    return 0 if all(held) else 1


def floor(name: str, measured: float, least: float) -> bool:
    print(f"{'ok  ' if measured >= least else 'MISS'}  {name:<62} {measured:.3f}  (floor {least:g})", flush=True)
    return measured >= least


if __name__ == "__main__":
    sys.exit(main())
