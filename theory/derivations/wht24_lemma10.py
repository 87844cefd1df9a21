"""Wang-He-Tao 2024 Lemma 10: the initialisation error, from its integral."""

from sympy import Integral, oo

from theory.derivations.derivation import Derivation, Step
from theory.derivations.kinds import Algebra, Known, Sign
from theory.vocabulary import E_I, m2, mmse, v, w

_TO_NOISE = (w, v[0], oo)

DERIVATIONS = (
    Derivation(
        id="wht24.lemma10",
        title="mmse >= 0 is left out of the integral",
        start=E_I,
        steps=(
            Step("=", Integral((m2 - mmse(w)) / w**2, _TO_NOISE) / 2, by=Known("budget.initial")),
            Step("<=", Integral(m2 / w**2, _TO_NOISE) / 2, by=Sign()),
            Step("=", m2 / (2 * v[0]), by=Algebra()),
        ),
    ),
)
