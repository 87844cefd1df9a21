"""Gaussian mixtures: printed numbers, definitions against each other, two levels, many dimensions."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.enclosures import Enclosure, Kind, Relation, equal
from numerics.targets import Gaussian, GaussianMixture, NotAvailable, batches

EXAMPLE = GaussianMixture([0.3, 0.7], [-1.5, 1.0], [0.25, 0.4])
LEVELS = np.geomspace(1e-8, 1e8, 9)
CURVES = ["J", "mmse", "H", "hess2", "cov2", "KLn", "J'", "mmse'", "H'", "KLn'"]
COVS = np.array([[[0.5, 0.2], [0.2, 0.3]], [[0.1, 0.0], [0.0, 2.0]]])
PLANE = GaussianMixture([0.4, 0.6], [[-1.0, 0.0], [1.0, 0.5]], covs=COVS)


def agree(a: Enclosure, b: Enclosure) -> bool:
    return bool(np.all(np.abs(a.value - b.value) <= a.radius + b.radius))


def log_density(x: torch.Tensor, v: float) -> torch.Tensor:
    """log p_v of EXAMPLE at points (B, 1), from torch.distributions."""
    components = torch.distributions.Normal(
        torch.tensor([-1.5, 1.0], dtype=torch.float64),
        (torch.tensor([0.25, 0.4], dtype=torch.float64) ** 2 + v).sqrt(),
    )
    weights = torch.tensor([0.3, 0.7], dtype=torch.float64).log()
    return torch.logsumexp(components.log_prob(x) + weights, dim=1)


def test_printed_numbers() -> None:
    slope, fisher = EXAMPLE.measure("H'", 0.37), EXAMPLE.measure("J", 0.37) / 2
    assert f"{float(slope.value):.6f}" == f"{float(fisher.value):.6f}" == "0.679277"
    assert slope.radius < 1e-12
    assert fisher.radius < 1e-12
    assert equal(slope, fisher) is not Relation.VIOLATED
    assert f"{float(EXAMPLE.measure('KLn', 25.0).value):.8f}" == "0.00205882"
    assert float(EXAMPLE.m2.value) / 50 == pytest.approx(0.030115)


def test_entropy_by_plain_monte_carlo() -> None:
    n, v = 400_000, 0.37
    generator = torch.Generator().manual_seed(0)
    x = EXAMPLE.sample(n, generator)
    x = x + v**0.5 * torch.randn(n, 1, dtype=torch.float64, generator=generator)
    logs = -log_density(x, v)
    gap = float(logs.mean()) - float(EXAMPLE.measure("H", v).value)
    assert abs(gap) < 5 * float(logs.std()) / n**0.5


@pytest.mark.parametrize("v", [1e-3, 0.37, 50.0])
def test_score_is_the_gradient_of_the_log_density(v: float) -> None:
    x = torch.linspace(-4, 4, 41, dtype=torch.float64)[:, None].requires_grad_()
    (gradient,) = torch.autograd.grad(log_density(x, v).sum(), x)
    torch.testing.assert_close(EXAMPLE.score(x.detach(), v), gradient, rtol=1e-9, atol=1e-9)
    measured = EXAMPLE.measure("score", x.detach().numpy()[:, 0], v)
    assert np.all(np.abs(measured.value - gradient.numpy()[:, 0]) <= measured.radius + 1e-9)


@pytest.mark.parametrize("target", [EXAMPLE, PLANE], ids=["line", "plane"])
def test_score_and_denoiser_are_linked_by_tweedie_but_computed_apart(target: GaussianMixture) -> None:
    x = 3 * torch.randn(9, target.d, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    for v in (0.05, torch.linspace(0.1, 5, 9, dtype=torch.float64)):
        level = v if isinstance(v, float) else v[:, None]
        torch.testing.assert_close(target.score(x, v), (target.denoiser(x, v) - x) / level)


def test_far_points_do_not_underflow() -> None:
    x = torch.tensor([[-1e4], [1e4]], dtype=torch.float64)
    score = EXAMPLE.score(x, 1e-3)
    # far out the wider component wins on both sides
    torch.testing.assert_close(score, -(x - 1.0) / (0.16 + 1e-3))


def test_score_in_the_plane_is_the_gradient_of_the_log_density() -> None:
    v = 0.2
    x = torch.randn(6, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(2)).requires_grad_()
    normals = torch.distributions.MultivariateNormal(
        torch.tensor([[-1.0, 0.0], [1.0, 0.5]], dtype=torch.float64),
        torch.tensor(COVS + v * np.eye(2)),
    )
    weights = torch.tensor([0.4, 0.6], dtype=torch.float64).log()
    density = torch.logsumexp(normals.log_prob(x[:, None, :]) + weights, dim=1)
    (gradient,) = torch.autograd.grad(density.sum(), x)
    torch.testing.assert_close(PLANE.score(x.detach(), v), gradient)


def test_chunks_do_not_change_the_score(monkeypatch: pytest.MonkeyPatch) -> None:
    x = torch.randn(101, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    v = torch.linspace(0.1, 5, 101, dtype=torch.float64)
    whole = PLANE.score(x, v), PLANE.denoiser(x, 0.3)
    monkeypatch.setattr(batches, "CPU_BUDGET", 2000)
    torch.testing.assert_close((PLANE.score(x, v), PLANE.denoiser(x, 0.3)), whole)


SPHERES = GaussianMixture([0.2, 0.5, 0.3], [[1e3, 0.0], [1e3, 1.0], [1e3, 4.0]], [0.0, 0.1, 0.5])
ELLIPSES = GaussianMixture([0.4, 0.6], [[1e3, 0.0], [1e3 + 1, 0.5]], covs=COVS)


def posterior_mean(target: GaussianMixture, x: np.ndarray, v: float) -> np.ndarray:
    """By solving with each component's covariance at each point, distances and averages in extended precision."""
    covs = COVS if target is ELLIPSES else target._spectra[:, None, :] * np.eye(2)
    offsets = x.astype(np.longdouble)[:, None, :] - target._means
    pulls = np.linalg.solve(covs + v * np.eye(2), offsets.astype(float)[..., None])[..., 0]
    logs = np.log(target._weights) - 0.5 * np.linalg.slogdet(covs + v * np.eye(2))[1] - 0.5 * (offsets * pulls).sum(-1)
    r = np.exp(logs - logs.max(axis=1, keepdims=True))
    r /= r.sum(axis=1, keepdims=True)
    means = target._means + np.einsum("kij,bkj->bki", covs, pulls).astype(np.longdouble)
    return (r[..., None] * means).sum(axis=1).astype(float)


@pytest.mark.parametrize("target", [SPHERES, ELLIPSES], ids=["spheres", "ellipses"])
@pytest.mark.parametrize("v", [1e-4, 0.3, 50.0])
def test_far_from_the_origin_no_digits_are_lost(target: GaussianMixture, v: float) -> None:
    """An ulp of x at 1000 moves the logits by |x - m|/v ulps; products of coordinates would move them by 1000/v."""
    x = target.sample(50, torch.Generator().manual_seed(1))
    x = x + v**0.5 * torch.randn(50, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    exact = posterior_mean(target, x.numpy(), v)
    ulp = np.spacing(1e3)
    assert np.abs(target.denoiser(x, v).numpy() - exact).max() < 8 * ulp * (1 + v**-0.5)
    score = (exact - x.numpy()) / v
    assert np.abs(target.score(x, v).numpy() - score).max() < 16 * ulp * (1 + v**-0.5) / v


@pytest.mark.parametrize("target", [EXAMPLE, SPHERES, PLANE], ids=["line", "spheres", "ellipses"])
def test_a_level_for_each_row_is_that_level_alone(target: GaussianMixture) -> None:
    x = target.sample(7, torch.Generator().manual_seed(3)) + 0.1
    levels = torch.tensor([1e-2, 0.1, 0.5, 1.0, 3.0, 20.0, 400.0], dtype=torch.float64)
    for f in (target.score, target.denoiser):
        alone = torch.cat([f(row[None], float(v)) for row, v in zip(x, levels, strict=True)])
        torch.testing.assert_close(f(x, levels), alone, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("target", [EXAMPLE, GaussianMixture([0.4, 0.6], [[-1, 0], [1, 0.5]], [0.3, 0.6]), PLANE])
def test_denoiser_and_score_can_be_differentiated(target: GaussianMixture) -> None:
    x = torch.randn(4, target.d, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).requires_grad_()
    levels = torch.tensor([0.1, 0.5, 1.0, 2.0], dtype=torch.float64)
    for v in (0.3, levels):
        for f in (target.score, target.denoiser):
            assert torch.autograd.gradcheck(lambda x, f=f, v=v: f(x, v), (x,))


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize(("var", "mean"), [(0.37, 0.0), (0.37, 5.0), (0.0, 1.0), (1e-6, 0.0)])
def test_equal_components_are_one_gaussian(name: str, var: float, mean: float) -> None:
    copies = GaussianMixture([1e-6, 0.5, 0.5 - 1e-6], [mean] * 3, [var**0.5] * 3)
    quadrature, closed = copies.measure(name, LEVELS), Gaussian(1, var, mean).measure(name, LEVELS)
    assert agree(quadrature, closed)
    assert np.all(quadrature.radius <= 1e-8 * np.maximum(np.abs(closed.value), 1e-8))


def test_levels_of_any_shape() -> None:
    grid = LEVELS[1:].reshape(2, 4)
    whole = EXAMPLE.measure("J", grid)
    assert whole.shape == (2, 4)
    np.testing.assert_array_equal(whole.value[1, 2], EXAMPLE.measure("J", grid[1, 2]).value)
    assert EXAMPLE.measure("denoiser", np.zeros((3, 1)), LEVELS).shape == (3, 9)
    assert EXAMPLE.measure("J", []).shape == (0,)


@pytest.mark.parametrize(("v", "u"), [(1.0, 0.5), (1.0, 0.999999), (1e-2, 1e-4), (100.0, 0.3)])
def test_drift2_is_the_gap_of_fisher_information(v: float, u: float) -> None:
    # Lemma 12; the left side is a double integral over the joint law, which does not know it
    drift = EXAMPLE.measure("drift2", v, u)
    gap = EXAMPLE.measure("J", u) - EXAMPLE.measure("J", v)
    assert equal(drift, gap) is not Relation.VIOLATED
    assert drift.radius < 1e-8 * drift.value


@pytest.mark.parametrize("name", ["score", "denoiser"])
def test_reverse_martingales_at_a_point(name: str) -> None:
    x = np.linspace(-3, 3, 13)
    here = EXAMPLE.measure(name, x, 1.0)
    for u in (0.999, 0.5, 1e-3):
        ahead = EXAMPLE.measure(f"{name}_ahead", x, 1.0, u)
        assert agree(here, ahead)
        assert np.all(ahead.radius < 1e-9)
    # a wrong conditional law is seen: the level u alone changes the value by far more than the radius
    assert not agree(EXAMPLE.measure(name, x, 0.5), EXAMPLE.measure(f"{name}_ahead", x, 1.0, 0.5))


def test_two_level_quantities_by_plain_monte_carlo() -> None:
    n, v, u = 200_000, 1.0, 0.2
    generator = torch.Generator().manual_seed(1)
    early = EXAMPLE.sample(n, generator)
    early = early + u**0.5 * torch.randn(n, 1, dtype=torch.float64, generator=generator)
    late = early + (v - u) ** 0.5 * torch.randn(n, 1, dtype=torch.float64, generator=generator)
    square = (EXAMPLE.score(late, v) - EXAMPLE.score(early, u)) ** 2
    gap = float(square.mean()) - float(EXAMPLE.measure("drift2", v, u).value)
    assert abs(gap) < 5 * float(square.std()) / n**0.5


@settings(max_examples=15, deadline=None)
@given(
    st.floats(-8, 8).map(lambda e: 10.0**e),
    st.floats(-3, 1).map(lambda e: 10.0**e),
    st.floats(-5, 5),
    st.floats(1e-6, 0.5),
)
def test_identities_between_independent_integrals(v: float, std: float, mean: float, weight: float) -> None:
    target = GaussianMixture([weight, 1 - weight], [0.0, mean], [0.3, std])
    pairs = [
        ("H'", target.measure("J", v) / 2),
        ("J", 1 / Enclosure.of(v) - target.measure("mmse", v) / v**2),
        ("J'", -target.measure("hess2", v)),
        ("mmse'", target.measure("cov2", v) / v**2),
        ("KLn'", -(target.m2 - target.measure("mmse", v)) / (2 * Enclosure.of(v) ** 2)),
    ]
    for name, other in pairs:
        assert equal(target.measure(name, v), other) is not Relation.VIOLATED, name


# --- many dimensions ------------------------------------------------------------------------------------


def test_sampled_quantities_cover_a_product_law() -> None:
    # a mixture along one axis, N(0, .36) along two more: all quantities add up
    cube = GaussianMixture(
        [0.3, 0.7], [[-1.5, 0, 0], [1, 0, 0]], covs=[np.diag([s, 0.36, 0.36]) for s in (0.0625, 0.16)]
    )
    side = Gaussian(d=2, var=0.36)
    levels = np.array([0.01, 0.37, 4.0, 100.0])
    for name in ("J", "mmse", "H"):
        sampled, truth = (
            cube.measure(name, levels),
            EXAMPLE.measure(name, levels) + side.measure(name, levels),
        )
        assert sampled.kind is Kind.SAMPLED
        assert 0 < sampled.alpha <= 1e-8
        assert agree(sampled, truth), name
        assert np.all(sampled.radius < 0.5 * np.abs(sampled.value))


def test_more_draws_are_more_accurate_and_answers_are_remembered() -> None:
    few = GaussianMixture([0.4, 0.6], [[-1.0, 0.0], [1.0, 0.5]], covs=COVS, samples=500)
    assert few.measure("H", 0.5).radius > 2 * PLANE.measure("H", 0.5).radius
    assert few.measure("H", 0.5).sources == few.measure("H", 0.5).sources
    assert few.measure("H", 0.5).sources != PLANE.measure("H", 0.5).sources


def test_other_quantities_are_refused_in_many_dimensions() -> None:
    for name, args in (("KLn", (1.0,)), ("score", (0.0, 1.0)), ("drift2", (1.0, 0.5))):
        with pytest.raises(NotAvailable, match="d > 1"):
            PLANE.measure(name, *args)
    with pytest.raises(NotAvailable, match="2 dimensions"):
        PLANE.ball("J", 1.0)
    with pytest.raises(ValueError, match="u < v"):
        EXAMPLE.measure("score_ahead", 0.0, 1.0, 1.0)
    with pytest.raises(NotAvailable, match="colour"):
        EXAMPLE.measure("colour", 1.0)


def test_samples_have_the_moments() -> None:
    x = PLANE.sample(200_000, torch.Generator().manual_seed(0)).numpy()
    np.testing.assert_allclose(x.mean(axis=0), PLANE.mean, atol=0.02)
    assert (x**2).sum(axis=1).mean() == pytest.approx(float(PLANE.m2.value), rel=0.01)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"weights": [0.5, 0.6], "means": [0, 1], "stds": [1, 1]}, "sum to 1.1"),
        ({"weights": [1.5, -0.5], "means": [0, 1], "stds": [1, 1]}, "-0.5"),
        ({"weights": [], "means": [], "stds": []}, "empty"),
        ({"weights": [0.5, 0.5], "means": [0], "stds": [1, 1]}, "means has length 1"),
        ({"weights": [0.5, 0.5], "means": [0, 1], "stds": [1]}, "stds has length 1"),
        ({"weights": [0.5, 0.5], "means": [0, 1], "stds": [1, -1]}, "-1"),
        ({"weights": [0.5, 0.5], "means": [0, float("nan")], "stds": [1, 1]}, "nan"),
        ({"weights": [0.5, 0.5], "means": [0, 1]}, "exactly one"),
        ({"weights": [1.0], "means": [[0, 1]], "covs": [[[1.0]]]}, "give \\(1, 2, 2\\)"),
        ({"weights": [1.0], "means": [0], "covs": [[[-1.0]]]}, "eigenvalue -1"),
        ({"weights": [1.0], "means": [0], "stds": [1], "samples": 1}, "samples = 1"),
    ],
)
def test_bad_parameters_are_refused_in_one_line(parameters: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words) as refusal:
        GaussianMixture(**parameters)
    assert "\n" not in str(refusal.value)


def test_labels_read_back() -> None:
    for target in (EXAMPLE, PLANE):
        again = eval(target.label, {"mixture": GaussianMixture})  # the command line has its own parser
        assert again.label == target.label
    assert EXAMPLE.label == "mixture(weights=[0.3, 0.7], means=[-1.5, 1], stds=[0.25, 0.4])"
