"""How fast the noisy data approach pure noise (I7).

    d/du KL(p_u || N(0, u I)) = -(m2 - mmse(u)) / (2 u^2)

Setting: any data with finite second moment m2. The left side is measured by differentiating the integral that
defines the divergence. Reference: Guo, Shamai, Verdu 2005. Tight: equality.
"""

from sympy import Derivative, Eq

from theory.claims.claim import Claim
from theory.vocabulary import KLn, m2, mmse, u

CLAIMS = (
    Claim(
        id="info.kl_to_noise",
        title="derivative of the divergence from pure noise",
        relation=Eq(Derivative(KLn(u), u), -(m2 - mmse(u)) / (2 * u**2)),
        source="Guo, Shamai, Verdu 2005",
        derived_from=("info.de_bruijn", "info.fisher_mmse"),
    ),
)
