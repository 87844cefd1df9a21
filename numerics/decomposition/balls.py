"""The same errors in ball arithmetic, at the precision of ``flint.ctx.prec``.

The population losses are floor plus excess here, gradient descent moves residuals and not normal equations, and the
minimiser solves with the Gram matrix of points or of dimensions: none of it is the float64 version's way.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cached_property

from flint import arb, arb_mat, ctx

from numerics.decomposition.level_weights import level_weights_ball
from numerics.decomposition.sample import Sample


class DecompositionBalls:
    """What :class:`Decomposition` measures, as balls.

    Args:
        sample: what is trained.
        bits: of the results, about; ``flint.ctx.prec`` if not given.
    """

    def __init__(self, sample: Sample, bits: int | None = None) -> None:
        self.sample, self.bits = sample, bits or ctx.prec
        with self._precise():
            self.v = [arb(level) for level in sample.v]
            self.beta = level_weights_ball(sample.weighting, self.v)
            self.points = arb_mat(sample.points.tolist())
            self.noises = [arb_mat(level.tolist()) for level in sample.noises]
            self.inputs = [self.points + xi * v.sqrt() for v, xi in zip(self.v, self.noises, strict=False)]

    def _precise(self) -> AbstractContextManager[None]:
        """Matrices of balls widen at every step, so that they need room."""
        return ctx.workprec(2 * self.bits + 8 * self.sample.steps)

    def _level(self, k: int) -> tuple[arb, arb_mat, arb_mat]:
        """sigma, X and Xi."""
        return self.v[k].sqrt(), self.inputs[k], self.noises[k]

    @cached_property
    def trained(self) -> list[arb_mat]:
        """W^K at each level."""
        with self._precise():
            return [self._descended(k) for k in range(self.sample.N)]

    def _descended(self, k: int) -> arb_mat:
        (sigma, X, noise), W = self._level(k), arb_mat(self.sample.start.tolist())
        step = 2 * arb(self.sample.eta) / self.sample.n
        for _ in range(self.sample.steps):
            residual = X * W.transpose() + noise / sigma
            W = W - residual.transpose() * X * step
        return W

    @cached_property
    def minimiser(self) -> list[arb_mat]:
        """W^* at each level; NaN where the balls cannot tell a pivot from 0."""
        with self._precise():
            return [self._least_squares(k) for k in range(self.sample.N)]

    def _least_squares(self, k: int) -> arb_mat:
        sigma, X, noise = self._level(k)
        across, aim = X.transpose(), noise / -sigma
        try:
            if self.sample.n >= self.sample.d:
                return (across * X).solve(across * aim).transpose()
            return (across * (X * across).solve(aim)).transpose()
        except ZeroDivisionError:
            return arb_mat([[arb("nan")] * self.sample.d] * self.sample.d)

    @cached_property
    def best(self) -> list[arb_mat]:
        """W^F at each level."""
        with self._precise():
            return [_diagonal([-1 / (arb(lam) + v) for lam in self.sample.variances]) for v in self.v[:-1]]

    def training_loss(self, scores: str) -> arb:
        """As :meth:`Decomposition.training_loss`."""
        with self._precise():
            total = arb(0)
            for k, W in enumerate(getattr(self, scores)):
                sigma, X, noise = self._level(k)
                total += self.beta[k] * _square(X * W.transpose() * sigma + noise) / (2 * self.sample.n)
            return total

    def population_loss(self, scores: str) -> arb:
        """As :meth:`Decomposition.population_loss`."""
        with self._precise():
            excess = [self.v[k] * self._miss(k, W) for k, W in enumerate(getattr(self, scores))]
            return self.floor() + sum((b * e for b, e in zip(self.beta, excess, strict=False)), arb(0)) / 2

    def _miss(self, k: int, W: arb_mat) -> arb:
        """E||W X_v - grad log p_v(X_v)||^2."""
        S = _diagonal([arb(lam) + self.v[k] for lam in self.sample.variances])
        miss = W - self.best[k]
        return (miss * S * miss.transpose()).trace()

    def floor(self) -> arb:
        """As :meth:`Decomposition.floor`."""
        with self._precise():
            shares = [sum((arb(lam) / (arb(lam) + v) for lam in self.sample.variances), arb(0)) for v in self.v[:-1]]
            return sum((b * share for b, share in zip(self.beta, shares, strict=False)), arb(0)) / 2

    def eps_train(self) -> arb:
        return abs(self.training_loss("trained") - self.training_loss("minimiser"))

    def eps_n(self) -> arb:
        here, there = (self.population_loss(at) - self.training_loss(at) for at in ("trained", "minimiser"))
        return abs(here) + abs(there)

    def eps_est(self) -> arb:
        return abs(self.population_loss("minimiser") - self.population_loss("best"))

    def eps_approx(self) -> arb:
        return abs(self.population_loss("best") - self.floor())

    def score_error(self) -> arb:
        """As :meth:`Decomposition.score_error`."""
        with self._precise():
            parts = [(self.v[k] - self.v[k + 1]) * self._miss(k, W) for k, W in enumerate(self.trained)]
            return sum(parts, arb(0)) / 2


def _diagonal(numbers: list[arb]) -> arb_mat:
    return arb_mat([[x if i == j else arb(0) for j in range(len(numbers))] for i, x in enumerate(numbers)])


def _square(matrix: arb_mat) -> arb:
    return sum((x * x for x in matrix.entries()), arb(0))
