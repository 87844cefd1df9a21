"""The maintainers' files are true of the repository: the paths, make targets, versions and entries that they name."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from pybtex.database import parse_string

from theory.references import references

ROOT = Path(__file__).parents[1]
PAGES = ("ARCHITECTURE.md", "CONTRIBUTING.md", "tests/README.md", "CHANGELOG.md")
TOP = ("theory/", "numerics/", "verify/", "tests/", "docs/", "benchmarks/", "examples/", ".github/")
STANDS_FOR = ("NAME", "_name")  # where a reader puts a name of his own
MAKEFILE = (ROOT / "Makefile").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def named_paths(text: str) -> list[str]:
    """What stands in backquotes or in a link and is a path of the repository."""
    quoted = [word for code in re.findall(r"`([^`\n]+)`", text) for word in code.split()]
    linked = [target.partition("#")[0] for target in re.findall(r"\]\((?!https?:)([^)]+)\)", text)]
    known = [
        word
        for word in (*quoted, *linked)
        if word.startswith(TOP) or re.fullmatch(r"[\w.-]+\.(md|toml|txt|cff|yaml)", word)
    ]
    return [word for word in known if not any(name in word for name in STANDS_FOR)]


def graph_paths(text: str) -> list[str]:
    """Modules and folders in the boxes of a drawing."""
    boxes = re.findall(r'"([^"]+)"', text.partition("```mermaid")[2].partition("```")[0])
    return [path for box in boxes for path in re.findall(r"\b(?:theory|numerics|verify)/[\w/]+", box)]


def has(name: str, path: str) -> bool:
    return name in STANDS_FOR or re.search(rf"\b{name}\b", (ROOT / path).read_text()) is not None


def there(path: str) -> bool:
    return bool(list(ROOT.glob(path.rstrip("/")))) if "*" in path else (ROOT / path).exists()


@pytest.mark.parametrize("page", PAGES)
def test_every_path_that_is_named_exists(page):
    paths = named_paths((ROOT / page).read_text())
    assert [path for path in paths if not there(path)] == []
    assert len(paths) > (0 if page == "CHANGELOG.md" else 10)


def test_every_box_of_the_drawing_is_a_module_or_a_folder():
    paths = graph_paths((ROOT / "ARCHITECTURE.md").read_text())
    assert len(paths) > 10
    assert [path for path in paths if not there(path) and not there(f"{path}.py")] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_that_is_named_exists(page):
    targets = re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE)
    assert set(re.findall(r"(?:`|\$ )make ([a-z]+)", (ROOT / page).read_text())) <= set(targets)


@pytest.mark.parametrize("page", PAGES)
def test_every_name_of_a_module_is_in_it(page):
    """``NAME`` of ``path.py``, ``NAME`` in ``path.py``: the file has the name."""
    text = " ".join((ROOT / page).read_text().split())
    pairs = re.findall(r"`(\w+)` (?:of|in) `([\w/]+\.py)`", text)
    assert [pair for pair in pairs if not has(*pair)] == []
    assert pairs or page != "CONTRIBUTING.md"


def test_architecture_names_every_folder_of_the_layers():
    text = (ROOT / "ARCHITECTURE.md").read_text()
    for folder in ("theory", "verify"):
        inside = [p for p in (ROOT / folder).iterdir() if p.is_dir() and (p / "__init__.py").exists()]
        assert [p.name for p in inside if f"{folder}/{p.name}/" not in text] == []


def test_architecture_is_short_enough_to_be_read():
    assert len((ROOT / "ARCHITECTURE.md").read_text().splitlines()) <= 200


def test_make_help_has_a_line_for_every_target():
    done = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    targets = re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE)
    assert [line.split()[1] for line in lines] == targets
    assert len({re.match(r"  make \w+ +", line).end() for line in lines}) == 1  # type: ignore[union-attr]
    assert all(len(line) <= 120 for line in lines)
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) == set(targets)


def test_ci_runs_targets_that_there_are():
    stages = re.search(r"for stage in (.*); do", (ROOT / ".ci" / "run").read_text())
    assert stages is not None
    assert set(stages[1].split()) <= set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))


def test_hooks_ask_what_lint_asks_and_fetch_nothing():
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert repository["repo"] == "local"
    assert {hook["language"] for hook in repository["hooks"]} == {"system"}
    commands = [hook["entry"].replace(".venv/bin/", "") for hook in repository["hooks"]]
    lint = MAKEFILE.partition("\nlint:")[2].partition("\n\n")[0]
    for tool in ("ruff check", "ruff format", "mypy"):
        assert f"$(BIN)/{tool}" in lint
        assert any(command.startswith(tool) for command in commands)
    for command in commands:
        assert all(there(word) for word in command.split() if word.startswith("tests/"))


def test_versions_agree():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == PROJECT["version"]
    assert citation["license"] == PROJECT["license"]
    changes = (ROOT / "CHANGELOG.md").read_text()
    assert PROJECT["version"] in changes


def test_the_citation_file_has_what_its_format_requires():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    (paper,) = citation["references"]
    entry = references()["wang2024evaluating"]
    assert paper["title"] == entry.fields["title"]
    names = [f"{one['family-names']}, {one['given-names']}" for one in paper["authors"]]
    assert names == list(map(str, entry.persons["author"]))
    assert paper["identifiers"][0]["value"] == f"arXiv:{entry.fields['eprint']}"


def test_the_entries_of_the_page_are_those_that_cite_prints():
    from verify.reports.bibliography import Subject, own_entry

    page = (ROOT / "docs" / "cite.md").read_text()
    texts = re.findall(r"```bibtex\n(.*?)```", page, re.DOTALL)
    shown = {key: one for text in texts for key, one in parse_string(text, "bibtex").entries.items()}
    assert shown.keys() == {"scoreproof", "wang2024evaluating"}
    paper = references()["wang2024evaluating"]
    assert dict(shown["wang2024evaluating"].fields) == dict(paper.fields)
    assert shown["wang2024evaluating"].persons == paper.persons
    own = own_entry(Subject("", {"scoreproof": PROJECT["version"]}, year="2026"))
    assert dict(shown["scoreproof"].fields) == dict(own.fields)
    assert shown["scoreproof"].persons == own.persons
