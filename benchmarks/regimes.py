"""Where a karras and where an exponential grid is better. Writes the tables of docs/regimes.md and its pictures.

python -m benchmarks.regimes [--quick] [--no-page] [--no-networks]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch
from numpy.typing import NDArray
from scipy.optimize import brentq

from benchmarks.page import DOCS, write_between
from benchmarks.regimes_networks import draw_networks, networks, networks_table
from numerics.budgets import discretisation_error
from numerics.enclosures import Enclosure
from numerics.regimes import Misses, best, output_kl, path_cost, path_cost_of, sign
from numerics.regimes.gaussian import Miss
from numerics.targets import Gaussian, GaussianMixture, PointCloud, Target, digits
from theory.grids import exponential, karras
from verify.reports.training_pictures import figure

FloatArray = NDArray[np.float64]
HIGH, LOW = 80.0, 0.002
STEPS, SHOWN = (8, 18, 40), 18
COLOURS = {-1: "#56b4e9", 0: "#5a5a5a", 1: "#e69f00"}
WORDS = {-1: "karras, rho = 7, is better", 1: "exponential is better", 0: "undecided"}
RHOS = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0, 15.0, 20.0, 30.0, 50.0)
IMAGES = DOCS / "images"


def pair(steps: int) -> tuple[FloatArray, FloatArray]:
    """Variances of the karras (rho = 7) and the exponential grid."""
    return karras(steps + 1, LOW, HIGH).v, exponential(steps + 1, LOW, HIGH).v


# --- Gaussian data: maps of data variance (rows) and score quality (columns) ---------------------------------


def qualities(cells: int, variances: FloatArray) -> dict[str, tuple[str, FloatArray, Miss]]:
    """By name: label of the axis, its values, and the miss on a map of shape (variances, values, 1)."""
    excess, share = np.geomspace(1e-3, 10, cells), np.geomspace(1e-2, 10, cells)
    trained = np.geomspace(1, 1e12, cells)
    column = variances[:, None, None]
    return {
        "uniform": ("excess loss l of each level", excess, Misses.uniform(excess[:, None])),
        "proportional": ("a, score = (1 + a) the true one", share, Misses.proportional(share[:, None])),
        "trained": ("steps K of gradient descent", trained, Misses.trained(trained[:, None], HIGH**2, column)),
    }


def gaussian_map(variances: FloatArray, miss: Miss, sampler: str, steps: int, output: bool) -> NDArray[np.int8]:
    """-1 where karras is certainly better, 1 exponential, 0 undecided; shape (variances, values)."""
    lam = variances[:, None, None]
    a, b = (output_kl(lam, v, miss, sampler) if output else path_cost_of(lam, v, miss, sampler) for v in pair(steps))
    return sign(a - b)


def gaussian_maps(cells: int) -> dict[tuple[str, str, str, int], NDArray[np.int8]]:
    """Maps by (path or output, sampler, quality, N)."""
    variances, found = np.geomspace(1e-8, 1e4, cells), {}
    for kind, samplers in (("path", ("score", "denoiser")), ("output", ("score", "denoiser", "ode"))):
        for sampler in samplers:
            for name, (_, _, miss) in qualities(cells, variances).items():
                for steps in STEPS:
                    found[kind, sampler, name, steps] = gaussian_map(variances, miss, sampler, steps, kind == "output")
    return found


def draw_gaussian(maps: dict[tuple[str, str, str, int], NDArray[np.int8]], kind: str, cells: int) -> None:
    """A row a sampler, a column a quality: cells for N = 18, border lines for the other N."""
    variances = np.geomspace(1e-8, 1e4, cells)
    samplers = list(dict.fromkeys(sampler for k, sampler, _, _ in maps if k == kind))
    axes_of = qualities(cells, variances)
    # the border of output KL for few steps is a tangle
    borders = {STEPS[0]: ":", STEPS[-1]: "--"} if kind == "path" else {STEPS[-1]: "--"}
    words = {"path": "KL_path", "output": "output KL"}[kind]
    with figure(IMAGES / f"regimes-{kind}.png", len(axes_of), len(samplers), width=3.5, height=2.9) as axes:
        for row, sampler in zip(axes, samplers, strict=True):
            for one, (name, (label, values, _)) in zip(row, axes_of.items(), strict=True):
                paint(one, variances, values, maps[kind, sampler, name, SHOWN].T)
                for steps, style in borders.items():
                    shown = maps[kind, sampler, name, steps].T
                    if shown.min() < 0 < shown.max():
                        one.contour(
                            variances, values, shown, levels=[0], colors="black", linestyles=style, linewidths=1
                        )
                if kind == "output" and name != "trained":
                    one.set_ylim(None, 1.0)
                one.set(xlabel="data variance", ylabel=label, title=f"{sampler} sampler, {words}, N = {SHOWN}")
        legend(axes[0, 0], lines={f"border for N = {steps}": style for steps, style in borders.items()})


def paint(axes: object, x: FloatArray, y: FloatArray, cells: NDArray[np.int8]) -> None:
    """Cells of a map, undecided ones grey."""
    colours = ListedColormap([COLOURS[-1], COLOURS[0], COLOURS[1]])
    axes.pcolormesh(x, y, cells, cmap=colours, vmin=-1, vmax=1, shading="nearest", rasterized=True)  # type: ignore[attr-defined]
    axes.set(xscale="log", yscale="log")  # type: ignore[attr-defined]


def legend(axes: object, words: dict[int, str] = WORDS, lines: dict[str, str] | None = None) -> None:
    """What the colours mean, inside one map."""
    handles = [Patch(facecolor=COLOURS[key], edgecolor="grey", label=text) for key, text in words.items()]
    for label, style in (lines or {}).items():
        handles += axes.plot([], [], color="black", ls=style, lw=1, label=label)  # type: ignore[attr-defined]
    axes.legend(handles=handles, fontsize=6.5, loc="lower left", framealpha=0.9)  # type: ignore[attr-defined]


def gaussian_table(maps: dict[tuple[str, str, str, int], NDArray[np.int8]]) -> list[str]:
    """Shares of the cells, and how often path and output disagree."""
    head = [
        "error",
        "sampler",
        "score quality",
        *(f"karras better, N = {n}" for n in STEPS),
        "undecided",
        "other order",
    ]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for kind, sampler, name in dict.fromkeys(key[:3] for key in maps):
        cells = [f"{100 * np.mean(maps[kind, sampler, name, n] < 0):.0f} %" for n in STEPS]
        open_ = np.mean([maps[kind, sampler, name, n] == 0 for n in STEPS])
        against = ""
        if kind == "output" and sampler != "ode":
            parts = [maps[kind, sampler, name, n] * maps["path", sampler, name, n] < 0 for n in STEPS]
            against = f"{100 * np.mean(parts):.0f} %"
        words = {"path": "KL_path", "output": "output KL"}[kind]
        lines.append("| " + " | ".join([words, sampler, name, *cells, f"{100 * open_:.1f} %", against]) + " |")
    return lines


# --- Thresholds ------------------------------------------------------------------------------------------------


def thresholds() -> list[str]:
    """The excess at which the ranking turns for small data, and the data variance at which it turns for none."""
    head = ["N", "l = 0.99: karras - exponential", "l = 1.01", "border l at variance 1e-12", "1e-6", "1e-4", "1e-3"]
    head += ["border variance, l = 0", "the same, output KL"]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for steps in STEPS:

        def gap(variance: float, excess: float, steps: int = steps) -> Enclosure:
            a, b = (path_cost_of([variance], v, Misses.uniform(excess)) for v in pair(steps))
            return a - b

        def border(variance: float, gap: Callable[..., Enclosure] = gap) -> str:
            if gap(variance, 1e-12).upper < 0:
                return "none, karras"
            return _crossing(lambda level: gap(variance, level), 1e-12, 2.0)

        near = [f"{float(gap(0.0, excess).value):+.6f}" for excess in (0.99, 1.01)]
        turned = _crossing(lambda variance, gap=gap: gap(variance, 0.0), 1e-8, 1e2)
        ended = _crossing(lambda variance, steps=steps: output_gap(variance, steps), 1e-3, 1e2)
        cells = [str(steps), *near, *(border(x) for x in (1e-12, 1e-6, 1e-4, 1e-3)), turned, ended]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def output_gap(variance: float, steps: int) -> Enclosure:
    """Output KL of karras minus that of exponential, exact score, score sampler."""
    a, b = (output_kl([variance], v, Misses.uniform(0.0), "score") for v in pair(steps))
    return a - b


def _crossing(gap: Callable[[float], Enclosure], low: float, high: float) -> str:
    """Where the sign turns; both sides are certain."""
    middle = brentq(lambda x: float(gap(x).value), low, high, xtol=1e-14, rtol=1e-8)
    sides = [int(sign(gap(middle * factor))) for factor in (1 - 1e-6, 1 + 1e-6)]
    return f"{middle:.6g}" if sides[0] * sides[1] < 0 else f"about {middle:.3g}"


def checks() -> list[str]:
    """E_D of the score sampler with 50 steps on Gaussian data, at three scales."""
    head = ["data variance", "exponential", "karras, rho = 7", "rho = 3", "best"]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for variance in (10.0, 0.25, 1e-2, 1e-4, 1e-6):
        grids = (exponential(51, LOW, HIGH), karras(51, LOW, HIGH), karras(51, LOW, HIGH, 3.0))
        found = [discretisation_error(Gaussian(d=1, var=variance), grid.v, "score") for grid in grids]
        first = int(best([one.reshape(1) for one in found])[0])
        name = head[1 + first] if first >= 0 else "undecided"
        lines.append("| " + " | ".join([f"{variance:g}", *(f"{float(e.value):.3f}" for e in found), name]) + " |")
    return lines


# --- Other data -------------------------------------------------------------------------------------------------


def data(quick: bool) -> dict[str, tuple[Target, FloatArray]]:
    """Targets and the variances a dimension that they are scaled to."""
    wide = np.geomspace(1e-8, 1e4, 13 if quick else 37)
    images = PointCloud(digits().points - digits().mean, "digits", samples=2048, alpha=1e-3)
    spectrum = np.maximum(np.linalg.eigvalsh(images.points.T @ images.points / images.n), 0.0)
    found: dict[str, tuple[Target, FloatArray]] = {
        "two points": (GaussianMixture([0.5, 0.5], [-1.0, 1.0], [0.0, 0.0]), wide),
        "mixture": (GaussianMixture([0.3, 0.7], [-1.5, 1.0], [0.25, 0.4]), wide),
        "Gaussian, digits' covariance": (Gaussian(eigenvalues=spectrum), wide),
    }
    return found if quick else found | {"digits": (images, np.geomspace(1e-6, 1e3, 10))}


def losses(target: Target, variances: FloatArray, v: FloatArray) -> Enclosure:
    """mmse(v_k)/v_k of the target scaled to these variances a dimension, (variances, N): mmse scales as c^2."""
    own = (float(target.m2.value) - float(np.sum(target.mean**2))) / target.d
    scaled = v[:-1] / (variances / own)[:, None]
    return target.measure("mmse", scaled) / scaled


def data_maps(quick: bool) -> Iterator[tuple[str, str, FloatArray, FloatArray, NDArray[np.int8]]]:
    """Target, sampler, variances, excesses and the map (excesses, variances), N = 18."""
    excess = np.geomspace(1e-3, 10, 41)
    for name, (target, variances) in data(quick).items():
        loss = [losses(target, variances, v) for v in pair(SHOWN)]
        for sampler in ("score", "denoiser"):
            costs = [
                path_cost(v, one[None] + Enclosure.of(excess * target.d)[:, None, None], target.d, sampler)
                for v, one in zip(pair(SHOWN), loss, strict=True)
            ]
            yield name, sampler, variances, excess, sign(costs[0] - costs[1])


def draw_data(maps: list[tuple[str, str, FloatArray, FloatArray, NDArray[np.int8]]]) -> None:
    """A column a data set, a row a sampler."""
    names = list(dict.fromkeys(name for name, *_ in maps))
    with figure(IMAGES / "regimes-data.png", len(names), 2, width=3.1, height=2.8) as axes:
        for name, sampler, variances, excess, cells in maps:
            one = axes[int(sampler == "denoiser"), names.index(name)]
            paint(one, variances, excess, cells)
            one.set(xlabel="data variance a dimension", title=f"{name}\n{sampler} sampler, N = {SHOWN}")
        for one in axes[:, 0]:
            one.set_ylabel("excess loss l of each level\nand dimension")
        legend(axes[0, 0])


def data_table(maps: list[tuple[str, str, FloatArray, FloatArray, NDArray[np.int8]]]) -> list[str]:
    lines = ["| data | sampler | cells | karras better | exponential better | undecided |", "|---" * 6 + "|"]
    for name, sampler, _, _, cells in maps:
        shares = [f"{100 * np.mean(cells == key):.0f} %" for key in (-1, 1, 0)]
        lines.append("| " + " | ".join([name, sampler, str(cells.size), *shares]) + " |")
    return lines


# --- The best rho -------------------------------------------------------------------------------------------------


def draw_rho(cells: int) -> list[str]:
    """The best of karras with rho = 1 ... 50 and exponential, score sampler; a table of it at l = 0."""
    variances, excess = np.geomspace(1e-8, 1e4, cells), np.geomspace(1e-3, 10, cells)
    lam, miss = variances[:, None, None], Misses.uniform(excess[:, None])
    lines = ["| best rho, exact score | " + " | ".join(f"variance {x:g}" for x in 10.0 ** np.arange(-8, 5, 2)) + " |"]
    lines.append("|---" * 8 + "|")
    names = [*(f"{rho:g}" for rho in RHOS), "exp."]
    colours = ListedColormap(["#ffffff", *(plasma(i / len(RHOS)) for i in range(len(RHOS))), "#bbbbbb"])
    with figure(IMAGES / "regimes-rho.png", len(STEPS), width=3.6, height=3.2) as (row,):
        for axes, steps in zip(row, STEPS, strict=True):
            grids = [*(karras(steps + 1, LOW, HIGH, rho).v for rho in RHOS), exponential(steps + 1, LOW, HIGH).v]
            found = best([path_cost_of(lam, v, miss) for v in grids])
            drawn = axes.pcolormesh(
                variances, excess, found.T, cmap=colours, vmin=-1.5, vmax=len(RHOS) + 0.5, shading="nearest"
            )
            axes.axhline(1, color="black", lw=0.8, ls=":")
            axes.set(xscale="log", yscale="log", xlabel="data variance", title=f"N = {steps}")
            exact = best([path_cost_of((10.0 ** np.arange(-8, 5, 2))[:, None], v, Misses.uniform(0.0)) for v in grids])
            cells_ = ["undecided" if i < 0 else names[i] for i in exact]
            lines.append("| " + " | ".join([f"N = {steps}", *cells_]) + " |")
        row[0].set_ylabel("excess loss l of each level")
        bar = row[0].figure.colorbar(drawn, ax=list(row), ticks=range(-1, len(RHOS) + 1), label="best rho")
        bar.ax.set_yticklabels(["open", *names], fontsize=7)
    return lines


def plasma(share: float) -> tuple[float, float, float, float]:
    from matplotlib import colormaps

    found: tuple[float, float, float, float] = colormaps["plasma"](share)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description="Map where each grid is better, and write docs/regimes.md.")
    parser.add_argument("--quick", action="store_true", help="coarse maps, nothing sampled; leaves the page alone")
    parser.add_argument("--no-page", action="store_true", help="leave the page alone")
    parser.add_argument("--no-networks", action="store_true", help="train no networks")
    asked = parser.parse_args()
    began, cells = time.monotonic(), 25 if asked.quick else 73
    page = not (asked.quick or asked.no_page)

    def told(name: str, lines: list[str]) -> None:
        text = "\n".join(lines)
        print(f"{name}\n\n{text}\n", flush=True)
        print(f"{time.monotonic() - began:6.0f} s  {name}", file=sys.stderr, flush=True)
        if page:
            write_between(DOCS / "regimes.md", name, text)

    told("checks", checks())
    told("thresholds", thresholds())
    maps = gaussian_maps(cells)
    if page:
        for kind in ("path", "output"):
            draw_gaussian(maps, kind, cells)
    told("gaussian", gaussian_table(maps))
    if page:
        told("rho", draw_rho(cells))
    if not (asked.quick or asked.no_networks):
        found = networks()
        told("networks", networks_table(found))
        if page:
            draw_networks(found, IMAGES / "regimes-networks.png")
    others = list(data_maps(asked.quick))
    if page:
        draw_data(others)
    told("data", data_table(others))
    return 0


if __name__ == "__main__":
    sys.exit(main())
