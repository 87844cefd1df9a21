"""The field's noise grids, under k-diffusion's names, argument order and defaults.

Every family takes ``n``, its number of points (2 <= n <= 10**7, n - 1 steps; no 0 is appended), and returns a
``Grid`` in sampling order, whose ``closed_form`` stands in ``formulas``. Those with ``sigma_min < sigma_max``
(both positive, in the unit of the data) begin and end at these very floats. All raise ``GridError`` for an
argument outside its domain, and where points coincide in float64.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from theory.grids.domain import (
    FloatArray,
    GridError,
    increasing_pair,
    nonnegative,
    number,
    point_count,
    positive,
    require_decreasing,
    shortest,
)
from theory.grids.formulas import FORMULAS
from theory.grids.grid import Grid

_ROUNDING = "rounding merges the points, use fewer or a wider range"
_CLAMPING = "clamping to [sigma_min, sigma_max] merges the points, use fewer, a wider range or a smaller beta"


def karras(n: int, sigma_min: float, sigma_max: float, rho: float = 7.0) -> Grid:
    """sigma_k^(1/rho) linear in k (Karras et al. 2022, arXiv 2206.00364, eq. 5); rho > 0.

    rho = 1 is ``linear``; rho to infinity is ``exponential``.
    """
    w, low, high = _ramp(n, sigma_min, sigma_max)
    rho = positive("rho", rho)
    log_ratio = (np.log(low) - np.log(high)) / rho
    drop = w * np.expm1(log_ratio)
    # log(1 + drop): the sum of positive terms where drop is near -1, log1p where it is near 0 (large rho).
    log_root = np.where(drop > -0.5, np.log1p(drop), np.log(_mix(w, 1, np.exp(log_ratio))))
    interior = np.exp(np.log(high) + rho * log_root)
    return _family("karras", _with_ends(high, interior, low), n=n, sigma_min=low, sigma_max=high, rho=rho)


def exponential(n: int, sigma_min: float, sigma_max: float) -> Grid:
    """ln sigma_k linear in k: geometric sigmas and variances (Song et al. 2021, arXiv 2011.13456, VE)."""
    w, low, high = _ramp(n, sigma_min, sigma_max)
    interior = np.exp(_mix(w, np.log(high), np.log(low)))
    return _family("exponential", _with_ends(high, interior, low), n=n, sigma_min=low, sigma_max=high)


def polyexponential(n: int, sigma_min: float, sigma_max: float, rho: float = 1.0) -> Grid:
    """ln sigma_k a power rho > 0 of 1 - k/N (k-diffusion); rho = 1 is ``exponential``."""
    w, low, high = _ramp(n, sigma_min, sigma_max)
    rho = positive("rho", rho)
    ramp = w[::-1] ** rho  # w reversed is 1 - k/N without the rounding of a subtraction
    interior = np.exp(ramp * (np.log(high) - np.log(low)) + np.log(low))
    sigmas = _with_ends(high, interior, low)
    return _family("polyexponential", sigmas, n=n, sigma_min=low, sigma_max=high, rho=rho)


def linear(n: int, sigma_min: float, sigma_max: float) -> Grid:
    """sigma_k linear in k."""
    w, low, high = _ramp(n, sigma_min, sigma_max)
    return _family("linear", _with_ends(high, _mix(w, high, low), low), n=n, sigma_min=low, sigma_max=high)


def vp(n: int, beta_d: float = 19.9, beta_min: float = 0.1, eps_s: float = 1e-3) -> Grid:
    """Variance-preserving SDE, sigma = sqrt(exp(beta_d t^2/2 + beta_min t) - 1), t linear from 1 to eps_s.

    sigma is sigma/alpha of the VP process (Song et al. 2021, arXiv 2011.13456; Karras et al. 2022, Table 1).

    Args:
        beta_d, beta_min: noise rate beta(t) = beta_min + beta_d t, both >= 0, not both 0.
        eps_s: last time, 0 < eps_s < 1.
    """
    beta_d, beta_min = nonnegative("beta_d", beta_d), nonnegative("beta_min", beta_min)
    if beta_d == beta_min == 0:
        raise GridError("beta_d = beta_min = 0 adds no noise: make one of the two positive")
    eps_s = positive("eps_s", eps_s)
    if eps_s >= 1:
        raise GridError(f"eps_s = {shortest(eps_s)} is not below the first time, 1: choose 0 < eps_s < 1")
    times = _with_ends(1, _mix(_weights(n), 1, eps_s), eps_s)
    with np.errstate(over="ignore"):
        sigmas = np.sqrt(np.expm1(beta_d * times**2 / 2 + beta_min * times))
    return _family("vp", sigmas, n=n, beta_d=beta_d, beta_min=beta_min, eps_s=eps_s)


def cosine(n: int, s: float = 0.008, t_min: float = 1e-3, t_max: float = 0.999) -> Grid:
    """Cosine schedule (Nichol & Dhariwal 2021, arXiv 2102.09672, eq. 17), t linear from t_max to t_min.

    alpha_bar(t) = cos^2(u(t)) / cos^2(u(0)), u(t) = (pi/2) (t + s)/(1 + s), sigma = sqrt(1/alpha_bar - 1).
    The paper clips beta at 0.999 to guard its last discrete step; here t_max < 1 does that.

    Args:
        s: offset >= 0; with s = 0, sigma = tan(pi t/2).
        t_min, t_max: last and first time, 0 < t_min < t_max < 1.
    """
    s = nonnegative("s", s)
    last, first = increasing_pair("t_min", t_min, "t_max", t_max)
    if first >= 1:
        raise GridError(f"t_max = {shortest(first)} has infinite sigma: choose t_max < 1")
    times = _with_ends(first, _mix(_weights(n), first, last), last)
    turn = np.pi / 2 / (1 + s)
    # cos^2 a - cos^2 b = sin(b - a) sin(b + a), and cos(u) = sin(pi/2 - u), keep the digits at both ends.
    variance = np.sin(turn * times) * np.sin(turn * (times + 2 * s)) / np.sin(turn * (1 - times)) ** 2
    return _family("cosine", np.sqrt(variance), n=n, s=s, t_min=last, t_max=first)


def laplace(n: int, sigma_min: float, sigma_max: float, mu: float = 0.0, beta: float = 0.5) -> Grid:
    """ln sigma_k at the quantiles 1 - k/N of a Laplace law, clamped to the end points.

    ln sigma = mu - beta ln(2k/N) for k <= N/2, else mu + beta ln(2 - 2k/N). Hang et al. 2024 (arXiv
    2407.03297) give log SNR this law; toolboxes, and this grid, give it to ln sigma. Toolboxes also add 1e-5
    inside the logarithm against ln 0: their inner points differ by less than a relative 1e-5 beta N/2, and
    their end points may miss sigma_min and sigma_max.

    Args:
        mu: centre of the law of ln sigma, any real number.
        beta: its scale > 0.
    """
    w, low, high = _ramp(n, sigma_min, sigma_max)
    mu, beta = number("mu", mu), positive("beta", beta)
    log_sigmas = mu + beta * np.where(w <= 0.5, -np.log(2 * w), np.log(2 * w[::-1]))
    with np.errstate(over="ignore"):
        interior = np.clip(np.exp(log_sigmas), low, high)
    parameters = {"sigma_min": low, "sigma_max": high, "mu": mu, "beta": beta}
    return _family("laplace", _with_ends(high, interior, low), _CLAMPING, n=n, **parameters)


def tan(n: int, sigma_min: float, sigma_max: float, c: float = 1.0) -> Grid:
    """arctan(sigma_k / c) linear in k (Sabour et al. 2024, Align Your Steps, arXiv 2404.14507, Theorem 3.1).

    Optimal for Gaussian data of standard deviation c > 0; toolboxes ship c = 1 as "kl_optimal".
    """
    w, low, high = _ramp(n, sigma_min, sigma_max)
    c = positive("c", c)
    angle = _mix(w, np.arctan2(high, c), np.arctan2(low, c))
    complement = _mix(w, np.arctan2(c, high), np.arctan2(c, low))
    # tan loses digits near pi/2, where the complementary angle keeps them.
    tangent = np.where(angle <= complement, np.tan(angle), 1 / np.tan(complement))
    return _family("tan", _with_ends(high, c * tangent, low), n=n, sigma_min=low, sigma_max=high, c=c)


FAMILIES: dict[str, Callable[..., Grid]] = {
    family.__name__: family for family in (karras, exponential, polyexponential, linear, vp, cosine, laplace, tan)
}


def _weights(n: int) -> FloatArray:
    """k/N at the inner points k = 1 ... N - 1."""
    steps = point_count(n) - 1
    return np.arange(1, steps) / steps


def _ramp(n: int, sigma_min: float, sigma_max: float) -> tuple[FloatArray, float, float]:
    return _weights(n), *increasing_pair("sigma_min", sigma_min, "sigma_max", sigma_max)


def _mix(w: FloatArray, first: float, last: float) -> FloatArray:
    # w[::-1] is 1 - w: two positive terms, no cancellation.
    return w[::-1] * first + w * last


def _with_ends(first: float, interior: FloatArray, last: float) -> FloatArray:
    return np.concatenate(([first], interior, [last]))


def _family(name: str, sigmas: FloatArray, why: str = _ROUNDING, /, **parameters: float) -> Grid:
    require_decreasing("sigma", sigmas, why)
    return Grid(sigmas, name, {**parameters, "n": int(parameters["n"])}, FORMULAS[name])
