"""What is done with a command of a page: it is run, or only checked as far as that goes without running it."""

from __future__ import annotations

import ast
import re
import shlex
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from doc_blocks import ROOT

FILES = {"cat", "cp", "echo", "grep", "head", "ls", "mkdir", "mv", "sed", "tail"}  # run as they are
SCRIPTS = {"python", "bash", "sbatch", "source", "."}  # their first argument is a file
SUBCOMMANDS = {  # of the reader's own machine
    "git": {"add", "checkout", "clone", "commit", "diff", "fetch", "log", "pull", "push", "status", "switch"},
    "pre-commit": {"install", "run", "uninstall"},
}
PLACE = "path/to/"


class CommandError(AssertionError):
    """A command that cannot work: it, and what is wrong."""


def parts(command: str) -> list[list[str]]:
    """The words of a command line, one list for each command that ``&&`` joins; comments are left out."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars="&|;<>")
    lexer.whitespace_split, lexer.commenters = True, "#"
    out: list[list[str]] = [[]]
    for word in lexer:
        if word == "&&":
            out.append([])
        elif word in ("|", ";", "<", "||", ">>"):
            raise CommandError(f"{command}: {word!r} is not understood here; write one command a line")
        else:
            out[-1].append(word)
    return out


def settings(words: list[str]) -> tuple[dict[str, str], list[str]]:
    """``NAME=value`` before a command, and the command itself."""
    found: dict[str, str] = {}
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        name, _, value = words[0].partition("=")
        found[name], words = value, words[1:]
    return found, words


def runnable(words: list[str]) -> bool:
    """Whether a command is one that pages run, rather than check."""
    if words[0] == "scoreproof" or words[0] in FILES:
        return True
    if words[:3] == ["python", "-m", "pytest"] or words[0] == "pytest":
        return not any((ROOT / word).exists() for word in words if word.startswith("tests"))
    return words[0] == "python" and len(words) > 1 and words[1].endswith(".py")


def costly(command: str) -> str | None:
    """Why no page should run this command without a marker."""
    for words in parts(command):
        if words[0] == "scoreproof" and words[1:2] == ["verify"]:
            if "--suite" in words or not any(w == "--claim" or w.endswith(".py") for w in words):
                return "runs a suite, which takes minutes"
            if "--scheduler" in words or "cuda" in words:
                return "needs other machines"
    return None


def check(words: list[str]) -> None:
    """What can be known of a command without running it.

    Raises:
        CommandError: it names a target, an extra, a file, a claim or an option that is not there, or nobody knows it.
    """
    name, rest = words[0], words[1:]
    if words[:2] == ["python", "-m"] and len(words) > 2:
        name, rest = words[2], words[3:]
    if name == "scoreproof":
        check_scoreproof(rest)
    elif name == "make":
        _check_make(rest)
    elif name in ("pip", "pip3"):
        _check_pip(rest)
    elif name.startswith("benchmarks."):
        _check_options(ROOT / f"{name.replace('.', '/')}.py", rest)
    elif name == "pytest":
        _check_files([word.partition("::")[0] for word in rest if word.startswith("tests")])
    elif name == "jupyter":
        _check_files([word for word in rest[1:] if not word.startswith("-")])
    elif name == "dask":
        _check_dask(rest)
    elif name in SCRIPTS:
        _check_script(name, rest)
    elif name in SUBCOMMANDS:
        if not rest or rest[0] not in SUBCOMMANDS[name]:
            raise CommandError(f"{shlex.join(words)}: {name} is known with {', '.join(sorted(SUBCOMMANDS[name]))}")
    elif name == "cd":
        if len(rest) != 1 or not any((base / rest[0]).is_dir() for base in (Path(), ROOT)):
            raise CommandError(f"{shlex.join(words)}: there is no such folder, on the page or in the repository")
    elif name == "export":
        if not rest or settings(rest)[1]:
            raise CommandError(f"{shlex.join(words)}: write export NAME=value")
    elif name not in FILES | {"venv"}:
        raise CommandError(f"{shlex.join(words)}: nobody here knows {name!r}; add it to tests/docs/doc_commands.py")


def check_scoreproof(words: list[str], example: bool = False) -> None:
    """The subcommand is there, takes the options, and the claims and suites that are named exist.

    Args:
        example: whether the words are those of a sentence, which may leave arguments out or write ``FILE`` for one.
    """
    import typer

    from verify.cli import app

    command: Any = typer.main.get_command(app)
    path = "scoreproof"
    while hasattr(command, "commands"):
        if not words or words[0] not in command.commands:
            if example and not (words and words[0].islower() and words[0].isidentifier()):
                return
            raise CommandError(f"{path} {' '.join(words)}: {path} has no command {words[0] if words else ''!r}")
        path, command, words = f"{path} {words[0]}", command.commands[words[0]], words[1:]
    if example:
        known = {option for parameter in command.params for option in parameter.opts + parameter.secondary_opts}
        unknown = [word for word in words if word.startswith("--") and word.partition("=")[0] not in {*known, "--help"}]
        if unknown:
            raise CommandError(f"{path} has no option {unknown[0]}")
        return
    try:
        given = command.make_context(path, list(words)).params
    except Exception as error:  # the errors of typer's own copy of click
        raise CommandError(f"{path} {shlex.join(words)}: {getattr(error, 'message', error)}") from None
    _check_names(given)


def _check_names(given: dict[str, Any]) -> None:
    from theory.claims import catalogue
    from verify.suites import SUITES

    for id in given.get("claim") or ():
        if id not in catalogue():
            raise CommandError(f"there is no claim {id}")
    if given.get("suite") is not None and given["suite"] not in SUITES:
        raise CommandError(f"there is no suite {given['suite']}")


def _check_make(words: list[str]) -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for word in words:
        if "=" not in word and word not in targets:
            raise CommandError(f"make {word}: the Makefile has no such target")


def _check_pip(words: list[str]) -> None:
    """Extras are those of pyproject.toml; a path is there; a package is one that scoreproof asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    asked = " ".join([*project["dependencies"], *(line for lines in extras.values() for line in lines)])
    following = iter(words[1:])
    for word in following:
        if word in ("-c", "-r"):
            _check_files([next(following)])
        elif not word.startswith("-"):
            base, _, wanted = word.partition("[")
            missing = [extra for extra in filter(None, wanted.rstrip("]").split(",")) if extra not in extras]
            if missing:
                raise CommandError(f"pip install {word}: pyproject.toml has no extra {missing[0]}")
            here = base in (".", "scoreproof", "k-diffusion", "pip", "pytest", "pre-commit") or base.startswith(PLACE)
            if not here and base not in asked:
                raise CommandError(f"pip install {word}: scoreproof does not ask for {base}")


@cache
def _options(module: Path) -> frozenset[str]:
    """The options that a benchmark's argument parser is given."""
    calls = (node for node in ast.walk(ast.parse(module.read_text())) if isinstance(node, ast.Call))
    added = (call for call in calls if getattr(call.func, "attr", "") == "add_argument")
    return frozenset(a.value for call in added for a in call.args if isinstance(a, ast.Constant))


def _check_options(module: Path, words: list[str]) -> None:
    _check_files([str(module)])
    for word in words:
        if word.startswith("-") and word.partition("=")[0] not in _options(module):
            raise CommandError(f"{module.stem} has no option {word}")


def _check_files(names: list[str]) -> None:
    for name in names:
        if not (ROOT / name).exists():
            raise CommandError(f"{name}: no such file in the repository")


def _check_script(name: str, words: list[str]) -> None:
    """The file is there, was written by the page, or is what ``python -m venv`` makes."""
    files = [word for word in words if not word.startswith("-")]
    if not files:
        raise CommandError(f"{shlex.join([name, *words])}: no file is named")
    made = name in ("source", ".") and files[0].endswith("/bin/activate")
    if not made and not files[0].startswith(PLACE) and not Path(files[0]).is_file():
        _check_files(files[:1])


def _check_dask(words: list[str]) -> None:
    from distributed.cli import dask_scheduler, dask_worker

    command = {"scheduler": dask_scheduler.main, "worker": dask_worker.main}.get(words[0])
    if command is None:
        raise CommandError(f"dask {words[0]}: not known here")
    try:
        command.make_context(f"dask {words[0]}", list(words[1:]))
    except Exception as error:
        raise CommandError(f"dask {shlex.join(words)}: {getattr(error, 'message', error)}") from None
