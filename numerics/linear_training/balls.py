"""The same training in ball arithmetic, at the precision of ``flint.ctx.prec``, by the matrices of the whole space.

The score error is measured against the inverse covariance, the path KL is that of two joint Gaussian laws, and the
output's covariance is propagated by the whole matrices: none of the short cuts of the float64 version is taken.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from itertools import pairwise

from flint import arb, arb_mat, ctx

from numerics.linear_training.training import LinearTraining, reflection
from numerics.targets.base import NotAvailable

MOST_BITS = 1 << 11


class LinearTrainingBalls:
    """What :class:`LinearTraining` measures, as balls; vectors are lists over the levels.

    Args:
        training: what is trained.
        bits: of the results, about; ``flint.ctx.prec`` if not given.
    """

    def __init__(self, training: LinearTraining, bits: int | None = None) -> None:
        self.training, self.d, self.bits = training, training.d, bits or ctx.prec
        with self._precise():
            self.turn = arb_mat([[arb(entry) for entry in row] for row in reflection(len(training.spectrum))])
            self.inside = arb_mat([[self.turn[i, j] for j in range(self.d)] for i in range(self.turn.nrows())])
            self.covariances = [self._covariance(level) for level in training.v]
            start = self.turn * arb_mat(training.start) * self.turn.transpose()
            self.W = [self._descended(start, S) for S in self.covariances]

    def _precise(self) -> AbstractContextManager[None]:
        """Matrices of balls widen at every step, so that they need room."""
        return ctx.workprec(2 * self.bits + 8 * self.training.steps)

    def _covariance(self, level: float) -> arb_mat:
        size = len(self.training.spectrum)
        diagonal = [
            [arb(lam) + arb(level) if i == j else arb(0) for j in range(size)]
            for i, lam in enumerate(self.training.spectrum)
        ]
        return self.turn * arb_mat(diagonal) * self.turn.transpose()

    def _descended(self, W: arb_mat, S: arb_mat) -> arb_mat:
        eta, one = arb(self.training.eta), _identity(S.nrows())
        for _ in range(self.training.steps):
            W = W - (W * S + one) * (2 * eta)
        return W

    def _seen(self, matrix: arb_mat) -> arb_mat:
        """A matrix on the data's directions."""
        return self.inside.transpose() * matrix * self.inside

    def weight(self) -> list[arb]:
        """As :meth:`LinearTraining.weight`."""
        self.training.need_line()
        with self._precise():
            return [self._seen(W)[0, 0] for W in self.W]

    def score_error(self) -> list[arb]:
        """As :meth:`LinearTraining.score_error`."""
        with self._precise():
            return [self._error(W, S) for W, S in zip(self.W, self.covariances, strict=True)]

    def _error(self, W: arb_mat, S: arb_mat) -> arb:
        miss = W + S.solve(_identity(S.nrows()))
        return self._seen(miss * S * miss.transpose()).trace()

    def path_error(self) -> arb:
        """The trained scores' part of the path KL of the score sampler."""
        with self._precise():
            widths = [arb(v) - arb(v_next) for v, v_next in pairwise(self.training.v)]
            return (
                sum(
                    (width * self._error(W, S) for width, W, S in zip(widths, self.W, self.covariances, strict=False)),
                    arb(0),
                )
                / 2
            )

    def loss(self) -> list[arb]:
        """As :meth:`LinearTraining.loss`."""
        with self._precise():
            return [
                arb(level) * (self._seen(W * S * W.transpose()).trace() + 2 * self._seen(W).trace()) + self.d
                for W, S, level in zip(self.W, self.covariances, self.training.v, strict=True)
            ]

    def output_variance(self) -> arb:
        """As :meth:`LinearTraining.output_variance`."""
        self.training.need_line()
        with self._precise():
            one = _identity(self.turn.nrows())
            spread = one * arb(self.training.v[0])
            for (v, v_next), W in zip(pairwise(self.training.v), self.W, strict=False):
                width = arb(v) - arb(v_next)
                step = one + W * width
                spread = step * spread * step.transpose() + one * width
            return self._seen(spread)[0, 0]

    def output_kl(self) -> arb:
        """As :meth:`LinearTraining.output_kl`."""
        variance = self.output_variance()
        with self._precise():
            ratio = (arb(self.training.variances[0]) + arb(self.training.v[-1])) / variance
            return (ratio - 1 - ratio.log()) / 2

    def path_kl(self) -> arb:
        """As :meth:`LinearTraining.path_kl`, from the joint laws of all grid points."""
        bits, here = ctx.prec, self
        while bits <= MOST_BITS:
            with here._precise():
                kl = here._joint_kl()
            if kl.is_finite() and kl.rel_accuracy_bits() >= ctx.prec // 2:
                return kl
            bits *= 2
            here = LinearTrainingBalls(self.training, bits)  # the matrices too must be known better
        raise NotAvailable(f"the path KL of {self.d}-dimensional training needs more than {MOST_BITS} bits")

    def _joint_kl(self) -> arb:
        exact, chain = self._exact_law(), self._chain_law()
        try:
            share = chain.solve(exact).trace()
        except ZeroDivisionError:  # a pivot that the balls cannot tell from 0
            return arb("nan")
        return (share - exact.nrows() + chain.det().log() - exact.det().log()) / 2

    def _exact_law(self) -> arb_mat:
        """Covariance of the data's directions of (X_{v_0}, ..., X_{v_N}): lambda + min(u, w) in each."""
        levels, axes = self.training.v, range(self.d)
        return arb_mat(
            [
                [arb(self.training.variances[i]) + arb(min(u, w)) if i == j else arb(0) for w in levels for j in axes]
                for u in levels
                for i in axes
            ]
        )

    def _chain_law(self) -> arb_mat:
        """Covariance of the sampler's data directions at all grid points."""
        levels, one = self.training.v, _identity(self.d)
        rows = [[one * arb(levels[0])]]
        for (v, v_next), W in zip(pairwise(levels), self.W, strict=False):
            width = arb(v) - arb(v_next)
            step = one + self._seen(W) * width
            row = [step * block for block in rows[-1]]
            rows.append([*row, row[-1] * step.transpose() + one * width])
        blocks = [
            [rows[a][b] if a >= b else rows[b][a].transpose() for b in range(len(rows))] for a in range(len(rows))
        ]
        return arb_mat([[block[i, j] for block in row for j in range(self.d)] for row in blocks for i in range(self.d)])


def _identity(size: int) -> arb_mat:
    return arb_mat([[int(i == j) for j in range(size)] for i in range(size)])
