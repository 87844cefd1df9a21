"""The marginal p_v of a one-dimensional mixture at many points, with what its curves are made of.

Rounding: with the relative error E_i of a component's density (its exponent carries z_i^2 units and those of its
constant, the rounded point |x| |q_i| more) the responsibilities r_i are off by r_i (E_i + mean of E), so
``spread(a)`` below bounds the rounding error of any posterior average sum_i r_i a_i whose terms are accurate.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from numerics.enclosures import EPS
from numerics.information.components import Components

FloatArray = NDArray[np.float64]

_LN2 = float(np.log(2.0))

# arrays of the size (K, B, M) that are alive at once, for memory estimates
ARRAYS = 12


class Marginal:
    """Components at level ``v`` (B, 1) and points ``x`` (B, M); arrays below are (K, B, M) or (B, M).

    Attributes:
        c: variances of the components, (K, B, 1).
        q: (x - m_i)/c_i; the score of component i is -q_i.
        t: d/dv log N(x; m_i, c_i) = (q_i^2 - 1/c_i)/2.
        r: responsibilities.
        log_p, p: the density.
    """

    def __init__(self, components: Components, x: FloatArray, v: FloatArray) -> None:
        self.components, self.x, self.v = components, x, v
        means = components.means[:, None, None]
        self.s2 = components.variances[:, None, None]
        self.c = self.s2 + v
        # in place where it can be: fresh arrays of this size cost more than what is computed in them
        z2 = x - means
        self.q = z2 / self.c
        z2 *= self.q
        # powers of 2: torch has them vectorised on every processor, and needs no second thread for them
        share = z2 * (-0.5 / _LN2)
        norm = np.log(components.weights)[:, None, None] - 0.5 * np.log(2 * np.pi * self.c)
        share += norm / _LN2
        top = share.max(axis=0)
        share -= top
        torch.from_numpy(share).exp2_()
        total = share.sum(axis=0)
        share /= total
        self.r = share
        self.log_p = top * _LN2 + np.log(total)
        self.p = np.exp(self.log_p)
        self.reach = np.abs(x) + np.abs(components.means).max()
        noise = np.abs(self.q)
        noise *= self.reach
        noise += z2
        noise *= 4 * EPS
        noise += EPS * (16 + 2 * np.abs(norm))
        self.p_noise = self.average(noise)
        noise += self.p_noise
        self.noise = noise

    def average(self, a: FloatArray) -> FloatArray:
        """sum_i r_i a_i."""
        return np.einsum("kbm,kbm->bm", self.r, self._full(a))

    def spread(self, a: FloatArray) -> FloatArray:
        """Bound on the rounding error of ``average(a)``; ``a`` nonnegative, the size of the terms."""
        return np.einsum("kbm,kbm,kbm->bm", self.r, self.noise, self._full(a))

    @property
    def t(self) -> FloatArray:
        return 0.5 * (self.q**2 - 1 / self.c)

    @property
    def t_size(self) -> FloatArray:
        return 0.5 * (self.q**2 + 1 / self.c)

    def _full(self, a: FloatArray) -> FloatArray:
        return a if a.shape == self.r.shape else np.broadcast_to(a, self.r.shape)
