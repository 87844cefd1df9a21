"""What a claim's names are worth in a case: float64 enclosures, or balls.

Both classes are mappings from vocabulary names to values, made for the functions of ``theory.compiler``. A value
is measured when it is first asked for.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import flint
import numpy as np
from sympy import Symbol

from numerics import budgets, runs
from numerics.chains import path_kl, path_kl_ball
from numerics.enclosures import Enclosure, as_enclosure
from numerics.samplers import ExponentialIntegrator
from numerics.score_errors import LearnedScore, LinearError
from numerics.targets.base import NotAvailable
from numerics.terminal import gaussian_output, gaussian_output_ball, terminal_kl, terminal_kl_ball
from theory.vocabulary import VOCABULARY, Shape, scalar
from verify.cases import Case
from verify.decomposition_measurements import DecompositionBallMeasurements, DecompositionMeasurements
from verify.design_measurements import DesignBallMeasurements, DesignMeasurements
from verify.fresh_measurements import loss_fresh
from verify.full_error_measurements import FullErrorBallMeasurements, FullErrorMeasurements
from verify.geometry_measurements import GeometryBallMeasurements, GeometryMeasurements
from verify.linear_measurements import LinearBallMeasurements, LinearMeasurements
from verify.training import FRESH, WORDS, final_weights, training_number
from verify.training_balls import training_ball

Measure = Callable[[Case], Enclosure]
USER_QUANTITIES: dict[str, Measure] = {}


def new_quantity(
    name: str, measure: Measure, meaning: str, unit: str = "1", domain: str = "real", tex: str | None = None
) -> Symbol:
    """Add a number to the vocabulary, with the function of a case that measures it; returns its symbol.

    Args:
        name: as it is written in claims and conjectures.
        measure: maps a :class:`verify.cases.Case` (data, grid, sampler, score error) to an ``Enclosure``.
        meaning, unit, domain, tex: for people, as in ``theory.vocabulary``.

    Raises:
        ValueError: the name is taken by another quantity.
    """
    symbol = scalar(name, meaning, unit, domain, tex or name)
    USER_QUANTITIES[name] = measure
    return symbol


class _Measurements(Mapping[str, Any]):
    def __init__(self, case: Case):
        self.case = case
        self.known: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self.known:
            self.known[name] = self.measure(name)
        return self.known[name]

    def __contains__(self, name: object) -> bool:
        return name in VOCABULARY and not (name in ("v", "sigma", "gamma", "N") and not self.case.v)

    def __iter__(self) -> Iterator[str]:
        return iter(VOCABULARY)

    def __len__(self) -> int:
        return len(VOCABULARY)

    def measure(self, name: str) -> Any:
        free = dict(self.case.free)
        if name in free:
            return self.number(free[name])
        if name in ("N", "d"):
            return self.case.N if name == "N" else self.number(float(self.case.target.d))
        if name in WORDS:
            return self.of_training(name)
        own = getattr(self, f"_{name}", None)
        if own is not None:
            return own()
        plain = name.rstrip("'")
        if plain in VOCABULARY and VOCABULARY[plain].shape is Shape.FUNCTION:
            return self.curve(name)
        if name in USER_QUANTITIES:
            return self.user(name)
        raise KeyError(name)

    @property
    def model(self) -> LearnedScore:
        return LearnedScore(self.case.target, self.case.error or LinearError())

    @abstractmethod
    def number(self, value: float) -> Any: ...

    @abstractmethod
    def curve(self, name: str) -> Callable[..., Any]: ...

    @abstractmethod
    def user(self, name: str) -> Any: ...

    @abstractmethod
    def of_training(self, name: str) -> Any: ...

    def gaussian(self) -> tuple[float, float]:
        """(variance, mean) of one-dimensional Gaussian data.

        Raises:
            NotAvailable: the data are something else.
        """
        target = self.case.target
        if target.d != 1 or not hasattr(target, "eigenvalues"):
            raise NotAvailable(f"lam and mu name one-dimensional Gaussian data, not {target.label}")
        return float(target.eigenvalues[0]), float(target.mean[0])


class FloatMeasurements(
    LinearMeasurements,
    GeometryMeasurements,
    DesignMeasurements,
    FullErrorMeasurements,
    DecompositionMeasurements,
    _Measurements,
):
    """float64 enclosures; arrays of shape (N+1,) on the grid.

    Args:
        case: what is measured.
        alpha: error probability of each random experiment (``verify.error_rates``). Without it a real run has
            ``numerics.runs.DEFAULT_ALPHA`` and a target that samples its quantities the rate that it was made with.
        experiment: seed of all that is random; other seeds are independent repetitions.
    """

    def __init__(self, case: Case, alpha: float | None = None, experiment: int = 0):
        if alpha is not None:
            case = replace(case, target=case.target.at_error_rate(alpha, experiment))
        super().__init__(case)
        self.alpha, self.experiment = alpha or runs.DEFAULT_ALPHA, experiment

    def number(self, value: float) -> Enclosure:
        return Enclosure.of(value)

    def user(self, name: str) -> Enclosure:
        return USER_QUANTITIES[name](self.case)

    def of_training(self, name: str) -> Enclosure:
        if name == FRESH:
            return loss_fresh(self.case, final_weights(self.case), self.alpha, self.experiment)
        return training_number(self.case, name)

    def curve(self, name: str) -> Callable[..., Enclosure]:
        def at(*args: Any) -> Enclosure:
            inputs = [as_enclosure(a) for a in args]
            value = self.case.target.measure(name, *(a.value for a in inputs))
            if not any(np.any(a.radius) for a in inputs):
                return value
            # rounded arguments: the curve's change to both ends, twice over, as it need not be monotone in between
            ends = [self.case.target.measure(name, *(a.value + s * a.radius for a in inputs)) for s in (-1, 1)]
            moved = [np.abs(end.value - value.value) + end.radius for end in ends]
            return value.widened(2 * np.maximum(*moved))

        return at

    @property
    def grid(self) -> np.ndarray:
        return np.asarray(self.case.v)

    def _v(self) -> Enclosure:
        return Enclosure.of(self.grid)

    def _sigma(self) -> Enclosure:
        return Enclosure.of(self.grid).sqrt()

    def _gamma(self) -> Enclosure:
        return 1.0 / Enclosure.of(self.grid)

    def _m2(self) -> Enclosure:
        return self.case.target.m2

    def _lam(self) -> Enclosure:
        return Enclosure.of(self.gaussian()[0])

    def _mu(self) -> Enclosure:
        return Enclosure.of(self.gaussian()[1])

    def _eps2(self) -> Enclosure:
        return self.model.eps2(self.grid)

    def _excess(self) -> Enclosure:
        return self["v"] * self["eps2"]

    def _loss(self) -> Enclosure:
        return self.model.loss(self.grid)

    def _mse(self) -> Enclosure:
        return self["v"] * self["loss"]  # X_0 - D_theta = -sqrt(v) (sqrt(v) s_theta + xi)

    def _dmse(self) -> Enclosure:
        return self["v"] * self["v"] * self["eps2"]

    def _E_I(self) -> Enclosure:
        return budgets.initial_error(self.case.target, self.grid)

    def _E_S(self) -> Enclosure:
        return budgets.score_error(self.case.target, self.grid, self.case.sampler, self.case.error)

    def _E_D(self) -> Enclosure:
        return budgets.discretisation_error(self.case.target, self.grid, self.case.sampler)

    def _KL_path(self) -> Enclosure:
        c = self.case
        if c.sampler not in budgets.PATH_SAMPLERS:
            raise NotAvailable(f"the {c.sampler} sampler has no path KL")
        return path_kl(c.target, self.grid, c.sampler, c.error, c.start)

    def _KL(self) -> Enclosure:
        c = self.case
        return terminal_kl(c.target, self.grid, c.sampler, c.error, c.start)

    def _output(self, sampler: Any) -> tuple[Enclosure, Enclosure]:
        self.gaussian()
        c = self.case
        out = gaussian_output(c.target, self.grid, sampler, c.error, c.start)
        return out.mean[0], out.variance[0]

    def _M_out(self) -> Enclosure:
        return self._output(self.case.sampler)[0]

    def _V_out(self) -> Enclosure:
        return self._output(self.case.sampler)[1]

    def _V_EI(self) -> Callable[[Any], Enclosure]:
        return lambda a: self._output(ExponentialIntegrator(float(as_enclosure(a).value)))[1]

    @property
    def _run(self) -> runs.Run:
        if "the run" not in self.known:
            c = self.case
            self.known["the run"] = runs.Run(c.target, c.v, c.sampler, c.start, c.error, experiment=self.experiment)
        return self.known["the run"]

    def _M_run(self) -> Enclosure:
        return runs.mean(self._run, self.alpha)

    def _V_run(self) -> Enclosure:
        return runs.variance(self._run, self.alpha)

    def _F_run(self) -> Callable[[Any], Enclosure]:
        return lambda x: runs.share_below(self._run, x, self.alpha)

    def _F_out(self) -> Callable[[Any], Enclosure]:
        return lambda x: runs.output_cdf(self._run, x)


class BallMeasurements(
    LinearBallMeasurements,
    GeometryBallMeasurements,
    DesignBallMeasurements,
    FullErrorBallMeasurements,
    DecompositionBallMeasurements,
    _Measurements,
):
    """Arb balls at the precision of ``flint.ctx.prec``; lists on the grid. Raises NotAvailable freely."""

    def number(self, value: float) -> Any:
        return flint.arb(value)

    def user(self, name: str) -> Any:
        raise NotAvailable(f"{name} is measured by user code, without a proved enclosure")

    def of_training(self, name: str) -> Any:
        return training_ball(self.case, name)

    def curve(self, name: str) -> Callable[..., Any]:
        known: dict[tuple[str, ...], Any] = {}

        def at(*args: Any) -> Any:
            if any(isinstance(a, flint.acb) for a in args):
                return self.case.target.ball(name, *args)
            key = tuple(a.repr() for a in args)
            if key not in known:
                known[key] = self.case.target.ball(name, *args)
            return known[key]

        return at

    def _v(self) -> list[Any]:
        return [flint.arb(level) for level in self.case.v]

    def _sigma(self) -> list[Any]:
        return [level.sqrt() for level in self["v"]]

    def _gamma(self) -> list[Any]:
        return [1 / level for level in self["v"]]

    def _m2(self) -> Any:
        return self.case.target.ball("m2")

    def _lam(self) -> Any:
        return flint.arb(self.gaussian()[0])

    def _mu(self) -> Any:
        return flint.arb(self.gaussian()[1])

    def _eps2(self) -> list[Any]:
        return [self.model.eps2_ball(level) for level in self["v"]]

    def _excess(self) -> list[Any]:
        return [v * e for v, e in zip(self["v"], self["eps2"], strict=True)]

    def _loss(self) -> list[Any]:
        return [self.model.loss_ball(level) for level in self["v"]]

    def _mse(self) -> list[Any]:
        return [v * one for v, one in zip(self["v"], self["loss"], strict=True)]

    def _dmse(self) -> list[Any]:
        return [v * v * e for v, e in zip(self["v"], self["eps2"], strict=True)]

    def _E_I(self) -> Any:
        return self.case.target.ball("KLn", self["v"][0])

    def _E_S(self) -> Any:
        return budgets.score_error_ball(self.case.target, self["v"], self.case.sampler, self.case.error)

    def _E_D(self) -> Any:
        return budgets.discretisation_error_ball(self.case.target, self["v"], self.case.sampler)

    def _KL_path(self) -> Any:
        c = self.case
        return path_kl_ball(c.target, c.v, c.sampler, c.error, c.start)

    def _KL(self) -> Any:
        c = self.case
        return terminal_kl_ball(c.target, c.v, c.sampler, c.error, c.start)

    def _output(self, sampler: Any) -> Any:
        self.gaussian()
        c = self.case
        return gaussian_output_ball(c.target, c.v, sampler, c.error, c.start)[0]

    def _M_out(self) -> Any:
        return self._output(self.case.sampler).mean

    def _V_out(self) -> Any:
        return self._output(self.case.sampler).variance

    def _V_EI(self) -> Callable[[Any], Any]:
        return lambda a: self._output(ExponentialIntegrator(float(a.mid()))).variance

    def _sampled(self) -> Any:
        raise NotAvailable("what a real run shows has no proved enclosure")

    _M_run = _V_run = _F_run = _sampled

    def _F_out(self) -> Any:
        raise NotAvailable("F_out is known in float64 alone")
