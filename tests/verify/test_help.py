"""Every --help teaches by an example that works, and tells the exit codes."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.main import get_command

from verify.cli import app, main
from verify.cli.help import START_HERE, examples, paragraphs

ROOT = Path(__file__).parents[2]
OPTIMISE = "scoreproof schedule optimise"
# seconds on one core; the others are parsed only
CHEAP = (
    "scoreproof claims",
    "scoreproof derive wht24.thm2.dterm",
    "scoreproof derive E_D",
    "scoreproof conjecture",
    "scoreproof verify --claim",
    "scoreproof replay",
    "scoreproof schedule lint",
    "scoreproof schedule rank",
    "scoreproof schedule compare",
    "scoreproof schedule check",
    f"{OPTIMISE} --loss-curve",
)
EXPECTED = {"scoreproof conjecture": 1}  # refuted, as the example is meant to show


def commands(command: object, words: tuple[str, ...] = ("scoreproof",)) -> Iterator[tuple[str, object]]:
    """Every command that is none of a group, by the words that call it."""
    below = getattr(command, "commands", None)
    if below is None:
        yield " ".join(words), command
        return
    for name, one in below.items():
        yield from commands(one, (*words, name))


COMMANDS = dict(commands(get_command(app)))
ALL = [*examples(START_HERE), *(one for command in COMMANDS.values() for one in examples(command.help))]


def test_every_command_has_an_example_of_its_own_and_its_exit_codes() -> None:
    assert len(COMMANDS) >= 16
    for name, command in COMMANDS.items():
        shown = command.help  # type: ignore[attr-defined]
        assert any(one.startswith(name) for one in examples(shown)), name
        assert "Exit code" in shown, name


def test_the_first_page_begins_with_three_commands() -> None:
    assert len(examples(START_HERE)) == 3
    assert app.info.epilog == START_HERE


@pytest.mark.parametrize("example", dict.fromkeys(ALL))
def test_an_example_is_understood(example: str) -> None:
    """Its options are those of the command, and their values of the right type."""
    words = shlex.split(example)[1:]
    command = get_command(app)
    with typer.Context(command, info_name="scoreproof") as context:
        while hasattr(command, "commands"):
            name, command, words = command.resolve_command(context, words)
            context = command.make_context(name, list(words), parent=context, resilient_parsing=False)
            words = [*context._protected_args, *context.args] if hasattr(command, "commands") else []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the examples name: sigmas, a loss curve, a function with a grid, claims."""
    place = tmp_path_factory.mktemp("examples")
    sigmas = np.geomspace(14.6, 0.03, 20)
    (place / "sigmas.csv").write_text("sigma\n" + "".join(f"{sigma}\n" for sigma in [*sigmas, 0.0]))
    (place / "my_grid.csv").write_text("".join(f"{sigma}\n" for sigma in np.geomspace(80, 0.002, 19)))
    (place / "my_schedule.py").write_text("import numpy as np\ndef grid():\n    return np.geomspace(10, 0.1, 8)\n")
    levels = np.geomspace(80, 0.002, 120)
    mse = 3072 * 0.25 * levels**2 / (0.25 + levels**2)  # of Gaussian data of variance 1/4
    (place / "curve.csv").write_text("sigma,mse\n" + "".join(f"{s},{m}\n" for s, m in zip(levels, mse, strict=True)))
    (place / "examples").symlink_to(ROOT / "examples")
    return place


def small(example: str) -> list[str]:
    """The example with as little work as its options allow."""
    words = shlex.split(example)[1:]
    if words[0] in ("verify", "conjecture"):
        words += ["--examples", "10"]
    return words


def test_the_examples_that_are_cheap_work(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    cheap = [one for one in dict.fromkeys(ALL) if one.startswith(CHEAP)]
    assert len(cheap) >= 16
    # what others need is made first: a certificate, a baseline
    for example in sorted(cheap, key=lambda one: ("replay" in one, "baseline" in one and "--update" not in one)):
        with pytest.raises(SystemExit) as stop:
            main(small(example))
        told = capsys.readouterr()
        expected = next((code for begin, code in EXPECTED.items() if example.startswith(begin)), 0)
        assert stop.value.code == expected, f"{example}\n{told.out}{told.err}"


def test_examples_are_read_off_a_docstring() -> None:
    text = """Do it.

    Example: [bold]scoreproof verify
    --claim a[/bold] and `scoreproof claims list`

    Two: [bold]scoreproof conjecture "v\\[k] <= 1"[/bold]
    """
    assert examples(paragraphs(text)) == ["scoreproof verify --claim a", 'scoreproof conjecture "v[k] <= 1"']
    assert paragraphs(text).splitlines()[2].startswith("Example: [bold]scoreproof verify --claim a[/bold] and")
