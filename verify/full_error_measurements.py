"""What a sampler with a trained network loses: random experiments, charged by their names; no enclosure is proved."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from numerics.enclosures import Enclosure
from numerics.full_error import TrainedSampler, isoperimetry
from numerics.targets.base import NotAvailable, Target
from numerics.training.setup import Setup
from verify.cases import Case
from verify.fresh_measurements import Weights
from verify.training import final_weights

KEPT = 64  # experiments that are remembered: a case is looked at more than once
FEW = 3  # dimensions of data in which a network's range is sharp
MANY_DRAWS = 2**17  # beyond them


class FullErrorMeasurements:
    """float64 enclosures."""

    case: Case
    alpha: float
    experiment: int

    def _loss_net(self) -> Enclosure:
        return self._of_sampler("losses")

    def _E_S_net(self) -> Enclosure:
        return self._of_sampler("score_error")

    def _KL_path_net(self) -> Enclosure:
        return self._of_sampler("path_kl")

    def _of_sampler(self, name: str) -> Enclosure:
        c = self.case
        if c.training is None:
            raise NotAvailable("the case trains no network")
        if (c.sampler, c.start) != ("score", "noise"):
            raise NotAvailable(
                f"networks are used by the score sampler from N(0, v_0 I), not by {c.sampler} from {c.start}"
            )
        setup = c.training.setup(c.target, c.v)
        return _kept(name, setup, Weights(final_weights(c)), c.target, c.v, self.alpha, self.experiment)


class FullErrorBallMeasurements:
    """Arb balls; lists on the grid."""

    def _sampled_network(self) -> Any:
        raise NotAvailable("what a sampler with a trained network loses is sampled, and has no proved enclosure")

    _loss_net = _E_S_net = _KL_path_net = _sampled_network


@lru_cache(maxsize=KEPT)
def _kept(
    name: str, setup: Setup, weights: Weights, target: Target, v: tuple[float, ...], alpha: float, experiment: int
) -> Enclosure:
    sampler = TrainedSampler(setup, weights.matrices, target, v)
    if target.d > FEW:
        sampler = replace(sampler, draws=MANY_DRAWS, mean_square=isoperimetry.mean_square)
    found: Enclosure = getattr(sampler, name)(alpha, experiment)
    return found
