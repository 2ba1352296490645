"""What a team with a Prefect server of its own uses: the deployment in prefect.yaml, and a block that is told."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from prefect.blocks.core import Block
from prefect.client.schemas.objects import StateType
from prefect.flows import load_flow_from_entrypoint
from prefect.states import State

from pipeline.flows.notify import BLOCK, notify
from pipeline.flows.run import run

ROOT = Path(__file__).parents[2]


DEPLOYMENTS = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda one: one["entrypoint"].rpartition(":")[2])
def test_every_deployment_names_a_flow_and_parameters_that_it_takes(
    deployment: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    flow = load_flow_from_entrypoint(deployment["entrypoint"])
    assert deployment["parameters"].keys() <= flow.validate_parameters(deployment["parameters"]).keys()
    assert deployment["concurrency_limit"] == {"limit": 1, "collision_strategy": "CANCEL_NEW"}


def test_there_is_a_deployment_of_every_flow() -> None:
    named = {deployment["entrypoint"].rpartition(":")[2] for deployment in DEPLOYMENTS}
    assert named == {"run", "extract", "score", "release"}


class Told:
    """A block that remembers what it was told, or fails."""

    def __init__(self, *, fails: bool = False) -> None:
        self.said: list[tuple[str, str]] = []
        self._fails = fails

    def notify(self, body: str, subject: str) -> None:
        if self._fails:
            raise OSError("no route to host")
        self.said.append((subject, body))


WITHHELD = State(type=StateType.FAILED, name="Withheld", message="recall of drug is 0.0, the floor is 1")


def test_a_withheld_run_is_told_to_the_block_that_the_team_names(monkeypatch: pytest.MonkeyPatch) -> None:
    block = Told()
    monkeypatch.setenv(BLOCK, "slack-webhook/evidence")
    monkeypatch.setattr(Block, "load", {"slack-webhook/evidence": block}.get)
    notify(run, SimpleNamespace(name="run of corpus"), WITHHELD)  # type: ignore[arg-type]
    assert block.said == [("litevidence: Withheld", "run of corpus: recall of drug is 0.0, the floor is 1")]


def test_nothing_is_told_where_no_block_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(BLOCK, raising=False)
    monkeypatch.setattr(Block, "load", lambda _: pytest.fail("no block was asked for"))
    notify(run, SimpleNamespace(name="run of corpus"), WITHHELD)  # type: ignore[arg-type]


def test_a_block_that_fails_is_logged_and_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(BLOCK, "slack-webhook/evidence")
    monkeypatch.setattr(Block, "load", lambda _: Told(fails=True))
    with caplog.at_level("WARNING"):
        notify(run, SimpleNamespace(name="run of corpus"), WITHHELD)  # type: ignore[arg-type]
    assert "no route to host" in caplog.text
