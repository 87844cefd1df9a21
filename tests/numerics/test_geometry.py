"""Real draws contain the truth, refuse what is false, and are the draws that they say they are."""

from __future__ import annotations

from math import factorial, pi, sin

import numpy as np
import pytest
from scipy.special import betainc
from scipy.stats import ks_2samp

from numerics import geometry
from numerics.enclosures import Enclosure, Kind

ALPHA = 1e-9  # of each interval below


def holds(x: Enclosure, truth: float) -> bool:
    return bool(abs(float(x.value) - truth) <= float(x.radius))


@pytest.mark.parametrize("dim", [2, 3, 17, 50])
@pytest.mark.parametrize("angle", [0.0, 0.5, 1.0, 2.5, pi])
def test_two_half_spaces(angle, dim):
    found = geometry.both_sides(angle, dim, ALPHA)
    assert holds(found, (pi - angle) / (2 * pi))
    assert not holds(found, (pi - angle) / (2 * pi) + 0.02)
    assert found.kind is Kind.SAMPLED
    assert list(found.sources.values()) == [ALPHA]


@pytest.mark.parametrize("dim", [2, 3, 17, 50])
@pytest.mark.parametrize("angle", [0.0, 0.5, 1.0, 1.5])
def test_caps(angle, dim):
    found = geometry.cap_share(angle, dim, ALPHA)
    assert holds(found, betainc((dim - 1) / 2, 0.5, sin(angle) ** 2) / 2)
    assert holds(geometry.cap_share(pi - angle, dim, ALPHA), 1 - betainc((dim - 1) / 2, 0.5, sin(angle) ** 2) / 2)
    if dim == 3:  # Archimedes: the height of the cap
        assert holds(found, (1 - np.cos(angle)) / 2)
        assert not holds(found, (1 - np.cos(angle)) / 2 + 0.02)


@pytest.mark.parametrize(("x2", "u", "dim"), [(0.0, 1.0, 1), (4.0, 0.5, 7), (100.0, 1e-6, 3), (1.0, 1e6, 50)])
def test_noisy_norms(x2, u, dim):
    mean, variance = geometry.noisy_norm(x2, u, dim, ALPHA)
    truth = 2 * u**2 * dim + 4 * u * x2
    assert holds(mean, x2 + u * dim)
    assert holds(variance, truth)
    assert not holds(variance, 0.7 * truth)
    assert not holds(mean, x2 + u * dim + 0.2 * truth**0.5)


@pytest.mark.parametrize("m", [1, 2, 3, 16, 512])
def test_moments_of_a_layer_by_its_generating_function(m):
    """E exp(t S) of m independent terms is the m-th power of one term's, cut after t^4."""
    one = [1.0, *(0.5 * np.prod(np.arange(2 * p - 1, 0, -2)) / factorial(p) for p in (1, 2, 3, 4))]
    product = np.array([1.0])
    for _ in range(m):
        product = np.convolve(product, one)[:5]
    for power in (1, 2, 3, 4):
        layer = product[power] * factorial(power) * (2 / m) ** power
        assert geometry.growth_moment(m, 2, power) == pytest.approx(layer**3, rel=1e-12)
    assert geometry.growth_moment(m, 0, 2) == pytest.approx(1 + 5 / m, rel=1e-14)


@pytest.mark.parametrize(("m", "layers"), [(1, 1), (8, 1), (16, 3), (512, 1), (32, 8)])
def test_growth_of_a_network(m, layers):
    variance = (1 + 5 / m) ** (layers + 1) - 1
    assert holds(geometry.growth_mean(m, layers, ALPHA), 1.0)
    assert holds(geometry.growth_spread(m, layers, ALPHA), variance)
    assert float(geometry.growth_tail(0.5, m, layers, ALPHA).value) <= variance / 0.25
    if (m, layers) == (8, 1):
        assert not holds(geometry.growth_spread(m, layers, ALPHA), 5 / m)
        assert not holds(geometry.growth_mean(m, layers, ALPHA), 1.1)


def test_tails_are_counted():
    name, ratios = geometry._ratios(8, 1, 0)
    tail = geometry.growth_tail(0.7, 8, 1, ALPHA)
    assert holds(tail, float(np.mean(np.abs(ratios - 1) > 0.7)))
    assert list(tail.sources) == [f"{name}: beyond {(0.7).hex()}"]


def laws_agree(monkeypatch, **wrong) -> bool:
    """Networks drawn by whole matrices against those drawn by their products with the layer below."""
    networks = []
    for widest in (32, 0):
        geometry._ratios.cache_clear()
        monkeypatch.setattr(geometry, "WIDEST_MATRIX", widest)
        networks.append(geometry._ratios(4, 2, 5)[1])
    geometry._ratios.cache_clear()
    return (
        bool(ks_2samp(*networks).pvalue > 1e-6)
        if not wrong
        else bool(ks_2samp(networks[0], wrong["factor"] * networks[1]).pvalue > 1e-6)
    )


def test_both_ways_of_drawing_networks_have_one_law(monkeypatch):
    assert laws_agree(monkeypatch)
    assert not laws_agree(monkeypatch, factor=1.1)


def test_the_same_question_gets_the_same_draws_and_another_one_others():
    first, again = (geometry.both_sides(1.0, 3, ALPHA) for _ in range(2))
    assert (first.value, first.sources) == (again.value, again.sources)
    names = {
        *first.sources,
        *geometry.both_sides(1.0, 3, ALPHA, experiment=1).sources,
        *geometry.both_sides(1.0, 4, ALPHA).sources,
        *geometry.both_sides(1.1, 3, ALPHA).sources,
        *geometry.cap_share(1.0, 3, ALPHA).sources,
    }
    assert len(names) == 5


def test_an_angle_known_to_a_radius_is_counted_at_both_ends():
    """Directions within the radius of the edge may be on either side of it."""
    sharp = geometry.cap_share(1.0, 2, ALPHA)
    blurred = geometry.cap_share(Enclosure.of(1.0, 0.1), 2, ALPHA)
    assert blurred.upper - sharp.upper > 0.02
    assert sharp.lower - blurred.lower > 0.02


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="needs two dimensions"):
        geometry.both_sides(1.0, 1, ALPHA)
    with pytest.raises(ValueError, match="u > 0"):
        geometry.noisy_norm(1.0, 0.0, 3, ALPHA)
    with pytest.raises(ValueError, match="m >= 1"):
        geometry.growth_mean(0, 1, ALPHA)
    with pytest.raises(ValueError, match="one question at a time"):
        geometry.cap_share(np.array([0.5, 1.0]), 3, ALPHA)
