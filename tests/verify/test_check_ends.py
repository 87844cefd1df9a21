"""The end of a schedule under the regression check: the 0 that toolboxes append, and a last sigma that was rounded."""

from __future__ import annotations

import json

import numpy as np
import pytest
from check_cases import BEFORE, GAUSSIAN, curve, edited, exact_cost

from theory.grids import exponential, karras
from verify.cli import main
from verify.schedules.baseline import check, record
from verify.schedules.baseline_file import read_baseline
from verify.schedules.baseline_now import read_now
from verify.schedules.judging import ROUNDED_END

SIGMAS = BEFORE.sigmas.tolist()
WITH, WITHOUT = [*SIGMAS, 0.0], SIGMAS
FUNCTION = "def grid(n=9):\n    return {}\n"


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        with pytest.raises(SystemExit) as stop:
            main(["schedule", "check", *map(str, arguments)])
        seen = capsys.readouterr()
        return stop.value.code, seen.out, seen.err

    return call


@pytest.mark.parametrize(
    ("thing", "zero"),
    [
        (WITH, True),
        (WITHOUT, False),
        (np.array(WITH, np.float32), True),
        (lambda n=9: WITH, True),
        (lambda n=9: WITHOUT, False),
        (BEFORE, None),
        (lambda n=9: karras(n, 0.02, 20.0), None),
        ("karras(n=9, sigma_min=0.02, sigma_max=20)", None),
    ],
)
def test_whether_a_schedule_ends_in_a_0(thing, zero):
    assert read_now(thing, None).appended_zero is zero


@pytest.mark.parametrize("ending", [".json", ".csv", ".npy", ".py"])
@pytest.mark.parametrize("zero", [True, False])
def test_whether_a_file_ends_in_a_0(tmp_path, ending, zero):
    sigmas = WITH if zero else WITHOUT
    path = tmp_path / f"s{ending}"
    if ending == ".npy":
        np.save(path, sigmas)
    else:
        text = {".json": json.dumps(sigmas), ".csv": "\n".join(map(repr, sigmas)), ".py": FUNCTION.format(sigmas)}
        path.write_text(text[ending])
    read = read_now(f"{path}:grid" if ending == ".py" else path, None)
    assert (read.appended_zero, read.grid.sigmas.tolist()) == (zero, SIGMAS)


def test_a_function_is_called_once(tmp_path):
    (tmp_path / "s.py").write_text(
        "from pathlib import Path\ndef grid():\n    with open(Path(__file__).parent / 'calls', 'a') as out:\n"
        f"        out.write('x')\n    return {WITH}\n"
    )
    assert read_now(f"{tmp_path / 's.py'}:grid", None).appended_zero
    assert (tmp_path / "calls").read_text() == "x"


@pytest.mark.parametrize(
    ("before", "now", "told", "fix"),
    [
        (WITH, WITHOUT, "the 0 at the end is gone: samplers now stop at sigma = 0.02", "append the 0 again"),
        (WITHOUT, WITH, "one more step, to 0", "remove it"),
        (WITH, [*exponential(9, 0.02, 20.0).sigmas], "is gone", "append the 0 again"),
    ],
)
def test_a_lost_and_a_new_0_are_not_the_same(tmp_path, before, now, told, fix):
    path = tmp_path / "base.json"
    record(before, path, [GAUSSIAN], ["score", "denoiser"])
    found = check(now, path, tolerance=100.0)
    assert (found.verdict, found.failed) == ("cannot tell", True)
    for row in found.rows:
        assert told in row.reason
        assert fix in row.reason
        assert row.difference is None
        assert row.baseline is not None


@pytest.mark.parametrize("zero", [True, False])
def test_the_same_end_is_the_same(tmp_path, zero):
    path = tmp_path / "base.json"
    assert record(WITH if zero else WITHOUT, path, [GAUSSIAN], ["score"]).appended_zero is zero
    assert check(WITH if zero else WITHOUT, path).verdict == "same"
    assert check(BEFORE, path).verdict == "same"  # a grid of scoreproof's own has no such end to compare


def test_a_baseline_from_before_it_was_kept_says_nothing_of_it(tmp_path):
    path = tmp_path / "base.json"
    record(WITH, path, [GAUSSIAN], ["score"])
    edited(path, "appended_zero", to=None)
    assert "appended_zero" not in json.loads(path.read_text())
    assert [check(one, path).verdict for one in (WITH, WITHOUT)] == ["same", "same"]
    record(WITHOUT, path)
    assert read_baseline(path).appended_zero is False


def test_the_command_says_how_a_lost_0_comes_back(run, tmp_path):
    (tmp_path / "my.py").write_text(FUNCTION.format(WITH))
    arguments = ("my.py:grid", "--baseline", "base.json")
    assert run(*arguments, "--target", GAUSSIAN, "--sampler", "score", "--update")[0] == 0
    assert run(*arguments)[0] == 0
    (tmp_path / "my.py").write_text(FUNCTION.format(WITHOUT))
    code, out, _ = run(*arguments, "--json", "out.json")
    assert code == 1
    assert "cannot tell the 0 at the end is gone" in out
    assert "identical sigmas but for the 0 at the end" in out
    assert "append the 0 again" in out
    assert "if this is meant: scoreproof schedule check my.py:grid --baseline base.json --update" in out
    result = json.loads((tmp_path / "out.json").read_text())
    assert (result["verdict"], result["failed"]) == ("cannot tell", True)
    assert run(*arguments, "--update")[0] == 0
    assert run(*arguments)[0] == 0


def rounded(sigmas, kind) -> list[float]:
    return np.asarray(sigmas, kind).astype(float).tolist()


@pytest.mark.parametrize("on", ["data", "curve"])
@pytest.mark.parametrize("sampler", ["score", "denoiser"])
@pytest.mark.parametrize("factor", [1 - 3e-5, 1 + 3e-5, 1 - 2**-9, 1 + 2**-9])
def test_a_rounded_end_is_judged_on_what_both_pass(tmp_path, sampler, factor, on):
    """The interval holds the difference down to the larger end, and that of the whole paths, by the closed form."""
    path = tmp_path / "base.json"
    other = [*karras(9, 0.02, 20.0, 30.0).sigmas[:-1], 0.02 * factor]
    data = GAUSSIAN
    if on == "curve":
        curve(tmp_path / "curve.csv", [*SIGMAS, *other, 0.019])
        data = f'loss_curve("{tmp_path / "curve.csv"}", d=1)'
    record(SIGMAS, path, [data], [sampler])
    found = check(other, path)
    (row,) = found.rows
    level = max(SIGMAS[-1], other[-1])
    whole = exact_cost(other, sampler) - exact_cost(SIGMAS, sampler)
    shared = exact_cost([*other[:-1], level], sampler) - exact_cost([*SIGMAS[:-1], level], sampler)
    low, high = float(row.difference.lower), float(row.difference.upper)
    assert low - 1e-12 <= min(whole, shared)
    assert max(whole, shared) <= high + 1e-12
    most = max(1.0, (SIGMAS[-2] / 0.02) ** 2, (other[-2] / 0.02) ** 2)  # of v_{N-1}/v_N
    assert high - low <= 1.01 * abs(np.log(factor)) * most + 1e-9
    assert row.verdict == ("worse" if min(whole, shared) > 0 else "better")
    assert any("sigma_min" in note and "judged down to the larger one" in note for note in found.notes)


def test_a_changed_end_alone_is_not_called_the_same(tmp_path):
    path = tmp_path / "base.json"
    record(SIGMAS, path, [GAUSSIAN], ["score"])
    for factor in (1 - 1e-3, 1 + 1e-3):
        (row,) = check([*SIGMAS[:-1], 0.02 * factor], path).rows
        assert row.verdict == "cannot tell"
        assert float(row.difference.radius) > 0


def test_float16_is_no_reason_not_to_see_a_worse_schedule(tmp_path):
    path = tmp_path / "base.json"
    record(karras(19, 0.002, 80.0).sigmas, path, [GAUSSIAN], ["denoiser"])
    found = check(rounded(karras(19, 0.002, 80.0, 5.0).sigmas, np.float16), path)
    assert {row.verdict for row in found.rows} == {"worse"}


JUDGED = "judged down to the larger one"


@pytest.mark.parametrize(
    ("samplers", "told"),
    [
        (["score", "denoiser"], "for the score and denoiser sampler paths are"),
        (["score", "ode"], "for the score sampler paths are"),
        (["ode"], None),
    ],
)
def test_only_what_compared_paths_says_so(tmp_path, samplers, told):
    path = tmp_path / "base.json"
    record(WITH, path, [GAUSSIAN], samplers)
    (note,) = (n for n in check([*SIGMAS[:-1], 0.02 * (1 + 1e-3), 0.0], path).notes if n.startswith("sigma_min"))
    assert (JUDGED in note) is (told is not None)
    assert told is None or told in note


def test_nothing_is_judged_where_the_0_was_lost_or_the_last_step_is_too_short(tmp_path):
    path = tmp_path / "base.json"
    record(WITH, path, [GAUSSIAN], ["score"])
    found = check([*SIGMAS[:-1], 0.02 * (1 + 1e-3)], path)
    assert found.rows[0].difference is None
    assert not any(JUDGED in note for note in found.notes)
    short = [*SIGMAS[:-1], 0.02, 0.02 * (1 - 5e-4)]  # the larger end is no level within its last step
    record(SIGMAS, path, [GAUSSIAN], ["score"])
    found = check(short, path)
    assert found.rows[0].difference is None
    assert any(note.startswith("sigma_min") for note in found.notes)
    assert not any(JUDGED in note for note in found.notes)


def test_what_no_rounding_does_and_what_has_no_path_is_told_by_how_much(tmp_path):
    path = tmp_path / "base.json"
    record(SIGMAS, path, [GAUSSIAN], ["score", "ode"])
    near, far = ([*SIGMAS[:-1], 0.02 * (1 + factor * ROUNDED_END)] for factor in (0.1, 1.1))
    score, ode = check(near, path).rows
    assert score.difference is not None
    assert (ode.verdict, ode.difference, ode.failed) == ("cannot tell", None, True)
    assert "by 3.9e-04 of it" in ode.reason
    assert "same type" in ode.reason
    for row in check(far, path).rows:
        assert (row.verdict, row.difference, row.failed) == ("cannot tell", None, True)
        assert "sigma_min changed from 0.02 to 0.0200859" in row.reason
        assert "same type" not in row.reason
