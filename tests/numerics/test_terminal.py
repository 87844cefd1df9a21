"""Terminal KL and output laws: known numbers, closed forms on Gaussian data, and independent routes."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from flint import arb
from scipy.integrate import quad
from scipy.interpolate import CubicSpline

from numerics.mixture_quadrature import MixtureLaw
from numerics.samplers import SAMPLERS, Denoiser, ExponentialIntegrator, Sampler, sample
from numerics.score_errors import FunctionError, LearnedScore, LinearError, ScoreError
from numerics.targets import Gaussian, GaussianMixture
from numerics.targets.base import NotAvailable, Target
from numerics.terminal import gaussian_output, propagate, terminal_kl, terminal_kl_ball
from numerics.terminal.density import propagate_particles
from numerics.terminal.goodness_of_fit import ChiSquareTest
from numerics.terminal.output import density_kl
from numerics.terminal.panels import NotSmooth, Sampled, fit
from numerics.terminal.smooth import propagate_panels
from theory.grids import exponential, karras

MIXTURE = GaussianMixture(weights=[0.3, 0.7], means=[-1.5, 1], stds=[0.25, 0.4])
NARROW = GaussianMixture(weights=[0.3, 0.3, 0.4], means=[-1, 1, 1.1], stds=[0.01, 0.4, 0.003])
LINE = Gaussian(d=1, var=0.37)
TWELVE = karras(n=12, sigma_min=0.05, sigma_max=9).v
EDM = karras(n=19, sigma_min=0.002, sigma_max=80).v
KARRAS, EXPONENTIAL = karras(n=17, sigma_min=0.05, sigma_max=5).v, exponential(17, 0.05, 5).v


@pytest.mark.parametrize(
    ("v", "sampler", "expected"),
    [
        (KARRAS, "score", 0.025362),
        (KARRAS, "denoiser", 0.020477),
        (EXPONENTIAL, "score", 0.024975),
        (EXPONENTIAL, "denoiser", 0.018554),
    ],
)
def test_mixture_reference_values(v: np.ndarray, sampler: str, expected: float) -> None:
    kl = terminal_kl(MIXTURE, v, sampler, start="exact")
    assert float(kl.value) == pytest.approx(expected, abs=5e-7)
    assert kl.radius < 1e-10


def test_gaussian_reference_values() -> None:
    variance = {s: float(gaussian_output(LINE, TWELVE, s).variance.value[0]) for s in ("score", "denoiser")}
    assert variance["score"] == pytest.approx(0.6039696253, abs=5e-11)
    assert variance["denoiser"] == pytest.approx(0.2334593182, abs=5e-11)
    output = gaussian_output(LINE, TWELVE, "ode", start="exact")
    ratio = (output.variance / output.exact_variance) ** 0.5
    assert float(ratio.value[0]) == pytest.approx(0.8852412920, abs=5e-11)


@pytest.mark.parametrize("start", ["noise", "exact"])
@pytest.mark.parametrize("variance", [0.37, 0.0, 1e-4, 50.0])
def test_closed_forms_of_gaussian_outputs(variance: float, start: str) -> None:
    """Output variance a_N (1 + delta) and mean (a_N/a_0)(m_0 - m), a = lambda + v."""
    target, v = Gaussian(d=1, var=variance, mean=-0.8), EDM
    a, gap = variance + v, v[:-1] - v[1:]
    first = v[0] / a[0] - 1 if start == "noise" else 0.0
    delta = {
        "score": a[-1] * (first / a[0] + np.sum(gap**2 / (a[:-1] * a[1:] ** 2))),
        "denoiser": a[-1] * (first / a[0] - np.sum(variance * gap**2 / (v[:-1] * a[:-1] * a[1:] ** 2))),
    }
    for name, change in delta.items():
        output = gaussian_output(target, v, name, start=start)
        kl = terminal_kl(target, v, name, start=start)
        assert float(output.variance.value[0]) == pytest.approx(a[-1] * (1 + change), rel=1e-11)
        miss = -a[-1] / a[0] * -0.8 if start == "noise" else 0.0
        assert float(output.mean.value[0]) == pytest.approx(-0.8 + miss, abs=1e-13)
        expected = (1 / (1 + change) - 1 + np.log1p(change) + miss**2 / (a[-1] * (1 + change))) / 2
        assert float(kl.value) == pytest.approx(expected, rel=1e-9, abs=1e-12)
    alpha = np.arctan(np.sqrt(v / variance)) if variance else np.full_like(v, np.pi / 2)
    output = gaussian_output(target, v, "ode", start=start)
    expected = np.prod(np.cos(-np.diff(alpha))) ** 2 * (v[0] / a[0] if start == "noise" else 1.0)
    assert float((output.variance / output.exact_variance).value[0]) == pytest.approx(expected, rel=1e-11)


ERRORS = [None, LinearError(a=0.3, b=-0.2)]


@pytest.mark.parametrize("start", ["noise", "exact"])
@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("sampler", [*SAMPLERS, ExponentialIntegrator(0.6)])
def test_float_recursion_meets_balls(sampler: str, error: ScoreError | None, start: str) -> None:
    target = Gaussian(eigenvalues=[4.0, 0.37, 1e-6], mean=[1.0, -1.0, 0.3])
    kl, ball = (
        terminal_kl(target, EDM, sampler, error, start),
        terminal_kl_ball(target, EDM, sampler, error, start),
    )
    assert abs(float(ball) - float(kl.value)) <= kl.radius + 2e-16 * float(ball)
    assert kl.radius <= 1e-9 * max(1.0, float(ball))
    assert ball.rad() <= arb(2) ** -53 * (1 + abs(ball))


def test_rotation_moves_mean_and_shift_along() -> None:
    """A turned Gaussian against full d x d matrices, read off the torch step itself."""
    covariance, mean = np.array([[2.0, 0.6], [0.6, 0.5]]), np.array([1.0, -2.0])
    target, error, v = Gaussian(cov=covariance, mean=mean), LinearError(0.1, -0.2), TWELVE
    model, points = LearnedScore(target, error), torch.tensor([[0.0, 0], [1, 0], [0, 1]], dtype=torch.float64)
    m, c = np.zeros(2), v[0] * np.eye(2)
    for level, level_next in pairwise(v.tolist()):
        images = SAMPLERS["heun"].step(model, points, level, level_next).numpy()
        slope = (images[1:] - images[0]).T
        m, c = slope @ m + images[0], slope @ c @ slope.T
    exact = covariance + v[-1] * np.eye(2)
    log_ratio = np.linalg.slogdet(c)[1] - np.linalg.slogdet(exact)[1]
    solved = np.linalg.solve(c, exact), np.linalg.solve(c, m - mean)
    expected = (np.trace(solved[0]) - 2 + (m - mean) @ solved[1] + log_ratio) / 2
    assert float(terminal_kl(target, v, "heun", error).value) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("error", [None, LinearError(a=-0.3, b=-0.2)])
@pytest.mark.parametrize("v", [TWELVE, EDM, np.array([81.0, 0.0025])], ids=["twelve", "edm", "one step"])
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_density_meets_the_closed_form_on_one_component(sampler: str, v: np.ndarray, error: ScoreError | None) -> None:
    target = Gaussian(d=1, var=0.37, mean=0.5)
    model = LearnedScore(target, error or LinearError())
    closed = terminal_kl(target, v, sampler, error)
    measured = density_kl(MixtureLaw.of(target), model, v, SAMPLERS[sampler], "noise")
    assert abs(closed.value - measured.value) <= closed.radius + measured.radius
    # one step of the denoiser sampler leaves 1/170 of the variance: KL = 41.6 comes from far tails and does not settle,
    # so that its error is stated as ten times the distance of the last two values
    assert measured.radius < (1e-3 if len(v) == 2 and sampler == "denoiser" else 1e-9)


def test_small_noise_and_narrow_components() -> None:
    """sigma_min = .002 on components of width .003, .01 and .4: the value holds at far higher resolution."""
    kl = terminal_kl(NARROW, EDM, "score")
    assert float(kl.value) == pytest.approx(0.59176410277, abs=2e-11)
    assert kl.radius < 1e-10


def _kl_by_scipy(target: Target, v: np.ndarray, sampler: str | Sampler, error: ScoreError | None) -> float:
    """KL(p || density) of the plotted density by adaptive quadrature (spline through its logarithm)."""
    law, output = MixtureLaw.of(target), propagate(target, v, sampler, error, "exact")
    kept = output.density > 1e-30
    log_q = CubicSpline(output.nodes[kept], np.log(output.density[kept]))

    def integrand(x: float) -> float:
        log_p = float(law.log_density(np.array(x), v[-1]))
        return float(np.exp(log_p) * (log_p - log_q(x)))

    return quad(integrand, -4.0, 5.0, points=[-1.5, 0.0, 1.0], limit=400, epsabs=2e-9)[0]


WAVE = FunctionError(lambda x, v: 0.1 * torch.sin(2 * x) / (1 + v), "wave")


@pytest.mark.parametrize("error", [None, WAVE])
@pytest.mark.parametrize("sampler", ["score", "denoiser", "euler", "ode", "heun"])
def test_plotted_density_gives_the_kl(sampler: str, error: ScoreError | None) -> None:
    kl = terminal_kl(MIXTURE, KARRAS, sampler, error, "exact")
    assert _kl_by_scipy(MIXTURE, KARRAS, sampler, error) == pytest.approx(float(kl.value), rel=1e-6, abs=1e-8)
    assert kl.radius < 1e-9


@pytest.mark.parametrize("sampler", ["score", "denoiser", "heun"])
def test_density_has_unit_mass(sampler: str) -> None:
    output = propagate(NARROW, EDM, sampler)
    assert np.all(np.diff(output.nodes) > 0)
    assert np.trapezoid(output.density, output.nodes) == pytest.approx(1, abs=1e-4)
    assert output.cdf([-10.0, 10.0]) == pytest.approx([0, 1], abs=1e-9)


class _FixedLarge(Denoiser):
    """The planted error: forward noise v - v' in place of the posterior variance v'(v - v')/v."""

    def noise_variance(self, v: Any, v_next: Any) -> Any:
        return v - v_next


class _SixthMore(Denoiser):
    """The planted error: a sixth more noise variance."""

    def noise_variance(self, v: Any, v_next: Any) -> Any:
        return (v_next * (v - v_next) / v) * (7 / 6)


N = 40_000


@pytest.mark.parametrize("start", ["noise", "exact"])
@pytest.mark.parametrize("sampler", ["score", "denoiser", "euler", "ode", "heun"])
def test_samples_follow_the_propagated_density(sampler: str, start: str) -> None:
    """False alarms: 1e-6 for each of 10 tests."""
    model = LearnedScore(MIXTURE, WAVE)
    test = ChiSquareTest(propagate(MIXTURE, TWELVE, sampler, WAVE, start))
    assert not test.rejects(sample(sampler, model, TWELVE, N, seed=2, start=start))


@pytest.mark.parametrize("planted", [_FixedLarge(), _SixthMore()])
def test_samples_with_wrong_noise_are_detected(planted: Sampler) -> None:
    """Power at N = 40000 above 1 - 1e-6, from the planted sampler's own density."""
    test = ChiSquareTest(propagate(MIXTURE, TWELVE, "denoiser"))
    assert test.power(propagate(MIXTURE, TWELVE, planted), N) > 1 - 1e-6
    drawn = sample(planted, MIXTURE, TWELVE, N, seed=2)
    assert test.rejects(drawn)
    assert not ChiSquareTest(propagate(MIXTURE, TWELVE, planted)).rejects(drawn)


def test_chi_square_test_keeps_its_error_rates() -> None:
    """At alpha = .05 over 400 repetitions: rejections between the .9999 binomial limits 5 and 42."""
    output = propagate(MIXTURE, TWELVE, "score")
    test = ChiSquareTest(output, bins=20, alpha=0.05)
    random = np.random.default_rng(7)
    levels = np.linspace(0, 1, 20_001)
    cdf = output.cdf(output.nodes)
    quantiles = np.interp(levels, *_increasing(cdf, output.nodes))
    drawn = np.interp(random.uniform(size=(400, 4000)), levels, quantiles)
    assert 5 <= sum(test.rejects(row) for row in drawn) <= 42
    assert test.power(output, 4000) == pytest.approx(0.05, abs=1e-9)


def _increasing(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    keep = np.flatnonzero(np.diff(x, prepend=-1.0) > 0)
    return x[keep], y[keep]


def test_error_that_grows_shows_in_the_kl() -> None:
    kls = [terminal_kl(MIXTURE, KARRAS, "heun", LinearError(b=b)) for b in (0.0, 0.1, 0.2, 0.4)]
    assert all(small.upper < large.lower for small, large in pairwise(kls))


def test_what_is_not_available() -> None:
    steep = FunctionError(lambda x, v: -3 * torch.sin(3 * x), "steep")
    with pytest.raises(NotAvailable, match="not increasing"):
        terminal_kl(MIXTURE, np.array([9.0, 1.0]), "heun", steep)
    with pytest.raises(NotAvailable, match="too small a step"):
        terminal_kl(MIXTURE, np.array([6400.0, 6400 - 1e-9, 1.0]), "score")
    with pytest.raises(NotAvailable, match="not Gaussian"):
        gaussian_output(MIXTURE, TWELVE, "score")
    with pytest.raises(NotAvailable, match="not Gaussian"):
        terminal_kl_ball(MIXTURE, TWELVE, "score")
    with pytest.raises(NotAvailable, match="density"):
        propagate(Gaussian(d=2, var=1.0), TWELVE, "score")
    with pytest.raises(ValueError, match="'noise' or 'exact'"):
        terminal_kl(LINE, TWELVE, "score", start="data")


def test_an_output_far_from_the_data_is_refused() -> None:
    """250 standard deviations off: the tails were cut there, and no value is better than a wrong one."""
    data = GaussianMixture(weights=[5 / 6, 1 / 6], means=[1.0, 1.0], stds=[1.0, 0.0])
    with pytest.raises(NotAvailable, match="tails too far out"):
        terminal_kl(data, [1.6e-5, 4e-6], "score")


def test_a_divergence_that_comes_from_far_tails_is_refused():
    """Data a thousand standard deviations wide: two resolutions agree to 1 % on a value that is twice the true one."""
    data = GaussianMixture(weights=[7 / 17, 2 / 17, 8 / 17], means=[3.0, -2.0, 0.0], stds=[2.0, 1.4, 1.3])
    with pytest.raises(NotAvailable, match="tails too far out"):
        terminal_kl(data, np.array([1.25704e-06, 7.08893e-07]), "score", LinearError(a=0.0, b=-2.73949), "noise")


@pytest.mark.parametrize("start", ["noise", "exact"])
@pytest.mark.parametrize("v", [TWELVE, EDM, np.array([81.0, 0.0025])], ids=["twelve", "edm", "one step"])
@pytest.mark.parametrize("sampler", ["score", "denoiser", ExponentialIntegrator(0.6)])
def test_panels_meet_the_closed_form_on_one_component(sampler: str | Sampler, v: np.ndarray, start: str) -> None:
    target, error = Gaussian(d=1, var=0.37, mean=0.5), LinearError(0.1, 0.2) if len(v) > 2 else LinearError()
    method = sampler if isinstance(sampler, Sampler) else SAMPLERS[sampler]
    panels = propagate_panels(MixtureLaw.of(target), LearnedScore(target, error), v, method, start, 2.4, 10.0)
    law = gaussian_output(target, v, sampler, error, start)
    mean, variance = float(law.mean.value[0]), float(law.variance.value[0])
    x = mean + np.sqrt(variance) * np.linspace(-6, 6, 101)
    exact = -0.5 * (x - mean) ** 2 / variance - 0.5 * np.log(2 * np.pi * variance)
    assert np.exp(panels(x)) == pytest.approx(np.exp(exact), abs=1e-11 / np.sqrt(variance))
    assert panels(x) == pytest.approx(exact, abs=1e-5)
    assert panels.mass() == pytest.approx(1, abs=1e-11)


@pytest.mark.parametrize(
    ("target", "v", "sampler", "error"),
    [(MIXTURE, KARRAS, "denoiser", None), (NARROW, EDM, "denoiser", None), (MIXTURE, KARRAS, "score", WAVE)],
    ids=["two", "narrow", "wave"],
)
def test_panels_meet_the_particles(target: Target, v: np.ndarray, sampler: str, error: ScoreError | None) -> None:
    """Two ways to one law: panels that follow the density, and a trapezoid rule that resolves the noise.

    Where g is curved the rule needs more than the panels: at resolution 2.4 it is 2e-10 off, the panels 2e-13.
    """
    law, model = MixtureLaw.of(target), target if error is None else LearnedScore(target, error)
    panels = propagate_panels(law, model, v, SAMPLERS[sampler], "exact", 2.4, 10.0)
    particles = propagate_particles(law, model, v, SAMPLERS[sampler], "exact", 2.4 if error is None else 4.0, 12.0)
    x = np.linspace(-2.5, 3.0, 200)
    exact = np.exp(particles.log_density(x))
    assert np.exp(panels(x)) == pytest.approx(exact, abs=1e-10 * exact.max())


def test_a_map_that_turns_back_goes_by_particles() -> None:
    steep = FunctionError(lambda x, v: -3 * torch.sin(3 * x), "steep")
    v, law, model = np.array([4.0, 1.0]), MixtureLaw.of(MIXTURE), LearnedScore(MIXTURE, steep)
    with pytest.raises(NotSmooth, match="not increasing"):
        propagate_panels(law, model, v, SAMPLERS["score"], "noise", 2.4, 10.0)
    output = propagate(MIXTURE, v, "score", steep)
    assert np.trapezoid(output.density, output.nodes) == pytest.approx(1, abs=1e-6)


def test_panels_of_a_known_law() -> None:
    """Three orders of magnitude in width, and a kink, which no number of panels follows."""
    law = MixtureLaw.of(NARROW)
    panels = fit(lambda x: Sampled(x, law.log_density(x, 4e-6)), np.linspace(-5, 5, 17), 1e-12, 50.0)
    x = np.linspace(-3, 3, 5001)
    exact = np.exp(law.log_density(x, 4e-6))
    assert np.exp(panels(x)) == pytest.approx(exact, abs=1e-11 * exact.max())
    assert panels.mass() == pytest.approx(1, abs=1e-11)
    assert panels([-5.5, 5.5]) == pytest.approx(
        2 * panels(np.array([-5.0, 5])) - panels(np.array([-4.5, 4.5])), rel=0.02
    )
