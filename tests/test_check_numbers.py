"""Numbers computed independently beforehand: budgets, Gaussian closed forms, Theorem 2 and grids, to all digits.

Names: section 3 is the path-KL budget, section 4 Gaussian data, section 5 Theorem 2, section 6 the design space.
"""

import mpmath
import numpy as np
import pytest

from numerics import budgets
from numerics.chains import path_kl
from numerics.score_errors import LearnedScore, LinearError
from numerics.targets import Gaussian, GaussianMixture
from numerics.terminal import gaussian_output, terminal_kl
from theory.claims import find
from theory.claims.wht24_theorem2 import DISCRETISATION, DISCRETISATION_PRINTED
from theory.compiler import compile_array
from theory.grids import exponential, karras

MIXTURE = GaussianMixture(weights=[0.3, 0.7], means=[-1.5, 1.0], stds=[0.25, 0.4])


def printed(value, text: str) -> None:
    """``value`` agrees with a printed decimal to its last digit, and is known well enough to say so."""
    digits = len(text.split(".")[1])
    assert float(value.radius) < 0.02 * 10.0**-digits
    assert f"{float(value.value):.{digits}f}".lstrip("0") == text.lstrip("0"), f"{value} is not {text}"


@pytest.mark.parametrize(
    ("family", "e_d_score", "e_d_denoiser", "kl_score", "kl_denoiser"),
    [
        (karras, ".358268", ".860768", ".025362", ".020477"),
        (exponential, ".395549", ".711220", ".024975", ".018554"),
    ],
)
def test_section_3_mixture(family, e_d_score, e_d_denoiser, kl_score, kl_denoiser):
    v = family(17, 0.05, 5.0).v
    printed(budgets.discretisation_error(MIXTURE, v, "score"), e_d_score)
    printed(budgets.discretisation_error(MIXTURE, v, "denoiser"), e_d_denoiser)
    printed(terminal_kl(MIXTURE, v, "score", None, "exact"), kl_score)
    printed(terminal_kl(MIXTURE, v, "denoiser", None, "exact"), kl_denoiser)


def test_section_3_chains_give_the_same_discretisation_error():
    printed(path_kl(MIXTURE, karras(17, 0.05, 5.0).v, "score", None, "exact"), ".358268")


def test_section_3_de_bruijn_and_start():
    printed(MIXTURE.measure("H'", 0.37), ".679277")
    printed(MIXTURE.measure("J", 0.37) / 2.0, ".679277")
    printed(budgets.initial_error(MIXTURE, [25.0, 1.0]), ".00205882")
    printed(MIXTURE.m2 / 50.0, ".030115")


def test_section_3_ranking_without_the_true_score():
    """KL_path(A) - KL_path(B) from the validation loss alone, and from the budgets."""
    data, error = Gaussian(d=1, var=0.25), LinearError(a=0.1)
    grids = exponential(19, 0.002, 80.0), karras(19, 0.002, 80.0)
    sums, totals = [], []
    for grid in grids:
        loss = LearnedScore(data, error).loss(grid.v[:-1])
        sums.append(((loss - 1.0) * (grid.steps / grid.v[:-1])).sum() / 2.0)
        b = budgets.budget(data, grid.v, "score", error)
        assert b.KL_path is not None
        totals.append(b.KL_path)
    printed(sums[0] - sums[1], ".379950")
    printed(totals[0] - totals[1], ".379950")


def test_section_4_gaussian_outputs():
    data, v = Gaussian(d=1, var=0.37), karras(12, 0.05, 9.0).v
    printed(gaussian_output(data, v, "score").variance[0], ".6039696253")
    printed(gaussian_output(data, v, "denoiser").variance[0], ".2334593182")
    out = gaussian_output(data, v, "ode", None, "exact")
    printed((out.variance[0] / out.exact_variance[0]).sqrt(), ".8852412920")


def test_section_4_discretisation_of_the_denoiser_sampler():
    data, v = Gaussian(d=1, var=0.37), karras(12, 0.05, 9.0).v
    value = budgets.discretisation_error(data, v, "denoiser")
    printed(value, "1.7889729400")
    with mpmath.workdps(40):
        lam, r, last = mpmath.mpf("0.37"), mpmath.mpf(1) / 7, 11
        a, b = mpmath.mpf(9) ** r, mpmath.mpf("0.05") ** r
        w = [(a + mpmath.mpf(k) / last * (b - a)) ** 14 for k in range(last + 1)]
        left = sum(lam * w[k] / (lam + w[k]) * (1 / w[k + 1] - 1 / w[k]) for k in range(last)) / 2
        truth = left - mpmath.log((1 + lam / w[last]) / (1 + lam / w[0])) / 2
        assert mpmath.nstr(truth, 11) == "1.78897294"
    assert abs(float(truth) - float(value.value)) <= float(value.radius) + 1e-14


def test_section_5_the_printed_discretisation_term_is_negative():
    f = compile_array(DISCRETISATION_PRINTED)
    value = f({"v": np.array([2.0, 1.0, 0.99]), "d": 1.0, "m2": 1.0, "a_t": 0.5})
    assert f"{value:.5f}" == "-0.36945"


def test_section_5_corrected_bound_on_20000_random_gaussian_cases():
    """Exact E_D over the corrected bound never exceeds 1 and comes within 1e-6 of it."""
    rng = np.random.default_rng(0)
    bound, exact = compile_array(DISCRETISATION), compile_array(find("gauss.discretisation.score").relation.rhs)
    largest = 0.0
    for steps in (1, 2, 3, 5, 8):
        count = 4000
        v = np.exp(np.cumsum(rng.uniform(0.01, 3, (count, steps + 1)) * rng.choice([0.1, 1, 3], (count, 1)), 1))
        v = v[:, ::-1] * np.exp(rng.uniform(-7, 4, (count, 1)))
        lam = np.exp(rng.uniform(-14, 14, count))
        ratio = exact({"v": v, "lam": lam}) / bound({"v": v, "d": 1.0, "m2": lam})
        assert ratio.max() <= 1 + 1e-12
        largest = max(largest, ratio.max())
    assert largest > 0.999999


TABLE_1 = ("wht24.table1.polynomial", "wht24.table1.exponential")
LONG = (50, 500, 5000)


def rounded(value: float, text: str) -> None:
    """``value`` agrees with a printed decimal to its last digit."""
    digits = len(text.split(".")[1])
    assert f"{float(value):.{digits}f}".lstrip("0") == text.lstrip("0"), f"{value} is not {text}"


def edm_range(steps: int, grid: str, exponent: float = 7.0):
    """A grid of EDM's noise levels."""
    if grid == "exponential":
        return exponential(steps + 1, 0.002, 80.0)
    return karras(steps + 1, 0.002, 80.0, exponent)


def test_section_6_limits_of_the_d_term_and_the_papers_bound():
    """At R = 40000 and rho = 7; the d-terms of long grids come close to their limits from below."""
    names = {"N": 1, "sigma": np.array([80.0, 0.002]), "rho": 7.0}
    limit = {id: float(compile_array(find(id).relation.rhs)(names)) for id in TABLE_1}
    rounded(limit["wht24.table1.polynomial"], "135.4")
    rounded(limit["wht24.table1.exponential"], "112.3")
    rounded(float(compile_array(find("wht24.remark3.bound").relation.lts)(names)), "207.4")
    rounded(float(compile_array(find("wht24.remark3.bound").relation.gts)(names)), "222.7")
    for id in TABLE_1:
        term = compile_array(find(id).relation.lhs)
        terms = [float(term(names | {"N": steps, "sigma": edm_range(steps, "karras").sigmas})) for steps in LONG]
        assert terms == sorted(terms)
        assert 0.995 * limit[id] < terms[-1] < limit[id]


@pytest.mark.parametrize(("steps", "ratio"), [(18, "1.0581"), (40, "1.0398"), (200, "1.0103")])
def test_section_6_the_score_term_forgets_its_grid(steps, ratio):
    """Exponential over polynomial grid: sum Delta_k/v_k, the score term of a uniform excess."""
    sums = []
    for name in ("exponential", "karras"):
        grid = edm_range(steps, name)
        error = budgets.score_error(Gaussian(d=1, var=0.0), grid.v, "score", LinearError(a=1.0))
        assert float(error.value) == pytest.approx(float(np.sum(grid.steps / grid.v[:-1])) / 2, rel=1e-13)
        sums.append(float(error.value))
    rounded(sums[0] / sums[1], ratio)


@pytest.mark.parametrize(
    ("excess", "geometric", "polynomial"), [(0.99, "10.5343617", "10.537781"), (1.01, "10.6589078", "10.655489")]
)
def test_section_6_threshold(excess, geometric, polynomial):
    """Data at one point, 18 steps: the geometric grid is the best below an excess of d, the worst above."""
    for name, text in (("exponential", geometric), ("karras", polynomial)):
        b = budgets.budget(Gaussian(d=1, var=0.0), edm_range(18, name).v, "score", LinearError(a=excess**0.5))
        assert b.E_S is not None
        assert b.E_D is not None
        printed(b.E_S + b.E_D, text)


@pytest.mark.parametrize(
    ("variance", "texts"),
    [
        (0.25, (".852", ".648", ".594")),
        (1e-4, ("1.575", "1.577", "2.159")),
        (1e-6, ("1.923", "2.179", "3.347")),
    ],
)
def test_section_6_which_grid_is_better_depends_on_the_scale_of_the_data(variance, texts):
    grids = edm_range(50, "exponential"), edm_range(50, "karras"), edm_range(50, "karras", 3.0)
    for grid, text in zip(grids, texts, strict=True):
        printed(budgets.discretisation_error(Gaussian(d=1, var=variance), grid.v, "score"), text)
