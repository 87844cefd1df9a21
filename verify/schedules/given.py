"""A noise schedule as it came from its owner, before anything is checked or corrected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.grids import Grid, from_sigmas

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Given:
    """What a user handed over. Nothing here is validated: that is what ``lint`` is for.

    Attributes:
        sigmas: noise standard deviations in the order given, in variance-exploding units (sigma/alpha for
            variance-preserving models), shape (n,), with the last 0 where one was appended; may hold NaN.
        label: text that names it in tables: the file, the function, or the call.
        source: where it came from, such as ``diffusers 0.36.0 EulerDiscreteScheduler``, ``csv file``, ``torch tensor``.
        precision: numpy's name of the type in which the numbers came, such as ``float32``.
        timesteps: what the network is called with at each step, shape (n,) or (n-1,), or None where unknown.
        stepped: the noise levels that the sampler really steps on, where they are known to differ from ``sigmas``
            (rounded to the trained table, for example), shape (n,), or None.
        trained: noise levels at which the network was trained, decreasing or increasing, or None.
        settings: what the owner asked for, by the toolbox's own names (``sigma_min``, ``rho``, ``shift``, ...).
        rows: place of each sigma in its file (line, or position from 1), or empty.
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

    @property
    def appended_zero(self) -> bool:
        """Whether the list ends in the 0 that toolboxes append; it is no grid point."""
        return bool(len(self.sigmas) and self.sigmas[-1] == 0)

    def grid(self) -> Grid:
        """The grid of positive sigmas.

        Raises:
            GridError: the sigmas are not positive and strictly decreasing; the message names the first that is not.
        """
        return from_sigmas(self.sigmas, name=self.label)
