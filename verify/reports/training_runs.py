"""The networks behind the pictures of a report: a few small batches, trained while it is written.

Unless said otherwise n = N = d = 4, two trained layers, standard Gaussian data, noise levels from 4 down to 1.4 with
weights 1/sigma^2 (so that every g_j is 1). Each is made with several seeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from numerics.targets import Gaussian
from numerics.training import Training, train
from numerics.training.kernel import eigenvalues, gram
from numerics.training.measured import MeasuredRuns
from numerics.training.network import losses
from theory import grids

FloatArray = NDArray[np.float64]

SEEDS = 8
SIZE = 4  # n, N and d
FIRST_SEED, SEED_STEP = 9000, 5  # a network draws from its own seed and those right after it
SIGMA_MIN, SIGMA_MAX = 1.0, 4.0
STEP_WIDTH = 128  # of the networks that show the printed step
STABLE = 2.0  # of h lambda_max
A_0 = 0.75  # the paper's exponent, between 1/2 and 1


def networks(
    m: int,
    *,
    n: int = SIZE,
    N: int = SIZE,
    d: int = SIZE,
    layers: int = 2,
    step: str = "stable",
    factor: float = 0.5,
    seeds: int = SEEDS,
    one_level: bool = False,
) -> MeasuredRuns:
    """A batch that has not been trained yet; with ``one_level`` all noise levels are 1."""
    v = (1.0,) * (N + 1) if one_level else tuple(map(float, grids.exponential(N + 1, SIGMA_MIN, SIGMA_MAX).v))
    plans = [
        Training(n, m, layers, "1/sigma2", step, factor, seed=FIRST_SEED + SEED_STEP * seed) for seed in range(seeds)
    ]
    return MeasuredRuns([plan.setup(Gaussian(d=d, var=1.0), v) for plan in plans], plans)


@dataclass(frozen=True)
class LossCurves:
    """Losses over their start, step by step.

    Attributes:
        m: width.
        printed: at h = n N/(m min g), (B, steps + 1); inf or NaN once float64 overflows.
        h_lambda: h lambda_max at theta_0 there, (B,).
        silent: the loss of the network whose output is 0, over the start, (B,).
        stable: at h = 1/(2 lambda_max), (B, K + 1).
        envelope: prod_{r < s} (1 - h lambda_min(theta_r)), (B, K + 1).
        linearised: closed form of the network linearised at theta_0, at the same h, (B, K + 1).
    """

    m: int
    printed: FloatArray
    h_lambda: FloatArray
    silent: FloatArray
    stable: FloatArray
    envelope: FloatArray
    linearised: FloatArray


def loss_curves(m: int = 128, printed_steps: int = 6, steps: int = 200) -> LossCurves:
    """The same networks trained at the printed step and at a stable one."""
    printed, stable = networks(m, step="printed", factor=1.0), networks(m)
    diverging, _ = train(printed.batch, printed.h, printed_steps)
    found, _ = train(stable.batch, stable.h, steps, kernel_at=range(steps))
    kept = torch.cumprod(1 - stable.h[:, None] * found.lambda_min, dim=1)
    shrunk = 1 - stable.h[:, None] * stable.start.spectrum
    linearised = torch.stack(
        [(shrunk ** (2 * s) * stable.start.components).sum(dim=1) / 2 for s in range(steps + 1)], dim=1
    )
    silent = losses(printed.batch.scale * printed.batch.noises)
    start = found.loss[:, :1]
    return LossCurves(
        m=m,
        printed=(diverging.loss / diverging.loss[:, :1]).numpy(),
        h_lambda=(printed.h * printed.start.spectrum[:, -1]).numpy(),
        silent=(silent / diverging.loss[:, 0]).numpy(),
        stable=(found.loss / start).numpy(),
        envelope=torch.cat([torch.ones_like(start), kept], dim=1).numpy(),
        linearised=(linearised / start).numpy(),
    )


@dataclass(frozen=True)
class Spectra:
    """Eigenvalues of K along the run, over lambda_max at theta_0, so that h = 1/lambda_max(theta_0) is 1.

    Attributes:
        m, layers: of the networks.
        largest, smallest: (B, K + 1).
        start, end: all eigenvalues at theta_0 and theta_K, descending, (B, n N d).
    """

    m: int
    layers: int
    largest: FloatArray
    smallest: FloatArray
    start: FloatArray
    end: FloatArray

    @property
    def residuals(self) -> int:
        """n N d, the size of K."""
        return self.start.shape[1]

    @property
    def unstable(self) -> NDArray[np.bool_]:
        """Networks whose largest eigenvalue passes 2/h at some step, (B,)."""
        return np.asarray((self.largest > STABLE).any(axis=1))


def spectra(m: int, layers: int = 4, steps: int = 60, seeds: int = SEEDS) -> Spectra:
    """Networks of one width trained at h = 1/lambda_max(theta_0)."""
    runs = networks(m, layers=layers, factor=1.0, seeds=seeds)
    found, W = train(runs.batch, runs.h, steps, kernel_at=range(steps + 1))
    top = runs.start.spectrum[:, -1:]
    start, end = (values.flip(1) / top for values in (runs.start.spectrum, eigenvalues(gram(runs.batch, W))))
    largest, smallest = found.lambda_max / top, found.lambda_min / top
    return Spectra(m, layers, largest.numpy(), smallest.numpy(), start.numpy(), end.numpy())


@dataclass(frozen=True)
class Implied:
    """The constant C5 that each step of a run implies in the rate of Theorem 1.

    Attributes:
        m: width.
        constant: (1 - L_{s+1}/L_s)/(h g_{j*(s)} m d^{(a_0-1)/2}/(n^3 N^2)), (B, K); not positive where the loss grew.
        looks: steps at which the kernel was looked at.
        floor: what h lambda_min(theta_s) in place of the fall implies, (B, looks).
    """

    m: int
    constant: FloatArray
    looks: NDArray[np.int64]
    floor: FloatArray


def implied_constants(m: int, steps: int = 200) -> Implied:
    """Networks of one width at h = 1/(2 lambda_max(theta_0)); every g_j is 1."""
    runs = networks(m)
    looks = np.unique(np.round(np.geomspace(1, steps, 12)).astype(np.int64)) - 1
    found, _ = train(runs.batch, runs.h, steps, kernel_at=looks.tolist())
    fall = 1 - found.loss[:, 1:] / found.loss[:, :-1]
    rate = runs.h[:, None] * printed_rate(m, SIZE, SIZE, SIZE)
    return Implied(m, (fall / rate).numpy(), looks, (found.lambda_min / printed_rate(m, SIZE, SIZE, SIZE)).numpy())


def printed_rate(m: int, n: int, N: int, d: int) -> float:
    """m d^{(a_0-1)/2}/(n^3 N^2), Theorem 1's rate over C5 h g."""
    return float(m * d ** ((A_0 - 1) / 2) / (n**3 * N**2))


@dataclass(frozen=True)
class StepSizes:
    """h lambda_max at theta_0 for the printed step h = n N/(m min g) against one size; all noise levels are 1.

    Attributes:
        name: ``n`` or ``N``; the other is 4.
        sizes: its values, (S,).
        h_lambda: (S, B).
        mean: h times the mean eigenvalue of the same networks, (S, B), which lambda_max is at least.
        bound: L (1 + 1/(2 d)) N, the mean eigenvalue's expectation, (S,).
    """

    name: str
    sizes: NDArray[np.int64]
    h_lambda: FloatArray
    mean: FloatArray
    bound: FloatArray


def step_sizes(name: str, sizes: Sequence[int] = (1, 2, 4, 8), m: int = STEP_WIDTH, layers: int = 2) -> StepSizes:
    """The printed step against ``n`` or ``N``."""
    found, means, bounds = [], [], []
    for size in sizes:
        runs = networks(m, layers=layers, step="printed", factor=1.0, one_level=True, **{name: size})
        spectrum = runs.start.spectrum
        found.append((runs.h * spectrum[:, -1]).numpy())
        means.append((runs.h * spectrum.mean(dim=1)).numpy())
        bounds.append(layers * (1 + 1 / (2 * SIZE)) * runs.batch.N)
    return StepSizes(name, np.array(sizes), np.array(found), np.array(means), np.array(bounds))
