"""A noise schedule as it came from its owner, before anything is checked or corrected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.grids import Grid, GridError, from_sigmas

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Given:
    """What a user handed over. Nothing here is validated: that is what ``lint`` is for.

    Attributes:
        sigmas: noise standard deviations in the order given, in variance-exploding units (sigma/alpha for
            variance-preserving models, s/(1 - s) for flow matching), shape (n,), with the last 0 where one was
            appended; may hold NaN and infinity.
        label: text that names it in tables: the file, the function, or the call.
        source: where it came from, such as ``diffusers 0.36.0 EulerDiscreteScheduler``, ``csv file``, ``torch tensor``.
        precision: numpy's name of the type in which the numbers came, such as ``float32``.
        timesteps: what the network is called with at each step, shape (n,) or (n-1,), or None where unknown.
        stepped: the noise levels that the sampler really steps on, where they are known to differ from ``sigmas``
            (a step arrives somewhere else than where the network is asked next), shape (n,), or shorter where it stops
            before the end of the list, or None.
        trained: noise levels at which the network was trained, decreasing or increasing, or None.
        settings: what the owner asked for, by the toolbox's own names (``sigma_min``, ``rho``, ``shift``, ...).
        rows: place of each sigma in its file (line, or position from 1), or empty.
        notes: what was done in reading it, one sentence each: a unit changed, doubled sigmas undone.
    """

    sigmas: FloatArray
    label: str
    source: str = "list"
    precision: str = "float64"
    timesteps: FloatArray | None = None
    stepped: FloatArray | None = None
    trained: FloatArray | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    rows: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def appended_zero(self) -> bool:
        """Whether the list ends in the 0 that toolboxes append; it is no grid point."""
        return bool(len(self.sigmas) and self.sigmas[-1] == 0)

    @property
    def told(self) -> FloatArray | None:
        """Noise levels that the network is told at whole-numbered timesteps, from the trained table, else None.

        Shape as ``timesteps``. They differ from ``sigmas`` where the toolbox rounded the timesteps.
        """
        if self.trained is None or self.timesteps is None or not len(self.timesteps):
            return None
        at = np.round(self.timesteps)
        if not np.array_equal(at, self.timesteps) or at.min() < 0 or at.max() >= len(self.trained):
            return None
        return np.sort(self.trained)[at.astype(np.int64)]

    def grid(self) -> Grid:
        """The grid of positive sigmas.

        Raises:
            GridError: the sigmas are not positive and strictly decreasing; the message names the first that is not.
        """
        try:
            return from_sigmas(self.sigmas, name=self.label)
        except GridError as error:
            infinite = len(self.sigmas) > 1 and np.isposinf(self.sigmas[0]) and np.isfinite(self.sigmas[1:]).all()
            if not infinite:
                raise
            raise GridError(f"{str(error).partition(':')[0]}: {INFINITE_START}") from None


INFINITE_START = (
    "the first point is pure noise, which has no error to compare by; "
    "give the schedule without it (sigmas[1:]), or begin lower (at s = 0.999 of a flow)"
)
