"""Real runs on Gaussian data N(mu, lam): mean and variance of 100,000 outputs against the closed forms.

Setting: each sampler draws its outputs as a user would, from N(0, v_0) (the ode also from p_{v_0}) down the grid. Its
outputs are exactly Gaussian, so Student's t and chi-square give intervals for their mean and variance that hold for
every number of outputs. The closed forms are those of ``gauss_output``, where the samplers' recursion is tested;
``run.recursion`` tests the recursion itself, with a learned score and for samplers that have no closed form.
Reference: Wang, He, Tao 2024, Lemma 13; Pierret, Galerne 2024. Tight: equalities.
"""

from sympy import Eq

from theory.claims.claim import Cases, Claim, Expected, Family, Form
from theory.claims.gauss_output import DELTA_DENOISER, DELTA_SCORE, MEAN, MEAN_PRINTED
from theory.vocabulary import M_run, N, V_out, V_run, lam, v


def _cases(*samplers: str, score_error: bool = False) -> Cases:
    return Cases(families=(Family.GAUSSIAN_1D,), samplers=samplers, score_error=score_error)


CLAIMS = (
    Claim(
        id="run.variance.score",
        title="real runs of the score sampler have the closed form's variance",
        relation=Eq(V_run, (lam + v[N]) * (1 + DELTA_SCORE)),
        source="Wang, He, Tao 2024, Lemma 13",
        cases=_cases("score"),
        derived_from=("gauss.variance.score",),
    ),
    Claim(
        id="run.variance.denoiser",
        title="real runs of the denoiser sampler have the closed form's variance",
        relation=Eq(V_run, (lam + v[N]) * (1 + DELTA_DENOISER)),
        source="own derivation",
        cases=_cases("denoiser"),
        derived_from=("gauss.variance.denoiser",),
    ),
    Claim(
        id="run.mean.printed",
        title="real runs have the printed mean, with the sum of variances in the numerator",
        relation=Eq(M_run, MEAN_PRINTED),
        source="Wang, He, Tao 2024, Lemma 13",
        form=Form.PRINTED,
        expected=Expected.REFUTED,
        cases=_cases("score", "denoiser"),
        note="seen on real outputs, whatever the recursion says",
    ),
    Claim(
        id="run.mean.corrected",
        title="real runs of both samplers have the closed form's mean",
        relation=Eq(M_run, MEAN),
        source="Wang, He, Tao 2024, Lemma 13",
        form=Form.CORRECTED,
        cases=_cases("score", "denoiser"),
        derived_from=("wht24.lemma13.corrected",),
        note="a mean below 3 % of the outputs' standard deviation shows no relative violation",
    ),
    Claim(
        id="run.recursion",
        title="real runs have the variance of the affine recursion, with a learned score",
        relation=Eq(V_run, V_out),
        source="Pierret, Galerne 2024",
        cases=_cases("score", "denoiser", "ode", "heun", score_error=True),
    ),
)
