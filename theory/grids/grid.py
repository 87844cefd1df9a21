"""The noise grid: sigma_0 > sigma_1 > ... > sigma_N > 0 in sampling order, with its closed form.

n = N + 1 points make N steps. In the variance clock v = sigma**2; the 0 that toolboxes append to their sigmas
is not a grid point, since the reverse process is run down to sigma_N only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from sympy import Expr, Float, Rational

from theory.display import Contents, Displayed, Formula, Line, Table
from theory.grids.domain import (
    FloatArray,
    GridError,
    array_of,
    require_decreasing,
    require_in_range,
    shortest,
)

_EXPONENTS = frozenset({"rho", "beta"})
_SHOWN = 6
_ROWS = 12  # of the table that a notebook shows
# sympy collects the roots of karras before it adds them up, which costs digits where rho is small.
_DIGITS = 50


@dataclass(frozen=True, eq=False, repr=False)
class Grid(Displayed):
    """A strictly decreasing list of positive noise levels.

    Two grids are equal if their points are; name and parameters only say where the points came from.

    Attributes:
        sigmas: float64, shape (n,), read-only, in the unit of the data.
        name: the family, or where the list came from.
        parameters: the family's arguments, n first.
        closed_form: sigma_k in ``k``, ``N`` and the family's parameter symbols; None for a list.
        v: variances, float64, shape (n,), read-only: as given, else sigmas**2.

    Args:
        variances: v, where it is known more exactly than as the square of the rounded sigmas.

    Raises:
        GridError: the points are not two or more finite, positive, strictly decreasing numbers in
            [1e-50, 1e50], or ``variances`` are not their squares.
    """

    sigmas: FloatArray
    name: str = "grid"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    closed_form: Expr | None = None
    variances: InitVar[FloatArray | None] = None
    v: FloatArray = field(init=False)

    def __post_init__(self, variances: FloatArray | None) -> None:
        sigmas = array_of("sigma", self.sigmas)
        require_decreasing("sigma", sigmas)
        require_in_range(sigmas)
        v = sigmas**2 if variances is None else array_of("v", variances)
        require_decreasing("v", v)
        if v.shape != sigmas.shape or not np.allclose(v, sigmas**2, rtol=1e-12, atol=0):
            raise GridError("variances are not the squares of sigmas: give one of the two")
        for array in (sigmas, v):
            array.flags.writeable = False
        object.__setattr__(self, "sigmas", sigmas)
        object.__setattr__(self, "v", v)
        object.__setattr__(self, "parameters", dict(self.parameters))

    @property
    def n(self) -> int:
        """Number of points, N + 1."""
        return self.sigmas.size

    @property
    def N(self) -> int:
        """Number of steps, n - 1."""
        return self.sigmas.size - 1

    @property
    def gamma(self) -> FloatArray:
        """Signal-to-noise ratios 1/v_k, shape (n,)."""
        return 1 / self.v

    @property
    def steps(self) -> FloatArray:
        """Delta_k = v_k - v_{k+1}, shape (N,)."""
        return self.v[:-1] - self.v[1:]

    @property
    def log_steps(self) -> FloatArray:
        """x_k = ln(v_k / v_{k+1}), shape (N,)."""
        # log1p of the difference, which is exact for close points, keeps every digit of a small x_k.
        return np.log1p(self.steps / self.v[1:])

    @cached_property
    def formula(self) -> Expr | None:
        """sigma_k in ``k`` and ``N`` with the parameters' numbers in place; None for a list.

        Numbers of few digits enter as exact rationals, so that limits and sums stay exact. It reproduces
        ``sigmas`` to about 1e-12 relative (for ``cosine``, where t_max stays a thousandth below 1).
        """
        if self.closed_form is None:
            return None
        symbols = [s for s in self.closed_form.free_symbols if s.name in self.parameters]
        return self.closed_form.xreplace({s: _sympified(s.name, self.parameters[s.name]) for s in symbols})

    @property
    def label(self) -> str:
        """Text that the parser of grids reads back, e.g. ``karras(n=19, sigma_min=0.002, ...)``."""
        return self._call(None)

    def _call(self, shown: int | None) -> str:
        if not self.parameters:
            return self.name
        arguments = (f"{key}={_literal(value, shown)}" for key, value in self.parameters.items())
        return f"{self.name}({', '.join(arguments)})"

    def __repr__(self) -> str:
        if not self.parameters:
            return f"Grid({self.name}, sigmas={_literal(self.sigmas, _SHOWN)})"
        return f"Grid({self._call(_SHOWN)})"

    def __str__(self) -> str:
        return repr(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))

    def _contents(self) -> Contents:
        """Name, parameters, closed form and the first and last levels, as a notebook shows them."""
        formula = () if self.closed_form is None else (Formula(self.closed_form, "sigma_k ="),)
        shown = [*range(self.n)] if self.n <= _ROWS else [*range(_ROWS - 2), None, self.n - 1]
        rows = tuple(("...",) * 4 if k is None else self._row(k) for k in shown)
        table = Table(("k", "sigma", "v", "ln(v_k/v_k+1)"), rows, numbers=(0, 1, 2, 3))
        return Contents(self._call(_SHOWN), None, (*formula, Line(f"{self.N} steps, {self.n} points"), table))

    def _row(self, k: int) -> tuple[str, str, str, str]:
        step = f"{self.log_steps[k]:.4g}" if k < self.N else ""
        return str(k), f"{self.sigmas[k]:.6g}", f"{self.v[k]:.6g}", step

    def __len__(self) -> int:
        return self.n

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Grid):
            return NotImplemented
        return np.array_equal(self.sigmas, other.sigmas) and np.array_equal(self.v, other.v)

    def __hash__(self) -> int:
        return hash((self.sigmas.tobytes(), self.v.tobytes()))

    def __reduce__(self) -> tuple[Any, ...]:
        # Default pickling would restore writeable arrays.
        return Grid, (self.sigmas, self.name, self.parameters, self.closed_form, self.v)


def _literal(value: Any, shown: int | None) -> str:
    if isinstance(value, np.ndarray):
        texts = [shortest(x) for x in (value if shown is None else value[:shown]).tolist()]
        if len(texts) < value.size:
            texts[-2:] = ["...", shortest(value[-1])]
        return f"[{', '.join(texts)}]"
    return shortest(value) if isinstance(value, float) else str(value)


def _sympified(name: str, value: float) -> Expr:
    exact = Rational(shortest(value))
    # A rational power p**(a/b) grows like p**b digits in sympy, hence the small b for exponents.
    limit = 10 if name in _EXPONENTS else 10**6
    return exact if exact.q <= limit else Float(shortest(value), _DIGITS)
