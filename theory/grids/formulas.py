"""Closed forms sigma_k of the grid families, k = 0 ... N, in the symbols of their parameters.

``families`` evaluates the same grids in float64 without cancellation; the tests hold the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping

from sympy import Eq, Expr, Max, Min, Piecewise, Symbol, atan, cos, exp, pi, sqrt, symbols, tan

from theory.symbols import N, k

sigma_min, sigma_max = symbols("sigma_min sigma_max", positive=True)
rho, beta, c = symbols("rho beta c", positive=True)
mu = Symbol("mu", real=True)
beta_d, beta_min, s = symbols("beta_d beta_min s", nonnegative=True)
eps_s, t_min, t_max = symbols("eps_s t_min t_max", positive=True)


def _ramp(first: Expr, last: Expr) -> Expr:
    return (1 - k / N) * first + k / N * last


def _clamped(sigma: Expr) -> Expr:
    return Max(sigma_min, Min(sigma_max, sigma))


def _cosine(time: Expr) -> Expr:
    def angle(time: Expr) -> Expr:
        return pi / 2 * (time + s) / (1 + s)

    alpha_bar = cos(angle(time)) ** 2 / cos(angle(0)) ** 2
    return sqrt(1 / alpha_bar - 1)


def _vp(time: Expr) -> Expr:
    return sqrt(exp(beta_d * time**2 / 2 + beta_min * time) - 1)


def _laplace() -> Expr:
    return Piecewise(
        (sigma_max, Eq(k, 0)),
        (sigma_min, Eq(k, N)),
        (_clamped(exp(mu) * (2 * k / N) ** -beta), 2 * k <= N),
        (_clamped(exp(mu) * (2 - 2 * k / N) ** beta), True),
    )


class Formulas(MutableMapping[str, Expr]):
    """Formulas by the name of their family. Each is made when first asked for: all take a fifth of sympy's import.

    Args:
        made: how to make them.
    """

    def __init__(self, made: Mapping[str, Callable[[], Expr]]) -> None:
        self._made: dict[str, Expr | Callable[[], Expr]] = dict(made)

    def __getitem__(self, family: str) -> Expr:
        formula = self._made[family]
        if not isinstance(formula, Expr):
            formula = self._made[family] = formula()
        return formula

    def __setitem__(self, family: str, formula: Expr) -> None:
        self._made[family] = formula

    def __delitem__(self, family: str) -> None:
        del self._made[family]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)

    def __contains__(self, family: object) -> bool:
        return family in self._made


FORMULAS = Formulas(
    {
        "karras": lambda: _ramp(sigma_max ** (1 / rho), sigma_min ** (1 / rho)) ** rho,
        "exponential": lambda: sigma_max * (sigma_min / sigma_max) ** (k / N),
        "polyexponential": lambda: sigma_min * (sigma_max / sigma_min) ** ((1 - k / N) ** rho),
        "linear": lambda: _ramp(sigma_max, sigma_min),
        "vp": lambda: _vp(_ramp(1, eps_s)),
        "cosine": lambda: _cosine(_ramp(t_max, t_min)),
        "laplace": _laplace,
        "tan": lambda: c * tan(_ramp(atan(sigma_max / c), atan(sigma_min / c))),
    }
)
