"""The flow as Prefect runs it: what becomes of bad documents, of a gate that withholds, of the same input twice."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipeline.cli import run_command_line
from pipeline.document import Input
from pipeline.flows.run import run
from pipeline.flows.tasks import batches

from small_project import Project, table

pytestmark = [pytest.mark.usefixtures("prefect_server"), pytest.mark.timeout(300)]


def test_batches_keep_the_order_and_lose_nothing() -> None:
    inputs = [Input(str(number), f"{number}.txt") for number in range(53)]
    parts = batches(inputs)
    assert [len(part) for part in parts] == [25, 25, 3]
    assert [one for part in parts for one in part] == inputs
    assert batches([]) == []


def outputs(folder: Path) -> dict[str, bytes]:
    """All files of a run but the one that holds clock times."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "run.json")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_a_released_run_completes_and_is_kept_once(project: Project) -> None:
    project.ask_for("0", "0.5")
    state = run(**project.parameters, workers=1, return_state=True)
    assert (state.is_completed(), state.name) == (True, "Released")
    first = outputs(project.out)
    (released,) = project.releases.iterdir()
    assert outputs(released) == first
    assert json.loads((project.out / "gate.json").read_text())["verdict"] == "released"
    assert {"evidence.csv", "items.csv", "scores.csv", "report.html", "evidence.jsonl", "evidence.xlsx"} <= first.keys()

    again = run(**project.parameters, workers=1, use_cache=False, return_state=True)
    assert again.is_completed()
    assert outputs(project.out) == first, "the same input must give the same bytes"
    assert list(project.releases.iterdir()) == [released]


def test_where_nothing_has_changed_nothing_is_done_and_all_is_as_it_was(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.ask_for("0", "0.5")
    run(**project.parameters, workers=1)
    info = (project.out / "run.json").read_bytes()  # with its clock times
    state = run(**project.parameters, workers=1, return_state=True)
    assert (state.is_completed(), state.name) == (True, "Released")
    assert (project.out / "run.json").read_bytes() == info

    shutil.rmtree(project.releases)
    monkeypatch.setattr("pipeline.cli.running.server", None)  # the command needs none then
    arguments = [part for name, value in project.parameters.items() for part in (f"--{name}", str(value))]
    assert run_command_line(["run", *arguments]) == 0
    assert (project.out / "run.json").read_bytes() == info
    assert len(list(project.releases.iterdir())) == 1


@pytest.mark.parametrize(
    "changed", ["corpus/papers/zarate2006.txt", "gold/floors.csv", "run/evidence.csv", "run/report.html"]
)
def test_what_has_changed_since_is_done_again(project: Project, changed: str) -> None:
    project.ask_for("0", "0.5")
    run(**project.parameters, workers=1)
    path = {"run": project.out, "gold": project.gold, "corpus": project.corpus}[changed.partition("/")[0]]
    path = path / changed.partition("/")[2]
    info, before = (project.out / "run.json").read_bytes(), outputs(project.out)
    path.write_text(path.read_text().replace("0.5", "0.4"))
    run(**project.parameters, workers=1)
    assert (project.out / "run.json").read_bytes() != info
    assert (outputs(project.out) == before) == changed.startswith("run/")


def test_a_run_survives_a_document_that_cannot_be_read(project: Project) -> None:
    project.add("broken2001", b"\xff\xfe\x00 this is no text \xff", role="trial", number="2")
    project.add("vanished2002", "gone", role="trial", number="3").unlink()
    project.ask_for("0", "0")
    state = run(**project.parameters, workers=1, return_state=True)
    assert state.is_completed()
    by_id = {row["document_id"]: row for row in table(project.out, "documents")}
    assert by_id["zarate2006"]["status"] == "ok"
    assert by_id["vanished2002"]["status"] == "failed"
    failures = {row["document_id"]: row for row in table(project.out, "failures")}
    assert failures["vanished2002"]["stage"] == "read"
    assert failures["vanished2002"]["detail"]
    assert "zarate2006" not in failures
    assert any(row["document_id"] == "zarate2006" for row in table(project.out, "evidence"))


def test_a_withheld_release_is_a_failed_flow_run_with_its_reason(project: Project) -> None:
    project.ask_for("", "1")
    text = project.corpus / "papers" / "zarate2006.txt"
    text.write_text("Nothing was found here.\n")
    state = run(**project.parameters, workers=1, return_state=True)
    assert state.is_failed()
    assert state.name == "Withheld"
    assert "recall of drug is 0.0000 (0 of 1), the floor is 1" in (state.message or "")
    assert not project.releases.exists()
    assert table(project.out, "scores")
    assert "withheld" in (project.out / "report.html").read_text()


def test_without_gold_the_gate_cannot_decide_and_nothing_is_released(project: Project) -> None:
    state = run(**project.parameters, workers=1, return_state=True)
    assert state.is_failed()
    assert state.name == "Undecided"
    assert not project.releases.exists()
    assert json.loads((project.out / "gate.json").read_text())["verdict"] == "undecided"


def test_where_no_document_can_be_used_nothing_is_released(project: Project) -> None:
    project.ask_for("", "0")
    for path in (project.corpus / "papers").iterdir():
        path.unlink()
    state = run(**project.parameters, workers=1, return_state=True)
    assert state.is_failed()
    assert (state.message or "").startswith("no document could be used")
    assert len(table(project.out, "failures")) == 2
    assert not project.releases.exists()
