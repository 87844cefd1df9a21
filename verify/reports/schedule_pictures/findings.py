"""A schedule as it was given, with what lint found marked on it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from verify.reports.pictures import CURVE, DPI, STYLE, plt
from verify.reports.schedule_pictures.labels import shortened
from verify.schedules.findings import Finding
from verify.schedules.given import Given

# Wong's palette, and a mark for each level
LEVELS = {"error": ("#d55e00", "X"), "warning": ("#b8860b", "^"), "note": ("#0072b2", "o")}
LINE = 112  # characters of a line under the plot
INCHES = 0.165  # a line
MOST = 12  # findings that are told; all are marked
LINES = 2  # a finding


def draw_lint(given: Given, findings: Sequence[Finding], to: Path) -> None:
    """Sigma over the index, each finding a numbered mark, and the findings in words below (.png, .svg, .pdf).

    A zero, a negative or an infinite sigma and a NaN have no place on a logarithmic axis: they stand on its lower edge.

    Raises:
        ValueError: matplotlib cannot write this kind of file.
    """
    lines = _told(findings)
    below = INCHES * (sum(text.count("\n") + 1 for text, _ in lines) + 1)
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(8.4, 3.4 + below), layout="constrained")
        axes, words = figure.subplots(2, 1, height_ratios=[3.4, below])
        _draw_levels(axes, np.asarray(given.sigmas, dtype=np.float64), findings)
        axes.set_title(f"{shortened(given.label)}   ({given.source}, {given.precision})", fontsize=9)
        words.axis("off")
        at = 0.0
        for text, colour in lines:
            # in points from the top: the axes may shrink in the layout, the lines must not overlap
            words.annotate(
                text, (0, 1), xycoords="axes fraction", xytext=(0, -at), textcoords="offset points", va="top",
                fontsize=8, color=colour, annotation_clip=False,
            )  # fmt: skip
            at += 72 * INCHES * (text.count("\n") + 1)
        figure.savefig(to, dpi=DPI)
        plt.close(figure)


def _draw_levels(axes: Any, sigmas: np.ndarray, findings: Sequence[Finding]) -> None:
    index = np.arange(len(sigmas))
    fine = np.isfinite(sigmas) & (sigmas > 0)
    axes.set_yscale("log")
    floor, top = (sigmas[fine].min() / 3, sigmas[fine].max() * 2) if fine.any() else (0.1, 1.0)
    low = floor / 2.5 if not fine.all() else floor * 2
    height = np.where(fine, sigmas, floor)
    axes.plot(index, np.where(fine, sigmas, np.nan), color=CURVE, lw=1.2, marker="o", ms=3.5, label="sigma")
    for i in index[~fine]:
        axes.annotate(
            f"{sigmas[i]:g}", (i, floor), xytext=(0, -7), textcoords="offset points", ha="center", va="top", fontsize=8
        )
    drawn: dict[int, int] = {}
    for number, one in enumerate(findings, 1):
        if one.index is None or not 0 <= one.index < len(sigmas):
            continue
        colour, mark = LEVELS[one.level]
        spot = (one.index, height[one.index])
        axes.plot(*spot, mark, color=colour, ms=9, mfc="none", mew=1.6, zorder=3)
        lift = 7 + 10 * drawn.get(one.index, 0)
        axes.annotate(str(number), spot, xytext=(6, lift), textcoords="offset points", fontsize=8, color=colour)
        drawn[one.index] = drawn.get(one.index, 0) + 1
    axes.set(xlabel="index", ylabel="sigma", ylim=(low, top), xlim=(-0.5, max(len(sigmas) - 0.5, 0.5)))
    axes.xaxis.get_major_locator().set_params(integer=True)


def _told(findings: Sequence[Finding]) -> list[tuple[str, str]]:
    """Each finding in words with its colour."""
    if not findings:
        return [("nothing found", "#444444")]
    lines = []
    for number, one in enumerate(findings[:MOST], 1):
        at = "" if one.index is None else f" at index {one.index}"
        text = f"{number}  {one.level}{at}, {one.rule}: {one.message}"
        kept = textwrap.wrap(text, LINE, subsequent_indent="     ", max_lines=LINES, placeholder=" ...")
        lines.append(("\n".join(kept), LEVELS[one.level][0]))
    if len(findings) > MOST:
        lines.append((f"and {len(findings) - MOST} more", "#444444"))
    return lines
