"""The page of the command line has every command with every option, and is made from the commands themselves."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from typer.main import get_command

from verify.cli import app

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def hooks() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_hooks_cli", DOCS / "hooks_cli.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def page(hooks: ModuleType) -> str:
    text = (DOCS / hooks.PAGE).read_text()
    return hooks.on_page_markdown(text, SimpleNamespace(file=SimpleNamespace(src_uri=hooks.PAGE)))


def test_every_command_has_a_section_with_its_options(hooks: ModuleType, page: str) -> None:
    sections = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))
    commands = dict(hooks.leaves(get_command(app), "scoreproof"))
    assert "scoreproof schedule rank" in commands
    assert set(sections) == set(commands)
    for path, command in commands.items():
        for parameter in command.params:
            if parameter.opts[0].startswith("-") and not parameter.hidden and parameter.name != "help":
                assert f"| `{parameter.opts[0]}" in sections[path], (path, parameter.opts)
                assert (parameter.help or "").split(" ")[0] in sections[path]


def test_rows_have_two_cells_and_no_markup_is_left(page: str) -> None:
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    assert len(rows) > 60
    for row in rows:
        assert re.sub(r"`[^`]*`", "", row).count("|") == 3, row
    assert "[bold]" not in page
    assert "\\[" not in page


def test_a_bar_ends_no_cell(hooks: ModuleType) -> None:
    assert hooks._cell("cpu|cuda, see `FILE|-`") == "cpu&#124;cuda, see `FILE|-`"


def test_defaults_are_shown(page: str) -> None:
    section = page.split("## scoreproof conjecture\n")[1].split("\n## ")[0]
    assert re.search(r"`--seed SEED` \| .* Default: `0`\.", section)


def test_a_lost_place_holder_is_an_error(hooks: ModuleType) -> None:
    with pytest.raises(ValueError, match="command line"):
        hooks.on_page_markdown("# Command line", SimpleNamespace(file=SimpleNamespace(src_uri=hooks.PAGE)))


def test_other_pages_are_left_alone(hooks: ModuleType) -> None:
    other = SimpleNamespace(file=SimpleNamespace(src_uri="index.md"))
    assert hooks.on_page_markdown(hooks.PLACE, other) == hooks.PLACE
