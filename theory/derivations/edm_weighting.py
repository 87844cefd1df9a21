"""EDM's weighting, written on the score loss: D - x = sigma (sigma s + xi), and the density's constant left out."""

from sympy import Eq, Symbol, pi, sqrt

from theory.claims.edm_weighting import P_MEAN, P_STD, SIGMA_DATA, edm_density, edm_lambda
from theory.claims.wht24_table2 import edm_weight
from theory.derivations.derivation import Derivation, Step
from theory.derivations.kinds import Algebra
from theory.derivations.kinds.setting import Setting
from theory.vocabulary import P_mean, P_std, beta, sigma, sigma_data

_HERE = sigma[0]
_DEFAULTS = {P_mean: P_MEAN, P_std: P_STD, sigma_data: SIGMA_DATA}
_X, _SCORE, _XI = (Symbol(name, real=True) for name in ("x", "s", "xi"))
_LEVEL = Symbol("sigma", positive=True)
_DENOISED = _X + _LEVEL * _XI + _LEVEL**2 * _SCORE  # Tweedie's formula at the noisy point x + sigma xi
_WEIGHTED = edm_lambda(_LEVEL) * (_DENOISED - _X) ** 2
_ON_SCORE = _LEVEL**2 * edm_lambda(_LEVEL) * (_LEVEL * _SCORE + _XI) ** 2

DERIVATIONS = (
    Derivation(
        id="edm.weighting",
        title="EDM's lambda times its noise density, times sigma^2",
        start=beta[0],
        steps=(
            Step("=", edm_weight(_HERE).subs(_DEFAULTS), by=Setting("edm")),
            Step("=", P_STD * sqrt(2 * pi) * _HERE**2 * edm_lambda(_HERE) * edm_density(_HERE), by=Algebra()),
        ),
    ),
    Derivation(
        id="edm.weighting.denoiser",
        title="the denoising loss of D is sigma^2 times the score loss",
        start=_WEIGHTED,
        steps=(Step("=", _ON_SCORE, by=Algebra()),),
        proves=Eq(_WEIGHTED, _ON_SCORE, evaluate=False),
    ),
)
