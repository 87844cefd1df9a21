"""Ranking: exact differences for known targets, enclosed ones for loss curves, and refusals that say what is wrong."""

from __future__ import annotations

import json
from itertools import combinations

import numpy as np
import pytest
import torch

from numerics.enclosures import Kind
from numerics.score_errors import LearnedScore, LinearError
from numerics.targets import Gaussian, GaussianMixture, LossCurve, NotAvailable, PointCloud, digits
from theory.grids import exponential, from_sigmas, karras, linear
from verify.cli import main
from verify.language import BadInput
from verify.language.curves import half_units, read_curve
from verify.schedules import compare
from verify.schedules.path_differences import path_difference
from verify.schedules.ranking import rank

MIXTURE = GaussianMixture(weights=[0.3, 0.7], means=[-1.5, 1.0], stds=[0.25, 0.4])
MODEL = LearnedScore(Gaussian(d=1, var=0.25), LinearError(a=0.1))
GRIDS = [karras(19, 0.002, 80.0), exponential(19, 0.002, 80.0), karras(19, 0.002, 80.0, rho=3.0)]
KNOWN = 0.379950  # KL_path(exponential) - KL_path(karras) of MODEL, score sampler, six decimals


def curve_of(sigmas, model=MODEL, **options):
    return LossCurve(sigmas, model.loss(np.asarray(sigmas) ** 2).value, 1, **options)


FORTY = np.geomspace(0.002, 80, 40)


def row_of(ranking, grid):
    return next(row for row in ranking.rows if row.grid is grid)


def test_the_known_number_best_first_in_nats_and_bits():
    ranking = rank(GRIDS, curve_of(FORTY))
    assert [row.verdict for row in ranking.rows] == ["better", "reference", "worse"]
    assert ranking.reference is GRIDS[0]
    worst = ranking.rows[-1]
    assert worst.grid is GRIDS[1]
    assert float(worst.difference.lower) < KNOWN < float(worst.difference.upper)
    assert worst.estimate == pytest.approx(KNOWN, abs=2e-3)
    assert float(worst.bits_per_dim.value) == pytest.approx(float(worst.difference.value) / np.log(2))
    assert worst.terminal is None
    exact = rank(GRIDS, curve_of(np.unique(np.concatenate([g.sigmas for g in GRIDS]))))
    assert float(exact.rows[-1].difference.value) == pytest.approx(KNOWN, abs=5.1e-7)
    assert float(exact.rows[-1].difference.radius) < 1e-9


@pytest.mark.parametrize("sampler", ["score", "denoiser"])
@pytest.mark.parametrize("target", [MIXTURE, Gaussian(eigenvalues=[1e-4, 0.3, 5.0])], ids=["mixture", "spectrum"])
def test_known_targets_agree_with_their_budgets_and_with_their_curve(target, sampler):
    """Against E_I + E_D of each grid, by entropies; grids of different N too."""
    grids = [karras(9, 0.02, 10.0), exponential(13, 0.02, 10.0), linear(6, 0.02, 10.0)]
    ranking, budgets = rank(grids, target, sampler, terminal=False), compare(grids, target, sampler)
    sigmas = np.unique(np.concatenate([grid.sigmas for grid in grids]))
    loss = target.measure("mmse", sigmas**2).value / sigmas**2
    measured = rank(grids, LossCurve(sigmas, loss, target.d), sampler)
    for grid, one in zip(grids, budgets.budgets, strict=True):
        expected, found = float(budgets.difference(one).value), row_of(ranking, grid)
        assert float(found.difference.value) == pytest.approx(expected, rel=1e-9, abs=1e-10)
        assert float(row_of(measured, grid).difference.value) == pytest.approx(expected, rel=1e-8, abs=1e-8)
        assert found.verdict == budgets.verdict(one)
        assert found.terminal is None
    values = [float(row.difference.value) for row in ranking.rows]
    assert values == sorted(values)


def test_real_data_against_the_curve_sampled_from_it():
    """Handwritten digits: the differences by their own sampled mmse, and by a loss curve with its errors as rows."""
    data = PointCloud(digits().points[:150], samples=400, alpha=1e-6)
    sigmas = np.geomspace(0.05, 20, 30)
    mse = data.measure("mmse", sigmas**2)
    # the radius is that of an interval at 1e-6 / 30, more than 5 standard errors
    curve = LossCurve(sigmas, mse.value / sigmas**2, data.d, mse.radius / 5 / sigmas**2)
    grids = [karras(9, 0.05, 20.0), exponential(9, 0.05, 20.0), linear(9, 0.05, 20.0)]
    for sampler in ("score", "denoiser"):
        by_data, by_curve = rank(grids, data, sampler), rank(grids, curve, sampler)
        for grid in grids[1:]:
            one, other = row_of(by_data, grid).difference, row_of(by_curve, grid).difference
            assert abs(float(one.value - other.value)) <= float(one.radius + other.radius)
            assert one.kind is other.kind is Kind.SAMPLED
        assert by_curve.rows[-1].grid is grids[2]
        assert by_curve.rows[-1].verdict == by_data.rows[-1].verdict == "worse"
        assert sampler == "denoiser" or [row.verdict for row in by_curve.rows] == ["better", "reference", "worse"]
        assert any("output KL" in note for note in by_data.notes)


def test_equal_grids_are_the_same_and_rounded_ones_are_not_called_equal():
    same = karras(19, 0.002, 80.0)
    rounded = from_sigmas(np.float32(same.sigmas).astype(float), name="float32")
    ranking = rank([same, karras(19, 0.002, 80.0), rounded], curve_of(FORTY))
    twin = next(row for row in ranking.rows if row.verdict == "same")
    assert float(twin.difference.value) == float(twin.difference.radius) == 0.0
    near = row_of(ranking, rounded)
    assert near.verdict == "cannot tell"
    assert "differ by at most" in near.missing
    assert float(near.difference.radius) < 1e-6
    assert any("sigma_min of float32 is 0.00200000009" in note for note in ranking.notes)
    budgets = compare([same, rounded], MODEL.target)
    truth = float(budgets.difference(budgets.budgets[1]).value)
    exact, _ = path_difference(rounded, same, MODEL.target, "score")
    assert abs(float(exact.value) - truth) <= float(exact.radius)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (karras(19, 0.002, 81.0), ["sigma_max = 81", "80", "start from different noise"]),
        (karras(19, 0.0021, 80.0), ["sigma_min = 0.0021", "0.002", "different laws"]),
        (karras(19, 0.002, 80.0 * (1 + 3e-6)), ["sigma_max = 80.00024"]),
    ],
)
def test_other_ends_are_refused_with_the_part_that_differs(other, words):
    for source in (curve_of(np.geomspace(0.001, 100, 40)), MIXTURE):
        with pytest.raises(BadInput) as caught:
            rank([GRIDS[0], other], source)
        for word in words:
            assert word in str(caught.value)


def test_levels_beyond_the_rows_are_refused():
    with pytest.raises(BadInput, match=r"sigma = 58\.6715 is outside the rows .* 0\.002 to 50"):
        rank(GRIDS, curve_of(np.geomspace(0.002, 50, 40)))
    with pytest.raises(BadInput, match="two or more"):
        rank([], MIXTURE)


def test_samplers_without_a_path_are_ranked_by_their_output():
    grids = [karras(7, 0.05, 5.0), exponential(7, 0.05, 5.0)]
    ranking = rank(grids, MIXTURE, "ode")
    assert ranking.criterion == "KL"
    budgets = compare(grids, MIXTURE, "ode")
    expected = float(budgets.difference(budgets.budgets[1]).value)
    assert float(row_of(ranking, grids[1]).difference.value) == pytest.approx(expected, rel=1e-9)
    for source in (curve_of(np.geomspace(0.01, 10, 40)), PointCloud([[0.0, 1.0], [1.0, 0.0]])):
        with pytest.raises(NotAvailable, match="heun sampler has no path KL"):
            rank(grids, source, "heun")


def test_path_and_output_disagree_also_between_grids_that_are_not_the_reference():
    grids = [linear(17, 0.05, 5.0), karras(17, 0.05, 5.0), exponential(17, 0.05, 5.0)]
    ranking = rank(grids, MIXTURE)
    (warning,) = ranking.warnings
    assert "karras" in warning
    assert "exponential" in warning
    assert "oppositely" in warning
    for a, b in combinations(ranking.rows, 2):
        opposite = (a.difference.value < b.difference.value) != (a.terminal.value < b.terminal.value)
        assert opposite == (linear not in (a.grid, b.grid) and {a.grid.name, b.grid.name} == {"karras", "exponential"})
    assert rank(grids, MIXTURE, terminal=False).warnings == ()


def test_what_is_missing_rows_or_draws():
    near = [karras(19, 0.002, 80.0, rho=7.0), karras(19, 0.002, 80.0, rho=6.9)]
    few = rank(near, curve_of(np.geomspace(0.002, 80, 12)))
    assert row_of(few, near[1]).verdict == "cannot tell"
    said = row_of(few, near[1]).missing
    assert "measure the loss at sigma" in said
    levels = [float(text) for text in said.split("at sigma = ")[1].split(", ")]
    every = np.concatenate([grid.sigmas for grid in near])
    assert all(np.abs(every / sigma - 1).min() < 1e-5 for sigma in levels)
    helped = curve_of(np.unique(np.concatenate([np.geomspace(0.002, 80, 12), every])))
    told = rank(near, helped)
    assert row_of(told, near[1]).verdict == "better"
    noisy = rank(near, LossCurve(helped.sigmas, helped.losses, 1, 0.02 * helped.losses))
    assert "standard errors" in row_of(noisy, near[1]).missing
    cloud = PointCloud(np.random.default_rng(0).normal(size=(60, 3)), samples=100)
    pair = [karras(5, 0.5, 5.0), karras(5, 0.5, 5.0, rho=6.99)]
    assert "use more samples" in row_of(rank(pair, cloud), pair[1]).missing


def test_a_loss_that_was_averaged_is_suspected():
    sigmas = np.geomspace(0.002, 80, 40)
    model = LearnedScore(Gaussian(d=64, var=0.25), LinearError(a=0.1))
    losses = model.loss(sigmas**2).value
    assert any("multiply it by d" in text for text in rank(GRIDS, LossCurve(sigmas, losses / 64, 64)).warnings)
    assert rank(GRIDS, LossCurve(sigmas, losses, 64)).warnings == ()
    zigzag = losses * (1 + 0.2 * (-1.0) ** np.arange(40))
    assert any("column se" in text for text in rank(GRIDS, LossCurve(sigmas, zigzag, 64)).warnings)


@pytest.fixture
def curve_file(tmp_path):
    losses = MODEL.loss(FORTY**2).value
    path = tmp_path / "curve.csv"
    path.write_text(
        "sigma,mse\n"
        + "".join(f"{s!r},{(l * s * s)!r}\n" for s, l in zip(FORTY.tolist(), losses.tolist(), strict=True))
    )
    return path


TEXTS = ["karras(n=19, sigma_min=.002, sigma_max=80)", "exponential(n=19, sigma_min=.002, sigma_max=80)"]


@pytest.fixture
def call(capsys):
    def run(*arguments):
        with pytest.raises(SystemExit) as stop:
            main(["schedule", "rank", *map(str, arguments)])
        seen = capsys.readouterr()
        return stop.value.code, seen.out, seen.err

    return run


def test_the_command(call, curve_file, tmp_path):
    to = tmp_path / "ranking.json"
    code, out, err = call(*TEXTS, "--loss-curve", curve_file, "--dimension", 1, "--json", to)
    assert code == 0, err
    assert "assumes" in out
    assert "worse" in out
    found = json.loads(to.read_text())
    assert found["sampler"] == "score"
    assert found["reference"] == GRIDS[0].label
    assert found["assumption"]
    assert [row["grid"] for row in found["grids"]] == [GRIDS[0].label, GRIDS[1].label]
    for row in found["grids"]:
        assert set(row["difference"]) == set(row["bits_per_dim"]) == {"value", "radius", "kind"}
    assert abs(found["grids"][1]["difference"]["value"] - KNOWN) <= found["grids"][1]["difference"]["radius"]
    assert call(*TEXTS, "--loss-curve", curve_file, "--dimension", 1, "--smooth", "--json", to)[0] == 0
    assert json.loads(to.read_text())["grids"][1]["difference"]["radius"] < found["grids"][1]["difference"]["radius"]


def test_the_command_on_a_known_target(call, tmp_path):
    to = tmp_path / "r.json"
    target = "gaussian(d=2, var=.25)"
    code, out, err = call(*TEXTS, "--target", target, "--sampler", "denoiser", "--steps", 18, "--json", to)
    assert code == 0, err
    assert "output KL" in out
    assert all(row["terminal"]["value"] > 0 for row in json.loads(to.read_text())["grids"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], ["--loss-curve", "--target"]),
        (["--dimension", 3], ["--dimension 3", "--loss-curve"]),
        (["--target", "digits", "--loss-curve", "CURVE"], ["one of them"]),
        (["--target", "digits", "--smooth"], ["--smooth"]),
        (["--loss-curve", "CURVE"], ["dimension"]),
        (["--loss-curve", "CURVE", "--dimension", 1, "--sampler", "heun"], ["heun", "no path KL", "--target"]),
        (["--loss-curve", "CURVE", "--dimension", 1, "--sampler", "scroe"], ["scroe"]),
        (["--loss-curve", "missing.csv", "--dimension", 1], ["missing.csv"]),
        (["--loss-curve", "CURVE", "--dimension", 1, "--steps", 5], ["18 steps", "5"]),
    ],
)
def test_bad_input_is_one_line_and_exit_code_two(call, curve_file, options, words):
    code, _, err = call(*TEXTS, *(curve_file if word == "CURVE" else word for word in options))
    assert code == 2
    assert err.strip().count("\n") == 0
    for word in words:
        assert word in err


def test_one_grid_is_not_ranked(call, curve_file):
    code, _, err = call(TEXTS[0], "--loss-curve", curve_file, "--dimension", 1)
    assert code == 2
    assert "two or more" in err


def test_rows_at_the_grids_sigmas_to_six_digits_leave_little_open():
    sigmas = np.unique([float(f"{sigma:.6g}") for grid in GRIDS for sigma in grid.sigmas])
    ranking = rank(GRIDS, curve_of(sigmas))
    worst = row_of(ranking, GRIDS[1]).difference
    assert float(worst.lower) < KNOWN < float(worst.upper)
    assert float(worst.radius) < 2e-4


def test_pictures(call, curve_file, tmp_path):
    to = tmp_path / "ranking.png"
    code, out, err = call(*TEXTS, "--loss-curve", curve_file, "--dimension", 1, "--plot", to)
    assert code == 0, err
    assert "picture" in out
    assert to.stat().st_size > 10_000


def test_lists_and_tensors_are_ranked_as_they_are():
    lists = [[4.0, 2.0, 0.5, 0.0], torch.tensor([4.0, 1.0, 0.5], dtype=torch.float64)]
    found = rank(lists, Gaussian(d=1, var=0.25))
    first, other = (from_sigmas(one) for one in lists)
    assert found.reference == first
    expected = rank([first, other], Gaussian(d=1, var=0.25))
    assert [row.difference.value for row in found.rows] == [row.difference.value for row in expected.rows]
    reference = next(row for row in found.rows if row.verdict == "reference")
    assert (reference.bits_per_dim.value, reference.bits_per_dim.radius) == (0, 0)


@pytest.mark.parametrize("sampler", ["score", "denoiser"])
@pytest.mark.parametrize("var", [1.0, 1e4])
def test_rounding_of_the_first_sigma_reaches_the_error_of_the_start(var, sampler):
    """E_I changes by m2/(2 v_0) for each unit of ln v_0, which may be more than d/2."""
    data = Gaussian(d=1, var=var)
    grid = exponential(11, 0.01, 1.0)
    sigmas = grid.sigmas.copy()
    sigmas[0] *= 1 - 9e-7
    other = from_sigmas(sigmas)
    exact = compare([grid, other], data, sampler)
    truth = exact.difference(exact.budgets[1])
    row = next(row for row in rank([grid, other], data, sampler, terminal=False).rows if row.grid is other)
    assert row.difference.lower <= truth.upper
    assert row.difference.upper >= truth.lower


@pytest.mark.parametrize("digits_kept", [3, 4, 6])
@pytest.mark.parametrize("sampler", ["score", "denoiser"])
def test_rows_of_a_file_are_known_to_their_last_digit(tmp_path, sampler, digits_kept):
    """A row at every level of both grids leaves nothing open but the digits that were not printed."""
    data, known = Gaussian(d=1, var=0.25), karras(19, 0.002, 80.0)
    for rho in (6.995, 6.998, 7.001):
        grid = karras(19, 0.002, 80.0, rho)
        rows = np.unique(np.concatenate([known.sigmas, grid.sigmas]))
        loss = 0.25 / (0.25 + rows**2)
        path = tmp_path / "curve.csv"
        lines = [f"{s!r},{one:.{digits_kept}g}" for s, one in zip(rows.tolist(), loss.tolist(), strict=True)]
        path.write_text("sigma,loss\n" + "\n".join(lines))
        truth = path_difference(grid, known, data, sampler)[0]
        found = path_difference(grid, known, read_curve(path, 1), sampler)[0]
        assert found.lower <= truth.lower
        assert truth.upper <= found.upper


def test_half_a_unit_of_the_last_digit():
    assert half_units(np.array([0.377, 0.47, 1.2, 60.0])).tolist() == [5e-4, 5e-4, 5e-3, 5e-2]  # three digits of each
    assert half_units(np.array([0.25, 12.5, 100.0])).tolist() == [5e-3, 5e-2, 5e-1]
    assert half_units(np.array([60.0, 5.0])).tolist() == [0.5, 0.5]
