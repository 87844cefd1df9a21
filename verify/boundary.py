"""Cases at the edge of what is legal, where bounds break and formulas cancel.

One step; levels that agree to nine digits; a ratio of 10^12 between levels; even steps with one pause or one leap;
data of variance 0, 10^-6 and 10^6 beside the levels; mixtures with equal means, of points at the noise level where
they begin to be told apart, and with a component of weight 10^-30, whose mmse falls from its largest value to almost
nothing within a factor of three of the noise level, as that of a code in high dimension does.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from numerics.enclosures import EPS
from numerics.score_errors import LinearError
from numerics.targets import Gaussian, GaussianMixture, Target
from theory.claims import Cases, Family
from verify.calculator import COSTLY, free_arguments
from verify.cases import Case
from verify.strategies import needs_grid

TRANSITION = (0.2, 0.1, 0.05)  # noise levels, over the squared gap, at which two points are told apart
RARE = 1e-30
AT_RARE = (0.59, 0.5)  # the same times ln(1/weight), for a component of so small a weight
ERRORS = (None, LinearError(a=-0.5, b=0.0), LinearError(a=0.0, b=1.0))
Grid = tuple[float, ...]


def boundary_cases(space: Cases, names: set[str], target: Target | None = None) -> Iterator[Case]:
    """The cases at the edge of a claim's space; arguments as ``verify.strategies.cases``.

    They come in a fixed order, in which data and grids alternate, so that the first hundred see all of both.
    """
    data = (target,) if target is not None else tuple(_data(space, bool(names & COSTLY)))
    grids = tuple(g for g in GRIDS if len(g) <= space.max_steps + 1) if needs_grid(names) else ((),)
    errors = ERRORS if space.score_error else (None,)
    free = tuple(free_arguments(space, names, u=(1e-6, 1.0, 1e6), w_share=(1e-6, 0.5, 1 - 1e-9), x=(0.0, 1.0)))
    choices = list(product(range(len(data)), range(len(grids))))
    choices.sort(key=lambda at: (sum(at), at))
    for (i, j), error, arguments, sampler in product(choices, errors, free, space.samplers or ("score",)):
        for v in _fitted(grids[j], data[i]):
            yield Case(data[i], v, sampler, space.start, error, arguments)


def rare(case: Case) -> bool:
    """Whether float64 sees little of a case: a component with less weight than its rounding."""
    line = getattr(case.target, "line", None)
    return line is not None and float(line.weights.min()) < EPS


def _data(space: Cases, costly: bool) -> Iterator[Target]:
    gaussian = {Family.GAUSSIAN, Family.GAUSSIAN_1D} & set(space.families)
    if (gaussian and not space.spread) or Family.POINT in space.families:
        yield Gaussian(d=1, var=0.0)
    if Family.MIXTURE in space.families and not costly:
        yield GaussianMixture(weights=[0.5, 0.5], means=[0.0, 1.0], stds=[0.0, 0.0])
        yield GaussianMixture(weights=[0.01, 0.99], means=[0.0, 1.0], stds=[0.0, 0.0])
        yield GaussianMixture(weights=[0.5, 0.5], means=[1.0, 1.0], stds=[0.5, 2.0])
        yield GaussianMixture(weights=[0.5, 0.5], means=[0.0, 1000.0], stds=[0.0, 0.0])
        yield GaussianMixture(weights=[0.5, 0.5], means=[0.0, 0.001], stds=[0.0, 0.0])
        yield GaussianMixture(weights=[0.2, 0.3, 0.5], means=[-1000.0, 0.0, 1000.0], stds=[0.0, 1.0, 0.001])
        yield GaussianMixture(weights=[RARE, 1.0], means=[1.0, 0.0], stds=[0.0, 0.0])
    if gaussian:
        for variance in (1.0, 1e-6, 1e6):
            yield Gaussian(d=1, var=variance)
        if Family.GAUSSIAN in space.families:
            yield Gaussian(eigenvalues=[1e-6 if space.spread else 0.0, 1.0, 1e6])
        if not space.centred:
            yield Gaussian(d=1, var=1.0, mean=1000.0)


def _grids() -> Iterator[Grid]:
    yield (2.0, 1.0)
    yield (4.0, 1.0)
    yield (0.01, 0.001)
    yield (1.0 + 1e-9, 1.0)
    yield (1e6, 1e-6)
    yield (1e6, 1.0, 1e-6)
    yield tuple(float(x) for x in np.geomspace(1e6, 1e-6, 9))
    for ratio in (1.3, 2.0):
        even = ratio ** -np.arange(4.0)
        yield tuple(even.tolist())
        yield (1.0, 1 / (1 + 1e-6), *(even[1:3] / ratio).tolist())  # a pause at the start
        yield (*even[:3].tolist(), even[2] / 100)  # a leap at the end
        yield (even[0] * 100, *even[1:].tolist())  # a leap at the start
    yield (1.05, 1.0, 0.7, 0.1)  # steps that grow
    yield (10.0, 1.5, 1.1, 1.0)  # steps that shrink


GRIDS: tuple[Grid, ...] = tuple(_grids())


def _fitted(v: Grid, data: Target) -> Iterator[Grid]:
    """The grid itself, and for points or narrow components its copies at the levels where they are told apart."""
    yield v
    line = getattr(data, "line", None)
    gap = float(np.ptp(line.means)) if line is not None else 0.0
    if v and gap > 0 and v[0] / v[-1] < 1e4:
        rarest = float(line.weights.min()) if line is not None else 1.0
        shares = TRANSITION if rarest > RARE else tuple(share / -np.log(rarest) for share in AT_RARE)
        for share in shares:
            yield tuple(float(level * share * gap**2 / v[0]) for level in v)
