"""Karras et al. 2022: EDM's weighting, written on the score loss ||sigma s + xi||^2.

Setting: EDM trains a denoiser D on E lambda(sigma) ||D(x + sigma xi) - x||^2 with

    lambda(sigma) = (sigma^2 + sigma_data^2)/(sigma sigma_data)^2,   ln sigma ~ N(P_mean, P_std^2),

and defaults P_mean = -1.2, P_std = 1.2, sigma_data = 0.5. As D - x = sigma (sigma s + xi), the weight of
||sigma s + xi||^2 at noise level sigma is sigma^2 lambda(sigma) p(sigma), where p is the log-normal density of sigma,

    p(sigma) = exp(-(ln sigma - P_mean)^2/(2 P_std^2))/(sigma P_std sqrt(2 pi)).

The weighting ``edm`` of the noise levels is that, without the constant of the density:

    beta = P_std sqrt(2 pi) sigma^2 lambda(sigma) p(sigma)
         = exp(-(ln sigma - P_mean)^2/(2 P_std^2)) (sigma^2 + sigma_data^2)/(sigma sigma_data^2).

Measured: the weights that networks are trained with. Tight: an equality.
"""

from sympy import Eq, Rational, exp, log, pi, sqrt

from theory.claims.claim import Cases, Claim, TrainingSpace
from theory.vocabulary import beta, sigma

P_MEAN, P_STD, SIGMA_DATA = Rational(-6, 5), Rational(6, 5), Rational(1, 2)  # EDM's defaults


def edm_lambda(at):  # type: ignore[no-untyped-def]
    """EDM's weight of the denoising loss at the noise level ``at`` (a sigma)."""
    return (at**2 + SIGMA_DATA**2) / (at * SIGMA_DATA) ** 2


def edm_density(at):  # type: ignore[no-untyped-def]
    """EDM's density of the noise level, log-normal."""
    return exp(-((log(at) - P_MEAN) ** 2) / (2 * P_STD**2)) / (at * P_STD * sqrt(2 * pi))


CLAIMS = (
    Claim(
        id="edm.weighting",
        title="the weighting edm is EDM's lambda times its noise density, on the score loss",
        relation=Eq(beta[0], P_STD * sqrt(2 * pi) * sigma[0] ** 2 * edm_lambda(sigma[0]) * edm_density(sigma[0])),
        source="Karras et al. 2022, table 1",
        setting="at the first level of each grid, which takes all values",
        cases=Cases(training=TrainingSpace(weightings=("edm",), most_steps=1, by_hand=False)),
    ),
)
