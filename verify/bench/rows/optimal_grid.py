"""The best grid of 64 steps among all whose points lie on an axis of 4,096 noise levels, with its proof.

The curve is the mmse of a one-dimensional mixture, by quadrature: with it the denoiser sampler's path KL weighs steps.
Ours solves the programme and certifies it (``numerics.grid_programme``); the alternative tries all pairs.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any

from verify.bench.row import Accuracy, Case, Row, Scaling, Setting

SIGMA_MAX, SIGMA_MIN = 80.0, 0.002
LARGE, SMALL = (4096, 64), (384, 8)  # axis points, steps
WANTED = 1e-9  # of the cost


def make(setting: Setting) -> Case:
    """Both sides on the curve of a mixture of two."""
    import numpy as np

    from numerics.grid_programme import Certificate, Programme, certify, solve
    from numerics.grid_programme.certificate import largest_excess
    from numerics.optimal_grids.profiles import clock, profile_of
    from numerics.targets import GaussianMixture
    from verify.bench.rows.optimal_grid_plainly import best_grid

    points, steps = setting.pick(LARGE, SMALL)
    target = GaussianMixture(weights=[0.3, 0.7], means=[-1.5, 1.0], stds=[0.25, 0.4])
    y = np.linspace(2 * np.log(SIGMA_MAX), 2 * np.log(SIGMA_MIN), points)
    t, h = clock("denoiser", y), profile_of(target, "denoiser", SIGMA_MAX, SIGMA_MIN).height(y)
    exact_t, exact_h = [Fraction(x) for x in t.tolist()], [Fraction(x) for x in h.tolist()]

    def ours() -> tuple[Programme, Certificate]:
        programme = solve(t, h, steps)
        return programme, certify(programme)

    def cost(path: list[int]) -> Fraction:
        """Of a grid, in rational numbers: without rounding."""
        return sum(((exact_t[j] - exact_t[i]) * exact_h[i] for i, j in pairwise(path)), Fraction(0))

    def check(mine: tuple[Programme, Certificate], theirs: tuple[Any, Any]) -> list[Accuracy]:
        programme, proof = mine
        bound = Fraction(float(proof.lower[steps]))
        above, theirs_above = (float((cost(path.tolist()) - bound) / bound) for path in (programme.path(), theirs[0]))
        broken = 0.0
        for n in range(1, steps + 1):
            first = n - 1
            layer = (t[first:], h[first:], programme.values[first, first:], programme.values[n, first:])
            broken = max(broken, largest_excess(*layer) / float(programme.least[1]))
        apart = np.max(np.abs(programme.least[1:] - theirs[1][1:]) / theirs[1][1:])
        return [
            Accuracy(
                above, theirs_above, "cost of the grid, relative, above what is proved that none undercuts", WANTED
            ),
            Accuracy(broken, None, "Bellman's inequality tried for all pairs, relative to the cost of one step", 1e-13),
            Accuracy(float(apart), None, "least cost of 1 to all steps, relative, against the alternative's", 1e-10),
        ]

    return Case(
        ours=ours,
        other=lambda: best_grid(t, h, steps),
        check=check,
        memory={"ours, kept": 16.0 * points * (steps + 1), "the alternative's two matrices": 16.0 * points**2},
    )


def _solved(points: int, steps: int) -> Callable[[], Any]:
    """Solve and certify on Gaussian data of variance 1/4, whose curve has a closed form."""
    import numpy as np

    from numerics.grid_programme import certify, solve

    v = np.exp(np.linspace(2 * np.log(SIGMA_MAX), 2 * np.log(SIGMA_MIN), points))
    t, h = 1 / v, 0.25 * v / (0.25 + v)
    return lambda: certify(solve(t, h, steps))


def against_steps(steps: int, setting: Setting) -> Callable[[], Any]:
    """4,096 axis points."""
    return _solved(4096, steps)


def against_points(points: int, setting: Setting) -> Callable[[], Any]:
    """16 steps."""
    return _solved(points, 16)


ROWS = (
    Row(
        name="optimal-grid",
        work="optimal 64-step grid on a 4,096-point sigma axis, certified",
        against="plain dynamic programme in NumPy",
        wanted=20.0,
        make=make,
        scaling=(
            Scaling(
                against="N, steps",
                sizes=(16, 32, 64, 128, 256),
                make=against_steps,
                wanted=1.0,
                why="one layer a step",
            ),
            Scaling(
                against="axis points",
                sizes=(4096, 8192, 16384, 32768, 65536),
                make=against_points,
                wanted=1.1,
                why="a layer tries O(M log M) pairs where the curve falls, its proof O(M)",
            ),
        ),
    ),
)
