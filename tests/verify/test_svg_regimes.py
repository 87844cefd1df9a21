"""The map of the page against budgets computed cell by cell."""

from __future__ import annotations

import re
from functools import cache
from xml.etree.ElementTree import Element

import numpy as np
import pytest
from svg_pictures import of_class, root

from numerics.budgets import discretisation_error, initial_error
from numerics.targets import Gaussian
from theory.grids import exponential, karras
from verify.reports.svg import Picture, regime_map
from verify.reports.svg import regimes as module
from verify.reports.svg.regimes import CELLS, HIGH, LOW, STEPS

VARIANCES = np.geomspace(1e-8, 1e4, CELLS)
EXCESS = np.geomspace(1e-3, 10, CELLS)
SHARES = np.geomspace(1e-2, 10, CELLS)
SOME = (0, 9, 15, 16, 21, 30, 47)


@cache
def drawn() -> Picture:
    return regime_map()


def panels() -> dict[tuple[str, int], Element]:
    """By sampler and row."""
    found = of_class(root(drawn()), "map")
    assert len(found) == 6
    ordered = sorted(found, key=lambda p: (float(p[0].attrib["y"]), float(p[0].attrib["x"])))
    return {(sampler, row): ordered[2 * row + i] for row in range(3) for i, sampler in enumerate(("score", "denoiser"))}


def is_exponential(panel: Element, i: int, j: int) -> bool:
    """Whether the middle of the cell of variance i and quality j lies in a rectangle of the hatched path."""
    left, top, width, height = (float(panel[0].attrib[name]) for name in ("x", "y", "width", "height"))
    x, y = left + (i + 0.5) * width / CELLS, top + height - (j + 0.5) * height / CELLS
    for path in (e for e in panel if "data-cells" in e.attrib and e.attrib["fill"].startswith("url(")):
        for part in path.attrib["d"].split("M")[1:]:
            a, b, w, h = (float(t) for t in re.fullmatch(r"(\S+) (\S+)h(\S+)v(\S+)h-\S+z", part).groups())  # type: ignore[union-attr]
            if a <= x <= a + w and b <= y <= b + h:
                return True
    return False


def path_kl(variance: float, sampler: str, excess: np.ndarray, v: np.ndarray) -> float:
    """E_I + E_D + E_S, E_S from its own formula with v eps2 = excess at each level."""
    target = Gaussian(d=1, var=variance)
    widths = v[:-1] - v[1:] if sampler == "score" else (v[:-1] - v[1:]) * v[:-1] / v[1:]
    e_s = 0.5 * float(np.sum(widths * excess / v[:-1]))
    return float(initial_error(target, v).value) + float(discretisation_error(target, v, sampler).value) + e_s


@pytest.mark.parametrize("sampler", ["score", "denoiser"])
@pytest.mark.parametrize("row", [0, 1])
def test_cells_are_those_of_the_budgets(sampler: str, row: int) -> None:
    panel, seen = panels()[sampler, row], set()
    for i in SOME:
        for j in SOME:
            costs = []
            for grid in (karras(STEPS + 1, LOW, HIGH).v, exponential(STEPS + 1, LOW, HIGH).v):
                relative = SHARES[j] ** 2 / (VARIANCES[i] + grid[:-1]) * grid[:-1]  # v a^2 J
                excess = np.full(STEPS, EXCESS[j]) if row == 0 else relative
                costs.append(path_kl(VARIANCES[i], sampler, excess, grid))
            gap = costs[0] - costs[1]
            if abs(gap) > 1e-6 * max(costs):
                assert is_exponential(panel, i, j) == (gap > 0)
                seen.add(gap > 0)
    assert seen == ({True, False} if (sampler, row) != ("denoiser", 0) else {True})


def test_more_descent_turns_small_data_to_the_exponential_grid() -> None:
    panel = panels()["score", 2]
    assert not is_exponential(panel, 0, 0)
    assert is_exponential(panel, 0, CELLS - 1)
    assert not is_exponential(panel, CELLS - 1, CELLS - 1)


def test_the_words_have_the_shares() -> None:
    count = float(panels()["score", 0].findall("*[@data-cells]")[0].attrib["data-cells"])
    assert f"karras has the smaller path KL in {100 * (1 - count / CELLS**2):.0f} %" in drawn().alt


def test_undecided_cells_are_drawn_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    def unsure(variances: np.ndarray, miss: object, sampler: str) -> np.ndarray:
        cells = np.ones((CELLS, CELLS), dtype=np.int8)
        cells[:5, :7] = 0
        return cells

    monkeypatch.setattr(module, "which_grid", unsure)
    picture = regime_map()
    assert "undecided" in "".join(root(picture).itertext())
    first = of_class(root(picture), "map")[0]
    open_ = [e for e in first if e.get("fill", "").startswith("var(--paper") and "data-cells" in e.attrib]
    assert [e.attrib["data-cells"] for e in open_] == ["35"]
    assert f"{100 * 35 / CELLS**2:.1f} % of all cells are undecided" in picture.alt
