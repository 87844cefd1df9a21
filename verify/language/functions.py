"""Grids from a user's own Python file, ``file.py:function``. Naming the file is the wish to run it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from theory.grids import Grid
from verify.language.errors import BadInput, did_you_mean, quoted
from verify.language.tables import existing_file

if TYPE_CHECKING:
    from verify.schedules.given import Given


def names_function(text: str) -> bool:
    return ".py:" in text


def grid_of_function(text: str, points: int | None = None) -> Grid:
    """Import the file, call the function, and make a grid of what it returns.

    Args:
        text: ``file.py:function``.
        points: number of points to ask for. The function is called with it where it takes an argument.

    Raises:
        BadInput: no such file or function, or it fails, or returns nothing that can be read.
        GridError: what it returns is no legal grid.
    """
    from verify.schedules.toolboxes.functions import call, read_called

    name, function = _named(text)
    called = call(function, points, name)
    return called.result if isinstance(called.result, Grid) else read_called(called).grid()


def given_of_function(text: str, points: int | None = None) -> Given:
    """What the function returns, called as in ``grid_of_function``, with nothing checked.

    Raises:
        BadInput: no such file or function, or it fails, or returns nothing that can be read.
    """
    from verify.schedules.toolboxes.functions import call, read_called

    name, function = _named(text)
    return read_called(call(function, points, name))


def _named(text: str) -> tuple[str, Callable[..., Any]]:
    file, _, name = text.strip().rpartition(":")
    path = existing_file(file)
    return f"{path}:{name}", _function(path, name)


def load_file(path: Path) -> ModuleType:
    """The module of a user's file, run once; its folder can be imported from while it runs.

    Raises:
        BadInput: the file fails to run (the message has its error).
    """
    name = f"scoreproof_user_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise BadInput(f"{path} is no Python file; give one that ends in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickle look their module up here
    folder = str(path.parent.resolve())
    sys.path.insert(0, folder)
    try:
        with own_errors(str(path)):
            spec.loader.exec_module(module)
    finally:
        sys.path.remove(folder)
    return module


def _function(path: Path, name: str) -> Callable[..., Any]:
    module = load_file(path)
    function = getattr(module, name, None)
    if callable(function):
        return function
    own = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
    raise BadInput(f"{path} has no function {quoted(name)}; {did_you_mean(name, own) if own else 'it defines none'}")


@contextmanager
def own_errors(where: str) -> Iterator[None]:
    """What the user's code raises, told in one line. Raises BadInput."""
    try:
        yield
    except (Exception, SystemExit) as error:
        line = _line_in(error, where)
        at = f" at line {line}" if line else ""
        fix = "correct that file" if names_function(f"{where}:") else "correct it"
        raise BadInput(f"{where} raised {type(error).__name__}{at}: {error}; {fix}") from error


def _line_in(error: BaseException, file: str) -> int | None:
    """The last line of ``file`` that the error passed through."""
    trace, line = error.__traceback__, None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
