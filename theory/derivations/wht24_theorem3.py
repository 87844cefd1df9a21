"""Wang-He-Tao 2024 Theorem 3: the largest weight times a sum, the triangle inequality, and the floor of the errors."""

from sympy import Abs, Rational, Sum

from theory.claims.wht24_theorem2 import DISCRETISATION
from theory.claims.wht24_theorem3 import FLOOR, FOUR
from theory.derivations.derivation import Derivation, Step
from theory.derivations.kinds import Algebra, Known, Sign
from theory.derivations.kinds.decomposition import (
    C_BAR,
    L_EM,
    L_POP_BEST,
    L_POP_STAR,
    RATIO,
    Extreme,
    Meaning,
    Triangle,
)
from theory.derivations.kinds.scores import excess_star, excess_trained, loss_star, loss_trained
from theory.symbols import N, k
from theory.vocabulary import (
    E_D,
    E_I,
    E_S_em,
    L_em_star,
    L_pop,
    beta_lin,
    eps_n,
    eps_train,
    m2,
    mmse,
    v,
    weight_max,
    weight_min,
)

_LEVELS = (k, 0, N - 1)
_HALF = Rational(1, 2)
_BEST_LOSS = mmse(v[k]) / v[k]  # of any score at level k
_GAPS = (L_pop - L_EM, L_EM - L_em_star, L_em_star - L_POP_STAR, L_POP_STAR - L_POP_BEST, L_POP_BEST + C_BAR)
_ERRORS = ("eps_train", "eps_n", "eps_est", "eps_approx")
_TWO_GAPS = (L_pop - L_EM, L_POP_STAR - L_em_star, L_EM - L_em_star)


def _factor(id, title, relation, weight):  # type: ignore[no-untyped-def]
    return Derivation(
        id=id,
        title=title,
        start=E_S_em,
        steps=(
            Step("=", _HALF * Sum((v[k] - v[k + 1]) / v[k] * excess_trained[k], _LEVELS), by=Meaning(("E_S_em",))),
            Step("=", _HALF * Sum(RATIO * beta_lin[k] * excess_trained[k], _LEVELS), by=Algebra()),
            Step(
                relation,
                _HALF * Sum(weight * beta_lin[k] * excess_trained[k], _LEVELS),
                by=Extreme(weight, times=_HALF * beta_lin[k] * excess_trained[k], over=_LEVELS),
            ),
            Step(
                "=",
                weight * (_HALF * Sum(beta_lin[k] * (excess_trained[k] + _BEST_LOSS), _LEVELS) - FLOOR),
                by=Algebra(),
            ),
            Step(
                "=",
                weight * (_HALF * Sum(beta_lin[k] * loss_trained[k], _LEVELS) - FLOOR),
                by=Known("info.dsm", level=k, score="trained"),
            ),
            Step("=", weight * (L_pop - FLOOR), by=Meaning(("L_pop",))),
        ),
    )


DERIVATIONS = (
    _factor("wht24.thm3.factor", "the largest weight stands before the sum", "<=", weight_max),
    _factor("wht24.thm3.max", "the smallest weight stands before the sum", ">=", weight_min),
    Derivation(
        id="wht24.thm3.triangle",
        title="five differences of losses add up to the excess loss",
        start=L_pop - FLOOR,
        steps=(
            Step("=", sum(_GAPS), by=Algebra()),
            Step("<=", sum(Abs(gap) for gap in _GAPS), by=Triangle(_GAPS)),
            Step("=", FOUR, by=Meaning(_ERRORS)),
        ),
    ),
    Derivation(
        id="wht24.thm3",
        title="the three parts of the budget, each by its own bound",
        start=E_I + E_S_em + E_D,
        steps=(
            Step("<=", m2 / (2 * v[0]) + E_S_em + E_D, by=Known("wht24.lemma10")),
            Step("<=", m2 / (2 * v[0]) + E_S_em + DISCRETISATION, by=Known("wht24.thm2.discretisation.corrected")),
            Step(
                "<=",
                m2 / (2 * v[0]) + DISCRETISATION + weight_max * (L_pop - FLOOR),
                by=Known("wht24.thm3.factor"),
            ),
            Step(
                "<=",
                m2 / (2 * v[0]) + DISCRETISATION + weight_max * FOUR,
                by=Known("wht24.thm3.triangle", times=weight_max),
            ),
        ),
    ),
    Derivation(
        id="wht24.thm3.floor",
        title="the population losses of both scores are at least -C_bar",
        start=eps_n + eps_train,
        steps=(
            Step("=", sum(Abs(gap) for gap in _TWO_GAPS), by=Meaning(("eps_n", "eps_train"))),
            Step(">=", L_pop + L_POP_STAR - 2 * L_em_star, by=Triangle(_TWO_GAPS)),
            Step(
                "=",
                _HALF * Sum(beta_lin[k] * (loss_trained[k] + loss_star[k]), _LEVELS) - 2 * L_em_star,
                by=Meaning(("L_pop", "L_pop_star")),
            ),
            Step(
                "=",
                _HALF * Sum(beta_lin[k] * (excess_trained[k] + _BEST_LOSS + loss_star[k]), _LEVELS) - 2 * L_em_star,
                by=Known("info.dsm", level=k, score="trained"),
            ),
            Step(
                "=",
                _HALF * Sum(beta_lin[k] * (excess_trained[k] + excess_star[k] + 2 * _BEST_LOSS), _LEVELS)
                - 2 * L_em_star,
                by=Known("info.dsm", level=k, score="star"),
            ),
            Step(">=", 2 * FLOOR - 2 * L_em_star, by=Sign()),
        ),
    ),
)
