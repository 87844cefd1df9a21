"""Grids from a user's own Python file, ``file.py:function``. Naming the file is the wish to run it."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any

from theory.grids import Grid
from verify.language.errors import BadInput, did_you_mean, quoted
from verify.language.tables import existing_file

if TYPE_CHECKING:
    from verify.schedules.given import Given


def names_function(text: str) -> bool:
    """Whether a text is a function of a file, or a Python file whose function was left out."""
    return ".py:" in text or text.strip().endswith(".py")


def grid_of_function(text: str, points: int | None = None) -> Grid:
    """Import the file, call the function, and make a grid of what it returns.

    Args:
        text: ``file.py:function``.
        points: number of points to ask for. The function is called with it where it takes an argument.

    Raises:
        BadInput: no such file or function, or it fails, or returns nothing that can be read.
        GridError: what it returns is no legal grid.
    """
    path, name = _named(text)
    from verify.schedules.toolboxes.functions import call, read_called  # which reads by this module in turn

    function = _function(path, name)
    with _importable(path.parent):
        called = call(function, points, f"{path}:{name}")
        return called.result if isinstance(called.result, Grid) else read_called(called).grid()


def given_of_function(text: str, points: int | None = None) -> Given:
    """What the function returns, called as in ``grid_of_function``, with nothing checked.

    Raises:
        BadInput: no such file or function, or it fails, or returns nothing that can be read.
    """
    path, name = _named(text)
    from verify.schedules.toolboxes.functions import call, read_called  # which reads by this module in turn

    function = _function(path, name)
    with _importable(path.parent):
        return read_called(call(function, points, f"{path}:{name}"))


def _named(text: str) -> tuple[Path, str]:
    """The file and the name of its function."""
    text = text.strip()
    file, name = (text, "") if text.endswith(".py") else map(str.strip, text.rsplit(":", 1))
    path = existing_file(file)
    if not name:
        raise BadInput(f"{path} is a Python file; say which of its functions makes the grid: write {path}:FUNCTION")
    return path, name


class _Anew(SourceFileLoader):
    """Compiles the text as it is now: Python's kept one is out of date after an edit in one second to the same size."""

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self.get_data(self.path), self.path)


def load_file(path: Path) -> ModuleType:
    """The module of a user's file, run once; its folder can be imported from while it runs.

    Raises:
        BadInput: the file fails to run (the message has its error).
    """
    name = f"scoreproof_user_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path, loader=_Anew(name, str(path)))
    if path.suffix != ".py" or spec is None or spec.loader is None:
        raise BadInput(f"{path} is no Python file; give one that ends in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickle look their module up here
    with _importable(path.parent), own_errors(str(path)):
        spec.loader.exec_module(module)
    return module


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    """Modules beside a user's file can be imported, as when Python runs it."""
    place = str(folder.resolve())
    sys.path.insert(0, place)
    try:
        yield
    finally:
        with suppress(ValueError):  # the file took it away itself
            sys.path.remove(place)


def _function(path: Path, name: str) -> Callable[..., Any]:
    module = load_file(path)
    function = getattr(module, name, None)
    if callable(function):
        return function
    own = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
    raise BadInput(f"{path} has no function {quoted(name)}; {did_you_mean(name, own) if own else 'it defines none'}")


@contextmanager
def own_errors(where: str) -> Iterator[None]:
    """The user's code runs in here. What it prints goes to standard error, since the result may go to standard output.

    Args:
        where: the file, ``file.py:function``, or a name that tells what ran.

    Raises:
        BadInput: the code raised something; one line tells what.
    """
    try:
        with redirect_stdout(sys.stderr):
            yield
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # also SystemExit, and what test tools raise
        file = where.rpartition(":")[0] if ".py:" in where else where
        line = _line_in(error, file)
        at = f" at line {line}" if line else ""
        fix = "correct that file" if names_function(where) else "correct it"
        if "'Symbol' object cannot be interpreted as an integer" in _text_of(error):  # of range(N)
            fix = f"N is a symbol, not a number: write sympy's Sum(..., (k, 0, N - 1)); {fix}"
        raise BadInput(f"{where} raised {type(error).__name__}{at}: {_text_of(error)}; {fix}") from error


def _text_of(error: BaseException) -> str:
    """What the error says; its class is the user's own and may fail in saying it."""
    try:
        return str(error)
    except Exception:
        return "(its text cannot be shown)"


def _line_in(error: BaseException, file: str) -> int | None:
    """The last line of ``file`` that the error passed through."""
    trace, line, place = error.__traceback__, None, os.path.realpath(file)
    while trace is not None:
        if os.path.realpath(trace.tb_frame.f_code.co_filename) == place:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
