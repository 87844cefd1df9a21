"""Grids against the definitions in the papers and against their own closed forms."""

from __future__ import annotations

import ast
import copy
import dataclasses
import inspect
import itertools
import pickle
import subprocess
import sys
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import scipy.stats
import sympy
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from theory import grids
from theory.grids import FAMILIES, FORMULAS, Grid
from theory.symbols import N, k, t

EDM = {"sigma_min": 0.002, "sigma_max": 80.0}
RANGED = sorted(set(FAMILIES) - {"vp", "cosine"})


@st.composite
def families(draw: st.DrawFn, name: str, max_n: int = 200) -> Grid:
    """A grid of the family over the part of its domain where neighbours stay apart in float64."""
    n = draw(st.integers(2, max_n))

    def real(low: float, high: float) -> float:
        return draw(st.floats(low, high, allow_subnormal=False))

    sigma_min = 10 ** real(-4, 2)
    ends = {"sigma_min": sigma_min, "sigma_max": sigma_min * 10 ** real(0.2, 6)}
    parameters = {
        "karras": lambda: ends | {"rho": real(0.2, 50)},
        "exponential": lambda: ends,
        "polyexponential": lambda: ends | {"rho": real(0.25, 4)},
        "linear": lambda: ends,
        "vp": lambda: {"beta_d": real(0, 40), "beta_min": real(0.01, 5), "eps_s": real(1e-6, 0.5)},
        "cosine": lambda: {"s": real(0, 0.5), "t_min": real(1e-6, 0.4), "t_max": real(0.5, 0.999)},
        "laplace": lambda: laplace_parameters(n - 1, real(-3, 3), real(0.1, 2), real(1.1, 10)),
        "tan": lambda: ends | {"c": 10 ** real(-3, 3)},
    }[name]()
    return FAMILIES[name](n, **parameters)


def laplace_parameters(steps: int, mu: float, beta: float, margin: float) -> dict[str, float]:
    reach = max(1, steps / 2) ** beta * margin
    return {"sigma_min": np.exp(mu) / reach, "sigma_max": np.exp(mu) * reach, "mu": mu, "beta": beta}


def default_grid(name: str, n: int = 19) -> Grid:
    return FAMILIES[name](n, **(EDM if name in RANGED else {}))


# --- the families ---


@pytest.mark.parametrize("name", FAMILIES)
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_family_is_a_legal_grid_with_exact_ends(name: str, data: st.DataObject) -> None:
    grid = data.draw(families(name))
    assert grid.sigmas.shape == grid.v.shape == grid.gamma.shape == (grid.n,)
    assert grid.n == grid.N + 1 == len(grid) == grid.parameters["n"]
    assert np.all(grid.sigmas > 0)
    assert np.all(grid.steps > 0)
    assert np.all(grid.log_steps > 0)
    if name in RANGED:
        assert grid.sigmas[0] == grid.parameters["sigma_max"]
        assert grid.sigmas[-1] == grid.parameters["sigma_min"]


@pytest.mark.parametrize("name", FAMILIES)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_formula_reproduces_the_numbers(name: str, data: st.DataObject) -> None:
    grid = data.draw(families(name, max_n=60))
    assert grid.formula.free_symbols <= {k, N}
    for index in {0, grid.N, data.draw(st.integers(0, grid.N))}:
        # 30 digits: sympy's tan does not watch its own conditioning near pi/2.
        value = grid.formula.subs({k: index, N: grid.N}).evalf(30)
        assert float(value) == pytest.approx(grid.sigmas[index], rel=1e-12, abs=0)


@pytest.mark.parametrize("name", FAMILIES)
def test_formula_of_defaults_is_exact_and_plain(name: str) -> None:
    grid = default_grid(name)
    assert not grid.formula.atoms(sympy.Float)
    values = [float(grid.formula.subs({k: i, N: grid.N})) for i in range(grid.n)]
    np.testing.assert_allclose(values, grid.sigmas, rtol=1e-14)


@pytest.mark.parametrize("name", FAMILIES)
def test_symbolic_formula_speaks_of_the_arguments(name: str) -> None:
    arguments = set(inspect.signature(FAMILIES[name]).parameters) - {"n"}
    assert {s.name for s in FORMULAS[name].free_symbols} == arguments | {"k", "N"}
    assert default_grid(name).closed_form == FORMULAS[name]


def test_special_cases_of_the_formulas() -> None:
    rho = next(s for s in FORMULAS["karras"].free_symbols if s.name == "rho")
    assert sympy.simplify(FORMULAS["karras"].subs(rho, 1) - FORMULAS["linear"]) == 0
    ratio = FORMULAS["polyexponential"].subs(rho, 1) / FORMULAS["exponential"]
    assert sympy.simplify(sympy.expand_log(sympy.log(ratio), force=True)) == 0


def test_karras_tends_to_exponential_without_losing_digits() -> None:
    # The textbook form (a + b)**rho would be off by rho * 1e-16 = 1 here.
    karras, limit = grids.karras(19, **EDM, rho=1e16), grids.exponential(19, **EDM)
    np.testing.assert_allclose(karras.sigmas, limit.sigmas, rtol=1e-14)


@settings(max_examples=50, deadline=None)
@given(families("tan"))
def test_tan_turns_by_equal_angles(grid: Grid) -> None:
    with mpmath.workdps(40):
        angles = [mpmath.atan(s / mpmath.mpf(grid.parameters["c"])) for s in grid.sigmas.tolist()]
        turn = (angles[0] - angles[-1]) / grid.N
        for i in range(1, grid.N):
            expected = mpmath.tan(angles[0] - i * turn) * grid.parameters["c"]
            assert abs(grid.sigmas[i] / expected - 1) < 1e-14


@settings(max_examples=50, deadline=None)
@given(families("cosine"))
def test_cosine_has_the_papers_alpha_bar(grid: Grid) -> None:
    p = grid.parameters
    with mpmath.workdps(40):
        for i, sigma in enumerate(grid.sigmas.tolist()):
            time = mpmath.mpf(p["t_max"]) + mpmath.mpf(i) / grid.N * (mpmath.mpf(p["t_min"]) - p["t_max"])
            f, f0 = (mpmath.cos((u + p["s"]) / (1 + mpmath.mpf(p["s"])) * mpmath.pi / 2) ** 2 for u in (time, 0))
            assert abs(sigma / mpmath.sqrt(f0 / f - 1) - 1) < 1e-12


def test_laplace_takes_quantiles_and_toolboxes_differ_by_their_guard() -> None:
    grid = grids.laplace(41, **EDM, mu=0.3, beta=0.7)
    fractions = np.arange(1, grid.N) / grid.N
    quantiles = scipy.stats.laplace.ppf(1 - fractions, loc=0.3, scale=0.7)
    np.testing.assert_allclose(grid.sigmas[1:-1], np.exp(quantiles), rtol=1e-14)
    side = 0.5 - fractions
    guarded = 0.3 - 0.7 * np.sign(side) * np.log(1 - 2 * np.abs(side) + 1e-5)
    difference = np.abs(np.exp(guarded) / grid.sigmas[1:-1] - 1)
    assert 0 < difference.max() < 1e-5 * 0.7 * grid.N / 2


# --- the grid itself ---


def test_grid_quantities_give_the_gaussian_denoiser_budget() -> None:
    """1/2 [sum mmse(v_k) Delta-gamma_k - ln((1 + lambda gamma_N)/(1 + lambda gamma_0))], lambda = 0.37."""
    grid = grids.karras(12, 0.05, 9)
    mmse = 0.37 * grid.v / (0.37 + grid.v)
    integral = np.log((1 + 0.37 * grid.gamma[-1]) / (1 + 0.37 * grid.gamma[0]))
    assert (mmse[:-1] @ np.diff(grid.gamma) - integral) / 2 == pytest.approx(1.788972939961386, rel=1e-13)


@pytest.mark.parametrize(("steps", "ratio"), [(18, 1.0581), (40, 1.0398), (200, 1.0103)])
def test_score_error_weights_of_exponential_over_karras(steps: int, ratio: float) -> None:
    weights = [
        (g.steps / g.v[:-1]).sum() for g in (default_grid(name, steps + 1) for name in ("exponential", "karras"))
    ]
    assert weights[0] / weights[1] == pytest.approx(ratio, abs=5e-5)


def test_log_steps_keep_the_digits_of_close_points() -> None:
    v = [1 + 1e-9, 1, 1 - 1e-12, 1e-30]
    with mpmath.workdps(40):
        expected = [float(mpmath.log(mpmath.mpf(a) / b)) for a, b in itertools.pairwise(v)]
    np.testing.assert_allclose(grids.from_variances(v).log_steps, expected, rtol=1e-15)


def test_variances_stay_as_given() -> None:
    grid = grids.from_variances((2, 1, 0.99))
    assert grid.v.tolist() == [2, 1, 0.99]
    assert grid.sigmas.tolist() == [2**0.5, 1, 0.99**0.5]
    assert (grid.sigmas**2).tolist() != grid.v.tolist()
    assert grid.formula is None


@pytest.mark.parametrize("name", FAMILIES)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_label_reads_back_to_the_same_grid(name: str, data: st.DataObject) -> None:
    grid = data.draw(families(name))
    call = ast.parse(grid.label, mode="eval").body
    arguments = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
    assert arguments == grid.parameters
    assert FAMILIES[call.func.id](**arguments) == grid


def test_labels_and_repr() -> None:
    assert grids.karras(19, 0.002, 80).label == "karras(n=19, sigma_min=0.002, sigma_max=80, rho=7)"
    assert grids.from_sigmas([3, 2.5, 0]).label == "from_sigmas(sigmas=[3, 2.5])"
    assert grids.from_variances([2, 1, 0.99]).label == "from_variances(v=[2, 1, 0.99])"
    assert grids.from_time(sympy.sqrt(t), [4, 1]).label == "from_time(sigma_bar=sqrt(t), times=[4, 1])"
    assert grids.from_sigmas([2, 1], name="mine.csv").label == "mine.csv"
    assert repr(grids.from_sigmas(range(9, 0, -1))) == "Grid(from_sigmas(sigmas=[9, 8, 7, 6, ..., 1]))"
    assert repr(grids.from_sigmas([2, 1], name="mine.csv")) == "Grid(mine.csv, sigmas=[2, 1])"


def test_grids_compare_by_their_points() -> None:
    grid = grids.karras(19, **EDM)
    assert grid == grids.from_sigmas(grid.sigmas)
    assert hash(grid) == hash(grids.from_sigmas(grid.sigmas))
    assert grid != grids.karras(19, **EDM, rho=3)
    assert grid != grids.karras(18, **EDM)
    assert grids.from_variances([2, 1]) != grids.from_sigmas(np.sqrt([2, 1]))
    assert grid != grid.sigmas.tolist()


@pytest.mark.parametrize(
    "remake",
    [lambda g: g, copy.deepcopy, lambda g: pickle.loads(pickle.dumps(g))],
    ids=["new", "copy", "pickle"],
)
@pytest.mark.parametrize("grid", [grids.karras(5, **EDM), grids.from_variances([2, 1, 0.99])], ids=str)
def test_grid_cannot_be_changed(grid: Grid, remake) -> None:
    twin = remake(grid)
    assert (twin, twin.label, twin.formula) == (grid, grid.label, grid.formula)
    for array in (twin.sigmas, twin.v):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        twin.name = "other"


def test_grid_does_not_share_the_callers_array() -> None:
    sigmas = np.array([2.0, 1.0])
    grid = grids.from_sigmas(sigmas)
    sigmas[0] = 5
    assert grid.sigmas.tolist() == [2, 1]


# --- grids from what a user has ---


@pytest.mark.parametrize(
    "sigmas",
    [
        (3, 2, 1),
        [3, 2, 1, 0],
        np.array([3, 2, 1], np.float16),
        torch.tensor([3, 2, 1, 0]),
        [Fraction(3), 2, 1],
    ],
    ids=["tuple", "zero", "half", "tensor", "fraction"],
)
def test_from_sigmas_reads_any_flat_sequence(sigmas) -> None:
    assert grids.from_sigmas(sigmas).sigmas.tolist() == [3, 2, 1]


def test_from_time_squares_exactly_and_keeps_the_clock() -> None:
    grid = grids.from_time(sympy.sqrt(sympy.Symbol("t")), [2, 1, 0.99])
    assert grid == grids.from_variances([2, 1, 0.99])
    assert grid.parameters["sigma_bar"] == sympy.sqrt(t)
    assert grid.parameters["times"].tolist() == [2, 1, 0.99]


def test_from_time_takes_a_python_function() -> None:
    def quartic(time: float) -> float:
        return time**0.25

    grid = grids.from_time(quartic, [16, 1])
    assert grid.sigmas.tolist() == [2, 1]
    assert grid.label == "from_time(sigma_bar=quartic, times=[16, 1])"


def test_from_function_calls_own_code() -> None:
    def halving(n: int = 4) -> list[float]:
        return [2.0**-i for i in range(n)] + [0.0]

    assert grids.from_function(halving).sigmas.tolist() == [1, 0.5, 0.25, 0.125]
    assert grids.from_function(halving, 3, name="mine.py:halving").label == "mine.py:halving"
    assert grids.from_function(lambda n: grids.linear(n, 1, 2), 3) == grids.linear(3, 1, 2)


def test_import_needs_neither_torch_nor_the_other_layers() -> None:
    code = "import sys, theory.grids; print({m.split('.')[0] for m in sys.modules})"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert ast.literal_eval(modules).isdisjoint({"torch", "scipy", "numerics", "verify"})
