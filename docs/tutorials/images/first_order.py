"""Draws first-order.svg, the picture of the tutorial on one's own theorem.

Data at one point: J(v) = 1/v. One step of the score sampler from v = 2 to v = 1, the level at which it holds the curve,
and the triangles under the tangents at both ends of the step. All areas are twice the nats.
"""

from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np

START, END = 2.0, 1.0  # of the step, in the order of sampling


def main() -> None:
    """Write the picture beside this file."""
    plt.rcParams.update({"svg.hashsalt": "first-order", "svg.fonttype": "none", "font.size": 11})
    step = np.linspace(END, START, 200)
    held, length = 1 / START, START - END
    figure, axes = plt.subplots(1, 3, figsize=(10.5, 3.6), sharey=True, layout="constrained")
    sides = (
        ("twice E_D: 0.193", step, 1 / step, "#9aa7b5"),
        ("slope of the start: 0.125", step, held + (START - step) / START**2, "#d6604d"),
        ("slope of the end: 0.5", step, held + (START - step) / END**2, "#4393c3"),
    )
    for axis, (title, x, top, colour) in zip(axes, sides, strict=True):
        axis.fill_between(x, held, top, color=colour, alpha=0.6, linewidth=0)
        wide = np.linspace(0.75, 2.4, 300)
        axis.plot(wide, 1 / wide, color="#222222", linewidth=2)
        axis.plot([END, START], [held, held], color="#222222", linewidth=1.2, linestyle="--")
        axis.vlines([END, START], 0, [1 / END, held], color="#bbbbbb", linewidth=0.8)
        axis.set(title=title, xlabel="variance v of the noise", ylim=(0, 1.6), xlim=(0.75, 2.4))
        axis.set_xticks([1, 1.5, 2], ["1, end", "", "2, start"])
    axes[0].set_ylabel("Fisher information J(v) = 1/v")
    axes[0].annotate("held on the step", (1.52, held), (1.2, 0.22), arrowprops={"arrowstyle": "-", "color": "#555555"})
    areas = (np.log(START / END) - length / START, length**2 / START**2 / 2, length**2 / END**2 / 2)
    assert np.allclose(areas, (0.193, 0.125, 0.5), atol=5e-4)
    figure.savefig(Path(__file__).with_name("first-order.svg"), metadata={"Date": None})


if __name__ == "__main__":
    main()
