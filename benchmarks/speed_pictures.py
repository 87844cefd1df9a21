"""Pictures of a benchmark's results: ratios beside what is wanted, and exponents beside what the design promises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

COLOURS = {"holds": "#1b7837", "open": "#d99000", "missed": "#c51b2a"}
STYLE: Any = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
DPI = 140


def draw_ratios(rows: list[dict[str, Any]], to: Path) -> None:
    """A dot and its interval for each row that has a ratio, on a logarithmic axis; a bar where the wanted figure is."""
    shown = [row for row in rows if row["timing"] and row["timing"]["ratio"]]
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(7.6, 0.34 * len(shown) + 1.1), layout="constrained")
        for place, row in enumerate(reversed(shown)):
            ratio, wanted = row["timing"]["ratio"], row["wanted"]["ratio"]
            status = next(figure["status"] for figure in row["figures"] if figure["of"] == "ratio")
            axes.plot([ratio["low"], ratio["high"]], [place, place], color=COLOURS[status], linewidth=2.5)
            axes.plot(ratio["value"], place, "o", color=COLOURS[status], markersize=5)
            axes.plot(wanted, place, "|", color="black", markersize=13, markeredgewidth=1.6)
        axes.set_yticks(range(len(shown)), [row["name"] for row in reversed(shown)])
        axes.set_xscale("log")
        axes.axvline(1, color="#999999", linewidth=0.8, zorder=0)
        axes.set_xlabel("times as fast as the alternative (dot, 95 % interval); black bar: wanted")
        axes.grid(axis="x", color="#e5e5e5", zorder=0)
        axes.legend(handles=_legend(), loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, frameon=False)
        figure.savefig(to, dpi=DPI)
        plt.close(figure)


def draw_exponents(rows: list[dict[str, Any]], to: Path) -> None:
    """A dot and its interval for each exponent of cost; a bar where the promised one is."""
    shown = [(row["name"], one) for row in rows for one in row["scaling"]]
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(7.6, 0.26 * len(shown) + 1.1), layout="constrained")
        for place, (_, one) in enumerate(reversed(shown)):
            colour = COLOURS[one["status"]]
            axes.errorbar(
                one["exponent"], place, xerr=one["half"], fmt="s" if one["unit"] == "bytes" else "o", color=colour,
                markersize=4.5, linewidth=2,
            )  # fmt: skip
            axes.plot(one["wanted"], place, "|", color="black", markersize=10, markeredgewidth=1.6)
        names = [f"{name}: {one['unit']} against {one['against']}" for name, one in reversed(shown)]
        axes.set_yticks(range(len(shown)), names)
        low, high = axes.get_xlim()
        axes.set_xlim(max(low, -1.5), min(high, 3.5))
        axes.set_xlabel("exponent of cost, 95 % interval\n(dot: seconds, square: bytes; black bar: promised)")
        axes.grid(axis="x", color="#e5e5e5", zorder=0)
        axes.legend(handles=_legend(), loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, frameon=False)
        figure.savefig(to, dpi=DPI)
        plt.close(figure)


def _legend() -> list[Any]:
    return [plt.Line2D([], [], color=colour, marker="o", linewidth=2, label=name) for name, colour in COLOURS.items()]
