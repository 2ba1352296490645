"""Typeset the digests: every `corpus/sources/*.typ` gives one `corpus/papers/*.pdf`.

    python corpus/typeset.py            writes the PDFs, and their sha256 into the manifest
    python corpus/typeset.py --check    proves that the sources still give the PDFs that are there

The bytes depend on the sources and on the release of the PyPI package `typst` alone: only the fonts that it carries are
used, and the document's date is fixed. Another release may set the same words in other bytes, so `--check` names the
release that it ran with.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import sys
from importlib.metadata import version
from pathlib import Path

import typst

FOLDER = Path(__file__).resolve().parent
TEMPLATE = "template.typ"


def sources(folder: Path) -> tuple[Path, ...]:
    """The digests' sources in sorted order, without the page that they share."""
    return tuple(path for path in sorted((folder / "sources").glob("*.typ")) if path.name != TEMPLATE)


def typeset(source: Path) -> bytes:
    """The PDF of one source. `timestamp` 0 keeps the clock out of the file."""
    return bytes(
        typst.compile(
            str(source), root=str(source.parent.parent), ignore_system_fonts=True, timestamp=0, pdf_tags=False
        )
    )


def sign(folder: Path) -> None:
    """Writes the sha256 of every bundled paper into its row of the manifest."""
    manifest = folder / "manifest.csv"
    with manifest.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for row in rows:
        if row["path"]:
            row["sha256"] = hashlib.sha256((folder / row["path"]).read_bytes()).hexdigest()
    with manifest.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def stale(folder: Path) -> tuple[str, ...]:
    """One line for every PDF that its source does not give, and for every PDF without a source."""
    papers = {path.stem: path for path in sorted((folder / "papers").glob("*.pdf"))}
    lines = []
    for source in sources(folder):
        paper = papers.pop(source.stem, None)
        if paper is None:
            lines.append(f"corpus/papers/{source.stem}.pdf: missing; run python corpus/typeset.py")
        elif paper.read_bytes() != typeset(source):
            lines.append(f"corpus/papers/{paper.name}: not what its source gives; run python corpus/typeset.py")
    lines += [f"corpus/papers/{paper.name}: has no source; remove it" for paper in papers.values()]
    return tuple(lines)


def main(arguments: list[str] | None = None) -> int:
    """0 when all is well, 1 when `--check` found a PDF that its source does not give."""
    parser = argparse.ArgumentParser(description="Typeset the bundled digests.")
    parser.add_argument("--check", action="store_true", help="write nothing; prove that the PDFs are up to date")
    if parser.parse_args(arguments).check:
        faults = stale(FOLDER)
        for fault in faults:
            print(fault, file=sys.stderr)
        print(f"typst {version('typst')}: {len(sources(FOLDER))} digests, {len(faults)} faults")
        return 1 if faults else 0
    for source in sources(FOLDER):
        (FOLDER / "papers" / f"{source.stem}.pdf").write_bytes(typeset(source))
    sign(FOLDER)
    print(f"typst {version('typst')}: {len(sources(FOLDER))} digests written to corpus/papers")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
