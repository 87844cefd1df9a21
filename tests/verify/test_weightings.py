"""The comparison of weightings: equal networks, right yardsticks, and quotients that are honest about open runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.stats import binom

from benchmarks.weightings import report
from numerics.targets import Gaussian, digits
from numerics.training import WEIGHTINGS, Batch, train
from numerics.training.gain import outputs
from numerics.training.kernel import largest
from verify import weightings
from verify.censored import median_quotient
from verify.reports.weighting_picture import draw_courses as draw
from verify.weightings import YARDSTICKS, Contest, Course, compare, contests, course, largest_eigenvalue, run

ALPHA, TRIALS, OBJECTS, CHANCE = 0.1, 120, 14, 1e-6
SMALL = Contest(Gaussian(d=2, var=0.5), n=3, N=3, m=8, layers=1, steps=12, networks=6, sigma_min=0.1, sigma_max=5.0)


# --- quotients of censored times ----------------------------------------------------------------------------------


def times(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Whole steps whose logarithms differ by a continuous law of median 0, heavy-tailed."""
    theirs = np.exp(rng.uniform(2, 5, OBJECTS))
    return np.maximum(1, theirs * np.exp(0.4 * rng.standard_t(2, OBJECTS))), theirs


def misses(last: int, forget: bool = False) -> int:
    rng, count = np.random.default_rng(5), 0
    for _ in range(TRIALS):
        mine, theirs = times(rng)
        mine, theirs = (np.where(t > last, np.inf, t) for t in (mine, theirs))
        if forget:
            mine = np.where(np.isinf(mine), last, mine)  # as if it had arrived when the clock stopped
        low, high = median_quotient(mine, theirs, last, ALPHA).interval
        count += not low <= 1 <= high
    return count


@pytest.mark.parametrize("last", [10**9, 60, 15])
def test_limits_cover_the_median_whatever_has_not_arrived(last: int) -> None:
    assert binom.sf(misses(last) - 1, TRIALS, ALPHA) > CHANCE


def test_open_runs_counted_as_arrived_are_noticed() -> None:
    assert binom.sf(misses(15, forget=True) - 1, TRIALS, ALPHA) < CHANCE


def test_limits_by_hand() -> None:
    """Of six quotients the smallest and the largest enclose the median but for 2/64; five more orders leave less."""
    mine, theirs = np.array([2.0, 3, 4, 5, 6, 7]), np.full(6, 2.0)
    assert median_quotient(mine, theirs, 9, 0.04).interval == (1.0, 3.5)
    assert median_quotient(mine, theirs, 9, 0.04).median == (2.25, 2.25)
    assert median_quotient(mine, theirs, 9, 0.03).interval == (0.0, np.inf)
    assert median_quotient(mine, theirs, 9, 0.25).interval == (1.5, 3.0)


def test_open_times_open_the_side_that_they_leave_open() -> None:
    known, never = np.full(6, 5.0), np.full(6, np.inf)
    assert median_quotient(never, known, 9, 0.04).interval == (2.0, np.inf)
    assert median_quotient(known, never, 9, 0.04).interval == (0.0, 0.5)
    assert median_quotient(never, never, 9, 0.04).interval == (0.0, np.inf)
    mixed = np.array([5.0, 5, 5, 5, 5, np.inf])
    found = median_quotient(mixed, known, 9, 0.04)
    assert (found.median, found.interval, found.arrived, found.of) == ((1.0, 1.0), (1.0, np.inf), 5, 6)
    words = [median_quotient(*pair, 9, 0.04).verdict for pair in ((never, known), (known, never), (known, known))]
    assert [*words, found.verdict] == ["more", "fewer", "same", "open"]


@pytest.mark.parametrize(
    ("mine", "theirs", "alpha", "words"),
    [
        ([1, 2], [1], 0.1, "shapes"),
        ([0.5], [1], 0.1, "no time"),
        ([1], [11], 0.1, "no time"),
        ([1], [np.nan], 0.1, "no time"),
        ([1], [1], 0.0, "alpha"),
    ],
)
def test_bad_times_are_refused(mine: list[float], theirs: list[float], alpha: float, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        median_quotient(mine, theirs, 10, alpha)


# --- the experiment -----------------------------------------------------------------------------------------------


def test_a_time_is_the_first_step_at_or_below_the_share() -> None:
    values = np.array([[8.0, 5, 4, 6, 1], [8.0, 9, 9, 9, 9]])
    one = Course(np.ones(2), {"own": np.array([0, 1, 2, 5, 9])}, {"own": values}, np.ones((2, 2)))
    assert one.times("own", 0.5).tolist() == [2, np.inf]
    assert one.times("own", 0.2).tolist() == [9, np.inf]


def test_networks_differ_in_their_weights_alone() -> None:
    plain, edm = SMALL.setups("uniform"), SMALL.setups("edm")
    assert [replace(one, beta=two.beta) for one, two in zip(plain, edm, strict=True)] == edm
    assert len({one.points for one in plain}) == SMALL.networks
    assert plain[0].beta != edm[0].beta


@pytest.mark.parametrize("weighting", ["uniform", "edm"])
@pytest.mark.parametrize("contest", [SMALL, replace(SMALL, n=1, N=1), replace(contests()["mixture"], networks=6)])
def test_the_largest_eigenvalue_is_that_of_the_kernel(contest: Contest, weighting: str) -> None:
    for setup in contest.setups(weighting)[:3]:
        batch = Batch.of([setup])
        assert largest_eigenvalue(batch) == pytest.approx(float(largest(batch, batch.trained)[0]), rel=1e-9)


def test_runs_are_equally_stable() -> None:
    for weighting in WEIGHTINGS:
        batch = Batch.of(SMALL.setups(weighting))
        stable = course(SMALL, weighting).h * largest(batch, batch.trained).numpy()
        np.testing.assert_allclose(stable, 1.0, rtol=1e-9)


def test_yardsticks_against_their_definitions() -> None:
    found, setups = course(SMALL, "edm"), SMALL.setups("edm")
    batch = Batch.of(setups)
    history, W = train(batch, torch.from_numpy(found.h), SMALL.steps)
    terms, beta = history.terms.numpy(), np.asarray(setups[0].beta)
    np.testing.assert_allclose(found.values["own"], terms.sum(axis=(2, 3)) / (2 * SMALL.n), rtol=1e-12)
    np.testing.assert_allclose(found.values["unweighted"], (terms / beta).sum(axis=(2, 3)) / (2 * SMALL.n), rtol=1e-12)
    by_level = (terms / beta).mean(axis=2)
    np.testing.assert_allclose(found.values["levels"], (by_level / by_level[:, :1]).mean(axis=2), rtol=1e-12)
    at_end = terms[:, -1].sum(axis=1)
    np.testing.assert_allclose(found.dominance[:, 1], at_end.max(axis=1) / at_end.sum(axis=1), rtol=1e-12)
    assert found.steps["E_S"][[0, -1]].tolist() == [0, SMALL.steps]
    for column, weights in ((0, batch.trained), (-1, W)):
        np.testing.assert_allclose(found.values["E_S"][:, column], score_errors(weights), rtol=1e-12)
    plain = course(SMALL, "uniform").values
    np.testing.assert_allclose(plain["own"], plain["unweighted"], rtol=1e-12)


def score_errors(W: torch.Tensor) -> list[float]:
    """E_S of each network on its fresh draws, level by level, with the closed-form score of N(0, 1/2)."""
    fresh, _ = weightings._fresh(SMALL, Batch.of(SMALL.setups("edm")))
    found = []
    for i, setup in enumerate(SMALL.setups("edm")):
        inputs = fresh.inputs[i].numpy()
        S = outputs(Batch.of([setup]), W[:, i : i + 1], inputs)
        total = 0.0
        for k in range(SMALL.N):
            level = inputs[:, -1] == setup.sigmas[k]
            error = S[level] + inputs[level, :-1] / (0.5 + SMALL.v[k])
            total += (SMALL.v[k] - SMALL.v[k + 1]) / 2 * float((error**2).sum(axis=1).mean())
        found.append(total)
    return found


def test_a_network_that_is_0_has_the_score_error_of_the_staircase() -> None:
    """E_S = 1/2 sum_k Delta_k J(v_k) for S = 0; 5 standard deviations of 50 networks' draws."""
    contest = replace(SMALL, networks=50)
    batch = Batch.of(contest.setups("uniform"))
    fresh, score = weightings._fresh(contest, batch)
    dead = replace(fresh, last=torch.zeros_like(fresh.last))
    errors = weightings._score_error((dead, score), weightings._widths(contest), batch.trained).numpy()
    v = np.asarray(contest.v)
    truth = float(-np.diff(v) @ contest.target.measure("J", v[:-1]).value / 2)
    assert abs(errors.mean() - truth) < 5 * errors.std() / np.sqrt(len(errors)) < 0.2 * truth


def test_the_same_weighting_twice_needs_exactly_as_many_steps() -> None:
    one = course(replace(SMALL, steps=60), "edm")
    rows = compare({"edm": one, "other": one})
    assert len(rows) == sum(map(len, YARDSTICKS.values()))
    assert {row.quotient.verdict for row in rows} <= {"same", "open"}
    known = [row.quotient for row in rows if row.quotient.arrived == row.quotient.of]
    assert known
    assert all(q.median == (1.0, 1.0) for q in known)


def test_a_step_ten_times_too_short_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison has the power to see it: the other weighting here is EDM itself at a tenth of the step."""
    contest = replace(SMALL, steps=200, networks=16)
    honest = course(contest, "edm")
    monkeypatch.setattr(weightings, "largest_eigenvalue", lambda one: 10 * largest_eigenvalue(one))
    rows = compare({"edm": honest, "slow": course(contest, "edm")})
    assert {r.quotient.verdict for r in rows if (r.yardstick, r.share) == ("own", 0.1)} == {"fewer"}


def test_digits_take_part_and_the_page_and_picture_are_written(tmp_path: Path) -> None:
    settings = {"gaussian": SMALL, "digits": replace(SMALL, target=digits())}
    courses = {name: run(contest, tuple(WEIGHTINGS)) for name, contest in settings.items()}
    text = report(courses, settings)
    for name in settings:
        assert f"### {name.capitalize()}" in text
    assert text.count("| its own loss | 0.5 |") == 2
    assert f"{len(compare(courses['digits']))} comparisons" in text
    draw(courses, tmp_path / "weightings.png")
    assert (tmp_path / "weightings.png").stat().st_size > 20_000


def test_too_few_networks_are_refused() -> None:
    with pytest.raises(ValueError, match="networks = 5"):
        replace(SMALL, networks=5)
