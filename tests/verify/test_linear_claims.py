"""Claims on trained linear scores: verdicts, false variants that die, free arguments, certificates that replay."""

from dataclasses import replace
from fractions import Fraction

import pytest
from sympy import Eq, Le, Rational

from numerics.targets import Gaussian, GaussianMixture
from numerics.targets.base import NotAvailable
from theory.claims import Expected, find
from theory.vocabulary import E_D, E_I, E_S_gd, K, KL_path_gd, W_gd, eps2_gd, eta, lam, v, w0
from verify.cases import Case
from verify.certificates import write_certificate
from verify.draws import drawn_cases
from verify.error_rates import experiments_per_case
from verify.linear_cases import SCORES, SIMPLE, linear_choices
from verify.measurements import BallMeasurements, FloatMeasurements
from verify.replay.errors import CannotCheck
from verify.replay.gaussian import GaussianData
from verify.replay.intervals import bounds
from verify.replay.quantities import Quantities, ReplayCase
from verify.search import verify_claim
from verify.verdicts import Status

TRUE = [
    f"linear.{name}"
    for name in ("training", "score_error", "loss", "path_error", "variance", "kl", "budget", "stability")
]
SLOW = ("linear.kl", "linear.variance")
FREE = (("eta", 0.15), ("w0", -0.25), ("K", 3.0))
CASE = Case(Gaussian(d=1, var=1.0), (4.0, 1.0, 0.25), "score", "noise", None, FREE)
a = lam + v[0]

FALSE = {
    "half of the gradient": ("linear.training", Eq(W_gd[0], -1 / a + (w0 + 1 / a) * (1 - eta * a) ** K)),
    "one step more": ("linear.training", Eq(W_gd[0], -1 / a + (w0 + 1 / a) * (1 - 2 * eta * a) ** (K + 1))),
    "optimum without noise": ("linear.training", Eq(W_gd[0], -1 / v[0] + (w0 + 1 / v[0]) * (1 - 2 * eta * a) ** K)),
    "amplitude for energy": ("linear.score_error", Eq(eps2_gd[0], (1 + w0 * a) ** 2 * (1 - 2 * eta * a) ** K / a)),
    "cross term": ("linear.budget", Eq(KL_path_gd, E_I + E_D + 2 * E_S_gd)),
    "no start": ("linear.budget", Eq(KL_path_gd, E_D + E_S_gd)),
    "tenth of an edge": (
        "linear.stability",
        Le(eps2_gd[0] * (Rational(11, 10) - eta * a), (1 + w0 * a) ** 2 / a * (Rational(11, 10) - eta * a)),
    ),
}


@pytest.mark.parametrize("id", [pytest.param(id, marks=pytest.mark.long) if id in SLOW else id for id in TRUE])
def test_what_is_said_to_be_true_is_supported_by_balls(id):
    verdict = verify_claim(find(id), 10)
    assert verdict.status in (Status.SUPPORTED, Status.CERTIFIED)
    assert verdict.examples >= 10
    assert f"{verdict.examples} of them in ball arithmetic" in verdict.how or verdict.status is Status.CERTIFIED


@pytest.mark.parametrize("name", FALSE)
def test_false_variants_are_refuted(name):
    id, relation = FALSE[name]
    verdict = verify_claim(replace(find(id), id=f"{id}~", relation=relation), 10)
    assert verdict.status is Status.REFUTED
    assert verdict.counterexample.certified


def test_the_edge_of_half_the_loss_is_refuted_beyond_the_true_one():
    claim = find("linear.stability.half_loss")
    assert claim.expected is Expected.REFUTED
    verdict = verify_claim(claim, 40)
    assert verdict.status is Status.REFUTED
    case = verdict.counterexample.case
    share = dict(case.free)["eta"] * (float(case.target.eigenvalues[0]) + case.v[0])
    assert 1 < share < 2


@pytest.mark.parametrize("id", TRUE)
def test_every_case_has_the_arguments_of_a_training(id):
    claim = find(id)
    for case in drawn_cases(claim.cases, claim.names, 30, seed=0):
        free = dict(case.free)
        assert free.keys() == {"eta", "w0", "K"}
        assert free["eta"] > 0
        assert free["K"] in range(1, 33)


def test_steps_are_stable_and_unstable():
    claim = find("linear.training")
    shares = [
        dict(case.free)["eta"] * (float(case.target.eigenvalues[0]) + case.v[0])
        for case in drawn_cases(claim.cases, claim.names, 100, seed=0)
    ]
    assert min(shares) < 0.2
    assert any(0.5 < share < 1 for share in shares)
    assert max(shares) > 1


def test_other_claims_get_no_arguments():
    assert linear_choices({"E_D", "K"}) == {}
    assert linear_choices({"V_gd"}) is SIMPLE
    assert experiments_per_case(find("linear.kl").relation) == 1  # nothing random


def test_what_cannot_be_trained_says_so():
    for case, words in (
        (replace(CASE, free=()), "step size eta"),
        (replace(CASE, sampler="denoiser"), "not for denoiser"),
        (replace(CASE, target=GaussianMixture([1.0], [0.0], [1.0])), "mean 0"),
        (replace(CASE, v=()), "on a grid"),
    ):
        for measurements in (FloatMeasurements(case), BallMeasurements(case)):
            with pytest.raises(NotAvailable, match=words):
                measurements["eps2_gd"]
    with pytest.raises(NotAvailable, match="step size eta"):
        FloatMeasurements(replace(CASE, free=()))["eta"]


def replayed(**free: Fraction) -> Quantities:
    given = {name: Fraction(value) for name, value in FREE} | free
    data = GaussianData((Fraction(1),), (Fraction(0),))
    return Quantities(ReplayCase(data, tuple(Fraction(level) for level in CASE.v), free=given))


@pytest.mark.parametrize("name", sorted(SCORES))
def test_the_replay_has_the_same_numbers_by_a_third_way(name):
    measured, quantities = FloatMeasurements(CASE)[name], replayed()
    for k in range(3) if measured.ndim else (None,):
        here = measured if k is None else measured[k]
        low, high = bounds(quantities.number(name) if k is None else quantities.element(name, k))
        assert high - low <= Fraction(1, 10**15)
        assert float(here.value - here.radius) <= high
        assert low <= float(here.value + here.radius)
        assert float(here.radius) < 1e-11


def test_the_replay_refuses_what_is_no_training():
    with pytest.raises(CannotCheck, match="steps of training"):
        replayed(K=Fraction(1, 2)).element("W_gd", 0)
    with pytest.raises(CannotCheck, match="steps of training"):
        replayed(K=Fraction(10**9)).element("W_gd", 0)


def test_a_refuted_claim_writes_a_certificate_that_replays(tmp_path):
    from typer.testing import CliRunner

    from verify.cli import app

    verdict = verify_claim(find("linear.stability.half_loss"), 10)
    path = write_certificate(verdict, tmp_path)
    result = CliRunner().invoke(app, ["replay", str(path)])
    assert result.exit_code == 0, result.output
    assert "eta" in path.read_text()
