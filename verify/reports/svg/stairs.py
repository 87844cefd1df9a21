"""The information curve, what a sampler holds fixed on each step, and the area between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import NDArray

from numerics.targets import Target
from numerics.targets.base import NotAvailable
from verify.reports.pictures import curve_height, curve_name, steps_along
from verify.reports.svg.axes import SMALL, Scale
from verify.reports.svg.drawing import A, B, Drawing, polyline, width_of

FloatArray = NDArray[np.float64]
Exact = tuple[FloatArray, FloatArray]  # sigma, increasing, and the height of the curve
POINTS, FEWEST = 60, 24  # of the curve, and of those that stand at no level of a grid
IN_ALL = 240  # points of the outlines of all steps together
HIGHEST, FAR = 3.0, 30.0  # steps that rise above so many times the curve's maximum are cut; and are not followed on


def measured_curve(target: Target, sampler: str, grids: Sequence[FloatArray], low: float, high: float) -> Exact:
    """The curve at every level at which a step of these grids of sigmas begins, and between them from low to high.

    Raises:
        NotAvailable: the curve cannot be measured there, or is not finite.
    """
    starts = np.unique(np.concatenate([sigmas[:-1] for sigmas in grids])) if grids else np.empty(0)
    between = np.geomspace(low, high, max(FEWEST, POINTS - len(starts)))
    sigma = np.union1d(starts, between)
    height = curve_height(sampler, sigma**2, target.measure(curve_name(sampler), sigma**2).value)
    if not np.isfinite(height).all():
        raise NotAvailable(f"the curve of {target.label} is not finite on these levels")
    return sigma, height


@dataclass(frozen=True)
class Stairs:
    """What a picture of one grid shows; heights are v J(v), or mmse(v)/v for the denoiser sampler.

    Over ln sigma the area between the two is the discretisation error E_D of the sampler in nats.

    Attributes:
        sigma, curve: the exact curve, sigma increasing.
        along, held: sigma and height along each step, (N, points), sigma increasing.
    """

    sigma: FloatArray
    curve: FloatArray
    along: FloatArray
    held: FloatArray

    @classmethod
    def of(cls, sampler: str, sigmas: FloatArray, exact: Exact) -> Stairs:
        """Of a grid, under a curve that was measured at the start of each of its steps."""
        sigma, curve = exact
        along, held = steps_along(sigmas, sampler, curve[np.searchsorted(sigma, sigmas[:-1])])
        held = np.minimum(held, FAR * float(curve.max()))  # a long step of the denoiser may rise without end
        few = max(3, min(along.shape[1] - 1, IN_ALL // len(along)))
        chosen = np.unique(np.linspace(0, along.shape[1] - 2, few).round().astype(int))  # the last one is NaN
        return cls(sigma, curve, along[:, chosen], held[:, chosen])

    @property
    def highest(self) -> float:
        """Of the curve and the steps; of steps that rise far above the curve, the height at which they are cut."""
        top = float(self.curve.max())
        return min(max(top, float(self.held.max())), HIGHEST * top) or 1.0

    @property
    def is_cut(self) -> bool:
        return float(self.held.max()) > self.highest

    def draw(self, drawing: Drawing, xs: Scale, ys: Scale, clip: str, into: Element | None = None) -> None:
        """The area, the steps and the curve, over a scale of sigma."""
        panel = drawing.group(into, fill="none", clip_path=clip)
        steps = [list(zip(map(xs, row), map(ys, held), strict=True)) for row, held in self._rows()]
        log = np.log(self.sigma)
        area = ""
        for row, step in zip(self.along, steps, strict=True):
            under = np.interp(np.log(row[::-1]), log, self.curve)
            edge = zip(map(xs, row[::-1]), map(ys, under), strict=True)
            area += polyline([*step, *edge], close=True)
        drawing.path(area, panel, fill=B, fill_opacity=0.3, class_="lost")
        drawing.path("".join(map(polyline, steps)), panel, stroke=B, stroke_width=1.3, class_="held")
        curve = zip(map(xs, self.sigma), map(ys, self.curve), strict=True)
        drawing.path(polyline(curve), panel, stroke=A, stroke_width=1.6, class_="curve")

    def _rows(self) -> list[tuple[list[float], list[float]]]:
        return [(row.tolist(), held.tolist()) for row, held in zip(self.along, self.held, strict=True)]


def curve_words(sampler: str) -> str:
    """What the height of the curve is."""
    return "v J(v)" if sampler == "score" else "mmse(v)/v"


def legend(drawing: Drawing, x: float, y: float, curve: str, steps: bool = True) -> None:
    """The curve's name, and what the steps and the area are, in one line."""
    words = drawing.group(font_size=SMALL)
    drawing.line((x, y - 3.5), (x + 14, y - 3.5), words, stroke=A, stroke_width=1.8)
    drawing.text(x + 18, y, curve, into=words)
    x += 18 + width_of(curve, SMALL) + 10
    if steps:
        drawing.line((x, y - 3.5), (x + 14, y - 3.5), words, stroke=B, stroke_width=1.5)
        drawing.text(x + 18, y, "held on each step", into=words)
        x += 18 + width_of("held on each step", SMALL) + 8
        drawing.rectangle(x, y - 8, 14, 9, words, fill=B, fill_opacity=0.3)
        drawing.text(x + 18, y, "E_D", into=words)
