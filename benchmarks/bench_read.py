"""Holds the reader against its floors and prints each with what was measured; exit status 1 where one is missed.

Papers in JATS are typeset in three layouts and read back; odd PDFs are read for their words; the review is held
against its plain text; speed is taken against pdfplumber and against bare PDFium words in the same run.
Where the shared data are absent it says so and ends.
"""

from __future__ import annotations

import argparse
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pdfplumber
import pypdfium2
from lxml import etree
from scipy.stats import kendalltau
from typeset_jats import LAYOUTS, typeset

from pipeline.document import Document, Input, Reference, Table
from pipeline.read import find, read
from pipeline.read.pdf import sheets_of

SHARED = Path(__file__).parents[2] / "shared"


@dataclass(slots=True)
class Tally:
    """Counts over all papers: `found` of `wanted`, for each thing that is measured."""

    found: Counter[str] = field(default_factory=Counter)
    wanted: Counter[str] = field(default_factory=Counter)
    taus: list[float] = field(default_factory=list)

    def add(self, name: str, found: float, wanted: float) -> None:
        self.found[name] += found  # type: ignore[assignment]
        self.wanted[name] += wanted  # type: ignore[assignment]

    def share(self, name: str) -> float:
        return self.found[name] / self.wanted[name] if self.wanted[name] else float("nan")


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def letters(text: str) -> str:
    return "".join(re.findall(r"\w", unicodedata.normalize("NFKC", text).casefold()))


def printed(document: Document) -> str:
    """The text of a document that its typesetting prints."""
    return " ".join(document.text[block.start : block.end] for block in document.blocks)


def measure(truth: Document, back: Document, tally: Tally) -> None:
    """Adds what one PDF gave back of what its JATS says."""
    wanted, got = words(printed(truth)), words(back.text)
    tally.add("words", sum((wanted & got).values()), wanted.total())
    tally.add("precision", sum((wanted & got).values()), got.total())
    tally.taus.append(order(truth, back))
    for table, match in paired(truth, back):
        one, two = keyed(truth, table), keyed(back, match) if match else Counter[tuple[str, int, str]]()
        tally.add("cells", 2 * sum((one & two).values()), one.total() + two.total())
        numbers = Counter({key: count for key, count in one.items() if any(map(str.isdigit, key[2]))})
        tally.add("numbers", sum((numbers & two).values()), numbers.total())
    cited, found = (
        Counter(label for citation in each.citations for label in citation.labels) for each in (truth, back)
    )
    tally.add("citations", sum((cited & found).values()), cited.total())
    listed = {reference.label: reference for reference in back.references}
    for reference in truth.references:
        entry = listed.get(reference.label, Reference("", 0, 0))
        if reference.authors:
            first = letters(reference.authors[0].split(" ")[0])
            tally.add("author", letters(" ".join(entry.authors[:1])).startswith(first), 1)
        if reference.year:
            tally.add("year", entry.year == reference.year, 1)
        if reference.doi:
            tally.add("doi", entry.doi.casefold() == reference.doi.casefold(), 1)


def order(truth: Document, back: Document) -> float:
    """Kendall's tau of the order in which paragraphs begin."""
    flat = letters(back.text)
    starts = [letters(truth.text[b.start : b.end])[:40] for b in truth.blocks if b.kind == "paragraph"]
    places = [flat.find(start) for start in starts if len(start) >= 30 and flat.count(start) == 1]
    held = [place for place in places if place >= 0]
    return float(kendalltau(range(len(held)), held).statistic) if len(held) > 2 else 1.0


def paired(truth: Document, back: Document) -> list[tuple[Table, Table | None]]:
    byname = {table.label: table for table in back.tables}
    return [(table, byname.get(table.label)) for table in truth.tables if table.cells]


def keyed(document: Document, table: Table) -> Counter[tuple[str, int, str]]:
    """Cells as the first cell of their row, their column, and what they say."""
    stubs = {cell.row: letters(document.text[cell.start : cell.end]) for cell in reversed(table.cells)}
    return Counter(
        (stubs.get(cell.row, ""), cell.column, re.sub(r"\s+", "", document.text[cell.start : cell.end]))
        for cell in table.cells
    )


def typeset_papers(folder: Path) -> list[tuple[str, str, Document, Path]]:
    """Each JATS file in each layout: name, layout, what the XML says, the PDF."""
    made = []
    for source in find([SHARED / "data" / "jats"]):
        truth = read(source)
        for layout in LAYOUTS:
            path = folder / f"{source.document_id}-{layout}.pdf"
            path.write_bytes(typeset(truth, layout))
            made.append((source.document_id, layout, truth, path))
    return made


def direct() -> tuple[float, float, float]:
    """Share of the paragraphs, cells and entries of the JATS files, taken from the bare XML, that the reader gives."""
    tally = Tally()
    for source in find([SHARED / "data" / "jats"]):
        document, root = read(source), etree.parse(source.path).getroot()
        flat = letters(document.text)
        for paragraph in root.iterfind("body//p"):
            apart = (
                *paragraph.iter("table-wrap", "fig", "list", "tex-math"),
                *paragraph.iterancestors("table-wrap", "fig"),
            )
            if not apart:
                tally.add("paragraphs", letters("".join(paragraph.itertext())) in flat, 1)
        cells = Counter("".join(sorted(letters("".join(cell.itertext())))) for cell in root.iter("td", "th"))
        marked = (c for table in document.tables for c in table.cells)
        held = Counter("".join(sorted(letters(document.text[c.start : c.end] + "".join(c.marks)))) for c in marked)
        del cells[""], held[""]
        tally.add("cells", sum((cells & held).values()), cells.total())
        tally.add("entries", len(document.references), sum(1 for _ in root.iter("ref")))
    return tally.share("paragraphs"), tally.share("cells"), tally.share("entries")


def poppler(path: Path) -> str | None:
    """The words of a PDF by pdftotext, if that is installed and can read the file."""
    try:
        done = subprocess.run(["pdftotext", "-q", str(path), "-"], capture_output=True, timeout=20, check=False)
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def odd_words() -> tuple[list[float], int, int]:
    """Share of poppler's words that are found, a file; how many files gave a row; how many there are."""
    inputs = [each for each in find([SHARED / "data" / "odd_pdfs"]) if each.path.endswith(".pdf")]
    shares, rows = [], 0
    for source in inputs:
        document = read(source)
        rows += document.status == "ok" or bool(document.reason)
        reference = poppler(Path(source.path))
        wanted = words(reference) if reference else Counter[str]()
        if wanted.total() >= 5 and "encrypted" not in document.reason:
            shares.append(sum((wanted & words(document.text)).values()) / wanted.total())
    return sorted(shares), rows, len(inputs)


def seconds(work: Callable[[], object], runs: int = 3) -> float:
    """The best processor time of several runs."""
    best = float("inf")
    for _ in range(runs):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def speed(paths: Sequence[Path]) -> tuple[float, float, float]:
    """Pages a second; times as fast as pdfplumber's words; share of the speed of bare PDFium words."""
    pages = whole = plumber = bare = 0.0
    for path in paths:
        data = path.read_bytes()
        pages += len(pypdfium2.PdfDocument(data))
        whole += seconds(lambda path=path: read(Input("d", str(path))))  # type: ignore[misc]
        bare += seconds(lambda data=data: sheets_of(data))  # type: ignore[misc]
        plumber += seconds(lambda path=path: plumbed(path))  # type: ignore[misc]
    return pages / whole, plumber / whole, bare / whole


def plumbed(path: Path) -> None:
    with pdfplumber.open(path) as pdf:
        for page in pdf.pages:
            page.extract_words(x_tolerance_ratio=0.15)


def floor(name: str, measured: float, least: float, form: str = ".4f") -> bool:
    held = measured >= least
    print(f"{'ok  ' if held else 'MISS'}  {name:<58} {measured:{form}}  (floor {least:{form}})")
    return held


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--keep", type=Path, help="folder for the typeset PDFs, instead of a temporary one")
    options.add_argument("--each", action="store_true", help="print a line for each paper and layout")
    chosen = options.parse_args()
    if not SHARED.is_dir():
        print(f"{SHARED} is not here; there is nothing to measure against")
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = cast(Path, chosen.keep) or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        held = papers(folder, each=bool(chosen.each)) + oddities() + swiftness(sorted(folder.glob("*.pdf")))
    return 0 if all(held) else 1


def papers(folder: Path, *, each: bool) -> list[bool]:
    tallies = {layout: Tally() for layout in LAYOUTS}
    for name, layout, truth, path in typeset_papers(folder):
        back, alone = read(Input(name, str(path))), Tally()
        measure(truth, back, tallies[layout])
        measure(truth, back, alone)
        if each:
            shares = " ".join(f"{key} {alone.share(key):.3f}" for key in sorted(alone.wanted))
            print(f"{name:<11} {layout:<10} tau {alone.taus[0]:.3f} {shares}")
    held = []
    for layout, tally in tallies.items():
        held.append(floor(f"{layout}: word recall", tally.share("words"), 0.995))
        held.append(floor(f"{layout}: word precision", tally.share("precision"), 0.99))
        held.append(floor(f"{layout}: order of paragraphs (tau)", statistics.mean(tally.taus), 0.99))
        held.append(floor(f"{layout}: table cells, F1", tally.share("cells"), 0.93))
        held.append(floor(f"{layout}: cells with numbers, recall", tally.share("numbers"), 0.93))
        held.append(floor(f"{layout}: citations resolved", tally.share("citations"), 0.98))
        held.extend(floor(f"{layout}: references, {key}", tally.share(key), 0.95) for key in ("author", "year", "doi"))
    for name, share in zip(("paragraphs", "cells", "entries of the bibliography"), direct(), strict=True):
        held.append(floor(f"JATS read directly: {name}", share, 0.999))
    return held


def oddities() -> list[bool]:
    shares, rows, count = odd_words()
    held = [floor("odd PDFs with a row", rows, count, ".0f")]
    if shares:
        held.append(floor("odd PDFs: poppler's words found, median", statistics.median(shares), 0.98))
        held.append(floor("odd PDFs: poppler's words found, fifth percentile", shares[len(shares) // 20], 0.85))
    return held


def swiftness(typeset_pdfs: Sequence[Path]) -> list[bool]:
    paths = [*sorted((SHARED / "corpus").glob("*.pdf")), *typeset_pdfs[:6]]
    pages, plumber, bare = speed(paths)
    print(f"      {pages:.0f} pages a second, one process")
    return [
        floor("whole reader, times as fast as pdfplumber's words", plumber, 15, ".1f"),
        floor("whole reader, share of the speed of bare PDFium words", bare, 1 / 3),
        floor(
            "memory to spare under 500 MiB", 500 - resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 0, ".0f"
        ),
    ]


if __name__ == "__main__":
    sys.exit(main())
