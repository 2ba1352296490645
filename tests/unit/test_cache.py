"""Results that are kept: exact, checksummed, named by content."""

from __future__ import annotations

import ast
import os
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from pipeline import cache as module
from pipeline.cache import PACKAGE, STAGES, Cache, Codec, digest, files_digest, open_cache, stage_digest
from pipeline.document import Box, Document, Word
from pipeline.evidence import DataItem, Mention

MENTIONS = Codec(TypeAdapter(tuple[Mention, ...]))
ITEM = Codec(TypeAdapter(DataItem))

numbers = st.decimals(allow_nan=False, allow_infinity=False)


@given(st.text(), st.one_of(numbers, st.text()), st.none() | numbers)
def test_values_come_back_exactly(text: str, part: Decimal | str, high: Decimal | None) -> None:
    text = text.encode(errors="replace").decode()
    part = part.encode(errors="replace").decode() if isinstance(part, str) else part
    mention = Mention("score", 0, 1, text, Decimal("62.0"), high, parts={"sd": part})
    (again,) = MENTIONS.load(MENTIONS.dump((mention,))) or ()
    assert again == mention
    assert str(again.value) == "62.0"
    assert type(again.parts["sd"]) is type(part)
    assert str(again.parts["sd"]) == str(part)


def test_a_number_in_words_stays_words() -> None:
    item = DataItem("citations", "62", "", 0, 2, "62", "rule")
    assert ITEM.load(ITEM.dump(item)) == item
    number = DataItem("value", Decimal("62"), "%", 0, 2, "62", "rule")
    assert ITEM.load(ITEM.dump(number)) == number
    assert ITEM.dump(item) != ITEM.dump(number)


def test_a_document_comes_back_with_its_boxes() -> None:
    codec = Codec(TypeAdapter(Document))
    document = Document("a", "a.pdf", "00", "pdf", "drug", words=(Word(0, 4, 1, Box(1.5, 2.25, 3.0, 4.0), 9.5),))
    again = codec.load(codec.dump(document))
    assert again == document
    assert again is not None
    assert again.place(0, 4) == document.place(0, 4)


@pytest.mark.parametrize("body", [b"", b"{", b"[1, 2]", b'{"$decimal": "x"}', b"\xff"])
def test_what_holds_no_such_value_is_none(body: bytes) -> None:
    assert ITEM.load(body) is None


def test_an_entry_is_found_again_and_only_under_its_key(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put("read", "ab12", b"body")
    assert cache.get("read", "ab12") == b"body"
    assert cache.get("read", "ab13") is None
    assert cache.get("annotate", "ab12") is None
    assert [path.suffix for path in tmp_path.rglob("*") if path.is_file()] == [".json"]


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-1], lambda b: b.replace(b"body", b"bodi"), lambda b: b"", lambda b: b"x"]
)
def test_a_damaged_entry_counts_as_absent(tmp_path: Path, damage) -> None:  # type: ignore[no-untyped-def]
    cache = Cache(tmp_path)
    cache.put("read", "ab12", b"body")
    entry = cache.place("read", "ab12")
    entry.write_bytes(damage(entry.read_bytes()))
    assert cache.get("read", "ab12") is None


def test_what_cannot_be_kept_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = Cache(tmp_path / "file")
    cache.put("read", "ab12", b"body")
    assert cache.get("read", "ab12") is None


def test_a_folder_that_cannot_be_written_gives_no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    assert open_cache(tmp_path / "file" / "kept") is None
    monkeypatch.setenv("LITEVIDENCE_CACHE", str(tmp_path / "kept"))
    opened = open_cache()
    assert opened is not None
    assert opened.folder == tmp_path / "kept"


def test_digests_tell_contents_and_names_apart(tmp_path: Path) -> None:
    assert digest([b"ab", b"c"]) != digest([b"a", b"bc"])
    (tmp_path / "a").write_text("1")
    first = files_digest(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    second = files_digest(tmp_path)
    (tmp_path / "b").write_text("2")
    third = files_digest(tmp_path)
    assert len({first, second, third}) == 3
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "x.pyc").write_text("3")
    os.utime(tmp_path / "b", (0, 0))
    assert files_digest(tmp_path) == third


def test_a_changed_vocabulary_row_renames_annotations_but_no_reading(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import shutil

    copy = tmp_path / "pipeline"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(module, "PACKAGE", copy)
    digests = []
    for _ in range(2):
        stage_digest.cache_clear()
        digests.append([stage_digest(stage) for stage in STAGES])
        with (copy / "vocab" / "routes.csv").open("a", encoding="utf-8") as file:
            file.write("elsewhere,elsewhere,,,,,,\n")
    stage_digest.cache_clear()
    before, after = digests
    assert before[0] == after[0]
    assert before[1] != after[1]
    assert before[2] != after[2]


def _imports(path: Path) -> set[str]:
    """The modules of the package that a module imports, as paths below the package."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("pipeline."):
            found.add("/".join(node.module.split(".")[1:]))
            found |= {"/".join([*node.module.split(".")[1:], name.name]) for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "pipeline":
            found |= {name.name for name in node.names}
    return {f"{name}.py" if (PACKAGE / f"{name}.py").is_file() else name for name in found}


def _vocabularies(path: Path) -> set[str]:
    """The vocabularies that a module names in calls of `vocabulary`."""
    return {
        f"vocab/{argument.value}.csv"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "vocabulary"
        for argument in node.args
        if isinstance(argument, ast.Constant)
    }


@pytest.mark.parametrize("stage", sorted(STAGES))
def test_all_that_a_stage_uses_is_in_its_digest(stage: str) -> None:
    """Else a change of it would not be noticed, and results of old code be served."""
    listed = STAGES[stage]
    seen: set[Path] = set()
    todo = [
        path
        for name in listed
        for path in ([PACKAGE / name] if name.endswith(".py") else (PACKAGE / name).rglob("*.py"))
    ]
    while todo:
        path = todo.pop()
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        used = {name for name in _imports(path) | _vocabularies(path) if (PACKAGE / name).exists()}
        missed = {name for name in used if not any(name == one or name.startswith(f"{one}/") for one in listed)}
        assert not missed, f"{path.name} uses {sorted(missed)}, which the digest of {stage} leaves out"
