"""What the rules look at: the list as given, what is sound of it, and what its owner asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from theory.grids.domain import LARGEST_SIGMA, SMALLEST_SIGMA, shortest
from verify.schedules.given import Given
from verify.schedules.lint.costs import Costs

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Subject:
    """One schedule under inspection.

    Attributes:
        given: as it came from its owner.
        costs: what defects cost on the data.
        expected_steps: sampler steps that were asked for, or None.
        sigma_min, sigma_max: ends that were asked for, or None.
        offset: entries of the owner's list that are left out before the first of these.
        target_given: whether the data were named by the user (or by the schedule's own sigma_data).
    """

    given: Given
    costs: Costs
    expected_steps: int | None = None
    sigma_min: float | None = None
    sigma_max: float | None = None
    target_given: bool = False
    offset: int = 0

    @property
    def sigmas(self) -> FloatArray:
        """All entries, with the appended 0, shape (n,)."""
        return self.given.sigmas

    @cached_property
    def points(self) -> FloatArray:
        """All entries but one last 0."""
        return self.sigmas[:-1] if self.given.appended_zero else self.sigmas

    @cached_property
    def increasing(self) -> bool:
        """Whether the list runs the wrong way, from low to high noise."""
        points = self.points[1:] if len(self.points) and self.points[0] == 0 else self.points
        return len(points) > 1 and bool(np.all(np.diff(points) > 0) and np.all(points > 0))

    @cached_property
    def legal(self) -> bool:
        """Whether ``points`` is a grid: two or more numbers in range, strictly decreasing."""
        points = self.points
        return len(points) > 1 and bool(np.all(in_range(points)) and np.all(np.diff(points) < 0))

    @cached_property
    def falling(self) -> bool:
        """As ``legal``, but neighbours may be equal."""
        points = self.points
        return len(points) > 1 and bool(np.all(in_range(points)) and np.all(np.diff(points) <= 0))

    @cached_property
    def levels(self) -> FloatArray:
        """The grid that is left after repair: the entries in range, each once, largest first."""
        return np.unique(self.points[in_range(self.points)])[::-1].copy()

    @cached_property
    def log_steps(self) -> FloatArray:
        """ln(sigma_k / sigma_{k+1}) of the points, shape (n-1,); nan where an entry is not positive."""
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.where(self.points > 0, np.log(self.points), np.nan)
            return logs[:-1] - logs[1:]

    @property
    def even_share(self) -> float:
        """Length in log sigma of a step, were all equally long."""
        levels = self.levels
        return float(np.log(levels[0] / levels[-1])) / max(1, len(self.points) - 1) if len(levels) > 1 else 0.0

    def setting(self, *names: str) -> float | None:
        """The first of the owner's settings that is a number."""
        for name in names:
            value = self.given.settings.get(name)
            if isinstance(value, int | float) and not isinstance(value, bool):
                return float(value)
        return None

    @property
    def steps(self) -> int | None:
        """Steps that were asked for between these entries: one less than there should be entries."""
        asked = self.setting("num_inference_steps", "steps") if self.expected_steps is None else self.expected_steps
        return None if asked is None else int(asked) - self.offset

    def asked_end(self, name: str) -> float | None:
        """``sigma_min`` or ``sigma_max`` as asked for in the call, else by the settings, None where nobody asked.

        Where the trained levels are known, or in flow matching, the settings are the network's ends and no wish.
        """
        asked: float | None = getattr(self, name)
        if asked is not None:
            return float(asked)
        return None if self.flow or self.given.trained is not None else self.setting(name)

    @property
    def flow(self) -> bool:
        """Whether the schedule is of flow matching."""
        return bool(self.given.settings.get("flow") or self.given.settings.get("use_flow_sigmas"))

    @cached_property
    def table(self) -> FloatArray | None:
        """Noise levels of training, increasing, or None."""
        trained = self.given.trained
        if trained is None or len(trained) < 2 or not np.all(np.isfinite(trained)) or np.any(trained <= 0):
            return None
        return np.sort(trained)

    def at(self, k: int) -> str:
        """``sigma[3] = 0.5``, with the row of the file where it has one."""
        k = k % len(self.sigmas)
        row = f" (row {self.given.rows[k]})" if k < len(self.given.rows) else ""
        return f"{self.name(k)} = {show(self.sigmas[k])}{row}"

    def name(self, k: int) -> str:
        """``sigma[3]``, by the position in the owner's list."""
        return f"sigma[{k + self.offset}]"


def in_range(sigmas: FloatArray) -> NDArray[np.bool_]:
    """Where an entry is positive, and its powers stay within float64."""
    return (sigmas >= SMALLEST_SIGMA) & (sigmas <= LARGEST_SIGMA)


def places(fault: NDArray[np.bool_], offset: int = 0) -> list[int]:
    """Positions at which ``fault`` holds, as ints, moved by ``offset``."""
    return [int(k) + offset for k in np.flatnonzero(fault)]


def show(x: float) -> str:
    """A number in a message: short, but never rounded to something else of note."""
    text = f"{x:.6g}"
    return text if float(text) == x or abs(x) > 1e-300 else shortest(x)
