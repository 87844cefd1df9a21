"""The validation loss ranks grids: E_S + E_D without the true score."""

from sympy import Derivative, Integral, Sum

from theory.derivations.derivation import Derivation, Step
from theory.derivations.kinds import Algebra, Known
from theory.symbols import N, k
from theory.vocabulary import E_D, E_S, H, J, d, excess, loss, mmse, u, v, w

_STEPS = (k, 0, N - 1)
_WITHIN = (w, v[k + 1], v[k])
_DELTA = v[k] - v[k + 1]
_LEARNED = Sum(_DELTA / v[k] * excess[k], _STEPS) / 2
_STAIRS = Sum(_DELTA * J(v[k]), _STEPS) / 2
_ENDS = H(v[0]) - H(v[N])

DERIVATIONS = (
    Derivation(
        id="budget.score.ranking",
        title="the Fisher information of the stairs and the irreducible loss cancel",
        start=E_S + E_D,
        steps=(
            Step("=", _LEARNED + E_D, by=Known("budget.score.excess")),
            Step(
                "=",
                _LEARNED + Sum(Integral(J(w) - J(v[k]), _WITHIN), _STEPS) / 2,
                by=Known("budget.score.discretisation"),
            ),
            Step(
                "=",
                _LEARNED + Sum(Integral(Derivative(H(w), w) - J(v[k]) / 2, _WITHIN), _STEPS),
                by=Known("info.de_bruijn", at={u: w}),
            ),
            Step("=", _LEARNED + _ENDS - _STAIRS, by=Algebra()),
            Step(
                "=",
                _LEARNED + _ENDS - Sum(_DELTA * (d / v[k] - mmse(v[k]) / v[k] ** 2), _STEPS) / 2,
                by=Known("info.fisher_mmse"),
            ),
            Step(
                "=",
                _ENDS + Sum(_DELTA / v[k] * (loss[k] - d), _STEPS) / 2,
                by=Known("info.dsm", level=k),
            ),
        ),
    ),
)
