"""What differs between a noise schedule and its baseline, in words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from theory.grids import Grid
from verify.schedules.baseline_data import Data, digest_now
from verify.schedules.baseline_file import Baseline


def changed_end(before: bool | None, now: bool | None, kept: Grid, grid: Grid) -> str | None:
    """What became of the 0 that toolboxes append; None where it is as before, or where one of the two is not known.

    Args:
        before, now: whether the schedule ended in a 0, and does.
        kept, grid: the positive sigmas of both.
    """
    if before is None or now is None or before == now:
        return None
    if before:
        return (
            f"the 0 at the end is gone: samplers now stop at sigma = {grid.sigmas[-1]:g} and leave that noise in the "
            "samples; append the 0 again"
        )
    return (
        f"a 0 is appended now and the baseline has none: samplers no longer stop at sigma = {kept.sigmas[-1]:g}, they "
        "take one more step, to 0; remove it"
    )


def changed_grid(before: Grid, now: Grid, same_end: bool = True, ends: Sequence[str] = ()) -> list[str]:
    """One sentence each for the steps, the ends and the levels between.

    Args:
        same_end: no 0 was lost or appended.
        ends: what was done about two values of sigma_min, as the judging tells it.
    """
    notes = []
    if np.array_equal(before.sigmas, now.sigmas):
        return [f"identical sigmas{'' if same_end else ' but for the 0 at the end'}; nothing was measured"]
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
        if at == -1 and ends:
            notes[-1] = "; ".join([notes[-1], *ends])
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
