"""Measured quantities: float64 against balls, and quantities that a user adds."""

import flint
import numpy as np
import pytest

from numerics.enclosures import Enclosure
from numerics.score_errors import LinearError
from numerics.targets import Gaussian, GaussianMixture
from numerics.targets.base import NotAvailable
from theory.vocabulary import VOCABULARY
from verify.cases import Case
from verify.measurements import BallMeasurements, FloatMeasurements, new_quantity

LINE = Gaussian(d=1, var=0.37, mean=1.0)
CASE = Case(LINE, (4.0, 1.0, 0.25), "score", "noise", LinearError(a=0.5, b=1.0), (("u", 2.0),))
SCALARS = ["N", "d", "m2", "lam", "mu", "u", "E_I", "E_S", "E_D", "KL_path", "KL", "V_out", "M_out"]
INDEXED = ["v", "sigma", "gamma", "eps2", "excess", "loss", "mse", "dmse"]


@pytest.mark.parametrize("sampler", ["score", "denoiser"])
@pytest.mark.parametrize("name", SCALARS + INDEXED)
def test_float64_and_balls_agree_within_the_radius(name, sampler):
    case = Case(LINE, CASE.v, sampler, "noise", CASE.error, CASE.free)
    flint.ctx.prec = 128
    value, ball = FloatMeasurements(case)[name], BallMeasurements(case)[name]
    flint.ctx.prec = 53
    if name in ("N",):
        assert value == ball == 2
        return
    truth = Enclosure.from_ball(ball)
    assert value.shape == truth.shape == ((3,) if name in INDEXED else ())
    assert np.all(np.abs(value.value - truth.value) <= value.radius + truth.radius)


def test_the_path_divergence_is_not_the_budget_formula():
    """KL_path comes from the chains: it must notice an error in the score that a budget without E_S would not."""
    m = FloatMeasurements(CASE)
    assert m["KL_path"].value > (m["E_I"] + m["E_D"]).value + 0.1


def test_names_that_a_case_does_not_have():
    assert "v" not in FloatMeasurements(Case(LINE))
    with pytest.raises(NotAvailable, match="one-dimensional Gaussian"):
        FloatMeasurements(Case(GaussianMixture([1.0], [0.0], [1.0]), CASE.v))["lam"]
    with pytest.raises(NotAvailable, match="no path KL"):
        FloatMeasurements(Case(LINE, CASE.v, "ode"))["KL_path"]


def test_a_users_quantity_is_one_call():
    from sympy import Le

    from theory.claims import Cases, Claim
    from theory.vocabulary import N, v
    from verify.search import verify_claim

    widest = new_quantity("widest", lambda case: Enclosure.of(max(-np.diff(case.v))), "the widest step in v", "data^2")
    try:
        true = Claim("mine.a", "a", Le(widest, v[0]), "me", cases=Cases(samplers=("score",)))
        false = Claim("mine.b", "b", Le(widest, v[0] / N), "me", cases=Cases(samplers=("score",)))
        assert str(verify_claim(true, 30).status) == "supported"
        assert str(verify_claim(false, 30).status) == "refuted"
        with pytest.raises(ValueError, match="already has a quantity 'widest'"):
            new_quantity("widest", lambda case: Enclosure.of(0.0), "again")
    finally:
        del VOCABULARY["widest"]
