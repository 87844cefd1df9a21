"""Derivations: chains of checked steps from identities of the literature (``axioms``) to a bound.

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
* ``Known(id, at={u: w}, level=k, score="trained", times=, within=, over=)``: a claim of the catalogue that is an
  axiom or has a complete derivation, in whose setting the proved claim lies. An equality rewrites its left side
  everywhere. An inequality l <= r gives the step "sum over ``over`` of the integral over ``within`` of times (r -
  l)", times >= 0. ``at`` gives values to free arguments; ``level=k`` uses a claim about grid point 0 at point k;
  ``score`` uses a claim about the errors of one score for another one.
* ``Monotone(word, low, high, times=, within=, over=)``: mmse rises, J falls with the noise level.
* ``Sign()``: larger minus smaller side is >= 0 term by term; ``Sign(variable=x, low=0)``: as a function of x >= low, by
  the value at an end and derivatives; ``Sign(variable=x, log_step=True)``: x = ln(v[k]/v[k+1]).
* ``Jensen(variable, function, of=x_k)``: N f(mean) <= sum of f(x_k), f convex by its second derivative.
* ``CauchySchwarz(a, b, range)``: a sum over k, or an integral over another variable.
* ``AbelSummation(of=b_k, weight=a_k, next_weight=c_k)``: summation by parts.
* ``TermByTerm(old, new, over, by)``: a sum changes term by term, ``by`` another kind.
* ``SeriesLimit(family, power)``: a step ``->`` at the end: N^power times the left side tends to the right side.
* ``Assumption(text)``: shown as such; the derivation is then not complete.

In modules of their own, ``theory.derivations.kinds.<module>``:

* ``named.Named(name, formula)``: a short name for a formula in k, which the domain may then say to fall along the
  grid; ``named_sign.NamedSign(names)``: a sign that shows when names are written out.
* ``part.Part(old, new, by, times=)``: one part changes, by another kind; ``ordered.Chain``: several steps in one;
  ``ordered.Ordered()``: the order of levels, also of their logarithms; ``factors.Factors``: a product of factors >=
  0; ``letters.Letters``: equal for every value of the letters; ``log_product.LogProduct``: a product as a sum of
  logarithms; ``positive_part.PositivePart``: Max(0, a) a = Max(0, a)^2.
* ``one_variable.OneVariable``, ``rising.Rising``, ``minimum.Minimum``: signs, order and least value of a function of
  one variable, by its derivative; ``tangent.Tangent``, ``chord.Chord``, ``interval.JensenBetween``: the same for
  convex ones.
* ``setting.Setting(fact)``: what the claim's setting says; ``decomposition.Meaning``, ``Extreme``, ``Triangle``:
  words of Theorem 3, the largest weight, absolute values.

A fact beside the grid's order: ``Derivation(..., domain=Domain(order=((sigma_min, sigma_max),)))``; a claim's chain
with a fact that no ``Named`` step shows is not complete. A chain for a relation that is no claim: ``Derivation(...,
proves=Le(left, right))``, under an id that no claim has.

>>> find_derivation("wht24.lemma10").complete
True
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from theory.claims import catalogue
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
    "starting_points",
    "substitute_family",
    "substitute_grid",
]

_NOT_THEOREMS = {
    "axioms",
    "closed_form",
    "derivation",
    "engine",
    "family",
    "kinds",
    "limits",
    "optimum",
    "substitution",
    "tables",
    "written",
}


@cache
def derivations() -> dict[str, Derivation]:
    """Every derivation by the id of the claim it proves.

    Raises:
        ValueError: two derivations have one id; or one is named after a claim and gives another relation or a limit.
    """
    known = catalogue()
    found: dict[str, Derivation] = {}
    for module in iter_modules(__path__):
        if module.name in _NOT_THEOREMS:
            continue
        for derivation in import_module(f"{__name__}.{module.name}").DERIVATIONS:
            if derivation.id in found:
                raise ValueError(f"two derivations have the id {derivation.id}")
            own = derivation.proves is None and derivation.relation != "->"
            if own != (derivation.id in known):
                why = "is no claim: add proves=" if own else "is a claim: give a chain for another relation another id"
                raise ValueError(f"derivation {derivation.id}: {derivation.id} {why}")
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


def starting_points(derivation: Derivation) -> tuple[str, ...]:
    """Ids of the claims that a derivation comes down to and no derivation proves; ``axioms`` has their sources."""
    behind = {*derivation.uses, *(id for used in derivation.uses for id in rests_on(used))}
    return tuple(sorted(behind - derivations().keys()))
