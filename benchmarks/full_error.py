"""What training, steps and start add up to: the numbers of docs/full-error.md and its two pictures.

    python -m benchmarks.full_error [--quick] [--no-page]

Over training steps and over the number N of sampler steps, between the same end points: linear scores on Gaussian data
in closed form, networks on a mixture and on digits by sampling, with intervals for the finite number of draws.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.page import DOCS, write_between
from numerics.backends import EnclosureOps
from numerics.enclosures import Enclosure
from numerics.full_error import TrainedSampler, isoperimetry
from numerics.full_error.course import Whole, stable_step, stages
from numerics.full_error.sampler import MeanSquare
from numerics.targets import Gaussian, GaussianMixture, PointCloud, Target, digits
from numerics.training import Batch, Training, fresh
from theory.claims import find
from theory.compiler import compile_array
from theory.grids import exponential
from verify.reports.training_pictures import BLACK, BLUE, GREY, ORANGE, PURPLE, figure

PAGE, IMAGES = DOCS / "full-error.md", DOCS / "images"
ALPHA = 2e-5  # of each experiment: all intervals of the page hold together with a probability that the page prints
GREEN = "#1b9e77"
STYLE = {
    "E_I": (GREY, ":", "E_I, start"),
    "E_D": (BLUE, "--", "E_D, steps"),
    "E_S": (GREEN, "-.", "E_S, training"),
    "total": (ORANGE, "-", "their sum"),
    "bound": (PURPLE, (0, (1, 1)), "bound, with E_S as measured"),
}
Course = dict[int, Whole]


@dataclass(frozen=True)
class Networks:
    """Networks on one data set.

    Attributes:
        target, ends: data; largest and smallest sigma of every grid.
        N: sampler steps of the course over training.
        counts, after: numbers of sampler steps that are compared, after so many steps of training.
        plan: points, width, layers, seed.
        steps: training steps at which the course is looked at.
        draws, mean_square: how means are taken.
    """

    target: Target
    ends: tuple[float, float]
    N: int
    counts: tuple[int, ...]
    plan: Training
    steps: tuple[int, ...]
    after: int
    draws: int
    mean_square: MeanSquare

    def grid(self, N: int) -> tuple[float, ...]:
        return _grid(N, self.ends)

    def course(self, N: int, steps: Sequence[int]) -> Course:
        """The whole error at these steps of training of a network on N levels."""
        v = self.grid(N)
        setup = self.plan.setup(self.target, v)
        batch = Batch.of([setup])
        return {
            step: Whole.of_network(
                TrainedSampler(setup, W, self.target, v, self.draws, self.mean_square), ALPHA, self.plan.seed
            )
            for step, W in stages(batch, stable_step(batch), steps)
        }

    def over_steps(self) -> Course:
        return self.course(self.N, self.steps)

    def over_N(self) -> Course:
        return {N: self.course(N, (self.after,))[self.after] for N in self.counts}

    def __str__(self) -> str:
        p = self.plan
        return (
            f"n = {p.n} points in d = {self.target.d}, width m = {p.m}, {p.layers} trained "
            f"layer{'s' if p.layers > 1 else ''}, equal weights, {_ends(self.ends)}; {self.draws:,} draws an interval"
        )


@dataclass(frozen=True)
class Linear:
    """Linear scores on one-dimensional Gaussian data."""

    target: Gaussian
    ends: tuple[float, float]
    N: int
    counts: tuple[int, ...]
    steps: tuple[int, ...]
    after: int
    eta: float
    w0: float

    def whole(self, N: int, step: int) -> Whole:
        return Whole.of_linear(self.target, _grid(N, self.ends), self.eta, self.w0, step)

    def closed_form(self, N: int, step: int) -> float:
        """E_S by the formula of the claim ``linear.path_error``."""
        numbers = {
            "lam": self.target.eigenvalues[0],
            "eta": self.eta,
            "w0": self.w0,
            "K": step,
            "v": _grid(N, self.ends),
        }
        known = {name: Enclosure.of(value) for name, value in numbers.items()}
        formula = find("linear.path_error").relation.rhs
        return float(compile_array(formula, EnclosureOps())({**known, "N": N}).value)

    def over_steps(self) -> Course:
        return {step: self.whole(self.N, step) for step in self.steps}

    def over_N(self) -> Course:
        return {N: self.whole(N, self.after) for N in self.counts}

    def __str__(self) -> str:
        return (
            f"variance {self.target.eigenvalues[0]:g} in d = 1, step size eta = {self.eta:g} from w0 = {self.w0:g}, "
            f"{_ends(self.ends)}; exact"
        )


def _grid(N: int, ends: tuple[float, float]) -> tuple[float, ...]:
    return tuple(float(level) for level in exponential(N + 1, ends[1], ends[0]).v)


def _ends(ends: tuple[float, float]) -> str:
    return f"geometric grids from sigma = {ends[0]:g} to {ends[1]:g}"


def experiments(quick: bool) -> dict[str, Linear | Networks]:
    """What is measured; ``quick`` in a few seconds."""
    mixture = GaussianMixture(weights=[0.3, 0.7], means=[-1.5, 1.0], stds=[0.25, 0.4])
    images = PointCloud(digits().points, "digits", samples=2**13, alpha=ALPHA)
    steps = (0, 1, 3, 10, 30, 100, 300, 1000)
    cut = 4 if quick else len(steps)
    return {
        "linear scores": Linear(
            Gaussian(d=1, var=1.0), (3.0, 0.2), 8, (1, 2, 4, 8, 16, 32, 64), steps[:cut], 100, eta=0.002, w0=0.5,
        ),
        "network on a mixture": Networks(
            mixture, (3.0, 0.2), 8, (1, 2, 4, 8, 16)[: 2 if quick else 5], Training(n=64, m=64, layers=2, seed=1),
            (*steps[:cut], *(() if quick else (3000,))), 10 if quick else 1000, fresh.DRAWS, fresh.mean_square,
        ),
        "network on digits": Networks(
            images, (3.0, 0.5), 6, (2,) if quick else (2, 4, 8), Training(n=512, m=64, seed=1),
            (0, 10) if quick else (0, 3, 10, 30, 100, 300, 1000), 10 if quick else 100, 2**17, isoperimetry.mean_square,
        ),
    }  # fmt: skip


def draw(courses: Mapping[str, Course], to: Path, across: str, exact: Mapping[str, Callable[[int], float]]) -> None:
    """A panel for each experiment: the parts and their sum as lines, KL_path as marks with its interval.

    ``exact`` has closed forms of E_S, by the experiment's name.
    """
    with figure(to, len(courses), width=4.1, height=3.6) as (row,):
        for axes, (name, course) in zip(row, courses.items(), strict=True):
            at = np.array(list(course))
            for part, (colour, style, label) in STYLE.items():
                axes.plot(at, _values(course, part), color=colour, ls=style, lw=1.5, label=label)
            found = [whole.KL_path for whole in course.values()]
            error = [float(one.radius) for one in found]
            axes.errorbar(at, _values(course, "KL_path"), error, fmt="o", ms=4, color=BLACK, capsize=3, label="KL_path")
            if name in exact:
                axes.plot(
                    at, [exact[name](int(place)) for place in at], "x", color=GREEN, ms=7, label="E_S, closed form"
                )
            axes.set(yscale="log", xlabel=across, title=name)
            if at[0] == 0:
                axes.set_xscale("symlog", linthresh=1)
                axes.set_xlim(-0.2, 1.3 * at[-1])
            else:
                axes.set_xscale("log", base=2)
        row[0].set_ylabel("nats")
        labels = row[0].get_legend_handles_labels()
        row[0].figure.legend(*labels, loc="outside lower center", ncols=len(labels[0]), frameon=False, fontsize=8)


def _values(course: Course, part: str) -> list[float]:
    return [float(getattr(whole, part).value) for whole in course.values()]


def table(course: Course, head: str) -> str:
    """One row for each place, with the interval of every number that is sampled."""
    lines = [f"| {head} | E_I | E_D | E_S | their sum | KL_path | bound |", "|---" * 7 + "|"]
    for place, whole in course.items():
        parts = (whole.E_I, whole.E_D, whole.E_S, whole.total, whole.KL_path, whole.bound)
        lines.append(f"| {place} | " + " | ".join(map(_cell, parts)) + " |")
    return "\n".join(lines)


def _cell(x: Enclosure) -> str:
    value, radius = float(x.value), float(x.radius)
    if radius <= 1e-6 * abs(value):
        return f"{value:.6g}"
    places = max(0, 1 - int(np.floor(np.log10(radius))))
    return f"{value:.{places}f} ± {radius:.2g}"


def agreement(course: Course) -> tuple[float, float]:
    """The largest |KL_path - sum|, over what the intervals allow; the largest half-width of KL_path, over its value."""
    apart, wide = 0.0, 0.0
    for whole in course.values():
        room = float(whole.KL_path.radius + whole.total.radius)
        apart = max(apart, abs(float(whole.KL_path.value - whole.total.value)) / room)
        wide = max(wide, float(whole.KL_path.radius / whole.KL_path.value))
    return apart, wide


def report(found: dict[str, tuple[Any, Course, Course]]) -> str:
    """All tables, as Markdown."""
    parts, sources = [], {}
    for name, (setting, steps, counts) in found.items():
        for whole in (*steps.values(), *counts.values()):
            sources |= dict(whole.total.sources) | dict(whole.KL_path.sources)
        apart, wide = (max(pair) for pair in zip(agreement(steps), agreement(counts), strict=True))
        told = (
            f"KL_path and the sum differ by at most {100 * apart:.2g} % of what their errors allow; the half-width of "
            f"KL_path is at most {100 * wide:.2g} % of its value."
        )
        parts += [f"### {name[0].upper()}{name[1:]}", "", f"{setting}.", "", told, ""]
        parts += [f"Over steps of training, N = {setting.N}:", "", table(steps, "step"), ""]
        parts += [f"Over N, after {setting.after} steps of training:", "", table(counts, "N"), ""]
    chance = sum(sources.values())
    last = f"{len(sources)} experiments: the probability that any interval is wrong is at most {chance:.2g}."
    return "\n".join([*parts, last])


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure the whole error of trained scores for docs/full-error.md.")
    parser.add_argument("--quick", action="store_true", help="a small form; leaves the page and its pictures alone")
    parser.add_argument("--no-page", action="store_true", help="leave the page and its pictures alone")
    asked, began = parser.parse_args(), time.monotonic()
    found = {}
    for name, setting in experiments(asked.quick).items():
        found[name] = (setting, setting.over_steps(), setting.over_N())
        print(f"{time.monotonic() - began:6.0f} s  {name}", file=sys.stderr, flush=True)
    text = report(found)
    print(text)
    if not (asked.quick or asked.no_page):
        write_between(PAGE, "full error", text)
        lines: Linear = found["linear scores"][0]
        for name, place, across, exact in (
            ("steps", 1, "step of training", lambda step: lines.closed_form(lines.N, step)),
            ("grids", 2, "N, steps of the sampler", lambda N: lines.closed_form(N, lines.after)),
        ):
            courses = {key: one[place] for key, one in found.items()}
            draw(courses, IMAGES / f"full-error-{name}.png", across, {"linear scores": exact})
    return 0


if __name__ == "__main__":
    sys.exit(main())
