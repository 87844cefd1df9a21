"""Splitting a batch so that no intermediate array outgrows a memory budget."""

from __future__ import annotations

from collections.abc import Callable

import torch

from numerics.targets.parameters import level_column

# Bytes that the intermediate arrays of one score or denoiser call may occupy together. On a CPU they should stay in
# the last cache; an accelerator is kept busy by large arrays, and is short of memory only.
CPU_BUDGET = 24 * 2**20
DEVICE_BUDGET = 256 * 2**20


def in_chunks(
    f: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    x: torch.Tensor,
    v: float | torch.Tensor,
    bytes_per_row: int,
) -> torch.Tensor:
    """``f(x, level)`` over rows of ``x`` (B, d), as many at a time as the budget of its device allows.

    ``level`` is ``v`` in shape () or (rows, 1). ``bytes_per_row`` is what ``f`` allocates for one row.
    """
    level = level_column(x, v)
    budget = CPU_BUDGET if x.device.type == "cpu" else DEVICE_BUDGET
    rows = max(1, budget // bytes_per_row)
    if len(x) <= rows:
        return f(x, level)
    parts = [f(x[i : i + rows], level[i : i + rows] if level.ndim else level) for i in range(0, len(x), rows)]
    return torch.cat(parts)
