"""A page as a reader goes through it: one folder, one Python session, the blocks in their order."""

from __future__ import annotations

import contextlib
import doctest
import importlib
import io
import json
import os
import runpy
import subprocess
import sys
import tomllib
import traceback
from collections.abc import Iterator, MutableMapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import yaml
from doc_blocks import ROOT, Block, commands
from doc_commands import FILES, CommandError, check, costly, parts, runnable, settings
from doc_compare import first_missing

import theory.claims

PARSED = {"text", "", "math", "mermaid", "bibtex", "diff", "csv", "html", "json", "yaml", "toml", "ini", "bash"}
LANGUAGES = {"console", "python", *PARSED}
CATALOGUE = "theory/claims/"
WIDTH = "120"


class Failed(AssertionError):
    """What a page says does not happen: where, and what happens."""


def registries() -> list[MutableMapping]:
    """What a user's code adds to; a page, or one command of it, leaves them as they were."""
    from numerics.samplers import SAMPLERS
    from numerics.targets import TARGETS
    from theory.grids import FAMILIES, FORMULAS
    from theory.vocabulary import VOCABULARY
    from verify.measurements import USER_QUANTITIES

    return [VOCABULARY, USER_QUANTITIES, FAMILIES, FORMULAS, SAMPLERS, TARGETS]


@contextlib.contextmanager
def as_it_was() -> Iterator[None]:
    """Registries, modules, path and current folder are put back."""
    kept = [(registry, dict(registry)) for registry in registries()]
    modules, path, folder = set(sys.modules), list(sys.path), Path.cwd()
    places = list(theory.claims.__path__)
    try:
        yield
    finally:
        for registry, before in kept:
            if registry != before:
                registry.clear()
                registry.update(before)
        for name in set(sys.modules) - modules:
            if Path(getattr(sys.modules[name], "__file__", None) or "/").is_relative_to(folder):
                del sys.modules[name]
        if theory.claims.__path__ != places:
            theory.claims.__path__[:] = places
            theory.claims.catalogue.cache_clear()
        sys.path[:] = path
        os.chdir(folder)


class Page:
    """Runs blocks in a folder of their own.

    Args:
        folder: what the page writes is written there.
        names: what the reader is said to have in his session, such as a trained model.
        long: whether long commands are run as well, and short forms are not.
    """

    def __init__(self, folder: Path, names: dict[str, Any] | None = None, long: bool = False) -> None:
        self.folder, self.names, self.long = folder, {"__name__": "__page__", **(names or {})}, long
        self.printed: dict[str, str] = {}  # by command
        self.owed: list[Block] = []  # outputs of commands that come later
        self.ended: list[int] = []  # exit codes of a block's commands

    def run(self, block: Block) -> None:
        """One block.

        Raises:
            Failed: it fails, or prints something else.
        """
        if block.title:
            self._write(block)
        if block.language == "console":
            self._console(block)
        elif block.language == "python" and not block.title:
            self._python(block)
        elif block.marker.output_of is not None:
            self._output(block)
        else:
            parse(block)

    def close(self) -> None:
        """Raises: Failed: an output was shown whose command never ran."""
        for block in self.owed:
            self._compare(block, block.body, self._command(block.marker.output_of or "", (0, 1)))

    def _write(self, block: Block) -> None:
        to = (self.folder / block.title).resolve()
        if not to.is_relative_to(self.folder.resolve()):
            raise Failed(f"{block.place}: {block.title} leads out of the page's folder")
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(block.body)
        parse(block)
        if block.title.startswith(CATALOGUE):  # as if it stood in the repository
            theory.claims.__path__.append(str(to.parent))
            theory.claims.catalogue.cache_clear()

    # --- commands ---------------------------------------------------------------------------------------

    def _console(self, block: Block) -> None:
        marker, outputs = block.marker, []
        self.ended = []
        for text, shown in commands(block):
            left_out = marker.reason is not None
            long = marker.long is not None and text.lstrip().startswith(marker.long) and not self.long
            if left_out or long:
                self._checked(block, text)
                continue
            if not self.long and (why := self._costly(block, text)):
                raise Failed(f"{block.place}: `{text}` {why}: put <!-- run: long --> before the block, or a short form")
            output = self._command(text, marker.codes, block.place)
            outputs.append(output)
            if shown is not None:
                self._compare(block, shown, output)
        short = marker.instead is not None and (not self.long or marker.reason is not None)
        if short:
            outputs = [self._command(marker.instead or "", marker.codes, block.place)]
        if marker.must is not None and outputs and marker.must not in self.ended:
            raise Failed(f"{block.place}: no command of this block ended with exit code {marker.must}")
        if block.shown is not None and outputs:
            self._compare(block, block.shown, "\n".join(outputs), numbers=not short)

    def _costly(self, block: Block, text: str) -> str | None:
        try:
            return costly(text)
        except CommandError as wrong:
            raise Failed(f"{block.place}: {wrong}") from None

    def _checked(self, block: Block, text: str) -> None:
        try:
            for words in parts(text):
                check(settings(words)[1])
        except CommandError as wrong:
            raise Failed(f"{block.place}: {wrong}") from None

    def _command(self, text: str, codes: tuple[int, ...], place: str = "") -> str:
        """Run a command line; gives what it printed."""
        printed = ""
        try:
            for command in parts(text):
                variables, words = settings(command)
                if not words:
                    continue
                to = words[words.index(">") + 1] if ">" in words else None
                words = words[: words.index(">")] if to else words
                if not runnable(words):
                    check(words)
                    if words[0] == "cd":
                        os.chdir(words[1] if Path(words[1]).is_dir() else ROOT / words[1])
                    continue
                code, out, err = self._call(words, variables)
                out += err if code == 2 else ""  # what a refusal says is what the page shows
                self.ended.append(code)
                if code not in codes:
                    said = out[-3000:] + (err[-3000:] if code != 2 else "")
                    raise Failed(f"{place}: `{text}` ended with exit code {code}\n{said}")
                if to is not None:
                    Path(to).write_text(out)
                printed += out
        except CommandError as wrong:
            raise Failed(f"{place}: {wrong}") from None
        self.printed[" ".join(text.split())] = printed
        return printed

    def _call(self, words: list[str], variables: dict[str, str]) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        before = dict(os.environ)
        os.environ.update({"COLUMNS": WIDTH, "NO_COLOR": "1", **variables})
        folder = Path.cwd()
        try:
            if words[0] in FILES:
                done = subprocess.run(words, capture_output=True, text=True, timeout=60)
                return done.returncode, done.stdout, done.stderr
            with as_it_was(), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                if words[0] == "scoreproof":
                    code = _scoreproof(words[1:])
                elif "pytest" in words[:3]:
                    code = _pytest(words[words.index("pytest") + 1 :])
                else:
                    code = _script(words[1:])
            return code, out.getvalue(), err.getvalue()
        finally:
            os.environ.clear()
            os.environ.update(before)
            os.chdir(folder)

    def _output(self, block: Block) -> None:
        """Text whose command stands elsewhere on the page."""
        command = " ".join((block.marker.output_of or "").split())
        if block.marker.long is not None and not self.long:
            self._checked(block, command)
        elif command in self.printed:
            self._compare(block, block.body, self.printed[command])
        else:
            self.owed.append(block)

    # --- Python ------------------------------------------------------------------------------------------

    def _python(self, block: Block) -> None:
        code = parsed(block)
        if block.marker.reason is not None or (block.marker.long is not None and not self.long):
            return
        if ">>> " in block.body:
            return self._session(block)
        out, names = io.StringIO(), self.names
        if block.marker.module is not None:
            names = dict(vars(importlib.import_module(block.marker.module)))
        sys.path.insert(0, str(Path.cwd()))
        try:
            with contextlib.redirect_stdout(out):
                exec(code, names)
        except BaseException:
            raise Failed(f"{block.place}: {traceback.format_exc(limit=-3)}") from None
        finally:
            sys.path.remove(str(Path.cwd()))
        self.names.update({name: value for name, value in names.items() if not name.startswith("__")})
        if block.shown is not None:
            self._compare(block, block.shown, out.getvalue())

    def _session(self, block: Block) -> None:
        test = doctest.DocTestParser().get_doctest(block.body, self.names, block.place, block.page, block.line)
        report = io.StringIO()
        results = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=report.write, clear_globs=False)
        self.names.update(test.globs)
        if results.failed:
            raise Failed(f"{block.place}: {report.getvalue()}")

    def _compare(self, block: Block, shown: str, printed: str, numbers: bool = True) -> None:
        missing = first_missing(shown, printed, numbers)
        if missing is not None:
            raise Failed(f"{block.place}: not printed: {missing}\nbut\n{printed}")


def _scoreproof(words: list[str]) -> int:
    from verify.cli import main

    if "--jobs" in words:  # the verdicts are the same, and a process more costs seconds
        at = words.index("--jobs")
        words = [*words[:at], *words[at + 2 :]]
    try:
        main(words)
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def _pytest(words: list[str]) -> int:
    """pytest in this process: torch cannot be loaded twice, and a process of its own costs seconds."""
    import pytest

    import verify.pytest_plugin

    installed = any(entry.name == "scoreproof" for entry in entry_points(group="pytest11"))
    words = ["-q", f"--rootdir={Path.cwd()}", "-p", "no:cacheprovider", *words]
    kept, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # a schedule changed within a second is read anew
    try:
        return int(pytest.main(words, [] if installed else [verify.pytest_plugin]))
    finally:
        sys.dont_write_bytecode = kept


def _script(words: list[str]) -> int:
    arguments, sys.argv = sys.argv, words
    sys.path.insert(0, str(Path(words[0]).resolve().parent))
    try:
        runpy.run_path(words[0], run_name="__main__")
    except SystemExit as stop:
        return int(stop.code or 0) if not isinstance(stop.code, str) else 1
    finally:
        sys.argv = arguments
    return 0


def parsed(block: Block) -> Any:
    """The code of a Python block.

    Raises:
        Failed: it is none.
    """
    if ">>> " in block.body:
        return None
    try:
        return compile("\n" * block.line + block.body, block.page, "exec")
    except SyntaxError as wrong:
        raise Failed(f"{block.place}: {wrong}") from None


def parse(block: Block) -> None:
    """The syntax of a block that nobody runs.

    Raises:
        Failed: it is wrong, or the language is not known.
    """
    if block.language not in LANGUAGES:
        raise Failed(f"{block.place}: nobody here knows the language {block.language!r}")
    try:
        if block.language == "python":
            parsed(block)
        elif block.language == "json":
            json.loads(block.body)
        elif block.language == "yaml":
            yaml.safe_load(block.body)
        elif block.language == "toml":
            tomllib.loads(block.body)
        elif block.language == "bash":
            subprocess.run(["bash", "-n"], input=block.body, text=True, check=True, capture_output=True)
    except (ValueError, yaml.YAMLError, subprocess.CalledProcessError) as wrong:
        raise Failed(f"{block.place}: {getattr(wrong, 'stderr', None) or wrong}") from None
