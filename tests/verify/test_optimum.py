"""The optimum: closed forms, gains, families, loss curves, clouds; the command; bad input in one line."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest

from numerics.budgets import discretisation_error
from numerics.enclosures import Kind, Relation, at_most, equal
from numerics.targets import Gaussian, GaussianMixture, LossCurve, PointCloud
from numerics.terminal import terminal_kl
from theory.grids import exponential, karras
from verify.cli import main
from verify.language.errors import BadInput
from verify.schedules.optimum import optimise
from verify.schedules.usual import DEFAULTS, shown_steps, usual_grids

VAR = 0.25
SPECTRUM = Gaussian(eigenvalues=[0.01, 0.25, 2.0])
MIXTURE = GaussianMixture([0.3, 0.7], [-1.5, 1.0], [0.25, 0.4])
# data, sampler, and the coordinate in which the best grid has equal steps, for every number of steps
CLOSED = {
    "data at one point, score": (Gaussian(var=0.0), "score", np.log),
    "Gaussian, score": (Gaussian(d=2, var=VAR), "score", lambda v: np.log(VAR + v)),
    "Gaussian, denoiser": (Gaussian(d=2, var=VAR), "denoiser", lambda v: np.log1p(VAR / v)),
    "Gaussian, ode": (Gaussian(d=2, var=VAR), "ode", lambda v: np.arctan(np.sqrt(v / VAR))),
}


@cache
def best_of_mixture(sampler):
    against = karras(5, 0.02, 10.0, 5.0)
    return optimise(MIXTURE, 4, 10.0, 0.02, sampler, points=101, against=against, terminal=False)


def curve_of(target, rows=40, ends=(0.02, 10.0), error=None):
    sigma = np.geomspace(*ends, rows)
    loss = target.measure("mmse", sigma**2).value / sigma**2
    return LossCurve(sigma, loss, target.d, error=None if error is None else error * loss)


@pytest.mark.parametrize("steps", [1, 7])
@pytest.mark.parametrize("name", CLOSED)
def test_closed_forms(name, steps):
    data, sampler, _ = CLOSED[name]
    found = optimise(data, steps, 80.0, 0.002, sampler, points=201)
    assert found.sigmas[0] == 80.0
    assert found.sigmas[-1] == pytest.approx(0.002, rel=1e-15)
    for other, (_, _, equal_steps) in CLOSED.items():
        u = equal_steps(found.grid.v)
        off = np.abs(u - np.linspace(u[0], u[-1], steps + 1)).max() / abs(u[0] - u[-1])
        assert off < 1e-9 if other == name or steps == 1 else off > 1e-3, other
    assert found.gap.lower <= 0 <= found.gap.upper
    assert found.gap.upper < (1e-9 if sampler == "ode" or steps == 1 else 0.01) * found.objective.value
    assert all(gain.upper >= 0 for gain in found.gain.values())


@pytest.mark.parametrize("sampler", ["score", pytest.param("denoiser", marks=pytest.mark.long)])
def test_gains_are_differences_of_exact_errors(sampler):
    found = best_of_mixture(sampler)
    assert found.objective.kind is Kind.CERTIFIED
    again = discretisation_error(MIXTURE, found.grid.v, sampler)
    assert equal(again, found.objective) is Relation.UNDECIDED
    usual = usual_grids(4, 10.0, 0.02) | {
        "karras(n=5, sigma_min=0.02, sigma_max=10, rho=5)": karras(5, 0.02, 10.0, 5.0)
    }
    assert list(found.gain) == list(usual)
    for name, grid in usual.items():
        truth = discretisation_error(MIXTURE, grid.v, sampler)
        assert equal(truth - again, found.gain[name]) is Relation.UNDECIDED
        assert equal(again - truth, found.gain[name]) is Relation.VIOLATED  # the other sign
        assert at_most(truth, found.objective) is Relation.VIOLATED
        assert float(found.gain[name].value) == pytest.approx(found.estimate[name], rel=1e-6)
        if name in found.by_steps[4]:
            row = found.by_steps[4]
            assert row[name] - row["best"] == pytest.approx(found.estimate[name], rel=2e-2, abs=1e-3)
    # the proof: no grid gains more than the gap, so that the best on the axis does not either
    assert float(found.gap.upper) < 0.02 * float(found.objective.value)
    best = [found.by_steps[n]["best"] for n in range(1, 5)]
    assert list(found.by_steps) == list(range(1, 5))
    assert np.all(np.diff(best) < 0)


def test_path_and_output_may_disagree_and_this_is_said():
    found = optimise(Gaussian(var=1.0), 24, 80.0, 0.002, "denoiser", points=201)
    for name, grid in usual_grids(24, 80.0, 0.002).items():
        assert equal(found.terminal[name], terminal_kl(Gaussian(var=1.0), grid.v, "denoiser")) is Relation.UNDECIDED
    worse = {name for name in DEFAULTS if found.terminal[name].upper < found.terminal["best"].lower}
    (said,) = [note for note in found.notes if "rank oppositely" in note]
    assert worse
    assert all((name in said) == (name in worse) for name in DEFAULTS)


def test_a_family_is_a_part_of_all_grids():
    best = optimise(SPECTRUM, 8, 10.0, 0.02, points=201)
    member = optimise(SPECTRUM, 8, 10.0, 0.02, family="karras", points=201)
    assert member.grid.name == "karras"
    rho = member.parameters["rho"]
    assert member.grid.parameters["rho"] == pytest.approx(float(rho.value), rel=1e-5)
    lost = member.objective - best.objective
    assert lost.lower > 0
    assert lost.upper <= member.gap.upper  # the bound covers all grids, of other families too
    for other in (2.0, 3.0, 7.0, float(rho.value) * 1.01):
        assert at_most(discretisation_error(SPECTRUM, karras(9, 0.02, 10.0, other).v, "score"), member.objective) is (
            Relation.VIOLATED
        )
    scale = optimise(Gaussian(d=1, var=VAR), 8, 80.0, 0.002, "ode", family="tan")
    assert float(scale.parameters["c"].value) == pytest.approx(0.5, rel=1e-6)


@pytest.mark.parametrize("sampler", ["score", pytest.param("denoiser", marks=pytest.mark.long)])
@pytest.mark.parametrize("error", [None, 0.003])
def test_a_loss_curve_knows_the_gain(sampler, error):
    """Rows of the exact loss: the truth lies in the intervals, and the grid is nearly the best of the true data."""
    curve = curve_of(MIXTURE, error=error)
    found = optimise(curve, 4, 10.0, 0.02, sampler, points=101)
    spent = discretisation_error(MIXTURE, found.grid.v, sampler)
    for name, grid in usual_grids(4, 10.0, 0.02).items():
        truth = discretisation_error(MIXTURE, grid.v, sampler) - spent
        assert equal(truth, found.gain[name]) is Relation.UNDECIDED
        assert found.estimate[name] == pytest.approx(float(truth.value), rel=0.02, abs=0.01)
    assert found.objective.kind is (Kind.EXACT if error is None else Kind.SAMPLED)
    best = best_of_mixture(sampler)
    assert float((spent - best.objective).value) < 0.01 * float(best.objective.value)
    assert found.terminal == {}
    assert any("interpolated" in note for note in found.notes)
    assert any("assume" in note for note in found.notes)
    # a curve that forgets to multiply by d leads elsewhere
    wrong = LossCurve(curve.sigmas, curve.losses, 2)
    if sampler == "score":
        other = optimise(wrong, 4, 10.0, 0.02, sampler, points=201)
        assert np.abs(np.log(other.sigmas / found.sigmas)).max() > 0.05


def test_draws_that_were_searched_do_not_judge():
    """A cloud whose exact law is known: intervals from fresh draws hold the truth."""
    points = PointCloud(np.array([[-1.0], [1.0]]), samples=2048)
    exact = GaussianMixture([0.5, 0.5], [-1.0, 1.0], [0.0, 0.0])
    found = optimise(points, 5, 10.0, 0.1, "denoiser", points=101)
    assert found.objective.kind is Kind.SAMPLED
    searched = points.measure("mmse", found.grid.v).sources
    assert not searched.keys() & found.objective.sources.keys()
    assert not searched.keys() & found.gain["linear"].sources.keys()
    spent = discretisation_error(exact, found.grid.v, "denoiser")
    assert equal(spent, found.objective) is Relation.UNDECIDED
    for name, grid in usual_grids(5, 10.0, 0.1).items():
        truth = discretisation_error(exact, grid.v, "denoiser") - spent
        assert equal(truth, found.gain[name]) is Relation.UNDECIDED
    assert found.gain["linear"].lower > 0


def test_data_at_one_point_cost_the_denoiser_nothing():
    found = optimise(Gaussian(var=0.0), 4, 80.0, 0.002, "denoiser", points=101)
    assert np.array_equal(found.grid.sigmas[[0, -1]], [80.0, 0.002])
    np.testing.assert_allclose(found.sigmas, exponential(5, 0.002, 80.0).sigmas)
    assert abs(float(found.objective.value)) <= float(found.objective.radius) + 1e-14


def test_many_steps_have_levels_enough(monkeypatch):
    """By default; the search itself is the same."""
    asked = []

    def stop(profile, steps, sigma_max, sigma_min, points):
        asked.append(points)
        raise BadInput("enough")

    monkeypatch.setattr("verify.schedules.optimum.solve_axis", stop)
    for steps, points in ((18, None), (256, None), (600, None), (600, 700)):
        with pytest.raises(BadInput, match="enough"):
            optimise(Gaussian(var=VAR), steps, 80.0, 0.02, points=points)
    assert asked == [513, 513, 1201, 700]


@pytest.mark.long
def test_600_steps_are_optimised():
    found = optimise(Gaussian(var=VAR), 600, 80.0, 0.02, terminal=False)
    assert found.grid.N == 600
    u = np.log(VAR + found.grid.v)
    assert np.diff(u) == pytest.approx((u[-1] - u[0]) / 600, rel=1e-6)


@pytest.mark.parametrize("sampler", ["score", "denoiser", "ode"])
@pytest.mark.parametrize("sigma_min", [79.999999999999, 80 * (1 - 9e-7)])
def test_ends_that_are_one_are_refused(sampler, sigma_min):
    with pytest.raises(BadInput, match="the same but for rounding; give ends that are further apart"):
        optimise(Gaussian(var=VAR), 4, 80.0, sigma_min, sampler)


@pytest.mark.parametrize("sampler", ["score", "denoiser", "ode"])
def test_ends_that_are_near_are_optimised(sampler):
    """At the least distance that is taken, on the longest axis that comes by default for so few steps."""
    found = optimise(Gaussian(var=VAR), 40, 80.0, 80 * (1 - 2e-6), sampler, terminal=False)
    assert np.all(np.diff(found.sigmas) < 0)
    assert found.gap.lower <= 0 <= found.gap.upper


def test_shown_steps():
    assert shown_steps(5) == [1, 2, 3, 4, 5]
    some = shown_steps(500)
    assert some[0] == 1
    assert some[-1] == 500
    assert 10 < len(some) <= 24


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"steps": 0}, "steps = 0"),
        ({"sigma_max": 0.01}, "swap the two"),
        ({"sigma_min": -1.0}, "not positive"),
        ({"sampler": "heun"}, "heun"),
        ({"sampler": "ode", "source": MIXTURE}, "Gaussian"),
        ({"family": "edm"}, "choose one of"),
        ({"family": "vp"}, "ends of its own"),
        ({"points": 4}, "points = 4"),
        ({"against": karras(7, 0.03, 10.0)}, "sigma_min = 0.03"),
        ({"source": curve_of(Gaussian(var=1.0), ends=(0.1, 10.0))}, "outside the rows"),
        ({"sampler": "ode", "source": curve_of(Gaussian(var=1.0))}, "ode"),
    ],
)
def test_what_cannot_be_optimised_is_refused(change, said):
    asked = {"source": SPECTRUM, "steps": 6, "sigma_max": 10.0, "sigma_min": 0.02} | change
    with pytest.raises(BadInput, match=said) as caught:
        optimise(**asked)
    assert "\n" not in str(caught.value)


# the command ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Exit code, standard output and standard error of one command, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        with pytest.raises(SystemExit) as stop:
            main(["schedule", "optimise", *arguments])
        return (stop.value.code, *capsys.readouterr())

    return run


ASKED = ("--target", "gaussian(d=1, var=.25)", "--points", "101")
ENDS = ("--steps", "4", "--sigma-max", "10", "--sigma-min", ".02")


def test_the_command(run, tmp_path):
    code, out, err = run(*ASKED, *ENDS, "--json", "-")
    assert code == 0
    found = json.loads(out)
    assert set(found) >= {"sigmas", "objective", "gap", "gain"}
    assert len(found["sigmas"]) == 5
    assert set(found["objective"]) == set(found["gap"]) == {"value", "radius", "kind"}
    assert set(found["gain"]) == set(DEFAULTS)
    assert found["axis"]["points"] == 101
    assert found["axis"]["unproved"] < 1e-12
    assert "no grid of any kind" in err
    code, out, _ = run("karras(n=5, sigma_min=.02, sigma_max=10)", *ASKED, "--family", "karras", "--plot", "p.png")
    assert code == 0
    assert "yours      karras(n=5, sigma_min=0.02, sigma_max=10, rho=7)\n" in out
    assert "rho" in out
    assert (tmp_path / "p.png").stat().st_size > 10_000


def test_a_loss_curve_and_code(run, tmp_path):
    curve = curve_of(MIXTURE)
    rows = "\n".join(f"{s:.17g},{x:.17g}" for s, x in zip(curve.sigmas, curve.losses, strict=True))
    (tmp_path / "curve.csv").write_text(f"sigma,loss\n{rows}\n")
    asked = ("--loss-curve", "curve.csv", "--dimension", "1", "--sampler", "denoiser", *ENDS)
    code, out, _ = run(*asked, "--export", "k-diffusion", "--output", "sigmas.py", "--json", "found.json")
    assert code == 0
    assert "by the curve alone" in out
    space = {}
    exec((tmp_path / "sigmas.py").read_text(), space)
    assert space["SIGMAS"] == json.loads((tmp_path / "found.json").read_text())["sigmas"]
    kept = (tmp_path / "sigmas.py").read_text()
    code, out, err = run(*asked, "--export", "comfyui", "--output", "sigmas.py")
    assert code == 2
    assert "--update" in err
    assert (tmp_path / "sigmas.py").read_text() == kept
    code, out, _ = run(*asked, "--export", "comfyui", "--output", "sigmas.py", "--update")
    assert code == 0
    assert "ComfyUI" in (tmp_path / "sigmas.py").read_text()
    code, out, _ = run(*asked, "--export", "diffusers")
    assert code == 0
    assert "def use_sigmas" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*ASKED, "--steps", "4"), "--sigma-max, --sigma-min missing"),
        ((*ASKED,), "--steps, --sigma-max, --sigma-min missing"),
        ((*ENDS,), "for which model"),
        (("karras(n=5, sigma_min=.02, sigma_max=10)", *ASKED, "--sigma-max", "9"), "its own ends"),
        ((*ASKED, *ENDS, "--export", "difusers"), "diffusers"),
        ((*ASKED, *ENDS, "--output", "x.py"), "--export"),
        ((*ASKED, *ENDS, "--export", "diffusers", "--json", "-"), "--output"),
        ((*ASKED, *ENDS, "--sampler", "heun"), "heun"),
        ((*ASKED, *ENDS, "--sampler", "scoer"), "score"),
        ((*ASKED, *ENDS, "--family", "kerras"), "choose one of"),
        (("--target", "digits", "--points", "3", *ENDS), "--points 3"),
        ((*ASKED, *ENDS, "--plot", "p.gif"), ".png"),
        (("--loss-curve", "none.csv", "--dimension", "1", *ENDS), "none.csv"),
    ],
)
def test_bad_input_is_one_line(run, arguments, said):
    code, out, err = run(*arguments)
    assert code == 2
    assert out == ""
    assert err.startswith("error: ")
    assert said in err
    assert len(err.strip().splitlines()) == 1
