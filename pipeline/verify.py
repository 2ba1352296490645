"""Proves a finished run: opens every source again and holds each quote and place against it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from pipeline.document import Document, Input
from pipeline.evidence import COLUMNS
from pipeline.export.csvs import finished
from pipeline.export.folder import text_bytes, text_name
from pipeline.export.tables import BOX, Tables, place_cells
from pipeline.places import is_url, sha256, suffix
from pipeline.workers import Enter, Lost, Workers

QUOTES = {"mentions": "text", "evidence": "quote", "items": "quote", "tables": "text"}
"""The tables that point into a text, and the column that quotes it."""

Find = Callable[[Sequence[Path | str]], Iterable[Input]]
Read = Callable[[Input], Document]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was held against its source, and in words what does not hold (empty: all of it does)."""

    documents: int
    quotes: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """A row of a table that quotes a document. `row` counts the rows of the file, the header is row 1."""

    table: str
    row: int
    cells: Mapping[str, str]

    def __str__(self) -> str:
        named = f": {self.cells['column']} of {self.cells['study_id']}" if self.table == "items" else ""
        return f"{self.table}.csv: row {self.row}{named}"


def verify(
    folder: Path, *, pool: Workers, directory: Path = Path(), find: Find | None = None, read: Read | None = None
) -> Verdict:
    """Reads every source of the run again, in the pool's workers. `directory` is where relative paths began.

    Raises UnusableRun where the folder holds no finished run.
    """
    tables = finished(folder)
    quotes = _quotes(tables)
    rows = [row for row in tables["documents"].dicts() if row["status"] != "failed"]
    sources = _sources(rows, directory, find or _find)
    again = pool.map(_Reading(read), sources)
    faults: list[str] = []
    for row, source, document in zip(rows, sources, again, strict=True):
        faults += _document_faults(folder, row, source, document, quotes.pop(row["document_id"], []))
    for document_id, homeless in sorted(quotes.items()):
        faults += [f"{quote}: no document {document_id!r} was read in this run" for quote in homeless]
    faults += _contradictions(tables)
    return Verdict(len(rows), sum(len(tables[name].rows) for name in QUOTES), tuple(faults))


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads one source in a worker."""

    read: Read | None

    def __call__(self, source: Input, enter: Enter) -> Document:
        enter("read")
        if self.read is None:
            from pipeline.read import read

            return read(source)
        return self.read(source)


def _find(paths: Sequence[Path | str]) -> Iterable[Input]:
    from pipeline.read import find

    return find(paths)


def _quotes(tables: Tables) -> dict[str, list[Quote]]:
    """The rows that quote, by document."""
    found: defaultdict[str, list[Quote]] = defaultdict(list)
    for name in QUOTES:
        for number, cells in enumerate(tables[name].dicts(), start=2):
            found[cells["document_id"]].append(Quote(name, number, cells))
    return found


def _sources(rows: Sequence[Mapping[str, str]], directory: Path, find: Find) -> list[Input]:
    """The inputs of these rows of documents.csv. Documents that share a file are its lines, in order."""
    sharing: defaultdict[str, list[int]] = defaultdict(list)
    for position, row in enumerate(rows):
        sharing[row["path"]].append(position)
    sources = [Input(row["document_id"], _here(row["path"], directory)) for row in rows]
    for path, positions in sharing.items():
        if suffix(path) == ".jsonl" and sha256(_here(path, directory)):
            lines = {one.document_id: one for one in find([_here(path, directory)])}
            in_order = list(lines.values())
            for position in positions:
                source = sources[position]
                line = lines.get(source.document_id) or in_order[min(positions.index(position), len(in_order) - 1)]
                sources[position] = Input(source.document_id, source.path, line.line)
    return sources


def _here(path: str, directory: Path) -> str:
    return path if is_url(path) or Path(path).exists() else str(directory / path)


def _document_faults(
    folder: Path, row: Mapping[str, str], source: Input, document: Document | Lost, quotes: Sequence[Quote]
) -> Iterator[str]:
    if isinstance(document, Lost) or document.status == "failed":
        reason = document.detail if isinstance(document, Lost) else document.reason
        yield f"{source.path}: cannot be read again ({reason}); {len(quotes)} quotes are without proof"
        return
    if document.sha256 != row["sha256"]:
        yield f"{source.path}: has changed since the run (its SHA-256 is {document.sha256})"
    kept = folder / text_name(row["document_id"])
    try:
        same = kept.read_bytes() == text_bytes(document.text)
    except OSError as error:
        yield f"{kept}: cannot be read ({error.strerror})"
    else:
        if not same:
            yield f"{kept}: is not the text that {source.path} gives"
    yield from chain.from_iterable(_quote_faults(document, quote) for quote in quotes)


def _quote_faults(document: Document, quote: Quote) -> Iterator[str]:
    """Why a quote does not hold: it is not what stands there, or it stands elsewhere on the page."""
    try:
        start, end = int(quote.cells["start"]), int(quote.cells["end"])
    except ValueError:
        yield f"{quote}: start and end must be whole numbers"
        return
    if not 0 <= start <= end <= len(document.text):
        yield f"{quote}: {start}-{end} lies outside the text of {document.document_id}"
        return
    said, stands = quote.cells[QUOTES[quote.table]], document.text[start:end]
    if text_bytes(said) != text_bytes(stands):
        yield f"{quote}: quotes {_short(said)} where {_short(stands)} stands ({document.document_id} {start}-{end})"
    page, *box = place_cells(document.place(start, end))
    stated = [quote.cells[side] for side in BOX if side in quote.cells]
    if (page and quote.cells["page"] != page) or (stated and stated != box):
        where = f"page {page or '-'} at {','.join(box) or '-'}"
        yield f"{quote}: stands on {where}, not on page {quote.cells['page'] or '-'} at {','.join(stated) or '-'}"


def _contradictions(tables: Tables) -> Iterator[str]:
    """Items that say something else than the row of evidence.csv that they prove, and cells that no item proves."""
    evidence = list(tables["evidence"].dicts())
    proved: defaultdict[int, set[str]] = defaultdict(set)
    for number, item in enumerate(tables["items"].dicts(), start=2):
        row, column = int(item["row"]) if item["row"].isdigit() else 0, item["column"]
        if not 0 < row <= len(evidence) or column not in evidence[row - 1]:
            yield f"items.csv: row {number}: evidence.csv has no {column} in row {item['row']}"
            continue
        proved[row].add(column)
        record = evidence[row - 1]
        for name in ("study_id", "document_id"):
            if item[name] != record[name]:
                yield f"items.csv: row {number}: {name} is {item[name]}, in evidence.csv it is {record[name]}"
        if item["value"] not in (record[column], *record[column].split(";")):
            yield f"items.csv: row {number}: {column} is {_short(item['value'])}, in evidence.csv {_short(record[column])}"
    for row, record in enumerate(evidence, start=1):
        bare = [column for column in COLUMNS if record[column] and column not in proved[row]]
        yield from (f"evidence.csv: row {row + 1}: nothing in items.csv proves its {column}" for column in bare)


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")
