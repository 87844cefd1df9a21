"""Steps by claims of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy import Indexed, Symbol
from sympy.core.function import AppliedUndef

from theory.claims import Cases, Claim, Expected, Family, Form, catalogue
from theory.derivations.engine.certificate import Range, inside, slack, spread
from theory.derivations.engine.domain import Domain
from theory.derivations.engine.normal import is_zero
from theory.derivations.engine.outcome import Outcome
from theory.derivations.engine.signs import is_nonnegative

_COVERS = {
    Family.GAUSSIAN: {Family.GAUSSIAN, Family.GAUSSIAN_1D, Family.POINT},
    Family.MIXTURE: {Family.MIXTURE, Family.GAUSSIAN_1D},
}


@dataclass(frozen=True)
class Known:
    """A claim of the catalogue: an exact one, or one that has a complete derivation of its own.

    An equality f(u) = ... or x = ... rewrites its left side wherever it occurs. Otherwise, and for every inequality,
    the step must be the sum over ``over`` of the integral over ``within`` of ``times`` (right minus left side), where
    ``times`` is shown to be >= 0 unless the claim is an equality.

    Attributes:
        id: of the claim.
        at: values for its free symbols.
        level: index of the grid point that a claim about point 0 alone is used at.
        times, within, over: weight and ranges, for a step that is no rewriting.
    """

    id: str
    at: Mapping[Any, Any] = field(default_factory=dict, hash=False)
    level: Any = None
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
        wrong = _unusable(claim, domain)
        if wrong:
            return Outcome.failed(f"{self.id} {wrong}")
        if relation not in ("=", "<=", ">="):
            return Outcome.failed(f"a claim shows =, <= or >=, not {relation}")
        left, right = self._sides(claim)
        if self.times is None and claim.is_equality:
            used = any(_rewrite(side, left, right) != side for side in (before, after))
            fits = used and is_zero(_rewrite(after - before, left, right))
            fits = fits or (left != right and is_zero(after - before - (right - left)))
        else:
            fits = self._combines(before, after, relation, domain, left, right, claim.is_equality)
        if not fits:
            return Outcome.failed(f"the step is not what {self.id} gives, {left} {claim.relation.rel_op} {right}")
        words = f"{self.id}: {claim.title}"
        if claim.form is Form.EXACT or _derived(self.id):
            return Outcome.checked(words)
        return Outcome.assumed(f"{words} (tested, no checked derivation)")

    def _sides(self, claim: Claim) -> tuple[Any, Any]:
        left, right = claim.relation.lhs, claim.relation.rhs
        if self.level is not None:
            zeros = {x: x.base[self.level] for x in claim.relation.atoms(Indexed) if x.indices == (0,)}
            left, right = left.xreplace(zeros), right.xreplace(zeros)
        return left.xreplace(dict(self.at)), right.xreplace(dict(self.at))

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
        return is_nonnegative(times, inside(domain, self.within)) and is_zero(slack(before, after, relation) - step)


def _unusable(claim: Claim, domain: Domain) -> str:
    from theory.derivations import rests_on

    if claim.expected is Expected.REFUTED:
        return "is refuted"
    if domain.proving and domain.proving in {claim.id, *rests_on(claim.id)}:
        return f"rests on {domain.proving} itself: a circle"
    return "" if domain.cases is None else _elsewhere(claim.cases, domain.cases)


def _elsewhere(known: Cases, wanted: Cases) -> str:
    """Why a claim's setting does not cover another's; empty where it does."""
    if known.samplers and not set(wanted.samplers) <= set(known.samplers):
        return f"speaks of the sampler {', '.join(known.samplers)} alone"
    covered = set().union(*(_COVERS.get(f, {f}) for f in known.families))
    if not set(wanted.families) <= covered:
        return f"speaks of {', '.join(known.families)} data alone"
    if known.start != wanted.start and known.samplers and wanted.samplers:
        return f"is for the start {known.start}"
    if (known.centred and not wanted.centred) or (known.spread and not wanted.spread):
        return "is for centred data or data of positive variance"
    return ""


def _rewrite(e: Any, left: Any, right: Any) -> Any:
    """Every occurrence of the left side replaced; f(u), u any symbol, is replaced at every argument."""
    if isinstance(left, AppliedUndef) and all(isinstance(a, Symbol) for a in left.args):
        names = left.args
        return e.replace(left.func, lambda *args: right.subs(dict(zip(names, args, strict=True)), simultaneous=True))
    if isinstance(left, Indexed) and left.indices[0].free_symbols:
        index = left.indices[0]
        entries = [x for x in e.atoms(Indexed) if x.base == left.base] if isinstance(index, Symbol) else [left]
        return e.xreplace({x: right.subs(index, x.indices[0]) for x in entries})
    return e.xreplace({left: right})


def _derived(id: str) -> bool:
    from theory.derivations import derivations

    return id in derivations() and derivations()[id].complete
