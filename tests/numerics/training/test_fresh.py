"""The loss on fresh data: against quadrature and closed forms, as often as it says, and within its proved range."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import binom

from numerics.enclosures import Enclosure, Kind
from numerics.targets import Gaussian, GaussianMixture, NotAvailable, PointCloud, Target
from numerics.training import Batch, Given, Setup, Training, fresh, train
from numerics.training.fresh import fresh_loss
from numerics.training.gain import TOLERANCE, Gain, largest_gain, outputs
from numerics.training.kernel import largest

V = (100.0, 9.0, 1.0, 0.04, 0.001)  # the last ends the grid
MIXTURE = GaussianMixture(weights=[0.3, 0.5, 0.2], means=[-1.5, 1, 4], stds=[0.25, 0.4, 0.0])
LINE = Gaussian(d=1, var=2.5, mean=-1.0)
PLANE = GaussianMixture(
    [0.3, 0.7], [[-1.5, 0.2], [1.0, 0.5]], covs=[[[1.0, 0.6], [0.6, 0.5]], [[0.1, 0.0], [0.0, 2.0]]]
)
POINTS = PointCloud([[0.0, 1.0], [2.0, -1.0], [3.0, 0.5]])
ALPHA, TRIALS, DRAWS, CHANCE = 0.2, 100, 512, 1e-6


def trained(target: Target, steps: int, m: int = 16, layers: int = 1, seed: int = 3) -> tuple[Setup, torch.Tensor]:
    setup = Training(n=6, m=m, layers=layers, weighting="1/sigma", seed=seed).setup(target, V)
    batch = Batch.of([setup])
    _, W = train(batch, 1 / largest(batch, batch.trained), steps)
    return setup, W[:, 0]


def by_quadrature(setup: Setup, W: torch.Tensor, target: Target) -> float:
    """d = 1: an integral over X = X_0 + sigma xi, as xi is normal given X and the component."""
    law, total, t = fresh._Law.of(target), 0.0, np.linspace(-9, 9, 200_001)
    density = np.exp(-t * t / 2) / np.sqrt(2 * np.pi) * (t[1] - t[0])
    for sigma, beta in zip(setup.sigmas, setup.beta, strict=True):
        for w, m, c in zip(law.weights, law.means[:, 0], law.spectra[:, 0], strict=True):
            a = c + sigma**2
            x = m + np.sqrt(a) * t
            S = outputs(Batch.of([setup]), W[:, None], np.stack([x, np.full_like(x, sigma)], axis=1))[:, 0]
            total += beta / 2 * w * float(density @ ((sigma * S + sigma * (x - m) / a) ** 2 + c / a))
    return total


def linear(A: np.ndarray, sigmas: tuple[float, ...], beta: tuple[float, ...]) -> tuple[Setup, torch.Tensor]:
    """A network with S(x, sigma) = -A x, from the positive and the negative part of each coordinate."""
    d = len(A)
    parts = np.concatenate([np.eye(d), -np.eye(d)])
    rows = np.concatenate([parts, np.zeros((2 * d, 1))], axis=1), np.eye(2 * d), -A @ parts.T
    matrices = tuple(tuple(map(tuple, matrix.tolist())) for matrix in rows)
    given = Given(((0.0,) * d,), ((0.0,) * d,) * len(sigmas), matrices)
    setup = Setup(given.points, sigmas, beta, 2 * d, 1, given=given)
    return setup, torch.eye(2 * d, dtype=torch.float64)[None]


def misses(target: Target, setup: Setup, W: torch.Tensor, truth: float, shrink: float = 1.0) -> int:
    found = [fresh_loss(setup, W, target, ALPHA, seed, DRAWS) for seed in range(TRIALS)]
    return sum(abs(float(one.value) - truth) > shrink * float(one.radius) for one in found)


def too_many(count: int) -> bool:
    return bool(binom.sf(count - 1, TRIALS, ALPHA) < CHANCE)


# --- coverage and truth -----------------------------------------------------------------------------------------

CASES = {"at the start": (LINE, 0), "trained": (LINE, 200), "trained on a mixture": (MIXTURE, 200)}


LONG = ["trained"]  # the mixture's networks are trained as well


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.long) if n in LONG else n for n in CASES])
def test_intervals_cover_quadrature_as_often_as_they_say(name: str) -> None:
    target, steps = CASES[name]
    setup, W = trained(target, steps)
    assert not too_many(misses(target, setup, W, by_quadrature(setup, W, target)))


def test_a_quarter_of_the_width_does_not_cover() -> None:
    setup, W = trained(LINE, 200)
    assert too_many(misses(LINE, setup, W, by_quadrature(setup, W, LINE), shrink=0.25))


def test_forgotten_weights_of_the_draws_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draws from q averaged as if they were normal: the mean of |g|^2 is too large by a factor 1 + 1/D."""
    honest = fresh._Law.sample
    monkeypatch.setattr(fresh._Law, "sample", lambda *a: (*honest(*a)[:2], torch.ones(a[1], dtype=torch.float64)))
    setup, W = trained(LINE, 0)
    found = fresh_loss(setup, W, LINE, 1e-6)
    assert abs(float(found.value) - by_quadrature(setup, W, LINE)) > found.radius


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("target", [LINE, MIXTURE], ids=["gaussian", "mixture"])
def test_default_draws_are_sharp_at_the_error_rate_of_a_search(target: Target, layers: int) -> None:
    setup, W = trained(target, 100, m=32, layers=layers)
    found, truth = fresh_loss(setup, W, target, 1e-12), by_quadrature(setup, W, target)
    assert abs(float(found.value) - truth) <= found.radius <= 0.15 * truth


TILTED = np.array([[3.0, 1.2, 0.5], [1.2, 0.8, 0.1], [0.5, 0.1, 0.4]])  # three axes: a plane's may be symmetric
WEIGHTED = [(0.3, [-1.5, 0.2], [[1.0, 0.6], [0.6, 0.5]]), (0.7, [1.0, 0.5], [[0.1, 0.0], [0.0, 2.0]])]
# data with their second moments E X_0 X_0^T
IN_SPACE: dict[str, tuple[Target, np.ndarray]] = {
    "isotropic": (Gaussian(d=3, var=2.0, mean=[1, 0, -1]), 2 * np.eye(3) + np.outer([1, 0, -1], [1, 0, -1])),
    "tilted": (Gaussian(cov=TILTED), TILTED),
    "mixture": (PLANE, sum(w * (np.array(C) + np.outer(m, m)) for w, m, C in WEIGHTED)),
    "points": (POINTS, POINTS.points.T @ POINTS.points / 3),
}


@pytest.mark.parametrize("name", IN_SPACE)
@pytest.mark.parametrize("a", [0.0, 0.3, -1.0])
def test_a_linear_network_in_closed_form(name: str, a: float) -> None:
    """E||xi - sigma A (X_0 + sigma xi)||^2 = v tr A M A^T + ||1 - v A||^2, A along (1, -1/2, ...) more than across."""
    target, second = IN_SPACE[name]
    axis = np.array([1.0, -0.5, 0.0])[: target.d]
    A = a * (np.outer(axis, axis) + 0.1 * np.eye(target.d))
    sigmas, beta = (2.0, 0.5), (0.7, 3.0)
    setup, W = linear(A, sigmas, beta)
    truth = 0.0
    for v, weight in zip(np.square(sigmas), beta, strict=True):
        truth += weight / 2 * float(v * np.trace(A @ second @ A.T) + ((np.eye(target.d) - v * A) ** 2).sum())
    found = fresh_loss(setup, W, target, 1e-9)
    assert abs(float(found.value) - truth) <= found.radius <= 0.2 * truth


def test_the_noise_itself_is_taken_off() -> None:
    """Of a network that is 0 everywhere the loss is d sum(beta)/2, and nothing but the weights of the draws varies."""
    setup, W = linear(np.zeros((2, 2)), (2.0, 0.5), (0.7, 3.0))
    assert fresh_loss(setup, W, PLANE, 1e-9).radius < 0.4 * plain_radius(setup, W)


def plain_radius(setup: Setup, W: torch.Tensor) -> float:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fresh._Drawn, "coefficient", lambda self, weights: 0.0)
        return float(fresh_loss(setup, W, PLANE, 1e-9).radius)


# --- the proved range -------------------------------------------------------------------------------------------


def largest_seen(setup: Setup, W: torch.Tensor, law: fresh._Law) -> float:
    """The largest f/w over g of many lengths, the largest directions of the network's inputs among them."""
    rng, top, D = np.random.default_rng(0), 0.0, 2 * law.d
    for length in np.geomspace(1e-2, 1e3, 26):
        g = rng.normal(size=(400, D))
        g *= length / np.linalg.norm(g, axis=1, keepdims=True)
        f = np.zeros((len(law.weights), len(g)))
        for sigma, beta in zip(setup.sigmas, setup.beta, strict=True):
            for k, (mean, spread) in enumerate(zip(law.means, np.sqrt(law.spectra), strict=True)):
                x = mean + spread * g[:, : law.d] + sigma * g[:, law.d :]
                S = outputs(Batch.of([setup]), W[:, None], np.column_stack([x, np.full(len(x), sigma)]))
                f[k] += beta / 2 * ((sigma * S + g[:, law.d :]) ** 2).sum(axis=1)
        top = max(top, float(f.max() / (0.5 + length**2 / (2 * D))))
    return top


@pytest.mark.parametrize("target", [LINE, MIXTURE, Gaussian(d=2, var=0.3)], ids=["line", "mixture", "plane"])
def test_the_range_holds_and_is_not_far_off(target: Target) -> None:
    setup, W = trained(target, 100)
    law = fresh._Law.of(target)
    bound = law.largest_ratio(setup, largest_gain(Batch.of([setup]), W[:, None]).bound)
    seen = largest_seen(setup, W, law)
    assert seen <= bound <= 6 * seen
    assert law.largest_ratio(setup, largest_gain(Batch.of([setup]), W[:, None]).bound / 3) < seen


def test_a_range_that_is_too_small_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a tenth of the gain the draws are cut, and the interval lies below the truth."""
    setup, W = trained(LINE, 0)
    truth = by_quadrature(setup, W, LINE)
    monkeypatch.setattr(fresh, "largest_gain", lambda *a: Gain(0.0, 0.1 * largest_gain(*a).seen, 1.0))
    assert fresh_loss(setup, W, LINE, 1e-6).upper < truth


def test_what_no_draw_has_shown_is_in_the_upper_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """S = 10^6 relu(x - 8 sigma): nearly all of the loss comes from inputs that one run in many draws."""
    matrices = (((1.0, -8.0),), ((1.0,),), ((1e6,),))
    setup = Setup(((0.0,),), (1.0,), (1.0,), 1, 1, given=Given(((0.0,),), ((0.0,),), matrices))
    W, data = torch.ones(1, 1, 1, dtype=torch.float64), Gaussian(d=1)
    truth = by_quadrature(setup, W, data)
    assert truth > 100
    found = [fresh_loss(setup, W, data, 1e-6, seed, 1024) for seed in range(5)]
    assert all(one.lower < 1 and truth < one.upper for one in found)
    monkeypatch.setattr(fresh, "proportion", lambda *a: (0.0, 0.0))
    assert all(fresh_loss(setup, W, data, 1e-6, seed, 1024).upper < 1 for seed in range(5))


@pytest.mark.parametrize(("d", "slack"), [(1, 1.16), (2, 2.5)])
def test_the_gain_is_a_bound_and_near_what_is_seen(d: int, slack: float) -> None:
    setup, W = trained(Gaussian(d=d), 50, m=32, layers=2)
    batch = Batch.of([setup])
    gain = largest_gain(batch, W[:, None])
    X = np.random.default_rng(1).normal(size=(100_000, d + 1))
    X[:, -1] = abs(X[:, -1])
    seen = float((np.linalg.norm(outputs(batch, W[:, None], X), axis=1) / np.linalg.norm(X, axis=1)).max())
    assert seen <= gain.bound <= slack * seen
    assert gain.bound < 0.1 * gain.lipschitz
    coarse = largest_gain(batch, W[:, None], evaluations=20)
    assert gain.bound < coarse.bound <= coarse.lipschitz


def test_the_gain_of_a_linear_network_is_its_coefficient() -> None:
    setup, W = linear(-0.7 * np.eye(2), (1.0,), (1.0,))
    gain = largest_gain(Batch.of([setup]), W[:, None])
    assert gain.lipschitz == pytest.approx(0.7 * np.sqrt(2) * np.sqrt(2), rel=1e-9)
    assert 0.7 * (1 - 1e-12) <= gain.bound <= 0.7 * (1 + TOLERANCE)
    assert gain.seen <= 0.7 * (1 + 1e-12)


# --- experiments ------------------------------------------------------------------------------------------------


def test_equal_questions_are_one_experiment_and_others_draw_independently() -> None:
    setup, W = trained(LINE, 0)
    one = fresh_loss(setup, W, LINE, 1e-6, 0, 64)
    assert one.kind is Kind.SAMPLED
    assert one.alpha == 1e-6
    again = fresh_loss(setup, W.clone(), Gaussian(d=1, var=2.5, mean=-1.0), 1e-6, 0, 64)
    assert (again.sources, float(again.value)) == (one.sources, float(one.value))
    others: list[Enclosure] = [
        fresh_loss(setup, W, LINE, 1e-6, 1, 64),
        fresh_loss(setup, W, LINE, 1e-6, 0, 65),
        fresh_loss(setup, W * (1 + 1e-12), LINE, 1e-6, 0, 64),
        fresh_loss(replace(setup, seed=4), W, LINE, 1e-6, 0, 64),
        fresh_loss(replace(setup, beta=(1.0, *setup.beta[1:])), W, LINE, 1e-6, 0, 64),
        fresh_loss(setup, W, Gaussian(d=1, var=2.5), 1e-6, 0, 64),
    ]
    assert len({next(iter(other.sources)) for other in [one, *others]}) == len(others) + 1
    assert len({float(other.value) for other in [one, *others]}) == len(others) + 1


def test_a_smaller_alpha_asks_the_same_draws_for_a_wider_interval() -> None:
    setup, W = trained(LINE, 0)
    wide, narrow = (fresh_loss(setup, W, LINE, alpha) for alpha in (1e-12, 1e-3))
    assert wide.lower < narrow.lower < narrow.upper < wide.upper
    assert list(wide.sources) == list(narrow.sources)


def test_what_cannot_be_measured_is_refused() -> None:
    setup, W = trained(LINE, 0)

    class Unknown(Target):
        d, label = 1, "unknown"
        sample = score = denoiser = measure = None  # type: ignore[assignment]

    with pytest.raises(NotAvailable, match="diverged"):
        fresh_loss(setup, W * np.nan, LINE, 0.1)
    with pytest.raises(NotAvailable, match="overflow"):
        fresh_loss(setup, W * 1e300, LINE, 0.1)
    with pytest.raises(NotAvailable, match="unknown"):
        fresh_loss(setup, W, Unknown(), 0.1)
    with pytest.raises(ValueError, match="16 or more"):
        fresh_loss(setup, W, LINE, 0.1, draws=8)
    with pytest.raises(ValueError, match="alpha"):
        fresh_loss(setup, W, LINE, 0.0)
