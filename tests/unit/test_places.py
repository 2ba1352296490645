"""Documents behind URLs, with protocols that need no network: the same evidence as from the files themselves."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path

import pytest
from test_cli import TEXT, files, table

from pipeline import corpus, places
from pipeline.cli import run_command_line
from pipeline.extract import extract
from pipeline.read import find

SET = '{"id": "one", "text": "Ketamine 0.5 mg/kg."}\n{"id": "two", "text": "Esketamine 56 mg."}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    papers = tmp_path / "papers"
    (papers / "more").mkdir(parents=True)
    (papers / "a.txt").write_text(TEXT)
    (papers / "more" / "b.jsonl").write_text(SET)
    (papers / "more" / ".hidden.txt").write_text("hidden")
    (papers / "notes.md").write_text("no document")
    return papers


def archive(folder: Path) -> str:
    """The folder as an archive, which two processes see alike and which is no file system of the machine."""
    path = folder.parent / "papers.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                packed.write(file, file.relative_to(folder))
    return f"zip://::file://{path}"


def extracted(out: Path, *paths: str) -> int:
    return run_command_line(["extract", *paths, "--out", str(out), "--workers", "2", "--quiet"])


@pytest.mark.parametrize("url", ["file://{folder}", "{archive}"])
def test_documents_behind_a_url_give_what_their_files_give(folder: Path, tmp_path: Path, url: str) -> None:
    named = url.format(folder=folder, archive=archive(folder))
    assert extracted(tmp_path / "there", named) == extracted(tmp_path / "here", str(folder)) == 0
    here, there = files(tmp_path / "here"), files(tmp_path / "there")
    told = [f"{name}.csv" for name in ("mentions", "evidence", "items", "tables", "references", "failures")]
    assert [there[name] for name in told] == [here[name] for name in told]
    assert there["texts/a.txt"] == TEXT.encode()
    paths = {row["document_id"]: row["path"] for row in table(tmp_path / "there", "documents")}
    assert list(paths) == ["a", "one", "two"]
    assert all(places.is_url(path) for path in paths.values())
    assert run_command_line(["verify", "--run", str(tmp_path / "there"), "--workers", "1"]) == 0


def test_what_is_behind_a_url_is_looked_at_again_but_not_worked_on_again(folder: Path, tmp_path: Path) -> None:
    url = archive(folder)
    extracted(tmp_path / "out", url)
    extracted(tmp_path / "out", url)
    assert json.loads((tmp_path / "out" / "run.json").read_text())["counts"]["unchanged"] == 3
    (folder / "a.txt").write_text(TEXT.replace("0.5", "0.7"))
    archive(folder)
    extracted(tmp_path / "out", url)
    assert (tmp_path / "out" / "texts" / "a.txt").read_text() == TEXT.replace("0.5", "0.7")
    assert json.loads((tmp_path / "out" / "run.json").read_text())["counts"]["unchanged"] == 2
    (source,) = find([f"file://{folder}/a.txt"])
    assert "0.7" in extract(source).document.text
    (folder / "a.txt").write_text(TEXT)
    assert "0.5" in extract(source).document.text, "the bytes of now, not those that were fetched last"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("file:///nowhere/at/all", "file:///nowhere/at/all: there is no such file or folder"),
        ("s3://bucket/papers", "s3://bucket/papers: this protocol needs a package that is not installed"),
        ("nonsense://x", "nonsense://x: Protocol not known"),
    ],
)
def test_a_url_that_cannot_be_opened_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], url: str, words: str
) -> None:
    if url.startswith("s3"):
        pytest.importorskip("fsspec")
        try:
            import s3fs  # noqa: F401
        except ImportError:
            pass
        else:
            pytest.skip("here S3 can be spoken")
    assert extracted(tmp_path / "out", url) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


def test_a_document_that_vanishes_behind_its_url_has_failed(folder: Path) -> None:
    (source,) = find([f"file://{folder}/a.txt"])
    (folder / "a.txt").unlink()
    found = extract(source)
    assert found.failure is not None
    assert (found.failure.path, found.failure.stage) == (source.path, "read")
    assert "there is no such file" in found.failure.detail


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a/b.PDF", "b.PDF"),
        ("s3://bucket/a/b.pdf", "b.pdf"),
        ("zip://x/b.xml::https://host/papers.zip", "b.xml"),
        ("https://host/b.pdf?version=2", "b.pdf"),
        ("s3://bucket/what?.txt", "what?.txt"),
    ],
)
def test_a_place_has_the_name_of_its_file(path: str, name: str) -> None:
    assert places.name(path) == name
    assert places.suffix(path) == Path(name).suffix.lower()


def test_a_manifest_may_name_a_url(folder: Path, tmp_path: Path) -> None:
    assert run_command_line(["new-corpus", str(tmp_path / "mine"), "--quiet"]) == 0
    manifest = tmp_path / "mine" / "corpus" / "manifest.csv"
    with manifest.open(encoding="utf-8", newline="") as file:
        header, row = csv.reader(file)
    url = f"{archive(folder).replace('zip://', 'zip://a.txt')}"
    cells = dict(zip(header, row, strict=True)) | {"path": url, "sha256": places.sha256(url), "licence": "CC0-1.0"}
    manifest.write_text(",".join(header) + "\n" + ",".join(cells.values()) + "\n")
    assert corpus.faults(manifest.parent) == ()
    (source,) = corpus.load(manifest.parent).inputs()
    assert extract(source).document.text == TEXT
    (folder / "a.txt").write_text("another")
    archive(folder)
    assert "is not the file of this sha256" in corpus.faults(manifest.parent)[0]
