"""Schedules: verdicts come from enclosures, and disagreements between divergences are told."""

import numpy as np
import pytest

from numerics.enclosures import Kind
from numerics.targets import Gaussian, GaussianMixture, PointCloud
from theory.grids import exponential, from_variances, karras
from verify.reports.pictures import draw_schedules
from verify.schedules import compare, grid_budget

MIXTURE = GaussianMixture(weights=[0.3, 0.7], means=[-1.5, 1.0], stds=[0.25, 0.4])


def test_more_steps_are_better_and_fewer_are_worse():
    few, many = karras(5, 0.1, 5.0), karras(20, 0.1, 5.0)
    judged = compare([few, many], MIXTURE)
    assert judged.verdict(judged.budgets[1]) == "better"
    judged = compare([many, few], MIXTURE)
    assert judged.verdict(judged.budgets[1]) == "worse"


def test_the_path_and_the_output_can_disagree_and_this_is_said():
    judged = compare([karras(17, 0.05, 5.0), exponential(17, 0.05, 5.0)], MIXTURE)
    assert judged.disagreement is not None
    assert "oppositely" in judged.disagreement
    alike = compare([karras(5, 0.1, 5.0), karras(20, 0.1, 5.0)], MIXTURE)
    assert alike.disagreement is None


def test_sampled_budgets_do_not_claim_what_their_error_hides():
    points = np.random.default_rng(0).normal(size=(60, 3))
    cloud = PointCloud(points, samples=200)
    a = from_variances([4.0, 1.0, 0.25])
    b = from_variances([4.0, 1.001, 0.25])
    judged = compare([a, b], cloud)
    assert judged.budgets[0].part("E_D").kind is Kind.SAMPLED
    assert judged.budgets[0].part("KL") is None
    assert judged.verdict(judged.budgets[1]) == "cannot tell"


def test_zero_variance_costs_the_denoiser_sampler_nothing():
    """Zero-variance directions: the denoiser sampler adapts to low-dimensional data, the score sampler does not."""
    flat = Gaussian(eigenvalues=[1.0] + [0.0] * 9)
    line = Gaussian(d=1, var=1.0)
    grid = karras(10, 0.05, 5.0)
    for sampler, grows in (("denoiser", False), ("score", True)):
        one, ten = (grid_budget(grid, data, sampler).part("E_D") for data in (line, flat))
        assert (ten.value > one.value + ten.radius + one.radius) == grows


def test_budget_parts_and_reasons():
    budget = grid_budget(karras(6, 0.1, 5.0), MIXTURE, "ode")
    json = budget.as_json()
    assert json["KL_path"] is None
    assert json["KL"]["value"] > 0
    assert "deterministic" in json["reasons"]["E_D"]


@pytest.mark.parametrize("sampler", ["score", "denoiser"])
def test_pictures(tmp_path, sampler):
    budgets = [grid_budget(g, MIXTURE, sampler) for g in (karras(6, 0.1, 5.0), exponential(6, 0.1, 5.0))]
    draw_schedules(budgets, tmp_path / "p.svg")
    text = (tmp_path / "p.svg").read_text()
    assert "<svg" in text
    draw_schedules(budgets[:1], tmp_path / "one.png")
    assert (tmp_path / "one.png").stat().st_size > 10_000
