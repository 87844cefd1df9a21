"""Proved enclosures of a mixture's curves: against float64, closed forms, and their own tail bound."""

from __future__ import annotations

import numpy as np
import pytest
from flint import arb, ctx
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numerics.enclosures import Enclosure
from numerics.information import curves
from numerics.information.balls import tail_beyond
from numerics.information.marginal import Marginal
from numerics.information.tails import MAJORANTS, Polynomial, tail_bound
from numerics.targets import Gaussian, GaussianMixture

EXAMPLE = GaussianMixture([0.3, 0.7], [-1.5, 1.0], [0.25, 0.4])
CURVES = ["J", "mmse", "H", "hess2", "cov2", "KLn", "J'", "mmse'", "H'", "KLn'"]
EXTREMES = [
    GaussianMixture([0.3, 0.7], [0.0, 1.0], [1e-3, 10.0]),
    GaussianMixture([0.3, 0.7], [0.0, 0.0], [1e-3, 10.0]),
    GaussianMixture([1e-6, 0.5, 0.499999], [0.0, 1.0, 3.0], [0.0, 1e-3, 2.0]),
    GaussianMixture([0.5, 0.5], [-1.0, 1.0], [0.0, 0.0]),
    GaussianMixture([1 - 1e-6, 1e-6], [1e3, -2.0], [0.1, 0.0]),
]


@st.composite
def mixtures(draw: st.DrawFn) -> GaussianMixture:
    """Up to three components, stds 0 or 1e-3 ... 10, weights down to 1e-6, some means equal."""
    k = draw(st.integers(1, 3))
    weights = [draw(st.sampled_from([1.0, 0.3, 1e-3, 1e-6])) for _ in range(k)]
    means = [draw(st.one_of(st.sampled_from([0.0, 1.0]), st.floats(-5, 5))) for _ in range(k)]
    stds = [draw(st.one_of(st.just(0.0), st.floats(-3, 1).map(lambda e: 10.0**e))) for _ in range(k)]
    return GaussianMixture([w / sum(weights) for w in weights], means, stds)


levels = st.floats(-8, 8).map(lambda e: 10.0**e)


@settings(max_examples=20, deadline=None)
@given(mixtures(), levels, st.sampled_from(CURVES))
@example(EXTREMES[0], 1e-8, "J'")
@example(EXTREMES[1], 1e-8, "hess2")
@example(EXTREMES[2], 1e-8, "mmse'")
@example(EXTREMES[2], 1e8, "KLn'")
@example(EXTREMES[3], 1e8, "KLn")
@example(EXTREMES[4], 1e-4, "H")
def test_float64_lies_in_the_proved_enclosure(target: GaussianMixture, v: float, name: str) -> None:
    value, proved = target.measure(name, v), Enclosure.from_ball(target.ball(name, arb(v)))
    gap = abs(float(value.value) - float(proved.value))
    assert gap <= value.radius + proved.radius
    # neither promise is empty: 10 digits are proved, unless the quantity vanishes against its natural size
    sizes = {"mmse": v, "cov2": v * v, "mmse'": 1.0, "H": 1.0}
    if target.m2.value == 0:  # data at 0: p_v is the reference itself
        sizes |= {"KLn": 1.0, "KLn'": 1 / v}
    natural = sizes.get(name, 0.0)
    assert proved.radius <= 1e-10 * abs(proved.value) + 1e-15 * natural
    assert np.isfinite(value.radius)


@pytest.mark.parametrize("name", CURVES)
def test_one_component_is_the_gaussian(name: str) -> None:
    mixture, gaussian = GaussianMixture([1.0], [0.5], [0.5]), Gaussian(d=1, var=0.25, mean=0.5)
    for v in (1e-6, 0.37, 1e5):
        proved, closed = mixture.ball(name, arb(v)), gaussian.ball(name, arb(v))
        assert proved.overlaps(closed)
        assert proved.rel_accuracy_bits() > 40


def test_printed_number_and_identity_to_fifty_digits() -> None:
    v = arb("0.37")
    slope, fisher = EXAMPLE.ball("H'", v), EXAMPLE.ball("J", v) / 2
    assert slope.overlaps(fisher)
    assert str(slope.mid().str(6, radius=False)) == "0.679277"
    with ctx.workprec(180):
        v = arb("0.37")
        slope, fisher = EXAMPLE.ball("H'", v), EXAMPLE.ball("J", v) / 2
        assert slope.overlaps(fisher)
        assert max(slope.rad(), fisher.rad()) < arb(10) ** -50


def test_enclosures_at_two_precisions_overlap() -> None:
    for name in CURVES:
        rough = EXAMPLE.ball(name, arb(2))
        with ctx.workprec(120):
            fine = EXAMPLE.ball(name, arb(2))
        assert rough.contains(fine.mid())
        assert fine.rad() < rough.rad() * 1e-10
    assert ctx.cap != 2, "the length of power series is restored"


def test_an_uncertain_level_gives_all_its_values() -> None:
    wide = EXAMPLE.ball("J", arb(0.5, 1e-6))
    for v in (0.5 - 9e-7, 0.5, 0.5 + 9e-7):
        assert wide.contains(EXAMPLE.ball("J", arb(v)))
    assert wide.rad() < 1e-4


@pytest.mark.parametrize("target", [EXAMPLE, *EXTREMES], ids=str)
@pytest.mark.parametrize("name", ["score", "denoiser", "cov", "dscore"])
def test_points(target: GaussianMixture, name: str) -> None:
    for v in (1e-6, 0.37, 1e6):
        x = np.array([-3.0, 0.0, 0.4, 2.0, 50.0])
        value = target.measure(name, x, v)
        proved = Enclosure.from_ball([target.ball(name, arb(float(t)), arb(v)) for t in x])
        assert np.all(np.abs(value.value - proved.value) <= value.radius + proved.radius)
        assert np.all(proved.radius <= 1e-6 * np.abs(proved.value) + 1e-12)


def test_levels_that_may_be_zero_are_refused() -> None:
    for v in (arb(0), arb(-1), arb(0.1, 0.2)):
        for ask in (lambda v: EXAMPLE.ball("J", v), lambda v: EXAMPLE.ball("score", arb(0), v)):
            with pytest.raises(ValueError, match="positive"):
                ask(v)


# --- the tail bound -------------------------------------------------------------------------------------


def true_tail(name: str, target: GaussianMixture, v: float, cut: float) -> float:
    """The integral of |integrand| beyond ``cut`` deviations of every component, by a fine midpoint rule."""
    line = target.line
    deviations = np.sqrt(line.variances + v)
    ends = (line.means - 12 * deviations).min(), (line.means + 12 * deviations).max()
    edges = np.unique(line.means[:, None] + deviations[:, None] * np.linspace(-12, 12, 4801))
    edges = edges[(edges >= ends[0]) & (edges <= ends[1])]
    x, width = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    outside = np.all(np.abs(x - line.means[:, None]) > cut * deviations[:, None], axis=0)
    value, _ = curves._DENSITIES[name](Marginal(line, x[None, :], np.array([[v]])))
    return float(np.sum(np.abs(value[0]) * width * outside))


@pytest.mark.parametrize("target", [EXAMPLE, *EXTREMES[:3]], ids=str)
@pytest.mark.parametrize("name", [n for n in CURVES if not n.startswith("KLn")])
def test_the_tail_bound_is_one(target: GaussianMixture, name: str) -> None:
    for v in (1e-4, 0.37, 100.0):
        for cut in (0.5, 2.0, 4.0):
            truth = true_tail(name, target, v, cut)
            bound = float(tail_beyond(name, target.line, arb(v), arb(cut)))
            assert truth <= bound
    # and it goes to 0 like the Gaussian tail: enough deviations make it as small as one likes
    assert float(tail_beyond(name, target.line, arb(1), arb(16))) < 1e-30


def test_a_smaller_majorant_would_be_caught() -> None:
    # for one Gaussian the bound on the tail of J is the tail itself: any smaller constant fails
    target, v, cut = GaussianMixture([1.0], [0.0], [0.6]), 0.5, 1.0
    truth = true_tail("J", target, v, cut)
    assert truth == pytest.approx(float(tail_beyond("J", target.line, arb(v), arb(cut))), rel=1e-4)


def test_truncated_moments() -> None:
    z = np.linspace(1.5, 15, 200_001)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    for k in range(7):
        power = Polynomial(*([0.0] * k + [1.0]))
        bound = tail_bound(power, 1.5, density[0], 2 * np.trapezoid(density, z))
        assert bound == pytest.approx(2 * np.trapezoid(z**k * density, z), rel=1e-8)


def test_every_curve_has_a_majorant() -> None:
    assert set(MAJORANTS) == set(CURVES)
