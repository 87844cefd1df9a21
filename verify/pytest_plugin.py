"""The regression check of noise schedules as a pytest plugin; pytest loads it where scoreproof is installed.

    def test_schedule(schedule_check):
        schedule_check(my_sigmas(), baseline="baseline.json")

    @pytest.mark.schedule(baseline="baseline.json", target="digits")
    def test_sigmas():
        return my_sigmas()

``pytest --schedule-update`` writes the baselines. Paths are relative to the test's file. Nothing but pytest and the
standard library is imported before the first check.
"""

from __future__ import annotations

import inspect
import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import pytest

MARKER = (
    "schedule(baseline, target=..., sampler=..., loss_curve=..., dimension=..., smooth=..., steps=..., tolerance=...): "
    "the test returns a noise schedule, which may not be worse than the one in the file `baseline` (scoreproof)"
)
TOLD = "scoreproof baseline"
Texts = str | Sequence[str]
PathLike = str | os.PathLike[str]
WRITTEN = pytest.StashKey[dict[str, tuple[str, list[float]]]]()  # real path: the test that wrote it, and its sigmas


@dataclass(frozen=True)
class Options:
    """What the marker and the fixture take, as ``scoreproof schedule check`` does.

    Attributes:
        baseline: the file, relative to the test's.
        target, sampler: what to judge on, one or several; where empty, those of the baseline.
        loss_curve: a CSV file, relative to the test's.
        dimension, smooth: of the data behind the loss curve, and whether to take it for smooth.
        steps: to ask a function for; None for as many as the baseline was asked for.
        tolerance: nats; None for the baseline's own.
    """

    baseline: PathLike
    _: KW_ONLY
    target: Texts = ()
    sampler: Texts = ()
    loss_curve: PathLike | None = None
    dimension: int | None = None
    smooth: bool = False
    steps: int | None = None
    tolerance: float | None = None

    def wrong(self) -> str | None:
        """Which of them is of a type that cannot be, in one line; numbers are checked where they are used."""
        for name, one in (("target", self.target), ("sampler", self.sampler)):
            if not isinstance(one, list | tuple | str) or not all(isinstance(text, str) for text in one):
                return f"{name} = {one!r}; give a text or a list of texts"
        if not isinstance(self.baseline, str | os.PathLike):
            return f"baseline = {self.baseline!r}; give the name of a file"
        if not isinstance(self.loss_curve, str | os.PathLike | None):
            return f"loss_curve = {self.loss_curve!r}; give the name of a file"
        if self.dimension is not None and (type(self.dimension) is not int or self.dimension < 1):
            return f"dimension = {self.dimension!r}; give a whole number of 1 or more"
        if not isinstance(self.smooth, bool):
            return f"smooth = {self.smooth!r}; give True or False"
        return None


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("scoreproof")
    group.addoption(
        "--schedule-update", action="store_true", help="write the baselines of noise schedules as they are now"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)
    config.stash[WRITTEN] = {}


@pytest.fixture
def schedule_check(request: pytest.FixtureRequest) -> Callable[..., None]:
    """``schedule_check(grid, baseline="baseline.json")``: fail where a noise schedule is worse than its baseline.

    ``grid`` is anything that scoreproof reads as sigmas: a list, an array, a tensor, a toolbox's scheduler, or the text
    of the command line. Further arguments, by name: ``target`` and ``sampler`` (a text or several), ``loss_curve`` (a
    CSV file), ``dimension``, ``smooth``, ``steps`` and ``tolerance``, as on the command line.
    """

    def check(grid: Any, *arguments: Any, **options: Any) -> None:
        _hold(request.node, grid, _bound("write schedule_check(grid, baseline, ...)", arguments, options))

    return check


def pytest_runtest_setup(item: pytest.Item) -> None:
    """The marker is refused where what a test returns is never seen."""
    if item.get_closest_marker("schedule") is None:
        return
    import unittest

    function = item.obj if isinstance(item, pytest.Function) else None
    in_class = isinstance(item, pytest.Function) and item.cls is not None and issubclass(item.cls, unittest.TestCase)
    if function is None or in_class or inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        pytest.fail(
            f"{item.name}: the schedule marker works on plain test functions, and here would check nothing; use the "
            "fixture schedule_check in one",
            pytrace=False,
        )


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """A test with the marker is called, and what it returns is checked."""
    marker = pyfuncitem.get_closest_marker("schedule")
    if marker is None:
        return None
    names = pyfuncitem._fixtureinfo.argnames
    grid = pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names})
    if grid is None:
        pytest.fail(f"{pyfuncitem.name} returns nothing; return the noise schedule", pytrace=False)
    _hold(pyfuncitem, grid, _bound(f"write @pytest.mark.{MARKER}", marker.args, marker.kwargs))
    return True


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The baselines that were written, also by processes of pytest-xdist."""
    for report in terminalreporter.stats.get("passed", []):
        for name, value in getattr(report, "user_properties", []):
            if name == TOLD and report.when == "call":
                terminalreporter.write_line(f"baseline written: {value}")


def _bound(usage: str, arguments: Sequence[Any], options: Mapping[str, Any]) -> Options:
    """The options; the test fails where there are others, or of other types."""
    try:
        found = inspect.signature(Options).bind(*arguments, **options)
        wrong = Options(*found.args, **found.kwargs).wrong()
    except TypeError as error:
        wrong = f"{error}; {usage}"
    if wrong is not None:
        pytest.fail(wrong, pytrace=False)
    return Options(*arguments, **options)


def _hold(item: pytest.Item, grid: Any, options: Options) -> None:
    """Check ``grid``, or write its baseline; failures are those of the test, without a traceback."""
    # Imported here: it loads torch, which tests that check no schedule should not wait for.
    from theory.grids import GridError
    from verify.language.curves import require_curve
    from verify.language.errors import BadInput
    from verify.reports.schedule_check import plain_text, summary
    from verify.schedules.baseline import check, read_now, record
    from verify.schedules.baseline_data import Data, curve_data
    from verify.schedules.baseline_file import read_baseline

    def held() -> str | None:
        """What is wrong, or None."""
        targets: list[str | Data] = list(_texts(options.target))
        require_curve(options.loss_curve, options.dimension, options.smooth)
        if options.loss_curve is not None:
            targets.append(
                curve_data(options.loss_curve, options.dimension, options.smooth, typed_in=folder, kept_in=file.parent)
            )
        now = read_now(grid, read_baseline(file, again) if file.exists() else None, options.steps)
        common: dict[str, Any] = {"tolerance": options.tolerance, "typed_in": folder, "update": again}
        common |= {"name": item.nodeid, "targets": targets, "samplers": _texts(options.sampler)}
        if item.config.getoption("schedule_update"):
            sigmas, written = [*now.grid.sigmas.tolist(), *[0.0] * bool(now.appended_zero)], item.config.stash[WRITTEN]
            first = written.get(os.path.realpath(file))
            if first is not None and first[1] != sigmas:
                return f"{told} is also written by {first[0]}, with other sigmas; give each its own file"
            record(now, file, **common)
            written[os.path.realpath(file)] = (item.nodeid, sigmas)
            item.user_properties.append((TOLD, told))
            return None
        found = check(now, file, **common)
        if not found.failed:
            return None
        return f"noise schedule {summary(found)}\n{plain_text(found)}\nif this is meant: {again}"

    folder, called_in = item.path.parent, item.config.invocation_params.dir
    file = folder / options.baseline
    told = os.path.relpath(file, called_in)
    test = "::".join([os.path.relpath(item.path, called_in), *item.nodeid.split("::")[1:]])
    again = f"pytest --schedule-update {shlex.quote(test)}"
    try:
        wrong = held()
    except (BadInput, GridError) as error:
        wrong = str(error)
    if wrong is not None:
        pytest.fail(wrong, pytrace=False)


def _texts(given: Texts) -> list[str]:
    return [given] if isinstance(given, str) else list(given)
