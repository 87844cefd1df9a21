"""J and mmse of a mixture of 8 on the line at 1,000 noise levels, against an adaptive quadrature for each level."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from verify.bench.row import Accuracy, Case, Row, Scaling, Setting, Work

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from numerics.targets import GaussianMixture

CURVES = ("J", "mmse")
SEED = 8
DIGITS = 1e-10
LEAST, MOST = 1e-3, 1e3  # of sigma: far below the narrowest component, far above the spread of all


def mixture(components: int, seed: int = SEED) -> GaussianMixture:
    """The first of 64 components: means N(0, 9), standard deviations from 0.05 to 0.6, exponential weights."""
    import numpy as np

    from numerics.targets import GaussianMixture

    rng = np.random.default_rng(seed)
    weights, means, stds = (rng.exponential(size=64), rng.normal(0, 3, 64), rng.uniform(0.05, 0.6, 64))
    first = weights[:components]
    return GaussianMixture(first / first.sum(), means[:components], stds[:components])


def variances(count: int) -> NDArray[Any]:
    """Noise levels v = sigma^2, equally apart in log sigma."""
    import numpy as np

    return np.geomspace(LEAST, MOST, count) ** 2


def plainly(weights: NDArray[Any], means: NDArray[Any], stds: NDArray[Any], levels: NDArray[Any]) -> NDArray[Any]:
    """J and mmse at each level, shape (levels, 2), by scipy.integrate.quad with break points at the means."""
    import numpy as np
    from scipy.integrate import quad

    out = []
    for v in levels:
        c = stds**2 + v
        scale, within, shrink = weights / np.sqrt(2 * np.pi * c), stds**2 * v / c, stds**2 / c
        reach = 12 * np.sqrt(c)
        low, high = (means - reach).min(), (means + reach).max()

        def fisher(x: float, c: Any = c, scale: Any = scale) -> float:
            offset = x - means
            q = offset / c
            terms = scale * np.exp(-0.5 * offset * q)
            p = terms.sum()
            return (terms @ q) ** 2 / p if p > 0 else 0.0

        def variance(x: float, c: Any = c, scale: Any = scale, within: Any = within, shrink: Any = shrink) -> float:
            offset = x - means
            terms = scale * np.exp(-0.5 * offset**2 / c)
            p = terms.sum()
            if p == 0:
                return 0.0
            posterior = means + shrink * offset
            return terms @ (within + (posterior - terms @ posterior / p) ** 2)

        options: dict[str, Any] = {"points": means, "epsabs": 0.0, "epsrel": DIGITS, "limit": 500}
        out.append([quad(f, low, high, **options)[0] for f in (fisher, variance)])
    return np.array(out)


def make(setting: Setting) -> Case:
    """All levels by ours, every tenth by the alternative."""
    import numpy as np
    from flint import arb

    from numerics.information import quadrature
    from numerics.information.components import Components

    target = mixture(8)
    levels = variances(setting.pick(1000, 40))
    every = 10
    line = target.line
    assert isinstance(line, Components)
    assert line.stds is not None
    stds = line.stds

    def ours() -> Any:
        return [target.measure(name, levels) for name in CURVES]

    def other() -> Any:
        return plainly(line.weights, line.means, stds, levels[::every])

    def check(mine: Any, theirs: Any) -> list[Accuracy]:
        picked = range(0, len(levels), every * setting.pick(5, 1))  # levels that the alternative has too
        proved = [[target.ball(name, arb(float(levels[k]))) for k in picked] for name in CURVES]
        truth = np.array([[float(ball.mid()) for ball in row] for row in proved])
        values = np.array([curve.value[list(picked)] for curve in mine])
        plain = theirs[[k // every for k in picked]].T
        stated = max(float((curve.radius / curve.value).max()) for curve in mine)
        return [
            Accuracy(_worst(values, truth), _worst(plain, truth), "J and mmse, relative, against balls", DIGITS),
            Accuracy(stated, None, "J and mmse, relative, the error that ours states, at all levels", DIGITS),
        ]

    ends = quadrature.panels(line.means, np.sqrt(line.variances[:, None] + levels))
    nodes = np.count_nonzero(np.diff(ends)) * len(quadrature.NODES)
    return Case(ours, other, check, share=1 / every, work=Work(exps=float(len(CURVES) * len(line) * nodes)))


def _worst(values: Any, truth: Any) -> float:
    return float(abs(values / truth - 1).max())


def _over_levels(size: int, setting: Setting) -> Callable[[], Any]:
    target, levels = mixture(8), variances(size)
    return lambda: target.measure("J", levels)


def _over_components(size: int, setting: Setting) -> Callable[[], Any]:
    target, levels = mixture(size), variances(64)
    return lambda: target.measure("J", levels)


def _over_dimensions(size: int, setting: Setting) -> Callable[[], Any]:
    import numpy as np

    from numerics.targets import GaussianMixture

    rng = np.random.default_rng(SEED)
    levels = variances(8)

    def call() -> Any:  # a new target each time: answers are remembered
        target = GaussianMixture(np.full(8, 1 / 8), rng.normal(0, 3, (8, size)), rng.uniform(0.05, 0.6, 8))
        return target.measure("J", levels)

    return call


ROWS = (
    Row(
        name="information-curves",
        work="J and mmse at 1,000 noise levels, 1-D mixture of 8, to 1e-10",
        against="scipy.integrate.quad for each level",
        wanted=50,
        make=make,
        scaling=(
            Scaling(
                "noise levels", (500, 1000, 2000, 4000, 8000), _over_levels, 1, why="each level has its own panels"
            ),
            Scaling(
                "noise levels",
                (4096, 8192, 16384, 32768),  # from one block of levels on
                _over_levels,
                0,
                "bytes",
                "levels are done in blocks of one size; what is left are the results",
            ),
            Scaling(
                "components",
                (4, 8, 16, 32, 64),
                _over_components,
                2,
                why="every component adds panels where it stands alone, and a term at every node",
            ),
            Scaling(
                "d, sampled", (4, 16, 64, 256), _over_dimensions, 1, why="a draw costs d numbers for each component"
            ),
        ),
    ),
)
