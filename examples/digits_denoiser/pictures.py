"""Pictures that are not scoreproof's own: images, and measured against predicted differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from verify.reports.pictures import DPI, STYLE, plt

from .agreement import Judged

SAID = {"agree": ("#0072b2", "o"), "open": ("#7f7f7f", "^"), "contradict": ("#d55e00", "X")}


def draw_images(rows: Mapping[str, torch.Tensor], to: Path, columns: int = 16) -> None:
    """The first images of each set, a row a set."""
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(len(rows), 1, figsize=(8.4, 0.55 * len(rows)), layout="constrained", squeeze=False)
        for line, (name, images) in zip(axes[:, 0], rows.items(), strict=True):
            strip = images[:columns].reshape(-1, 8, 8).numpy()
            strip = np.concatenate(list(np.pad(strip, ((0, 0), (0, 0), (0, 1)), constant_values=np.nan)), axis=1)
            line.imshow(strip, cmap=plt.get_cmap("gray_r").with_extremes(bad="#c6d3e3"), vmin=-1, vmax=1)
            line.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=8)
            line.set(xticks=[], yticks=[])
            line.spines[:].set_visible(False)
        figure.savefig(to, dpi=DPI)
        plt.close(figure)


def draw_agreement(panels: Mapping[str, Sequence[Judged]], to: Path, same_unit: Sequence[str] = ()) -> None:
    """Measured over predicted differences of all pairs, each with its interval; a panel a statistic.

    ``same_unit`` names the panels whose statistic is the predicted one: they get a diagonal.

    Each pair is turned so that its prediction is positive: certain points above 0 agree, below 0 they contradict.
    """
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(1, len(panels), figsize=(8.4, 4.2), layout="constrained", squeeze=False)
        for panel, (name, judged) in zip(axes[0], panels.items(), strict=True):
            smallest = min(one.measured.radius for one in judged)
            panel.set_xscale("symlog", linthresh=1)
            panel.set_yscale("symlog", linthresh=float(10 ** np.ceil(np.log10(smallest))))
            for one in judged:
                _draw_pair(panel, one)
            panel.axhline(0, color="black", lw=0.8)
            if name in same_unit:
                most = max(float(one.predicted.upper) for one in judged)
                line = np.concatenate([[0], np.geomspace(1e-2, most, 50)])
                panel.plot(line, line, color="black", lw=0.8, ls=":")
            panel.set(xlabel="predicted difference of path KL, nats", ylabel=name)
            panel.xaxis.set_major_formatter("{x:g}")
            panel.yaxis.set_major_formatter("{x:g}")
            told = [f"measured: {_nearer(one)}" for one in judged if one.said == "contradict"]
            text, colour = ("\n".join(told), SAID["contradict"][0]) if told else ("no pair contradicts", "black")
            panel.text(0.03, 0.97, text, transform=panel.transAxes, va="top", fontsize=8, color=colour)
        marks = [
            plt.Line2D([], [], color=colour, marker=mark, ls="", label=said) for said, (colour, mark) in SAID.items()
        ]
        figure.legend(handles=marks, frameon=False, fontsize=8, loc="outside upper center", ncols=3)
        figure.savefig(to, dpi=DPI)
        plt.close(figure)


def _nearer(one: Judged) -> str:
    near, far = (one.measured.first, one.measured.second)[:: -one.measured.order]
    return f"{near} nearer than {far}"


def _draw_pair(axes: Any, one: Judged) -> None:
    turned = 1 if one.predicted.value >= 0 else -1
    colour, mark = SAID[one.said]
    axes.errorbar(
        turned * float(one.predicted.value),
        turned * one.measured.difference,
        xerr=float(one.predicted.radius),
        yerr=one.measured.radius,
        color=colour,
        fmt=mark,
        ms=5,
        lw=1,
        capsize=2,
    )
