"""`extract` and `show`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.about import Clock
from pipeline.cache import Cache, default_folder, open_cache
from pipeline.cli.say import Fault, Say
from pipeline.document import Document
from pipeline.export.folder import check_writable
from pipeline.export.portion import Portion
from pipeline.extract import extract_many
from pipeline.flows.extraction import before, order, write


def extract_to(
    paths: Sequence[str],
    out: Path,
    *,
    questions: Path | None = None,
    workers: int,
    timeout: float,
    memory: int,
    use_cache: bool,
    say: Say,
) -> int:
    """Extracts these documents into `out` and returns the exit status."""
    clock = Clock()
    asked = order(paths, out, questions)
    check_writable(out)
    if use_cache and (rows := before(asked)):
        count = len(asked.sources)
        documents = "1 document" if count == 1 else f"{count} documents"
        say.result(f"{documents}, {count} unchanged: {rows['evidence']} evidence rows, {rows['items']} values in {out}")
        return 0
    limits = {"workers": workers, "timeout": timeout, "memory": memory << 20}
    options = {
        "paths": list(paths),
        **limits,
        "cache": use_cache,
        **({"questions": str(questions)} if questions else {}),
    }
    cache = cache_for(use_cache, say)

    def portions() -> Iterator[Portion]:
        with say.progress(len(asked.sources)) as advance:
            for one in extract_many(
                asked.sources,
                workers=workers,
                timeout=timeout,
                memory=memory << 20,
                cache=cache,
                given=asked.given,
                digests=asked.digests,
            ):
                advance(one)
                yield one

    rows = write(asked, portions(), options, clock)
    say.result(f"{say.tally}: {rows['evidence']} evidence rows, {rows['items']} values in {out}")
    if rows["failures"]:
        say.result(f"read {out / 'failures.csv'} first")
    if rows["failures"] == rows["documents"]:
        raise Fault(f"{out / 'failures.csv'}: no document could be used; mend what it names")
    return 0


def cache_for(wanted: bool, say: Say) -> Cache | None:
    """The cache, or None, with one line, where it cannot be used."""
    cache = open_cache() if wanted else None
    if wanted and cache is None:
        say.note(f"{default_folder()}: cannot be written, so nothing is kept for the next time; set LITEVIDENCE_CACHE")
    return cache


def show_document(path: Path, *, text: bool, page: int | None, to: Path | None, say: Say) -> int:
    """Prints the text of a document, or describes it, or draws one of its pages into a picture."""
    from pipeline.read import find, read

    if not path.is_file():
        raise Fault(f"{path}: there is no such file")
    for source in find([path]):
        document = read(source)
        if document.status == "failed":
            raise Fault(f"{path}: {document.reason}")
        if page is not None or to is not None:
            say.result(f"{_draw(document, path, page or 1, to)}: page {page or 1} of {path}")
            return 0
        say.result(document.text if text else _described(document))
    return 0


def _draw(document: Document, path: Path, page: int, to: Path | None) -> Path:
    from pipeline.read.draw import draw

    if page > len(document.pages):
        raise Fault(f"{path}: has {len(document.pages)} pages; choose --page from them")
    picture = to or Path("outputs", "show", f"{document.document_id}-page{page}.png")
    try:
        picture.parent.mkdir(parents=True, exist_ok=True)
        draw(document, path, page).save(picture)
    except (OSError, ValueError) as error:
        raise Fault(f"{picture}: cannot be written: {error}; name another place with --to") from None
    return picture


def _described(document: Document) -> str:
    head = f"{document.document_id}: {document.format}, {len(document.pages)} pages, {len(document.text)} characters"
    lines = [head, *([document.reason] if document.reason else [])]
    lines += [f"  {'  ' * section.level}{section.title} ({section.kind})" for section in document.sections]
    lines += [f"  table {table.label}: {table.rows} rows, {table.columns} columns" for table in document.tables]
    lines += [f"  {len(document.references)} references, {len(document.citations)} citations"]
    return "\n".join(lines)
