"""Grids under the curve: areas, bars and levels, read back, are the numbers of the budgets."""

from __future__ import annotations

import numpy as np
import pytest
from svg_pictures import SVG, area, bottom_ticks, left_ticks, line_through, number, of_class, points, root

from numerics.enclosures import Enclosure
from numerics.score_errors import LinearError
from numerics.targets import Gaussian, GaussianMixture
from theory import grids
from verify.reports.numbers import plus_minus
from verify.reports.svg import staircases
from verify.schedules import GridBudget, grid_budget

MIXTURE = GaussianMixture([0.3, 0.7], [-1.5, 1.0], [0.25, 0.4])
PARTS = ("E_I", "E_D", "E_S")
GRIDS = grids.karras(9, 0.02, 20.0), grids.exponential(7, 0.02, 20.0)


def budgets(sampler: str = "score", target: object = MIXTURE) -> list[GridBudget]:
    return [grid_budget(grid, target, sampler) for grid in GRIDS]  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def score() -> list[GridBudget]:
    return budgets()


def value(one: GridBudget, name: str) -> float:
    part = one.part(name)
    assert isinstance(part, Enclosure)
    return float(part.value)


def test_each_shaded_area_is_the_discretisation_error(score: list[GridBudget]) -> None:
    svg = root(staircases(score))
    panels = of_class(svg, "grid")
    assert len(panels) == len(score)
    across = line_through(bottom_ticks(svg), log=True)
    for panel, one in zip(panels, score, strict=True):
        height = line_through(left_ticks(panel))
        (lost,) = of_class(panel, "lost")
        found = sum(map(area, points(lost.attrib["d"]))) / (abs(height.slope) * across.slope)
        assert found == pytest.approx(value(one, "E_D"), rel=0.02)


def test_the_levels_of_each_grid_stand_on_the_axis_of_sigma(score: list[GridBudget]) -> None:
    svg = root(staircases(score))
    across = line_through(bottom_ticks(svg), log=True)
    for panel, one in zip(of_class(svg, "grid"), score, strict=True):
        (levels,) = of_class(panel, "levels")
        found = [float(part.split()[0]) for part in levels.attrib["d"].split("M")[1:]]
        assert found == pytest.approx([across(s) for s in one.grid.sigmas.tolist()], abs=0.3)


def test_bars_are_the_parts_end_to_end() -> None:
    wide, error = Gaussian(d=1, var=4.0), LinearError(a=0.3)
    short = [grid_budget(grids.karras(n, 0.1, 3.0), wide, "score", error) for n in (5, 9)]
    svg, most = root(staircases(short)), max(value(one, "KL_path") for one in short)
    assert min(value(one, name) for one in short for name in PARTS) > 0.02 * most
    stacks, totals = of_class(svg, "stack"), of_class(svg, "total")
    left, right = number(stacks[0][0], "x"), max(number(b, "x") + number(b, "width") for s in stacks for b in s)
    for stack, total, one in zip(stacks, totals, short, strict=True):
        begin = 0.0
        for bar, name in zip(stack, PARTS, strict=True):
            end = begin + value(one, name)
            found = number(bar, "x"), number(bar, "x") + number(bar, "width")
            assert bar.attrib["class"] == name
            assert found == pytest.approx([left + (right - left) * x / most for x in (begin, end)], abs=0.03)
            begin = end
        assert total.text == plus_minus(one.part("KL_path"))


def test_the_words_have_the_numbers(score: list[GridBudget]) -> None:
    picture = staircases(score)
    for one in score:
        assert f"E_D {value(one, 'E_D'):.4g}" in picture.alt
        assert f"path KL {value(one, 'KL_path'):.4g}" in picture.alt


def test_steps_of_the_denoiser_that_rise_too_far_are_cut() -> None:
    point = Gaussian(d=1, var=0.5)
    picture = staircases(budgets("denoiser", point))
    assert "are cut" in picture.caption
    for group in root(picture).iter(f"{SVG}g"):
        if group.get("fill") == "none" and group.get("class") is None and len(group) == 3:
            assert group.attrib["clip-path"].startswith("url(#")


def test_a_sampler_without_a_path_has_levels_alone() -> None:
    picture = staircases(budgets("ode", Gaussian(d=1, var=0.5)))
    svg = root(picture)
    assert not of_class(svg, "curve")
    assert not of_class(svg, "stack")
    assert len(of_class(svg, "levels")) == len(GRIDS)
    assert "has no path KL" in picture.caption


def test_what_cannot_stand_under_one_curve_is_refused(score: list[GridBudget]) -> None:
    with pytest.raises(ValueError, match="no grid"):
        staircases([])
    with pytest.raises(ValueError, match="one sampler and one target"):
        staircases([score[0], grid_budget(GRIDS[1], Gaussian(d=1, var=1.0), "score")])
    with pytest.raises(ValueError, match="one sampler and one target"):
        staircases([score[0], grid_budget(GRIDS[1], MIXTURE, "ode")])


def test_grids_of_one_step_and_of_very_many_are_drawn() -> None:
    target = Gaussian(d=1, var=0.5)
    many = [grid_budget(grid, target) for grid in (grids.karras(2, 0.1, 10.0), grids.karras(400, 0.1, 10.0))]
    svg = root(staircases(many))
    for panel, one in zip(of_class(svg, "grid"), many, strict=True):
        (held,) = of_class(panel, "held")
        assert len(points(held.attrib["d"])) == one.grid.N
    assert np.isfinite([float(x) for x in svg.attrib["viewBox"].split()]).all()
