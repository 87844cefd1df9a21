"""Measured quantities against their definitions, and balls against floats."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from numerics.targets import Gaussian
from numerics.targets.base import NotAvailable
from numerics.training import Batch, Given, Setup, Training
from numerics.training.automatic import residual_function
from numerics.training.balls import MovedBalls
from numerics.training.measured import MOVED, MeasuredRuns
from numerics.training.network import forward, losses
from numerics.training.single import single

V = (4.0, 1.0, 0.25)


def measured(**changes) -> MeasuredRuns:
    plans = [Training(**({"n": 3, "m": 8, "layers": 2, "steps": 4, "seed": seed} | changes)) for seed in range(3)]
    return MeasuredRuns([plan.setup(Gaussian(d=2, var=1.0), V) for plan in plans], plans)


def test_step_sizes():
    stable, printed = measured(factor=0.5), measured(step="printed", factor=2.0, weighting="1/sigma")
    assert stable.number("h").value == pytest.approx(0.5 / stable.number("lambda_max").value[:, 0])
    g = [one.g.min() for one in printed.batch.setups]
    assert printed.number("h").value == pytest.approx([2.0 * 3 * 2 / (8 * low) for low in g])


def test_a_dead_network_stays():
    given = Given(points=((0.0,),), noises=((-1.0,),), matrices=(((0.0, -1.0),), ((1.0,),), ((1.0,),)))
    plan = Training(n=1, m=1, steps=2, given=given)
    runs = MeasuredRuns([plan.setup(Gaussian(d=1, var=0.0), (1.0, 0.5))], [plan])
    assert runs.number("loss_em").value.tolist() == [[0.5, 0.5, 0.5]]


@pytest.mark.parametrize("steps", [4, 20])
def test_the_loss_is_the_mean_of_its_terms(steps):
    runs = measured(steps=steps)
    history = runs.run[0]
    assert runs.number("loss_em").value == pytest.approx(history.terms.sum(dim=(2, 3)).numpy() / 6, rel=1e-13)


def test_long_runs_know_the_kernel_at_their_ends_alone():
    top = measured(steps=20).number("lambda_max")
    assert np.isfinite(top.value[:, [0, -1]]).all()
    assert np.isnan(top.value[:, 1:-1]).all()
    assert np.isinf(top.radius[:, 1:-1]).all()


def test_g_star_is_of_the_largest_term():
    runs = measured(weighting="1/sigma2")
    assert (runs.number("g_star").value == 1).all()
    uneven = measured()
    terms = uneven.run[0].terms.numpy()
    for b in range(3):
        for s in range(5):
            j = np.unravel_index(terms[b, s].argmax(), terms[b, s].shape)[1]
            assert uneven.number("g_star").value[b, s] == pytest.approx(uneven.batch.setups[b].g[j])


def test_eigenpairs_rebuild_the_gradient():
    runs = measured()
    both = (runs.number("ev").value * runs.number("proj2").value).sum(axis=1)
    assert both == pytest.approx(runs.number("grad2").value[:, 0], rel=1e-11)


def test_a_wide_network_stays_near_its_linearisation():
    narrow, wide = (measured(m=m, factor=0.5).number("apart").value[:, -1].mean() for m in (8, 512))
    assert 0 < wide < narrow / 3


def test_a_move_by_balls_and_floats():
    runs = measured(reach=0.3)
    for row, setup in enumerate(runs.batch.setups):
        proved = MovedBalls(setup, 0.3)
        for name in (*MOVED, "loss_em"):
            found = runs.number(name)[row]
            value, radius = (float(np.ravel(x)[0]) for x in (found.value, found.radius))
            assert abs(value - float(proved.number(name).mid())) <= radius + float(proved.number(name).rad()), name
            assert radius <= 1e-9 * max(1.0, abs(value)), name


def test_the_remainder_of_first_order_is_second_order():
    sizes = (1e-3, 2e-3)
    curves = [measured(reach=reach, m=64).number("curve_moved").value for reach in sizes]
    assert curves[1] / curves[0] == pytest.approx(np.full(3, 4.0), rel=0.5)


def test_large_networks_have_no_balls():
    setup = Training(n=1, m=100).setup(Gaussian(d=1, var=1.0), V)
    with pytest.raises(NotAvailable, match="too large"):
        MovedBalls(setup, 1.0)


def test_one_sample_alone():
    plan = Training(n=1, m=8, layers=2, seed=3)
    runs = MeasuredRuns([plan.setup(Gaussian(d=2, var=1.0), (9.0, 1.0))], [plan])
    found = single(runs.start)
    batch = runs.batch
    xi = batch.noises[0, 0]
    assert float(found["xi_norm"].value[0]) == pytest.approx(float(xi.norm()))
    unit = torch.cat([xi, torch.ones(1, dtype=torch.float64)])
    big = Batch(
        batch.setups,
        (1e9 * unit)[None, None],
        batch.noises,
        batch.sigma,
        batch.scale,
        batch.first,
        batch.trained,
        batch.last,
    )
    output = forward(big, big.trained).output[0, 0].norm() / 1e9  # homogeneous
    assert float(found["S_unit"].value[0]) == pytest.approx(float(output))
    assert float(found["res_norm"].value[0]) == pytest.approx(float((2 * losses(runs.start.seen.u)[0]).sqrt()))
    with pytest.raises(NotAvailable, match="n = 3, N = 2"):
        single(measured().start)


@pytest.mark.parametrize("factor", [0.3, 1.5])
def test_the_bend_is_what_leaves_the_linear_path(factor):
    """Against Jacobians and steps by automatic differentiation."""
    runs = measured(factor=factor, weighting="1/sigma")
    batch, bend = runs.batch, runs.number("bend")
    u = residual_function(batch)
    W = batch.trained
    for s in range(runs.steps):
        here = u(W)
        jacobian = torch.func.jacrev(lambda weights: u(weights).sum(dim=0).flatten())(W)
        for b in range(batch.size):
            A = jacobian[:, :, b].flatten(1)
            K = A @ A.mT
            pulled = (A.mT @ here[b].flatten()).reshape(batch.layers, 8, 8)
            moved = W.clone()
            moved[:, b] = W[:, b] - runs.h[b] * pulled
            left = u(moved)[b].flatten() - here[b].flatten() + runs.h[b] * (K @ here[b].flatten())
            expected = float(left.norm() / here[b].norm())
            assert expected == pytest.approx(float(bend.value[b, s]), abs=1e-10)
            assert bend.radius[b, s] < 1e-9
        W = torch.stack([runs.points[s + 1].W[:, b] for b in range(batch.size)], dim=1)
    assert np.nanmax(bend.value) > 1e-3
    assert np.isinf(bend.radius[:, -1]).all()  # no step leaves the last weights


def test_nothing_bends_where_nothing_moves():
    given = Given(points=((0.0,),), noises=((-1.0,),), matrices=(((0.0, -1.0),), ((1.0,),), ((1.0,),)))
    plan = Training(n=1, m=1, steps=2, given=given)
    bend = MeasuredRuns([plan.setup(Gaussian(d=1, var=0.0), (1.0, 0.5))], [plan]).number("bend")
    assert (bend.value[0, :2] == 0).all()
    assert (bend.radius[0, :2] == 0).all()


def test_a_long_run_has_no_bends():
    assert np.isnan(measured(steps=20).number("bend").value).all()


def test_a_tie_of_levels_leaves_g_star_open():
    """Two levels whose f_ij are one number by algebra: sqrt(beta_j) (sigma_j w + xi_j) is the same at both."""
    given = Given(points=((0.0,),), noises=((0.3,), (0.1,)), matrices=(((0.0, 1.0),), ((1.0,),), ((1.0,),)))
    setup = Setup(points=((0.0,),), sigmas=(3.0, 1.0), beta=(1.0, (9.3 / 1.1) ** 2), m=1, layers=1, given=given)
    plan = Training(n=1, m=1, steps=1, factor=0.5, given=given)
    g = MeasuredRuns([setup], [plan]).number("g_star")
    for level in setup.g:
        assert abs(g.value[0, 0] - level) <= g.radius[0, 0]
    clear = replace(setup, beta=(1.0, 1.0))
    sure = MeasuredRuns([clear], [plan]).number("g_star")
    assert sure.value[0, 0] == 9
    assert sure.radius[0, 0] < 1e-12
