"""J with a proof, in ball arithmetic, against an integral by mpmath at the same digits, which proves nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from verify.bench.row import Accuracy, Case, Row, Scaling, Setting

if TYPE_CHECKING:
    from numerics.targets import GaussianMixture

WEIGHTS, MEANS, STDS = (0.3, 0.7), (-1.5, 1.0), (0.25, 0.4)
NOTES = {
    25: "a level takes about 450 points, each of 20 calls into Arb from Python at 0.13 to 0.6 microseconds: "
    "these calls, and not the rule, take most of the time",
}
LEVELS = (1e-4, 0.01, 0.37, 1.0, 25.0, 1e4)  # v, from far below the narrowest component to far above the spread


def target() -> GaussianMixture:
    """The mixture of both sides."""
    from numerics.targets import GaussianMixture

    return GaussianMixture(WEIGHTS, MEANS, STDS)


def bits(digits: int) -> int:
    """Precision at which ours reaches 10^-digits."""
    from math import ceil, log2

    return ceil(digits * log2(10))


def proved(mixture: GaussianMixture, digits: int, levels: tuple[float, ...] = LEVELS) -> list[Any]:
    """J at each level as a ball."""
    from flint import arb, ctx

    with ctx.workprec(bits(digits)):
        return [mixture.ball("J", arb(v)) for v in levels]


def plainly(digits: int, levels: tuple[float, ...] = LEVELS) -> list[Any]:
    """J at each level by mpmath.quad as it comes, the line split at the means.

    On this mixture, Gauss-Legendre on a range cut by hand is up to three times as fast as the default rule, and on an
    infinite range it loses all digits at the largest level without a word.
    """
    from mpmath import mp

    def fisher(v: float) -> Any:
        weights = [mp.mpf(w) / mp.fsum(WEIGHTS) for w in WEIGHTS]
        variances = [mp.mpf(s) ** 2 + mp.mpf(v) for s in STDS]
        scales = [w / mp.sqrt(2 * mp.pi * c) for w, c in zip(weights, variances, strict=True)]
        components = list(zip(map(mp.mpf, MEANS), variances, scales, strict=True))

        def density(x: Any) -> Any:
            p = top = mp.zero
            for mean, variance, scale in components:
                offset = x - mean
                q = offset / variance
                normal = scale * mp.exp(-offset * q / 2)
                p += normal
                top += normal * q
            return top * top / p if p else p

        return mp.quad(density, [-mp.inf, *MEANS, mp.inf])

    with mp.workdps(digits):
        return [fisher(v) for v in levels]


def make(digits: int, setting: Setting) -> Case:
    """All levels by both."""
    levels = setting.pick(LEVELS, LEVELS[1::3])
    mixture = target()

    def check(mine: Any, theirs: Any) -> list[Accuracy]:
        from mpmath import mp

        from numerics.enclosures import EPS

        truth = proved(mixture, 2 * digits + 10, levels)
        with mp.workdps(2 * digits + 10):
            exact = [mp.mpf(ball.mid().str(2 * digits + 8, radius=False)) for ball in truth]
            plain = max(float(abs(a / b - 1)) for a, b in zip(theirs, exact, strict=True))
        assert all(ball.contains(better.mid()) for ball, better in zip(mine, truth, strict=True))
        radius = max(float(ball.rad()) / float(ball.mid()) for ball in mine) * (1 + 4 * EPS)
        return [Accuracy(radius, plain, "J, relative; ours is the radius that is proved", 10.0**-digits)]

    return Case(lambda: proved(mixture, digits, levels), lambda: plainly(digits, levels), check)


def _over_digits(size: int, setting: Setting) -> Callable[[], Any]:
    return partial(proved, target(), size, (0.37,))


def _over_components(size: int, setting: Setting) -> Callable[[], Any]:
    from verify.bench.rows.information import mixture

    return partial(proved, mixture(size), 10, (0.01,))


def _row(digits: int, wanted: float, scaling: tuple[Scaling, ...]) -> Row:
    return Row(
        name=f"rigorous-fisher-{digits}",
        work=f"rigorous J at {len(LEVELS)} noise levels, 1-D mixture of 2, to 1e-{digits}",
        against="mpmath.quad (unproved) at the same digits",
        wanted=wanted,
        make=partial(make, digits),
        scaling=scaling,
        note=NOTES.get(digits, ""),
    )


ROWS = (
    _row(
        10,
        3,
        (
            Scaling(
                "components",
                (2, 4, 8, 16, 32),
                _over_components,
                2,
                why="nodes where each component stands alone, and a term of each at every node",
            ),
        ),
    ),
    _row(
        25,
        20,
        (
            Scaling(
                "digits",
                (25, 50, 75, 100, 150, 200, 300),
                _over_digits,
                2.5,
                why="nodes grow with the digits, and so does the cost of an exponential at each",
            ),
        ),
    ),
)
