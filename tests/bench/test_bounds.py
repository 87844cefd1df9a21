"""Compiled bounds against those written by hand, and what the compiler does to be as quick."""

import flint
import numpy as np
import pytest
import sympy
from sympy import Product, Sum, log, symbols

from numerics.backends import BallOps
from theory.compiler import CompileError, NumpyOps, blocks, compile_array, compile_scalar
from theory.compiler.indices import Index
from theory.vocabulary import J, N, a_t, d, k, m2, v
from verify.bench.row import Setting
from verify.bench.rows import bound_balls, bounds
from verify.bench.rows.bounds_plainly import by_numpy, inputs

ROWS = bounds.ROWS + bound_balls.ROWS
j = symbols("j", integer=True)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_both_sides_are_as_exact_as_the_row_says(row):
    case = row.make(Setting("small"))
    for accuracy in case.check(case.ours(), case.other()):
        assert accuracy.ours <= accuracy.wanted
        assert accuracy.other <= accuracy.wanted


def test_a_wrong_constant_and_a_missed_value_are_seen_by_the_checks():
    given = inputs(5, 6)
    assert bounds.errors(by_numpy(given) * (1 + 1e-9), given) > bounds.WANTED_ERROR
    enclosed = bound_balls.balls(given, bounds.right_side())
    assert bound_balls.farthest(enclosed, given) <= bound_balls.WANTED_ERROR
    assert bound_balls.farthest([ball * (1 + flint.arb(2) ** -40) for ball in enclosed], given) == np.inf


def test_the_operations_that_the_row_counts_are_those_of_the_expression():
    """A logarithm a step and grid, counted while it is computed."""
    counted = []

    class Counting(NumpyOps):
        def unary(self, name, x):
            counted.append(np.size(x))
            return super().unary(name, x)

    case = bounds.against_numpy(Setting("small"))
    given = bounds._inputs(Setting("small"))
    compile_array(bounds.right_side(), Counting())(given.env)
    assert sum(counted) == case.work.exps


@pytest.mark.parametrize("block", [1, 60, 10**9])
def test_blocks_do_not_change_a_value(monkeypatch, block):
    monkeypatch.setattr(blocks, "BLOCK", block)
    given = inputs(23, 6)
    whole = compile_array(bounds.right_side(), NumpyOps())(given.env)
    np.testing.assert_array_equal(compile_array(bounds.right_side())(given.env), whole)
    shared = given.env | {"v": given.v[:1], "m2": 1.5}  # one grid for all cases, one number for all
    np.testing.assert_array_equal(
        compile_array(bounds.right_side())(shared), compile_array(bounds.right_side(), NumpyOps())(shared)
    )
    two = {"v": given.v[:20].reshape(4, 5, 7), "m2": given.m2[:5], "d": np.arange(1.0, 5.0)[:, None]}
    part = d * Sum(log(v[k] / v[k + 1]), (k, 0, N - 1)) + m2
    np.testing.assert_array_equal(compile_array(part)(two), compile_array(part, NumpyOps())(two))


def test_a_curve_that_holds_a_value_per_case_is_not_cut(monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK", 1)
    given, scale = inputs(7, 3), np.arange(1.0, 8.0)[:, None]
    got = compile_array(Sum(J(v[k]), (k, 0, N)))({"v": given.v, "J": lambda x: x * scale})
    np.testing.assert_allclose(got, (given.v * scale).sum(axis=1), rtol=1e-14)


def test_a_whole_number_of_the_setting_is_one_for_all_blocks(monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK", 1)
    with pytest.raises(CompileError, match="one whole number"):
        compile_array(Sum(v[k], (k, 0, d)))({"v": np.ones((2, 4)), "d": np.array([1.0, 2.0])})


@pytest.mark.parametrize(
    "expression",
    [
        Sum(v[2 * k] * k, (k, 0, 2)),
        Sum(v[N - k] ** -3 / (k + 1), (k, 0, N)),
        Product(1 + Sum(v[j] / v[k], (j, 0, k)), (k, 0, N)),
        Sum(Sum(v[j + k], (j, 0, N - k)), (k, 0, N)),
        Sum((v[j] - v[k]) / (1 + (v[j] - v[k]) ** 2), (j, 0, k), (k, 0, N)),
        Sum((1 + v[k]) / (2 + (1 + v[k]) ** 2), (k, 0, N)) + Sum((1 + v[k]) / (3 + (1 + v[k]) ** 2), (k, 1, 2)),
        Sum(sympy.Rational(1, 3), (k, 0, N)) + Sum(v[k], (k, 3, 2)),
        Sum(v[k] ** a_t, (k, 0, N // 2)),
        Sum(J(v[k + 1]), (k, 0, N - 1)),
    ],
    ids=str,
)
def test_indices_of_every_form_mean_the_same_in_columns_arrays_and_in_python(expression):
    levels, exponent = [7.0, 5.0, 4.0, 2.5, 1.0], 0.75

    def spelled(e, bound):  # by Python's own numbers
        if isinstance(e, (Sum, Product)):
            (index, low, high), count = e.limits[-1], len(levels) - 1  # sympy lists the outermost index last
            inside = e.func(e.function, *e.limits[:-1]) if len(e.limits) > 1 else e.function
            places = range(int(low.subs(bound | {N: count})), int(high.subs(bound | {N: count})) + 1)
            terms = [spelled(inside, bound | {index: i}) for i in places]
            return sum(terms) if isinstance(e, Sum) else np.prod(terms)
        if isinstance(e, sympy.Indexed):
            return levels[int(e.indices[0].subs(bound | {N: len(levels) - 1}))]
        if e.is_Add:
            return sum(spelled(a, bound) for a in e.args)
        if e.is_Mul:
            return np.prod([spelled(a, bound) for a in e.args])
        if e.is_Pow:
            return spelled(e.base, bound) ** spelled(e.exp, bound)
        if e.func is J:
            return 1 / (1 + spelled(e.args[0], bound))
        return float(e.subs(bound | {N: len(levels) - 1, a_t: exponent}))

    truth = spelled(expression, {})
    env = {"a_t": exponent, "J": lambda x: 1 / (1 + x)}
    assert compile_array(expression)(env | {"v": np.array(levels)}) == pytest.approx(truth, rel=1e-14)
    balls = env | {"v": [flint.arb(x) for x in levels], "a_t": flint.arb(exponent)}
    ball = flint.arb(compile_scalar(expression, BallOps())(balls))
    assert float(ball.mid()) == pytest.approx(truth, rel=1e-14)
    assert ball.rel_accuracy_bits() > 40  # of 53


def test_a_curve_in_a_column_is_given_one_ball_at_a_time_and_only_where_it_is_needed():
    seen = []

    def curve(x):
        seen.append(float(x))
        return x

    env = {"v": [flint.arb(x) for x in (4, 2, 1)], "J": curve}
    total = compile_scalar(Sum(J(v[k + 1]), (k, 0, N - 1)), BallOps())(env)
    assert seen == [2.0, 1.0]
    assert total == 3


def test_an_index_that_is_not_whole_is_named():
    with pytest.raises(CompileError, match="3/2, not an integer"):
        Index(N / 2).at({N: 3})
    assert Index(N / 2).at({N: 4}) == 2
    assert Index(2 * N * d - 1).at({N: 3, d: 5}) == 29
