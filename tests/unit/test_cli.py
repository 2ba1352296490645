"""The commands as a user types them: statuses, one line for a fault, and what they leave behind."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.cli import run_command_line
from pipeline.cli.say import Say
from pipeline.document import Document
from pipeline.export.portion import Portion, portion
from pipeline.export.tables import Failure
from pipeline.extract import Extraction

ROOT = Path(__file__).parents[2]
TEXT = "Methods\n\nEighteen patients with depression received ketamine 0.5 mg/kg IV (N = 18).\n"

Command = Callable[..., int]


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """A folder of two documents that can be read and one that cannot."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text(TEXT)
    (folder / "b.jsonl").write_text(
        '{"id": "one", "text": "Ketamine 0.5 mg/kg."}\n{"id": "a", "text": "Esketamine 56 mg."}\n'
    )
    (folder / "c.pdf").write_bytes(b"%PDF-1.4 broken")
    return folder


@pytest.fixture
def run(texts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert run_command_line(["extract", str(texts), "--out", str(tmp_path / "run"), "--workers", "1", "--quiet"]) == 0
    capsys.readouterr()
    return tmp_path / "run"


def table(run: Path, name: str) -> list[dict[str, str]]:
    with (run / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_extract_writes_what_the_contract_names(run: Path) -> None:
    documents = {row["document_id"]: row for row in table(run, "documents")}
    assert list(documents) == ["a", "one", "a-2", "c"]
    assert [documents[id_]["status"] for id_ in documents] == ["ok", "ok", "ok", "failed"]
    (failure,) = table(run, "failures")
    assert (failure["document_id"], failure["stage"]) == ("c", "read")
    assert (run / "texts" / "a.txt").read_text() == TEXT
    assert (run / "texts" / "a-2.txt").read_text() == "Esketamine 56 mg."
    assert any(row["field"] == "dose" and row["value"] == "0.5" for row in table(run, "mentions"))
    info = json.loads((run / "run.json").read_text())
    assert info["counts"]["documents"] == 4
    assert info["options"]["command"] == "extract"
    assert {"version", "code", "vocabularies", "timings", "directory", "files"} <= info.keys()


def test_the_same_input_gives_the_same_bytes(run: Path, texts: Path) -> None:
    first = files(run)
    arguments = ["extract", str(texts), "--out", str(run), "--workers", "2", "--no-cache", "--quiet"]
    assert run_command_line(arguments) == 0
    again = files(run)
    first.pop("run.json"), again.pop("run.json")
    assert again == first


def test_what_an_earlier_run_wrote_is_no_input_of_the_next(texts: Path) -> None:
    arguments = ["extract", str(texts), "--out", str(texts / "out"), "--workers", "1", "--quiet"]
    assert run_command_line(arguments) == 0
    first = files(texts / "out")
    assert run_command_line(arguments) == 0
    assert files(texts / "out").keys() == first.keys()
    assert (texts / "out" / "documents.csv").read_bytes() == first["documents.csv"]


def test_verify_proves_a_run_and_names_what_does_not_hold(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["verify", "--run", str(run), "--workers", "1"]) == 0
    assert "all hold" in capsys.readouterr().out
    items = (run / "items.csv").read_text()
    (run / "items.csv").write_text(items.replace(",0.5,", ",0.6,", 1))
    assert run_command_line(["verify", "--run", str(run), "--workers", "1"]) == 1
    assert "items.csv: row" in capsys.readouterr().err


def test_exports_are_written_where_asked(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["export", "--run", str(run), "--format", "jsonl"]) == 0
    assert (run / "evidence.jsonl").is_file()
    assert (
        run_command_line(["export", "--run", str(run), "--format", "xlsx", "--to", str(tmp_path / "x" / "book.xlsx")])
        == 0
    )
    assert (tmp_path / "x" / "book.xlsx").read_bytes()[:2] == b"PK"
    assert run_command_line(["export", "--run", str(run), "--format", "csv", "--to", str(tmp_path / "copy")]) == 0
    assert (tmp_path / "copy" / "items.csv").read_bytes() == (run / "items.csv").read_bytes()
    assert capsys.readouterr().out.count("\n") >= 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["extract", "{tmp}/none.pdf", "--out", "{tmp}/o"], "none.pdf: there is no such file or folder"),
        (["extract", "{tmp}/empty", "--out", "{tmp}/o"], "empty: holds no document"),
        (["extract", "{tmp}/in", "--out", "{tmp}/in/a.txt"], "a.txt: cannot be written"),
        (["extract", "{tmp}/in", "--out", "{tmp}/o", "--nonsense"], "--nonsense"),
        (["extract", "--out", "{tmp}/o"], "PATH"),
        (["export", "--run", "{tmp}/none", "--format", "csv"], "none: there is no such folder"),
        (["export", "--run", "{tmp}/in", "--format", "csv"], "documents.csv is missing"),
        (["export", "--run", "{tmp}/in", "--format", "fhir"], "this release does not have it"),
        (["export", "--run", "{tmp}/in", "--format", "word"], "there is no such export"),
        (["verify", "--run", "{tmp}/in"], "documents.csv is missing"),
        (["score", "--run", "{tmp}/none", "--gold", "gold"], "none: there is no such folder"),
        (["run", "--corpus", "{tmp}/in", "--out", "{tmp}/o"], "manifest.csv"),
        (["run", "--dask-address", "tcp://127.0.0.1:1"], "add --runner dask"),
        (["new-corpus", "{tmp}/in"], "in: is there already"),
        (["show", "{tmp}/none.pdf"], "none.pdf: there is no such file"),
        (["show", "{tmp}/in/c.pdf", "--text"], "c.pdf: "),
        (["unknown"], "unknown"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(
    texts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    (tmp_path / "empty").mkdir()
    assert run_command_line([argument.replace("{tmp}", str(tmp_path)) for argument in arguments]) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert len(said.err.splitlines()) == 1
    assert "Traceback" not in said.err


def test_a_traceback_is_shown_only_to_who_asks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["verify", "--run", str(tmp_path), "--verbose"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_when_no_document_can_be_used_the_status_is_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "c.pdf").write_bytes(b"%PDF-1.4 broken")
    arguments = ["extract", str(tmp_path / "c.pdf"), "--out", str(tmp_path / "o"), "--workers", "1"]
    assert run_command_line(arguments) == 2
    assert "no document could be used" in capsys.readouterr().err
    assert table(tmp_path / "o", "failures")


def test_a_cache_that_cannot_be_written_is_one_line_and_no_fault(
    texts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LITEVIDENCE_CACHE", str(texts / "a.txt" / "cache"))
    assert run_command_line(["extract", str(texts / "a.txt"), "--out", str(tmp_path / "o"), "--workers", "1"]) == 0
    assert "cannot be written, so nothing is kept" in capsys.readouterr().err


def test_show_prints_the_text_in_order(texts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["show", str(texts / "a.txt"), "--text"]) == 0
    assert "Eighteen patients" in capsys.readouterr().out
    assert run_command_line(["show", str(texts / "a.txt")]) == 0
    assert capsys.readouterr().out.startswith("a: txt")


def test_a_new_project_is_sound_and_complete(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "mine"
    assert run_command_line(["new-corpus", str(folder), "--author", "aan het Rot", "--year", "2015"]) == 0
    assert "aanhetrot2015" in (folder / "README.md").read_text()
    data = ["--corpus", str(folder / "corpus"), "--gold", str(folder / "gold")]
    assert run_command_line(["check", *data]) == 0
    with (folder / "gold" / "floors.csv").open("a") as file:
        file.write("everything,drug,0.5,0.5\n")
    capsys.readouterr()
    assert run_command_line(["check", *data]) == 1
    assert "floors.csv: row 2: " in capsys.readouterr().err
    assert run_command_line(["new-corpus", str(tmp_path / "other"), "--year", "soon"]) == 2


def test_the_data_of_this_project_are_sound(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["check", "--corpus", str(ROOT / "corpus"), "--gold", str(ROOT / "gold")]) == 0
    assert not capsys.readouterr().err


def test_score_of_a_finished_run(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["new-corpus", str(tmp_path / "mine"), "--quiet"]) == 0
    arguments = ["score", "--run", str(run), "--gold", str(tmp_path / "mine" / "gold")]
    assert run_command_line(arguments) == 0
    assert "undecided: there is no gold" in capsys.readouterr().out
    assert (run / "scores.csv").is_file()
    assert run_command_line([*arguments, "--gate"]) == 1


@pytest.mark.parametrize(
    "command",
    ["run", "extract", "score", "release", "export", "verify", "check", "serve", "new-corpus", "show", "cache"],
)
def test_every_command_has_help_and_says_less_or_more(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line([command, "--help"]) == 0
    said = capsys.readouterr().out
    assert all(option in said for option in ("--help", "--quiet", "--verbose"))


def test_help_is_quick_and_imports_nothing_heavy() -> None:
    script = "import sys; from pipeline.cli import run_command_line; run_command_line(['--help']); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "Usage:" in ran.stdout
    assert not {"prefect", "spacy", "pandas", "pdfplumber", "pydantic"} & set(ran.stdout.splitlines()[-1].split())


@pytest.mark.timeout(120)
def test_a_killed_run_leaves_the_old_outputs_as_they_were(run: Path, texts: Path) -> None:
    """Killed while it works, at several moments; the next run then finishes as if nothing had been."""
    before = files(run)
    (texts / "d.txt").write_text(TEXT.replace("0.5", "0.7"))
    arguments = [
        sys.executable,
        "-m",
        "pipeline",
        "extract",
        str(texts),
        "--out",
        str(run),
        "--workers",
        "1",
        "--no-cache",
    ]
    for wait in (0.3, 0.8, 1.5):
        process = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if process.returncode == 0:
            break  # it was quicker than we were
        if (run / ".ready").is_dir():
            break  # it was written already, and only has to be put in place
        left = {name: data for name, data in files(run).items() if not name.startswith(".")}
        assert left == before
    assert subprocess.run([*arguments, "--quiet"], cwd=ROOT, check=False).returncode == 0
    assert {row["document_id"] for row in table(run, "documents")} == {"a", "one", "a-2", "c", "d"}
    assert not [path for path in run.iterdir() if path.name.startswith(".")]


def test_the_cache_is_shown_trimmed_and_cleared(
    texts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept"
    monkeypatch.setenv("LITEVIDENCE_CACHE", str(kept))
    assert run_command_line(["extract", str(texts), "--out", str(tmp_path / "run"), "--workers", "1", "--quiet"]) == 0
    older = kept / "annotate" / "0123456789ab" / "00"
    older.mkdir(parents=True)
    (older / "entry.json").write_text("{}")
    assert run_command_line(["cache"]) == 0
    assert "annotate  1 results, 0.0 KiB, made by another version (--trim removes it)" in capsys.readouterr().out
    assert run_command_line(["cache", "--trim"]) == 0
    assert "removed 1 results" in capsys.readouterr().out
    assert not older.exists()
    assert list((kept / "annotate").rglob("*.json")), "what this version made stays"
    assert run_command_line(["cache", "--clear"]) == 0
    assert not list(kept.rglob("*.json"))


def test_a_cache_that_cannot_be_used_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LITEVIDENCE_CACHE", str(tmp_path / "file" / "under"))
    assert run_command_line(["cache"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_run_of_the_same_input_leaves_the_outputs_as_they_are(
    texts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (texts / "c.pdf").unlink()  # what failed would be tried again
    out = tmp_path / "out"
    command = ["extract", str(texts), "--out", str(out), "--workers", "1"]
    assert run_command_line(command) == 0
    first = files(out)
    assert run_command_line(command) == 0
    assert files(out) == first, "run.json too: nothing was written"
    assert "3 documents, 3 unchanged" in capsys.readouterr().out
    (out / "evidence.csv").write_text("damaged")
    assert run_command_line(command) == 0
    (texts / "a.txt").write_text(TEXT.replace("Eighteen", "Nineteen"))
    assert {**files(out), "run.json": b""} == {**first, "run.json": b""}, "what was damaged is written again"
    assert run_command_line(command) == 0
    assert files(out)["items.csv"] != first["items.csv"], "what has changed is read again"


def portion_of(*, failed: bool = False, unchanged: bool = False) -> Portion:
    document = Document("a", "a.pdf", "", "pdf")
    failure = Failure("a", "a.pdf", "read", "unreadable", "it is encrypted") if failed else None
    return portion(Extraction(document, failure=failure), {}, unchanged=unchanged)


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_tells_done_failed_unchanged_rate_and_time_left(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    monkeypatch.setenv("COLUMNS", "120")
    say = Say()
    with say.progress(40) as advance:
        for number in range(20):
            advance(portion_of(failed=number == 3, unchanged=number % 2 == 0))
    said = capsys.readouterr().err
    assert "a.pdf: read failed: it is encrypted" in said
    assert re.search(r"20 documents, 10 unchanged, 1 failed of 40; [\d.]+ a second, \d+ s left", said)
    assert str(say.tally) == "20 documents, 10 unchanged, 1 failed"


def test_a_disk_that_is_full_is_one_line_and_the_old_outputs_stay(run: Path, texts: Path) -> None:
    """The system lets this process write no file that is longer than what is left on a full disk."""
    before = files(run)
    (texts / "d.txt").write_text(TEXT.replace("0.5", "0.7"))
    script = (
        "import resource, sys; from pipeline.cli import run_command_line\n"
        "if __name__ == '__main__':\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "    sys.exit(run_command_line(sys.argv[1:]))\n"
    )
    (texts.parent / "full.py").write_text(script)
    command = [
        sys.executable,
        str(texts.parent / "full.py"),
        "extract",
        str(texts),
        "--out",
        str(run),
        "--workers",
        "1",
    ]
    ended = subprocess.run(
        [*command, "--quiet"], env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    (line,) = [line for line in ended.stderr.splitlines() if line.startswith("litevidence:")]
    assert line == f"litevidence: {run}: cannot be written (File too large); free space or choose another --out"
    assert files(run) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_output_that_may_not_be_written_is_one_line(
    texts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    assert run_command_line(["extract", str(texts), "--out", str(tmp_path / "locked" / "run"), "--quiet"]) == 2
    said = capsys.readouterr().err
    assert "cannot be written (Permission denied)" in said
    assert said.count("\n") == 1


def test_an_input_that_is_not_there_is_a_failed_document_beside_the_others(
    texts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = [str(texts / "a.txt"), str(texts / "gone.txt")]
    assert run_command_line(["extract", *named, "--out", str(tmp_path / "run"), "--workers", "1"]) == 0
    (failure,) = table(tmp_path / "run", "failures")
    assert (failure["document_id"], failure["stage"]) == ("gone", "read")
    assert failure["detail"] == "cannot be opened: No such file or directory"
    assert "failures.csv first" in capsys.readouterr().out
