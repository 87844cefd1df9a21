"""The vocabulary's quantities as intervals, for one case at the present precision.

Budgets (Girsanov; no cross term because score and denoiser are martingales): with D_k = v_k - v_{k+1} and
G_k = 1/v_{k+1} - 1/v_k,

    E_I = KL(p_{v_0} || N(0, v_0 I)),   E_S = 1/2 sum D_k eps2_k (score), 1/2 sum G_k v_k^2 eps2_k (denoiser)
    E_D = H(v_0) - H(v_N) - 1/2 sum D_k J(v_k) (score),  1/2 sum G_k mmse(v_k) - [I(v_N) - I(v_0)] (denoiser)

with I(v) = H(v) - (d/2) ln(2 pi e v). The error (1 + a) grad log p + b has eps2 = a^2 J + d b^2, since the score has
mean 0. The denoising loss is v eps2 + mmse/v. Gaussian data use :mod:`verify.replay.chains` instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from verify.replay import chains
from verify.replay.clock import check_time
from verify.replay.errors import CannotCheck
from verify.replay.gaussian import GaussianData
from verify.replay.intervals import bounds, is_complex, log, over, real, sqrt, square
from verify.replay.linear import LinearScores
from verify.replay.mixture import MixtureData
from verify.replay.names import (
    AT_START,
    CURVES,
    LINEAR_LEVELS,
    LINEAR_SUMS,
    NETWORK_LEVELS,
    NETWORK_NUMBERS,
    OF_A_RUN,
    POINTWISE,
)
from verify.replay.network import Network
from verify.replay.normal import normal_cdf

HALF = Fraction(1, 2)


@dataclass(frozen=True)
class ReplayCase:
    """One case, all numbers exact.

    Attributes:
        data: the law of X_0; None where only a network's data points are known.
        v: variances of the grid, decreasing; empty without a grid.
        sampler, start: as in the certificate.
        a, b: the learned score (1 + a) grad log p + b.
        free: values of ``FREE``.
        network: the network that is trained.
    """

    data: GaussianData | MixtureData | None
    v: tuple[Fraction, ...] = ()
    sampler: str = "score"
    start: str = "noise"
    a: Fraction = Fraction(0)
    b: Fraction = Fraction(0)
    free: dict[str, Fraction] = field(default_factory=dict)
    network: Network | None = None


class Quantities:
    """Looks quantities up by name; a value is computed once. Make a new one after the precision changed."""

    def __init__(self, case: ReplayCase) -> None:
        self.case = case
        self.levels = [real(v) for v in case.v]
        self.known: dict[Any, Any] = {}

    @property
    def data(self) -> GaussianData | MixtureData:
        """The law of X_0.

        Raises:
            CannotCheck: the certificate only names it.
        """
        if self.case.data is None:
            raise CannotCheck("the data are not described exactly")
        return self.case.data

    @property
    def network(self) -> Network:
        """The network that is trained.

        Raises:
            CannotCheck: the certificate gives none.
        """
        if self.case.network is None:
            raise CannotCheck("a network is asked for, and the certificate gives none")
        return self.case.network

    def exact(self, name: str) -> Fraction | None:
        """The value of a name that is a rational number, else None."""
        if name in self.case.free:
            return self.case.free[name]
        if name in NETWORK_NUMBERS:
            return self.network.exact(name)
        match name:
            case "N":
                return Fraction(len(self.case.v) - 1)
            case "d":
                return Fraction(self.case.network.d if self.case.network else self.data.d)
            case "m2":
                return self.data.m2
            case "lam":
                return self.data.line("lam")[0]
            case "mu":
                return self.data.line("mu")[1]
        return None

    def number(self, name: str) -> Any:
        """The value of one of ``NUMBERS``."""
        value = self.exact(name)
        if value is not None:
            return real(value)
        if name in OF_A_RUN:
            raise CannotCheck(f"{name} is what a real run showed")
        if name in NETWORK_NUMBERS:
            return self._once(name, lambda: self.network.number(name))
        if name in LINEAR_SUMS:
            return self._once(name, lambda: self._trained().sum(name))
        return self._once(name, getattr(self, f"_{name}"))

    def element(self, name: str, k: int) -> Any:
        """One of ``INDEXED`` at the index ``k``.

        Raises:
            CannotCheck: the index is outside 0 ... N; the value is that of a real run.
        """
        if name in OF_A_RUN:
            raise CannotCheck(f"{name} is what a real run showed")
        if name in AT_START:
            return real(self.network.at_start(name, k))
        if name in NETWORK_LEVELS:
            return real(self.network.level(name, k))
        if not 0 <= k < len(self.levels):
            raise CannotCheck(f"{name}[{k}] is outside the grid, whose indices are 0 to {len(self.levels) - 1}")
        if name in LINEAR_LEVELS:
            return self._once((name, k), lambda: self._trained().at(name, k))
        return self._once((name, k), lambda: self._element(name, self.levels[k]))

    def call(self, name: str, *args: Any) -> Any:
        """A function of the vocabulary, or the derivative ``name'`` of a curve."""
        if any(is_complex(a) for a in args):
            return self._call(name, *args)
        key = (name, *(bounds(a) for a in args))
        return self._once(key, lambda: self._call(name, *args))

    def _once(self, key: Any, make: Callable[[], Any]) -> Any:
        if key not in self.known:
            check_time()
            self.known[key] = make()
        return self.known[key]

    def _call(self, name: str, *args: Any) -> Any:
        if name.rstrip("'") in CURVES:
            return self.data.curve(name, *args)
        if name in POINTWISE:
            return self.data.point(name, *args)
        if name.endswith("_ahead"):
            return self.data.ahead(name.removesuffix("_ahead"), *args)
        if name == "drift2":
            return self.data.drift2(*args)
        if name == "V_EI":  # int 2 sigma_t^2 dt over a step is v - v', whatever the clock: the score sampler
            return self._line_output("V_EI", "score")[1]
        if name == "F_out":
            mean, variance = self._line_output("F_out", self.case.sampler)
            return normal_cdf(over(args[0] - mean, sqrt(variance)))
        raise CannotCheck(f"{name} is what a real run showed" if name in OF_A_RUN else f"the function {name}")

    def _element(self, name: str, v: Any) -> Any:
        match name:
            case "v":
                return v
            case "sigma":
                return sqrt(v)
            case "gamma":
                return over(real(1), v)
            case "eps2":
                a, b = real(self.case.a), real(self.case.b)
                eps2 = square(b) * self.data.d
                return eps2 + square(a) * self.call("J", v) if self.case.a else eps2
            case "excess":
                return v * self._element("eps2", v)
            case "loss":
                return self._element("excess", v) + over(self.call("mmse", v), v)
            case "mse":
                return v * self._element("loss", v)
            case "dmse":
                return square(v) * self._element("eps2", v)
        raise CannotCheck(f"the quantity {name}")

    def _trained(self) -> LinearScores:
        if self.case.sampler != "score":
            raise CannotCheck(f"linear scores in the {self.case.sampler} sampler")
        line = self.data.line("a trained linear score")
        return self._once("trained", lambda: LinearScores(*line, self.case.v, self.case.free))

    # --- sampler errors ---------------------------------------------------------------------------------

    def _axes(self, what: str) -> list[tuple[chains.Axis, int]]:
        if not isinstance(self.data, GaussianData):
            raise CannotCheck(f"{what} of data that are not Gaussian")
        return [(chains.Axis(lam, m, self.case.a, self.case.b), count) for (lam, m), count in self.data.axes.items()]

    def _sum_over_axes(self, what: str, share: Callable[[chains.Axis], Any]) -> Any:
        total = real(0)
        for axis, count in self._axes(what):
            total = total + share(axis) * count
        return total

    def _path_sampler(self, what: str) -> str:
        if self.case.sampler not in ("score", "denoiser"):
            raise CannotCheck(f"{what} of the {self.case.sampler} sampler, whose path law is singular")
        return self.case.sampler

    def _E_I(self) -> Any:
        return self.call("KLn", self.levels[0])

    def _widths(self) -> list[Any]:
        steps = zip(self.levels[:-1], self.levels[1:], strict=True)
        if self._path_sampler("E_S or E_D") == "score":
            return [v - v_next for v, v_next in steps]
        return [over(v - v_next, v * v_next) for v, v_next in steps]

    def _E_S(self) -> Any:
        energy = "eps2" if self._path_sampler("E_S") == "score" else "dmse"
        total = real(0)
        for k, width in enumerate(self._widths()):
            total = total + width * self.element(energy, k)
        return total * real(HALF)

    def _E_D(self) -> Any:
        sampler = self._path_sampler("E_D")
        if isinstance(self.data, GaussianData):
            return self._sum_over_axes("E_D", lambda axis: chains.discretisation(sampler, axis, self.levels))
        staircase = real(0)
        for v, width in zip(self.levels, self._widths(), strict=False):
            staircase = staircase + width * self.call("J" if sampler == "score" else "mmse", v)
        gained = self.call("H", self.levels[0]) - self.call("H", self.levels[-1])
        if sampler == "score":
            return gained - staircase * real(HALF)
        noise = log(over(self.levels[0], self.levels[-1])) * self.data.d * real(HALF)
        return staircase * real(HALF) + gained - noise

    def _KL_path(self) -> Any:
        sampler, start = self._path_sampler("KL_path"), self.case.start
        if isinstance(self.data, GaussianData):
            return self._sum_over_axes("KL_path", lambda axis: chains.path_kl(sampler, start, axis, self.levels))
        path = self.number("E_S") + self.number("E_D")
        return path + self.number("E_I") if start == "noise" else path

    def _KL(self) -> Any:
        c = self.case
        return self._sum_over_axes("KL", lambda axis: chains.output_kl(c.sampler, c.start, axis, self.levels))

    def _line_output(self, what: str, sampler: str) -> tuple[Any, Any]:
        lam, m = self.data.line(what)
        axis = chains.Axis(lam, m, self.case.a, self.case.b)
        deviation, variance = chains.output(sampler, self.case.start, axis, self.levels)
        return deviation + real(m), variance

    def _V_out(self) -> Any:
        return self._line_output("V_out", self.case.sampler)[1]

    def _M_out(self) -> Any:
        return self._line_output("M_out", self.case.sampler)[0]
