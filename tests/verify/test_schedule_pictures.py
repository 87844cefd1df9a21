"""Pictures of schedules say what the numbers say: areas are nats, bars span intervals, marks stand at findings."""

from __future__ import annotations

import json

import numpy as np
import pytest
from matplotlib.collections import FillBetweenPolyCollection
from matplotlib.figure import Figure

from numerics.enclosures import Enclosure
from numerics.targets import Gaussian, GaussianMixture, LossCurve
from theory.grids import Grid, exponential, from_sigmas, karras, linear, tan
from verify.cli import main
from verify.reports.pictures import plt
from verify.reports.schedule_pictures import draw_check, draw_lint, draw_optimum, draw_ranking
from verify.reports.schedule_pictures.densities import density, draw_lost_area, raster
from verify.reports.schedule_pictures.intervals import VERDICTS, Row, draw_intervals, told
from verify.schedules import Given, grid_budget
from verify.schedules.baseline import check, record
from verify.schedules.findings import Finding
from verify.schedules.lint import lint
from verify.schedules.optimum import optimise
from verify.schedules.ranking import rank

MIXTURE = GaussianMixture(weights=[0.3, 0.7], means=[-1.5, 1.0], stds=[0.25, 0.4])
GAUSSIAN = Gaussian(eigenvalues=[1.0, 0.2, 0.01])
ENDS = (9, 0.1, 20.0)
GRIDS = [karras(*ENDS), karras(*ENDS, rho=3.0), exponential(*ENDS), tan(*ENDS), linear(*ENDS)]


@pytest.fixture
def figures(monkeypatch):
    """The figures that are drawn, which stay open until the test ends and are not rendered, which takes long."""
    kept: list = []
    with monkeypatch.context() as patch:
        patch.setattr(plt, "close", kept.append)
        patch.setattr(Figure, "savefig", lambda figure, to, **options: to.touch())
        yield kept
    for figure in kept:
        plt.close(figure)


@pytest.fixture
def axes():
    figure, one = plt.subplots()
    yield one
    plt.close(figure)


def curve(sampler_of: Gaussian, rows: int = 60, error: float = 0.0) -> LossCurve:
    """What a model with the exact score of ``sampler_of`` shows of itself."""
    sigma = np.geomspace(0.1, 20.0, rows)
    loss = sampler_of.measure("mmse", sigma**2).value / sigma**2
    return LossCurve(sigma, loss, sampler_of.d, error * loss)


def areas(axes) -> float:
    """The area that is shaded between the curve and the staircase, over ln sigma."""
    total = 0.0
    for shaded in axes.collections:
        if isinstance(shaded, FillBetweenPolyCollection) and shaded.get_label() != "its error":
            for step in shaded.get_paths():
                x, y = step.vertices.T
                x = np.log(x)
                total += abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2
    return total


@pytest.mark.parametrize("sampler", ["score", "denoiser"])
@pytest.mark.parametrize("grid", GRIDS[:4], ids=str)
def test_the_shaded_area_is_the_discretisation_error_in_nats(axes, sampler: str, grid: Grid) -> None:
    sigma = raster(grid)
    draw_lost_area(axes, grid, MIXTURE, sampler, (sigma, density(MIXTURE, sampler, sigma**2)))
    budget = grid_budget(grid, MIXTURE, sampler).part("E_D")
    # linear pieces between 80 points of the curve and 23 of each step
    assert areas(axes) == pytest.approx(float(budget.value), rel=0.01)


@pytest.mark.parametrize("sampler", ["score", "denoiser"])
def test_areas_under_a_loss_curve_differ_as_the_ranking_says(axes, sampler: str) -> None:
    model, lost = curve(GAUSSIAN), {}
    for grid in GRIDS[:3]:
        axes.clear()
        sigma = raster(grid)
        draw_lost_area(axes, grid, model, sampler, (sigma, density(model, sampler, sigma**2)))
        lost[grid] = areas(axes)
    for row in rank(GRIDS[:3], model, sampler).rows:
        assert lost[row.grid] - lost[GRIDS[0]] == pytest.approx(row.estimate, abs=0.01 * max(lost.values()))


def test_the_error_of_a_curve_is_a_band_around_it(axes) -> None:
    model, grid = curve(Gaussian(d=3, var=0.5), error=0.05), GRIDS[0]
    sigma = raster(grid)
    along = density(model, "denoiser", sigma**2)
    draw_lost_area(axes, grid, model, "denoiser", (sigma, along))
    (band,) = (one for one in axes.collections if one.get_label() == "its error")
    height = band.get_paths()[0].vertices[:, 1]
    assert height.max() == pytest.approx(along.upper.max())
    assert height.min() == pytest.approx(along.lower.min())


def test_a_step_that_leaves_the_axes_is_said(axes) -> None:
    sigma, grid = raster(GRIDS[4]), GRIDS[4]
    draw_lost_area(axes, grid, MIXTURE, "denoiser", (sigma, density(MIXTURE, "denoiser", sigma**2)))
    v = grid.v
    top = MIXTURE.measure("mmse", v[-2:-1]).value[0] / v[-1]
    assert axes.get_ylim()[1] < top
    assert [text.get_text() for text in axes.texts] == [f"rises to {top:,.0f}"]


def test_bars_span_their_intervals_in_the_colour_of_the_verdict(axes) -> None:
    rows = [
        Row("a", Enclosure.of(-2.0, 0.5), "better"),
        Row("b", Enclosure.of(3.0, 0.25), "worse"),
        Row("c", Enclosure.of(0.1, 1.0), "cannot tell"),
        Row("d", None, "cannot tell"),
        Row("e", Enclosure.of(0.0, np.inf), "cannot tell"),
        Row("f", Enclosure.of(0.0), "reference"),
    ]
    draw_intervals(axes, rows, "nats")
    spans = {}
    for container in axes.containers:
        if container.get_label() and hasattr(container, "has_xerr"):
            (segment,) = container[2][0].get_segments()
            spans[round(segment[0][1])] = (segment[:, 0].tolist(), container[0].get_color())
    assert spans[0] == ([-2.5, -1.5], VERDICTS["better"][0])
    assert spans[1] == ([2.75, 3.25], VERDICTS["worse"][0])
    assert spans[2] == ([-0.9, 1.1], VERDICTS["cannot tell"][0])
    assert set(spans) == {0, 1, 2, 5}
    assert [text.get_text().strip() for text in axes.texts] == [
        "better, -2 ± 0.5",
        "worse, +3 ± 0.25",
        "cannot tell, +0.1 ± 1.1",
        "cannot tell",
        "cannot tell, no bound",
        "reference",
    ]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]  # the first on top
    assert axes.get_xscale() == "linear"
    assert told(Row("g", Enclosure.of(1 / 3, 1e-13), "worse")) == "worse, +0.333333 ± 3.4e-07"


def test_differences_over_orders_of_magnitude_get_a_logarithmic_axis(axes) -> None:
    draw_intervals(axes, [Row("a", Enclosure.of(-0.5), "better"), Row("b", Enclosure.of(900.0), "worse")], "nats")
    assert axes.get_xscale() == "symlog"


def test_a_ranking_shows_its_grids_best_first(tmp_path, figures) -> None:
    ranking = rank(GRIDS, GAUSSIAN, "denoiser")
    draw_ranking(ranking, tmp_path / "r.png")
    (figure,) = figures
    panels = [one for one in figure.axes if one.get_title() and one.collections]
    assert [one.get_title().split(",")[0] for one in panels[:5]] == [
        text.get_text() for text in figure.axes[-1].get_yticklabels()
    ]
    assert [float(row.difference.value) for row in ranking.rows] == sorted(
        float(row.difference.value) for row in ranking.rows
    )
    assert (tmp_path / "r.png").exists()


def test_a_sampler_without_a_curve_has_its_differences_drawn(tmp_path, figures) -> None:
    draw_ranking(rank(GRIDS[:3], Gaussian(d=1, var=0.25), "ode"), tmp_path / "r.svg")
    assert len(figures[0].axes) == 1
    assert "KL, ode sampler" in figures[0].axes[0].get_title()


def test_an_optimum_is_drawn_beside_the_usual_grids(tmp_path, figures) -> None:
    found = optimise(GAUSSIAN, 6, 20.0, 0.1, "score", points=65)
    draw_optimum(found, tmp_path / "o.png")
    steps, regret, area, gain = figures[0].axes
    total = np.log(20.0 / 0.1)
    assert all(line.get_ydata().sum() == pytest.approx(total) for line in steps.lines)
    assert steps.lines[-1].get_ydata() == pytest.approx(np.log(found.sigmas[:-1] / found.sigmas[1:]))
    names = [name for name in found.by_steps[2] if name != "best"]
    for name, line in zip(names, regret.lines, strict=True):
        wanted = [found.by_steps[int(n)][name] - found.by_steps[int(n)]["best"] for n in line.get_xdata()]
        assert np.nan_to_num(line.get_ydata()) == pytest.approx(np.maximum(wanted, 0))
    assert areas(area) == pytest.approx(float(found.objective.value), rel=0.01)
    assert [text.get_text().split("\n")[0] for text in gain.get_yticklabels()] == list(found.gain)


def test_an_optimum_without_a_curve(tmp_path, figures) -> None:
    draw_optimum(optimise(Gaussian(d=1, var=0.25), 3, 20.0, 0.1, "ode"), tmp_path / "o.png")
    assert any("no path KL" in text.get_text() for text in figures[0].axes[2].texts)


def test_findings_are_marked_where_they_are(tmp_path, figures) -> None:
    sigmas = np.array([20.0, 14, 9, 9, np.nan, 3, 3.5, 1, 0.4, 0.1, 0])
    given = Given(sigmas, "mine.csv", "csv file")
    findings = lint(given)
    assert {one.index for one in findings} >= {3, 4, 6}
    draw_lint(given, findings, tmp_path / "l.png")
    levels, words = figures[0].axes
    marks = {line.get_xdata()[0]: line.get_ydata()[0] for line in levels.lines if len(line.get_xdata()) == 1}
    assert set(marks) == {one.index for one in findings if one.index is not None}
    assert marks[3] == 9
    assert marks[6] == 3.5
    assert marks[4] < 0.1  # NaN has no height: the lower edge
    lines = [text.get_text() for text in words.texts]
    assert all(one.rule in line for one, line in zip(findings, lines, strict=False))


def test_many_findings_are_counted_and_none_is_said(tmp_path, figures) -> None:
    given = Given(karras(40, 0.1, 20.0).sigmas, "mine.csv")
    many = [Finding("rule", "note", i, 0.0, f"message {i}", "fix") for i in range(30)]
    draw_lint(given, many, tmp_path / "l.svg")
    assert figures[0].axes[1].texts[-1].get_text() == "and 18 more"
    draw_lint(given, [], tmp_path / "n.svg")
    assert figures[1].axes[1].texts[0].get_text() == "nothing found"


def test_schedules_of_nothing_and_of_one_level_can_be_drawn(tmp_path) -> None:
    for sigmas in ([], [1.0], [-1.0, np.inf, np.nan, 0.0]):
        given = Given(np.array(sigmas, float), "mine.csv")
        draw_lint(given, lint(given), tmp_path / "l.svg")


def test_a_check_shows_both_schedules_and_every_verdict(tmp_path, figures) -> None:
    base = tmp_path / "base.json"
    record(GRIDS[0], base, ["gaussian(d=1, var=0.25)"], ["score", "denoiser"])
    checked = check(GRIDS[2], base)
    draw_check(checked, tmp_path / "c.png")
    steps, bars = figures[0].axes
    assert [len(line.get_xdata()) for line in steps.lines] == [checked.reference.N, checked.grid.N]
    for line, grid in zip(steps.lines, (GRIDS[0], GRIDS[2]), strict=True):
        assert line.get_ydata() == pytest.approx(np.log(grid.sigmas[:-1] / grid.sigmas[1:]))
    assert [text.get_text().strip().split(",")[0] for text in bars.texts] == [row.verdict for row in checked.rows]
    assert checked.verdict in steps.get_title()


def test_every_command_draws(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sigmas.csv").write_text("\n".join(str(float(s)) for s in from_sigmas([9, 3, 1, 0.3]).sigmas))
    record(from_sigmas([9, 3, 1, 0.3]), tmp_path / "base.json", ["gaussian(d=1, var=0.25)"], ["score"])
    ends = ["--sigma-max", "9", "--sigma-min", ".3", "--steps", "3", "--points", "65"]
    for name, arguments in {
        "lint": ["sigmas.csv"],
        "rank": ["sigmas.csv", "exponential(n=4, sigma_min=.3, sigma_max=9)", "--target", "gaussian(d=1, var=0.25)"],
        "optimise": ["--target", "gaussian(d=1, var=0.25)", *ends],
        "check": ["sigmas.csv", "--baseline", "base.json"],
    }.items():
        with pytest.raises(SystemExit) as stop:
            main(["schedule", name, *arguments, "--plot", f"{name}.png", "--json", f"{name}.json"])
        assert stop.value.code == 0, capsys.readouterr()
        assert plt.imread(tmp_path / f"{name}.png").shape[1] >= 800
        assert json.loads((tmp_path / f"{name}.json").read_text())
