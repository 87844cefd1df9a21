"""Which of two grids is better: exact differences of path KL and output KL over data scale and score quality."""

from numerics.regimes.gaussian import Misses, output_kl, path_cost_of
from numerics.regimes.networks import NetworkScore, cost_draws, differences
from numerics.regimes.paths import best, path_cost, sign

__all__ = [
    "Misses",
    "NetworkScore",
    "best",
    "cost_draws",
    "differences",
    "output_kl",
    "path_cost",
    "path_cost_of",
    "sign",
]
