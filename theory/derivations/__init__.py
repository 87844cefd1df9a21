"""Derivations: chains of checked steps from exact identities to a bound.

A :class:`Derivation` is a chain ``start R_1 e_1 R_2 e_2 ...``, each step ``=``, ``<=`` or ``>=`` and justified by one
of ``theory.derivations.kinds``; its last check is that first and last expression are the two sides of the claim.
Numbers are never compared: a step is *checked* by normal forms, signs and orders, *assumed* where nobody checked it,
or *failed*.

One theorem a file: a module of this package with ``DERIVATIONS``, a tuple, for instance

    DERIVATIONS = (
        Derivation(
            id="wht24.lemma10",
            title="what is left out is a square",
            start=E_I,
            steps=(
                Step("=", Integral((m2 - mmse(w)) / w**2, (w, v[0], oo)) / 2, by=Known("budget.initial")),
                Step("<=", Integral(m2 / w**2, (w, v[0], oo)) / 2, by=Sign()),
                Step("=", m2 / (2 * v[0]), by=Algebra()),
            ),
        ),
    )

Kinds, and what each shows:

* ``Algebra()``: both sides have one normal form (sums term by term or shifted, telescoped; integrals evaluated).
* ``Definition(word)``: a word written out, see ``DEFINITIONS``.
* ``Known(id, at={u: w}, level=k, times=, within=, over=)``: a claim of the catalogue. An equality rewrites its left
  side everywhere. An inequality l <= r gives the step "sum over ``over`` of the integral over ``within`` of
  times (r - l)", times >= 0. ``level=k`` uses a claim about grid point 0 at point k.
* ``Monotone(word, low, high, times=, within=, over=)``: mmse rises, J falls with the noise level.
* ``Sign()``: larger minus smaller side is >= 0 term by term; ``Sign(variable=x, low=0)``: as a function of x >= low, by
  the value at an end and derivatives; ``Sign(variable=x, log_step=True)``: x = ln(v[k]/v[k+1]).
* ``Jensen(variable, function, of=x_k)``: N f(mean) <= sum of f(x_k), f convex by its second derivative.
* ``CauchySchwarz(a, b, range)``: a sum over k, or an integral over another variable.
* ``AbelSummation(of=b_k, weight=a_k, next_weight=c_k)``: summation by parts.
* ``TermByTerm(old, new, over, by)``: a sum changes term by term, ``by`` another kind.
* ``SeriesLimit(family, power)``: a step ``->`` at the end: N^power times the left side tends to the right side.
* ``Assumption(text)``: shown as such; the derivation is then not complete.

A domain beside the grid's order: ``Derivation(..., domain=Domain(order=((sigma_min, sigma_max),)))``. A chain for a
relation that is no claim: ``Derivation(..., proves=Le(left, right))``.

>>> find_derivation("wht24.lemma10").complete
True
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from theory.derivations.derivation import Derivation, Step
from theory.derivations.engine.domain import Domain
from theory.derivations.engine.outcome import Mark, Outcome
from theory.derivations.substitution import substitute_family, substitute_grid

__all__ = [
    "Derivation",
    "Domain",
    "Mark",
    "Outcome",
    "Step",
    "derivations",
    "find_derivation",
    "rests_on",
    "substitute_family",
    "substitute_grid",
]

_NOT_THEOREMS = {
    "closed_form",
    "derivation",
    "engine",
    "family",
    "kinds",
    "limits",
    "optimum",
    "substitution",
    "written",
}


@cache
def derivations() -> dict[str, Derivation]:
    """Every derivation by the id of the claim it proves.

    Raises:
        ValueError: two derivations have one id.
    """
    found: dict[str, Derivation] = {}
    for module in iter_modules(__path__):
        if module.name in _NOT_THEOREMS:
            continue
        for derivation in import_module(f"{__name__}.{module.name}").DERIVATIONS:
            if derivation.id in found:
                raise ValueError(f"two derivations have the id {derivation.id}")
            found[derivation.id] = derivation
    return dict(sorted(found.items()))


def find_derivation(id: str) -> Derivation | None:
    """The derivation of a claim; None where there is none."""
    return derivations().get(id)


def rests_on(id: str) -> tuple[str, ...]:
    """Ids of all claims that the derivation of a claim uses, and of those that theirs use."""
    seen: dict[str, None] = {}
    todo = [id]
    while todo:
        derivation = derivations().get(todo.pop())
        for used in derivation.uses if derivation else ():
            if used not in seen:
                seen[used] = None
                todo.append(used)
    return tuple(seen)
