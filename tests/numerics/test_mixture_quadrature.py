"""Panels and densities of one-dimensional mixtures."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from numerics.mixture_quadrature import MixtureLaw, gauss_panels, refined
from numerics.targets import Gaussian, GaussianMixture
from numerics.targets.base import NotAvailable

LAW = MixtureLaw.of(GaussianMixture(weights=[0.2, 0.5, 0.3], means=[-3, 1, 1.1], stds=[1e-3, 2.0, 0.0]))


def test_density_is_the_mixture() -> None:
    x = np.linspace(-12, 12, 41)
    expected = sum(
        w * norm.pdf(x, m, (s**2 + 0.04) ** 0.5) for w, m, s in ((0.2, -3, 1e-3), (0.5, 1, 2.0), (0.3, 1.1, 0.0))
    )
    assert np.exp(LAW.log_density(x, 0.04)) == pytest.approx(expected, rel=1e-12)
    assert LAW.log_density(np.array([200.0]), 0.04)[0] == pytest.approx(
        np.log(0.5) + norm.logpdf(200, 1, 4.04**0.5), rel=1e-12
    )


@pytest.mark.parametrize("v", [4e-6, 0.01, 100.0])
def test_moments_by_quadrature(v: float) -> None:
    x, w = LAW.nodes(v, width=1.0)
    p = w * np.exp(LAW.log_density(x, v))
    mean = -0.6 + 0.5 + 0.33
    second = 0.2 * (9 + 1e-6) + 0.5 * 5 + 0.3 * 1.21 + v
    assert [np.sum(p), np.sum(p * x), np.sum(p * x**2)] == pytest.approx([1, mean, second], rel=1e-13)


def test_breakpoints_serve_several_levels_and_are_thinned() -> None:
    both, one = LAW.breakpoints((4e-6, 1.0), 1.0, 9.0), LAW.breakpoints((4e-6,), 1.0, 9.0)
    assert np.all(np.diff(one) > 0)
    assert both[0] < one[0]
    assert np.max(np.diff(both[np.abs(both - 1.1) < 5])) < 1.01  # 1 standard deviation at v = 1
    assert np.max(np.diff(both[np.abs(both - 1.1) < 0.015])) < 3.01e-3
    assert np.max(np.diff(one[np.abs(one - 1.1) < 0.015])) < 2.01e-3
    twins = MixtureLaw(np.full(100, 0.01), np.zeros(100), np.ones(100))
    assert twins.breakpoints((1.0,), 1.0, 9.0).size == MixtureLaw.of(Gaussian(d=1)).breakpoints((1.0,), 1, 9).size


def test_panels_integrate_polynomials_exactly() -> None:
    x, w = gauss_panels(np.array([-1.0, 0.5, 3.0]))
    assert np.sum(w * x**31) == pytest.approx((3.0**32 - 1) / 32, rel=1e-13)


def test_refinement_states_its_error() -> None:
    def smooth(width: float, reach: float) -> tuple[float, float]:
        return 1 + width**12, 1.0

    def rough(width: float, reach: float) -> tuple[float, float]:
        return 1 + 0.1 * width**0.5, 1.0

    good, bad = refined(smooth, tolerance=1e-10), refined(rough)
    assert abs(good.value - 1) <= good.radius < 1e-7
    assert bad.radius > 1e-3


def test_refusals() -> None:
    for target in (Gaussian(d=2, var=1.0), GaussianMixture([1.0], [[0.0, 1.0]], [1.0])):
        with pytest.raises(NotAvailable, match="density"):
            MixtureLaw.of(target)
