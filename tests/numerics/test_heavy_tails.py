"""Catoni's interval: it covers whatever the law, at the width that it promises, and narrower ones would not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from numerics.heavy_tails import catoni

ALPHA, N, TRIALS = 0.05, 200, 1000
CHANCE = 1e-6  # of a test to fail although all is well

LAWS = {  # mean, variance, draw
    "normal": (1.0, 4.0, lambda rng, shape: rng.normal(1.0, 2.0, shape)),
    "lognormal": (np.exp(0.5), (np.e - 1) * np.e, lambda rng, shape: rng.lognormal(0.0, 1.0, shape)),
    "rare and large": (1.0, 99.0, lambda rng, shape: 100.0 * (rng.random(shape) < 0.01)),
}


def misses(law: str, shrink: float = 1.0, variance: float = 1.0) -> int:
    """How many of ``TRIALS`` intervals, shrunk about their middle, leave out the true mean."""
    truth, true_variance, draw = LAWS[law]
    count = 0
    for x in draw(np.random.default_rng(3), (TRIALS, N)):
        low, high = catoni(x, variance * true_variance, ALPHA)
        middle, radius = (low + high) / 2, shrink * (high - low) / 2
        count += not middle - radius <= truth <= middle + radius
    return count


@pytest.mark.parametrize("law", LAWS)
def test_it_covers(law):
    assert binom.sf(misses(law) - 1, TRIALS, ALPHA) > CHANCE


def test_half_of_it_does_not():
    assert binom.sf(misses("normal", shrink=0.5) - 1, TRIALS, ALPHA) < CHANCE


def test_a_variance_that_is_too_small_does_not():
    assert binom.sf(misses("rare and large", variance=0.05) - 1, TRIALS, ALPHA) < CHANCE


def test_its_limits_are_where_the_sums_cross():
    x, variance = np.array([0.0, 3.0, 4.0, 9.0]), 11.0
    low, high = catoni(x, variance, 0.1)
    scale = np.sqrt(2 * np.log(20) / (4 * variance))
    away = scale * (x - low)
    total = np.sum(np.where(away > 0, 1, -1) * np.log(1 + np.abs(away) + away**2 / 2))
    assert total == pytest.approx(2 * np.log(20), rel=1e-9)
    mirrored = catoni(-x, variance, 0.1)
    assert mirrored == pytest.approx((-high, -low), rel=1e-9)


def test_its_width_is_the_one_of_the_square_root_law():
    """Half-width about sqrt(2 ln(2/alpha) variance/n): for many draws within a few per cent."""
    x = np.random.default_rng(0).normal(0.0, 1.0, 100_000)
    low, high = catoni(x, 1.0, 1e-9)
    assert (high - low) / 2 == pytest.approx(np.sqrt(2 * np.log(2e9) / len(x)), rel=0.05)


@pytest.mark.parametrize(
    ("draws", "variance", "alpha", "words"),
    [
        ([1.0], 1.0, 0.1, "two or more"),
        ([1.0, np.inf], 1.0, 0.1, "finite"),
        ([1.0, 2.0], 0.0, 0.1, "positive number"),
        ([1.0, 2.0], np.inf, 0.1, "positive number"),
        ([1.0, 2.0], 1.0, 1.0, "not a probability"),
    ],
)
def test_bad_arguments_are_refused(draws, variance, alpha, words):
    with pytest.raises(ValueError, match=words):
        catoni(draws, variance, alpha)
