"""The pages: their commands exist, their links lead somewhere, their tables are whole, their figures can be renewed."""

from __future__ import annotations

import csv
import importlib.util
import re
import shlex
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import typer.main

from pipeline.cli.commands import app
from pipeline.export.tables import HEADERS

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("outputs/README.md"), *ROOT.glob("corpus/**/*.md")]
)
BLOCK = re.compile(r"^ *```sh( runnable)?\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)[^)]*\)")
COMMANDS = typer.main.get_command(app)
TARGETS = set(re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def lines() -> Iterator[tuple[str, str, bool]]:
    """Each command line of a page: the page, the line, and whether it runs as written in a checkout."""
    for page in PAGES:
        for runnable, block in BLOCK.findall(page.read_text(encoding="utf-8")):
            yield from ((page.name, line.strip(), bool(runnable)) for line in block.splitlines() if line.strip())


LINES = list(lines())


def parsed(arguments: list[str]) -> str:
    """The name of the command, once all its options and arguments were taken. Raises what typer raises."""
    name, *rest = arguments
    command = COMMANDS if name == "--help" else COMMANDS.commands[name]  # type: ignore[attr-defined]
    command.make_context(name, rest)
    return name


def test_the_pages_show_commands() -> None:
    assert len(LINES) > 20
    assert {"make run", "make test"} <= {line for page, line, _ in LINES if page == "README.md"}


@pytest.mark.parametrize("line", sorted({line for _, line, _ in LINES}))
def test_a_command_of_a_page_exists_with_its_options(line: str) -> None:
    program, *arguments = shlex.split(line)
    if Path(program).name == "litevidence":
        assert parsed(arguments)
    elif program == "make":
        assert set(arguments) <= TARGETS
    else:
        assert Path(program).name in {"python", "source", "cp", "cd", "export", "grep"}


@pytest.mark.parametrize("line", ["litevidence run --nonsense", "litevidence extract", "litevidence serve --cron"])
def test_a_wrong_command_would_be_noticed(line: str) -> None:
    with pytest.raises(typer.BadParameter.__mro__[1]):
        parsed(shlex.split(line)[1:])


@pytest.mark.parametrize("line", sorted({line for _, line, runnable in LINES if runnable}))
def test_a_runnable_command_names_files_of_the_checkout(line: str) -> None:
    made = ("outputs/", ".venv/", "myreview")
    paths = [word for word in shlex.split(line)[1:] if "/" in word and not word.startswith(("-", *made))]
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_link_leads_to_a_file(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_column_of_every_file_is_explained() -> None:
    text = (ROOT / "docs" / "how-to" / "read-the-output.md").read_text(encoding="utf-8")
    parts = dict(re.findall(r"^### (\w+)\.csv\n(.*?)(?=^##)", text, re.DOTALL | re.MULTILINE))
    assert parts.keys() == HEADERS.keys()
    for name, part in parts.items():
        cells = re.findall(r"^\| (`.*?) \|", part, re.MULTILINE)
        explained = [column for cell in cells for column in re.findall(r"`(\w+)`", cell)]
        assert sorted(explained) == sorted(HEADERS[name]), name


def direct_dependencies(*extras: str) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(one for extra in extras for one in project["optional-dependencies"][extra])]
    names = {re.split(r"[\s<>=!~;\[]", one, maxsplit=1)[0].lower() for one in asked}
    return names - {project["name"]}


def first_cells(page: str) -> set[str]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return {name for cell in re.findall(r"^\| ([\w., -]+?) \|", text, re.MULTILINE) for name in cell.split(", ")}


def test_every_direct_dependency_has_its_licence_and_its_reason_written_down() -> None:
    assert direct_dependencies("build", "dev") <= first_cells("third-party.md")
    assert direct_dependencies() <= first_cells("adr/0007-heavy-dependencies.md")


# docs/figures.py

HEADER = HEADERS["scores"]


def scores(*rows: str) -> list[dict[str, str]]:
    """Rows of `scores.csv`, written `role split field tp fp fn precision recall f1`."""
    return [dict(zip(HEADER, [*row.split(), *[""] * 5], strict=True)) for row in rows]


SCORES = scores(
    "all all all 90 10 30 0.9000 0.7500 0.8182",
    "all all dose 20 0 5 1.0000 0.8000 0.8889",
    "all all sd 1 3 3 0.2500 0.2500 0.2500",
    "paper all all 90 10 30 0.9000 0.7500 0.8182",
)


@pytest.fixture(scope="module")
def figures() -> ModuleType:
    spec = importlib.util.spec_from_file_location("figures", ROOT / "docs" / "figures.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def page_with(block: str) -> str:
    return f"# Title\n\n<!-- figures -->\n{block}\n<!-- /figures -->\n\nAfter.\n"


def test_scores_are_summed_up_for_each_reference(figures: ModuleType) -> None:
    text = figures.scored(SCORES)
    assert "| the trials | 120 | 90.0 % | 75.0 % | 81.8 % |" in text
    assert "`dose` (F1 88.9 %)" in text
    assert "`sd`" not in text, "four values of gold say too little to be named"
    assert "could read all of these documents" in text


def test_unseen_documents_are_told_apart(figures: ModuleType) -> None:
    text = figures.scored([*SCORES, *scores("all unseen all 6 2 4 0.7500 0.6000 0.6667")])
    assert "nobody who wrote the rules had seen: precision 75.0 %, recall 60.0 % (10 values)" in text


def test_a_block_is_renewed_and_all_else_kept(figures: ModuleType) -> None:
    page = figures.with_block(page_with("old"), "figures", "new")
    assert page == page_with("new")
    assert figures.with_block(page, "figures", "new") == page
    with pytest.raises(ValueError, match="has no <!-- figures -->"):
        figures.with_block("# Title\n", "figures", "new")


@pytest.mark.parametrize(
    ("then", "now", "stale"),
    [
        ("recall 92.7 %", "recall 92.7 %", False),
        ("recall\n92.7 %", "recall 92.7 %", False),
        ("recall 92.7 %", "recall 92.8 %", False),
        ("recall 92.7 %", "recall 92.9 %", True),
        ("1434 values", "1435 values", False),
        ("1434 values", "1436 values", True),
        ("recall 92.7 %", "precision 92.7 %", True),
        ("recall 92.7 %", "recall – %", True),
    ],
)
def test_figures_are_stale_when_rounding_cannot_explain_them(
    figures: ModuleType, then: str, now: str, stale: bool
) -> None:
    assert figures.is_stale(page_with(then), "figures", now) is stale


def test_a_run_without_scores_is_refused_in_one_line(
    figures: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert figures.main(["--run", str(tmp_path), "--check"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_pages_have_the_marks_that_are_renewed(figures: ModuleType) -> None:
    for name, blocks in figures.PAGES.items():
        page = (ROOT / name).read_text(encoding="utf-8")
        for block in blocks:
            assert figures.with_block(page, block, "new")


def test_stale_scores_end_with_status_1(
    figures: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (tmp_path / "scores.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADER)
        writer.writeheader()
        writer.writerows(scores("all all all 1 9 9 0.1000 0.1000 0.1000"))
    assert figures.main(["--run", str(tmp_path), "--check"]) == 1
    assert "README.md" in capsys.readouterr().err
