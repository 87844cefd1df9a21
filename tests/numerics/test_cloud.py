"""Empirical data: attention against a plain softmax, memory, sampled curves against certified ones."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
import torch
from flint import arb
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils._python_dispatch import TorchDispatchMode

from numerics.enclosures import Enclosure, Kind
from numerics.information.cloud_limits import CloudLimits, enclosing_radius2
from numerics.targets import TARGETS, GaussianMixture, NotAvailable, PointCloud, batches, digits

POINTS = [-2.0, -1.9, 0.3, 0.3, 1.5]
CLOUD = PointCloud(POINTS)
LINE = GaussianMixture([0.2] * 5, POINTS, [0.0] * 5)
LEVELS = np.geomspace(1e-4, 1e4, 13)


@lru_cache
def truth(name: str) -> Enclosure:
    return Enclosure.from_ball([LINE.ball(name, arb(float(v))) for v in LEVELS])


def plain_weights(x: torch.Tensor, points: torch.Tensor, v: float) -> torch.Tensor:
    return torch.softmax(-((x[:, None, :] - points) ** 2).sum(-1) / (2 * v), dim=1)


class LargestTensor(TorchDispatchMode):
    """Records the bytes of the largest tensor that any operation returns."""

    largest = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        if isinstance(out, torch.Tensor):
            self.largest = max(self.largest, out.numel() * out.element_size())
        return out


@pytest.mark.parametrize("v", [1e-3, 0.5, 40.0])
def test_denoiser_is_a_plain_softmax_average(v: float) -> None:
    rng = np.random.default_rng(0)
    points = torch.from_numpy(rng.normal(size=(50, 3)) + 10)
    cloud = PointCloud(points.numpy())
    x = torch.from_numpy(rng.normal(size=(20, 3)) + 10)
    expected = plain_weights(x, points, v) @ points
    torch.testing.assert_close(cloud.denoiser(x, v), expected, rtol=1e-9, atol=1e-9)
    per_row = torch.full((20,), v, dtype=torch.float64)
    torch.testing.assert_close(cloud.denoiser(x, per_row), expected, rtol=1e-9, atol=1e-9)


def test_score_is_the_gradient_of_the_log_density() -> None:
    x = torch.linspace(-3, 3, 31, dtype=torch.float64)[:, None].requires_grad_()
    points = torch.tensor(POINTS, dtype=torch.float64)
    logs = torch.logsumexp(-((x - points) ** 2) / (2 * 0.1), dim=1)
    (gradient,) = torch.autograd.grad(logs.sum(), x)
    torch.testing.assert_close(CLOUD.score(x.detach(), 0.1), gradient, rtol=1e-9, atol=1e-9)


def test_memory_does_not_grow_with_the_points(monkeypatch: pytest.MonkeyPatch) -> None:
    x = torch.randn(4096, 64, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    data, thrice = (PointCloud(np.tile(digits().points[:400], (copies, 1))) for copies in (1, 3))
    with LargestTensor() as seen:
        few = data.denoiser(x, 0.5)
    with LargestTensor() as seen_of_thrice:
        many = thrice.denoiser(x, 0.5)
    torch.testing.assert_close(few, many)
    assert seen.largest == seen_of_thrice.largest == x.nelement() * 8 * 65 // 64
    with LargestTensor() as unfused, sdpa_kernel(SDPBackend.MATH):
        data.denoiser(x[:1000], 0.5)
    assert unfused.largest == 1000 * data.n * 8, "the tool sees a whole matrix of weights"
    monkeypatch.setattr(batches, "CPU_BUDGET", 2**18)
    torch.testing.assert_close(data.denoiser(x[:500], 0.5), few[:500])


def test_denoiser_at_every_level_against_extended_precision() -> None:
    """Far from the origin, at low noise, between two points: where squared distances from products lose digits."""
    rng = np.random.default_rng(1)
    points = rng.normal(size=(300, 8)) + 5
    near = points[:40] + 1e-3 * rng.normal(size=(40, 8))
    between = (points[:40] + points[40:80]) / 2
    x = np.concatenate([near, between])
    cloud = PointCloud(points)
    long = x.astype(np.longdouble)[:, None, :] - points
    for v in (1e-3, 0.1, 3.0, 1e3):
        logits = -(long**2).sum(axis=-1) / (2 * np.longdouble(v))
        r = np.exp(logits - logits.max(axis=1, keepdims=True))
        exact = ((r / r.sum(axis=1, keepdims=True)) @ points).astype(float)
        found = cloud.denoiser(torch.from_numpy(x), v).numpy()
        # a logit of size |x - m| |x_j - m|/v is rounded, and so is each weight
        assert np.abs(found - exact).max() < 1e-14 * (1 + 10 / v)


def test_digits_are_the_digits() -> None:
    data = digits()
    assert (data.n, data.d, data.label) == (1797, 64, "digits")
    assert (data.points.min(), data.points.max()) == (-1.0, 1.0)
    assert digits() is data is TARGETS["digits"]()
    assert float(data.m2.value) == pytest.approx((data.points**2).sum() / 1797, rel=1e-13)
    draws = data.sample(3, torch.Generator().manual_seed(0))
    assert all((data.points == row).all(axis=1).any() for row in draws.numpy())


@pytest.mark.parametrize("name", ["mmse", "J", "H", "KLn"])
def test_certified_value_lies_in_the_sampled_interval(name: str) -> None:
    for seed in range(3):
        sampled = PointCloud(POINTS, seed=seed).measure(name, LEVELS)
        certified = truth(name)
        assert np.all(np.abs(sampled.value - certified.value) <= sampled.radius + certified.radius)
        assert sampled.kind is Kind.SAMPLED


def test_intervals_are_not_idle() -> None:
    sampled, certified = CLOUD.measure("mmse", LEVELS), truth("mmse")
    assert sampled.radius.max() < 0.06 * float(LINE.m2.value)
    # ten times less radius leaves out the truth somewhere: the draws do scatter
    narrow = PointCloud(POINTS, samples=400).measure("mmse", LEVELS)
    assert np.any(np.abs(narrow.value - certified.value) > 0.1 * narrow.radius)


def test_extreme_levels_need_no_draws() -> None:
    levels = np.array([1e-6, 1e7])
    for name in ("mmse", "J", "H", "KLn"):
        value = CLOUD.measure(name, levels)
        assert value.kind is Kind.EXACT
        assert value.alpha == 0
        proved = Enclosure.from_ball([LINE.ball(name, arb(float(v))) for v in levels])
        assert np.all(np.abs(value.value - proved.value) <= value.radius + proved.radius)
    data = digits()
    assert data.measure("mmse", 1e-4).radius < 1e-12
    assert data.measure("mmse", 1e6).radius < 1e-3 * data.measure("mmse", 1e6).value
    assert data.measure("H", 1e-4).kind is Kind.EXACT


def test_identity_of_entropy_and_reference() -> None:
    # KLn + H = (d/2) ln(2 pi v) + (m2 + d v)/(2v), from one sampled entropy
    total = CLOUD.measure("KLn", 0.5) + CLOUD.measure("H", 0.5)
    expected = 0.5 * np.log(2 * np.pi * 0.5) + (float(CLOUD.m2.value) + 0.5) / 1.0
    assert abs(float(total.value) - expected) <= total.radius


def test_answers_are_remembered_and_charged_once() -> None:
    cloud = PointCloud(POINTS, seed=5)
    levels = np.array([0.1, 0.5, 0.7])
    first = cloud.measure("mmse", levels)
    again = cloud.measure("mmse", levels) + cloud.measure("J", levels)
    np.testing.assert_array_equal(first.value, cloud.measure("mmse", levels).value)
    assert again.alpha == first.alpha == 1e-8
    more = cloud.measure("mmse", levels) + cloud.measure("mmse", [0.1, 0.9, 1.0])
    assert more.alpha == pytest.approx(2e-8)
    assert cloud.measure("H", levels).sources.keys().isdisjoint(first.sources)
    # equal draws are one experiment, other draws another
    assert PointCloud(POINTS, seed=5).measure("mmse", levels).sources == first.sources
    assert PointCloud(POINTS, seed=6).measure("mmse", levels).sources != first.sources


def test_curves_are_smooth_by_common_draws() -> None:
    # neighbouring levels differ by far less than two experiments do
    clouds = [PointCloud(POINTS, seed=seed) for seed in range(8)]
    here, there = (np.array([float(c.measure("mmse", v).value) for c in clouds]) for v in (1.0, 1.001))
    assert np.abs((there - here) - (there - here).mean()).max() < 0.01 * here.std()


# --- proved limits --------------------------------------------------------------------------------------


def test_limits_contain_the_truth_and_close_at_both_ends() -> None:
    limits = CloudLimits(np.array(POINTS)[:, None])
    mmse = truth("mmse").value
    information = truth("H").value - 0.5 * np.log(2 * np.pi * np.e * LEVELS)
    for (lower, upper), value, at_low_noise in (
        (limits.mmse(LEVELS), mmse, 0.0),
        (limits.information(LEVELS), information, np.log(5) - 0.4 * np.log(2)),
    ):
        assert np.all(lower <= value + 1e-13)
        assert np.all(value <= upper + 1e-13)
        # five points, two of them equal: at low noise I is ln 5 - (2/5) ln 2
        assert value[0] == pytest.approx(at_low_noise, abs=1e-3)
        assert (upper - lower)[-1] < 1e-2 * value[-1]
    tight = CloudLimits(np.array(POINTS)[:, None]).information(np.array([1e-5]))
    assert tight[1] - tight[0] < 1e-8


def test_a_ball_of_the_stated_radius_holds_the_points() -> None:
    # of a regular simplex with edge 1 the smallest ball has radius^2 d/(2(d+1)) (Jung)
    simplex = np.eye(4) / np.sqrt(2)
    assert 3 / 8 * (1 - 1e-12) <= enclosing_radius2(simplex) < 1.01 * 3 / 8
    square = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1], [0.5, 0.5]])
    assert 0.5 <= enclosing_radius2(square) < 1.01 * 0.5


def test_many_points_do_without_distances(monkeypatch: pytest.MonkeyPatch) -> None:
    points = np.array(POINTS)[:, None]
    full = CloudLimits(points)
    monkeypatch.setattr("numerics.information.cloud_limits.MOST_POINTS", 3)
    plain = CloudLimits(points)
    assert plain.mmse(np.array([1e-4]))[1] > 10 * full.mmse(np.array([1e-4]))[1]
    for side in range(2):
        assert plain.mmse(np.array([50.0]))[side] == pytest.approx(full.mmse(np.array([50.0]))[side])


def test_one_point() -> None:
    cloud = PointCloud([[1.0, 2.0]])
    assert cloud.measure("mmse", 0.3).value == 0
    assert float(cloud.measure("H", 0.3).value) == pytest.approx(np.log(2 * np.pi * np.e * 0.3))
    x = torch.tensor([[0.0, 0.0]], dtype=torch.float64)
    torch.testing.assert_close(cloud.score(x, 0.5), torch.tensor([[2.0, 4.0]], dtype=torch.float64))


# --- refusals and labels --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([], "empty"),
        ([[1.0, float("nan")]], "nan"),
        ([[1.0], [2.0, 3.0]], "not an array"),
        (np.zeros((2, 2, 2)), "3 axes"),
        (3.0, "0 axes"),
    ],
)
def test_bad_points_are_refused_in_one_line(points, words: str) -> None:
    with pytest.raises(ValueError, match=words) as refusal:
        PointCloud(points)
    assert "\n" not in str(refusal.value)


def test_bad_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="samples = 1"):
        PointCloud(POINTS, samples=1)
    with pytest.raises(ValueError, match="alpha = 2"):
        PointCloud(POINTS, alpha=2)
    with pytest.raises(ValueError, match="positive"):
        CLOUD.measure("mmse", 0.0)
    with pytest.raises(NotAvailable, match="hess2"):
        CLOUD.measure("hess2", 1.0)


def test_labels() -> None:
    again = eval(CLOUD.label, dict(TARGETS))  # the command line has its own parser
    np.testing.assert_array_equal(again.points, CLOUD.points)
    large = np.random.default_rng(0).normal(size=(200, 2))
    assert PointCloud(large).label.startswith("cloud_200x2_")
    assert PointCloud(large).label != PointCloud(large + 1).label
    assert PointCloud(large, label="points.npy").label == "points.npy"
