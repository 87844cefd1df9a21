"""What trained networks say of a karras and an exponential grid: from their loss curve, and from sampling runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import wasserstein_distance

from numerics.confidence import gaussian_mean
from numerics.enclosures import Enclosure
from numerics.regimes import NetworkScore, cost_draws, differences, sign
from numerics.samplers.draw import sample
from numerics.targets import GaussianMixture, Target, digits
from numerics.training import Batch, Training, train
from theory.grids import exponential, karras
from verify.reports.training_pictures import MARKS, figure
from verify.weightings import largest_eigenvalue

STEPS, SAMPLERS = (8, 18, 40), ("score", "denoiser")
ALPHA = 1e-3  # of all intervals of one data set and number of steps
COLOURS = ("#0072b2", "#d55e00", "#009e73")
REPEATS, RUN = 8, 1024  # independent runs of the sampler, samples in each


@dataclass(frozen=True)
class Experiment:
    """Networks that are trained on one data set, and the ends of the grids that they sample on.

    Attributes:
        target: the data.
        high, low: sigma_0 and sigma_N.
        n, levels, m, networks: training points, noise levels (exponential), width, number of networks.
        weighting: of the levels in the training loss.
        stages: numbers of steps of gradient descent at which the networks are looked at.
        draws: fresh draws for the losses.
    """

    target: Target
    high: float
    low: float
    n: int
    levels: int
    m: int
    networks: int
    weighting: str
    stages: tuple[int, ...]
    draws: int


def experiments() -> dict[str, Experiment]:
    mixture = GaussianMixture([0.3, 0.7], [-1.5, 1.0], [0.25, 0.4])
    small = GaussianMixture([0.3, 0.7], [-0.03, 0.02], [0.005, 0.008])
    line = Experiment(mixture, 10.0, 0.02, 32, 12, 64, 4, "1/sigma2", (0, 10, 100, 1000), 4096)
    return {
        "mixture": replace(line, weighting="edm", stages=(0, 10, 100, 1000, 2000)),
        "mixture, 1/50 the size": replace(line, target=small),
        "digits": Experiment(digits(), 20.0, 0.02, 32, 12, 96, 4, "edm", (0, 10, 100, 400), 2048),
    }


@dataclass(frozen=True)
class Stage:
    """The networks after some steps: karras minus exponential, (networks,) each; by sampler and N.

    Attributes:
        step: of gradient descent.
        excess: mean over networks of (loss - d)/d at the training levels' first, middle and last.
        gaps: difference of the path KL.
        reached: difference of the Wasserstein-1 distance to the data of runs, in units of sigma_N; None for d > 1.
    """

    step: int
    excess: NDArray[np.float64]
    gaps: dict[tuple[str, int], Enclosure]
    reached: dict[tuple[str, int], Enclosure] | None


def networks() -> dict[str, list[Stage]]:
    """All experiments."""
    return {name: run(one) for name, one in experiments().items()}


def run(one: Experiment) -> list[Stage]:
    v = tuple(float(x) for x in exponential(one.levels + 1, one.low, one.high).v)
    plan = Training(n=one.n, m=one.m, layers=2, weighting=one.weighting)
    setups = [replace(plan, seed=4 * i).setup(one.target, v) for i in range(one.networks)]
    batch = Batch.of(setups)
    h = 1 / torch.tensor([largest_eigenvalue(Batch.of([setup])) for setup in setups], dtype=torch.float64)
    stages, W, last = [], batch.trained, 0
    for step in one.stages:
        _, W = train(replace(batch, trained=W), h, step - last)
        last = step
        stages.append(look(one, step, [NetworkScore(batch, W, i) for i in range(one.networks)]))
    return stages


def look(one: Experiment, step: int, models: Sequence[NetworkScore]) -> Stage:
    gaps: dict[tuple[str, int], Enclosure] = {}
    reached: dict[tuple[str, int], Enclosure] = {}
    for n in STEPS:
        grids = [family(n + 1, one.low, one.high).v for family in (karras, exponential)]
        costs = cost_draws(models, one.target, grids, one.draws, 7, SAMPLERS)
        for sampler, drawn in zip(SAMPLERS, costs, strict=True):
            gaps[sampler, n] = differences(drawn, 0, 1, ALPHA)
            if one.target.d == 1:
                reached[sampler, n] = _reached(one, models, grids, sampler)
    return Stage(step, _excess(one, models), gaps, reached or None)


def _excess(one: Experiment, models: Sequence[NetworkScore]) -> NDArray[np.float64]:
    """(loss - d)/d at the first, the middle and the last of the levels, mean over networks."""
    gen = torch.Generator().manual_seed(8)
    x = one.target.sample(one.draws, gen)
    xi = torch.randn(x.shape, generator=gen, dtype=torch.float64)
    levels = exponential(one.levels + 1, one.low, one.high).v[[0, one.levels // 2, one.levels - 1]]
    losses = [
        [
            float((v**0.5 * m.score(x + v**0.5 * xi, v) + xi).square().sum(dim=1).mean()) / one.target.d - 1
            for m in models
        ]
        for v in levels.tolist()
    ]
    return np.mean(losses, axis=1)


def _reached(
    one: Experiment, models: Sequence[NetworkScore], grids: Sequence[NDArray[np.float64]], sampler: str
) -> Enclosure:
    """W1 of karras minus that of exponential, mean of independent runs, over sigma_N."""
    gen = torch.Generator().manual_seed(9)
    out = np.zeros((len(models), REPEATS))
    for r in range(REPEATS):
        data = one.target.sample(RUN, gen) + one.low * torch.randn(RUN, 1, generator=gen, dtype=torch.float64)
        for i, model in enumerate(models):
            far = [
                wasserstein_distance(
                    sample(sampler, model, v, RUN, seed=1000 * r + i)[:, 0].numpy(), data[:, 0].numpy()
                )
                for v in grids
            ]
            out[i, r] = (far[0] - far[1]) / one.low
    low, high = gaussian_mean(out, ALPHA / len(models))
    return Enclosure.interval(low, high)


def networks_table(found: dict[str, list[Stage]]) -> list[str]:
    """Networks for which each grid is certainly better, by stage."""
    head = ["data", "step", "loss/d - 1 at high, middle, low sigma", "sampler"]
    head += [f"KL_path, N = {n}" for n in STEPS] + [f"runs, N = {n}" for n in STEPS]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for name, stages in found.items():
        for stage in stages:
            for sampler in SAMPLERS:
                losses = ", ".join(f"{x:.2g}" for x in stage.excess)
                cells = [_cell(stage.gaps[sampler, n]) for n in STEPS]
                runs = [_votes(stage.reached[sampler, n]) if stage.reached else "" for n in STEPS]
                lines.append("| " + " | ".join([name, str(stage.step), losses, sampler, *cells, *runs]) + " |")
    return lines


def _votes(gap: Enclosure) -> str:
    votes = sign(gap)
    parts = [f"{int((votes == key).sum())} {word}" for key, word in ((-1, "karras"), (1, "exp."), (0, "open"))]
    return ", ".join(part for part in parts if not part.startswith("0 "))


def _cell(gap: Enclosure) -> str:
    return f"{_votes(gap)} ({np.median(gap.value):+.2g})"


def draw_networks(found: dict[str, list[Stage]], to: Path) -> None:
    """KL_path(karras) - KL_path(exponential) of each network against the step; below 0 karras is better."""
    with figure(to, len(found), 2, width=3.8, height=2.9) as axes:
        for column, (name, stages) in zip(axes.T, found.items(), strict=True):
            for one, sampler in zip(column, SAMPLERS, strict=True):
                for n, colour, mark, shift in zip(STEPS, COLOURS, MARKS, (-0.12, 0.0, 0.12), strict=False):
                    for i in range(len(stages[0].gaps[sampler, n].value)):
                        x = np.arange(len(stages)) + shift + 0.02 * i
                        y = np.array([stage.gaps[sampler, n].value[i] for stage in stages])
                        error = np.array([stage.gaps[sampler, n].radius[i] for stage in stages])
                        label = f"N = {n}" if i == 0 else None
                        one.errorbar(x, y, error, color=colour, marker=mark, ms=3, lw=0, elinewidth=1, label=label)
                one.axhline(0, color="black", lw=0.8)
                least = min(float(stage.gaps[sampler, n].lower.min()) for stage in stages for n in STEPS)
                most = max(float(stage.gaps[sampler, n].upper.max()) for stage in stages for n in STEPS)
                one.set_yscale("symlog", linthresh=0.1)
                one.set_ylim(3 * min(least, -1.0), 3 * max(most, 1.0))
                one.set_xticks(range(len(stages)), [str(stage.step) for stage in stages])
                one.set(xlabel="steps of gradient descent", title=f"{name}, {sampler} sampler")
        for one in axes[:, 0]:
            one.set_ylabel("KL_path: karras - exponential, nats\n(below 0: karras is better)")
        axes[0, 0].legend(frameon=False, fontsize=8)
