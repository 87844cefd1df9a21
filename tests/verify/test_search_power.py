"""What the search finds of violations that fill a 10^-4 part of the space; ``benchmarks.search_power`` has a table."""

import math

import numpy as np
import pytest

from benchmarks.search_power import HIGH, LOW, PART, planted
from numerics.enclosures import Relation
from numerics.targets import Gaussian
from verify.cases import Case
from verify.evaluate import Evaluator
from verify.search import verify_claim
from verify.verdicts import Status

STRIPS = ("nearly equal levels", "widest ratio of levels", "largest variance")
PLACES = 4


def of_kind(kind, seed):
    return next(one.claim for one in planted(seed) if one.kind == kind)


@pytest.mark.parametrize("kind", STRIPS)
def test_violations_at_the_edge_are_found(kind):
    assert verify_claim(of_kind(kind, 0), examples=40).status is Status.REFUTED


@pytest.mark.long
@pytest.mark.parametrize("kind", ["hill, 2 parameters", "hill, 3 parameters"])
def test_hills_are_climbed_from_wherever_they_stand(kind):
    found = [verify_claim(of_kind(kind, seed), 60, seed).status is Status.REFUTED for seed in range(PLACES)]
    assert sum(found) >= PLACES - 1, found


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("kind", ["hill, 2 parameters", "needle, 2 parameters"])
def test_a_planted_violation_fills_a_ten_thousandth_of_the_space(kind, seed):
    """Counted in the square around its ball: pi/4 of it, give or take 5 standard deviations of 500 draws."""
    one = next(one for one in planted(seed) if one.kind == kind)
    (log_u, log_lam), radius = one.ball
    evaluate, rng = Evaluator(one.claim), np.random.default_rng(seed)
    hits, draws = 0, 500
    for x, y in rng.uniform(-radius, radius, (draws, 2)):
        data = Gaussian(d=1, var=math.exp(log_lam + y))
        case = Case(data, free=(("u", math.exp(log_u + x)),))
        hits += evaluate.screen(case).relation is Relation.VIOLATED
    share = hits / draws * (2 * radius) ** 2 / (HIGH - LOW) ** 2
    assert share == pytest.approx(PART, rel=5 * math.sqrt((4 / math.pi - 1) / draws))
