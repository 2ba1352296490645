"""`extract` and `show`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

from pipeline.about import Clock, made_by, run_info
from pipeline.answer import Answer, answer, failed, study
from pipeline.answer.question import Question, read_questions
from pipeline.cache import Cache, default_folder, digest, open_cache
from pipeline.cli.say import Fault, Say
from pipeline.document import Document, Input
from pipeline.export.answers import answers_table
from pipeline.export.csvs import csv_files
from pipeline.export.folder import INFO, check_writable, text_files, unchanged, write_run
from pipeline.export.tables import extracted_tables, tally
from pipeline.extract import extract_many, file_sha256


def extract_to(
    paths: Sequence[Path],
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
    asked = read_questions(questions) if questions else ()
    sources = inputs(paths, out)
    _check_asked(asked, questions, sources)
    check_writable(out)
    told = _told(sources, questions)
    if use_cache and (before := unchanged(out, told)) and _is_clean(before):
        rows = cast(Mapping[str, int], before["counts"])
        count = "1 document" if len(sources) == 1 else f"{len(sources)} documents"
        say.result(
            f"{count}, {len(sources)} unchanged: {rows['evidence']} evidence rows, {rows['items']} values in {out}"
        )
        return 0
    cache = cache_for(use_cache, say)
    found = []
    with say.progress(len(sources)) as advance:
        for one in extract_many(sources, workers=workers, timeout=timeout, memory=memory << 20, cache=cache):
            advance(one)
            found.append(one)
    tables = extracted_tables(found, roles={})
    limits = {"workers": workers, "timeout": timeout, "memory": memory << 20, "cache": use_cache}
    options: dict[str, object] = {"command": "extract", "paths": [str(path) for path in paths], **limits}
    if questions:
        options["questions"] = str(questions)
        answers = answers_table(_answers(asked, [one.document for one in found]))
        tables = {**tables, "answers": answers}
    files = {**csv_files(tables), **text_files(one.document for one in found)}
    counts = {**tally(tables), "unchanged": say.tally.cached}
    write_run(out, files, {**run_info(options, counts, clock), "inputs": told})
    say.result(
        f"{say.tally}: {len(tables['evidence'].rows)} evidence rows, {len(tables['items'].rows)} values in {out}"
    )
    if all(one.failure for one in found):
        raise Fault(f"{out / 'failures.csv'}: no document could be used; mend what it names")
    return 0


def _told(sources: Sequence[Input], questions: Path | None) -> str:
    """A digest of all that decides what comes out: the program, the documents in their order, the questions."""
    named = [f"{one.document_id}\t{one.path}\t{one.line}\t{file_sha256(Path(one.path))}" for one in sources]
    asked = file_sha256(questions) if questions else ""
    made = [f"{key}={value}" for key, value in sorted(made_by().items())]
    return digest(text.encode(errors="replace") for text in (*made, asked, *named))


def _is_clean(before: Mapping[str, object]) -> bool:
    """Whether every document was read: one that failed is tried again."""
    return cast(Mapping[str, int], before.get("counts", {})).get("failures", 1) == 0


def _check_asked(asked: Sequence[Question], path: Path | None, sources: Sequence[Input]) -> None:
    """Raises Fault for a question to a document that is not there."""
    known = {source.document_id for source in sources}
    for question in asked:
        if question.document_id and question.document_id not in known:
            raise Fault(
                f"{path}: row {question.number + 1}: document_id {question.document_id!r} is none of the documents; "
                "write a file's name without suffix, or leave it empty"
            )


def _answers(asked: Sequence[Question], documents: Sequence[Document]) -> Iterator[Answer]:
    """Document by document, in the order of the questions."""
    for document in documents:
        due = [question for question in asked if question.asks(document.document_id)]
        try:
            known = study(document) if due else None
            given = [answer(known, question) for question in due if known]
        except Exception:  # a fault in one document must not cost the others
            given = [failed(document.document_id, question) for question in due]
        yield from given


def inputs(paths: Sequence[Path], out: Path) -> tuple[Input, ...]:
    """The documents under these paths, without what an earlier run wrote into `out`. Raises Fault."""
    from pipeline.read import find

    if not any(path.exists() for path in paths):
        raise Fault(f"{paths[0]}: there is no such file or folder; name documents that exist")
    sources = find(paths)
    written = {(out / name).resolve() for name in _written(out)}
    if any(Path(source.path).resolve() in written for source in sources):
        kept = dict.fromkeys(Path(one.path) for one in sources if Path(one.path).resolve() not in written)
        sources = find(list(kept)) if kept else ()
    if not sources:
        raise Fault(f"{paths[0]}: holds no document; .pdf, .xml, .nxml, .txt and .jsonl are read")
    return sources


def _written(out: Path) -> list[str]:
    try:
        names = json.loads((out / INFO).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [name for name in names if isinstance(name, str)]


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
