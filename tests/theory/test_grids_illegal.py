"""Every illegal grid is refused in one line that names the place, the value and the repair."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from theory import grids
from theory.grids import Grid, GridError
from theory.symbols import t

EDM = {"sigma_min": 0.002, "sigma_max": 80.0}
NAN, INF = float("nan"), float("inf")
x = sympy.Symbol("x")
ILLEGAL = [
    (lambda: grids.from_sigmas([1, 2, 3]), "sigma[0] = 1 < sigma[1] = 2", "reverse it"),
    (lambda: grids.from_sigmas([5, 4, 1, 2]), "sigma[2] = 1 < sigma[3] = 2", "sort"),
    (lambda: grids.from_sigmas([4, 3, 2, 0.5, 0.5]), "sigma[3] = sigma[4] = 0.5", "remove one"),
    (lambda: grids.from_sigmas([2, NAN, 1]), "sigma[1] = nan", "finite"),
    (lambda: grids.from_sigmas([INF, 1]), "sigma[0] = inf", "finite"),
    (lambda: grids.from_sigmas([2, -0.5]), "sigma[1] = -0.5", "> 0"),
    (lambda: grids.from_sigmas([2, 1, 0, 0]), "sigma[2] = 0", "drop the appended 0"),
    (lambda: Grid([2.0, 1.0, 0.0]), "sigma[2] = 0", "drop the appended 0"),
    (lambda: grids.from_sigmas([5, 0]), "sigma[0] = 5 is the only point", "at least two"),
    (lambda: grids.from_sigmas([]), "sigma has no points", "at least two"),
    (lambda: grids.from_sigmas([[2, 1]]), "shape (1, 2)", "flat"),
    (lambda: grids.from_sigmas([[2, 1], [1]]), "sigma cannot be read", "flat"),
    (lambda: grids.from_sigmas(7), "shape ()", "flat"),
    (lambda: grids.from_sigmas([2, "1"]), "sigma[1] = '1'", "real number"),
    (lambda: grids.from_sigmas([2, None]), "sigma[1] = None", "real number"),
    (lambda: grids.from_sigmas([2, 1j]), "sigma[1] = 1j", "real number"),
    (lambda: grids.from_sigmas(np.array([2, 1j])), "sigma[0] = (2+0j)", "real number"),
    (lambda: grids.from_sigmas([10**400, 1]), "sigma[0] overflows", "smaller"),
    (lambda: grids.from_sigmas([1e51, 1]), "sigma[0] = 1e+51", "change the unit"),
    (lambda: grids.from_sigmas([1, 1e-51]), "sigma[1] = 1e-51", "change the unit"),
    (lambda: grids.from_variances([2, 3, 1]), "v[0] = 2 < v[1] = 3", "sort"),
    (lambda: grids.from_variances([2, 1 + 2**-52, 1]), "sigma[1] = sigma[2] = 1", "apart"),
    (lambda: Grid([2.0, 1.0], variances=[4.0, 1.1]), "not the squares", "one of the two"),
    (lambda: Grid([2.0, 1.0], variances=[4.0, 2.0, 1.0]), "not the squares", "one of the two"),
    (lambda: grids.from_time(t, [2, 2]), "t[0] = t[1] = 2", "remove one"),
    (lambda: grids.from_time(t, [2, -1]), "t[1] = -1", "> 0"),
    (lambda: grids.from_time(1 / t, [2, 1]), "sigma[0] = 0.5 < sigma[1] = 1", "increase with t"),
    (lambda: grids.from_time(sympy.log(t), [2, 0.5]), "sigma[1] = -0.693", "> 0"),
    (lambda: grids.from_time(sympy.sqrt(t - 1), [2, 0.5]), "sigma[1] = nan", "finite"),
    (lambda: grids.from_time(t * x, [2, 1]), "sigma_bar = t*x", "t alone"),
    (lambda: grids.from_time(sympy.Integer(3), [2, 1]), "sigma_bar = 3", "t alone"),
    (lambda: grids.from_time(sympy.gamma(t), [3, 2]), "sigma_bar = gamma(t)", "Python function"),
    (lambda: grids.from_time(sympy.airyai(t), [3, 2]), "sigma_bar = airyai(t)", "Python function"),
    (lambda: grids.from_time(lambda time: None, [3, 2]), "sigma[0] = None", "real number"),
    (lambda: grids.from_function(lambda n: [2, 1], 3), "gave 2 points", "return n"),
    (lambda: grids.karras(19, 80, 0.002), "sigma_min = 80 > sigma_max = 0.002", "swap"),
    (lambda: grids.karras(19, 80, 80), "sigma_min = sigma_max = 80", "lower sigma_min"),
    (lambda: grids.karras(19, 0, 80), "sigma_min = 0", "sigma_min > 0"),
    (lambda: grids.karras(19, 1, INF), "sigma_max = inf", "finite"),
    (lambda: grids.karras(19, "1", 2), "sigma_min = '1'", "real number"),
    (lambda: grids.karras(19, **EDM, rho=0), "rho = 0", "rho > 0"),
    (lambda: grids.polyexponential(19, **EDM, rho=-1), "rho = -1", "rho > 0"),
    (lambda: grids.karras(1, **EDM), "n = 1 ", "n = 2"),
    (lambda: grids.karras(-3, **EDM), "n = -3", "n = 2"),
    (lambda: grids.karras(10**7 + 1, **EDM), "n = 10000001", "fewer"),
    (lambda: grids.karras(19.0, **EDM), "n = 19.0", "steps + 1"),
    (lambda: grids.karras(True, **EDM), "n = True", "steps + 1"),
    (lambda: grids.karras(1000, 1, 1 + 1e-14), "sigma[0] = sigma[1] = 1.00000000000001", "fewer"),
    (lambda: grids.polyexponential(100, **EDM, rho=20), "] = 0.002", "rounding"),
    (lambda: grids.laplace(1000, 0.5, 2), "sigma[0] = sigma[1] = 2", "clamping"),
    (lambda: grids.laplace(19, **EDM, mu=20), "sigma[0] = sigma[1] = 80", "clamping"),
    (lambda: grids.laplace(19, **EDM, beta=0), "beta = 0", "beta > 0"),
    (lambda: grids.laplace(19, **EDM, mu=NAN), "mu = nan", "finite"),
    (lambda: grids.tan(19, **EDM, c=-1), "c = -1", "c > 0"),
    (lambda: grids.vp(19, beta_d=-1), "beta_d = -1", "beta_d >= 0"),
    (lambda: grids.vp(19, beta_d=0, beta_min=0), "beta_d = beta_min = 0", "positive"),
    (lambda: grids.vp(19, beta_d=4000), "sigma[0] = inf", "finite"),
    (lambda: grids.vp(19, eps_s=1), "eps_s = 1 ", "eps_s < 1"),
    (lambda: grids.cosine(19, s=-1), "s = -1", "s >= 0"),
    (lambda: grids.cosine(19, t_max=1), "t_max = 1 ", "t_max < 1"),
    (lambda: grids.cosine(19, t_min=0.5, t_max=0.4), "t_min = 0.5 > t_max = 0.4", "swap"),
]


@pytest.mark.parametrize(("make", "fault", "repair"), ILLEGAL, ids=[case[1] for case in ILLEGAL])
def test_illegal_grid_is_refused_with_place_value_and_repair(make, fault: str, repair: str) -> None:
    with pytest.raises(GridError) as caught:
        make()
    message = str(caught.value)
    assert fault in message
    assert repair in message.partition(":")[2]
    assert "\n" not in message


@given(n=st.integers(2, 50), bad=st.sampled_from([NAN, INF, -INF, -1.5, "repeat", "swap"]), data=st.data())
def test_a_single_fault_is_found_where_it_is(n: int, bad: float | str, data: st.DataObject) -> None:
    sigmas = [j + 0.5 for j in range(n, 0, -1)]
    i = data.draw(st.integers(0, n - 2))
    if bad == "swap":
        sigmas[i], sigmas[i + 1] = sigmas[i + 1], sigmas[i]
        fault = f"sigma[{i}] = {sigmas[i]} < sigma[{i + 1}] = {sigmas[i + 1]}"
    elif bad == "repeat":
        sigmas[i] = sigmas[i + 1]
        fault = f"sigma[{i}] = sigma[{i + 1}] = {sigmas[i]}"
    else:
        sigmas[i] = bad
        fault = f"sigma[{i}] = {bad}"
    with pytest.raises(GridError) as caught:
        grids.from_sigmas(sigmas)
    assert str(caught.value).startswith(f"{fault} ")
