"""What is measured of linear scores that are trained: mixins for both kinds of numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from numerics.enclosures import Enclosure
from numerics.linear_training import LinearTraining, LinearTrainingBalls
from numerics.targets.base import NotAvailable
from verify.cases import Case


def training_of(case: Case) -> LinearTraining:
    """The training that a case asks for.

    Raises:
        NotAvailable: a free argument is missing, the data are not Gaussian of mean 0, or the sampler is another one.
    """
    free = dict(case.free)
    if not {"eta", "w0", "K"} <= free.keys() or not case.v:
        raise NotAvailable("a linear score is trained with a step size eta, a start w0 and K steps, on a grid")
    if case.sampler != "score":
        raise NotAvailable(f"linear scores are trained for the score sampler, not for {case.sampler}")
    return LinearTraining.of(case.target, case.v, free["eta"], free["w0"], int(free["K"]))


class _Trained:
    case: Case
    known: dict[str, Any]

    def _argument(self) -> Any:
        raise NotAvailable(
            "a linear score is trained with a step size eta and a start w0, which the case does not give"
        )

    _eta = _w0 = _argument


class LinearMeasurements(_Trained):
    """float64 enclosures."""

    @property
    def _linear(self) -> LinearTraining:
        if "linear training" not in self.known:
            self.known["linear training"] = training_of(self.case)
        found: LinearTraining = self.known["linear training"]
        return found

    def _W_gd(self) -> Enclosure:
        return self._linear.weight()

    def _eps2_gd(self) -> Enclosure:
        return self._linear.score_error()

    def _loss_gd(self) -> Enclosure:
        return self._linear.loss()

    def _E_S_gd(self) -> Enclosure:
        width = Enclosure.of(np.array(self.case.v[:-1])) - Enclosure.of(np.array(self.case.v[1:]))
        return 0.5 * (width * self._linear.score_error()[:-1]).sum()

    def _KL_path_gd(self) -> Enclosure:
        return self._linear.path_kl()

    def _V_gd(self) -> Enclosure:
        return self._linear.output_variance()

    def _KL_gd(self) -> Enclosure:
        return self._linear.output_kl()


class LinearBallMeasurements(_Trained):
    """Arb balls; lists on the grid."""

    @property
    def _linear(self) -> LinearTrainingBalls:
        if "linear training" not in self.known:
            self.known["linear training"] = LinearTrainingBalls(training_of(self.case))
        found: LinearTrainingBalls = self.known["linear training"]
        return found

    def _W_gd(self) -> list[Any]:
        return self._linear.weight()

    def _eps2_gd(self) -> list[Any]:
        return self._linear.score_error()

    def _loss_gd(self) -> list[Any]:
        return self._linear.loss()

    def _E_S_gd(self) -> Any:
        return self._linear.path_error()

    def _KL_path_gd(self) -> Any:
        return self._linear.path_kl()

    def _V_gd(self) -> Any:
        return self._linear.output_variance()

    def _KL_gd(self) -> Any:
        return self._linear.output_kl()
