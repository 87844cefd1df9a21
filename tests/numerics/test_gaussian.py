"""Gaussian data: closed forms against ball arithmetic, definitions and simulation."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from flint import acb, arb

from numerics.enclosures import Enclosure, Relation, equal
from numerics.targets import Gaussian, NotAvailable

LEVELS = np.geomspace(1e-8, 1e8, 9)
CURVES = ["J", "mmse", "H", "hess2", "cov2", "KLn", "J'", "mmse'", "H'", "KLn'"]
TARGETS = [
    Gaussian(d=1, var=0.37),
    Gaussian(d=3, var=0.0),
    Gaussian(d=1, var=1e-6, mean=-3.0),
    Gaussian(eigenvalues=[2.0, 1e-6, 0.0, 2.0], mean=[1.0, 2.0, 3.0, 4.0]),
]
COV = np.array([[2.0, 0.5, 0.0], [0.5, 1.0, -0.3], [0.0, -0.3, 0.5]])


def agree(a: Enclosure, b: Enclosure) -> bool:
    return bool(np.all(np.abs(a.value - b.value) <= a.radius + b.radius))


@pytest.mark.parametrize("target", TARGETS, ids=str)
@pytest.mark.parametrize("name", CURVES)
def test_float64_lies_in_the_proved_enclosure(target: Gaussian, name: str) -> None:
    value = target.measure(name, LEVELS)
    proved = Enclosure.from_ball([target.ball(name, arb(float(v))) for v in LEVELS])
    assert agree(value, proved)
    # the radius is honest and small: no digits are lost to cancellation at either end
    assert np.all(value.radius <= 1e-13 * np.abs(value.value) + 1e-280)


def test_derivatives_in_balls_are_derivatives_of_the_curves() -> None:
    # ball arithmetic differentiates the curve itself, so a central difference must meet it
    target, v, h = Gaussian(eigenvalues=[0.37, 2.0], mean=[0.5, 0.0]), 0.8, 1e-4
    for name in CURVES:
        if name.endswith("'"):
            sides = [float(target.ball(name[:-1], arb(v + s * h)).mid()) for s in (1, -1)]
            slope = (sides[0] - sides[1]) / (2 * h)
            assert float(target.ball(name, arb(v)).mid()) == pytest.approx(slope, rel=1e-6)


def test_printed_numbers() -> None:
    target = Gaussian(d=1, var=0.25)
    assert float(target.measure("J", 0.37).value) == pytest.approx(1 / 0.62, rel=1e-15)
    assert float(target.measure("mmse", 0.37).value) == pytest.approx(0.25 * 0.37 / 0.62, rel=1e-15)
    assert float(target.measure("H", 0.37).value) == pytest.approx(0.5 * np.log(2 * np.pi * np.e * 0.62))


def test_score_and_denoiser_are_linked_by_tweedie_but_computed_apart() -> None:
    target = Gaussian(cov=COV, mean=[1.0, -2.0, 0.5])
    x = torch.randn(7, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    for v in (0.3, torch.linspace(0.1, 5, 7, dtype=torch.float64)):
        level = v if isinstance(v, float) else v[:, None]
        torch.testing.assert_close(target.score(x, v), (target.denoiser(x, v) - x) / level)


def test_score_is_the_gradient_of_the_log_density() -> None:
    target, v = Gaussian(cov=COV, mean=[1.0, -2.0, 0.5]), 0.3
    x = torch.randn(5, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1)).requires_grad_()
    marginal = torch.distributions.MultivariateNormal(torch.tensor(target.mean), torch.tensor(COV + v * np.eye(3)))
    (gradient,) = torch.autograd.grad(marginal.log_prob(x).sum(), x)
    torch.testing.assert_close(target.score(x.detach(), v), gradient)


def test_samples_have_the_covariance() -> None:
    target = Gaussian(cov=COV, mean=[1.0, -2.0, 0.5])
    x = target.sample(200_000, torch.Generator().manual_seed(0)).numpy()
    np.testing.assert_allclose(x.mean(axis=0), target.mean, atol=0.02)
    np.testing.assert_allclose(np.cov(x.T), COV, atol=0.03)
    np.testing.assert_allclose(target.eigenvalues, np.linalg.eigvalsh(COV))
    assert float(target.m2.value) == pytest.approx(np.trace(COV) + 5.25)


def test_drift2_is_the_gap_of_fisher_information() -> None:
    # Lemma 12: reverse-time scores are a martingale, so E|s_v - s_u|^2 = J(u) - J(v); not used to compute it
    for target in TARGETS:
        drift, gap = target.measure("drift2", 2.0, 0.5), target.measure("J", 0.5) - target.measure("J", 2.0)
        assert equal(drift, gap) is not Relation.VIOLATED
        assert float(drift.radius) < 1e-13 * float(drift.value)
        proved = target.ball("J", 0.5) - target.ball("J", 2.0)
        assert target.ball("drift2", arb(2), arb(0.5)).overlaps(proved)


def test_drift2_keeps_its_digits_as_the_levels_meet() -> None:
    drift = Gaussian(d=1, var=0.37).measure("drift2", 1.0 + 1e-12, 1.0)
    assert float(drift.radius) < 1e-13 * float(drift.value)


def test_reverse_martingales_at_a_point() -> None:
    target = Gaussian(d=1, var=0.37, mean=0.2)
    for name in ("score", "denoiser"):
        here, ahead = target.measure(name, 1.3, 2.0), target.measure(f"{name}_ahead", 1.3, 2.0, 0.5)
        assert equal(here, ahead) is not Relation.VIOLATED
        assert target.ball(name, 1.3, 2.0).overlaps(target.ball(f"{name}_ahead", 1.3, 2.0, 0.5))
        assert float(ahead.radius) < 1e-14


def test_complex_levels_are_refused_where_the_logarithm_is_not_analytic() -> None:
    target = Gaussian(d=1, var=0.37)
    assert target.ball("H", acb(1, 1)).is_finite()
    assert not target.ball("H", acb(arb(-1), arb(0, 0.1))).is_finite()
    assert not target.ball("KLn", acb(arb(-0.1), arb(0, 0.05))).is_finite()
    # J, a rational function, integrates in the complex plane to the change of entropy
    area = acb.integral(lambda v, _: target.ball("J", v), 1, 2).real / 2
    assert area.overlaps(target.ball("H", 2) - target.ball("H", 1))
    assert area.rad() < 1e-10


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"d": 0}, "d = 0"),
        ({"d": 1.5}, "d = 1.5"),
        ({"var": -0.5}, "-0.5"),
        ({"var": float("nan")}, "nan"),
        ({"var": 1.0, "eigenvalues": [1.0]}, "only one"),
        ({"eigenvalues": []}, "empty"),
        ({"eigenvalues": [1.0, -2.0]}, "-2"),
        ({"eigenvalues": [1.0, 2.0], "d": 3}, "d = 3"),
        ({"eigenvalues": [1.0, 2.0], "mean": [1.0]}, "length 1"),
        ({"cov": [[1.0, 2.0]]}, "square"),
        ({"cov": [[1.0, 2.0], [0.0, 1.0]]}, "symmetric"),
        ({"cov": [[1.0, 2.0], [2.0, 1.0]]}, "eigenvalue -1"),
        ({"mean": ["a"]}, "numbers"),
    ],
)
def test_bad_parameters_are_refused_in_one_line(parameters: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words) as refusal:
        Gaussian(**parameters)
    assert "\n" not in str(refusal.value)


def test_bad_questions_are_refused() -> None:
    target = Gaussian(d=2, var=1.0)
    for level in (0.0, -1.0, float("nan")):
        with pytest.raises(ValueError, match="positive"):
            target.measure("J", level)
    with pytest.raises(ValueError, match="u < v"):
        target.measure("drift2", 1.0, 2.0)
    with pytest.raises(NotAvailable, match="d = 1 only"):
        target.measure("score", 0.0, 1.0)
    with pytest.raises(NotAvailable, match="colour"):
        target.measure("colour", 1.0)


def test_labels_read_back() -> None:
    for target in (*TARGETS, Gaussian(cov=COV, mean=0.5)):
        again = eval(target.label, {"gaussian": Gaussian})  # the command line has its own parser
        assert again.label == target.label
        np.testing.assert_array_equal(again.eigenvalues, target.eigenvalues)
        np.testing.assert_array_equal(again.mean, target.mean)
