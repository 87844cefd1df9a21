"""Wang-He-Tao 2024, Table 2: P X is the factor of the noisiest level, and when that is the largest one.

Each factor is A_j sigma_j^2/(sigma_j^2 + sigma_data^2) exp(B_j) with B_j quadratic in ln sigma_j. The fraction rises
with sigma_j, and B_0 - B_j is ln(sigma_0/sigma_j) times something that is >= 0 where P_mean is small.
"""

from sympy import Eq, IndexedBase, Max, Pow, Rational, Symbol, exp, log

from theory.claims.wht24_table1 import R, exponential, polynomial
from theory.claims.wht24_table2 import (
    LOW_MEAN_EXPONENTIAL,
    LOW_MEAN_POLYNOMIAL,
    edm_weight,
    factor_exponential,
    factor_polynomial,
    printed_exponential,
    printed_polynomial,
)
from theory.derivations.derivation import Derivation, Step
from theory.derivations.engine.domain import Domain
from theory.derivations.kinds import Algebra, Definition, Sign
from theory.derivations.kinds.chord import Chord
from theory.derivations.kinds.factors import Factors
from theory.derivations.kinds.letters import Letters
from theory.derivations.kinds.named import Named
from theory.derivations.kinds.named_sign import NamedSign
from theory.derivations.kinds.ordered import Chain, Ordered
from theory.derivations.kinds.part import Part
from theory.derivations.kinds.rising import Rising
from theory.symbols import N, k
from theory.vocabulary import P_std, level, rho, sigma, sigma_data, v

_HALF = Rational(1, 2)
_Y = Symbol("y", real=True)
_T = Symbol("t", positive=True)


def _bell(at, mean):  # type: ignore[no-untyped-def]
    return (log(at) - mean) ** 2 / (2 * P_std**2)


def _fraction(at):  # type: ignore[no-untyped-def]
    return at**2 * sigma_data**2 / (at**2 + sigma_data**2)


# exponential grid: s[k] = sigma_0 R^{-k/N}
s = IndexedBase("geom", positive=True)
_HERE, _TOP = s[level], sigma[0]
_GRID = Named(s, exponential(k), at=(level,))
_BETWEEN = Domain(decreasing=("v", "sigma", "geom"), order=((_HERE, sigma[0]), (sigma[N], _HERE)))
_MEAN = LOW_MEAN_EXPONENTIAL
_SHARE = (1 - R ** (-2 / N)) / 2
_SHARE_PRINTED = (1 - (v[N] / v[0]) ** (1 / N)) / 2
_MORE_NOISE = Rising(
    _Y,
    exp(_Y),
    _bell(_HERE, _MEAN),
    _bell(_TOP, _MEAN),
    by=Factors(
        (
            (log(_HERE), log(_TOP), Ordered()),
            (
                2 * _MEAN,
                log(_TOP) + log(_HERE),
                Chain((("<=", log(sigma[0] * sigma[N]), Sign()), ("<=", log(_TOP) + log(_HERE), Ordered()))),
            ),
        ),
        times=1 / (2 * P_std**2),
    ),
)

# polynomial grid of exponent r = max(rho, 1): u[k] = (sigma_k/sigma_0)^{1/r} falls linearly from 1
_R = Max(rho, 1)
u = IndexedBase("ramp", positive=True)
_RAMP = next(p.base for p in polynomial(k, _R).atoms(Pow) if p.exp == _R)
_AT, _NEXT, _ONE, _SECOND = u[level], u[level + 1], u[0], u[1]
_LEVELS = Named(u, _RAMP, at=(level,))
_FALLING = Domain(decreasing=("v", "sigma", "ramp"), order=((_AT, u[0]), (u[N], _AT)))
_LOW = LOW_MEAN_POLYNOMIAL
_SIGMA = sigma[0] * _AT**_R
_DROP = sigma[0] * (_AT**_R - _NEXT**_R)
_SHORT = _NEXT / _AT  # the lower end of a chord of t^r that reaches to 1
_EDGE = _SECOND - _SHORT
_BEND = _SECOND**_R
_STEEPEST = Chain(
    (
        (
            "<=",
            sigma[0] * _AT**_R * (1 + (_EDGE * _ONE**_R - (_ONE - _SHORT) * _BEND) / (_ONE - _SECOND)),
            Chord(
                _T,
                _T**_R,
                _SHORT,
                _SECOND,
                _ONE,
                lower=NamedSign({u: _RAMP}, times=1 / _AT, at=(level,)),
                upper=Sign(),
                times=sigma[0] * _AT**_R / (_ONE - _SECOND),
            ),
        ),
        ("=", sigma[0] * _AT**_R * (1 + (_EDGE - (1 - _SHORT) * _BEND) / (1 - _SECOND)), _LEVELS),
        ("=", sigma[0] * _AT**_R * (1 - _BEND) * (1 - _SHORT) / (1 - _SECOND), Algebra()),
        (
            "=",
            sigma[0] * _AT**_R * (1 - _BEND) / _AT,
            Part((1 - _SHORT) / (1 - _SECOND), 1 / _AT, by=_LEVELS, times=sigma[0] * _AT**_R * (1 - _BEND)),
        ),
        ("=", sigma[0] * _AT**_R * (_ONE**_R - _BEND) / _AT, _LEVELS),
    )
)
_STEEP = sigma[0] * _AT**_R * (_ONE**_R - _BEND) / _AT
_LESS_NOISE = Rising(
    _Y,
    exp(_Y),
    _bell(_SIGMA, _LOW) - log(_AT),
    _bell(_TOP, _LOW),
    by=Factors(
        (
            (log(_AT), 0, Chain((("<=", log(_ONE), Ordered()), ("=", 0, _LEVELS)))),
            (
                2 * _LOW + 2 * P_std**2 / _R,
                2 * log(sigma[0]) + _R * log(_AT),
                Chain(
                    (
                        ("<=", log(sigma[0] * sigma[N]), Sign()),
                        ("=", 2 * log(sigma[0]) + _R * log(u[N]), _LEVELS),
                        ("<=", 2 * log(sigma[0]) + _R * log(_AT), Part(log(u[N]), log(_AT), by=Ordered(), times=_R)),
                    )
                ),
            ),
        ),
        times=_R / (2 * P_std**2),
    ),
)
_FIRST = _ONE**_R - _BEND
_HIGHEST = exp(_bell(_TOP, _LOW))

_LETTER = Symbol("r", positive=True)

DERIVATIONS = (
    Derivation(
        id="wht24.table2.polynomial.level",
        title="P X is the factor of the noisiest level of a polynomial grid",
        start=factor_polynomial().subs(level, 0),
        steps=(Step("=", printed_polynomial(), by=Algebra()),),
        proves=Eq(factor_polynomial().subs(level, 0), printed_polynomial(), evaluate=False),
    ),
    Derivation(
        id="wht24.table2.exponential.level",
        title="P X is the factor of the noisiest level of an exponential grid",
        start=factor_exponential().subs(level, 0),
        steps=(Step("=", printed_exponential(), by=Definition("sigma")),),
        proves=Eq(factor_exponential().subs(level, 0), printed_exponential(), evaluate=False),
    ),
    Derivation(
        id="wht24.table2.exponential.corrected",
        title="every part of the factor is largest at the noisiest level",
        start=factor_exponential(_MEAN),
        domain=_BETWEEN,
        steps=(
            Step("=", (_HERE**2 - s[level + 1] ** 2) / (2 * _HERE * edm_weight(_HERE, _MEAN)), by=_GRID),
            Step(
                "=",
                _SHARE * _HERE**2 / (_HERE * edm_weight(_HERE, _MEAN)),
                by=Part(
                    _HERE**2 - s[level + 1] ** 2,
                    2 * _SHARE * _HERE**2,
                    by=_GRID,
                    times=1 / (2 * _HERE * edm_weight(_HERE, _MEAN)),
                ),
            ),
            Step("=", _SHARE * _fraction(_HERE) * exp(_bell(_HERE, _MEAN)), by=Algebra()),
            Step(
                "<=",
                _SHARE * _fraction(_HERE) * exp(_bell(_TOP, _MEAN)),
                by=Part(
                    exp(_bell(_HERE, _MEAN)),
                    exp(_bell(_TOP, _MEAN)),
                    by=_MORE_NOISE,
                    times=_SHARE * _fraction(_HERE),
                ),
            ),
            Step(
                "<=",
                _SHARE * _fraction(_TOP) * exp(_bell(_TOP, _MEAN)),
                by=Part(
                    _fraction(_HERE),
                    _fraction(_TOP),
                    by=Sign(),
                    times=_SHARE * exp(_bell(_TOP, _MEAN)),
                ),
            ),
            Step(
                "=",
                _SHARE_PRINTED * _fraction(_TOP) * exp(_bell(_TOP, _MEAN)),
                by=Part(
                    _SHARE,
                    _SHARE_PRINTED,
                    by=Definition("sigma"),
                    times=_fraction(_TOP) * exp(_bell(_TOP, _MEAN)),
                ),
            ),
            Step("=", printed_exponential(_MEAN), by=Algebra()),
        ),
    ),
    Derivation(
        id="wht24.table2.polynomial.corrected",
        title="every part of the factor is largest at the noisiest level; steps by a chord of t^r",
        start=factor_polynomial(_LOW, _R),
        domain=_FALLING,
        steps=(
            Step("=", _DROP / edm_weight(_SIGMA, _LOW), by=_LEVELS),
            Step(
                "<=",
                _STEEP / edm_weight(_SIGMA, _LOW),
                by=Part(_DROP, _STEEP, by=_STEEPEST, times=1 / edm_weight(_SIGMA, _LOW)),
            ),
            Step("=", _FIRST * _fraction(_SIGMA) * exp(_bell(_SIGMA, _LOW)) / _AT, by=Algebra()),
            Step("=", _FIRST * _fraction(_SIGMA) * exp(_bell(_SIGMA, _LOW) - log(_AT)), by=Algebra()),
            Step(
                "<=",
                _FIRST * _fraction(_SIGMA) * _HIGHEST,
                by=Part(
                    exp(_bell(_SIGMA, _LOW) - log(_AT)), _HIGHEST, by=_LESS_NOISE, times=_FIRST * _fraction(_SIGMA)
                ),
            ),
            Step(
                "<=",
                _FIRST * _fraction(sigma[0] * _ONE**_R) * _HIGHEST,
                by=Part(_fraction(_SIGMA), _fraction(sigma[0] * _ONE**_R), by=Sign(), times=_FIRST * _HIGHEST),
            ),
            Step("=", (1 - _RAMP.subs(k, 1) ** _R) * _fraction(_TOP) * _HIGHEST, by=_LEVELS),
            Step("=", printed_polynomial(_LOW, _R), by=Letters({_LETTER: _R})),
        ),
    ),
)
