"""Definitions of the words of the decomposition of the score error (``theory.vocabulary.decomposition``).

The learned score is that of the trained matrices W^K; its errors, and those of the minimisers W^*, are in ``scores``.
What the vocabulary gives no word of its own is a symbol here: the losses that the four errors are differences of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Abs, Add, Eq, Rational, Sum, Symbol

from theory.derivations.engine.bounds import nonnegative
from theory.derivations.engine.certificate import Range, slack, spread
from theory.derivations.engine.domain import Domain
from theory.derivations.engine.normal import is_zero
from theory.derivations.engine.outcome import Outcome
from theory.derivations.kinds.scores import excess_trained, loss_star, loss_trained
from theory.symbols import N, k
from theory.vocabulary import (
    E_S_em,
    L_em_star,
    L_pop,
    beta_lin,
    eps_approx,
    eps_est,
    eps_n,
    eps_train,
    mmse,
    v,
    weight_max,
    weight_min,
)

_LEVELS = (k, 0, N - 1)
_HALF = Rational(1, 2)
L_EM = Symbol("L_em", nonnegative=True)  # training loss of W^K
L_POP_STAR, L_POP_BEST = (
    Symbol(name, nonnegative=True) for name in ("L_pop_star", "L_pop_best")
)  # population losses of W^* and W^F
C_BAR = -_HALF * Sum(beta_lin[k] * mmse(v[k]) / v[k], _LEVELS)
RATIO = (v[k] - v[k + 1]) / (v[k] * beta_lin[k])

WORDS = {
    "E_S_em": Eq(E_S_em, _HALF * Sum((v[k] - v[k + 1]) / v[k] * excess_trained[k], _LEVELS)),
    "L_pop": Eq(L_pop, _HALF * Sum(beta_lin[k] * loss_trained[k], _LEVELS)),
    "L_pop_star": Eq(L_POP_STAR, _HALF * Sum(beta_lin[k] * loss_star[k], _LEVELS)),
    "eps_train": Eq(eps_train, Abs(L_EM - L_em_star)),
    "eps_n": Eq(eps_n, Abs(L_pop - L_EM) + Abs(L_em_star - L_POP_STAR)),
    "eps_est": Eq(eps_est, Abs(L_POP_STAR - L_POP_BEST)),
    "eps_approx": Eq(eps_approx, Abs(L_POP_BEST + C_BAR)),
}
_EXTREME = {weight_max: 1, weight_min: -1}


@dataclass(frozen=True)
class Meaning:
    """Words written out by ``WORDS``."""

    words: tuple[str, ...]

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        unknown = [word for word in self.words if word not in WORDS]
        if unknown or relation not in ("=", "<=", ">="):
            return Outcome.failed(f"no definition of {', '.join(unknown)}; there are {', '.join(WORDS)}")
        meaning = dict(WORDS[word].args for word in self.words)
        if not is_zero((after - before).subs(meaning)):
            return Outcome.failed(f"the sides differ after {', '.join(self.words)} are written out")
        return Outcome.checked(f"definitions: {'; '.join(f'{WORDS[w].lhs} = {WORDS[w].rhs}' for w in self.words)}")


@dataclass(frozen=True)
class Extreme:
    """weight_max is at least, weight_min at most (v[k] - v[k+1])/(v[k] beta_lin[k]) at each level k.

    The step is the sum over ``over``, within 0 ... N-1, of ``times`` (>= 0) the difference.
    """

    word: Symbol
    times: Any
    over: Range

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        if relation not in ("<=", ">=") or self.word not in _EXTREME or self.over != _LEVELS:
            return Outcome.failed("the largest or smallest weight shows <= or >= at the levels 0 ... N-1")
        if not nonnegative(self.times, domain):
            return Outcome.failed(f"the weight {self.times} is not known to be nonnegative")
        gain = _EXTREME[self.word] * self.times * (self.word - RATIO)
        if not is_zero(slack(before, after, relation) - spread(gain, None, self.over)):
            return Outcome.failed(f"the step does not put {self.word} for {RATIO}")
        return Outcome.checked(f"{self.word} is the {'largest' if _EXTREME[self.word] > 0 else 'smallest'} {RATIO}")


@dataclass(frozen=True)
class Triangle:
    """|a| >= a and |a| >= -a, added up: the larger side minus the smaller one is the sum of |a| - a.

    Attributes:
        terms: the a, real expressions.
    """

    terms: tuple[Any, ...]

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        if relation not in ("<=", ">="):
            return Outcome.failed(f"absolute values show <= or >=, not {relation}")
        if not all(_is_real(a) for a in self.terms):
            return Outcome.failed("a term is not known to be real")
        if not is_zero(slack(before, after, relation) - Add(*[Abs(a) - a for a in self.terms])):
            return Outcome.failed("the sides do not differ by these absolute values minus their terms")
        return Outcome.checked("|a| >= a for each of the terms")


def _is_real(a: Any) -> bool:
    flat = sympy.sympify(a)
    return bool(flat.xreplace({s: Symbol("total", real=True) for s in flat.atoms(Sum) if s.function.is_real}).is_real)
