"""The row of the terminal law: both sides right at the small size, and what makes ours linear in the steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from numerics.mixture_quadrature import MixtureLaw
from numerics.samplers import Denoiser
from numerics.targets import Gaussian, GaussianMixture
from numerics.terminal import gaussian_output
from numerics.terminal.smooth import propagate_panels
from theory.grids import karras
from verify.bench.row import Setting
from verify.bench.rows.terminal_law import ROWS, WANTED
from verify.bench.rows.terminal_law_plainly import Mixture, Steps


def test_both_sides_reach_the_accuracy() -> None:
    case = ROWS[0].make(Setting("small"))
    mine, theirs = case.ours(), case.other()
    (found,) = case.check(mine, theirs)
    assert max(found.ours, found.other) < found.wanted == WANTED
    (worse,) = case.check(replace(mine, density=mine.density * (1 + 1e-7)), theirs)
    assert worse.ours > WANTED


def test_the_alternative_on_gaussian_data() -> None:
    """One component: the dense matrices against the closed recursion of mean and variance."""
    v = karras(n=9, sigma_min=0.05, sigma_max=9).v
    steps = Steps.of(Mixture(np.ones(1), np.array([0.4]), np.array([0.6])), v, 1.5, 7.0)
    law = gaussian_output(Gaussian(d=1, var=0.36, mean=0.4), v, "denoiser")
    mean, variance = float(law.mean.value[0]), float(law.variance.value[0])
    exact = np.exp(-0.5 * (steps.axes[-1] - mean) ** 2 / variance) / np.sqrt(2 * np.pi * variance)
    assert steps.density() == pytest.approx(exact, abs=1e-9)


def test_panels_do_not_grow_with_the_steps() -> None:
    """Eight times the steps: no more panels, where the nodes that resolve a step's noise would be 2.8 times as many."""
    target = GaussianMixture(weights=[0.3, 0.7], means=[-1.5, 1], stds=[0.25, 0.4])
    law = MixtureLaw.of(target)

    def panels(steps: int) -> int:
        v = karras(steps + 1, 0.02, 9.0).v
        return len(propagate_panels(law, target, v, Denoiser(), "noise", 1.2, 7.0).widths)

    assert panels(160) <= 1.3 * panels(20)
