"""Derivations of the design space: each is complete, and no step survives a changed constant."""

from dataclasses import replace
from functools import cache

import pytest
import sympy
from sympy import Add, Rational

from theory.claims import Expected, catalogue
from theory.derivations import (
    Derivation,
    Mark,
    design_optimal_grids,
    design_threshold,
    edm_weighting,
    wht24_optimality,
    wht24_remark3,
    wht24_table1,
    wht24_table2,
    wht24_theorem3,
)
from theory.derivations.kinds import AbelSummation
from theory.derivations.kinds.named import Named

_MODULES = (
    wht24_optimality,
    wht24_table1,
    wht24_table2,
    wht24_remark3,
    design_threshold,
    design_optimal_grids,
    edm_weighting,
    wht24_theorem3,
)
DERIVATIONS = {d.id: d for module in _MODULES for d in module.DERIVATIONS}
STEPS = [(d.id, i) for d in DERIVATIONS.values() for i in range(len(d.steps))]


@pytest.mark.parametrize("id", DERIVATIONS)
def test_each_derivation_is_complete(id: str) -> None:
    wrong = [o.how for o in DERIVATIONS[id].outcomes if o.mark is not Mark.CHECKED]
    assert not wrong


@pytest.mark.parametrize("id", [id for id in DERIVATIONS if id in catalogue()])
def test_none_proves_a_claim_that_is_refuted(id: str) -> None:
    assert catalogue()[id].expected is Expected.SUPPORTED


@pytest.mark.parametrize("id", DERIVATIONS)
def test_every_fact_about_a_name_is_shown_by_a_step_that_writes_it_out(id: str) -> None:
    derivation = DERIVATIONS[id]
    shown = {step.by.name.label.name for step in derivation.steps if isinstance(step.by, Named)}
    domain = derivation.domain
    assert set(domain.decreasing) - {"v", "sigma"} <= shown
    for pair in domain.order:
        assert any(x.base.label.name in shown for x in pair)


def _scaled(e: sympy.Expr) -> sympy.Expr:
    return e * Rational(101, 100) if e != 0 else sympy.S(1) / 100


def _flipped(e: sympy.Expr) -> sympy.Expr:
    return -e if e != 0 else sympy.S.One


def _shortened(e: sympy.Expr) -> sympy.Expr:
    """Without one of its terms, or of its factors where it has one term."""
    parts = sympy.expand_mul(e)
    return Add(*parts.args[1:]) if isinstance(parts, Add) else e / 2 if e != 0 else sympy.S.One


CHANGES = (_scaled, _flipped, _shortened)


@cache
def _before(id: str, i: int) -> sympy.Expr:
    derivation = DERIVATIONS[id]
    return sympy.sympify(derivation.start if i == 0 else derivation.steps[i - 1].result)


def _survives(derivation: Derivation, i: int) -> bool:
    """Whether step i, and what follows it, is still checked: an upper bound may be raised, not the next step then."""
    domain = derivation._domain()
    for j in (i, i + 1):
        if j == len(derivation.steps):
            return derivation._conclusion().mark is Mark.CHECKED
        before = sympy.sympify(derivation.start if j == 0 else derivation.steps[j - 1].result)
        step = derivation.steps[j]
        if step.by.check(before, sympy.sympify(step.result), step.relation, domain).mark is not Mark.CHECKED:
            return False
    return True


# every third step; all of them with -m long
@pytest.mark.parametrize(
    ("id", "i"), [pytest.param(*step, marks=pytest.mark.long) if step[1] % 3 else step for step in STEPS]
)
def test_a_changed_constant_makes_the_check_fail(id: str, i: int) -> None:
    derivation = DERIVATIONS[id]
    change = CHANGES[i % len(CHANGES)]
    step = derivation.steps[i]
    steps = list(derivation.steps)
    steps[i] = replace(step, result=change(sympy.sympify(step.result)))
    assert not _survives(replace(derivation, steps=tuple(steps)), i)


_CONSTANTS = ("times", "at", "of", "function", "base", "small", "large", "old", "new", "power", "high")
_REASONS = [
    (id, i, name)
    for id, i in STEPS
    for name in _CONSTANTS
    if isinstance(value := getattr(DERIVATIONS[id].steps[i].by, name, None), (int, sympy.Expr))
    and value != sympy.oo
    # its factor stands before a difference that is 0: it has no say
    and not isinstance(DERIVATIONS[id].steps[i].by, AbelSummation)
]


@pytest.mark.long
@pytest.mark.parametrize(("id", "i", "name"), _REASONS)
def test_a_changed_constant_of_a_reason_makes_the_check_fail(id: str, i: int, name: str) -> None:
    derivation = DERIVATIONS[id]
    step = derivation.steps[i]
    wrong = replace(step.by, **{name: sympy.sympify(getattr(step.by, name)) * Rational(101, 100)})
    outcome = wrong.check(_before(id, i), sympy.sympify(step.result), step.relation, derivation._domain())
    assert outcome.mark is Mark.FAILED


@pytest.mark.parametrize("id", [d.id for d in DERIVATIONS.values() if d.relation in ("<=", ">=")])
def test_no_inequality_can_be_turned_round(id: str) -> None:
    derivation = DERIVATIONS[id]
    turned = {"<=": ">=", ">=": "<=", "=": "="}
    for step, before in zip(derivation.steps, (derivation.start, *[s.result for s in derivation.steps]), strict=False):
        if step.relation != "=":
            outcome = step.by.check(
                sympy.sympify(before), sympy.sympify(step.result), turned[step.relation], derivation._domain()
            )
            assert outcome.mark is Mark.FAILED
