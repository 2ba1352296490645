"""The rules of the house that no tool knows: who may name a field, how long a module is, what no file may hold."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.evidence import COLUMNS
from pipeline.fields import BY_NAME, FIELDS

ROOT = Path(__file__).parents[2]
PIPELINE = ROOT / "pipeline"
MODULES = sorted(PIPELINE.rglob("*.py"))
LONGEST = 300

# The table of fields names them, and a quantity finder names the fields of what it finds.
NAMES_FIELDS = (PIPELINE / "fields.py", PIPELINE / "annotate" / "quantities")
# Words that are a field's name and nothing else: neither a column of the evidence nor what a result is called.
ONLY_FIELDS = BY_NAME.keys() - set(COLUMNS) - {field.measure for field in FIELDS} - {"count"}

HOSTS = [".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("anaconda", "org"), ("npmjs", "org"))]
MACHINE_PATH = re.compile(r"(?<![\w.~])/(?:" + "|".join(("work", "root", "tmp", "home")) + r")/\w")
GENERATED = {".git", ".venv", ".prefect", "outputs", "build", "dist", "originals", "__pycache__"}
DATA = {".pdf", ".png", ".gz", ".pyc", ".xlsx", ".parquet"}


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def literals(node: ast.expr) -> set[str]:
    """The strings that an expression holds by itself or in a list, tuple or set."""
    held = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
    return {one.value for one in held if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def field_names_in(code: str) -> Iterator[str]:
    """Where code asks a mention or a field for its name, looks a field up by name, or writes a name that is nothing else."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            asked = any(isinstance(side, ast.Attribute) and side.attr in ("field", "name") for side in sides)
            told = {text for side in sides for text in literals(side)} & BY_NAME.keys()
            if asked and told:
                yield f"line {node.lineno}: compares a field's name with {sorted(told)}"
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("BY_NAME") and literals(node.slice):
            yield f"line {node.lineno}: looks a field up by {sorted(literals(node.slice))}"
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("BY_NAME.get"):
            yield f"line {node.lineno}: looks a field up by name"
        elif isinstance(node, ast.Constant) and node.value in ONLY_FIELDS:
            yield f"line {node.lineno}: {node.value!r} is the name of a field"


def test_verbs_ask_a_field_for_its_role_and_columns_never_for_its_name() -> None:
    found = [
        f"{named(path)}: {what}"
        for path in MODULES
        if not any(path.is_relative_to(allowed) for allowed in NAMES_FIELDS)
        for what in field_names_in(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        'kept = [one for one in mentions if one.field == "drug"]',
        'if "dose" != one.field: pass',
        'if one.field in ("rate", "count"): pass',
        'if field.name in {"scale"}: pass',
        'unit = BY_NAME["dose"].columns["unit"]',
        'unit = fields.BY_NAME.get("dose")',
        'rule = "sample_size"',
    ],
)
def test_the_rule_on_names_of_fields_can_fail(code: str) -> None:
    assert list(field_names_in(code))


@pytest.mark.parametrize(
    "code", ["if one.field == other.field: pass", 'have = "dose" in columns', "BY_NAME[one.field].role"]
)
def test_the_rule_on_names_of_fields_lets_columns_be_named(code: str) -> None:
    assert not list(field_names_in(code))


def test_a_module_is_read_from_top_to_bottom() -> None:
    long = {named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: lines for name, lines in long.items() if lines >= LONGEST} == {}


def test_every_module_and_what_it_offers_to_others_says_what_it_is() -> None:
    used = {name for path in MODULES for name in imported_from_elsewhere(path)}
    assert len(used) > 100
    assert [fault for path in MODULES for fault in undescribed(path, used)] == []


def part_of(module: str) -> str:
    """The noun or verb that a module belongs to: `read` for `pipeline.read.pdf`."""
    return module.split(".")[1] if "." in module else ""


def module_of(path: Path) -> str:
    return named(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imported_from_elsewhere(path: Path) -> Iterator[tuple[str, str]]:
    """What a module takes from other nouns and verbs, as module and name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and part_of(node.module) != part_of(module_of(path)):
            yield from ((node.module, alias.name) for alias in node.names)


def undescribed(path: Path, used: set[tuple[str, str]]) -> Iterator[str]:
    """A module, and the classes and functions that others use, without a docstring; one statement describes itself."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    if not ast.get_docstring(module):
        yield named(path)
    for node in module.body:
        wordy = isinstance(node, ast.ClassDef) or (isinstance(node, ast.FunctionDef) and len(node.body) > 1)
        if wordy and (module_of(path), node.name) in used and not ast.get_docstring(node):
            yield f"{named(path)}: {node.name}"


def test_no_file_names_a_package_registry_or_a_path_of_one_machine() -> None:
    assert [fault for path in files() for fault in places_in(path)] == []


def files() -> Iterator[Path]:
    """The files that belong to the project: nothing generated, nothing that is a user's own."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        generated = any(
            part in GENERATED or part.endswith((".egg-info", "_cache")) or part == ".hypothesis" for part in parts
        )
        if path.is_file() and not generated and path.suffix not in DATA:
            yield path


def places_in(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8", errors="replace")
    for number, line in enumerate(text.splitlines(), 1):
        if any(host in line for host in HOSTS):
            yield f"{named(path)}: line {number} names a package registry"
        if MACHINE_PATH.search(line):
            yield f"{named(path)}: line {number} names a path of one machine"
