"""Signs that can be proved: by the assumptions of symbols, by factors, by the order of levels, term by term."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Add, Expr, Indexed, Integral, Max, Min, Mul, Poly, Pow, Sum, expand
from sympy.core.function import AppliedUndef

from theory.derivations.engine.bound import legal
from theory.derivations.engine.domain import Domain, word_sign
from theory.derivations.engine.normal import grouped, is_zero, normal

_DEEP = 7  # how many arguments are laid inside each other before giving up


def is_nonnegative(expression: Any, domain: Domain) -> bool:
    """Whether the expression is proved to be >= 0 on the domain; False says nothing.

    Sums and integrals are taken apart: it is enough that each summand and each integrand is >= 0.
    """
    e = sympy.sympify(expression)
    if not legal(e):
        return False
    if not e.has(Sum, Integral) and pointwise(e, domain):
        return True
    return _sums(e, domain) or _sums(normal(e), domain) or is_zero(e)


def _sums(e: Expr, domain: Domain) -> bool:
    outside, sums = grouped(e)
    parts = {limits: f for limits, f in sums.items() if not is_zero(Sum(f, limits))}
    return (is_zero(outside) or _areas(outside, domain)) and all(_areas(f, domain) for f in parts.values())


def _areas(e: Expr, domain: Domain) -> bool:
    """The same for integrals."""
    outside, areas = grouped(e, Integral)
    for limits, f in areas.items():
        x, low, high = limits
        if not is_ordered(low, high, domain):
            return False
        if not is_zero(f) and not pointwise(f, domain.between(low, x, high)):
            return False
    return is_zero(outside) or pointwise(outside, domain)


def is_ordered(low: Any, high: Any, domain: Domain) -> bool:
    """Whether low <= high is known; ``high`` may be oo."""
    low, high = sympy.sympify(low), sympy.sympify(high)
    if high == sympy.oo:
        return bool(low.is_extended_real)
    return bool(low.is_finite and high.is_finite) and (domain.at_most(low, high) or pointwise(high - low, domain))


def pointwise(e: Expr, domain: Domain, depth: int = _DEEP) -> bool:
    """Whether an expression without sums is >= 0."""
    if e.is_nonnegative:
        return True
    if e.is_negative or depth == 0 or _negative_somewhere(e, domain):
        return False
    above, below = sympy.fraction(sympy.together(e))
    factors = [*Mul.make_args(sympy.factor(above)), *Mul.make_args(sympy.factor(below))]
    positive = True
    for factor in factors:
        if _plain(factor, domain, depth):
            continue
        if not _plain(-factor, domain, depth):
            return _plain(e, domain, depth)
        positive = not positive
    return positive


def _negative_somewhere(e: Expr, domain: Domain) -> bool:
    """Whether a number shows that e is not >= 0; a short way to a refusal, never to an acceptance."""
    grid = (*domain.decreasing, *domain.increasing)
    words = [x for x in e.atoms(AppliedUndef, Indexed) if not isinstance(x, Indexed) or x.base.label.name not in grid]
    masked = e.xreplace({x: sympy.Dummy(str(x), positive=True) for x in words})
    spread = domain.gaps(masked)
    for first in (2, 9):
        numbers = {
            x: sympy.Integer(2 + i) if x.is_integer else sympy.Rational(1 + (first * (i + 1)) % 13, 1 + first)
            for i, x in enumerate(sorted(spread.free_symbols, key=str))
        }
        value = spread.xreplace(numbers).evalf(30)
        if value.is_number and value.is_real and value < -sympy.Float("1e-15"):
            return True
    return False


def _plain(e: Expr, domain: Domain, depth: int) -> bool:
    if e.is_nonnegative or isinstance(e, Add):
        return bool(e.is_nonnegative) or _addition(e, domain, depth - 1)
    if isinstance(e, (Indexed, AppliedUndef)):
        return word_sign(e)
    if isinstance(e, Max):
        return any(pointwise(a, domain, depth - 1) for a in e.args)
    if isinstance(e, Min):
        return all(pointwise(a, domain, depth - 1) for a in e.args)
    if isinstance(e, Pow) and e.exp.is_real:
        return bool(e.exp.is_even and e.base.is_real) or pointwise(e.base, domain, depth - 1)
    if isinstance(e, sympy.log):
        return pointwise(e.args[0] - 1, domain, depth - 1)
    return False


def _addition(e: Expr, domain: Domain, depth: int) -> bool:
    if depth <= 0:
        return False
    if _by_gaps(e, domain) or _by_extremum(e, domain, depth) or _by_words(e, domain, depth):
        return True
    if _by_power(e, domain, depth) or _by_logarithm(e, domain, depth):
        return True
    return all(pointwise(term, domain, depth) for term in Add.make_args(e))


def _by_gaps(e: Expr, domain: Domain) -> bool:
    """In the gaps between the levels every term is >= 0."""
    shown = {
        x: sympy.Dummy(x.func.__name__, nonnegative=True) for x in e.atoms(AppliedUndef, Indexed) if _word(x, domain)
    }
    above, below = sympy.fraction(sympy.together(domain.gaps(e.xreplace(shown))))
    return bool(expand(above).is_nonnegative and expand(below).is_nonnegative)


def _word(x: Any, domain: Domain) -> bool:
    grid = isinstance(x, Indexed) and x.base.label.name in (*domain.decreasing, *domain.increasing)
    return not grid and word_sign(x) and not any(x in pair for pair in domain.order)


def _by_extremum(e: Expr, domain: Domain, depth: int) -> bool:
    """c Max(a, b) >= c a, c Max(a, b) >= c b for c >= 0; the other way round for Min and for c <= 0."""
    for m in e.atoms(Max, Min):
        slope = expand(e).coeff(m)
        if slope == 0 or (expand(e) - slope * m).has(m):
            continue
        rises = pointwise(slope, domain, depth - 1)
        if not rises and not pointwise(-slope, domain, depth - 1):
            continue
        enough = any if rises == isinstance(m, Max) else all
        if enough(pointwise(expand(e).xreplace({m: a}), domain, depth - 1) for a in m.args):
            return True
    return False


def _by_words(e: Expr, domain: Domain, depth: int) -> bool:
    """A polynomial in quantities >= 0 whose coefficients are >= 0."""
    words = [x for x in e.atoms(AppliedUndef, Indexed) if _word(x, domain)]
    above, below = sympy.fraction(sympy.together(e))
    if not words or not pointwise(below, domain, depth - 1):
        return False
    try:
        coefficients = Poly(expand(above), *words).coeffs()
    except sympy.PolynomialError:
        return False
    return len(coefficients) > 1 and all(pointwise(c, domain, depth - 1) for c in coefficients)


def _by_power(e: Expr, domain: Domain, depth: int) -> bool:
    """a^p - b^p for p > 0 and positive a >= b."""
    if len(e.args) != 2:
        return False
    for plus, minus in (e.args, e.args[::-1]):
        (a, p), (b, q) = plus.as_base_exp(), (-minus).as_base_exp()
        if p == q and p != 1 and p.is_positive and a.is_positive and b.is_positive:
            return pointwise(a - b, domain, depth - 1)
    return False


def _by_logarithm(e: Expr, domain: Domain, depth: int) -> bool:
    """ln a - ln b for a >= b."""
    combined = sympy.logcombine(e) if e.has(sympy.log) else e
    return isinstance(combined, sympy.log) and pointwise(combined.args[0] - 1, domain, depth - 1)
