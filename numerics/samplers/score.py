"""The score-frozen sampler: the reverse SDE with the score held at the start of each step.

Y' = Y + (v - v') s(v, Y) + sqrt(v - v') Z.

The exponential integrator of Wang, He, Tao (arXiv 2406.12839, eq. 10), written in the variance clock.
"""

from __future__ import annotations

from typing import Any

from numerics.samplers.base import Sampler


class Score(Sampler):
    name = "score"

    def mean(self, model: Any, y: Any, v: Any, v_next: Any) -> Any:
        return y + model.score(y, v) * (v - v_next)

    def noise_variance(self, v: Any, v_next: Any) -> Any:
        return v - v_next
