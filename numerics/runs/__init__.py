"""Real runs of a sampler as measured quantities: each number is a confidence interval at a stated error rate."""

from __future__ import annotations

from numerics.runs.law import output_cdf
from numerics.runs.measured import mean, share_below, variance
from numerics.runs.run import DEFAULT_ALPHA, RUN_SIZE, Run

__all__ = ["DEFAULT_ALPHA", "RUN_SIZE", "Run", "mean", "output_cdf", "share_below", "variance"]
