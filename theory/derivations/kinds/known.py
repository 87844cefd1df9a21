"""Steps by claims of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy import Derivative, Indexed, IndexedBase, Integral, Product, Sum, Symbol
from sympy.core.function import AppliedUndef

from theory.claims import Claim, catalogue
from theory.derivations.engine.certificate import Range, inside, runs_upwards, slack, spread
from theory.derivations.engine.domain import Domain
from theory.derivations.engine.normal import is_zero
from theory.derivations.engine.outcome import Outcome
from theory.derivations.engine.signs import is_nonnegative
from theory.derivations.kinds.scores import SCORES, of_a_score
from theory.derivations.kinds.usable import trusted, unusable
from theory.symbols import N, k
from theory.vocabulary import P_mean, P_std, rho, sigma_data, u, w, x

# what a claim holds for all values of, and whether a value is one of them
_FREE = {
    **dict.fromkeys((u, w, rho, P_std, sigma_data), lambda value: value.is_positive),
    **dict.fromkeys((x, P_mean), lambda value: value.is_real),
}
# what belongs to one grid point alone, or to the data
_OF_A_LEVEL = {"v", "sigma", "gamma", "d", "m2", "lam", "mu", "J", "mmse", "H", "hess2", "cov2", "KLn"}
_OF_A_LEVEL |= {"loss", "excess", "eps2", "mse", "dmse"}


@dataclass(frozen=True)
class Known:
    """A claim of the catalogue: one that derivations start from, or one that has a complete derivation of its own.

    An equality f(u) = ... or x = ... rewrites its left side wherever it occurs. Otherwise, and for every inequality,
    the step must be the sum over ``over`` of the integral over ``within`` of ``times`` (right minus left side), where
    ``times`` is shown to be >= 0 unless the claim is an equality.

    Attributes:
        id: of the claim.
        at: values for its free arguments: noise levels u and w, points x, parameters of a family or weighting. Each is
            shown to be a possible value.
        level: index of the grid point that a claim about point 0 alone is used at: k, or between 0 and N.
        score: name of the learned score in ``SCORES`` that a claim about the errors of one score is used for.
        times, within, over: weight and ranges, for a step that is no rewriting.
    """

    id: str
    at: Mapping[Any, Any] = field(default_factory=dict, hash=False)
    level: Any = None
    score: str | None = None
    times: Any = None
    within: Range | None = None
    over: Range | None = None

    @property
    def claims(self) -> tuple[str, ...]:
        """What the step rests on."""
        return (self.id,)

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        claim = catalogue().get(self.id)
        if claim is None:
            return Outcome.failed(f"the catalogue has no claim {self.id!r}")
        wrong = unusable(claim, domain) or self._misused(claim)
        if wrong:
            return Outcome.failed(f"{self.id} {wrong}")
        if relation not in ("=", "<=", ">="):
            return Outcome.failed(f"a claim shows =, <= or >=, not {relation}")
        left, right = self._sides(claim)
        if self.times is None and claim.is_equality:
            pairs = [(side, self._rewritten(side, claim)) for side in (before, after)]
            used = any(old != new for old, new in pairs)
            fits = used and is_zero(self._rewritten(after - before, claim))
            fits = fits or (left != right and is_zero(after - before - (right - left)))
        else:
            fits = self._combines(before, after, relation, domain, left, right, claim.is_equality)
        if not fits:
            return Outcome.failed(f"the step is not what {self.id} gives, {left} {claim.relation.rel_op} {right}")
        words = f"{self.id}: {claim.title}"
        return (
            Outcome.checked(words) if trusted(self.id) else Outcome.assumed(f"{words} (tested, no checked derivation)")
        )

    def _misused(self, claim: Claim) -> str:
        """Why the claim does not hold with these values put in; empty where it does."""
        strange = [key for key in self.at if key not in _FREE]
        if strange:
            return f"is no statement for all {', '.join(map(str, strange))}"
        if self.at and {u, w} <= claim.relation.free_symbols:
            return "speaks of two levels in an order: use it as it stands"
        slopes = {s for f in claim.relation.atoms(Derivative) for s in f.variables}
        for key, value in self.at.items():
            value = sympy.sympify(value)
            if not _FREE[key](value) or (key in slopes and not isinstance(value, Symbol)):
                return f"does not hold for {key} = {value}"
            if value.free_symbols & _bound(claim):
                return f"has a bound variable with a name of {key} = {value}"
        words = {x.base for x in claim.relation.atoms(Indexed) if x.base not in _grid(claim)}
        if self.score is not None and (self.score not in SCORES or not of_a_score(claim.names, words)):
            return f"says nothing of the score {self.score} alone; scores are {', '.join(SCORES)}"
        if self.level is None:
            return ""
        alone = all(x.indices == (0,) for x in claim.relation.atoms(Indexed)) and claim.names <= _OF_A_LEVEL
        if not alone or sympy.sympify(self.level).free_symbols & _bound(claim):
            return "does not speak of one grid point alone"
        level = sympy.sympify(self.level)
        on_grid = level == k or (level.is_integer and level.is_nonnegative and (N - level).is_nonnegative)
        return "" if on_grid else f"is for points 0 ... N of the grid, not for {level}"

    def _put(self, e: Any) -> Any:
        """The claim's side with the level, the score and the values put in."""
        if self.level is not None:
            e = e.xreplace({x: x.base[self.level] for x in e.atoms(Indexed) if x.indices == (0,)})
        names = {} if self.score is None else SCORES[self.score]
        e = e.xreplace({x: names[x.base][x.indices[0]] for x in e.atoms(Indexed) if x.base in names})
        return e.xreplace(dict(self.at))

    def _sides(self, claim: Claim) -> tuple[Any, Any]:
        return self._put(claim.relation.lhs), self._put(claim.relation.rhs)

    def _rewritten(self, e: Any, claim: Claim) -> Any:
        """Every occurrence of the left side replaced; where no value was given, f(u) at every possible argument."""
        left, right = self._sides(claim)
        argument = left.args[0] if isinstance(left, AppliedUndef) and len(left.args) == 1 else None
        if argument in _FREE and not self.at:

            def put(value: Any) -> Any:
                possible = _FREE[argument](value) and not value.free_symbols & _bound(claim)
                return right.xreplace({argument: value}) if possible else left.func(value)

            return e.replace(left.func, put)
        if isinstance(left, Indexed) and left.indices[0] == k:
            entries = [x for x in e.atoms(Indexed) if x.base == left.base]
            return e.xreplace({x: right.subs(k, x.indices[0]) for x in entries})
        return e.xreplace({left: right})

    def _combines(
        self, before: Any, after: Any, relation: str, domain: Domain, left: Any, right: Any, equality: bool
    ) -> bool:
        times = sympy.sympify(1 if self.times is None else self.times)
        if equality:
            return is_zero(after - before - spread(times * (right - left), self.within, self.over))
        if relation not in ("<=", ">="):
            return False
        grows = right - left if isinstance(catalogue()[self.id].relation, (sympy.Le, sympy.Lt)) else left - right
        step = spread(times * grows, self.within, self.over)
        if not runs_upwards(domain, self.within):
            return False
        return is_nonnegative(times, inside(domain, self.within)) and is_zero(slack(before, after, relation) - step)


def _bound(claim: Claim) -> set[Any]:
    """The variables that the claim sums or integrates over."""
    totals = claim.relation.atoms(Sum, Integral, Product)
    return {variable for total in totals for variable in total.variables}


def _grid(claim: Claim) -> set[IndexedBase]:
    return {x.base for x in claim.relation.atoms(Indexed) if x.base.label.name in ("v", "sigma", "gamma")}
