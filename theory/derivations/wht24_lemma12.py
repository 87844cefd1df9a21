"""Wang-He-Tao 2024 Lemma 12: the score moves by the Fisher information that it gains."""

from theory.derivations.derivation import Derivation, Step
from theory.derivations.kinds import Algebra, Assumption, Known
from theory.vocabulary import J, d, drift2, mmse, u, w

DERIVATIONS = (
    Derivation(
        id="wht24.lemma12",
        title="increments of a martingale are orthogonal",
        start=drift2(u, w),
        steps=(
            Step(
                "=",
                J(w) - J(u),
                by=Assumption(
                    "E||L_w - L_u||^2 = E||L_w||^2 - E||L_u||^2, as E[L_w | Y_u] = L_u (info.martingale_score); "
                    "the engine knows no conditional expectations"
                ),
            ),
            Step("=", d / w - mmse(w) / w**2 - d / u + mmse(u) / u**2, by=Known("info.fisher_mmse")),
            Step("=", d * (1 / w - 1 / u) + mmse(u) / u**2 - mmse(w) / w**2, by=Algebra()),
        ),
    ),
)
