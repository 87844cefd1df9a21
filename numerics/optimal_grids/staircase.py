"""The search for the best grid near a first one, on a curve whose derivatives are known.

With y_k = ln v_k and c = dt/dy, h' = dh/dy,

    F = 1/2 sum (t_{k+1} - t_k) h_k,    dF/dy_k = 1/2 [c_k (h_{k-1} - h_k) + (t_{k+1} - t_k) h'_k],

and the Hessian is tridiagonal. Trust-region steps keep the order of the points.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from numerics.optimal_grids.profiles import TabulatedProfile, clock

FloatArray = NDArray[np.float64]


class Staircase:
    """F with its derivatives, as a function of the inner y.

    Args:
        profile: the curve.
        ends: y of the first and the last point.
    """

    def __init__(self, profile: TabulatedProfile, ends: FloatArray) -> None:
        self.profile, self.ends = profile, ends

    def __call__(self, inner: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        y = np.concatenate([self.ends[:1], inner, self.ends[1:]])
        score = self.profile.sampler == "score"
        t = clock(self.profile.sampler, y)
        pace = t if score else -t  # c, and dc/dy is t for both
        h, h1, h2 = self.profile.derivatives(y)
        step = np.diff(t)
        inside = (pace[1:-1] * (h[:-2] - h[1:-1]) + step[1:] * h1[1:-1]) / 2
        diagonal = (t[1:-1] * (h[:-2] - h[1:-1]) - 2 * pace[1:-1] * h1[1:-1] + step[1:] * h2[1:-1]) / 2
        beside = pace[2:-1] * h1[1:-2] / 2
        hessian = np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1)
        return float(step @ h[:-1]) / 2, inside, hessian

    def improved(self, inner: FloatArray) -> FloatArray:
        """A local minimum that is at least as good as ``inner``, reached from it; shape as ``inner``."""
        if not len(inner) or not np.any(self(inner)[1]):  # no points, or flat: nothing to descend
            return inner

        def value(y: FloatArray) -> float:
            return self(y)[0] if self._ordered(y) else np.inf

        scale = abs(value(inner)) + float(np.abs(self(inner)[1]).max())
        found = minimize(
            value,
            inner,
            jac=lambda y: self(y)[1],
            hess=lambda y: self(y)[2],
            method="trust-exact",
            options={"gtol": 1e-10 * scale, "maxiter": 300, "initial_trust_radius": 0.1},
        )
        return np.asarray(found.x) if self._ordered(found.x) and found.fun <= value(inner) else inner

    def _ordered(self, y: FloatArray) -> bool:
        return bool(np.all(np.diff(np.concatenate([self.ends[:1], y, self.ends[1:]])) < 0))
