"""Data of the regression check: loss curves, files of any name, and what of them a baseline keeps."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from check_cases import BEFORE, GAUSSIAN, curve, exact_cost

from numerics.targets import LossCurve
from theory.grids import exponential, karras
from verify.language.errors import BadInput
from verify.schedules.baseline import check, record
from verify.schedules.baseline_data import Data, curve_data, open_data
from verify.schedules.baseline_file import read_baseline
from verify.schedules.ranking import rank


@pytest.fixture
def curved(tmp_path: Path) -> Path:
    """A baseline in a folder of its own, on a curve beside it with a row at every level that the tests use."""
    folder = tmp_path / "kept"
    folder.mkdir()
    grids = [BEFORE, exponential(9, 0.02, 20.0), karras(9, 0.02, 20.0, 5)]
    curve(folder / "curve.csv", np.concatenate([grid.sigmas for grid in grids]))
    record(BEFORE, folder / "base.json", ['loss_curve("curve.csv", d=1)'], ["score"], typed_in=folder)
    return folder / "base.json"


def test_a_loss_curve_judges_without_the_true_score(curved):
    now = exponential(9, 0.02, 20.0)
    (row,) = check(now, curved).rows
    true = exact_cost(now.sigmas, "score") - exact_cost(BEFORE.sigmas, "score")
    assert abs(float(row.difference.value) - true) <= float(row.difference.radius) + 1e-12
    assert row.verdict == ("better" if true < 0 else "worse")
    kept = read_baseline(curved).costs[0]
    assert "exponential" in kept.criterion
    assert kept.cost.value == pytest.approx(-true, abs=1e-9)


def test_the_curve_travels_with_its_baseline(curved, tmp_path):
    moved = tmp_path / "elsewhere"
    shutil.copytree(curved.parent, moved)
    shutil.rmtree(curved.parent)
    assert read_baseline(moved / "base.json").data[0].target == "curve.csv"
    assert check(karras(9, 0.02, 20.0, 5), moved / "base.json").rows[0].verdict != "cannot tell"


def test_a_changed_curve_is_told_and_a_lost_one_is_an_error(curved):
    file = curved.parent / "curve.csv"
    file.write_text("# measured again\n" + file.read_text().replace("\n", "\r\n"))
    assert check(BEFORE, curved).notes == ("identical sigmas; nothing was measured",)
    grids = [BEFORE, exponential(9, 0.02, 20.0)]
    curve(file, np.concatenate([grid.sigmas for grid in grids]), factor=1.1)
    for now in (BEFORE, exponential(9, 0.02, 20.0)):
        assert any("the numbers in curve.csv changed" in note for note in check(now, curved).notes)
    record(BEFORE, curved)
    assert check(BEFORE, curved).notes == ("identical sigmas; nothing was measured",)
    file.unlink()
    with pytest.raises(BadInput, match=r"curve\.csv, which the baseline is measured on, is gone"):
        check(BEFORE, curved)


def test_what_a_curve_cannot_tell(curved):
    wider = check(karras(9, 0.02, 40.0), curved).rows[0]
    assert (wider.verdict, wider.failed) == ("cannot tell", True)
    assert "a loss curve does not know it" in wider.reason
    with pytest.raises(BadInput, match="ode sampler"):
        record(BEFORE, curved, samplers=["ode"])
    narrow = curved.parent / "curve.csv"
    curve(narrow, exponential(5, 0.1, 20.0).sigmas)
    outside = check(karras(9, 0.02, 20.0, 5), curved).rows[0]
    assert (outside.verdict, outside.failed) == ("cannot tell", True)
    assert "outside the rows" in outside.reason


def test_one_target_or_sampler_need_no_list(tmp_path):
    path = tmp_path / "base.json"
    kept = record(BEFORE, path, GAUSSIAN, "denoiser")
    assert ([one.target for one in kept.data], kept.samplers) == ([GAUSSIAN], ["denoiser"])
    found = check(karras(9, 0.02, 20.0, 6), path, "gaussian(d=3, var=2)", "score")
    assert [(row.target, row.sampler) for row in found.rows] == [("gaussian(d=3, var=2)", "score")]


@pytest.mark.parametrize("name", ["curve.dat", 'it\'s "7".csv', "no ending", "list.json"])
def test_a_loss_curve_may_have_any_name(tmp_path, name):
    """As for ``rank``; each is read again, and its numbers are watched, without a word about it."""
    levels = np.concatenate([BEFORE.sigmas, exponential(9, 0.02, 20.0).sigmas])
    curve(tmp_path / name, levels)
    path = tmp_path / "sub" / "base.json"
    path.parent.mkdir()
    data = curve_data(name, 1, typed_in=tmp_path, kept_in=path.parent)
    record(BEFORE, path, data, "score")
    assert read_baseline(path).data[0].target == f"../{name}"
    (row,) = check(exponential(9, 0.02, 20.0), path).rows
    true = exact_cost(exponential(9, 0.02, 20.0).sigmas, "score") - exact_cost(BEFORE.sigmas, "score")
    assert float(row.difference.value) == pytest.approx(true, abs=1e-6)
    curve(tmp_path / name, levels, factor=1.1)
    assert any(f"the numbers in ../{name} changed" in note for note in check(BEFORE, path).notes)


def test_a_typed_curve_and_one_that_is_an_option_are_the_same_data(tmp_path):
    curve(tmp_path / "curve.csv", BEFORE.sigmas)
    with_d = (tmp_path / "curve.csv").read_text().replace("\n", ",1\n").replace("mse,1", "mse,d")
    (tmp_path / "curve.csv").write_text(with_d)
    option = curve_data("curve.csv", typed_in=tmp_path, kept_in=tmp_path)
    kept = record(BEFORE, tmp_path / "base.json", ["curve.csv", 'loss_curve("curve.csv")', option], typed_in=tmp_path)
    assert kept.data == [option]
    with pytest.raises(BadInput, match=r"curve\.csv is given twice, with another dimension or smoothness"):
        record(BEFORE, tmp_path / "b.json", ["curve.csv", 'loss_curve("curve.csv", d=1)'], typed_in=tmp_path)


def test_points_are_no_loss_curve(tmp_path):
    np.save(tmp_path / "points.npy", np.ones((5, 1)))
    with pytest.raises(BadInput, match=r"points\.npy: .*text"):
        curve_data("points.npy", typed_in=tmp_path, kept_in=tmp_path)


def test_a_smooth_curve_stays_smooth(tmp_path):
    """A check repeats what the baseline was written with: the interval is that of ``rank`` on the smooth curve."""
    curve(tmp_path / "curve.csv", np.geomspace(0.02, 20.0, 25))
    path, now = tmp_path / "base.json", karras(9, 0.02, 20.0, 5)
    radii = {}
    for smooth in (False, True):
        data = curve_data("curve.csv", 1, smooth, typed_in=tmp_path, kept_in=tmp_path)
        kept = record(BEFORE, path, data, "score")
        assert kept.data[0].smooth is smooth
        found = check(now, path)
        target = open_data(read_baseline(path).data[0], tmp_path)
        assert isinstance(target, LossCurve)
        wanted = next(row.difference for row in rank([BEFORE, now], target, "score").rows if row.grid is now)
        radii[smooth] = float(found.rows[0].difference.radius)
        assert radii[smooth] == pytest.approx(float(wanted.radius), rel=1e-6)
        assert any("± assumes: " in note and "slope of ln mse" in note for note in found.notes) is smooth
    assert radii[True] < radii[False]
    rough = curve_data("curve.csv", 1, typed_in=tmp_path, kept_in=tmp_path)
    told = check(now, path, rough)
    assert "curve.csv is no longer taken to be smooth between its rows" in told.notes
    assert float(told.rows[0].difference.radius) == pytest.approx(radii[False], rel=1e-6)


def test_files_from_before_curves_were_marked_are_read(curved):
    content = json.loads(curved.read_text())
    for field in ("loss_curve", "smooth"):
        del content["data"][0][field]
    curved.write_text(json.dumps(content))
    found = check(exponential(9, 0.02, 20.0), curved)
    assert not any("changed since" in note for note in found.notes)
    assert found.rows[0].difference is not None


def test_what_is_no_file_has_no_options_of_a_curve():
    for field in ({"dimension": 3}, {"smooth": True}, {"loss_curve": True}):
        with pytest.raises(ValueError, match=f"{next(iter(field))} = .* goes with the file of a loss curve"):
            Data(target=GAUSSIAN, **field)
