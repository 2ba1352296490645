"""What the flow is made of, without Prefect: sources, judging, the release folder, Prefect's home."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from apart import answers, clean_environment

from pipeline import gold
from pipeline.export.folder import UnwritableFolder
from pipeline.flows import job
from pipeline.flows.release import release

from small_project import Project

ROOT = Path(__file__).parents[2]


def test_files_that_the_manifest_does_not_name_are_read_under_their_own_name(project: Project) -> None:
    (project.corpus / "originals" / "dropped.pdf").write_bytes(b"%PDF-1.4")
    (project.corpus / "originals" / "README.txt").write_text("what belongs here")
    found = job.sources(project.corpus)
    assert [one.document_id for one in found.inputs] == ["review2015", "zarate2006", "dropped"]
    assert [Path(path).name for path in found.strangers] == ["dropped.pdf"]
    assert found.reviews == ("review2015",)


def test_a_corpus_without_documents_says_where_to_put_one(project: Project) -> None:
    for path in (project.corpus / "papers").iterdir():
        path.unlink()
    manifest = project.corpus / "manifest.csv"
    lines = manifest.read_text().splitlines()
    empty = [line.replace("papers/review2015.txt", "") for line in lines[:2]]
    manifest.write_text(
        "\n".join([empty[0], ",".join(cell if len(cell) != 64 else "" for cell in empty[1].split(","))]) + "\n"
    )
    with pytest.raises(job.EmptyCorpus, match=r"put one into .*originals"):
        job.sources(project.corpus)


def test_without_floors_the_gate_is_undecided(project: Project) -> None:
    judged = job.judge((), gold.load(project.gold), reviews=["review2015"], documents=["review2015"])
    assert judged.gate.verdict == "undecided"
    assert judged.tables["scores"].rows == ()


def make_run(folder: Path, evidence: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "evidence.csv").write_text(evidence)
    (folder / "items.csv").write_text("items")
    (folder / ".ready").mkdir(exist_ok=True)
    (folder / "run.json").write_text(f"made at {time.monotonic()}")
    return folder


def test_a_release_is_named_by_its_evidence_and_never_doubled(tmp_path: Path) -> None:
    run, releases = tmp_path / "run", tmp_path / "releases"
    first = release(make_run(run, "one"), releases, today=date(2026, 1, 2))
    assert first.name.startswith("2026-01-02-")
    assert sorted(path.name for path in first.iterdir()) == ["evidence.csv", "items.csv", "run.json"]
    assert release(make_run(run, "one"), releases, today=date(2026, 3, 4)) == first
    second = release(make_run(run, "two"), releases, today=date(2026, 3, 4))
    assert sorted(path.name for path in releases.iterdir()) == sorted([first.name, second.name])
    assert (first / "evidence.csv").read_text() == "one"


def test_a_release_folder_that_cannot_be_written_is_one_clear_fault(tmp_path: Path) -> None:
    (tmp_path / "releases").write_text("a file")
    with pytest.raises(UnwritableFolder, match="releases: cannot be written"):
        release(make_run(tmp_path / "run", "one"), tmp_path / "releases", today=date(2026, 1, 2))


def settings(tmp_path: Path, **environment: str) -> dict[str, str]:
    """What `isolate` makes of an environment, in a process of its own."""
    script = (
        "import os; from pathlib import Path; from pipeline.flows.home import isolate\n"
        f"isolate(Path({str(tmp_path)!r}))\n"
        "print('\\n'.join(f'{k}={v}' for k, v in os.environ.items() if 'PREFECT' in k or k == 'DO_NOT_TRACK'))"
    )
    clean = {name: value for name, value in clean_environment().items() if name != "DO_NOT_TRACK"}
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(line.split("=", 1) for line in ran.stdout.splitlines())


def test_prefect_stays_in_the_project_and_says_nothing_home(tmp_path: Path) -> None:
    found = settings(tmp_path)
    assert found["PREFECT_HOME"] == str(tmp_path / ".prefect")
    assert (tmp_path / ".prefect").is_dir()
    assert (found["DO_NOT_TRACK"], found["PREFECT_SERVER_ANALYTICS_ENABLED"]) == ("1", "false")


def test_what_the_user_has_set_for_prefect_stays(tmp_path: Path) -> None:
    found = settings(tmp_path, PREFECT_API_URL="http://prefect.example/api", HOME=str(tmp_path))
    assert found["PREFECT_API_URL"] == "http://prefect.example/api"
    assert "PREFECT_HOME" not in found
    own = settings(tmp_path, PREFECT_HOME=str(tmp_path / "mine"))
    assert own["PREFECT_HOME"] == str(tmp_path / "mine")


def test_the_users_own_prefect_folder_is_not_taken_for_a_projects(tmp_path: Path) -> None:
    found = settings(tmp_path, HOME=str(tmp_path), XDG_STATE_HOME=str(tmp_path / "state"))
    assert found["PREFECT_HOME"] == str(tmp_path / "state" / "litevidence" / "prefect")


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_server_ends_with_its_parent_however_that_ends(tmp_path: Path) -> None:
    script = (
        "import os, signal; from pathlib import Path; from pipeline.flows.home import isolate\n"
        "from pipeline.flows.server import server\n"
        f"isolate(Path({str(tmp_path)!r}))\n"
        "with server() as ready:\n"
        "    ready(); print(os.environ['PREFECT_API_URL'], flush=True); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    clean = clean_environment()
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=clean, capture_output=True, text=True, check=False
    )
    assert ran.returncode == -9
    url = f"{ran.stdout.strip()}/health"
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline and answers(url):
        time.sleep(0.2)
    assert not answers(url)


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_two_servers_that_start_at_once_on_a_new_home_both_answer(tmp_path: Path) -> None:
    """They make one database, which broke one of the two nearly every time."""
    script = (
        "from pathlib import Path; from pipeline.flows.home import isolate\n"
        "from pipeline.flows.server import server\n"
        f"isolate(Path({str(tmp_path)!r}))\n"
        "with server() as ready:\n"
        "    ready()\n"
    )
    clean = clean_environment()
    both = [
        subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, env=clean, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [one.communicate(timeout=200)[1] for one in both]
    assert ([one.returncode for one in both], said) == ([0, 0], ["", ""])
