"""The baseline's file: what it holds, and what is said of one that was edited."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from check_cases import BEFORE, GAUSSIAN, edited, exact_cost

from theory.grids import karras
from verify.language.errors import BadInput
from verify.schedules.baseline import DEFAULT_TARGETS, check, record
from verify.schedules.baseline_file import NoBaseline


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A baseline of ``BEFORE`` on one Gaussian with both path samplers."""
    path = tmp_path / "base.json"
    record(BEFORE, path, [GAUSSIAN], ["score", "denoiser"])
    return path


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
        (("data", 0), {"target": "foo"}, "'foo', which is not in data|costs speak of"),
        (("data", 0, "dimension"), 3, r"data\[0\]: dimension = 3 goes with the file of a loss curve"),
        (("data", 0, "smooth"), True, r"data\[0\]: smooth = True goes with the file of a loss curve"),
        (("steps_asked",), 0, "steps_asked: .*greater than or equal to 1"),
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


@pytest.mark.parametrize("target", ["foo", "gausian(d=1, var=1)", "nowhere.csv", "gaussian(d=1, var=-1)"])
def test_data_in_the_file_that_cannot_be_opened_are_blamed_on_it(base, target):
    base.write_text(base.read_text().replace(GAUSSIAN, target))
    for act in (check, record):
        with pytest.raises(BadInput, match="data: ") as error:
            act(karras(9, 0.02, 20.0, 6), base)
        assert str(error.value).startswith(f"{base}: data: ")
    with pytest.raises(BadInput) as error:  # what was typed is not
        check(BEFORE, base, target)
    assert str(base) not in str(error.value)


def test_a_broken_file_is_not_told_to_be_a_list_of_numbers(base):
    base.write_text(base.read_text()[:-20])
    with pytest.raises(BadInput, match=r"not JSON .*; correct it, or remove the file and write it with") as error:
        check(BEFORE, base)
    assert "list of numbers" not in str(error.value)


@pytest.mark.parametrize("tolerance", ["x", "1e-6", True, [1], -1, float("inf")])
def test_a_tolerance_that_is_no_number_of_nats(base, tolerance):
    for act in (check, record):
        with pytest.raises(BadInput, match=r"tolerance .*; give a number of nats, 0 or larger"):
            act(BEFORE, base, tolerance=tolerance)


def test_a_function_is_asked_for_the_steps_of_its_baseline(base):
    """Nine steps were accepted: a function of 18 by default is not compared with them as it is."""

    def schedule(n=19):
        return karras(n, 0.02, 20.0).sigmas

    record(schedule, base, steps_asked=9)
    assert json.loads(base.read_text())["steps_asked"] == 9
    assert check(schedule, base).notes == ("identical sigmas; nothing was measured",)
    assert check(lambda n=19: karras(n, 0.02, 20.0, 40).sigmas, base).failed
    kept = record(schedule, base)  # and asked again
    assert (kept.steps, kept.steps_asked) == (9, 9)
    assert check(karras(19, 0.02, 20.0), base).grid.N == 18  # a list is taken as it is


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


def test_no_number_is_looked_at_where_all_sigmas_are_the_same(base):
    """As the page on the regression check says."""
    edited(base, "costs", 1, "cost", "value", to=1.0)
    assert check(BEFORE, base).notes == ("identical sigmas; nothing was measured",)


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
