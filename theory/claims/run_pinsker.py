"""Pinsker's inequality on real runs: what a user sees of a sampler's error is bounded by the path divergence.

Setting: score and denoiser samplers, any learned score, data on the line. For every x, the share of outputs at most x
differs from P(X_{v_N} <= x) by at most the total variation distance, so by data processing and Pinsker

    |F_run(x) - P(X_{v_N} <= x)| <= sqrt(KL_path/2).

The left side is counted on a real run. Reference: Pinsker 1964; Chen et al. 2023. Upper bound; for two Gaussians that
differ in their mean the ratio of the sides is at most 0.8, reached for small shifts.
"""

from sympy import Abs, Le, sqrt

from theory.claims.claim import Cases, Claim, Family
from theory.vocabulary import F_run, KL_path, N, cdf, v, x

CLAIMS = (
    Claim(
        id="run.pinsker",
        title="real runs: error of every share at most sqrt(path KL / 2)",
        relation=Le(Abs(F_run(x) - cdf(x, v[N])), sqrt(KL_path / 2)),
        source="Pinsker's inequality",
        cases=Cases(
            families=(Family.GAUSSIAN_1D, Family.MIXTURE),
            samplers=("score", "denoiser"),
            score_error=True,
            max_steps=4,
        ),
        derived_from=("path.data_processing",),
    ),
)
