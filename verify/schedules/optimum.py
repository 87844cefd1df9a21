"""The best noise grid for a target or a trained model's loss curve, what is proved of it, and what it gains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from numerics.budgets import PATH_SAMPLERS
from numerics.enclosures import Enclosure
from numerics.optimal_grids.best import least_of_any_grid, refine, solve_axis
from numerics.optimal_grids.families import Member, best_member
from numerics.optimal_grids.flow_best import best_flow_grid
from numerics.optimal_grids.profiles import ExactProfile, profile_of
from numerics.regimes.paths import sign
from numerics.targets import LossCurve, NotAvailable, PointCloud, Target
from numerics.terminal import terminal_kl
from theory.display import Contents, Displayed
from theory.grids import Grid, GridError, from_variances, karras
from verify.language.errors import BadInput
from verify.schedules.grid_costs import cost_at_most, costs_by_steps, grid_objective, output_errors
from verify.schedules.path_differences import SAME_ENDS, path_difference, require_same_ends
from verify.schedules.usual import usual_grids

if TYPE_CHECKING:
    from verify.display.picture import Picture

FloatArray = NDArray[np.float64]
Told = Callable[[str], None]
AXIS = 513  # levels
FRESH_ALPHA = 1e-3  # of sampled data: draws that the search did not see decide what is reported
MOST_STEPS = 1000


@dataclass(frozen=True)
class Optimum(Displayed):
    """The best grid that was found; ``print`` and notebooks show it as a table, ``plot()`` as a picture.

    Attributes:
        grid: it.
        sampler: score, denoiser or ode.
        source: what it is best for.
        objective: nats. E_D of a target; of a loss curve all of the path KL that a grid decides, which may be
            negative; for ode the output KL from the exact start.
        gap: what a better grid of as many steps and the same ends could still gain, nats: an interval from 0 to the
            proved bound. Of a loss curve, and of data known by draws, for the curve as interpolated.
        gain: against the usual grids, nats: their error less that of this grid. Where it is an interval of some width,
            its middle is no better guess than any other number in it.
        estimate: the gain by the curve without its error, nats.
        by_steps: N -> {"best": ..., "karras rho=7": ..., ...}, nats, for N up to that of the grid: the best on the axis
            and the usual grids, from the curve without its error, but for a constant that is the same for all.
        family: the family that was searched, or None where all grids were.
        parameters: of the family's best member, each with an interval whose ends are worse.
        terminal: output KL of this grid (``best``) and the usual ones, from the sampler's own start, where it is known.
        axis: levels of the discretised axis; 0 for ode.
        unproved: what the best grid on the axis costs, less what is proved to be the least there.
        notes: what else should be known, one sentence each.
    """

    grid: Grid
    sampler: str
    source: Target
    objective: Enclosure
    gap: Enclosure
    gain: dict[str, Enclosure]
    estimate: dict[str, float]
    by_steps: dict[int, dict[str, float]]
    family: str | None = None
    parameters: dict[str, Enclosure] = field(default_factory=dict)
    terminal: dict[str, Enclosure] = field(default_factory=dict)
    axis: int = 0
    unproved: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def sigmas(self) -> FloatArray:
        """Shape (N+1,), from sigma_max down to sigma_min, without an appended 0."""
        return self.grid.sigmas

    def _contents(self) -> Contents:
        """Sigmas, objective, what any other grid could gain, and a table against the usual grids."""
        from verify.display.optimum import optimum_contents

        return optimum_contents(self)

    def plot(self) -> Picture:
        """Its steps, its lost area, and what it gains on the usual grids.

        A notebook shows it; ``.save("file.svg")`` writes it. Drawing takes about a second.
        """
        from verify.display.picture import Picture
        from verify.reports.schedule_pictures import draw_optimum

        return Picture(lambda to: draw_optimum(self, to))

    def as_json(self) -> dict[str, Any]:
        """As ``scoreproof schedule optimise --json`` writes it."""
        return {
            "sigmas": self.sigmas.tolist(),
            "objective": self.objective.as_json(),
            "gap": self.gap.as_json(),
            "gain": {name: one.as_json() for name, one in self.gain.items()},
            "estimate": self.estimate,
            "grid": self.grid.label,
            "steps": self.grid.N,
            "sampler": self.sampler,
            "source": self.source.label,
            "family": self.family,
            "parameters": {name: one.as_json() for name, one in self.parameters.items()},
            "terminal": {name: one.as_json() for name, one in self.terminal.items()} or None,
            "axis": {"points": self.axis, "unproved": self.unproved} if self.axis else None,
            "by_steps": {str(n): values for n, values in self.by_steps.items()},
            "notes": list(self.notes),
        }


def optimise(
    source: Target,
    steps: int,
    sigma_max: float,
    sigma_min: float,
    sampler: str = "score",
    family: str | None = None,
    points: int | None = None,
    against: Grid | None = None,
    told: Told = lambda text: None,
    terminal: bool = True,
) -> Optimum:
    """The grid of ``steps`` steps from ``sigma_max`` to ``sigma_min`` with the least error.

    Args:
        source: a target with a known score, or the loss curve of a trained model.
        sampler: score or denoiser; ode on Gaussian data of mean 0.
        family: search only this family: karras, polyexponential, tan, laplace (or exponential, linear).
        points: levels of the axis on which the best grid is proved to be best; by default 513, for many steps two a
            step.
        against: a grid of the same ends whose loss against the best is told too, by its label.
        told: called with a few words when a new stage begins.
        terminal: whether to look for the output KLs too.

    Raises:
        BadInput: steps, ends, axis or family that cannot be, a level outside the rows of a loss curve, or a sampler
            that has no objective on this source.
    """
    if not 1 <= steps <= MOST_STEPS:
        raise BadInput(f"steps = {steps}: give 1 to {MOST_STEPS}")
    points = max(AXIS, 2 * steps + 1) if points is None else points
    try:
        ends = karras(2, sigma_min, sigma_max)
        if sigma_max - sigma_min <= SAME_ENDS * sigma_max:
            raise BadInput(
                f"sigma_max = {sigma_max:.17g} and sigma_min = {sigma_min:.17g} are the same but for rounding; give "
                "ends that are further apart"
            )
        if against is not None:
            require_same_ends([ends, against])
        if sampler in PATH_SAMPLERS:
            return _by_path(source, steps, sigma_max, sigma_min, sampler, family, points, against, told, terminal)
        return _by_output(source, steps, sigma_max, sigma_min, sampler, family, against, told, terminal)
    except NotAvailable as why:
        raise BadInput(f"no grid can be optimised for the {sampler} sampler on {source.label}: {why}") from None
    except (ValueError, GridError) as why:
        raise BadInput(str(why)) from None


def _by_path(
    source: Target,
    steps: int,
    sigma_max: float,
    sigma_min: float,
    sampler: str,
    family: str | None,
    points: int,
    against: Grid | None,
    told: Told,
    terminal: bool,
) -> Optimum:
    told("measuring the curve")
    profile = profile_of(source, sampler, sigma_max, sigma_min)
    told(f"all grids of 1 to {steps} steps on {points} levels")
    axis = solve_axis(profile, steps, sigma_max, sigma_min, points)
    told("moving the points off the axis")
    best = refine(axis, steps)
    grid, parameters, notes = _with_ends(best.v, sigma_max, sigma_min, sampler), {}, []
    if family is not None:
        told(f"searching the family {family}")
        screen = axis.screen()
        member = best_member(family, steps, sigma_max, sigma_min, lambda v: screen(np.log(v)))
        grid, parameters = member.grid, member.parameters
        notes += _edges(family, member)
    told("bounding what any grid could gain")
    lower = least_of_any_grid(axis, steps, best.value)
    told("comparing with the usual grids")
    judge = source.at_error_rate(FRESH_ALPHA, seed=1) if isinstance(source, PointCloud) else source
    usual = usual_grids(steps, sigma_max, sigma_min, against)
    if not isinstance(profile, ExactProfile):
        notes.append(
            "the gap is for the curve as interpolated; the error of its rows or draws is in objective and gain"
        )
    if isinstance(source, LossCurve):
        notes.append(f"the intervals of objective and gain assume: {source.assumption}")
    gain = {name: path_difference(one, grid, judge, sampler)[0] for name, one in usual.items()}
    outputs, why = output_errors(source, {"best": grid} | usual, sampler) if terminal else ({}, [])
    return Optimum(
        grid,
        sampler,
        source,
        grid_objective(judge, grid, sampler),
        Enclosure.interval(0.0, max(cost_at_most(axis, grid) - lower, 0.0)),
        gain,
        {name: axis.staircase(np.log(one.v)) - axis.staircase(np.log(grid.v)) for name, one in usual.items()},
        costs_by_steps(axis, steps, sigma_max, sigma_min),
        family,
        parameters,
        outputs,
        len(axis.y),
        float(axis.proof.upper[steps] - axis.proof.lower[steps]),
        tuple(notes + why + _disagreement(gain, outputs)),
    )


def _by_output(
    source: Target,
    steps: int,
    sigma_max: float,
    sigma_min: float,
    sampler: str,
    family: str | None,
    against: Grid | None,
    told: Told,
    terminal: bool,
) -> Optimum:
    """For ode on centred Gaussian data, by the output KL from the exact start."""
    told("searching from several grids")
    best = best_flow_grid(source, steps, sigma_max, sigma_min, sampler)
    grid, parameters, notes = _with_ends(best.v, sigma_max, sigma_min, sampler), {}, []
    if family is not None:
        told(f"searching the family {family}")
        member = best_member(family, steps, sigma_max, sigma_min, best.value)
        grid, parameters = member.grid, member.parameters
        notes += _edges(family, member)
    told("comparing with the usual grids")
    usual = usual_grids(steps, sigma_max, sigma_min, against)
    objective = terminal_kl(source, grid.v, sampler, None, "exact")
    gain = {name: terminal_kl(source, one.v, sampler, None, "exact") - objective for name, one in usual.items()}
    outputs, why = output_errors(source, {"best": grid} | usual, sampler) if terminal else ({}, [])
    return Optimum(
        grid,
        sampler,
        source,
        objective,
        Enclosure.interval(0.0, max(float((objective - best.lower).upper), 0.0)),
        gain,
        {name: float(one.value) for name, one in gain.items()},
        best.by_steps(usual_grids),
        family,
        parameters,
        outputs,
        notes=tuple(notes + why),
    )


def _with_ends(v: FloatArray, sigma_max: float, sigma_min: float, sampler: str) -> Grid:
    """The grid of variances ``v`` with the very ends that were asked for."""
    ends = karras(2, sigma_min, sigma_max).v
    return from_variances(np.concatenate([ends[:1], v[1:-1], ends[1:]]), f"optimal_{len(v) - 1}_{sampler}")


def _edges(family: str, member: Member) -> list[str]:
    """A note for each parameter that the search drove to the end of its range."""
    return [
        f"{name} = {float(member.parameters[name].value):.4g} is at the end of the range searched: the best {family} "
        "grid may be a limit of the family"
        for name in member.at_edge
    ]


def _disagreement(gain: dict[str, Enclosure], terminal: dict[str, Enclosure]) -> list[str]:
    """A warning where a usual grid is certainly worse by path KL and certainly better by output KL."""
    names = [
        name
        for name, one in gain.items()
        if name in terminal and "best" in terminal and sign(one) > 0 > sign(terminal[name] - terminal["best"])
    ]
    if not names:
        return []
    return [f"path KL and output KL rank oppositely: this grid's output is worse than that of {', '.join(names)}"]
