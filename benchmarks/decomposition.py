"""The four errors of Theorem 3 and the many steps of Corollary 1: tables and pictures of docs/decomposition.md.

    python -m benchmarks.decomposition [--quick] [--no-page]

Networks are trained on a few points of a mixture and looked at along the run; population losses are intervals that hold
together with the stated probability. ``--quick`` takes one network and a shorter run, and leaves the page alone.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks.page import DOCS, write_between
from numerics.decomposition import ManySteps, extreme_weights, level_weights
from numerics.decomposition.networks import NetworkTerms, follow, trained_on_new_points
from numerics.enclosures import Enclosure
from numerics.linear_training import LinearTraining
from numerics.targets import GaussianMixture
from numerics.training import WEIGHTINGS, Batch, Training
from numerics.training.kernel import largest
from theory import grids
from verify.reports.training_pictures import BLACK, BLUE, GREY, ORANGE, PURPLE, figure

PAGE, IMAGES = DOCS / "decomposition.md", DOCS / "images"
STEPS_PICTURE, MANY_PICTURE = "decomposition-steps.png", "decomposition-many-steps.png"
MIXTURE = GaussianMixture(weights=[0.3, 0.7], means=[-1.5, 1.0], stds=[0.25, 0.4])
LEVELS = tuple(np.geomspace(4.0, 0.0625, 5).tolist())
WRONG = 1e-3  # probability that any interval of a network is
GREEN = "#1b9e77"
COLOURS = {"eps_train": BLUE, "eps_n": PURPLE, "eps_est": GREEN, "eps_approx": GREY}


@dataclass(frozen=True)
class Plan:
    """How many networks, how long, and how many draws."""

    seeds: int = 3
    last: int = 40_000
    draws: int = 2**15
    rounds: int = 60

    @property
    def marks(self) -> tuple[int, ...]:
        some = np.unique(np.round(np.geomspace(1, self.last, 14)).astype(int))
        return 0, *some.tolist()


def networks(plan: Plan) -> list[NetworkTerms]:
    """The four errors of each seed's network, which has a class, a sample and a best network of its own."""
    found, began = [], time.monotonic()
    for seed in range(plan.seeds):
        setup = Training(n=4, m=128, layers=2, seed=seed, weighting="1/sigma2").setup(MIXTURE, LEVELS)
        batch = Batch.of([setup])
        h = 0.5 / float(largest(batch, batch.trained)[0])
        best = trained_on_new_points(setup, MIXTURE, h, seed, rounds=plan.rounds, points=128)
        found.append(follow(setup, MIXTURE, h, plan.marks, best, WRONG, plan.draws))
        print(f"{time.monotonic() - began:6.0f} s  network {seed}", file=sys.stderr, flush=True)
    return found


def _interval(x: Enclosure) -> str:
    return f"{float(x.value):.3g} ± {float(x.radius):.1g}" if x.radius > 1e-6 else f"{float(x.value):.3g}"


def network_tables(found: list[NetworkTerms]) -> list[str]:
    """The first network along its run, and the ends of all."""
    first = found[0]
    lines = ["| step | L_em | L_bar + C_bar | eps_train | eps_n | eps_est | eps_approx |", "|---" * 7 + "|"]
    for i in [j for j in range(len(first.steps)) if j % 3 == 0 or j == len(first.steps) - 1]:
        row = [first.training[i], first.excess(i), *first.errors(i).values()]
        lines.append(f"| {first.steps[i]} | " + " | ".join(map(_interval, row)) + " |")
    lines += ["", "| network | L_em at the end | smallest L_bar + C_bar | smallest sum of the four | floor |"]
    lines.append("|---" * 5 + "|")
    for seed, terms in enumerate(found):
        excess = min((terms.excess(i) for i in range(len(terms.steps))), key=lambda x: float(x.value))
        sums = [sum_of(terms, i) for i in range(len(terms.steps))]
        least = min(sums, key=lambda x: float(x.value))
        cells = [terms.training[-1], excess, least, terms.least()]
        lines.append(f"| {seed} | " + " | ".join(map(_interval, cells)) + " |")
    return lines


def sum_of(terms: NetworkTerms, i: int) -> Enclosure:
    """The four errors together at the i-th step looked at."""
    errors = list(terms.errors(i).values())
    return errors[0] + errors[1] + errors[2] + errors[3]


def draw_networks(found: list[NetworkTerms], to: Path) -> None:
    """Left side and errors of each network against the steps, with the floor."""
    with figure(to, len(found), width=3.6) as (row,):
        for seed, (axes, terms) in enumerate(zip(row, found, strict=True)):
            x, places = np.array(terms.steps) + 1, range(len(terms.steps))
            for name, colour in COLOURS.items():
                values = [float(terms.errors(i)[name].value) for i in places]
                axes.plot(x, np.where(np.array(values) > 0, values, np.nan), color=colour, lw=1.1, ls="--", label=name)
            for label, colour, make in (
                ("sum of the four", ORANGE, sum_of),
                ("L_bar + C_bar, the left side", BLACK, NetworkTerms.excess),
            ):
                known = [make(terms, i) for i in places]
                axes.plot(x, [float(one.value) for one in known], color=colour, lw=1.6, label=label)
                ends = [[max(float(getattr(one, end)), 1e-3) for one in known] for end in ("lower", "upper")]
                axes.fill_between(x, *ends, color=colour, alpha=0.15, lw=0)
            axes.axhline(float(terms.least().value), color=ORANGE, lw=0.9, ls=":", label="floor, -2 C_bar - 2 L_em*")
            axes.set(xscale="log", yscale="log", xlabel="step + 1", ylim=(0.1, None), title=f"network {seed}")
        row[0].legend(frameon=False, fontsize=7)


def cost_of_the_max(points: int = 19) -> list[str]:
    """E_S over its bound where every level has the same excess loss, sigma from 80 to 0.002."""
    lines = ["| grid | weights | the maximum is at | largest/smallest | E_S/bound |", "|---" * 5 + "|"]
    for label, grid in (
        ("exponential", grids.exponential(points, 0.002, 80.0)),
        ("karras, rho = 7", grids.karras(points, 0.002, 80.0, 7.0)),
    ):
        v = tuple(float(x) for x in grid.v)
        share = 1 - np.array(v[1:]) / np.array(v[:-1])
        for name in WEIGHTINGS:
            beta = level_weights(name, v).value[:-1]
            low, high = (float(x.value) for x in extreme_weights(name, v))
            k = int(np.argmax(share / beta))
            where = "all levels" if high < low * (1 + 1e-9) else f"k = {k}, sigma = {v[k] ** 0.5:.3g}"
            ratio = share.sum() / (high * beta.sum())
            lines.append(f"| {label} | {name} | {where} | {high / low:.3g} | {ratio:.3g} |")
    return lines


@dataclass(frozen=True)
class ManyGrids:
    """Linear scores after K steps on EDM's grids of N steps with fixed ends."""

    N: tuple[int, ...]
    score: tuple[float, ...]
    kl: tuple[float, ...]
    floor: tuple[float, ...]
    limits: tuple[float, float]


def many_grids(lam: float = 0.25, low: float = 0.1, high: float = 10.0, steps: int = 8) -> ManyGrids:
    """E_S, output KL and max_k[...] (-2 C_bar) under EDM's weights, for N = 4 to 4096."""
    sizes = tuple(2**i for i in range(2, 13))
    eta, rows = 0.25 / (lam + high**2), []
    for N in sizes:
        v = tuple(float(x) for x in grids.karras(N + 1, low, high, 7.0).v)
        training = LinearTraining((lam,), v, eta, 0.0, steps)
        widths, beta = -np.diff(v), level_weights("edm", v).value[:-1]
        irreducible = (beta * lam / (lam + np.array(v[:-1]))).sum()  # -2 C_bar
        score = 0.5 * (widths * training.score_error().value[:-1]).sum()
        rows.append((score, float(training.output_kl().value), float(extreme_weights("edm", v)[1].value) * irreducible))
    ends = ManySteps(LinearTraining((lam,), (high**2, low**2), eta, 0.0, steps))
    columns = [tuple(float(x) for x in column) for column in zip(*rows, strict=True)]
    limits = float(ends.score_error().value), float(ends.output_kl().value)
    return ManyGrids(sizes, columns[0], columns[1], columns[2], limits)


def many_table(found: ManyGrids) -> list[str]:
    lines = ["| N | E_S | N E_S | exponent of N E_S | output KL | max_k [...] (-2 C_bar) |", "|---" * 6 + "|"]
    scaled = [N * e for N, e in zip(found.N, found.score, strict=True)]
    slopes = ["", *(f"{np.log2(b / a):.3f}" for a, b in pairwise(scaled))]
    for i, N in enumerate(found.N):
        if i % 2 == 0:
            numbers = f"{found.score[i]:.4g} | {scaled[i]:.4g} | {slopes[i]} | {found.kl[i]:.4g} | {found.floor[i]:.4g}"
            lines.append(f"| {N} | {numbers} |")
    return [*lines, f"| limit | {found.limits[0]:.4g} | | 1 | {found.limits[1]:.4g} | |"]


def draw_many(found: ManyGrids, to: Path) -> None:
    """E_S, output KL and the weighted floor against N, with a line that falls like 1/N."""
    with figure(to, 1, width=5.0) as ((axes,),):
        for label, colour, values in (
            ("E_S", BLUE, found.score),
            ("output KL", ORANGE, found.kl),
            ("max_k [...] (-2 C_bar)", PURPLE, found.floor),
        ):
            axes.plot(found.N, values, color=colour, marker="o", ms=3, lw=1.3, label=label)
        for limit, colour in zip(found.limits, (BLUE, ORANGE), strict=True):
            axes.axhline(limit, color=colour, lw=0.8, ls=":")
        fall = found.score[0] * found.N[0] / np.array(found.N)
        axes.plot(found.N, fall, color=GREY, lw=1, ls="--", label="C9/N through the first point")
        axes.set(xscale="log", yscale="log", xlabel="sampler steps N")
        axes.legend(frameon=False, fontsize=8)


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure the four errors and the many steps, write the page.")
    parser.add_argument("--quick", action="store_true", help="one network, a shorter run; leaves the page alone")
    parser.add_argument("--no-page", action="store_true", help="leave the page and its pictures alone")
    asked = parser.parse_args()
    many = many_grids()
    texts = {"cost of the maximum": cost_of_the_max(), "many steps": many_table(many)}
    found = networks(Plan(1, 2_000, 2**13, 10) if asked.quick else Plan())
    texts["networks"] = network_tables(found)
    for name, lines in texts.items():
        print("\n".join([f"## {name}", "", *lines, ""]))
    if not (asked.quick or asked.no_page):
        draw_networks(found, IMAGES / STEPS_PICTURE)
        draw_many(many, IMAGES / MANY_PICTURE)
        for name, lines in texts.items():
            write_between(PAGE, name, "\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
