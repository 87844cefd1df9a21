"""Rows one after the other, each in a process of its own, so that none profits from what another left in a cache."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from verify.bench.limits import Machine
from verify.bench.measure import alternate
from verify.bench.result import Result
from verify.bench.row import Row, Setting, Unavailable
from verify.bench.rows import all_rows
from verify.bench.scaling import scale

SMALL_ROUNDS = 3


def run_row(row: Row, setting: Setting, rounds: int | None = None, with_scaling: bool = True) -> Result:
    """Measure one row here and now.

    Args:
        row: what is measured.
        setting: size and device.
        rounds: instead of the row's own number.
        with_scaling: measure cost against sizes too.
    """
    if setting.device not in row.devices:
        return Result(row, None, missing=f"runs on {' and '.join(row.devices)} only")
    try:
        machine = Machine(setting.device)
        case = row.make(setting)
        timing = alternate(case, machine, rounds or (row.rounds if setting.size == "full" else SMALL_ROUNDS))
        found = tuple(scale(one, setting, machine) for one in (row.scaling if with_scaling else ()))
    except Unavailable as why:
        return Result(row, None, missing=str(why))
    return Result(row, timing, found, dict(case.memory), limits=dict(machine.seen))


def run_rows(
    rows: Sequence[Row], setting: Setting, rounds: int | None = None, with_scaling: bool = True
) -> Iterator[Result]:
    """The results of rows as they come, each from a fresh process.

    Args:
        rows: of ``all_rows``.
        setting, rounds, with_scaling: as for ``run_row``.
    """
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh, max_tasks_per_child=1) as processes:
        for row in rows:  # one is given at a time: a second would start its imports beside the first one's timing
            yield Result(row, *processes.submit(_by_name, row.name, setting, rounds, with_scaling).result())


def _by_name(name: str, setting: Setting, rounds: int | None, with_scaling: bool) -> tuple:
    """A row's measurement without the row, whose functions cannot be sent."""
    found = run_row(all_rows()[name], setting, rounds, with_scaling)
    return found.timing, found.scaling, found.memory, found.missing, found.limits
