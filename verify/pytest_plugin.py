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

import os
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

MARKER = (
    "schedule(baseline, target=..., sampler=..., loss_curve=..., dimension=..., steps=..., tolerance=...): "
    "the test returns a noise schedule, which may not be worse than the one in the file `baseline` (scoreproof)"
)
WRITTEN = "scoreproof baseline"
Texts = str | Sequence[str]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("scoreproof")
    group.addoption(
        "--schedule-update", action="store_true", help="write the baselines of noise schedules as they are now"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)


@pytest.fixture
def schedule_check(request: pytest.FixtureRequest) -> Callable[..., None]:
    """``schedule_check(grid, baseline="baseline.json")``: fail where a noise schedule is worse than its baseline.

    ``grid`` is anything that scoreproof reads as sigmas: a list, an array, a tensor, a toolbox's scheduler, or the text
    of the command line. Further arguments, by name: ``target`` and ``sampler`` (a text or several), ``loss_curve`` (a
    CSV file), ``dimension``, ``steps`` and ``tolerance``, as on the command line.
    """

    def check(grid: Any, baseline: str | Path, **options: Any) -> None:
        _hold(request.node, grid, baseline, **options)

    return check


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
    try:
        _hold(pyfuncitem, grid, *marker.args, **marker.kwargs)
    except TypeError as error:
        if "_hold()" not in str(error):
            raise
        pytest.fail(f"{str(error).replace('_hold()', 'the marker')}; write @pytest.mark.{MARKER}", pytrace=False)
    return True


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The baselines that were written, also by processes of pytest-xdist."""
    for report in terminalreporter.stats.get("passed", []):
        for name, value in getattr(report, "user_properties", []):
            if name == WRITTEN and report.when == "call":
                terminalreporter.write_line(f"baseline written: {value}")


def _hold(
    item: pytest.Item,
    grid: Any,
    baseline: str | Path,
    *,
    target: Texts = (),
    sampler: Texts = (),
    loss_curve: str | Path | None = None,
    dimension: int | None = None,
    steps: int | None = None,
    tolerance: float | None = None,
) -> None:
    """Check ``grid``, or write its baseline; failures are those of the test, without a traceback."""
    # Imported here: it loads torch, which tests that check no schedule should not wait for.
    from theory.grids import GridError
    from verify.language.errors import BadInput
    from verify.reports.schedule_check import plain_text, summary
    from verify.schedules.baseline import check, record
    from verify.schedules.baseline_file import curve_text
    from verify.schedules.reading import as_grid

    def held() -> str | None:
        """What is wrong, or None."""
        targets = _texts(target)
        if loss_curve is not None:
            targets.append(curve_text(loss_curve, dimension))
        elif dimension is not None:
            raise BadInput(f"dimension = {dimension} goes with loss_curve; a target has its own")
        now = as_grid(grid, steps)
        common: dict[str, Any] = {"name": item.nodeid, "tolerance": tolerance, "typed_in": folder, "update": again}
        if item.config.getoption("schedule_update"):
            record(now, file, targets, _texts(sampler), steps_asked=steps, **common)
            item.user_properties.append((WRITTEN, os.path.relpath(file, item.config.invocation_params.dir)))
            return None
        found = check(now, file, targets, _texts(sampler), **common)
        if not found.failed:
            return None
        return f"noise schedule {summary(found)}\n{plain_text(found)}\nif this is meant: {again}"

    folder = item.path.parent
    file = folder / baseline
    again = f"pytest --schedule-update {shlex.quote(item.nodeid)}"
    try:
        wrong = held()
    except (BadInput, GridError) as error:
        wrong = str(error)
    if wrong is not None:
        pytest.fail(wrong, pytrace=False)


def _texts(given: Texts) -> list[str]:
    return [given] if isinstance(given, str) else list(given)
