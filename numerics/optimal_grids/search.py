"""The best grid of N steps on a known target.

For ``score`` and ``denoiser`` the objective is E_D (see ``curves``). With the inner points' ln v as variables and
c = dt/d ln v its derivatives are exact,

    dE_D/d ln v_k = (c_k/2) [h_{k-1} - h_k - (t_{k+1} - t_k) s_k],

and the Hessian is tridiagonal. The search runs on cubic Hermite polynomials through h and its derivative, from several
starts; its end is then polished by Newton steps on the target itself. What is found is a local minimum: its Hessian is
positive definite, but nothing shows that there is no better one.

For ``ode`` the data are centred Gaussian and the objective is the output KL from the exact start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicHermiteSpline, CubicSpline
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.optimize import minimize

from numerics.budgets import discretisation_error
from numerics.enclosures import Enclosure
from numerics.optimal_grids.curves import CLOCKS, Curve
from numerics.optimal_grids.flow import FlowObjective
from numerics.optimal_grids.limits import limit_constant, quantiles
from numerics.targets import Target
from numerics.terminal import terminal_kl
from theory.grids import Grid, exponential, from_variances, karras

FloatArray = NDArray[np.float64]
Derivatives = tuple[float, FloatArray, FloatArray]  # value, gradient, Hessian
Objective = Callable[[FloatArray], Derivatives]
TABLE, TABLE_SAMPLED = 401, 61
POLISHED = 8
LEAST = 1e-30  # a sampled mmse below it is 0


@dataclass(frozen=True)
class OptimalGrid:
    """The best grid that was found.

    Attributes:
        grid: its points; ``sigmas`` are they as an array.
        objective: E_D in nats; for ``ode`` the output KL from the exact start.
        residual: largest |d objective/d ln v_k| over the objective: 0 at a stationary point. Of a sampled target that
            of the interpolated curve.
        convex: whether the Hessian there is positive definite.
        limit: what N E_D (for ode N^2 KL) of the best grid tends to; None where it is not known.
        gap: N E_D/limit - 1 (for ode N^2 KL/limit - 1); None where the limit is.
    """

    grid: Grid
    objective: Enclosure
    residual: float
    convex: bool
    limit: Enclosure | None
    gap: Enclosure | None

    @property
    def sigmas(self) -> FloatArray:
        """Shape (N+1,), from sigma_max down to sigma_min."""
        return self.grid.sigmas


def optimal_grid(
    target: Target,
    steps: int,
    sigma_max: float,
    sigma_min: float,
    sampler: str = "score",
    starts: Sequence[FloatArray] = (),
) -> OptimalGrid:
    """The grid of N steps from ``sigma_max`` to ``sigma_min`` with the least error.

    Args:
        target: a Gaussian, a one-dimensional mixture or a point cloud; for ``ode`` a Gaussian of mean 0.
        steps: N >= 1.
        sigma_max, sigma_min: its ends, sigma_max > sigma_min > 0.
        sampler: "score", "denoiser" or "ode".
        starts: variances, each of shape (N+1,), to search from too.

    Raises:
        NotAvailable: the target cannot give what the objective needs.
        ValueError: ``steps`` is below 1, or the ends are no grid.
    """
    if steps < 1:
        raise ValueError(f"steps = {steps}: a grid has 1 step or more")
    ends = karras(2, sigma_min, sigma_max).v  # which checks them
    if sampler in CLOCKS:
        curve = Curve(target, sampler)
        table = _Table.of(curve, ends)
        coarse: Objective = _Staircase(curve, table, ends, exact=False)
        fine: Objective = coarse if curve.sampled else _Staircase(curve, table, ends, exact=True)
        first = quantiles(table.y, np.sqrt(np.maximum(table.slope(table.y), 0)) * np.abs(curve.pace(table.v)), steps)
    else:
        coarse = fine = FlowObjective(target, sampler, ends)
        first = karras(steps + 1, sigma_min, sigma_max, 3.0).v
    usual = [karras(steps + 1, sigma_min, sigma_max).v, exponential(steps + 1, sigma_min, sigma_max).v]
    begun = [np.log(v[1:-1]) for v in (first, *usual, *starts)]
    y, (value, gradient, hessian) = _polished(fine, _search(coarse, begun, ends), ends)
    grid = from_variances(np.concatenate([ends[:1], np.exp(y), ends[1:]]), f"optimal_{steps}_{sampler}")
    residual = float(np.abs(gradient).max(initial=0.0)) / value if value > 0 else 0.0
    convex = bool(steps == 1 or np.linalg.eigvalsh(hessian)[0] > 0)
    if sampler in CLOCKS:
        objective, scale = discretisation_error(target, grid.v, sampler), float(steps)
        limit: Enclosure | None = limit_constant(target, sigma_max, sigma_min, sampler)
    else:
        objective, scale = terminal_kl(target, grid.v, sampler, None, "exact"), float(steps) ** 2
        limit = FlowObjective(target, sampler, ends).limit()
    gap = None if limit is None else objective * scale / limit - 1.0
    return OptimalGrid(grid, objective, residual, convex, limit, gap)


@dataclass(frozen=True)
class _Table:
    """h over y = ln v as a piecewise cubic polynomial (of a sampled target ln mmse), and its slope s.

    ``bend`` is a spline through dh/dy where that is known: its derivative is better than the polynomial's second.
    """

    y: FloatArray
    curve: Curve
    polynomial: CubicHermiteSpline | CubicSpline
    bend: CubicSpline | None = None

    @classmethod
    def of(cls, curve: Curve, ends: FloatArray) -> _Table:
        y = np.linspace(np.log(ends[0]), np.log(ends[1]), TABLE_SAMPLED if curve.sampled else TABLE)
        v = np.exp(y)
        if curve.sampled:  # slopes of other draws would not fit; the logarithm keeps mmse positive and without ripples
            mmse = np.maximum(curve.target.measure("mmse", v).value, LEAST)
            return cls(y, curve, CubicSpline(y[::-1], np.log(mmse)[::-1]))
        dh = -curve.slope(v).value * curve.pace(v)
        h = curve.height(v).value
        return cls(y, curve, CubicHermiteSpline(y[::-1], h[::-1], dh[::-1]), CubicSpline(y[::-1], dh[::-1]))

    @property
    def v(self) -> FloatArray:
        return np.exp(self.y)

    def height(self, y: FloatArray, order: int = 0) -> FloatArray:
        """The derivative of h of this order in ln v, at ``y``."""
        if order == 2 and self.bend is not None:
            return np.asarray(self.bend(y, 1))
        if not self.curve.sampled:
            return np.asarray(self.polynomial(y, order))
        log, *p = [np.asarray(self.polynomial(y, i)) for i in range(3)]
        m = [f * np.exp(log) for f in (1.0, p[0], p[0] ** 2 + p[1])][: order + 1]
        if self.curve.sampler == "denoiser":
            return m[order]
        # -J = mmse/v^2 - d/v
        factors = {0: (1,), 1: (-2, 1), 2: (4, -4, 1)}[order]
        v, sign = np.exp(y), (-1) ** order
        return sum(f * part for f, part in zip(factors, m, strict=True)) / v**2 - sign * self.curve.target.d / v

    def slope(self, y: FloatArray) -> FloatArray:
        return -self.height(y, 1) / self.curve.pace(np.exp(y))


class _Staircase:
    """1/2 sum (t_{k+1} - t_k) h(t_k) - 1/2 int h dt as a function of the inner ln v, with its derivatives."""

    def __init__(self, curve: Curve, table: _Table, ends: FloatArray, exact: bool) -> None:
        self.curve, self.table, self.ends, self.exact = curve, table, np.log(ends), exact
        # 1/2 int h dt, a constant: H_N - H_0 for score, the information gained for denoiser
        entropy = curve.target.measure("H", ends).value
        gained = 0.0 if curve.sampler == "score" else curve.target.d / 2 * float(np.log(ends[0] / ends[1]))
        self.area = float(entropy[1] - entropy[0]) + gained

    def __call__(self, inner: FloatArray) -> Derivatives:
        y = np.concatenate([self.ends[:1], inner, self.ends[1:]])
        v = np.exp(y)
        t, c = self.curve.clock(v), self.curve.pace(v)
        if self.exact:
            h, s = self.curve.height(v).value, self.curve.slope(v).value
        else:
            h, s = self.table.height(y), self.table.slope(y)
        bend = self.curve.clock(v) if self.curve.sampler == "score" else -c  # d^2 t/d y^2
        # ds/dy from h'' = -(s c)' = -(s' c + s bend)
        ds = -(self.table.height(y, 2) + s * bend) / c
        step = np.diff(t)
        inside = (h[:-2] - h[1:-1] - step[1:] * s[1:-1]) / 2
        value = float(step @ h[:-1]) / 2 - self.area
        diagonal = (2 * s * c)[1:-1] - step[1:] * ds[1:-1]
        hessian = np.diag(diagonal * c[1:-1] / 2 + inside * bend[1:-1])
        beside = -(s * c)[1:-2] * c[2:-1] / 2
        hessian += np.diag(beside, 1) + np.diag(beside, -1)
        return value, inside * c[1:-1], hessian


def _ordered(y: FloatArray, ends: FloatArray) -> bool:
    """Whether ln v_0, the inner points and ln v_N decrease."""
    return bool(np.all(np.diff(np.concatenate([np.log(ends[:1]), y, np.log(ends[1:])])) < 0))


def _search(objective: Objective, starts: Iterable[FloatArray], ends: FloatArray) -> FloatArray:
    """The best end of trust-region searches from these starts."""
    found = []
    for start in starts:
        if not len(start):
            return start
        scale, gradient, _ = objective(start)
        if not np.any(gradient):  # flat: nothing to descend
            return start

        def value(y: FloatArray) -> float:
            return objective(y)[0] if _ordered(y, ends) else np.inf

        found.append(
            minimize(
                value,
                start,
                jac=lambda y: objective(y)[1],
                hess=lambda y: objective(y)[2],
                method="trust-exact",
                options={"gtol": 1e-9 * scale, "maxiter": 200},
            )
        )
    return np.asarray(min(found, key=lambda end: end.fun).x)


def _polished(objective: Objective, y: FloatArray, ends: FloatArray) -> tuple[FloatArray, Derivatives]:
    """Newton steps as long as the gradient shrinks."""
    here = objective(y)
    for _ in range(POLISHED if len(y) else 0):
        try:
            there = y - cho_solve(cho_factor(here[2]), here[1])
        except LinAlgError:
            break
        if not _ordered(there, ends):
            break
        found = objective(there)
        if np.abs(found[1]).max() >= np.abs(here[1]).max():
            break
        y, here = there, found
    return y, here
