"""Every derivation: complete (or honest about what it assumes), and broken by any change of a step."""

from dataclasses import replace

import pytest
from sympy import Add, Le, Rational, Sum

from theory.claims import Expected, catalogue
from theory.derivations import Derivation, Mark, Step, derivations
from theory.derivations.kinds import Algebra, Assumption, Sign
from theory.derivations.written import chain_latex, chain_mathml, summary
from theory.vocabulary import E_D, E_S, d, m2, v

ASSUMED = {"wht24.lemma12": 1}  # steps that nobody checked
HERE = (
    "budget.score.ranking",
    "wht24.eq4.corrected",
    "wht24.lemma10",
    "wht24.lemma12",
    "wht24.lemma9.constant",
    "wht24.lemma9.corrected",
    "wht24.remark1",
    "wht24.thm2.corrected",
    "wht24.thm2.discretisation.corrected",
    "wht24.thm2.dterm.printed",
    "wht24.thm2.dterm.quadratic",
)
STEPS = [(id, i) for id in HERE for i in range(len(derivations()[id].steps))]


@pytest.mark.parametrize("id", HERE)
def test_a_derivation_proves_its_claim(id):
    derivation = derivations()[id]
    assert catalogue()[id].expected is Expected.SUPPORTED
    marks = [outcome.mark for outcome in derivation.outcomes]
    assert Mark.FAILED not in marks, [o.how for o in derivation.outcomes]
    assert marks.count(Mark.ASSUMED) == ASSUMED.get(id, 0)
    assert derivation.complete == (id not in ASSUMED)
    assert marks[-1] is Mark.CHECKED


def changed(e):
    """False variants of an expression: scaled, with a flipped sign, with a term dropped, with a term scaled."""
    yield Rational(101, 100) * e
    yield Rational(99, 100) * e
    yield -e
    terms = Add.make_args(e)
    for term in terms if len(terms) > 1 else ():
        yield e - term
        yield e + term / 100
    for total in e.atoms(Sum):
        index, low, high = total.limits[0]
        yield e.xreplace({total: Sum(total.function, (index, low + 1, high))})


def survives(derivation: Derivation, i: int, result) -> bool:
    """Whether the checks that see step i all pass where it leads to another expression."""
    steps = list(derivation.steps)
    steps[i] = replace(steps[i], result=result)
    other = replace(derivation, steps=tuple(steps))
    domain = other._domain()
    before = steps[i - 1].result if i else derivation.start
    if steps[i].by.check(before, steps[i].result, steps[i].relation, domain).mark is Mark.FAILED:
        return False
    if i + 1 < len(steps):
        after = steps[i + 1]
        return after.by.check(steps[i].result, after.result, after.relation, domain).mark is not Mark.FAILED
    return other._conclusion().mark is not Mark.FAILED


# every third step that is checked at once; all of them with -m long
SLOW = ("wht24.thm2.discretisation.corrected", 6)


@pytest.mark.parametrize(
    ("id", "i"),
    [pytest.param(*step, marks=pytest.mark.long) if step[1] % 3 or step == SLOW else step for step in STEPS],
)
def test_a_changed_step_breaks_the_chain(id, i):
    derivation = derivations()[id]
    variants = list(changed(derivation.steps[i].result))
    assert len(variants) >= 3
    assert not [str(e) for e in variants if survives(derivation, i, e)]


@pytest.mark.parametrize("id", [id for id in HERE if id not in ASSUMED])
def test_a_wrong_justification_breaks_the_chain(id):
    """Algebra in the place of every inequality and of every use of a claim; a sign in the place of algebra."""
    derivation = derivations()[id]
    for i, step in enumerate(derivation.steps):
        planted = Sign() if isinstance(step.by, Algebra) else Algebra()
        if type(step.by).__name__ == "AbelSummation":
            continue  # which is algebra
        steps = (*derivation.steps[:i], replace(step, by=planted), *derivation.steps[i + 1 :])
        assert not replace(derivation, steps=steps).complete, step


def test_a_chain_for_another_claim_is_refused():
    derivation = derivations()["wht24.lemma10"]
    assert not replace(derivation, proves=Le(derivation.start, m2 / v[0])).complete
    assert not replace(derivation, id="wht24.thm2.corrected").complete
    assert replace(derivation, proves=Le(derivation.start, m2 / (2 * v[0]))).complete


def test_an_equality_proves_a_bound_and_a_bound_no_equality():
    same = Step("=", E_D + E_S, by=Algebra())
    below = Step("<=", E_D + E_S, by=Sign())
    assert Derivation("x", "", E_S + E_D, (same,), proves=Le(E_D + E_S, E_S + E_D, evaluate=False)).complete
    assert Derivation("x", "", E_S, (below,), proves=Le(E_S, E_S + E_D, evaluate=False)).complete
    assert not Derivation("x", "", E_S, (below,), proves=Le(E_S + E_D, E_S, evaluate=False)).complete


def test_chains_of_two_directions_or_of_none_are_refused():
    with pytest.raises(ValueError, match="one direction"):
        Derivation("x", "", E_S, (Step("<=", E_S + E_D, Sign()), Step(">=", E_S, Sign())))
    with pytest.raises(ValueError, match="needs steps"):
        Derivation("x", "", E_S, ())
    with pytest.raises(ValueError, match="not '<'"):
        Step("<", E_S, Sign())


def test_what_is_assumed_is_shown():
    derivation = Derivation("x", "", E_S, (Step("=", d * m2, Assumption("who knows")),), proves=Le(E_S, d * m2))
    assert not derivation.complete
    assert summary(derivation, derivation.outcomes) == "not complete: 1 of 1 steps assumed"
    wrong = Derivation("x", "", E_S, (Step("=", d * m2, Algebra()),), proves=Le(E_S, d * m2))
    assert "1 of 2 checks failed" in summary(wrong, wrong.outcomes)


@pytest.mark.parametrize("id", HERE)
def test_chains_are_written_as_latex_and_mathml(id):
    from xml.dom.minidom import parseString

    derivation = derivations()[id]
    latex = chain_latex(derivation)
    assert latex.count("&=") + latex.count(r"&\le") + latex.count(r"&\ge") == len(derivation.steps)
    rows = parseString(chain_mathml(derivation)).getElementsByTagName("mtr")
    assert len(rows) == len(derivation.steps) + 1
