"""Pictures of training runs: losses, eigenvalues, implied constants, step sizes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.ticker import NullLocator

from verify.reports.pictures import DPI, STYLE, plt
from verify.reports.training_runs import SIZE, STABLE, Implied, LossCurves, Spectra, StepSizes

BLUE, ORANGE, PURPLE, GREY, BLACK = "#1b4f72", "#d95f02", "#7570b3", "#7f7f7f", "#222222"
MARKS = ("o", "s", "^", "D")
NO_EIGENVALUE = 1e-10  # of the largest at the start: below it rounding, not an eigenvalue
LEAST = 1e-3  # an implied constant that is drawn
SHARES = (0.0, 0.5, 1.0)  # quantiles over the networks: band and line


@contextmanager
def figure(
    to: Path, columns: int, rows: int = 1, width: float = 4.4, height: float = 3.5, share: bool = False
) -> Iterator[Any]:
    """Axes of shape (rows, columns), written to ``to`` at the end; with ``share`` a row has one vertical scale."""
    with plt.rc_context(STYLE):
        size = (width * columns, height * rows)
        drawn, axes = plt.subplots(
            rows, columns, figsize=size, layout="constrained", squeeze=False, sharey="row" if share else False
        )
        yield axes
        drawn.savefig(to, dpi=DPI)
        plt.close(drawn)


def draw_losses(found: LossCurves, to: Path) -> None:
    """The printed step beside a stable one with the theorem's envelope."""
    with figure(to, 2) as ((left, right),):
        _draw_printed(left, found)
        for values, colour, label, ls in (
            (found.stable, BLUE, "gradient descent", "-"),
            (found.linearised, PURPLE, "linearised at the start, closed form", ":"),
            (found.envelope, ORANGE, "envelope, product of 1 - h lambda_min", "--"),
        ):
            lines(right, np.arange(1, values.shape[1] + 1), values, colour, label, ls)
        right.set(xscale="log", yscale="log", xlabel="step s + 1", ylabel="loss / loss at the start")
        right.set_title("h = 1/(2 lambda_max)", fontsize=9)
        right.legend(frameon=False, fontsize=8, loc="lower left")


def _draw_printed(axes: Any, found: LossCurves) -> None:
    for values in found.printed:
        axes.plot(np.where(np.isfinite(values), values, np.nan), color=ORANGE, lw=1, marker="o", ms=3, alpha=0.8)
    axes.axhline(1, color=GREY, lw=0.8)
    axes.axhspan(found.silent.min(), found.silent.max(), color=PURPLE, alpha=0.3, lw=0)
    below = found.silent.min() / 10
    axes.annotate("output 0: all units are off", (0, below), color=PURPLE, va="top", fontsize=8)
    axes.set(yscale="log", xlabel="step s", ylabel="loss / loss at the start", ylim=(below / 1e4, None))
    axes.set_title("printed step h = n N/(m min g)", fontsize=9)


def lines(axes: Any, x: np.ndarray, values: np.ndarray, colour: str, label: str | None, ls: str = "-") -> None:
    """A line for each network, one label for all; values of shape (B, len(x))."""
    for number, line in enumerate(values):
        axes.plot(x, line, color=colour, lw=1.1, ls=ls, alpha=0.7, label=label if number == 0 else None)


def draw_spectra(found: Sequence[Spectra], to: Path) -> None:
    """Extreme eigenvalues along the run above all eigenvalues at its ends, a column a width."""
    with figure(to, len(found), 2, height=3.0, share=True) as axes:
        for (above, below), one in zip(axes.T, found, strict=True):
            steps, rank = np.arange(one.largest.shape[1]), np.arange(1, one.residuals + 1)
            lines(above, steps, eigenvalue(one.largest[~one.unstable]), BLUE, "largest")
            lines(above, steps, eigenvalue(one.largest[one.unstable]), ORANGE, "largest, where it passes 2/h")
            lines(above, steps, eigenvalue(one.smallest), PURPLE, "smallest")
            above.axhline(STABLE, color=BLACK, ls="--", lw=1, label="2/h, limit of stability")
            above.set(yscale="log", xlabel="step s", title=f"m = {one.m}, {len(one.largest)} networks")
            lines(below, rank, eigenvalue(one.start), BLUE, "at the start")
            lines(below, rank, eigenvalue(one.end), ORANGE, f"after {len(steps) - 1} steps", "--")
            below.set(xscale="log", yscale="log", xlabel=f"number of the eigenvalue, of n N d = {one.residuals}")
        for row in axes:
            row[0].set_ylabel("eigenvalue of K / lambda_max at the start")
            named = {name: line for one in row for line, name in zip(*one.get_legend_handles_labels(), strict=True)}
            row[-1].legend(named.values(), named, frameon=False, fontsize=8, loc="best")


def eigenvalue(values: np.ndarray) -> np.ndarray:
    """NaN, which is not drawn, for eigenvalues that are 0 but for rounding."""
    return np.where(values > NO_EIGENVALUE, values, np.nan)


def draw_implied(found: Sequence[Implied], to: Path) -> None:
    """C5 of each step against the step: median and range over the networks of each width."""
    with figure(to, 1, width=6.4, height=4.0) as ((axes,),):
        for one, colour, mark in zip(found, (ORANGE, PURPLE, BLUE), MARKS, strict=False):
            steps = np.arange(1, one.constant.shape[1] + 1)
            low, middle, high = np.quantile(one.constant, SHARES, axis=0)
            axes.plot(steps, np.where(middle > 0, middle, np.nan), color=colour, lw=1.6, label=f"m = {one.m}")
            axes.fill_between(steps, low.clip(LEAST), high.clip(LEAST), color=colour, alpha=0.15, lw=0)
            floor = np.median(one.floor, axis=0)
            shown = np.where(floor > LEAST, floor, np.nan)
            axes.plot(one.looks + 1, shown, color=colour, ls=":", lw=1.2, marker=mark, ms=3)
        axes.plot([], [], color=GREY, ls=":", label="what lambda_min alone gives (medians)")
        axes.set(xscale="log", yscale="log", xlabel="step s + 1", ylabel="implied constant C5 of Theorem 1")
        axes.legend(frameon=False, fontsize=8, loc="lower left")


def draw_step_sizes(found: Sequence[StepSizes], to: Path) -> None:
    """h lambda_max at the printed step against n and against N: dots, the mean eigenvalue's line, the limit 2."""
    with figure(to, len(found), share=True) as (row,):
        for axes, one in zip(row, found, strict=True):
            x = (one.sizes[:, None] * 2 ** np.linspace(-0.12, 0.12, one.h_lambda.shape[1])).ravel()
            axes.plot(x, one.h_lambda.ravel(), "o", color=BLUE, ms=4, mec="none", alpha=0.8, label="h lambda_max")
            axes.plot(x, one.mean.ravel(), "_", color=ORANGE, ms=5, label="h times the mean eigenvalue")
            axes.plot(one.sizes, one.bound, color=ORANGE, lw=1.2, label="c N, what that is on average")
            axes.axhline(STABLE, color=BLACK, ls="--", lw=1, label="limit of stability")
            axes.set(xscale="log", yscale="log", xlabel=f"{one.name}  ({'n' if one.name == 'N' else 'N'} = {SIZE})")
            axes.set_xticks(one.sizes, [str(size) for size in one.sizes])
            axes.xaxis.set_minor_locator(NullLocator())
        row[0].set_ylabel("at the start, h printed")
        row[-1].legend(frameon=False, fontsize=8, loc="upper left")
