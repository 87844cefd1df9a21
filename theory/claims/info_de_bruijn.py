"""De Bruijn's identity (I4): entropy grows at half the Fisher information, H'(u) = J(u)/2.

Setting: any data with finite second moment, X_u = X_0 + sqrt(u) xi, entropy in nats.
Reference: Stam 1959. Tight: equality.
"""

from sympy import Derivative, Eq

from theory.claims.claim import Claim
from theory.vocabulary import H, J, u

CLAIMS = (
    Claim(
        id="info.de_bruijn",
        title="De Bruijn: entropy grows at half the Fisher information",
        relation=Eq(Derivative(H(u), u), J(u) / 2),
        source="Stam 1959",
    ),
)
