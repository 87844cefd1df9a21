"""Cases of claims on training: drawn by hypothesis, small enough to check by hand, and at the edge of what is legal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from hypothesis import strategies as st

from numerics.targets import Gaussian, GaussianMixture, PointCloud, Target
from numerics.training import Given, Training
from theory import grids as families
from theory.claims import Cases, TrainingSpace
from theory.vocabulary import VOCABULARY, full_error
from verify.cases import Case

LARGE = 1e6  # a constant that is left unnamed
SIGMAS = (0.002, 80.0)  # noise levels of EDM
EXPONENTS = (0.75, 0.55, 0.95)
HAND_GRID = (1.0, 0.5)
HAND_WEIGHTS = (1.0, 2.0, 0.0)
HAND_MOVES = (1.0, -0.5, 0.25)
OF_SAMPLER = frozenset(name for name in vars(full_error) if name in VOCABULARY)  # of a sampler that uses the network
# data that a sampler is to make: off centre, of unlike spreads, with points, and in the plane
MIXED: tuple[Target, ...] = (
    Gaussian(d=1, var=0.25, mean=1.5),
    Gaussian(eigenvalues=[0.05, 2.0]),
    GaussianMixture(weights=[0.3, 0.7], means=[-1.5, 1.0], stds=[0.25, 0.4]),
    GaussianMixture(weights=[0.3, 0.5, 0.2], means=[-1.5, 1.0, 4.0], stds=[0.25, 0.4, 0.0]),
    PointCloud([[-1.0, 0.5], [1.0, 0.0], [0.5, -1.0]]),
)


@st.composite
def training_cases(draw: st.DrawFn, space: Cases, names: set[str], target: Target | None = None) -> Case:
    """Cases of a claim's space with a network to train; arguments as ``verify.strategies.cases``."""
    training = _space(space)
    data = target if target is not None else draw(_data(names))
    levels = draw(st.integers(1, training.most_levels))
    plan = Training(
        n=draw(st.integers(1, training.most_points)),
        m=draw(st.sampled_from(training.widths)),
        layers=draw(st.integers(1, training.most_layers)),
        weighting=draw(st.sampled_from(training.weightings)),
        step=training.step,
        factor=_round(draw(st.one_of(st.just(training.factors[1]), st.floats(*training.factors)))),
        steps=draw(st.integers(_least_steps(names), training.most_steps)),
        reach=_round(draw(st.one_of(st.just(1.0), st.floats(*training.reach)))),
        seed=draw(st.integers(0, 2**31 - 1)),
    )
    return Case(
        target=data, v=_raised(draw(_grids(levels)), training), training=plan, free=_free(names, draw, plan.steps)
    )


def _space(space: Cases) -> TrainingSpace:
    return space.training or TrainingSpace()


def _round(x: float) -> float:
    return float(f"{x:.6g}")


def _least_steps(names: set[str]) -> int:
    """An untrained network is a score as well, where no step of training is spoken of."""
    return 0 if names & OF_SAMPLER and not names & {"s", "K"} else 1


def _data(names: set[str]) -> st.SearchStrategy[Target]:
    """Centred Gaussians of up to three dimensions, data at one point, and two points; for a sampler also mixtures."""
    simple = (
        st.just(Gaussian(d=1, var=0.0)),
        st.builds(lambda d, var: Gaussian(d=d, var=var), st.integers(1, 3), st.sampled_from((1.0, 0.25, 9.0))),
        st.just(GaussianMixture(weights=[0.5, 0.5], means=[-1.0, 1.0], stds=[0.0, 0.0])),
    )
    return st.one_of(*simple, *map(st.just, MIXED)) if names & OF_SAMPLER else st.one_of(*simple)


@st.composite
def _grids(draw: st.DrawFn, levels: int) -> tuple[float, ...]:
    """Grids of ``levels`` steps: geometric ones, those of EDM, and free ones."""
    if levels == 1 or draw(st.booleans()):
        top = draw(st.sampled_from((1.0, 4.0, 0.25, 100.0, 6400.0, 1e-4)))
        ratio = draw(st.sampled_from((2.0, 4.0, 1.25, 100.0)))
        return tuple(_round(top / ratio**k) for k in range(levels + 1))
    low, high = draw(st.sampled_from((SIGMAS, (0.1, 10.0), (0.5, 2.0))))
    grid = draw(st.sampled_from((families.karras, families.exponential)))(levels + 1, low, high)
    return tuple(float(v) for v in grid.v)


def _raised(v: tuple[float, ...], space: TrainingSpace) -> tuple[float, ...]:
    """The grid moved up until the lowest level that is trained on is in the space."""
    factor = max(1.0, space.least_sigma**2 / v[-2])
    return tuple(factor * level for level in v)


def _free(names: set[str], draw: st.DrawFn, steps: int) -> tuple[tuple[str, float], ...]:
    free: list[tuple[str, float]] = []
    if "s" in names:
        free.append(("s", float(draw(st.integers(0, steps - 1)))))
    if "a_0" in names:
        free.append(("a_0", draw(st.sampled_from(EXPONENTS))))
    return (*free, *_constants(names))


def _constants(names: set[str]) -> tuple[tuple[str, float], ...]:
    return tuple((name, value) for name, value in (("C", LARGE), ("C5", 1.0), ("C6", 1.0)) if name in names)


def simple_training(space: Cases, names: set[str], target: Target | None = None) -> Iterator[Case]:
    """Networks of one unit, with whole numbers: S = w relu(X_2) on data at 0, with noise -1 at level 1.

    The residual is w - 1, so that w = 1 interpolates; a move changes w.
    """
    training = _space(space)
    if not training.by_hand or target is not None:
        return
    data = Gaussian(d=1, var=0.0)
    steps = min(2, training.most_steps)
    for weight, move in product(HAND_WEIGHTS, HAND_MOVES):
        given = Given(
            points=((0.0,),),
            noises=((-1.0,),),
            matrices=(((0.0, 1.0),), ((weight,),), ((1.0,),)),
            move=(((move,),),),
        )
        plan = Training(
            n=1, m=1, step=training.step, factor=training.factors[1], steps=steps, reach=abs(move), given=given
        )
        yield from _at_steps(Case(target=data, v=HAND_GRID, training=plan), names)


def boundary_training(space: Cases, names: set[str], target: Target | None = None) -> Iterator[Case]:
    """One sample, many layers, extreme weights and levels, the largest and smallest steps."""
    training = _space(space)
    data = target or Gaussian(d=1, var=1.0)
    if names & OF_SAMPLER and target is None:
        yield from _untrained(training, names)
    edm = tuple(float(v) for v in families.karras(training.most_levels + 1, *SIGMAS).v)
    narrow = (1.0, 1.0 / 1.0001)
    wide = training.widths[-1]
    first = training.weightings[0]
    for turn, (grid, factor) in enumerate(product((edm, narrow, HAND_GRID), sorted(training.factors, reverse=True))):
        n = training.most_points if turn % 2 else 1
        for layers, m in ((training.most_layers, wide), (1, wide), (1, training.widths[len(training.widths) // 2])):
            weighting = training.weightings[turn % len(training.weightings)] if layers == 1 else first
            reach = training.reach[turn % 2]
            plan = Training(n, m, layers, weighting, training.step, factor, training.most_steps, reach, seed=turn)
            v = _raised(grid[: training.most_levels + 1], training)
            yield from _at_steps(Case(target=data, v=v, training=plan), names)


def _untrained(training: TrainingSpace, names: set[str]) -> Iterator[Case]:
    """Every sort of data at the fewest steps, on a grid whose steps are alike and one that ends with a leap."""
    for turn, (data, grid) in enumerate(product(MIXED, ((4.0, 2.0, 1.0), (1.0, 0.9, 0.01)))):
        plan = Training(training.most_points, training.widths[-1], steps=_least_steps(names), seed=turn)
        yield from _at_steps(Case(target=data, v=_raised(grid, training), training=plan), names)


def _at_steps(case: Case, names: set[str]) -> Iterator[Case]:
    """The case with its free arguments; where a step is asked for, at the first and the last."""
    assert case.training is not None
    rest = (("a_0", EXPONENTS[0]),) if "a_0" in names else ()
    steps = sorted({0, case.training.steps - 1}) if "s" in names else [None]
    for step in steps:
        at = () if step is None else (("s", float(step)),)
        yield replace(case, free=(*at, *rest, *_constants(names)))
