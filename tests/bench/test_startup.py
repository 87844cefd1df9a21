"""The rows of starting: what they compare is of one shape, and what they check can be seen to fail."""

from __future__ import annotations

from functools import partial

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from verify.bench.row import Setting
from verify.bench.rows import startup, startup_plainly
from verify.cli import app

SMALL = Setting("small")


def shape(command) -> dict:
    """How many parameters each command has, by its name; of groups the same."""
    members = getattr(command, "commands", None)
    if members is None:
        return len(command.params)
    return {name: shape(one) for name, one in members.items()}


def test_the_bare_command_line_has_the_same_commands_and_about_as_many_options() -> None:
    ours = shape(get_command(app))
    bare = shape(get_command(startup_plainly.application(startup_plainly.COMMANDS, startup_plainly.GROUPS)))
    assert {name: set(of) if isinstance(of, dict) else 0 for name, of in bare.items()} == {
        name: set(of) if isinstance(of, dict) else 0 for name, of in ours.items()
    }
    assert set(ours) == set(startup.COMMANDS)
    counts = [sum(sum(of.values()) if isinstance(of, dict) else of for of in one.values()) for one in (bare, ours)]
    assert 0.8 <= counts[0] / counts[1] <= 1.0, "more options would be slower, to our advantage"


def test_both_help_texts_name_every_command() -> None:
    case = startup.answers(SMALL)
    mine, theirs = case.ours(), case.other()
    (named,) = case.check(mine, theirs)
    assert (named.ours, named.other) == (0, 0)
    (missing,) = case.check(mine.replace("schedule", "plan"), "")
    assert (missing.ours, missing.other) == (1, len(startup.COMMANDS))


def test_one_bare_command_takes_its_options() -> None:
    bare = startup_plainly.application({"one": 2}, {"more": {"two": 1}})
    assert CliRunner().invoke(bare, ["one", "--option-1", "x"]).exit_code == 0
    assert CliRunner().invoke(bare, ["more", "two", "--option-1", "x"]).exit_code == 2


@pytest.mark.parametrize("name", ["import-theory", "use-theory"])
def test_theory_is_loaded_without_torch(name: str) -> None:
    (row,) = (one for one in startup.ROWS if one.name == name)
    case = row.make(SMALL)
    (loaded,) = case.check(case.ours(), "")
    assert loaded.ours == 0 == loaded.wanted


def test_torch_would_be_noticed() -> None:
    case = startup.imports("import sys; sys.modules['torch'] = sys", "pass", SMALL)
    assert case.check(case.ours(), case.other())[0].ours == 1


def test_a_process_that_fails_is_no_time() -> None:
    with pytest.raises(RuntimeError, match="no_such_module"):
        partial(startup.output, "-c", "import no_such_module")()
