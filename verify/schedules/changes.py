"""What differs between a noise schedule and its baseline, in words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from theory.grids import Grid
from verify.schedules.baseline_data import Data, digest_now
from verify.schedules.baseline_file import Baseline


def changed_grid(before: Grid, now: Grid) -> list[str]:
    """One sentence each for the steps, the ends and the levels between."""
    notes = []
    if np.array_equal(before.sigmas, now.sigmas):
        return ["identical sigmas; nothing was measured"]
    if before.N != now.N:
        notes.append(
            f"steps changed from {before.N} to {now.N}, and the calls of the network with them; the verdict is on the "
            "error alone"
        )
    for name, at, means in (
        ("sigma_max", 0, "; the cost counts the error of the start, which it decides"),
        ("sigma_min", -1, ""),
    ):
        old, new = float(before.sigmas[at]), float(now.sigmas[at])
        relative = abs(new - old) / old
        if relative > 1e-4:
            notes.append(f"{name} changed from {old:g} to {new:g}{means}")
        elif relative > 1e-12:
            notes.append(f"{name} changed from {old!r} to {new!r}, by {relative:.1e} of it")
    moved = np.flatnonzero(before.sigmas != now.sigmas) if before.N == now.N else np.array([], int)
    if moved.size:
        most = moved[np.argmax(np.abs(np.log(now.sigmas[moved] / before.sigmas[moved])))]
        old, new = float(before.sigmas[most]), float(now.sigmas[most])
        shown = f"{old:.6g} to {new:.6g}" if abs(new - old) > 1e-4 * old else f"{old!r} to {new!r}"
        notes.append(f"{moved.size} of {now.n} sigmas changed, sigma_{most} most: {shown}")
    return notes


def changed_data(data: Sequence[Data], kept: Baseline, folder: Path) -> list[str]:
    """One sentence each for data that the baseline does not have, and for files whose numbers are others now.

    Raises:
        BadInput: a file is gone.
    """
    notes = []
    for one in data:
        known = next((old for old in kept.data if old.target == one.target), None)
        if known is None:
            notes.append(f"{one.target} is not in the baseline: both schedules are measured on it now")
        elif known.sha256 != digest_now(one, folder):
            notes.append(
                f"the numbers in {one.target} changed since the baseline was written; both schedules are judged on "
                "today's"
            )
        elif known.dimension != one.dimension:
            notes.append(f"the dimension of {one.target} changed from {known.dimension} to {one.dimension}")
        elif known.smooth != one.smooth:
            notes.append(f"{one.target} is {'now' if one.smooth else 'no longer'} taken to be smooth between its rows")
    return notes


def as_written(one: Data, kept: Baseline, folder: Path) -> bool:
    """Whether the baseline was measured on these data as they are now."""
    known = next((old for old in kept.data if old.target == one.target), None)
    if known is None or (known.dimension, known.smooth) != (one.dimension, one.smooth):
        return False
    return known.sha256 == digest_now(one, folder)
