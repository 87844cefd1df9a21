"""The objective of the ``ode`` sampler on centred Gaussian data, as a function of the grid.

Along a direction of variance lambda the output's standard deviation is too small by prod_k cos(a_k - a_{k+1}),
a = arctan(sigma/sqrt(lambda)), and with C = -sum ln cos the output KL from the exact start is 1/2 (e^{2C} - 1 - 2C).
For one lambda it is least where all a_k - a_{k+1} are equal (Sabour et al. 2024, arXiv 2404.14507, Theorem 3.1).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from numerics.enclosures import Enclosure
from numerics.targets import Gaussian, Target
from numerics.targets.base import NotAvailable

FloatArray = NDArray[np.float64]


class FlowObjective:
    """Output KL with gradient and Hessian in the inner ln v.

    Args:
        target: a Gaussian of mean 0.
        sampler: "ode".
        ends: v_0 and v_N.

    Raises:
        NotAvailable: another target or sampler.
    """

    def __init__(self, target: Target, sampler: str, ends: FloatArray) -> None:
        if sampler != "ode":
            raise NotAvailable(f"no objective is known for the {sampler} sampler; use score, denoiser or ode")
        if not isinstance(target, Gaussian) or np.any(target.mean):
            raise NotAvailable(f"the output KL of ode is optimised on Gaussian data of mean 0, not on {target.label}")
        positive = target.eigenvalues[target.eigenvalues > 0]  # where lambda = 0 the sampler makes no error
        self.deviations = np.sqrt(positive)[:, None]
        self.ends = np.log(np.asarray(ends, dtype=np.float64))

    def __call__(self, inner: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        """Value, gradient (N-1,) and Hessian (N-1, N-1) at the inner points' ln v, decreasing."""
        y = np.concatenate([self.ends[:1], inner, self.ends[1:]])
        angles = np.arctan2(np.exp(y / 2), self.deviations)
        gaps = angles[:, :-1] - angles[:, 1:]
        excess = -np.log(np.cos(gaps)).sum(axis=1)
        value = float((np.expm1(2 * excess) - 2 * excess).sum() / 2)
        # C = -sum ln cos: its derivatives in the angles, then in y, of which an angle moves by sin(2 a)/4
        pull, stiff = np.tan(gaps), 1 / np.cos(gaps) ** 2
        a, force = angles[:, 1:-1], pull[:, 1:] - pull[:, :-1]
        rate = np.sin(2 * a) / 4
        gradients, gain = force * rate, np.expm1(2 * excess)[:, None]
        hessian = (2 * (gain + 1) * gradients).T @ gradients
        own = (stiff[:, 1:] + stiff[:, :-1]) * rate**2 + force * np.cos(2 * a) / 2 * rate
        beside = -stiff[:, 1:-1] * rate[:, 1:] * rate[:, :-1]
        hessian += np.diag((gain * own).sum(axis=0))
        for side in (1, -1):
            hessian += np.diag((gain * beside).sum(axis=0), side) if len(inner) > 1 else 0.0
        return value, (gain * gradients).sum(axis=0), hessian

    def limit(self) -> Enclosure | None:
        """(number of directions) A^4/4, A the whole angle: the limit of N^2 KL for one lambda; None for several."""
        deviations = np.unique(self.deviations)
        if len(deviations) > 1:
            return None
        sigma = (Enclosure.of(self.ends) * 0.5).exp()
        angle = (sigma / float(deviations[0])).atan() if len(deviations) else sigma * 0.0
        return (angle[0] - angle[1]) ** 4 * (len(self.deviations) / 4)
