"""The share of a sphere that a cap takes, Wang-He-Tao 2024 Lemma 3.

Setting: the unit sphere of R^dim, dim >= 2, and the cap of all points within an angle t <= pi/2 of a pole. Its share is

    int_0^t sin^{dim-2} / int_0^pi sin^{dim-2} = 1/2 I_{sin^2 t}((dim - 1)/2, 1/2),

I the regularised incomplete beta function. Beyond a right angle sin^2 t falls again, and the formula with it, while
the cap grows. The first claim is the identity of the two formulas, in ball arithmetic; the second counts 100,000 real
draws. Reference: Li 2011, *Concise formulas for the area and volume of a hyperspherical cap*. Tight: equalities.
"""

from sympy import Eq, Integral, Rational, pi, sin

from theory.claims.claim import Cases, Claim, Expected, Family, Form
from theory.vocabulary import I_beta, P_cap, angle, cap_angle, dim, x

_HALF = Rational(1, 2)
_CASES = Cases(families=(Family.POINT,))


def _share(t):  # type: ignore[no-untyped-def]
    return _HALF * I_beta(sin(t) ** 2, (dim - 1) / 2, _HALF)


CLAIMS = (
    Claim(
        id="wht24.lemma3",
        title="share of a sphere that a cap takes: the integral is an incomplete beta function",
        relation=Eq(
            Integral(sin(x) ** (dim - 2), (x, 0, cap_angle)),
            2 * Integral(sin(x) ** (dim - 2), (x, 0, pi / 2)) * _share(cap_angle),
        ),
        source="Wang, He, Tao 2024, Lemma 3",
        cases=_CASES,
    ),
    Claim(
        id="wht24.lemma3.draws",
        title="real directions fall into a cap as often as the formula says",
        relation=Eq(P_cap(cap_angle), _share(cap_angle)),
        source="Wang, He, Tao 2024, Lemma 3",
        cases=_CASES,
        derived_from=("wht24.lemma3",),
    ),
    Claim(
        id="wht24.lemma3.any_angle",
        title="the same formula for caps beyond a right angle",
        relation=Eq(P_cap(angle), _share(angle)),
        source="own derivation",
        form=Form.CONJECTURE,
        expected=Expected.REFUTED,
        cases=_CASES,
        note="the cap's complement is what the formula gives there",
    ),
)
