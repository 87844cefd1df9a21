"""Optimal grids against karras, exponential and the limit. Writes the tables of docs/optimal-grids.md and its pictures.

python -m benchmarks.optimal_grids [--quick] [--no-page]
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass

import numpy as np

from benchmarks.page import DOCS, write_between
from numerics.budgets import discretisation_error
from numerics.enclosures import Enclosure
from numerics.optimal_grids import OptimalGrid, limit_constant, optimal_grid
from numerics.optimal_grids.curves import CLOCKS, Curve
from numerics.targets import Gaussian, GaussianMixture, PointCloud, Target, digits
from numerics.terminal import terminal_kl
from theory.grids import Grid, exponential, karras
from verify.reports.training_pictures import BLACK, GREY, figure

ENDS = 80.0, 0.002
STEPS = (2, 4, 8, 16, 32, 64)
SHOWN = 16  # steps of the tables' comparisons
KARRAS, EXPONENTIAL, OPTIMAL = "#0072b2", "#e69f00", BLACK
ERRORS, DENSITIES = (DOCS / "images" / f"optimal-{name}.png" for name in ("errors", "density"))
RASTER = 200


def targets(quick: bool) -> dict[str, Target]:
    images = PointCloud(digits().points, "digits", samples=2048, alpha=1e-3)
    centred = images.points - images.points.mean(axis=0)
    spectrum = np.maximum(np.linalg.eigvalsh(centred.T @ centred / len(centred)), 0.0)
    found: dict[str, Target] = {
        "Gaussian, variance 0.25": Gaussian(d=1, var=0.25),
        "two points": GaussianMixture([0.5, 0.5], [-1.0, 1.0], [0.0, 0.0]),
        "mixture": GaussianMixture([0.3, 0.7], [-1.5, 1.0], [0.25, 0.4]),
        "Gaussian, digits' covariance": Gaussian(eigenvalues=spectrum),
    }
    return found if quick else found | {"digits": images}


@dataclass(frozen=True)
class Row:
    """One sampler on one target: errors of the grids by number of steps."""

    target: Target
    sampler: str
    limit: Enclosure
    found: dict[int, OptimalGrid]
    karras: dict[int, Enclosure]
    exponential: dict[int, Enclosure]

    @classmethod
    def of(cls, target: Target, sampler: str, steps: tuple[int, ...]) -> Row:
        found = {n: optimal_grid(target, n, *ENDS, sampler) for n in steps}
        limit = limit_constant(target, *ENDS, sampler)
        errors = {
            name: {n: discretisation_error(target, family(n + 1, *ENDS[::-1]).v, sampler) for n in steps}
            for name, family in (("karras", karras), ("exponential", exponential))
        }
        return cls(target, sampler, limit, found, errors["karras"], errors["exponential"])

    def richardson(self) -> Enclosure:
        """2 (N E_D at 2n) - (N E_D at n) for the two largest numbers of steps, one of which is twice the other."""
        n, m = sorted(self.found)[-2:]
        return self.found[m].objective * (2.0 * m) - self.found[n].objective * float(n)


def _number(x: Enclosure, digits: int = 4) -> str:
    """The value to the digits that its error leaves, with the error where that is fewer than asked."""
    value, radius = float(x.value), float(x.radius)
    if radius <= 10.0**-digits * abs(value):
        return f"{value:.{digits}g}"
    return f"{value:.{max(1, digits - 1)}g} ± {radius:.1g}"


def table(rows: dict[str, list[Row]]) -> str:
    """N E_D of the best grids, their limit, and what they gain."""
    steps = sorted(next(iter(rows.values()))[0].found)
    lines = []
    for sampler in CLOCKS:
        head = ["data", *(f"N = {n}" for n in steps), "Richardson", "limit"]
        lines += [f"**{sampler}**: N times E_D of the best grid of N steps, nats.", ""]
        lines += ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
        for name, pair in rows.items():
            row = next(one for one in pair if one.sampler == sampler)
            cells = [_number(row.found[n].objective * float(n)) for n in steps]
            lines.append("| " + " | ".join([name, *cells, _number(row.richardson()), _number(row.limit)]) + " |")
        lines.append("")
    shown = SHOWN if SHOWN in steps else steps[-1]
    head = ["data", "sampler", "best", "karras-7", "exponential", "karras-7 / best", "exponential / best", "residual"]
    lines += [f"E_D with {shown} steps, nats.", "", "| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for name, pair in rows.items():
        for row in pair:
            best = row.found[shown]
            ratios = [_number(one[shown] / best.objective, 3) for one in (row.karras, row.exponential)]
            residual = max(one.residual for one in row.found.values())
            convex = "" if all(one.convex for one in row.found.values()) else ", not convex"
            numbers = [_number(x) for x in (best.objective, row.karras[shown], row.exponential[shown])]
            lines.append("| " + " | ".join([name, row.sampler, *numbers, *ratios, f"{residual:.0e}{convex}"]) + " |")
    return "\n".join([*lines, "", *_closed_forms(steps), "", *_flow(steps)])


def _closed_forms(steps: list[int]) -> list[str]:
    """How far the found grids of Gaussian data are from the known ones, in the coordinate of equal steps."""
    var, lines = 0.25, ["| Gaussian, variance 0.25 | equal steps in | largest deviation of a point |", "|---|---|---|"]
    for sampler, words, equal in (
        ("score", "ln(lambda + v)", lambda v: np.log(var + v)),
        ("denoiser", "ln(1 + lambda/v)", lambda v: np.log1p(var / v)),
        ("ode", "arctan(sigma/sqrt(lambda))", lambda v: np.arctan(np.sqrt(v / var))),
    ):
        worst = 0.0
        for n in steps:
            u = equal(optimal_grid(Gaussian(d=1, var=var), n, *ENDS, sampler).grid.v)
            worst = max(worst, float(np.abs(u - np.linspace(u[0], u[-1], n + 1)).max() / abs(u[0] - u[-1])))
        lines.append(f"| {sampler}, N = {steps[0]} to {steps[-1]} | {words} | {worst:.0e} of the range |")
    return lines


def _flow(steps: list[int]) -> list[str]:
    """The ode sampler on Gaussian data: output KL from the exact start."""
    head = ["ode", *(f"N = {n}" for n in steps), "limit"]
    lines = ["N^2 times the output KL, nats (best, then karras-7, exponential).", ""]
    lines += ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    spectrum = targets(True)["Gaussian, digits' covariance"]
    for name, data in (("Gaussian, variance 0.25", Gaussian(d=1, var=0.25)), ("digits' covariance", spectrum)):
        found = {n: optimal_grid(data, n, *ENDS, "ode") for n in steps}
        limit = found[steps[0]].limit
        grids = {
            "best": {n: one.grid for n, one in found.items()},
            "karras-7": {n: karras(n + 1, *ENDS[::-1]) for n in steps},
            "exponential": {n: exponential(n + 1, *ENDS[::-1]) for n in steps},
        }
        for label, one in grids.items():
            cells = [_number(_output(data, grid) * float(n) ** 2) for n, grid in one.items()]
            end = _number(limit) if label == "best" and limit is not None else ""
            lines.append("| " + " | ".join([f"{name}, {label}", *cells, end]) + " |")
    return lines


def _output(data: Target, grid: Grid) -> Enclosure:
    return terminal_kl(data, grid.v, "ode", None, "exact")


def draw_errors(rows: dict[str, list[Row]]) -> None:
    """N E_D against N, a column a target and a row a sampler."""
    with figure(ERRORS, len(rows), 2, width=2.9, height=2.7) as axes:
        for column, (name, pair) in zip(axes.T, rows.items(), strict=True):
            for one, row in zip(column, pair, strict=True):
                for label, errors, colour, mark in (
                    ("karras, rho = 7", row.karras, KARRAS, "s"),
                    ("exponential", row.exponential, EXPONENTIAL, "^"),
                    ("best grid", {n: found.objective for n, found in row.found.items()}, OPTIMAL, "o"),
                ):
                    shown = {n: e for n, e in errors.items() if n >= (2 if row.sampler == "score" else 8)}
                    values = np.array([n * float(e.value) for n, e in shown.items()])
                    radii = np.array([n * float(e.radius) for n, e in shown.items()])
                    one.errorbar(list(shown), values, radii, color=colour, marker=mark, ms=4, lw=1.2, label=label)
                one.axhline(float(row.limit.value), color=GREY, ls="--", lw=1, label="limit of the best")
                one.axhspan(*(float(x) for x in (row.limit.lower, row.limit.upper)), color=GREY, alpha=0.2, lw=0)
                one.set(xscale="log", xlabel="number of steps N", ylim=(0, None))
                one.set_title(f"{name}\n{row.sampler} sampler", fontsize=9)
                one.set_xticks(list(shown), [str(n) for n in shown])
                one.minorticks_off()
        for one in axes[:, 0]:
            one.set_ylabel("N E_D, nats")
        axes[0, 0].legend(frameon=False, fontsize=8)


def draw_density(rows: dict[str, list[Row]]) -> None:
    """Points per unit of ln sigma against sqrt(s) |dt/d ln sigma|, both with area 1."""
    with figure(DENSITIES, len(rows), 2, width=2.9, height=2.7) as axes:
        for column, (name, pair) in zip(axes.T, rows.items(), strict=True):
            for one, row in zip(column, pair, strict=True):
                curve = Curve(row.target, row.sampler)
                x = np.linspace(np.log(ENDS[1]), np.log(ENDS[0]), 60 if curve.sampled else RASTER)
                v = np.exp(2 * x)
                shape = np.sqrt(np.maximum(curve.slope(v).value, 0)) * np.abs(curve.pace(v))
                one.plot(np.exp(x), shape / np.trapezoid(shape, x), color=GREY, lw=3, alpha=0.6, label="sqrt(s)")
                last = max(row.found)
                for label, grid, colour, ls in (
                    ("karras, rho = 7", karras(last + 1, *ENDS[::-1]), KARRAS, "--"),
                    ("exponential", exponential(last + 1, *ENDS[::-1]), EXPONENTIAL, ":"),
                    (f"best grid, N = {last}", row.found[last].grid, OPTIMAL, "-"),
                ):
                    y = np.log(grid.sigmas)
                    one.stairs((-1 / np.diff(y) / grid.N)[::-1], grid.sigmas[::-1], color=colour, ls=ls, label=label)
                one.set(xscale="log", xlabel="sigma", ylim=(0, None))
                one.set_title(f"{name}\n{row.sampler} sampler", fontsize=9)
        for one in axes[:, 0]:
            one.set_ylabel("density of the points over ln sigma")
        axes[0, 0].legend(frameon=False, fontsize=7)


def main() -> int:
    parser = argparse.ArgumentParser(description="Find optimal grids, and write docs/optimal-grids.md.")
    parser.add_argument("--quick", action="store_true", help="fewer steps and no sampled data; leaves the page alone")
    parser.add_argument("--no-page", action="store_true", help="leave the page and its pictures alone")
    asked = parser.parse_args()
    began, steps = time.monotonic(), STEPS[1:4] if asked.quick else STEPS
    rows: dict[str, list[Row]] = {}
    for name, target in targets(asked.quick).items():
        rows[name] = [Row.of(target, sampler, steps) for sampler in CLOCKS]
        print(f"{time.monotonic() - began:6.0f} s  {name}", file=sys.stderr, flush=True)
    text = table(rows)
    print(text)
    if not (asked.quick or asked.no_page):
        write_between(DOCS / "optimal-grids.md", "grids", text)
        draw_errors(rows)
        draw_density(rows)
        print(f"{time.monotonic() - began:6.0f} s  done", file=sys.stderr, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
