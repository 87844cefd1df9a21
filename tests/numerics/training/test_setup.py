"""Training problems: what they are made of, and what they refuse."""

from __future__ import annotations

import json

import numpy as np
import pytest

from numerics.targets import Gaussian
from numerics.training import Batch, Given, Setup, Training, weights
from numerics.training.network import forward

V = (4.0, 1.0, 0.25)


def test_the_same_seed_gives_the_same_problem_and_another_does_not():
    first, again, other = (Training(n=3, m=5, seed=seed).setup(Gaussian(d=2, var=1.0), V) for seed in (1, 1, 2))
    assert first == again
    assert first.points != other.points
    assert bool((first.drawn()["noises"] == again.drawn()["noises"]).all())
    assert not bool((first.drawn()["first"] == other.drawn()["first"]).all())


def test_levels_are_those_of_the_grid_but_the_last():
    assert Training(n=1, m=2).setup(Gaussian(d=1, var=1.0), V).sigmas == (2.0, 1.0)


def test_edm_weights_are_its_loss_weight_times_its_density_of_noise_levels():
    sigma = np.array([0.01, 0.3, 2.0, 50.0])
    loss_weight = (sigma**2 + 0.5**2) / (sigma * 0.5) ** 2  # on ||D - x||^2 = sigma^2 ||sigma s + xi||^2
    density = np.exp(-((np.log(sigma) + 1.2) ** 2) / (2 * 1.2**2)) / sigma
    found = np.array(weights("edm", sigma))
    expected = loss_weight * sigma**2 * density
    assert found / found[0] == pytest.approx(expected / expected[0], rel=1e-12)


def test_equal_weights_give_every_level_the_same_loss():
    setup = Training(n=3, m=6, weighting="equal").setup(Gaussian(d=2, var=1.0), V)
    batch = Batch.of([setup])
    terms = forward(batch, batch.trained).u.square().sum(dim=-1).reshape(3, 2).sum(dim=0)
    assert float(terms[0]) == pytest.approx(float(terms[1]), rel=1e-12)


def test_plans_survive_json():
    given = Given(
        points=((0.0,),), noises=((-1.0,),), matrices=(((0.0, 1.0),), ((1.0,),), ((1.0,),)), move=(((0.5,),),)
    )
    for plan in (Training(n=3, m=5, layers=2, weighting="edm", factor=1 / 3, seed=7), Training(n=1, m=1, given=given)):
        assert Training.from_json(json.loads(json.dumps(plan.as_json()))) == plan


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"beta": (1.0,)}, "1 weights for 2 noise levels"),
        ({"sigmas": (1.0, 0.0)}, "noise level 0.0 is not"),
        ({"beta": (1.0, float("nan"))}, "weight nan is not"),
        ({"m": 0}, "m = 0"),
        ({"layers": 0}, "layers = 0"),
    ],
)
def test_illegal_problems_are_refused(change, words):
    legal = {"points": ((0.0,),), "sigmas": (1.0, 0.5), "beta": (1.0, 1.0), "m": 2, "layers": 1}
    with pytest.raises(ValueError, match=words):
        Setup(**(legal | change))


def test_unknown_rules_are_refused():
    with pytest.raises(ValueError, match="no step rule 'wild'; there are stable, printed"):
        Training(n=1, m=1, step="wild")
    with pytest.raises(ValueError, match="no weighting 'bell'; there are uniform"):
        Training(n=1, m=1, weighting="bell").setup(Gaussian(d=1, var=1.0), V)
