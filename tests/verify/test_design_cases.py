"""Cases of the design space: what is drawn, what a formula means, what the replay reads."""

from itertools import pairwise

import flint
import numpy as np
import pytest
from typer.testing import CliRunner

from numerics.backends import BallOps, EnclosureOps
from numerics.score_errors import LinearError
from numerics.targets import Gaussian, GaussianMixture
from numerics.targets.base import NotAvailable
from numerics.training.weightings import weights
from theory.claims import find
from theory.claims.wht24_appendix_i1 import discretisation
from theory.claims.wht24_table1 import EXPONENTIAL_D_TERM, exponential, polynomial, polynomial_d_term
from theory.claims.wht24_table2 import (
    LOW_MEAN_EXPONENTIAL,
    LOW_MEAN_POLYNOMIAL,
    edm_weight,
    factor_exponential,
    factor_polynomial,
    printed_exponential,
    printed_polynomial,
)
from theory.compiler import compile_array, compile_scalar
from theory.grids import exponential as exponential_grid
from theory.grids import karras
from theory.vocabulary import k, level, rho, sigma
from verify.boundary import boundary_cases
from verify.calculator import calculator_cases
from verify.cases import Case
from verify.certificates import write_certificate
from verify.cli import app
from verify.design_cases import SIMPLE, level_choices
from verify.draws import drawn_cases
from verify.measurements import BallMeasurements, FloatMeasurements
from verify.search import verify_claim

FREE = {"rho", "level", "P_mean", "P_std", "sigma_data"}
POINT = Gaussian(d=1, var=0.0)
EDM = {"rho": 7.0, "P_mean": -1.2, "P_std": 1.2, "sigma_data": 0.5}
TABLE2 = "wht24.table2.polynomial.corrected"


def env(grid, at=0, **free):
    return {"sigma": grid.sigmas, "v": grid.v, "N": grid.N, "level": float(at), **EDM, **free}


@pytest.mark.parametrize("exponent", [0.5, 1.0, 7.0, 40.0])
def test_the_formulas_are_the_toolbox_grids(exponent):
    for formula, grid in (
        (polynomial(level), karras(19, 0.002, 80.0, exponent)),
        (exponential(level), exponential_grid(19, 0.002, 80.0)),
    ):
        f, proved = compile_array(formula, EnclosureOps()), compile_scalar(formula, BallOps())
        for at, wanted in enumerate(grid.sigmas):
            balls = BallMeasurements(Case(POINT, tuple(grid.v.tolist()), free=(("rho", exponent), ("level", at))))
            with flint.ctx.workprec(256):  # the formula cancels where R^{1/rho} is large
                exact = float(proved(balls).mid())
            assert exact == pytest.approx(wanted, rel=1e-12)
            found = f(env(grid, at, rho=exponent))
            assert abs(float(found.value) - exact) <= float(found.radius) + 1e-12 * exact
    other = compile_array(polynomial(level))(env(grid, 9, rho=exponent))
    assert abs(other / karras(19, 0.002, 80.0, 2 * exponent).sigmas[9] - 1) > 0.01


@pytest.mark.parametrize("target", [Gaussian(d=1, var=0.25), GaussianMixture([0.3, 0.7], [-1.5, 1.0], [0.25, 0.4])])
def test_the_written_out_error_is_the_one_that_is_measured_on_that_grid(target):
    grid = karras(7, 0.05, 5.0, 3.0)
    case = Case(target, tuple(grid.v.tolist()), free=(("rho", 3.0),))
    written = discretisation(polynomial(k), polynomial(k + 1))
    here = compile_array(written, EnclosureOps())(FloatMeasurements(case))
    measured = FloatMeasurements(case)["E_D"]
    assert abs(float(here.value - measured.value)) <= float(here.radius + measured.radius) < 1e-7
    proved = compile_scalar(written, BallOps())(BallMeasurements(case))
    assert abs(float(proved.mid()) - float(measured.value)) < 1e-9
    other = compile_array(written, EnclosureOps())(FloatMeasurements(Case(target, case.v, free=(("rho", 4.0),))))
    assert abs(float(other.value - measured.value)) > 1e-4


def test_every_case_has_the_arguments_that_its_claim_asks_for():
    for id in (TABLE2, "wht24.table2.exponential.printed", "wht24.remark3.bound", "wht24.i1.edm.exponential"):
        claim = find(id)
        cases = drawn_cases(claim.cases, claim.names, 40, seed=0)
        some = [case for _, case in zip(range(200), boundary_cases(claim.cases, claim.names), strict=False)]
        simple = [case for _, case in zip(range(200), calculator_cases(claim.cases, claim.names), strict=False)]
        for case in (*cases, *some, *simple):
            free = dict(case.free)
            assert free.keys() == FREE & claim.names
            assert 0 <= free.get("level", 0) < case.N
            assert all(free[name] > 0 for name in ("rho", "P_std", "sigma_data") if name in free)


def test_edm_and_its_range_of_noise_are_among_the_cases():
    claim = find(TABLE2)
    cases = drawn_cases(claim.cases, claim.names, 300, seed=0)
    assert any(all(dict(case.free)[name] == value for name, value in EDM.items()) for case in cases)
    edge = list(boundary_cases(claim.cases, claim.names))
    ends = [(case.v[0], case.v[-1]) for case in edge if all(dict(case.free)[name] == EDM[name] for name in EDM)]
    assert any(abs(top / 6400 - 1) + abs(low / 4e-6 - 1) < 1e-9 for top, low in ends)
    assert {dict(case.free)["level"] for case in cases} >= {0.0, 1.0, 2.0, 3.0}
    assert max(dict(case.free)["rho"] for case in cases) > 20
    assert min(dict(case.free)["rho"] for case in cases) < 0.4
    assert all(values[0] == EDM[name] for name, values in SIMPLE.items())
    assert level_choices({"level"}, 2) == (1.0, 0.0)
    assert level_choices({"rho"}, 2) == ()


def test_a_uniform_excess_is_uniform_and_on_both_sides_of_the_threshold():
    claim = find("design.threshold.above")
    levels = set()
    drawn = drawn_cases(claim.cases, claim.names, 60, seed=0)
    for case in (*drawn, *boundary_cases(claim.cases, claim.names)):
        assert case.error is None or case.error.b == 0
        excess = FloatMeasurements(case)["excess"]
        assert all(abs(a - b) <= 1e-12 * a for a, b in pairwise(excess.value))
        levels.add(float(excess.value[0]))
    assert min(levels) == 0
    assert any(0.8 < one < 1 for one in levels)
    assert any(1 < one < 1.5 for one in levels)
    assert max(levels) > 3
    shifted = Case(POINT, (4.0, 1.0), error=LinearError(a=0.5, b=1.0))
    assert np.ptp(FloatMeasurements(shifted)["excess"].value) > 1


def test_a_missing_argument_is_named():
    for measurements in (FloatMeasurements(Case(POINT)), BallMeasurements(Case(POINT))):
        for name in FREE:
            with pytest.raises(NotAvailable, match="free arguments"):
                measurements[name]


def test_the_weight_of_table_2_is_the_one_that_networks_are_trained_with():
    f = compile_array(edm_weight(sigma[0]))
    for at in (0.002, 0.3, 1.0, 80.0):
        found = float(f({"sigma": np.array([at, at / 2]), **EDM}))
        assert found == pytest.approx(weights("edm", [at])[0], rel=1e-14)
        assert float(f({"sigma": np.array([at, at / 2]), **EDM, "P_mean": -1.1})) != pytest.approx(found, rel=1e-3)


@pytest.mark.parametrize("steps", [2, 5, 18, 100])
def test_table_2_is_right_for_edm_itself(steps):
    grid = karras(steps + 1, 0.002, 80.0)
    for factor, printed, condition in (
        (factor_polynomial(), printed_polynomial(), LOW_MEAN_POLYNOMIAL),
        (factor_exponential(), printed_exponential(), LOW_MEAN_EXPONENTIAL),
    ):
        f = compile_array(factor)
        factors = [float(f(env(grid, at))) for at in range(steps)]
        assert max(factors) == factors[0] == pytest.approx(float(compile_array(printed)(env(grid))), rel=1e-12)
        assert float(compile_array(condition)(env(grid))) == -1.2
        high = [float(f(env(grid, at, P_mean=3.0))) for at in range(steps)]
        assert max(high) > 2 * high[0]


def test_the_d_terms_decrease_to_the_exponential_one():
    grid = karras(19, 0.002, 80.0)
    f = compile_array(polynomial_d_term(rho))
    terms = [float(f(env(grid, rho=exponent))) for exponent in (1.0, 3.0, 7.0, 20.0, 1000.0)]
    assert all(a > b for a, b in pairwise(terms))
    assert terms[-1] == pytest.approx(float(compile_array(EXPONENTIAL_D_TERM)(env(grid))), rel=1e-4)


def test_a_refuted_claim_writes_a_certificate_that_replays(tmp_path):
    path = write_certificate(verify_claim(find("wht24.table2.exponential.printed"), 10), tmp_path)
    result = CliRunner().invoke(app, ["replay", str(path)])
    assert result.exit_code == 0, result.output
    assert "sigma_data" in path.read_text()
