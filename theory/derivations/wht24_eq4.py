"""Wang-He-Tao 2024 eq. (4), corrected: the denoising loss divided by the variance of the noise."""

from theory.derivations.derivation import Derivation, Step
from theory.derivations.kinds import Algebra, Definition, Known
from theory.vocabulary import eps2, excess, loss, mmse, v

DERIVATIONS = (
    Derivation(
        id="wht24.eq4.corrected",
        title="denoising score matching, divided by v",
        start=eps2[0],
        steps=(
            Step("=", excess[0] / v[0], by=Definition("excess")),
            Step("=", (excess[0] + mmse(v[0]) / v[0]) / v[0] - mmse(v[0]) / v[0] ** 2, by=Algebra()),
            Step("=", loss[0] / v[0] - mmse(v[0]) / v[0] ** 2, by=Known("info.dsm")),
        ),
    ),
)
