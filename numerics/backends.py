"""Number types for compiled expressions: enclosures and torch tensors (arrays), balls (scalars)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flint
import numpy as np
import sympy

from numerics.enclosures import EPS, TINY, Enclosure, as_enclosure
from numerics.targets.base import NotAvailable
from theory.compiler import NumpyOps, gauss_legendre, outermost

DIED_OUT = 1e-9  # largest share of an integral that may be estimated beyond its panels
EVALUATIONS = 4_000  # of an integrand in ball arithmetic; beyond, the ball stays wide


class EnclosureOps(NumpyOps):
    """float64 with error: what screens the cases of a claim."""

    def const(self, number: sympy.Expr) -> Any:
        value = float(number)
        exact = number.is_Rational and sympy.Rational(value) == number
        return value if exact else Enclosure.of(value, EPS * abs(value) + TINY)

    def numbers(self, values: np.ndarray) -> Any:
        return Enclosure.of(values)

    def unary(self, name: str, x: Any) -> Any:
        e = as_enclosure(x)
        if name == "tan":
            return e.sin() / e.cos()
        if name in ("sinh", "cosh"):
            sign = -1.0 if name == "sinh" else 1.0
            return (e.exp() + sign * (-e).exp()) / 2.0
        if name == "tanh":
            return 1.0 - 2.0 / ((e * 2.0).exp() + 1.0)
        return getattr(e, name)()

    def sqrt(self, x: Any) -> Any:
        return as_enclosure(x).sqrt()

    def abs(self, x: Any) -> Any:
        return abs(as_enclosure(x))

    def minimum(self, x: Any, y: Any) -> Any:
        return as_enclosure(x).minimum(y)

    def maximum(self, x: Any, y: Any) -> Any:
        return as_enclosure(x).maximum(y)

    def total(self, x: Any) -> Any:
        return as_enclosure(x).sum(axis=-1)

    def product(self, x: Any) -> Any:
        return as_enclosure(x).prod()

    def spread(self, x: Any, length: int) -> Any:
        return as_enclosure(x) * np.ones(length)

    def select(self, mask: np.ndarray, x: Any, otherwise: float) -> Any:
        e = as_enclosure(x)
        return Enclosure(np.where(mask, e.value, otherwise), np.where(mask, e.radius, 0.0), e.kind, e.sources)

    def integrate(self, f: Callable[[Any], Any], lower: Any, upper: Any) -> Any:
        """Composite Gauss-Legendre; the error is stated from the distance of 10 to 14 nodes a panel."""
        ends = as_enclosure(lower), as_enclosure(upper)
        low, high = ends[0].value, ends[1].value
        results = []
        for order in (10, 14):
            nodes, weights = gauss_legendre(low, high, order)
            results.append((as_enclosure(f(nodes)) * weights).sum(axis=-1))
        out = results[1].widened(np.abs(results[1].value - results[0].value))
        # what lies beyond the panels is an estimate only if u f(u) has died out there
        for beyond in outermost(low, high):
            height = as_enclosure(f(beyond[..., None]))
            left_over = (beyond[..., None] * (np.abs(height.value) + height.radius))[..., 0]
            out = out.widened(np.where(left_over <= DIED_OUT * np.abs(out.value), left_over, np.inf))
        for end in ends:  # an end that is off by its radius moves the integral by the integrand there
            if np.any(end.radius):
                height = as_enclosure(f(end.value[..., None]))
                out = out.widened(end.radius * (np.abs(height.value) + height.radius)[..., 0])
        return out


class TorchOps:
    """torch float64 tensors: differentiable in the grid, on CPU or GPU."""

    def __init__(self, device: str = "cpu"):
        import torch

        self.torch, self.device = torch, device

    def const(self, number: sympy.Expr) -> Any:
        return float(number)

    def numbers(self, values: np.ndarray) -> Any:
        return self._tensor(values)

    def _tensor(self, x: Any) -> Any:
        return self.torch.as_tensor(x, dtype=self.torch.float64, device=self.device)

    def unary(self, name: str, x: Any) -> Any:
        return getattr(self.torch, name)(self._tensor(x))

    def sqrt(self, x: Any) -> Any:
        return self.torch.sqrt(self._tensor(x))

    def abs(self, x: Any) -> Any:
        return self.torch.abs(self._tensor(x))

    def minimum(self, x: Any, y: Any) -> Any:
        return self.torch.minimum(self._tensor(x), self._tensor(y))

    def maximum(self, x: Any, y: Any) -> Any:
        return self.torch.maximum(self._tensor(x), self._tensor(y))

    def total(self, x: Any) -> Any:
        return self._tensor(x).sum(dim=-1)

    def product(self, x: Any) -> Any:
        return self._tensor(x).prod(dim=-1)

    def expand(self, x: Any, axes: int) -> Any:
        return x[(..., *(None,) * axes)] if getattr(x, "ndim", 0) else x

    def spread(self, x: Any, length: int) -> Any:
        return self._tensor(x) * self.torch.ones(length, dtype=self.torch.float64, device=self.device)

    def select(self, mask: np.ndarray, x: Any, otherwise: float) -> Any:
        x = self._tensor(x)
        keep = self.torch.as_tensor(mask, device=self.device)
        return self.torch.where(keep, x, self.torch.full_like(x, otherwise))

    def integrate(self, f: Callable[[Any], Any], lower: Any, upper: Any) -> Any:
        """Gauss-Legendre in log u (1/u for an infinite end), differentiable in both ends."""
        base, weight = (self._tensor(a) for a in np.polynomial.legendre.leggauss(96))
        base, weight = (base + 1) / 2, weight / 2
        low, high = self._tensor(lower)[..., None], self._tensor(upper)[..., None]
        if bool(self.torch.isinf(high).any()):
            nodes = low / base
            return self.total(f(nodes) * weight * nodes**2 / low)
        span = self.torch.log(high / low)
        nodes = low * self.torch.exp(span * base)
        return self.total(f(nodes) * weight * span * nodes)


class BallOps:
    """Arb balls through python-flint: proved enclosures, at the precision of ``flint.ctx.prec``."""

    def __init__(self) -> None:
        self.analytic = False  # inside an integral: functions must refuse balls that meet a branch cut

    def number(self, value: Any) -> Any:
        """An index or N as a ball (an integral's variable stays what it is): 1/N must not become a float."""
        return flint.arb(value) if isinstance(value, int) else value

    def const(self, number: sympy.Expr) -> Any:
        if number.is_Rational:
            return flint.arb(flint.fmpq(int(number.p), int(number.q)))
        return _irrational(number)

    def unary(self, name: str, x: Any) -> Any:
        ball = _ball(x)
        if isinstance(ball, flint.acb):
            if name == "log":
                return ball.log(analytic=self.analytic)
            if name == "atan":
                raise NotAvailable("an integrand with atan has no proved integral here")
        return getattr(ball, name)()

    def sqrt(self, x: Any) -> Any:
        ball = _ball(x)
        return ball.sqrt(analytic=self.analytic) if isinstance(ball, flint.acb) else ball.sqrt()

    def abs(self, x: Any) -> Any:
        return abs(_real(x))

    def minimum(self, x: Any, y: Any) -> Any:
        return _real(x).min(_real(y))

    def maximum(self, x: Any, y: Any) -> Any:
        return _real(x).max(_real(y))

    def integrate(self, f: Callable[[Any], Any], lower: Any, upper: Any) -> Any:
        """Proved by ``acb_calc_integrate``; the integrand must be analytic, so |.|, min and max are refused."""
        if isinstance(upper, float):
            raise NotAvailable("ball arithmetic integrates over finite ranges only")
        raised: list[Exception] = []

        def integrand(at: Any, analytic: bool) -> Any:
            if raised:  # flint cannot be stopped from within: let it finish on non-finite values
                return flint.acb("nan")
            self.analytic = bool(analytic)
            try:
                return flint.acb(f(at))
            except Exception as error:
                raised.append(error)
                return flint.acb("nan")

        result = flint.acb.integral(integrand, _ball(lower), _ball(upper), eval_limit=EVALUATIONS)
        self.analytic = False
        if raised:
            raise raised[0]
        return result.real


def _ball(x: Any) -> Any:
    return x if isinstance(x, (flint.arb, flint.acb)) else flint.arb(x)


def _real(x: Any) -> Any:
    if isinstance(x, flint.acb):
        raise NotAvailable("an integrand with |.|, min or max has no proved integral here")
    return _ball(x)


def _irrational(number: sympy.Expr) -> Any:
    """Numbers such as pi, E, log(2) or sqrt(2)/3, built from their exact parts."""
    from theory.compiler import compile_scalar

    if number is sympy.pi:
        return flint.arb.pi()
    if number is sympy.E:
        return flint.arb(1).exp()
    if number.is_Float:
        return flint.arb(flint.fmpq(*(int(i) for i in sympy.Rational(number).as_numer_denom())))
    if not number.args:
        raise NotAvailable(f"no ball arithmetic for the number {number}")
    rebuilt = number.func(*(sympy.Symbol(f"part{i}") for i in range(len(number.args))))
    env = {f"part{i}": BallOps().const(part) for i, part in enumerate(number.args)}
    return compile_scalar(rebuilt, BallOps())(env)
