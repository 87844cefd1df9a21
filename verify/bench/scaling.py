"""Cost against size: the exponent that was measured, with its interval, beside the one that the design promises."""

from __future__ import annotations

import ctypes
import gc
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.bench.limits import Machine
from verify.bench.measure import CONFIDENCE
from verify.bench.row import Scaling, Setting, Unavailable

SLACK = 0.15  # of the exponent: caches and the overhead of calls bend the line a little
REPEATS = 3  # of which the fastest counts
FLOOR = 1 << 20  # bytes: below a MiB, memory is noise of the allocator


@dataclass(frozen=True)
class Fitted:
    """Cost at each size and the exponent p of cost ~ size^p.

    Attributes:
        against, unit, why, wanted: of the ``Scaling``.
        sizes, costs: what was measured, seconds or bytes.
        exponent, half: slope of the logarithms by least squares, and half of its ``CONFIDENCE`` interval (Student's t).
        status: ``holds`` where the interval lies below ``wanted + SLACK``, ``missed`` above, ``open`` else.
    """

    against: str
    unit: str
    why: str
    wanted: float
    sizes: tuple[int, ...]
    costs: tuple[float, ...]
    exponent: float
    half: float
    status: str


def fitted(scaling: Scaling, costs: tuple[float, ...]) -> Fitted:
    """The exponent of measured costs.

    Raises:
        ValueError: fewer than 3 sizes.
    """
    import numpy as np
    from scipy import stats

    if len(costs) < 3:
        raise ValueError(f"{scaling.against}: an exponent with an interval needs at least 3 sizes, not {len(costs)}")
    line = stats.linregress(np.log(scaling.sizes), np.log(costs))
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, len(costs) - 2) * line.stderr)
    most = scaling.wanted + SLACK
    status = "holds" if line.slope + half <= most else "missed" if line.slope - half > most else "open"
    told = (scaling.against, scaling.unit, scaling.why, scaling.wanted, scaling.sizes)
    return Fitted(*told, costs, float(line.slope), half, status)


def scale(scaling: Scaling, setting: Setting, machine: Machine, told: Callable[[int], None] = lambda n: None) -> Fitted:
    """Run the work at every size, and fit.

    Args:
        scaling: what is run.
        setting: at which size of the row and on which device.
        machine: the device.
        told: is given each size before it runs.
    """
    costs = []
    for size in scaling.sizes:
        told(size)
        call = scaling.make(size, setting)
        costs.append(peak_bytes(call, machine) if scaling.unit == "bytes" else _seconds(call, machine))
    return fitted(scaling, tuple(costs))


def _seconds(call: Callable[[], Any], machine: Machine) -> float:
    best = math.inf
    for n in range(REPEATS + 1):
        machine.synchronise()
        begin = time.perf_counter()
        call()
        machine.synchronise()
        if n:  # the first is warm-up
            best = min(best, time.perf_counter() - begin)
    return best


def peak_bytes(call: Callable[[], Any], machine: Machine) -> float:
    """Most memory that a call held above what stood before it, at least ``FLOOR``.

    Raises:
        Unavailable: this is neither Linux nor CUDA.
    """
    call()  # what libraries set up once is not of this call
    gc.collect()
    if machine.device == "cuda":
        import torch

        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        call()
        machine.synchronise()
        return float(max(FLOOR, torch.cuda.max_memory_allocated() - before))
    try:
        ctypes.CDLL(None).malloc_trim(0)  # what was freed goes back, so that it cannot be used again unseen
        Path("/proc/self/clear_refs").write_text("5")  # forgets the peak so far
        before = _status("VmRSS")
        call()
        return float(max(FLOOR, _status("VmHWM") - before))
    except (OSError, AttributeError) as error:
        raise Unavailable(f"peak memory cannot be read here: {error}") from error


def _status(name: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    raise Unavailable(f"/proc/self/status has no {name}")
