"""Hypothesis strategies for grids, targets and score errors. Public: import them in your own tests.

Simple things come first in every ``one_of``, because that is where hypothesis shrinks to: a counterexample ends
as a short grid of small integers on data at one point or of unit variance, if one like that exists.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from hypothesis import strategies as st

from numerics.score_errors import LinearError
from numerics.targets import Gaussian, GaussianMixture, Target
from theory import grids as families
from theory.claims import Cases, Family
from theory.vocabulary import VOCABULARY
from verify.cases import Case
from verify.design_cases import free_design
from verify.geometry_cases import free_geometry
from verify.linear_cases import TRAINED, free_training
from verify.training_cases import training_cases

SMALL, LARGE = 1e-6, 1e6


@cache
def levels() -> st.SearchStrategy[float]:
    """Noise levels (variances) over twelve decades, small integers first."""
    return st.one_of(
        st.integers(1, 12).map(float),
        st.floats(0.01, 100.0).map(_tidy),
        st.floats(np.log(SMALL), np.log(LARGE)).map(lambda e: _tidy(np.exp(e))),
    )


def _tidy(number: float) -> float:
    """Six digits are enough to search, and a counterexample has to be read."""
    return float(f"{float(number):.6g}") if abs(number) > 1e-6 else 0.0


@cache
def variances(max_steps: int = 8) -> st.SearchStrategy[tuple[float, ...]]:
    """Legal grids as variances in sampling order: free ones, toolbox families, perturbed and nearly equal."""
    free = st.lists(levels(), min_size=2, max_size=max_steps + 1, unique=True).map(_descending)
    return st.one_of(free, _families(max_steps), _perturbed(max_steps), _nearly_equal(max_steps))


def _descending(values: list[float]) -> tuple[float, ...]:
    return tuple(sorted(values, reverse=True))


@st.composite
def _families(draw: st.DrawFn, max_steps: int) -> tuple[float, ...]:
    n = draw(st.integers(2, max_steps + 1))
    low = draw(st.sampled_from((1.0, 0.1, 0.002)))
    high = low * draw(st.sampled_from((2.0, 10.0, 1000.0, 40000.0)))
    rho = draw(st.sampled_from((1.0, 3.0, 7.0, 20.0)))
    grid = draw(
        st.sampled_from(
            (
                lambda: families.karras(n, low, high, rho),
                lambda: families.exponential(n, low, high),
                lambda: families.polyexponential(n, low, high, min(rho, 3.0)),
                lambda: families.tan(n, low, high, rho / 7.0),
                lambda: families.vp(n),
            )
        )
    )()
    return tuple(float(v) for v in grid.v)


@st.composite
def _perturbed(draw: st.DrawFn, max_steps: int) -> tuple[float, ...]:
    """A geometric grid whose log-steps are stretched unevenly."""
    n = draw(st.integers(1, max_steps))
    log_steps = draw(st.lists(st.floats(1e-3, 4.0), min_size=n, max_size=n))
    start = draw(levels())
    return _descending([start, *(start * np.exp(-np.cumsum(log_steps))).tolist()])


@st.composite
def _nearly_equal(draw: st.DrawFn, max_steps: int) -> tuple[float, ...]:
    """Steps of relative size 1e-3 to 1e-9, alone or next to a large one."""
    n = draw(st.integers(1, max_steps))
    small = draw(st.sampled_from((1e-3, 1e-6, 1e-9)))
    start = draw(levels())
    tail = [start / (1 + small) ** i for i in range(n + 1)]
    if draw(st.booleans()) and n > 1:
        tail[0] = start * draw(st.sampled_from((2.0, 100.0)))
    return _descending(tail)


@cache
def data_variances(spread: bool = False) -> st.SearchStrategy[float]:
    first = (st.just(1.0),) if spread else (st.just(0.0), st.just(1.0))
    return st.one_of(*first, st.floats(0.01, 10.0).map(_tidy), st.sampled_from((1e-6, 1e-3, 1e3, 1e6)))


@cache
def gaussians(max_d: int = 3, centred: bool = False, spread: bool = False) -> st.SearchStrategy[Gaussian]:
    """Gaussian data of dimension 1 to ``max_d``; variance 0 is data at one point."""
    means = (
        st.just(0.0) if centred else st.one_of(st.just(0.0), st.integers(1, 3).map(float), st.floats(-5, 5).map(_tidy))
    )

    def build(spectrum: list[float], mean: float) -> Gaussian:
        if len(spectrum) == 1:
            return Gaussian(d=1, var=spectrum[0], mean=mean)
        return Gaussian(eigenvalues=spectrum, mean=mean)

    return st.builds(build, st.lists(data_variances(spread), min_size=1, max_size=max_d), means)


@st.composite
def mixtures(draw: st.DrawFn, max_components: int = 3) -> GaussianMixture:
    """One-dimensional mixtures, point masses and coincident means included."""
    count = draw(st.integers(2, max_components))
    shares = draw(st.lists(st.integers(1, 9), min_size=count, max_size=count))
    means = draw(
        st.lists(st.one_of(st.integers(-3, 3).map(float), st.floats(-5, 5).map(_tidy)), min_size=count, max_size=count)
    )
    stds = draw(
        st.lists(
            st.one_of(st.sampled_from((0.0, 1.0, 0.5)), st.floats(0.01, 3.0).map(_tidy)), min_size=count, max_size=count
        )
    )
    weights = np.asarray(shares, float) / sum(shares)
    return GaussianMixture(weights=weights.tolist(), means=means, stds=stds)


@cache
def targets(cases: Cases) -> st.SearchStrategy[Target]:
    """Data from the families that a claim speaks of."""
    by_family: dict[Family, st.SearchStrategy[Target]] = {
        Family.POINT: st.builds(lambda: Gaussian(d=1, var=0.0)),
        Family.GAUSSIAN_1D: gaussians(1, cases.centred, cases.spread),
        Family.GAUSSIAN: gaussians(3, cases.centred, cases.spread),
        Family.MIXTURE: mixtures(),
    }
    return st.one_of(*(by_family[family] for family in cases.families))


@cache
def _errors(space: Cases) -> st.SearchStrategy[LinearError | None]:
    return multiples() if space.uniform_excess else score_errors()


@cache
def multiples() -> st.SearchStrategy[LinearError | None]:
    """s_theta = (1 + a) grad log p, up to four times the true score; None is the exact score."""
    scale = st.one_of(st.sampled_from((2.0, 0.95, 1.2, 1.0, -0.5)), st.floats(-0.9, 3.0).map(_tidy))
    return st.one_of(st.none(), st.builds(LinearError, a=scale))


@cache
def score_errors() -> st.SearchStrategy[LinearError | None]:
    """s_theta = (1 + a) grad log p + b; None is the exact score."""
    shift = st.one_of(st.just(0.0), st.integers(1, 3).map(float), st.floats(-3, 3).map(_tidy))
    scale = st.one_of(st.just(0.0), st.sampled_from((0.1, -0.1, 0.5, -0.5)), st.floats(-0.9, 1.0).map(_tidy))
    return st.one_of(st.none(), st.builds(LinearError, a=scale, b=shift))


@st.composite
def cases(draw: st.DrawFn, space: Cases, names: set[str], target: Target | None = None) -> Case:
    """Cases of a claim's space that give a value to each of ``names``.

    Args:
        space: where the claim is said to hold.
        names: vocabulary names that the claim's relation uses.
        target: fixes the data instead of drawing them.
    """
    if space.training is not None:
        return draw(training_cases(space, names, target))
    free: dict[str, float] = {}
    if "u" in names:
        free["u"] = draw(levels())
    if "w" in names:
        share = st.one_of(st.just(0.5), st.floats(1e-3, 1 - 1e-3), st.sampled_from((1e-6, 1 - 1e-6)))
        free["w"] = free["u"] * draw(share)
    data = target if target is not None else draw(targets(space))
    if "a_t" in names:
        free["a_t"] = draw(st.sampled_from(space.time_exponents))
    if "C" in names:
        free["C"] = LARGE  # an unnamed constant; the evaluation asks whether another could help
    v = draw(variances(space.max_steps)) if needs_grid(names) else ()
    line = getattr(data, "line", None)
    if v and line is not None and draw(st.booleans()):
        v = _at_the_transition(v, float(np.ptp(line.means)), draw(st.sampled_from((0.1, 0.03, 0.3))))
    if "x" in names:
        reach = st.one_of(st.integers(0, 3).map(float), st.floats(-6, 6).map(_tidy))
        level = free.get("u", v[-1] if v else 0.0)
        free["x"] = float(data.mean[0] + draw(reach) * np.sqrt(data.m2.value + level))
    free |= free_training(draw, names, data, v) | free_geometry(draw, names) | free_design(draw, names, len(v) - 1)
    return Case(
        target=data,
        v=v,
        sampler=draw(st.sampled_from(space.samplers)) if space.samplers else "score",
        start=space.start,
        error=draw(_errors(space)) if space.score_error else None,
        free=tuple(free.items()),
    )


def _at_the_transition(v: tuple[float, ...], gap: float, share: float) -> tuple[float, ...]:
    """The grid moved to the noise level where components ``gap`` apart begin to be told apart."""
    if gap == 0:
        return v
    moved = np.asarray(v) * (share * gap**2 / v[len(v) // 2])
    legal = np.all(np.diff(moved) < 0) and moved[0] < LARGE and moved[-1] > SMALL
    return tuple(float(level) for level in moved) if legal else v


ON_GRID = {
    *("v", "sigma", "gamma", "N", "eps2", "excess", "loss", "mse", "dmse"),
    *("E_I", "E_S", "E_D", "KL_path", "KL", "V_out", "M_out", "V_EI", "F_out"),
    *("V_run", "M_run", "F_run"),
    "level",
    *TRAINED,
}


VOCABULARY_AT_START = {*VOCABULARY, *(f"{name}'" for name in VOCABULARY)}


def needs_grid(names: set[str]) -> bool:
    """Whether a grid must be drawn; quantities that a user added may always look at one."""
    return bool(names & ON_GRID) or not names <= VOCABULARY_AT_START
