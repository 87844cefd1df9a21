"""Real runs on mixtures: the share of outputs at most x is that of the law propagated step by step.

Setting: any sampler of the four, exact score, Gaussian or mixture data on the line. The left side counts outputs of a
real run (Clopper-Pearson interval, free of any assumption on the law); the right side integrates the density that each
step carries on, which is what the output divergence KL is computed from. Reference: none needed. Tight: an equality.
"""

from sympy import Eq

from theory.claims.claim import Cases, Claim, Family
from theory.vocabulary import F_out, F_run, x

CLAIMS = (
    Claim(
        id="run.output_law",
        title="real runs follow the output law that is propagated",
        relation=Eq(F_run(x), F_out(x)),
        source="own derivation",
        cases=Cases(
            families=(Family.MIXTURE, Family.GAUSSIAN_1D), samplers=("score", "denoiser", "ode", "heun"), max_steps=4
        ),
    ),
)
