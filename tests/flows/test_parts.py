"""`extract`, `score` and `release` as flows of their own: the same files as the commands give, and typed parameters."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from prefect import Flow
from prefect.exceptions import ParameterTypeError
from test_flow import outputs

from pipeline.cli import run_command_line
from pipeline.flows import parts
from pipeline.flows.run import run

from small_project import Project, table

FLOWS = (run, parts.extract, parts.score, parts.release)


@pytest.mark.usefixtures("prefect_server")
@pytest.mark.timeout(300)
def test_extract_score_and_release_one_after_the_other(project: Project, tmp_path: Path) -> None:
    papers = str(project.corpus / "papers")
    state = parts.extract([papers], project.out, workers=1, return_state=True)
    assert state.is_completed()
    assert "2 documents" in (state.message or "")
    assert run_command_line(["extract", papers, "--out", str(tmp_path / "other"), "--workers", "1", "--quiet"]) == 0
    assert outputs(project.out) == outputs(tmp_path / "other")

    project.ask_for("", "1")
    state = parts.score(project.out, project.gold, gate=True, return_state=True)
    assert (state.is_completed(), state.name, state.message) == (True, "Scored", "released: every floor is met")
    assert table(project.out, "scores")

    released = parts.release(project.out, project.releases, return_state=True)
    assert released.is_failed(), "this run has no gate"
    run(**project.parameters, workers=1, return_state=True)
    released = parts.release(project.out, project.releases, return_state=True)
    assert (released.name, released.message) == ("Released", str(*project.releases.iterdir()))


@pytest.mark.usefixtures("prefect_server")
@pytest.mark.timeout(300)
def test_a_floor_that_is_missed_fails_score_and_nothing_is_released(project: Project) -> None:
    project.ask_for("", "1")
    (project.corpus / "papers" / "zarate2006.txt").write_text("Nothing was found here.\n")
    run(**project.parameters, workers=1, return_state=True)
    state = parts.score(project.out, project.gold, gate=True, return_state=True)
    assert (state.is_failed(), state.name) == (True, "Withheld")
    assert "recall of drug is 0.0000 (0 of 1), the floor is 1" in (state.message or "")
    assert parts.score(project.out, project.gold, return_state=True).is_completed()
    state = parts.release(project.out, project.releases, return_state=True)
    assert (state.is_failed(), state.name) == (True, "Withheld")
    assert not project.releases.exists()


@pytest.mark.usefixtures("prefect_server")
@pytest.mark.timeout(300)
def test_an_extraction_without_a_usable_document_has_failed(project: Project) -> None:
    broken = project.add("broken2001", b"\xff\xfe\x00 this is no text \xff", role="trial", number="2")
    state = parts.extract([str(broken)], project.out, workers=1, return_state=True)
    assert state.is_failed()
    assert "no document could be used" in (state.message or "")
    assert len(table(project.out, "failures")) == 1


def test_the_command_releases_what_the_gate_let_through(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.out.mkdir()
    (project.out / "evidence.csv").write_text("evidence")
    (project.out / "items.csv").write_text("items")
    command = ["release", "--run", str(project.out), "--releases", str(project.releases)]
    assert run_command_line(command) == 2
    assert "gate.json: says no verdict" in capsys.readouterr().err
    (project.out / "gate.json").write_text(json.dumps({"verdict": "withheld", "reasons": ["recall is low"]}))
    assert run_command_line(command) == 1
    assert capsys.readouterr().err == f"litevidence: {project.out}: withheld: recall is low\n"
    (project.out / "gate.json").write_text(json.dumps({"verdict": "released", "reasons": []}))
    assert run_command_line(command) == 0
    assert capsys.readouterr().out.strip() == str(*project.releases.iterdir())


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_prefects_pages_can_explain_every_parameter(flow: Flow[..., object]) -> None:
    for name, shown in flow.parameters.properties.items():
        assert shown.get("description"), f"{flow.name}: {name} says nothing of itself"
        assert "type" in shown or "anyOf" in shown or "enum" in shown
    assert flow.description


@pytest.mark.parametrize(
    ("flow", "wrong"),
    [
        (run, {"workers": -1}),
        (run, {"runner": "threads"}),
        (run, {"timeout": 0}),
        (run, {"memory": 1024}),
        (run, {"dask_address": "host:8786"}),
        (parts.extract, {"paths": [], "out": "o"}),
        (parts.extract, {"paths": ["a.pdf"]}),
        (parts.score, {"gate": "perhaps"}),
        (parts.release, {"run": 5}),
    ],
)
def test_parameters_that_cannot_be_are_refused(flow: Flow[..., object], wrong: dict[str, object]) -> None:
    with pytest.raises((ParameterTypeError, ValueError)):
        flow.validate_parameters(wrong)
