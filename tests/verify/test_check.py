"""The regression check: verdicts against closed forms, files that were edited, what is told, and exit codes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.enclosures import Enclosure, Kind
from theory.grids import exponential, from_sigmas, karras
from verify.cli import main
from verify.language.errors import BadInput
from verify.reports.schedule_check import plain_text
from verify.schedules import baseline
from verify.schedules.baseline import DEFAULT_TARGETS, check, record
from verify.schedules.baseline_file import NoBaseline, read_baseline
from verify.schedules.judging import verdict_of

VAR = 0.25
GAUSSIAN = f"gaussian(d=1, var={VAR})"
BEFORE = karras(9, 0.02, 20.0)


def exact_cost(sigmas, sampler: str) -> float:
    """KL_path for N(0, VAR) with its exact score, from the closed forms per step."""
    v = np.asarray(sigmas, float) ** 2
    a = VAR + v
    start = (VAR / v[0] - np.log1p(VAR / v[0])) / 2
    if sampler == "score":
        return start + float(np.sum(np.log(a[:-1] / a[1:]) - 1 + a[1:] / a[:-1]) / 2)
    gamma = 1 / v
    frozen = np.sum(VAR * v[:-1] / a[:-1] * np.diff(gamma))
    return start + float(frozen - np.log((1 + VAR * gamma[-1]) / (1 + VAR * gamma[0]))) / 2


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A baseline of ``BEFORE`` on one Gaussian with both path samplers."""
    path = tmp_path / "base.json"
    record(BEFORE, path, [GAUSSIAN], ["score", "denoiser"])
    return path


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        with pytest.raises(SystemExit) as stop:
            main(["schedule", "check", *map(str, arguments)])
        seen = capsys.readouterr()
        return stop.value.code, seen.out, seen.err

    return call


# --- verdicts ----------------------------------------------------------------------------------------------------


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


# --- loss curves -------------------------------------------------------------------------------------------------


def curve(path: Path, sigmas, factor: float = 1.0) -> None:
    """A loss curve of exact N(0, VAR) data (times ``factor``) with its rows at ``sigmas``."""
    v = np.unique(sigmas) ** 2
    rows = [f"{np.sqrt(u)!r},{factor * VAR * u / (VAR + u)!r}".replace("np.float64(", "").replace(")", "") for u in v]
    path.write_text("\n".join(["sigma,mse", *rows]) + "\n")


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


# --- the file ----------------------------------------------------------------------------------------------------


def test_the_file_says_what_it_is(base):
    content = json.loads(base.read_text())
    assert content["sigmas"] == BEFORE.sigmas.tolist()
    assert content["steps"] == 8
    assert content["about"].startswith("The noise schedule")
    for cost in content["costs"]:
        assert set(cost["cost"]) == {"value", "radius", "kind"}
        assert cost["cost"]["value"] == pytest.approx(exact_cost(BEFORE.sigmas, cost["sampler"]), rel=1e-12)
        assert cost["reason"]


def test_without_a_target_a_small_exact_panel_is_kept(tmp_path):
    kept = record(BEFORE, tmp_path / "base.json")
    assert [one.target for one in kept.data] == list(DEFAULT_TARGETS)
    assert kept.samplers == ["score", "denoiser"]
    assert all(cost.cost is not None and cost.cost.kind == "exact" for cost in kept.costs)


def edited(base: Path, *place, to) -> None:
    content = json.loads(base.read_text())
    inner = content
    for key in place[:-1]:
        inner = inner[key]
    if to is None:
        del inner[place[-1]]
    else:
        inner[place[-1]] = to
    base.write_text(json.dumps(content))


@pytest.mark.parametrize(
    ("place", "to", "message"),
    [
        (("format",), "other", '"format" is not'),
        (("version",), 2, r'"version" is .2.; this scoreproof reads 1'),
        (("version",), True, '"version" is'),
        (("sigmas",), None, "sigmas: Field required"),
        (("sigmas", 3), "x", r"sigmas\[3\]: .*number"),
        (("sigmas", 3), 1e9, r"sigma\[3\] = 1000000000 does not decrease"),
        (("sigmas", 3), -1.0, r"sigma\[3\] = -1"),
        (("steps",), 9, "steps = 9, but 9 sigmas make 8 steps"),
        (("tolerance",), -1, "tolerance: .*greater than or equal to 0"),
        (("surprise",), 1, "surprise: Extra inputs"),
        (("costs", 1, "cost", "radius"), -1e-3, r"costs\[1\]\.cost\.radius"),
        (("costs", 1, "cost", "kind"), "guess", r"costs\[1\]\.cost\.kind"),
        (("costs", 0, "sampler"), "skore", r"costs\[0\]\.sampler"),
        (("costs", 0, "sampler"), "denoiser", "denoiser sampler twice"),
        (("costs", 0, "target"), "digits", "'digits', which is not in data"),
        (("data", 0, "target"), "gausian(d=1)", "not in data|did you mean"),
        (("costs",), [], "costs: "),
    ],
)
def test_an_edited_file_is_refused_by_the_name_of_its_field(base, place, to, message):
    edited(base, *place, to=to)
    with pytest.raises(BadInput, match=message) as error:
        check(karras(9, 0.02, 20.0, 6), base)
    assert str(error.value).startswith(str(base))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["", "[]", "{", "null", '{"format": "scoreproof schedule baseline"}', "\x00\xff"])
def test_what_is_no_baseline_is_neither_read_nor_overwritten(tmp_path, text):
    path = tmp_path / "base.json"
    path.write_bytes(text.encode("latin-1"))
    for act in (check, record):
        with pytest.raises(BadInput, match=r"base\.json"):
            act(BEFORE, path)
    assert path.read_bytes() == text.encode("latin-1")


def test_a_nan_in_the_file_is_refused(base):
    base.write_text(base.read_text().replace('"tolerance": 0.0', '"tolerance": NaN'))
    with pytest.raises(BadInput, match=r"tolerance: Input should be"):
        check(BEFORE, base)


def test_a_number_that_is_not_the_cost_of_its_sigmas_is_found(base):
    edited(base, "costs", 1, "cost", "value", to=1.0)
    now = karras(9, 0.02, 20.0, 6)
    with pytest.raises(BadInput, match=r"denoiser sampler: the file says 1 .* but its sigmas cost .* it was edited"):
        check(now, base)
    record(BEFORE, base)
    assert check(now, base).rows


def test_a_failure_leaves_the_file_as_it_was(base):
    before = base.read_bytes()
    for targets, samplers, tolerance in (
        (["gausian(d=1)"], [], None),
        ([], ["skore"], None),
        ([], [], float("nan")),
        (["nowhere.csv"], [], None),
    ):
        with pytest.raises(BadInput):
            record(karras(5, 0.1, 10.0), base, targets, samplers, tolerance=tolerance)
    with pytest.raises(BadInput):
        record([1.0, float("nan")], base)
    assert base.read_bytes() == before


def test_an_update_keeps_what_is_not_given(tmp_path):
    path = tmp_path / "base.json"
    record(BEFORE, path, [GAUSSIAN], ["denoiser"], tolerance=1e-6)
    kept = record(karras(9, 0.02, 20.0, 5), path)
    assert [one.target for one in kept.data] == [GAUSSIAN]
    assert (kept.samplers, kept.tolerance) == (["denoiser"], 1e-6)


def test_other_data_than_the_baseline_has_are_measured_on_both(base):
    found = check(karras(9, 0.02, 20.0, 6), base, ["gaussian(d=3, var=2)"], ["score"])
    assert any("gaussian(d=3, var=2) is not in the baseline" in note for note in found.notes)
    assert found.rows[0].baseline is not None
    with pytest.raises(BadInput, match="did you mean 'gaussian'"):
        check(BEFORE, base, ["gausian(d=3, var=2)"])


def test_there_is_no_baseline_yet(tmp_path):
    with pytest.raises(NoBaseline, match=r"no baseline .*base\.json; write it with --update"):
        check(BEFORE, tmp_path / "base.json")


# --- the command -------------------------------------------------------------------------------------------------

FUNCTION = "from theory.grids import karras\ndef grid(n=9):\n    return karras(n, 0.02, 20.0, {rho})\n"


def test_the_command_from_the_first_baseline_to_a_worse_schedule(run, tmp_path):
    (tmp_path / "my.py").write_text(FUNCTION.format(rho=7))
    arguments = ("my.py:grid", "--baseline", "base.json")
    code, _, err = run(*arguments)
    assert (code, err) == (2, "error: no baseline base.json; write it with --update\n")
    assert not (tmp_path / "base.json").exists()

    code, out, _ = run(*arguments, "--target", GAUSSIAN, "--sampler", "score", "--steps", 8, "--update")
    assert code == 0
    assert "baseline written: base.json" in out
    kept = (tmp_path / "base.json").read_bytes()

    code, out, _ = run(*arguments)
    assert code == 0
    assert "same: 1 same" in out

    (tmp_path / "my.py").write_text(FUNCTION.format(rho=20))
    code, out, _ = run(*arguments, "--json", "out.json", "--junit", "out.xml")
    assert code == 1
    assert "if this is meant: scoreproof schedule check my.py:grid --baseline base.json --update" in out
    result = json.loads((tmp_path / "out.json").read_text())
    assert (result["verdict"], result["failed"]) == ("worse", True)
    true = exact_cost(karras(9, 0.02, 20.0, 20).sigmas, "score") - exact_cost(BEFORE.sigmas, "score")
    assert result["rows"][0]["difference"]["value"] == pytest.approx(true, rel=1e-9)
    suite = ElementTree.parse(tmp_path / "out.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")
    assert suite.find("testcase/failure").get("type") == "worse"
    assert (tmp_path / "base.json").read_bytes() == kept  # a check writes nothing

    code, out, _ = run(*arguments, "--update", "--json", "-")
    assert code == 0
    assert json.loads(out)["written"]["sigmas"] == karras(9, 0.02, 20.0, 20).sigmas.tolist()
    assert run(*arguments)[0] == 0


def test_the_command_remembers_the_steps_that_it_asked_for(run, tmp_path):
    (tmp_path / "my.py").write_text("from theory.grids import karras\ndef grid(n):\n    return karras(n, 0.02, 20)\n")
    arguments = ("my.py:grid", "--baseline", "base.json")
    assert run(*arguments, "--target", GAUSSIAN, "--steps", 6, "--update")[0] == 0
    code, out, _ = run(*arguments)
    assert code == 0
    assert "identical sigmas" in out
    code, out, _ = run(*arguments, "--steps", 5)
    assert code == 1
    assert "steps changed from 6 to 5" in out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--sampler", "skore"), "no sampler 'skore'"),
        (("--dimension", 4), "--dimension 4 goes with --loss-curve"),
        (("--loss-curve", "nowhere.csv"), "nowhere.csv"),
        (("--tolerance", "nan"), "tolerance nan"),
        (("--target", "mixture"), "needs its parameters"),
        (("--plot", "a.txt"), "--plot a.txt"),
    ],
)
def test_bad_input_is_one_line(run, base, options, message):
    code, _, err = run("karras(n=9, sigma_min=0.02, sigma_max=20, rho=5)", "--baseline", base, *options)
    assert code == 2
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert message in err


def test_the_picture(run, base, tmp_path):
    grid = "karras(n=9, sigma_min=0.02, sigma_max=20, rho=5)"
    run(grid, "--baseline", base, "--plot", "p.png")
    assert (tmp_path / "p.png").stat().st_size > 10_000


def test_the_table_in_words(base):
    text = plain_text(check(exponential(9, 0.02, 20.0), base, name="my grid"))
    lines = text.splitlines()
    assert lines[0] == f"my grid against {base}"
    assert GAUSSIAN in lines
    score = next(line for line in lines if line.startswith("  score"))
    true = exact_cost(exponential(9, 0.02, 20.0).sigmas, "score") - exact_cost(BEFORE.sigmas, "score")
    assert f"{true:+.6g} ± " in score
    assert lines[-1] == "worse: 1 better, 1 worse"
