"""Losses of the same networks under each weighting of the noise levels, and how many steps EDM's takes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from verify.reports.training_pictures import BLUE, ORANGE, PURPLE, figure
from verify.weightings import CONFIDENCE, Contest, Course, Row, compare, contests, run

COLOURS = {"edm": ORANGE, "uniform": BLUE, "1/sigma": "#1b9e77", "1/sigma2": PURPLE}
NAMES = {"edm": "EDM", "uniform": "equal weights", "1/sigma": "1/sigma", "1/sigma2": "1/sigma^2"}
STYLES = {"edm": "-", "uniform": "--", "1/sigma": "-.", "1/sigma2": ":"}
LOSSES = {
    "own": "its own loss",
    "unweighted": "the unweighted loss",
    "levels": "the mean over levels",
    "E_S": "E_S on fresh draws",
}
BAND = (0.1, 0.5, 0.9)  # quantiles over the networks


def draw_courses(courses: dict[str, dict[str, Course]], to: Path) -> None:
    """Losses against steps, a row a data set and a column a yardstick: medians and bands over the networks."""
    with figure(to, len(LOSSES), len(courses), width=3.1, height=2.7) as grid:
        for row, (name, found) in zip(grid, courses.items(), strict=True):
            for axes, yardstick in zip(row, LOSSES, strict=True):
                for weighting, course in found.items():
                    steps, values = course.steps[yardstick][1:], course.values[yardstick]
                    low, middle, high = np.quantile(values[:, 1:] / values[:, :1], BAND, axis=0)
                    colour = COLOURS[weighting]
                    axes.plot(steps, middle, color=colour, ls=STYLES[weighting], lw=1.4, label=NAMES[weighting])
                    axes.fill_between(steps, low, high, color=colour, alpha=0.12, lw=0)
                axes.set(xscale="log", yscale="log", xlabel="step", title=f"{name}: {LOSSES[yardstick]}")
            row[0].set_ylabel("loss / loss at the start")
        grid[0, 0].legend(frameon=False, fontsize=8)


def draw_quick_weightings(to: Path) -> str:
    """The small experiments, drawn; what they show, in sentences."""
    settings = contests(quick=True)
    courses = {name: run(contest) for name, contest in settings.items()}
    draw_courses(courses, to)
    told = [_told(name, settings[name], compare(found)) for name, found in courses.items()]
    return " ".join([*told, f"All intervals of a data set hold together with probability {CONFIDENCE}."])


def _told(name: str, contest: Contest, rows: list[Row]) -> str:
    common = [row for row in rows if row.yardstick != "own"]
    count = {verdict: sum(row.quotient.verdict == verdict for row in common) for verdict in ("fewer", "more")}
    return (
        f"{name.capitalize()} ({contest.networks} networks, {contest.steps} steps): EDM's weights need fewer steps in "
        f"{count['fewer']} and more in {count['more']} of {len(common)} comparisons by yardsticks that are common to "
        "all weightings; the others are undecided or equal."
    )
