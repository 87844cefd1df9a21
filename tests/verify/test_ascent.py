"""Climbing: tensors agree with the measured numbers, charts lead back to their case, and a climb finds what it can."""

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from sympy import Le, Rational, log

from numerics.score_errors import LinearError
from numerics.targets import Gaussian, GaussianMixture, PointCloud
from theory.claims import Cases, Claim, Family, find
from theory.vocabulary import J, lam, u
from verify.ascent import Climber, best_of_each_sort
from verify.ascent.coordinates import Coordinates
from verify.ascent.tensors import TensorMeasurements
from verify.cases import Case
from verify.evaluate import Evaluator
from verify.measurements import FloatMeasurements
from verify.strategies import cases

NAMES = {"m2", "E_I", "E_S", "E_D", "KL_path", "eps2", "loss", "mse", "dmse", "excess", "v", "sigma", "gamma"}
SPACE = Cases(samplers=("score", "denoiser"), score_error=True, max_steps=4)
MIXTURE = GaussianMixture(weights=[0.3, 0.7], means=[-1.5, 1.0], stds=[0.25, 0.4])


def tensors(case: Case) -> TensorMeasurements:
    chart = Coordinates(case)
    return TensorMeasurements(chart.tensors(torch.as_tensor(chart.start)), case.sampler, case.start, case.N)


def assert_near(tensor, measured):
    scale = np.abs(measured.value) + 1e-3  # budgets are differences of entropies of order 1
    np.testing.assert_array_less(np.abs(tensor.numpy() - measured.value), 1e-6 * scale + measured.radius)


@given(case=cases(SPACE, NAMES))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_tensors_are_the_measured_numbers(case):
    names = NAMES if hasattr(case.target, "eigenvalues") else NAMES - {"KL_path"}  # which takes long on mixtures
    known, found = FloatMeasurements(case), tensors(case)
    line = getattr(case.target, "line", None)
    if line is not None:  # a narrow component inside a wide one needs more nodes than a climb takes
        widths = np.sqrt(line.variances + case.v[-1])
        names = names if widths.max() < 2 * widths.min() else names & {"m2", "v", "sigma", "gamma"}
    for name in sorted(names):
        assert_near(found[name], known[name])


@pytest.mark.parametrize("sampler", ["score", "denoiser"])
@pytest.mark.parametrize("start", ["noise", "exact"])
def test_the_output_divergence_of_gaussian_data(sampler, start):
    data = Gaussian(eigenvalues=[0.5, 2.0], mean=[1.0, -0.5])
    case = Case(data, (9.0, 3.0, 1.0, 0.2), sampler, start, LinearError(a=0.3, b=-0.2))
    assert_near(tensors(case)["KL"], FloatMeasurements(case)["KL"])
    assert_near(tensors(case)["KL_path"], FloatMeasurements(case)["KL_path"])


def test_gradients_are_those_of_differences():
    case = Case(MIXTURE, (4.0, 1.0, 0.3), "denoiser", error=LinearError(a=0.2, b=0.1))
    chart = Coordinates(case)

    def path_kl(point):
        return TensorMeasurements(chart.tensors(point), case.sampler, case.start, case.N)["KL_path"]

    assert torch.autograd.gradcheck(path_kl, torch.tensor(chart.start, requires_grad=True))


@given(case=cases(SPACE, NAMES))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_chart_leads_back_to_its_case(case):
    chart = Coordinates(case)
    back = chart.case(chart.start)
    if back is not None:  # a level at the very edge may round to the other side
        np.testing.assert_allclose(back.v, case.v, rtol=1e-9)
        assert back.target.d == case.target.d
        np.testing.assert_allclose(float(back.target.m2.value), float(case.target.m2.value), rtol=1e-9)


def test_data_without_coordinates_are_left_alone():
    cloud = Case(PointCloud(np.eye(3)), (2.0, 1.0), "score")
    assert Climber(find("wht24.lemma10"), lambda case: None).climb(cloud) is None


def hill(height):
    """A claim that holds or fails by the height of a hill at u = e^3, lam = e^-2."""
    left = height / (1 + 4 * ((log(u) - 3) ** 2 + (log(lam) + 2) ** 2)) * J(u) * (lam + u)
    space = Cases(families=(Family.GAUSSIAN_1D,), spread=True)
    return Claim(id="hill", title="hill", relation=Le(left, 1), source="test", cases=space)


@pytest.mark.parametrize(("height", "found"), [(Rational(101, 100), True), (Rational(99, 100), False)])
def test_a_hill_is_climbed_to_its_top(height, found):
    claim = hill(height)
    evaluate = Evaluator(claim)
    top = Climber(claim, evaluate.screen).climb(Case(Gaussian(d=1, var=1.0), free=(("u", 2.0),)))
    outcome = evaluate(top)
    assert dict(top.free)["u"] == pytest.approx(np.exp(3), rel=1e-3)
    assert outcome.trusted is found
    assert outcome.ratio == pytest.approx(float(height), rel=1e-6)


def test_starts_are_of_every_sort():
    evaluate = Evaluator(find("wht24.lemma10"))
    grids = [(2.0, 1.0), (3.0, 1.0), (4.0, 1.0), (4.0, 2.0, 1.0)]
    seen = [
        (evaluate.screen(Case(data, v)).push, Case(data, v))
        for v in grids
        for data in (Gaussian(d=1, var=1.0), MIXTURE)
    ]
    chosen = best_of_each_sort(seen, 4)
    assert {(type(case.target), case.N) for case in chosen} == {
        (kind, steps) for kind in (Gaussian, GaussianMixture) for steps in (1, 2)
    }
