"""Real runs as measured quantities: reproducible, independent of each other, and true to the propagated laws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from flint import ctx
from scipy.stats import chi2, kstest, norm

from numerics.enclosures import Enclosure, Kind, Relation, equal
from numerics.runs import RUN_SIZE, Run, mean, output_cdf, share_below, variance
from numerics.score_errors import LinearError
from numerics.targets import Gaussian, GaussianMixture, NotAvailable
from numerics.terminal import gaussian_output

GAUSSIAN = Gaussian(d=1, var=0.37, mean=1.0)
MIXTURE = GaussianMixture(weights=[0.3, 0.7], means=[-1.5, 1], stds=[0.25, 0.4])
V = (9.0, 2.0, 0.5, 0.05)
RUN = Run(GAUSSIAN, V, "denoiser")
ALPHA = 1e-9  # of an interval; some hundred are made here
CHANCE = 1e-6  # of a Kolmogorov-Smirnov test to fail although all is well


def test_equal_runs_are_one_experiment() -> None:
    again = Run(Gaussian(d=1, var=0.37, mean=1.0), V, "denoiser")
    assert again.name == RUN.name
    np.testing.assert_array_equal(again.outputs, RUN.outputs)
    assert RUN.outputs.shape == (RUN_SIZE,)
    assert variance(again, ALPHA).sources == variance(RUN, ALPHA).sources == {f"{RUN.name}: variance": ALPHA}


def test_runs_that_differ_in_anything_draw_independently() -> None:
    others = [
        replace(RUN, target=Gaussian(d=1, var=np.nextafter(0.37, 1), mean=1.0)),
        replace(RUN, v=(9.0, 2.0, 0.5, float(np.nextafter(0.05, 1)))),
        replace(RUN, sampler="score"),
        replace(RUN, start="exact"),
        replace(RUN, error=LinearError(a=1e-9)),
        replace(RUN, n=RUN_SIZE + 1),
        replace(RUN, experiment=1),
    ]
    assert len({run.seed for run in [RUN, *others]}) == len(others) + 1
    for run in others:
        assert abs(np.corrcoef(RUN.outputs, run.outputs[:RUN_SIZE])[0, 1]) < 6 / RUN_SIZE**0.5


def uniform(runs: list[Run]) -> float:
    """Kolmogorov-Smirnov probability that the runs' variances vary as those of independent runs do."""
    truths = [gaussian_output(r.target, r.v, r.sampler, r.error, r.start).variance[0].value for r in runs]
    places = [chi2.cdf(r.outputs.var() * r.n / truth, r.n - 1) for r, truth in zip(runs, truths, strict=True)]
    return float(kstest(places, "uniform").pvalue)


def test_estimates_vary_as_independent_ones_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def over_seeds() -> list[Run]:
        return [replace(RUN, n=2000, experiment=i) for i in range(60)]

    def over_cases() -> list[Run]:
        return [replace(RUN, n=2000, v=(9.0 + i, 2.0, 0.5)) for i in range(60)]

    assert uniform(over_seeds()) > CHANCE
    assert uniform(over_cases()) > CHANCE
    monkeypatch.setattr(Run, "seed", 17)  # one seed shared by all, under new sizes so that nothing is remembered
    assert uniform([replace(r, n=2001) for r in over_seeds()]) < CHANCE
    assert uniform([replace(r, n=2001) for r in over_cases()]) < CHANCE


@pytest.mark.parametrize("error", [None, LinearError(a=-0.2, b=0.5)])
@pytest.mark.parametrize("sampler", ["score", "denoiser", "ode", "heun"])
def test_gaussian_runs_have_the_moments_of_the_recursion(sampler: str, error: LinearError | None) -> None:
    run = replace(RUN, sampler=sampler, error=error)
    out = gaussian_output(GAUSSIAN, V, sampler, error)
    for found, truth in ((mean(run, ALPHA), out.mean[0]), (variance(run, ALPHA), out.variance[0])):
        assert found.kind is Kind.SAMPLED
        assert found.alpha == ALPHA
        assert equal(found, truth) is Relation.UNDECIDED
    # another sampler's output is not mistaken for it: half a step of the grid moves the variance by more than 5 %
    assert equal(variance(run, ALPHA), 1.06 * out.variance[0]) is Relation.VIOLATED
    assert equal(mean(run, ALPHA), out.mean[0] + 0.04 * out.variance[0].sqrt()) is Relation.VIOLATED


@pytest.mark.parametrize("sampler", ["score", "denoiser", "ode", "heun"])
@pytest.mark.parametrize("start", ["noise", "exact"])
def test_mixture_runs_follow_the_propagated_law(sampler: str, start: str) -> None:
    run = Run(MIXTURE, (4.0, 2.0, 1.0), sampler, start)
    x = np.array([-1.5, 0.0, 0.7, 2.0])
    found, law = share_below(run, x, ALPHA), output_cdf(run, x)
    assert np.all(np.abs(found.value - law.value) <= found.radius + law.radius)
    assert np.all(law.radius < 1e-4)
    shifted = output_cdf(run, x + 0.15)  # a tenth of a standard deviation and less
    assert np.any(np.abs(found.value - shifted.value) > found.radius + shifted.radius)


@pytest.mark.parametrize("sampler", ["denoiser", "ode"])
def test_the_output_law_of_a_mixture_that_is_one_gaussian(sampler: str) -> None:
    """Two components at one place: the density and the transport against the closed form."""
    twice = GaussianMixture(weights=[0.5, 0.5], means=[1.0, 1.0], stds=[0.5, 0.5])
    x = np.array([-0.5, 1.0, 1.7])
    known = output_cdf(Run(Gaussian(d=1, var=0.25, mean=1.0), V, sampler), x)
    found = output_cdf(Run(twice, V, sampler), x)
    assert np.all(known.radius < 1e-13)
    assert np.all(np.abs(found.value - known.value) <= found.radius + known.radius)
    assert np.all(found.radius < 1e-5)


def test_shares_are_counts_and_their_error_covers_every_entry() -> None:
    x = np.array([0.5, 1.0])
    shares = share_below(RUN, x, ALPHA)
    for i in range(2):
        share = float((RUN.outputs <= x[i]).mean())
        # half of alpha each: the union over the two entries
        alone = share_below(RUN, x[i], ALPHA / 2)
        assert shares.value[i] == pytest.approx(float(alone.value), abs=1e-15)
        assert shares.radius[i] == pytest.approx(float(alone.radius), rel=1e-9)
        z = float(alone.radius) / (share * (1 - share) / RUN_SIZE) ** 0.5
        assert z == pytest.approx(norm.isf(ALPHA / 4), rel=0.02)
    assert shares.alpha == ALPHA
    inexact = share_below(RUN, Enclosure.of(0.5, 0.1), ALPHA)
    assert float(inexact.upper) > float(share_below(RUN, 0.6, ALPHA).upper) - 1e-12
    assert float(inexact.lower) < float(share_below(RUN, 0.4, ALPHA).lower) + 1e-12


def test_rounding_is_added_where_levels_are_far_apart() -> None:
    """From 10^6 to 10^-6 float64 moves an output by about 10^-13, which data at one point make visible."""
    point = Run(Gaussian(d=1, var=0.0), (1e6, 1e-6), "ode")
    exact = Run(Gaussian(d=1, var=0.0), (1.0, 0.5), "ode")
    assert 1e-13 < point.rounding < 1e-9
    assert exact.rounding < 1e-13
    assert float(mean(point, ALPHA).radius) > point.rounding


def test_what_has_no_exact_interval_is_refused() -> None:
    for measure in (mean, variance):
        with pytest.raises(NotAvailable, match="Gaussian data and a linear score error"):
            measure(Run(MIXTURE, V, "score"), ALPHA)
    with pytest.raises(NotAvailable, match="d = 2"):
        Run(Gaussian(d=2, var=1.0), V, "score")
    two_points = GaussianMixture(weights=[0.5, 0.5], means=[-1.0, 1.0], stds=[0.0, 0.0])
    with pytest.raises(NotAvailable, match="not increasing"):
        output_cdf(Run(two_points, (1.0, 0.0005), "heun"), 0.0)
    with pytest.raises(NotAvailable, match="exact points"):
        output_cdf(Run(MIXTURE, V, "score"), Enclosure.of(0.0, 1e-3))


@pytest.mark.parametrize("target", [GAUSSIAN, MIXTURE])
def test_the_datas_own_distribution_function(target: Gaussian | GaussianMixture) -> None:
    """What runs are compared with: against its formula, against its balls, at the ends."""
    x, v = np.array([-40.0, -1.5, 0.3, 1.0, 40.0]), 0.5
    if target is GAUSSIAN:
        formula = norm.cdf(x, 1.0, 0.87**0.5)
    else:
        formula = 0.3 * norm.cdf(x, -1.5, 0.5625**0.5) + 0.7 * norm.cdf(x, 1.0, 0.66**0.5)
    found = target.measure("cdf", x, v)
    np.testing.assert_allclose(found.value, formula, rtol=1e-13, atol=1e-15)
    assert np.all(found.radius < 1e-14)
    with ctx.workprec(128):
        truth = Enclosure.from_ball([target.ball("cdf", float(one), v) for one in x])
    assert np.all(np.abs(found.value - truth.value) <= found.radius + truth.radius)
    with pytest.raises(NotAvailable):
        Gaussian(d=2, var=1.0).measure("cdf", 0.0, 1.0)
