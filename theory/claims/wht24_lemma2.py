"""A random direction has a non-negative product with two vectors at once, Wang-He-Tao 2024 Lemma 2.

Setting: w uniform on the unit sphere of R^dim, dim >= 2, and two vectors at an angle in [0, pi]. Then

    P(w.a >= 0 and w.b >= 0) = (pi - angle)/(2 pi),

whatever the dimension: only the component of w in the plane of a and b counts, and its direction is uniform. Measured
by 100,000 real draws, counted with Clopper-Pearson intervals. Reference: Sheppard 1899. Tight: equality.
"""

from sympy import Eq, Rational, pi

from theory.claims.claim import Cases, Claim, Expected, Family, Form
from theory.vocabulary import P_both, angle

_CASES = Cases(families=(Family.POINT,))

CLAIMS = (
    Claim(
        id="wht24.lemma2",
        title="share of directions with a non-negative product with two vectors",
        relation=Eq(P_both(angle), (pi - angle) / (2 * pi)),
        source="Wang, He, Tao 2024, Lemma 2",
        cases=_CASES,
    ),
    Claim(
        id="wht24.lemma2.independent",
        title="the same share, as if the two signs were independent",
        relation=Eq(P_both(angle), Rational(1, 4)),
        source="own derivation",
        form=Form.CONJECTURE,
        expected=Expected.REFUTED,
        cases=_CASES,
        note="true at a right angle alone",
    ),
)
