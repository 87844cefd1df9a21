"""Data processing: the output's divergence is at most that of the paths, KL <= KL_path.

Setting: score and denoiser samplers, any learned score. KL falls like N^-2 and KL_path like N^-1, so the gap
is real and the two can rank grids oppositely. Reference: any text on information theory.
"""

from sympy import Le

from theory.claims.claim import Cases, Claim
from theory.vocabulary import KL, KL_path

CLAIMS = (
    Claim(
        id="path.data_processing",
        title="output KL at most path KL",
        relation=Le(KL, KL_path),
        source="data-processing inequality",
        cases=Cases(samplers=("score", "denoiser"), score_error=True, max_steps=4),
    ),
)
