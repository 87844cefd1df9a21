"""Wang-He-Tao 2024 Remark 1: the fresh loss is an excess >= 0 above its irreducible part."""

from sympy import Sum

from theory.claims.wht24_remark1 import FLOOR
from theory.derivations.derivation import Derivation, Step
from theory.derivations.kinds import Definition, Known, Sign
from theory.symbols import N, k
from theory.vocabulary import beta, excess, loss, loss_fresh, mmse, v

_LEVELS = (k, 0, N - 1)

DERIVATIONS = (
    Derivation(
        id="wht24.remark1",
        title="the excess loss is left out",
        start=loss_fresh,
        steps=(
            Step("=", Sum(beta[k] * loss[k], _LEVELS) / 2, by=Definition("loss_fresh")),
            Step("=", Sum(beta[k] * (excess[k] + mmse(v[k]) / v[k]), _LEVELS) / 2, by=Known("info.dsm", level=k)),
            Step(">=", FLOOR, by=Sign()),
        ),
    ),
)
