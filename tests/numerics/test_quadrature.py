"""Adaptive Gauss-Kronrod on graded panels: the stated error covers the true one, and is small."""

from __future__ import annotations

import numpy as np
import pytest

from numerics.enclosures import EPS
from numerics.information.kronrod import kronrod
from numerics.information.quadrature import CUT, GRID, NODES, integrate, panels


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
    # the narrow component at 0 has panels of its own scale, although the wide one covers it
    inner = breaks[0][np.abs(breaks[0]) <= 7e-3]
    assert np.diff(inner).max() <= 4.001e-3


def test_breaks_that_add_nothing_are_left_out() -> None:
    apart = panels(np.array([0.0, 1e3]), np.array([[1.0], [1.0]]))
    twins = panels(np.array([0.0, 1e-3, 2e-3]), np.array([[1.0], [1.0], [1.0]]))
    assert np.count_nonzero(np.diff(apart)) == 2 * len(GRID) - 1
    assert np.count_nonzero(np.diff(twins)) == len(GRID)  # and the last point, which is always kept


@pytest.mark.parametrize("n", [1, 2, 7, 10, 15, 24, 30])
def test_kronrod_nodes_serve_two_rules(n: int) -> None:
    nodes, weights, gauss = kronrod(n)
    assert np.all(np.abs(nodes) < 1)
    assert np.all(weights > 0)
    for degree in range(0, 3 * n + 2, 2):
        assert weights @ nodes**degree == pytest.approx(2 / (degree + 1), rel=1e-12)
        if degree < 2 * n:
            assert gauss @ nodes[:n] ** degree == pytest.approx(2 / (degree + 1), rel=1e-12)


def test_kronrod_fifteen_as_tabulated() -> None:
    # QUADPACK, qk15: the largest node and the weight of the middle
    nodes, weights, _ = kronrod(7)
    assert nodes.max() == pytest.approx(0.991455371120812639206854697526329, abs=1e-15)
    assert weights[np.argmin(np.abs(nodes))] == pytest.approx(0.209482141084727828012999174891714, abs=1e-15)


def test_integrals_of_normals_to_rounding() -> None:
    for centre, deviation, accuracy in ((0.0, 1.0, 1e-14), (3.0, 1e-4, 3e-11), (-1e3, 50.0, 3e-14)):
        breaks = panels(np.array([centre]), np.array([[deviation]]))
        value, error = integrate(breaks, normal(centre, deviation), 64)
        assert abs(value[0] - 1) <= error[0] <= accuracy


def kinked(x, row):
    """|x - 0.3|, smooth on no panel around 0.3."""
    return np.abs(x - 0.3), np.zeros_like(x)


TRUTH = (1.3**2 + 0.7**2) / 2  # its integral over [-1, 1]


def test_a_kink_shows_in_the_stated_error(monkeypatch: pytest.MonkeyPatch) -> None:
    # the two rules disagree there, and the promise still holds
    monkeypatch.setattr("numerics.information.quadrature._HALVINGS", 0)
    value, error = integrate(np.array([[-1.0, 0.0, 1.0]]), kinked, 64)
    assert 1e-6 < abs(value[0] - TRUTH) <= error[0] < 1e-1


def test_panels_are_halved_where_the_rules_disagree() -> None:
    nodes = []

    def counted(x, row):
        nodes.append(x.size)
        return kinked(x, row)

    # two levels, of which only the first has the kink
    value, error = integrate(np.array([[-1.0, 0.0, 1.0], [1.0, 2.0, 3.0]]), counted, 64)
    assert abs(value[0] - TRUTH) <= error[0] < 1e-12
    assert abs(value[1] - (2.7**2 - 0.7**2) / 2) <= error[1] < 1e-13
    assert nodes[0] == 4 * len(NODES)
    assert set(nodes[1:]) == {2 * len(NODES)}


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
