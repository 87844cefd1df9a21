"""Composite Gauss-Legendre on graded panels: the stated error covers the true one, and is small."""

from __future__ import annotations

import numpy as np
import pytest

from numerics.enclosures import EPS
from numerics.information.quadrature import CUT, NODES, integrate, panels


def normal(centre: float, deviation: float):
    def density(x, row):
        z = (x - centre) / deviation
        value = np.exp(-0.5 * z**2) / (np.sqrt(2 * np.pi) * deviation)
        # the exponent's rounding, and that of the point x in units of the deviation
        return value, EPS * (4 + z**2 + 2 * np.abs(z) * np.abs(x) / deviation) * value

    return density


def test_panels_reach_every_component_at_every_level() -> None:
    breaks = panels(np.array([0.0, 5.0]), np.array([[1e-3, 2.0], [10.0, 0.5]]))
    assert breaks.shape[0] == 2
    assert np.all(np.diff(breaks, axis=1) >= 0)
    np.testing.assert_allclose(breaks[:, -1], [5 + 10 * CUT, 2 * CUT])
    # the narrow component at 0 has panels of half a deviation, although the wide one covers it
    near = np.diff(breaks[0][np.abs(breaks[0]) <= 5e-3])
    assert near.max() <= 0.5001e-3


def test_integrals_of_normals_to_rounding() -> None:
    for centre, deviation, accuracy in ((0.0, 1.0, 1e-14), (3.0, 1e-4, 3e-11), (-1e3, 50.0, 3e-14)):
        breaks = panels(np.array([centre]), np.array([[deviation]]))
        value, error = integrate(breaks, normal(centre, deviation), 64)
        assert abs(value[0] - 1) <= error[0] <= accuracy


def test_a_kink_shows_in_the_stated_error() -> None:
    # |x - 0.3| is smooth on no panel around 0.3: the two rules disagree there, and the promise still holds
    breaks = np.array([[-1.0, 0.0, 1.0]])
    value, error = integrate(breaks, lambda x, row: (np.abs(x - 0.3), np.zeros_like(x)), 64)
    truth = (1.3**2 + 0.7**2) / 2
    assert 1e-6 < abs(value[0] - truth) <= error[0] < 1e-1


def test_blocks_do_not_change_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    deviations = np.geomspace(0.1, 10, 7)[None, :]
    breaks = panels(np.array([0.5]), deviations)

    def cosine(x, row):
        assert x.shape == (len(row), len(NODES))
        return np.cos(x) * np.exp(-0.5 * ((x - 0.5) / deviations[0, row, None]) ** 2), np.zeros_like(x)

    whole, _ = integrate(breaks, cosine, 64)
    monkeypatch.setattr("numerics.information.quadrature.MEMORY_BUDGET", 64 * len(NODES) * 5)
    blocks, _ = integrate(breaks, cosine, 64)
    np.testing.assert_allclose(blocks, whole, rtol=1e-15, atol=1e-15)
    truth = np.sqrt(2 * np.pi) * deviations[0] * np.cos(0.5) * np.exp(-(deviations[0] ** 2) / 2)
    np.testing.assert_allclose(whole, truth, atol=1e-13)


def test_the_integrands_own_rounding_is_added() -> None:
    breaks = np.array([[0.0, 1.0]])
    _, error = integrate(breaks, lambda x, row: (np.ones_like(x), np.full_like(x, 1e-3)), 64)
    assert error[0] == pytest.approx(1e-3, rel=1e-6)
