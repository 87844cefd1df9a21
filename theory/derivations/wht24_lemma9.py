"""Wang-He-Tao 2024 Lemma 9, corrected: Girsanov's theorem with the constant 1, and data processing."""

from sympy import Derivative, Integral, Sum

from theory.derivations.derivation import Derivation, Step
from theory.derivations.kinds import Algebra, Definition, Known
from theory.symbols import N, k
from theory.vocabulary import E_D, E_I, E_S, KL, H, J, KL_path, eps2, excess, u, v, w

_STEPS = (k, 0, N - 1)
_WITHIN = (w, v[k + 1], v[k])
_DELTA = v[k] - v[k + 1]
_LEARNED = Sum(_DELTA * eps2[k], _STEPS) / 2
_STAIRS = Sum(_DELTA * J(v[k]), _STEPS) / 2

DERIVATIONS = (
    Derivation(
        id="wht24.lemma9.constant",
        title="the entropy difference is the area under J/2",
        start=KL_path,
        steps=(
            Step("=", E_I + _LEARNED + H(v[0]) - H(v[N]) - _STAIRS, by=Known("budget.score")),
            Step("=", E_I + _LEARNED + Sum(Integral(Derivative(H(w), w), _WITHIN), _STEPS) - _STAIRS, by=Algebra()),
            Step(
                "=",
                E_I + _LEARNED + Sum(Integral(J(w) / 2, _WITHIN), _STEPS) - _STAIRS,
                by=Known("info.de_bruijn", at={u: w}),
            ),
            Step("=", E_I + _LEARNED + Sum(Integral(J(w) - J(v[k]), _WITHIN), _STEPS) / 2, by=Algebra()),
            Step("=", E_I + _LEARNED + E_D, by=Known("budget.score.discretisation")),
            Step("=", E_I + Sum(_DELTA / v[k] * excess[k], _STEPS) / 2 + E_D, by=Definition("excess")),
            Step("=", E_I + E_S + E_D, by=Known("budget.score.excess")),
        ),
    ),
    Derivation(
        id="wht24.lemma9.corrected",
        title="the output's law is part of the path's",
        start=KL,
        steps=(
            Step("<=", KL_path, by=Known("path.data_processing")),
            Step("=", E_I + E_S + E_D, by=Known("wht24.lemma9.constant")),
        ),
    ),
)
