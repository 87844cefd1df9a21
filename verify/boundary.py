"""Cases at the edge of what is legal, where bounds break and formulas cancel.

One step; levels that agree to nine digits; a ratio of 10^12 between levels; even steps with one pause or one leap;
data of variance 0, 10^-6 and 10^6 beside the levels; mixtures with equal means, of points at the noise level where
they begin to be told apart, and with a component of weight 10^-30, whose mmse falls from its largest value to almost
nothing within a factor of three of the noise level, as that of a code in high dimension does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product, zip_longest

import numpy as np

from numerics.enclosures import EPS
from numerics.score_errors import LinearError
from numerics.targets import Gaussian, GaussianMixture, Target
from theory.claims import Cases, Family
from verify.calculator import COSTLY, MULTIPLES, at_levels, free_arguments
from verify.cases import Case
from verify.design_cases import edm_grids
from verify.strategies import needs_grid
from verify.training_cases import boundary_training

TRANSITION = (0.2, 0.1, 0.05)  # noise levels, over the squared gap, at which two points are told apart
RARE = 1e-30
AT_RARE = (0.59, 0.5)  # the same times ln(1/weight), for a component of so small a weight
ERRORS = (None, LinearError(a=-0.5, b=0.0), LinearError(a=0.0, b=1.0))
Grid = tuple[float, ...]


def boundary_cases(space: Cases, names: set[str], target: Target | None = None) -> Iterator[Case]:
    """The cases at the edge of a claim's space; arguments as ``verify.strategies.cases``.

    They come in a fixed order: one case of each kind of data, then the next grid for each. Samplers, score errors and
    free arguments take turns, and have all been paired with everything at the end.
    """
    if space.training is not None:
        yield from boundary_training(space, names, target)
        return
    data = (target,) if target is not None else tuple(_data(space, bool(names & COSTLY)))
    legal = tuple(g for g in (*edm_grids(names), *GRIDS) if len(g) <= space.max_steps + 1)
    grids = [_turned(_fitted(legal, one), i) if needs_grid(names) else [()] for i, one in enumerate(data)]
    errors = (MULTIPLES if space.uniform_excess else ERRORS) if space.score_error else (None,)
    free = tuple(free_arguments(space, names, u=(1e-6, 1.0, 1e6), w_share=(1e-6, 0.5, 1 - 1e-9), x=(0.0, 1.0)))
    turns = list(product(errors, free, space.samplers or ("score",)))
    for shift in range(len(turns)):
        for place, (one, v) in enumerate(_in_turn(data, grids)):
            error, arguments, sampler = turns[(place + shift) % len(turns)]
            yield from at_levels(Case(one, v, sampler, space.start, error, arguments), names)


def _in_turn(data: Sequence[Target], grids: Sequence[Sequence[Grid]]) -> Iterator[tuple[Target, Grid]]:
    for row in zip_longest(*grids):
        yield from ((one, v) for one, v in zip(data, row, strict=True) if v is not None)


def _turned(grids: list[Grid], by: int) -> list[Grid]:
    """The same grids begun elsewhere, so that different data begin with different ones (points with the same two)."""
    by = 0 if len(grids) > len(GRIDS) else 3 * by % max(1, len(grids))
    return grids[by:] + grids[:by]


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
    yield (4.0, 1.0)
    yield (1.0, 1 / (1 + 1e-6), 0.25, 0.125)  # a pause at the start
    yield (2.0, 1.0)
    yield (0.01, 0.001)
    yield (1.0 + 1e-9, 1.0)
    yield (1e6, 1e-6)
    yield (1e6, 1.0, 1e-6)
    yield tuple(float(x) for x in np.geomspace(1e6, 1e-6, 9))
    for ratio in (1.3, 2.0):
        even = ratio ** -np.arange(4.0)
        yield tuple(even.tolist())
        yield (1.0, 1 / (1 + 1e-6), *(even[1:3] * 0.9).tolist())
        yield (*even[:3].tolist(), even[2] / 100)  # a leap at the end
        yield (even[0] * 100, *even[1:].tolist())  # a leap at the start
    yield (1.05, 1.0, 0.7, 0.1)  # steps that grow
    yield (10.0, 1.5, 1.1, 1.0)  # steps that shrink


GRIDS: tuple[Grid, ...] = tuple(_grids())


def _fitted(grids: Sequence[Grid], data: Target) -> list[Grid]:
    """The grids; for mixtures first their copies at the levels where the components are told apart."""
    line = getattr(data, "line", None)
    gap = float(np.ptp(line.means)) if line is not None else 0.0
    if line is None or gap == 0:
        return list(grids)
    rarest = float(line.weights.min())
    shares = TRANSITION if rarest > RARE else tuple(share / -np.log(rarest) for share in AT_RARE)
    near = [v for v in grids if v[0] / v[-1] < 1e4]
    moved = [tuple(float(level * share * gap**2 / v[0]) for level in v) for share in shares for v in near]
    return [*moved, *grids]
