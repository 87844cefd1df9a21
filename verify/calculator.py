"""Cases that fit a pocket calculator, in order of complexity.

A refuted claim is shown by the first of these that violates it, if one does: at most three steps between levels
from a short list, data at one point or of unit variance, a round score error. Only where none violates the
claim is the counterexample the one that hypothesis shrank to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, product

from numerics.score_errors import LinearError
from numerics.targets import Gaussian, GaussianMixture, Target
from theory.claims import Cases, Family
from verify.cases import Case
from verify.design_cases import design_choices, level_choices
from verify.geometry_cases import DRAWN, geometry_choices
from verify.linear_cases import linear_choices
from verify.strategies import LARGE, needs_grid
from verify.training_cases import simple_training

# levels with how much trouble they give: grids are tried in the order of the sum
LEVELS = {4.0: 2, 3.0: 3, 2.0: 1, 1.0: 0, 0.9: 6, 0.5: 3, 0.25: 4, 0.2: 5, 0.15: 6, 0.1: 5}
OF_NETWORKS = {"loss_fresh", "loss_net", "E_S_net", "KL_path_net"}  # sampled, of networks that are trained
RUNS = {"V_run", "M_run", "F_run"} | OF_NETWORKS | DRAWN  # each case runs a sampler, or draws vectors or networks
COSTLY = {"KL", "KL_path", "F_out"} | RUNS  # on mixtures: quadrature in two dimensions, or a propagated density
ERRORS = (None, LinearError(a=0.0, b=1.0), LinearError(a=1.0, b=0.0), LinearError(a=-0.5, b=0.0))
MULTIPLES = (None, *(LinearError(a=a) for a in (2.0, 0.95, 1.2, 1.0, -0.5)))  # excess d a^2 on data at one point


def calculator_cases(space: Cases, names: set[str], target: Target | None = None) -> Iterator[Case]:
    """Simple cases of a claim's space; arguments as ``verify.strategies.cases``."""
    if space.training is not None:
        yield from simple_training(space, names, target)
        return
    data = (target,) if target is not None else tuple(_data(space))
    if target is None and names & COSTLY:  # these take long on mixtures
        data = tuple(one for one in data if isinstance(one, Gaussian)) or data
    errors = (MULTIPLES if space.uniform_excess else ERRORS) if space.score_error else (None,)
    grids = tuple(_grids(space.max_steps)) if needs_grid(names) else ((),)
    free = tuple(free_arguments(space, names))
    for v, error, one, arguments, sampler in product(grids, errors, data, free, space.samplers or ("score",)):
        yield from at_levels(Case(one, v, sampler, space.start, error, arguments), names)


def at_levels(case: Case, names: set[str]) -> Iterator[Case]:
    """The case at some levels of its grid, where a claim asks for one; else as it is."""
    if "level" not in names:
        yield case
        return
    for place in level_choices(names, case.N):
        yield replace(case, free=(*case.free, ("level", place)))


def _grids(max_steps: int) -> Iterator[tuple[float, ...]]:
    for steps in range(1, min(3, max_steps) + 1):
        yield from sorted(combinations(LEVELS, steps + 1), key=lambda v: sum(LEVELS[level] for level in v))


def _data(space: Cases) -> Iterator[Target]:
    gaussian = {Family.GAUSSIAN, Family.GAUSSIAN_1D} & set(space.families)
    if (gaussian and not space.spread) or Family.POINT in space.families:
        yield Gaussian(d=1, var=0.0)
    if gaussian:
        yield Gaussian(d=1, var=1.0)
        if not space.centred:
            yield Gaussian(d=1, var=1.0, mean=1.0)
    if Family.MIXTURE in space.families:
        yield GaussianMixture(weights=[0.5, 0.5], means=[-1.0, 1.0], stds=[0.0, 0.0])


def free_arguments(
    space: Cases,
    names: set[str],
    u: tuple[float, ...] = (1.0, 2.0, 4.0),
    w_share: tuple[float, ...] = (),
    x: tuple[float, ...] = (1.0, 2.0),
) -> Iterator[tuple[tuple[str, float], ...]]:
    """Values of the free arguments that a claim uses; w is 1/2, or the shares ``w_share`` of u."""
    choices = {"u": u, "w": w_share or (0.5,), "x": x, "a_t": space.time_exponents, "C": (LARGE,)}
    asked = {name: choices[name] for name in choices if name in names} | geometry_choices(names)
    asked |= linear_choices(names) | design_choices(names)
    for values in product(*asked.values()):
        found = dict(zip(asked, values, strict=True))
        if "w" in found and w_share:
            found["w"] *= found["u"]
        yield tuple(found.items())
