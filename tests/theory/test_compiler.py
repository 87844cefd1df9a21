"""The compiler: one expression must mean the same in every number type, and as sympy itself computes it."""

import flint
import numpy as np
import pytest
import sympy
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Derivative, Integral, Max, Min, Product, Sum, atan, cos, exp, log, oo, sqrt, symbols

from numerics.backends import BallOps, EnclosureOps, TorchOps
from numerics.enclosures import Enclosure, as_enclosure
from theory.claims import catalogue
from theory.compiler import CompileError, compile_array, compile_scalar, names_used
from theory.vocabulary import C, J, N, d, k, m2, mmse, sigma, u, v, w

j = symbols("j", integer=True)
EXPRESSIONS = [
    d / 2 * Sum(log(v[k] / v[k + 1]) - 1 + v[k + 1] / v[k], (k, 0, N - 1)),
    Sum(Min(m2, d * v[k]) * Max(0, v[k] ** 2 - v[k - 1] * v[k + 1]) / (v[k - 1] * v[k] ** 2), (k, 1, N - 1)),
    Product(cos(atan(sqrt(v[k])) - atan(sqrt(v[k + 1]))), (k, 0, N - 1)),
    Sum(Sum(v[j] * k / (j + 1), (j, 0, k)), (k, 0, N)),
    Sum(v[k] ** sympy.Rational(1, 3) * exp(-v[k]) / sympy.pi, (k, 0, N)) + m2 * sqrt(2) - C / 7,
    Sum(d * k, (k, 0, N)) + v[N] - v[0] / N,
]
grids = st.lists(st.floats(0.01, 100), min_size=2, max_size=7, unique=True).map(lambda x: sorted(x, reverse=True))


def spell_out(e):
    """Sums and products as explicit terms (sympy's own doit leaves nested sums of indexed symbols alone)."""
    if isinstance(e, (Sum, Product)):
        index, low, high = e.limits[-1]
        inner = e.func(e.function, *e.limits[:-1]) if len(e.limits) > 1 else e.function
        terms = [spell_out(inner.subs(index, i)) for i in range(int(low), int(high) + 1)]
        return sympy.Add(*terms) if isinstance(e, Sum) else sympy.Mul(*terms)
    return e.func(*map(spell_out, e.args)) if e.args and e.has(Sum, Product) else e


def by_sympy(expression, levels, values):
    """The slow way: write sums out, substitute exact rationals, evaluate to 30 digits."""
    at = spell_out(expression.subs(N, len(levels) - 1))
    numbers = {v[i]: sympy.Rational(level) for i, level in enumerate(levels)}
    names = {symbol: sympy.Rational(value) for symbol, value in zip((m2, d, C), values, strict=True)}
    return sympy.N(at.subs(numbers).subs(names), 30)


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=range(len(EXPRESSIONS)))
@settings(max_examples=12, deadline=None)
@given(levels=grids)
def test_all_backends_agree_with_sympy(expression, levels):
    m, dim, c = 1.5, 2.0, 3.0
    truth = by_sympy(expression, levels, (m, dim, c))
    v_ = np.array(levels)
    plain = compile_array(expression)({"v": v_, "m2": m, "d": dim, "C": c})
    assert float(plain) == pytest.approx(float(truth), rel=1e-9, abs=1e-12)
    enclosed = as_enclosure(
        compile_array(expression, EnclosureOps())({"v": Enclosure.of(v_), "m2": m, "d": dim, "C": c})
    )
    assert abs(float(truth) - float(enclosed.value)) <= float(enclosed.radius) + 1e-16 * abs(float(truth))
    tensor = compile_array(expression, TorchOps())({"v": torch.tensor(v_), "m2": m, "d": dim, "C": c})
    assert float(tensor) == pytest.approx(float(plain), rel=1e-12, abs=1e-14)
    env = {"v": [flint.arb(x) for x in levels], "m2": flint.arb(m), "d": flint.arb(dim), "C": flint.arb(c)}
    ball = flint.arb(compile_scalar(expression, BallOps())(env))
    assert ball.overlaps(flint.arb(str(truth))) or abs(float(ball.mid()) - float(truth)) < 1e-15


def test_many_cases_at_once_equal_one_at_a_time():
    rng = np.random.default_rng(0)
    grid = np.sort(rng.uniform(0.1, 9, (50, 6)))[:, ::-1]
    values = {"m2": rng.uniform(1, 2, 50), "d": rng.uniform(1, 3, 50), "C": np.ones(50)}
    for expression in EXPRESSIONS:
        f = compile_array(expression)
        together = f({"v": grid} | values)
        alone = [f({"v": grid[i]} | {name: x[i] for name, x in values.items()}) for i in range(50)]
        np.testing.assert_allclose(together, alone, rtol=1e-13)


def test_torch_gradient_in_the_grid_matches_differences():
    f = compile_array(EXPRESSIONS[0], TorchOps())
    grid = torch.tensor([4.0, 2.0, 1.0], dtype=torch.float64, requires_grad=True)
    f({"v": grid, "d": 1.0}).backward()
    plain = compile_array(EXPRESSIONS[0])
    for i in range(3):
        up, down = (np.array([4.0, 2.0, 1.0]) for _ in range(2))
        up[i] += 1e-6
        down[i] -= 1e-6
        slope = (plain({"v": up, "d": 1.0}) - plain({"v": down, "d": 1.0})) / 2e-6
        assert grid.grad[i].item() == pytest.approx(slope, abs=1e-8)


def test_integrals_finite_infinite_and_proved():
    grid = [9.0, 4.0, 1.0]
    steps = Sum(Integral(J(w) - J(v[k]), (w, v[k + 1], v[k])), (k, 0, N - 1)) / 2
    truth = (np.log(10 / 2) - 5 / 10 - 3 / 5) / 2
    env = {"v": Enclosure.of(grid), "J": lambda x: 1.0 / (as_enclosure(x) + 1.0)}
    got = compile_array(steps, EnclosureOps())(env)
    assert abs(got.value - truth) <= got.radius < 1e-11
    ball = compile_scalar(steps, BallOps())({"v": [flint.arb(x) for x in grid], "J": lambda x: 1 / (x + 1)})
    assert abs(float(ball.mid()) - truth) < 1e-13
    tail = Integral((m2 - mmse(w)) / w**2, (w, v[0], oo))
    env = {"v": Enclosure.of(grid), "m2": 1.0, "mmse": lambda x: as_enclosure(x) / (1.0 + as_enclosure(x))}
    got = compile_array(tail, EnclosureOps())(env)
    assert abs(got.value - (1 / 9 - np.log(10 / 9))) <= got.radius < 1e-14


def test_the_quadrature_error_is_not_understated_on_a_curve_with_scales_far_apart():
    tail = Integral((m2 - mmse(w)) / w**2, (w, v[0], oo))
    lam = 1e6

    def curve(x):
        return lam * as_enclosure(x) / (lam + as_enclosure(x))

    got = compile_array(tail, EnclosureOps())({"v": Enclosure.of([0.04, 0.01]), "m2": lam, "mmse": curve})
    truth = lam / 0.04 - np.log1p(lam / 0.04)
    assert abs(got.value - truth) <= got.radius


def test_an_index_off_the_grid_is_an_error_and_not_a_truncated_sum():
    with pytest.raises(CompileError, match=r"v\[k \+ 1\] reaches index 3"):
        compile_array(Sum(v[k + 1], (k, 0, N)))({"v": np.ones(3)})
    with pytest.raises(CompileError, match="reaches index"):
        compile_scalar(Sum(v[k - 1], (k, 0, N)), BallOps())({"v": [flint.arb(1)] * 3})


def test_what_cannot_be_computed_is_named():
    with pytest.raises(CompileError, match="gamma"):
        compile_array(sympy.gamma(u))
    with pytest.raises(CompileError, match="first derivatives"):
        compile_array(Derivative(J(u), u, 2))
    with pytest.raises(CompileError, match="'m2'"):
        compile_array(m2 * 2)({})
    with pytest.raises(CompileError, match="no grid"):
        compile_array(Sum(k, (k, 0, N)))({})


def test_names_used():
    assert names_used(Derivative(J(u), u) + sigma[0] + Sum(mmse(v[k]), (k, 0, N))) == {
        "J'",
        "u",
        "sigma",
        "mmse",
        "v",
        "N",
    }


def test_every_claim_of_the_catalogue_compiles_in_every_backend():
    for claim in catalogue().values():
        for side in (claim.relation.lhs, claim.relation.rhs):
            compile_array(side, EnclosureOps())
            compile_array(side, TorchOps())
            compile_scalar(side, BallOps())


def test_indices_stay_exact_in_balls():
    """1/N as a float would refute a true equality at N = 6, because the float would count as exact."""
    grid = [flint.arb(x) for x in (7, 6, 5, 4, 3, 2, 1)]
    total = compile_scalar(Sum(1 / N, (k, 0, N - 1)) - 1, BallOps())({"v": grid})
    assert total.contains(0)
    assert total.rad() > 0
    assert flint.arb(compile_scalar(Sum(k / (k + 1), (k, 0, 2)), BallOps())({"v": grid})).contains(
        flint.arb(1) / 2 + flint.arb(2) / 3
    )


@pytest.mark.parametrize("power", [sympy.Rational(-1001, 1000), sympy.Integer(-1)])
def test_a_tail_that_has_not_died_out_promises_nothing(power):
    got = compile_array(Integral(w**power, (w, v[0], oo)), EnclosureOps())({"v": Enclosure.of([1.0, 0.5])})
    assert got.radius == np.inf
    got = compile_array(Integral(1 / w, (w, 0, v[0])), EnclosureOps())({"v": Enclosure.of([1.0, 0.5])})
    assert got.radius == np.inf
    got = compile_array(Integral(w**-2, (w, v[0], oo)), EnclosureOps())({"v": Enclosure.of([2.0, 0.5])})
    assert abs(got.value - 0.5) <= got.radius < 1e-12
    got = compile_array(Integral(log(w) ** 2, (w, 0, v[0])), EnclosureOps())({"v": Enclosure.of([1.0, 0.5])})
    assert abs(got.value - 2.0) <= got.radius < 1e-8


def test_a_balls_integrand_must_be_analytic_where_it_has_a_branch_cut():
    """sqrt(w - 1) on [1/2, 2] is not real on half of the range: the result must not look proved."""
    bad = compile_scalar(Integral(sqrt(w - 1), (w, v[1], v[0])), BallOps())
    ball = bad({"v": [flint.arb(2), flint.arb("0.5")]})
    assert not ball.is_finite() or ball.rad() > 0.01
    good = compile_scalar(Integral(sqrt(w), (w, v[1], v[0])), BallOps())({"v": [flint.arb(4), flint.arb(1)]})
    assert abs(float(good.mid()) - 14 / 3) < 1e-12
