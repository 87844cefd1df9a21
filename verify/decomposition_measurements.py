"""What is measured of the decomposition of the score error and of its limits: mixins for both kinds of numbers."""

from __future__ import annotations

from typing import Any

from numerics.decomposition import (
    Decomposition,
    DecompositionBalls,
    ManySteps,
    ManyStepsBalls,
    Sample,
    extreme_weights,
    extreme_weights_ball,
    level_weights,
    level_weights_ball,
)
from numerics.enclosures import Enclosure
from numerics.linear_training import LinearTraining
from numerics.targets.base import NotAvailable
from numerics.training.weightings import WEIGHTINGS
from verify.cases import Case
from verify.linear_measurements import training_of


def weighting_of(case: Case) -> str:
    """The weighting that a case asks for, a key of ``WEIGHTINGS``.

    Raises:
        NotAvailable: the case has no grid, or gives no number of a weighting.
    """
    number = dict(case.free).get("weighting", -1.0)
    if not case.v or number not in range(len(WEIGHTINGS)):
        raise NotAvailable(f"the levels of linear scores have a weighting, 0 to {len(WEIGHTINGS) - 1}, on a grid")
    return tuple(WEIGHTINGS)[int(number)]


def sample_of(case: Case) -> Sample:
    """The training set that a case asks for.

    Raises:
        NotAvailable: a free argument is missing, the data are not Gaussian of mean 0, or the sampler is another one.
    """
    free, weighting = dict(case.free), weighting_of(case)
    if not {"eta", "w0", "K", "n", "draw"} <= free.keys():
        raise NotAvailable("linear scores are trained with eta, w0 and K on a training set of n points, number draw")
    if case.sampler != "score":
        raise NotAvailable(f"linear scores are trained for the score sampler, not for {case.sampler}")
    sizes = [int(free[name]) for name in ("n", "draw", "K")]
    return Sample.of(case.target, case.v, sizes[0], sizes[1], weighting, free["eta"], free["w0"], sizes[2])


def fine_training_of(case: Case) -> LinearTraining:
    """The training whose limit on fine grids a case asks for.

    Raises:
        NotAvailable: as :func:`verify.linear_measurements.training_of`; or the scores do not start from 0, or a step
            overshoots at the noisiest level, so that the error need not fall with the noise level.
    """
    training = training_of(case)
    training.need_line()
    share = 2 * training.eta * (training.variances[0] + training.v[0])
    if training.w0 != 0 or share >= 1:
        raise NotAvailable(
            "limits are of scores that start from w0 = 0 with 2 eta (lam + v[0]) < 1, "
            f"not from {training.w0:g} with {share:g}"
        )
    return training


class _Decomposed:
    case: Case
    known: dict[str, Any]

    def _kept_part(self, name: str, make: Any) -> Any:
        if name not in self.known:
            self.known[name] = make()
        return self.known[name]

    def _argument(self) -> Any:
        raise NotAvailable("a training set of linear scores has a number draw and a weighting, which the case lacks")

    _draw = _weighting = _argument


class DecompositionMeasurements(_Decomposed):
    """float64 enclosures."""

    @property
    def _decomposition(self) -> Decomposition:
        found: Decomposition = self._kept_part("decomposition", lambda: Decomposition(sample_of(self.case)))
        return found

    @property
    def _many_steps(self) -> ManySteps:
        found: ManySteps = self._kept_part("many steps", lambda: ManySteps(fine_training_of(self.case)))
        return found

    def _beta_lin(self) -> Enclosure:
        return level_weights(weighting_of(self.case), self.case.v)

    def _weight_min(self) -> Enclosure:
        return extreme_weights(weighting_of(self.case), self.case.v)[0]

    def _weight_max(self) -> Enclosure:
        return extreme_weights(weighting_of(self.case), self.case.v)[1]

    def _L_pop(self) -> Enclosure:
        return self._decomposition.population_loss("trained")

    def _L_em_star(self) -> Enclosure:
        return self._decomposition.training_loss("minimiser")

    def _eps_train(self) -> Enclosure:
        return self._decomposition.eps_train()

    def _eps_n(self) -> Enclosure:
        return self._decomposition.eps_n()

    def _eps_est(self) -> Enclosure:
        return self._decomposition.eps_est()

    def _eps_approx(self) -> Enclosure:
        return self._decomposition.eps_approx()

    def _E_S_em(self) -> Enclosure:
        return self._decomposition.score_error()

    def _E_S_lim(self) -> Enclosure:
        return self._many_steps.score_error()

    def _KL_lim(self) -> Enclosure:
        return self._many_steps.output_kl()


class DecompositionBallMeasurements(_Decomposed):
    """Arb balls; lists on the grid."""

    @property
    def _decomposition(self) -> DecompositionBalls:
        found: DecompositionBalls = self._kept_part("decomposition", lambda: DecompositionBalls(sample_of(self.case)))
        return found

    @property
    def _many_steps(self) -> ManyStepsBalls:
        found: ManyStepsBalls = self._kept_part("many steps", lambda: ManyStepsBalls(fine_training_of(self.case)))
        return found

    def _beta_lin(self) -> list[Any]:
        return level_weights_ball(weighting_of(self.case), self._grid_balls())

    def _weight_min(self) -> Any:
        return extreme_weights_ball(weighting_of(self.case), self._grid_balls())[0]

    def _weight_max(self) -> Any:
        return extreme_weights_ball(weighting_of(self.case), self._grid_balls())[1]

    def _grid_balls(self) -> list[Any]:
        levels: list[Any] = self["v"]  # type: ignore[index]
        return levels

    def _L_pop(self) -> Any:
        return self._decomposition.population_loss("trained")

    def _L_em_star(self) -> Any:
        return self._decomposition.training_loss("minimiser")

    def _eps_train(self) -> Any:
        return self._decomposition.eps_train()

    def _eps_n(self) -> Any:
        return self._decomposition.eps_n()

    def _eps_est(self) -> Any:
        return self._decomposition.eps_est()

    def _eps_approx(self) -> Any:
        return self._decomposition.eps_approx()

    def _E_S_em(self) -> Any:
        return self._decomposition.score_error()

    def _E_S_lim(self) -> Any:
        return self._many_steps.score_error()

    def _KL_lim(self) -> Any:
        return self._many_steps.output_kl()
