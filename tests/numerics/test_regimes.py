"""Which grid is better: the cost of a loss curve against budgets, maps against single cases, networks by quadrature."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from numerics.budgets import budget
from numerics.enclosures import Enclosure
from numerics.linear_training import LinearTraining
from numerics.mixture_quadrature import MixtureLaw
from numerics.regimes import (
    Misses,
    NetworkScore,
    best,
    cost_draws,
    differences,
    output_kl,
    path_cost,
    path_cost_of,
    sign,
)
from numerics.regimes.paths import step_weights
from numerics.samplers.draw import sample
from numerics.score_errors import LearnedScore, LinearError
from numerics.targets import Gaussian, GaussianMixture, NotAvailable
from numerics.terminal import terminal_kl
from numerics.training import Batch, Training, train
from numerics.training.network import forward
from theory.grids import exponential, karras

MIXTURE = GaussianMixture([0.3, 0.7], [-1.5, 1.0], [0.25, 0.4])
SPECTRUM = Gaussian(eigenvalues=[1e-4, 0.3, 5.0])
A, B = karras(19, 0.002, 80.0).v, exponential(19, 0.002, 80.0).v


@pytest.mark.parametrize(
    "target", [Gaussian(d=2, var=0.25), SPECTRUM, MIXTURE], ids=["isotropic", "spectrum", "mixture"]
)
@pytest.mark.parametrize("sampler", ["score", "denoiser"])
def test_costs_differ_as_path_kls_do(target, sampler):
    error = LinearError(a=0.3, b=0.1)
    whole, costs, wrong = [], [], []
    for v in [family(9, 0.02, 10.0).v for family in (karras, exponential)]:
        loss = LearnedScore(target, error).loss(v[:-1])
        whole.append(budget(target, v, sampler, error).KL_path)
        costs.append(path_cost(v, loss, target.d, sampler))
        wrong.append((step_weights(v, "denoiser" if sampler == "score" else "score") * loss).sum() * 0.5)
    truth, found, other = (float((one[0] - one[1]).value) for one in (whole, costs, wrong))
    assert found == pytest.approx(truth, rel=1e-9)
    assert other != pytest.approx(truth, rel=1e-2)


def test_small_data_turn_at_an_excess_of_one():
    """Numbers known beforehand to six decimals, and the closed form (l - 1)/2 sum (1 - e^-x)."""
    for excess, printed in ((0.99, (10.537781, 10.534361)), (1.01, (10.655489, 10.658907))):
        costs = [path_cost_of([0.0], v, Misses.uniform(excess)) for v in (A, B)]
        closed = [(excess - 1) / 2 * (-np.expm1(-np.log(v[:-1] / v[1:]))).sum() for v in (A, B)]
        for cost, formula, number in zip(costs, closed, printed, strict=True):
            assert float(cost.value) == pytest.approx(formula, rel=1e-12)
            # six decimals, some of them rounded and some cut
            assert float(cost.value) + np.log(A[0] / A[-1]) / 2 == pytest.approx(number, abs=1e-6)
    gaps = [
        path_cost_of([0.0], A, Misses.uniform(l)) - path_cost_of([0.0], B, Misses.uniform(l)) for l in (0.9999, 1.0001)
    ]
    assert [int(sign(gap)) for gap in gaps] == [1, -1]


@pytest.mark.parametrize("target", [Gaussian(d=1, var=1e-3), MIXTURE, SPECTRUM], ids=["small", "mixture", "spectrum"])
def test_a_proportional_error_turns_every_ranking_of_the_score_sampler_at_one(target):
    """The cost is (a^2 - 1)/2 sum Delta J: below a = 1 training changes no ranking of grids, above it all turn."""
    costs = {}
    for a in (0.0, 0.9, 0.999, 1.001, 3.0):
        losses = [LearnedScore(target, LinearError(a=a)).loss(v[:-1]) for v in (A, B)]
        costs[a] = path_cost(A, losses[0], target.d) - path_cost(B, losses[1], target.d)
        expected = (1 - a * a) * float(costs[0.0].value)
        assert float(costs[a].value) == pytest.approx(expected, rel=1e-6, abs=1e-12)
    signs = [int(sign(cost)) for cost in costs.values()]
    assert signs[:3] == [signs[0]] * 3
    assert signs[3:] == [-signs[0]] * 2


@pytest.mark.parametrize("sampler", ["score", "denoiser", "ode", "heun"])
def test_maps_of_output_kl_are_single_cases(sampler):
    variances, shares = np.array([1e-3, 0.25, 30.0]), np.array([-0.2, 0.0, 0.1])
    found = output_kl(variances[:, None, None], A, Misses.proportional(shares[:, None]), sampler)
    for i, variance in enumerate(variances):
        for j, a in enumerate(shares):
            truth = terminal_kl(Gaussian(d=1, var=variance), A, sampler, LinearError(a=a))
            assert float(found.value[i, j]) == pytest.approx(float(truth.value), rel=1e-9)
            other = terminal_kl(Gaussian(d=1, var=variance), A, sampler, LinearError(a=a + 0.01))
            assert float(found.value[i, j]) != pytest.approx(float(other.value), rel=1e-6)
    both = output_kl([0.25, 30.0], A, Misses.proportional(0.1), sampler, "exact")
    truth = terminal_kl(Gaussian(eigenvalues=[0.25, 30.0]), A, sampler, LinearError(a=0.1), "exact")
    assert float(both.value) == pytest.approx(float(truth.value), rel=1e-9)


def test_a_uniform_excess_is_the_same_at_every_level():
    lam, level = Enclosure.of([0.0, 0.25, 30.0]), 0.7
    for above in (True, False):
        e = Misses.uniform(0.3, above)(lam, level)
        np.testing.assert_allclose((e * e * level / (lam + level)).value, 0.3, rtol=1e-14)
        assert np.all(e.value > 0) == above
    assert np.all(Misses.uniform(0.0)(lam, level).value == 0.0)


@pytest.mark.parametrize("steps", [0, 1, 50])
def test_the_trained_miss_is_that_of_gradient_descent(steps):
    v = tuple(karras(6, 0.2, 4.0).v)
    variances = (0.5, 2.0)
    training = LinearTraining(variances, v, 1 / (2 * (2.0 + v[0])), 0.0, steps)
    miss = Misses.trained(steps, v[0], max(variances))
    lam = Enclosure.of(variances)
    for k, level in enumerate(v):
        # the start of ``LinearTraining`` also has an entry off the diagonal, whose square is left out here
        e = np.diagonal(training.matrices.value[k]) * (np.array(variances) + level) * -1 - 1
        np.testing.assert_allclose(miss(lam, level).value, e, rtol=1e-9, atol=1e-12)
    more = Misses.trained(steps + 1, v[0], max(variances))(lam, v[-1])
    assert np.abs(more.value - e).max() > 1e-6
    line = LinearTraining((2.0,), v, 1 / (2 * (2.0 + v[0])), 0.0, steps)
    found = output_kl([2.0], v, Misses.trained(steps, v[0], 2.0), "score")
    assert float(found.value) == pytest.approx(float(line.output_kl().value), rel=1e-9)


def test_signs_and_bests_are_certain():
    gaps = Enclosure.of([-1.0, 1.0, 0.1, -0.1, 0.0], [0.5, 0.5, 0.2, 0.2, 0.0])
    assert sign(gaps).tolist() == [-1, 1, 0, 0, 0]
    costs = [
        Enclosure.of([1.0, 1.0, 2.0], 0.1),
        Enclosure.of([2.0, 1.05, 1.0], 0.1),
        Enclosure.of([3.0, 9.0, 1.5], 0.1),
    ]
    assert best(costs).tolist() == [0, -1, 1]


def test_what_cannot_be_had_is_refused():
    with pytest.raises(NotAvailable, match="no path KL"):
        step_weights(A, "ode")
    with pytest.raises(ValueError, match="one at each"):
        path_cost(A, Enclosure.of(np.ones(len(A))), 1)


@pytest.fixture(scope="module")
def networks():
    v = tuple(exponential(7, 0.1, 5.0).v)
    plan = Training(n=8, m=16, layers=2, weighting="edm")
    batch = Batch.of([replace(plan, seed=4 * i).setup(MIXTURE, v) for i in range(2)])
    _, W = train(batch, torch.full((2,), 1e-4, dtype=torch.float64), 30)
    return batch, W


def test_a_network_is_its_forward_pass(networks):
    batch, W = networks
    seen = forward(batch, W)
    for i in range(2):
        model, x = NetworkScore(batch, W, i), batch.inputs[i]
        found = model.score(x[:, :-1], x[:, -1].square())
        torch.testing.assert_close(found, seen.output[i], rtol=1e-10, atol=1e-12)
        assert not torch.allclose(found, seen.output[1 - i])
        torch.testing.assert_close(model.denoiser(x[:, :-1], 0.3), x[:, :-1] + 0.3 * model.score(x[:, :-1], 0.3))
    assert sample("score", NetworkScore(batch, W, 0), exponential(5, 0.1, 5.0).v, 7, seed=1).shape == (7, 1)


@pytest.mark.parametrize("sampler", ["score", "denoiser"])
def test_a_networks_cost_by_quadrature(networks, sampler):
    """E_S + E_D by integrals over p_v with the true score, which the draws never see."""
    batch, W = networks
    models, law = [NetworkScore(batch, W, i) for i in range(2)], MixtureLaw.of(MIXTURE)
    grids = [family(7, 0.1, 5.0).v for family in (karras, exponential)]
    truth = np.zeros((2, 2))
    for j, v in enumerate(grids):
        for i, model in enumerate(models):
            loss = []
            for level in v[:-1].tolist():
                x, w = law.nodes(level, width=0.2)
                points = torch.from_numpy(x)[:, None]
                miss = (model.score(points, level) - MIXTURE.score(points, level)).numpy()[:, 0]
                eps2 = np.sum(w * np.exp(law.log_density(x, level)) * miss**2)
                loss.append(level * eps2 + float(MIXTURE.measure("mmse", level).value) / level)
            truth[i, j] = float(path_cost(v, Enclosure.of(loss), 1, sampler).value)
    (costs,) = cost_draws(models, MIXTURE, grids, 1 << 14, 3, [sampler])
    found = differences(costs, 0, 1, 1e-6)
    assert np.all(np.abs(found.value - (truth[:, 0] - truth[:, 1])) <= found.radius)
    assert not np.any(np.abs(found.value - 1.5 * (truth[:, 0] - truth[:, 1])) <= found.radius)
    back = differences(costs, 1, 0, 1e-6)
    np.testing.assert_allclose(back.value, -found.value, rtol=1e-9)
    assert np.all(differences(costs, 0, 0, 1e-6).value == 0)
