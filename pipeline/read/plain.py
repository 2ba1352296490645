"""Plain text and JSON Lines: the document's text is the input text, character for character; marks stand beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace

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
        text = (
            _line(data, source.line)
            if kind == "jsonl"
            else data.decode("utf-8-sig" if data[:3] == b"\xef\xbb\xbf" else "utf-8")
        )
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
        raise _BadLineError(
            f'line {number}: not JSON; one object a line is needed: {{"id": "...", "text": "..."}}'
        ) from None
    text = held.get("text") if isinstance(held, dict) else None
    if not isinstance(text, str):
        raise _BadLineError(f'line {number}: it has no "text" that is a string')
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
    listing = rowing = False
    for piece in _pieces(text):
        held = text[piece.start : piece.end]
        kind: BlockKind = "table" if rowing and _is_row(held) else _kind(held, first=not blocks)
        rowing = kind in ("caption", "table")
        title = " ".join(held.split())
        if kind == "heading":
            listing = heading_kind(title) == "references"
            headings.append(Heading(title.rstrip(":"), level_of(title) or _level(title, headings), piece.start))
        elif listing:
            entries = _entries(text, piece)
            references.extend(entries)
            blocks.extend(Block("reference", entry.start, entry.end) for entry in entries)
            continue
        elif kind == "paragraph" and (opened := _run_in(held)):
            under = next((h.level for h in reversed(headings) if h.level < 9), 0)
            headings.append(Heading(opened, 1 if heading_kind(opened) == "abstract" or not under else 9, piece.start))
        blocks.append(Block(kind, piece.start, piece.end))
    references = bibliography.labelled(references)
    cited = [Span(block.start, block.end) for block in blocks if block.kind not in ("reference", "title")]
    return Document(
        document.document_id,
        document.path,
        document.sha256,
        document.format,
        text,
        blocks=tuple(blocks),
        sections=sections(headings, len(text), bool(headings)),
        references=tuple(references),
        citations=citations(text, cited, references),
    )


def _pieces(text: str) -> list[Span]:
    """Paragraphs, parted by blank lines and around lines that are a known heading or a caption.

    A sentence that a page break cuts in two (no stop before the blank line, a small letter after it) stays whole.
    """
    pieces: list[Span] = []
    for match in _PARAGRAPH.finditer(text):
        start = match.start()
        for line in _LINE.finditer(text, match.start(), match.end()):
            if _stands_alone(text, line.start(), line.end(), match.start(), match.end()):
                pieces.extend([Span(start, line.start()), Span(line.start(), line.end())])
                start = line.end()
        pieces.append(Span(start, match.end()))
    whole: list[Span] = []
    for piece in (Span(*_trimmed(text, *piece)) for piece in pieces):
        if piece.start == piece.end:
            continue
        if whole and _goes_on(text[whole[-1].start : whole[-1].end], text[piece.start : piece.start + 80]):
            whole[-1] = Span(whole[-1].start, piece.end)
        else:
            whole.append(piece)
    return whole


def _stands_alone(text: str, start: int, end: int, first: int, last: int) -> bool:
    line = text[start:end].strip()
    if heading_kind(line.rstrip(":")):
        before = text[first:start].rstrip()
        after = text[end:last].lstrip()
        return (not before or before[-1] in ".?!:)]") and (not after or not after[0].islower())
    return start == first and end < last and len(line) < 160 and bool(CAPTION.fullmatch(line)) and line[-1] not in ",;"


def _goes_on(before: str, after: str) -> bool:
    """Whether a blank line stands within a sentence."""
    if len(before.split()) < 15 or heading_kind(after.split("\n", maxsplit=1)[0].strip()):
        return False
    return before[-1] not in ".?!:;" and (after[0].islower() or after[0] in "[(" or before[-1] in "-,")


def _run_in(held: str) -> str:
    """A known heading at the head of a paragraph, set off by a colon or by capitals; `Abstract` by itself."""
    match = re.match(r"([^\W\d_][^:\n.]{2,40}):\s", held) or re.match(
        r"([A-Z]{4,}(?: [A-Z]{2,}){0,4})[.:]?\s+(?=[A-Z])", held
    )
    if match and heading_kind(match[1]):
        return match[1]
    bare = re.match(r"(Abstract|Summary)\s+(?=[A-Z])", held)
    return bare[1] if bare else ""


def _is_row(held: str) -> bool:
    """A line under a caption that may be a row of its table."""
    return "\n" not in held and len(held) < 200 and not held.rstrip().endswith(".") and not heading_kind(held)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _kind(held: str, *, first: bool) -> BlockKind:
    words = held.split()
    if heading_kind(held.strip().rstrip(":")):
        return "heading"
    match = CAPTION.match(held)
    if match and "\n" not in held and len(words) < 40 and held[-1] not in ",;" and not match["rest"][:1].islower():
        return "caption"
    short = len(words) <= 14 and held.count("\n") <= 1 and not re.search(r"[.,;:?!]$|[<>=\[]|\d\s*%|\bet al\b", held)
    if (
        short
        and (words[0][0].isupper() or level_of(held))
        and re.search(r"[a-z]{3}|[A-Z]{4}", held)
        and not _bare(held)
    ):
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
    around = [heading_kind(heading.title) for heading in headings if heading.level == 1]
    return 1 if (main and plain) or not around or around[-1] not in ("methods", "results", "discussion") else 2


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
        found.append(replace(made, start=start, end=end))
    return found
