"""Looking at many cases at once leaves no violation out, and decides nothing that one case alone would not."""

from itertools import islice

import numpy as np
import pytest
from sympy import Eq, Le, Rational, Sum, log

from numerics.enclosures import Enclosure, Relation
from numerics.targets import Gaussian, GaussianMixture
from theory.claims import Cases, Claim, find
from theory.vocabulary import E_D, E_I, J, N, d, k, m2, mmse, u, v
from verify.calculator import calculator_cases
from verify.cases import Case
from verify.evaluate import Evaluator
from verify.screening import FIRST_WINDOW, doubtful
from verify.search import Search

SCORE = Cases(samplers=("score",))
FALSE = Le(E_D, d / 8 * Sum(log(v[k] / v[k + 1]) ** 2, (k, 0, N - 1)))  # of about half the cases
CLAIMS = ["wht24.lemma13.printed", "wht24.table2.exponential.corrected", "gauss.ode"]


def claim(relation, cases=SCORE):
    return Claim(id="test", title="test", relation=relation, source="test", cases=cases)


def one_by_one(evaluate, cases):
    """Every case that is not held by float64, as the search looks at one."""
    out = []
    for case in cases:
        seen = evaluate.screen(case)
        blind = seen.relation is Relation.UNDECIDED and not np.isfinite(seen.lhs.radius + seen.rhs.radius)
        out += [case] if seen.relation is Relation.VIOLATED or blind else []
    return out


@pytest.mark.parametrize("id", [*CLAIMS, "test"])
def test_no_violation_is_left_out(id):
    one = claim(FALSE) if id == "test" else find(id)
    cases = list(islice(calculator_cases(one.cases, one.names), 120))
    evaluate = Evaluator(one)
    found = list(doubtful(evaluate, cases))
    expected = one_by_one(evaluate, cases)
    assert one_by_one(evaluate, found) == expected, "in the same order"
    assert len(found) < len(cases), "what holds with room to spare is not looked at twice"
    assert bool(expected) == (id in ("test", "wht24.lemma13.printed"))


def test_grids_of_several_sizes_keep_their_order():
    point = Gaussian(d=1, var=0.0)
    alone = (4.0, 3.0, 2.0, 1.0)  # of its size in its window
    grids = [(2.0, 1.0), (4.0, 2.0, 1.0), (3.0, 1.0), (4.0, 3.0, 1.0), alone, *[(2.0, 1.0)] * 9]
    cases = [Case(point, v=grid) for grid in grids]
    evaluate = Evaluator(claim(Eq(E_D, 0)))
    assert list(doubtful(evaluate, cases)) == cases


def test_a_false_claim_takes_only_the_first_cases():
    taken = []

    def cases():
        for case in calculator_cases(SCORE, {"v", "E_D"}):
            taken.append(case)
            yield case

    next(doubtful(Evaluator(claim(Le(m2 / v[0] + 1, E_I))), cases()))
    assert len(taken) == FIRST_WINDOW


def test_a_case_that_fails_does_not_hide_those_before_it():
    """A quantity of a user's own may raise anything; what one case at a time would reach first still comes first."""

    def side(env):
        if any(row.case.v[0] == 4.0 for row in getattr(env, "rows", [])):
            raise RuntimeError("too large a level")
        return Enclosure.of(np.zeros(len(env.rows)))

    point = Gaussian(d=1, var=0.0)
    small, large = Case(point, v=(2.0, 1.0)), Case(point, v=(4.0, 1.0))
    evaluate = Evaluator(claim(Le(E_I, m2)))
    evaluate.floats = [side, lambda env: 1.0]
    assert list(doubtful(evaluate, [small, large])) == [small, large]
    assert list(doubtful(evaluate, [small, small])) == []


def test_a_difference_beyond_half_the_errors_is_looked_at():
    """Batches round on their own, so that a violation at the edge of the errors is none that a batch may drop."""
    case = Case(Gaussian(d=1, var=0.0), v=(2.0, 1.0))
    evaluate = Evaluator(claim(Le(E_I, m2)))

    def sides(gap):
        return [
            lambda env: Enclosure(np.full(2, gap), np.full(2, 1.0)),
            lambda env: Enclosure(np.zeros(2), np.zeros(2)),
        ]

    for gap, looked_at in ((-1.0, 0), (0.4, 0), (0.6, 2), (1.1, 2), (np.nan, 2)):
        evaluate.floats = sides(gap)
        assert len(list(doubtful(evaluate, [case, case]))) == looked_at, gap


def test_what_is_random_is_looked_at_case_by_case():
    """Only so is it charged to the account."""
    assert Search(find("run.mean.printed"), 10, 0).one_by_one
    assert Search(find("wht24.lemma10"), 10, 0, target=GaussianMixture([0.5, 0.5], [-1, 1], [1, 1])).one_by_one
    assert not Search(claim(Eq(J(u), d / u - mmse(u) / u**2 * Rational(1, 2)), Cases()), 10, 0).one_by_one
