"""The regression check: verdicts against closed forms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from check_cases import BEFORE, GAUSSIAN, VAR, exact_cost
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.enclosures import Enclosure, Kind
from theory.grids import exponential, from_sigmas, karras
from verify.language.errors import BadInput
from verify.schedules import baseline
from verify.schedules.baseline import check, record
from verify.schedules.judging import verdict_of


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A baseline of ``BEFORE`` on one Gaussian with both path samplers."""
    path = tmp_path / "base.json"
    record(BEFORE, path, [GAUSSIAN], ["score", "denoiser"])
    return path


@given(
    st.floats(-2, 2),
    st.sampled_from([0.0, 1e-12, 0.01, 0.5, 3.0]),
    st.sampled_from([0.0, 1e-9, 0.1, 1.0]),
    st.lists(st.floats(-1, 1), min_size=3, max_size=3),
)
def test_a_verdict_is_true_of_every_difference_that_the_enclosure_allows(value, radius, tolerance, places):
    verdict, reason, failed = verdict_of(Enclosure.of(value, radius), tolerance)
    assert reason
    for true in [value - radius, value + radius, *(value + radius * place for place in places)]:
        if verdict == "same":
            assert abs(true) <= tolerance
        elif verdict == "better":
            assert true < 0
        elif verdict == "worse":
            assert true > tolerance
        if not failed:
            assert true <= tolerance


@pytest.mark.parametrize(
    ("value", "radius", "tolerance", "verdict", "failed"),
    [
        (0.0, 0.0, 0.0, "same", False),
        (1e-12, 0.0, 0.0, "worse", True),
        (-1e-12, 0.0, 0.0, "better", False),
        (0.0, 1e-13, 0.0, "cannot tell", True),
        (0.0, 1e-13, 1e-9, "same", False),
        (-2.0, 1.5, 1.0, "better", False),
        (-0.5, 1.0, 0.6, "cannot tell", False),  # at most 0.5 worse, which is allowed
        (0.5, 0.1, 0.55, "cannot tell", True),  # worse, but by the tolerance or more than it
        (2.0, 1.0, 0.5, "worse", True),
    ],
)
def test_verdicts_at_the_edges(value, radius, tolerance, verdict, failed):
    assert (lambda v, _, f: (v, f))(*verdict_of(Enclosure.of(value, radius), tolerance)) == (verdict, failed)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0.021, 19.9), min_size=1, max_size=6, unique=True), st.sampled_from(["score", "denoiser"]))
def test_the_difference_is_the_closed_form(tmp_path_factory, between, sampler):
    """Any grid between the same ends: the enclosure holds the closed form's difference, and the verdict its sign."""
    path = tmp_path_factory.mktemp("closed") / "base.json"
    record(BEFORE, path, [GAUSSIAN], [sampler])
    now = [20.0, *sorted(between, reverse=True), 0.02]
    if min(-np.diff(np.log(now))) < 1e-6:
        return
    (row,) = check(now, path).rows
    true = exact_cost(now, sampler) - exact_cost(BEFORE.sigmas, sampler)
    rounding = 1e-12 * (1 + exact_cost(now, sampler))
    assert abs(float(row.difference.value) - true) <= float(row.difference.radius) + rounding
    assert float(row.difference.radius) < 1e-9
    assert row.verdict == ("better" if true < 0 else "worse")
    assert row.failed == (true > 0)
    other = {"score": "denoiser", "denoiser": "score"}[sampler]
    wrong = exact_cost(now, other) - exact_cost(BEFORE.sigmas, other)
    assert abs(float(row.difference.value) - wrong) > float(row.difference.radius) + rounding


def test_identical_sigmas_are_the_same_without_measuring(base, monkeypatch):
    monkeypatch.setattr(baseline, "cost_of", None)
    monkeypatch.setattr(baseline, "difference_of", None)
    found = check(BEFORE.sigmas.tolist(), base)
    assert [row.verdict for row in found.rows] == ["same", "same"]
    assert found.notes == ("identical sigmas; nothing was measured",)
    assert not found.failed


def test_a_change_in_the_last_digit_is_the_same_only_within_a_tolerance(base):
    sigmas = BEFORE.sigmas.copy()
    sigmas[4] = np.nextafter(sigmas[4], np.inf)
    found = check(sigmas, base)
    assert found.failed
    assert {row.verdict for row in found.rows} == {"cannot tell"}
    assert all("--tolerance 1e-" in row.reason for row in found.rows)
    allowed = check(sigmas, base, tolerance=1e-9)
    assert not allowed.failed
    assert {row.verdict for row in allowed.rows} == {"same"}


def test_float32_ends_are_the_same_ends(base):
    """Their rounding is in the interval: not an error, and not forgotten."""
    now = from_sigmas(exponential(9, 0.02, 20.0).sigmas.astype(np.float32))
    (_, denoiser) = check(now, base).rows
    assert denoiser.verdict == "better"
    assert float(denoiser.difference.radius) > 1e-9
    true = exact_cost(exponential(9, 0.02, 20.0).sigmas, "denoiser") - exact_cost(BEFORE.sigmas, "denoiser")
    assert abs(float(denoiser.difference.value) - true) < 1e-4


def test_steps_and_ends_are_told_and_compared_by_what_they_have_in_common(base):
    more = check(karras(12, 0.02, 20.0), base)
    assert any("steps changed from 8 to 11" in note for note in more.notes)
    assert {row.verdict for row in more.rows} == {"better"}

    top = check(karras(9, 0.02, 2.0), base)
    assert any("sigma_max changed from 20 to 2" in note and "error of the start" in note for note in top.notes)
    for row in top.rows:
        true = exact_cost(karras(9, 0.02, 2.0).sigmas, row.sampler) - exact_cost(BEFORE.sigmas, row.sampler)
        assert float(row.difference.value) == pytest.approx(true, rel=1e-9)
        assert row.criterion == "KL_path"

    bottom = check(karras(9, 0.01, 20.0), base)
    assert bottom.failed
    for row in bottom.rows:
        assert (row.verdict, row.difference) == ("cannot tell", None)
        assert "sigma_min changed from 0.02 to 0.01" in row.reason
        assert "different laws" in row.reason


def test_samplers_without_a_path_are_compared_by_their_output(tmp_path):
    """Std ratio of the ode sampler on N(0, lam): prod cos(alpha_k - alpha_k+1), alpha = arctan(sigma/sqrt(lam))."""
    path = tmp_path / "base.json"
    record(BEFORE, path, [GAUSSIAN], ["ode"])

    def output(sigmas) -> float:
        angle = np.arctan(np.asarray(sigmas) / np.sqrt(VAR))
        a = VAR + np.asarray(sigmas) ** 2
        ratio = np.prod(np.cos(-np.diff(angle))) ** 2 * (sigmas[0] ** 2 / a[0])  # started from N(0, sigma_0^2)
        return (1 / ratio - 1 + np.log(ratio)) / 2

    now = exponential(9, 0.02, 20.0)
    (row,) = check(now, path).rows
    assert row.criterion == "KL"
    assert float(row.difference.value) == pytest.approx(output(now.sigmas) - output(BEFORE.sigmas), rel=1e-9)


def test_where_nothing_can_be_known_there_is_no_baseline(tmp_path):
    points = tmp_path / "points.npy"
    np.save(points, np.random.default_rng(0).normal(size=(20, 2)))
    with pytest.raises(BadInput, match=r"no cost to keep: .*ode sampler"):
        record(BEFORE, tmp_path / "base.json", [str(points)], ["ode"])
    assert not (tmp_path / "base.json").exists()


def test_sampled_costs_do_not_claim_what_their_error_hides(tmp_path):
    points, path = tmp_path / "points.npy", tmp_path / "base.json"
    np.save(points, np.random.default_rng(0).normal(size=(40, 3)))
    record([4.0, 1.0, 0.25], path, [str(points)], ["score"])
    near = check([4.0, 1.0001, 0.25], path).rows[0]
    assert near.difference.kind is Kind.SAMPLED
    assert (near.verdict, near.failed) == ("cannot tell", True)
    assert check([4.0, 0.26, 0.25], path).rows[0].verdict == "worse"
