"""Plain text and JSON Lines: the document's text is the input text, character for character; marks stand beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from pipeline.document import Block, BlockKind, Document, Input, Reference, Span
from pipeline.read import references as bibliography
from pipeline.read.citations import citations
from pipeline.read.sections import Heading, heading_kind, level_of, sections
from pipeline.read.tables import CAPTION

_PARAGRAPH = re.compile(r"[^\n\S]*\S[^\n]*(?:\n[^\n\S]*\S[^\n]*)*")
_LINE = re.compile(r"[^\n]+")


def read_plain(source: Input, data: bytes, sha256: str) -> Document:
    """Reads a `.txt` file, or one line of a `.jsonl` file."""
    kind = "jsonl" if source.line else source.path.rsplit(".", 1)[-1].lower()
    failed = Document(source.document_id, source.path, sha256, kind, status="failed")
    try:
        text = _line(data, source.line) if kind == "jsonl" else data.decode("utf-8-sig" if data[:3] == b"\xef\xbb\xbf" else "utf-8")
    except UnicodeDecodeError as fault:
        return _failed(failed, f"not UTF-8: byte {fault.start} cannot be read; save the file as UTF-8")
    except _BadLineError as fault:
        return _failed(failed, str(fault))
    if not text.strip():
        return _failed(failed, "empty: there is no text in it")
    return marked(Document(source.document_id, source.path, sha256, kind, text))


class _BadLineError(ValueError):
    """A line of a `.jsonl` file that holds no document."""


def _line(data: bytes, number: int) -> str:
    lines = data.split(b"\n")
    if not 0 < number <= len(lines):
        raise _BadLineError(f"line {number}: the file has only {len(lines)} lines")
    try:
        held = json.loads(lines[number - 1].decode("utf-8"))
    except (json.JSONDecodeError, RecursionError):
        raise _BadLineError(f'line {number}: not JSON; one object a line is needed: {{"id": "...", "text": "..."}}') from None
    text = held.get("text") if isinstance(held, dict) else None
    if not isinstance(text, str):
        raise _BadLineError(f"line {number}: it has no \"text\" that is a string")
    return text


def _failed(document: Document, reason: str) -> Document:
    return Document(
        document.document_id, document.path, document.sha256, document.format, status="failed", reason=reason
    )


def marked(document: Document) -> Document:
    """The document with blocks, sections, references and citations found in its text, which stays as it is."""
    text = document.text
    blocks: list[Block] = []
    headings: list[Heading] = []
    references: list[Reference] = []
    listing = False
    for piece in _pieces(text):
        kind = _kind(text, piece, first=not blocks)
        title = " ".join(text[piece.start : piece.end].split())
        if kind == "heading":
            listing = heading_kind(title) == "references"
            headings.append(Heading(title.rstrip(":"), level_of(title) or _level(title, headings), piece.start))
        elif listing:
            entries = _entries(text, piece)
            references.extend(entries)
            blocks.extend(Block("reference", entry.start, entry.end) for entry in entries)
            continue
        blocks.append(Block(kind, piece.start, piece.end))
    references = bibliography.labelled(references)
    cited = [Span(block.start, block.end) for block in blocks if block.kind not in ("reference", "title")]
    return Document(
        document.document_id, document.path, document.sha256, document.format, text,
        blocks=tuple(blocks), sections=sections(headings, len(text), bool(headings)), references=tuple(references),
        citations=citations(text, cited, references),
    )  # fmt: skip


def _pieces(text: str) -> list[Span]:
    """Paragraphs, parted by blank lines; a heading on the first line of one stands apart, and so does a caption."""
    pieces: list[Span] = []
    for match in _PARAGRAPH.finditer(text):
        start, end = _trimmed(text, match.start(), match.end())
        first = text.find("\n", start, end)
        line = text[start : first if first >= 0 else end]
        if first >= 0 and (heading_kind(line.strip().rstrip(":")) or CAPTION.fullmatch(line.strip()) and len(line) < 160):
            pieces.append(Span(*_trimmed(text, start, first)))
            start = _trimmed(text, first, end)[0]
        if start < end:
            pieces.append(Span(start, end))
    return pieces


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _kind(text: str, piece: Span, *, first: bool) -> BlockKind:
    held = text[piece.start : piece.end]
    words = held.split()
    if heading_kind(held.strip().rstrip(":")):
        return "heading"
    if CAPTION.match(held) and "\n" not in held and len(words) < 40 and not held.rstrip().endswith((",", ";")):
        match = CAPTION.match(held)
        if match and (match["end"] or not match["rest"] or match["rest"][:1].isupper()):
            return "caption"
    short = len(words) <= 14 and held.count("\n") <= 1 and not re.search(r"[.,;:?!]$|[<>=]|\d\s*%", held)
    if short and words and (words[0][0].isupper() or level_of(held)) and re.search(r"[a-z]{3}|[A-Z]{4}", held) and not _bare(held):
        return "title" if first and len(words) > 3 else "heading"
    return "paragraph"


def _bare(held: str) -> bool:
    """Whether a short line is data rather than a heading: mostly numbers, or a row of cells."""
    words = held.split()
    numbers = sum(any(char.isdigit() for char in word) for word in words)
    return "\t" in held or "|" in held or (numbers > 0.34 * len(words)) or held.lstrip().startswith(("-", "•", "*"))


def _level(title: str, headings: Sequence[Heading]) -> int:
    """A heading that the vocabulary knows is of the first level where the document's other known ones are."""
    kind = heading_kind(title)
    main = kind in ("abstract", "introduction", "methods", "results", "discussion", "conclusion", "references", "other")
    plain = title.isupper() or len(title.split()) <= 3
    under = any(heading_kind(heading.title) for heading in headings if heading.level == 1)
    return 1 if (main and plain) or not under else 2


def _entries(text: str, piece: Span) -> list[Reference]:
    """The entries that a piece of the bibliography holds."""
    lines = [Span(*_trimmed(text, *match.span())) for match in _LINE.finditer(text, piece.start, piece.end)]
    texts = [text[line.start : line.end] for line in lines]
    entries = bibliography.split(texts, [0.0] * len(texts), [float("inf")] * len(texts))
    found = []
    for entry in entries:
        start, end = lines[entry.lines[0]].start, lines[entry.lines[-1]].end
        body = re.sub(r"(?<=\w)-\n(?=[a-z])", "", text[start:end])
        made = bibliography.reference(" ".join(body.split()), start, entry.number, entry.bullets)
        found.append(Reference(made.label, start, end, *_rest(made)))
    return found


def _rest(made: Reference) -> tuple[tuple[str, ...], str, str, str, str, str, str, str, str, str]:
    return (
        made.authors, made.year, made.title, made.journal, made.volume, made.pages, made.doi, made.pmid,
        made.importance, made.annotation,
    )  # fmt: skip
