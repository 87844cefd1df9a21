"""How many steps of gradient descent each weighting of the noise levels needs: the same networks, equally stable.

A network (its data, noises and initial weights) is trained once under each weighting, each time with h = 1/lambda_max
of the kernel at theta_0 under that weighting. The times are the first steps at which a loss is at most a given share of
its start. Every weighting has a loss of its own, so that falling losses of two weightings are not the same achievement;
hence four yardsticks:

    own         the weighted loss that is trained
    unweighted  1/(2n) sum_ij ||r_ij||^2
    levels      the mean over the levels of (loss of the level / its start)
    E_S         1/2 sum_k Delta_k E||S - grad log p_{v_k}||^2, what the error costs the sampler, on fresh draws

E_S is looked at after the steps of a geometric sequence, the others after every step. Times are compared network by
network (``verify.censored``), and all intervals of a comparison hold together at ``CONFIDENCE`` (the union bound).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse.linalg import LinearOperator, eigsh

from numerics.targets import GaussianMixture, Target, digits
from numerics.training import WEIGHTINGS, Batch, Checkpoint, History, Setup, Training, train
from numerics.training.network import along, forward, gradient
from theory.grids import karras
from verify.censored import Quotient, median_quotient

FloatArray = NDArray[np.float64]

# shares of the start; the levels of little noise hardly move, so that the mean over levels has no small ones
YARDSTICKS = {
    "own": (0.5, 0.1, 0.01, 0.001),
    "unweighted": (0.5, 0.1, 0.01, 0.001),
    "levels": (0.6, 0.5, 0.4),
    "E_S": (0.5, 0.1, 0.05),
}
CONFIDENCE = 0.95
FRESH = 64  # fresh draws of a network at each level, for E_S
LOOKS = 60  # times at which E_S is looked at


STREAMS = 4  # seeds of one network: its noises and weights, its direction, its data


@dataclass(frozen=True)
class Contest:
    """What is trained under every weighting.

    Attributes:
        target: the data; n points of it for each network.
        n, N, m, layers: points, noise levels, width, trained layers.
        steps: K.
        networks: number of seeds, at least 6.
        sigma_min, sigma_max: of the Karras grid of N + 1 levels, by default those of EDM.
        seed: of the first network.

    Raises:
        ValueError: there are too few networks for a median.
    """

    target: Target
    n: int = 16
    N: int = 8
    m: int = 64
    layers: int = 2
    steps: int = 1000
    networks: int = 20
    sigma_min: float = 0.002
    sigma_max: float = 80.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.networks < 6:
            raise ValueError(f"networks = {self.networks}: a sign test at 0.95 needs 6 or more")

    @property
    def v(self) -> tuple[float, ...]:
        return tuple(map(float, karras(self.N + 1, self.sigma_min, self.sigma_max).v))

    def setups(self, weighting: str) -> list[Setup]:
        """The problems, which differ between weightings in their weights alone."""
        plan = Training(n=self.n, m=self.m, layers=self.layers, weighting=weighting)
        return [replace(plan, seed=self.seed + STREAMS * i).setup(self.target, self.v) for i in range(self.networks)]


MIXTURE = GaussianMixture([0.3, 0.7], [[-1.5, 0.0], [1.0, 0.5]], [0.25, 0.4])


def contests(quick: bool = True) -> dict[str, Contest]:
    """The experiments of a report (quick) and of the documentation, by name of the data."""
    if quick:
        small = Contest(MIXTURE, n=8, N=6, m=32, layers=1, steps=300)
        return {"mixture": small, "digits": replace(small, target=digits(), m=48, steps=150, networks=12)}
    large = Contest(MIXTURE, n=24, steps=1000, networks=24)
    return {"mixture": large, "digits": replace(large, target=digits(), n=16, m=96, steps=500, networks=20)}


@dataclass(frozen=True)
class Course:
    """The networks of a contest under one weighting.

    Attributes:
        h: step sizes, (B,).
        steps: by yardstick, the steps looked at.
        values: by yardstick, its values there, (B, looks).
        dominance: part of the trained loss that its largest level makes up, at the start and at the end, (B, 2).
    """

    h: FloatArray
    steps: dict[str, NDArray[np.int64]]
    values: dict[str, FloatArray]
    dominance: FloatArray

    def times(self, yardstick: str, share: float) -> FloatArray:
        """First step looked at with a value at most ``share`` of the start, (B,); inf where there is none."""
        values = self.values[yardstick]
        arrived = values <= share * values[:, :1]
        first = self.steps[yardstick][arrived.argmax(axis=1)].astype(np.float64)
        return np.where(arrived.any(axis=1), first, np.inf)


@dataclass
class _Watch:
    """A sink that keeps the values of a function of the weights at some steps."""

    at: frozenset[int]
    value: Callable[[torch.Tensor], torch.Tensor]
    seen: dict[int, torch.Tensor] = field(default_factory=dict)

    def load(self) -> tuple[History | None, Checkpoint | None]:
        return None, None

    def append(self, records: History, checkpoint: Checkpoint) -> None:
        if checkpoint.step in self.at and checkpoint.trained is not None:
            self.seen[checkpoint.step] = self.value(checkpoint.trained)


def course(contest: Contest, weighting: str) -> Course:
    """Train the networks of a contest under one weighting."""
    setups = contest.setups(weighting)
    batch = Batch.of(setups)
    h = 1 / torch.tensor([largest_eigenvalue(Batch.of([one])) for one in setups], dtype=torch.float64)
    looks = np.unique(np.round(np.geomspace(1, contest.steps, LOOKS)).astype(np.int64))
    error = partial(_score_error, _fresh(contest, batch), _widths(contest))
    watch = _Watch(frozenset(looks.tolist()), error)
    history, _ = train(batch, h, contest.steps, sink=watch, chunk=1)
    beta = torch.tensor(setups[0].beta, dtype=torch.float64)
    levels = (history.terms.mean(dim=2) / beta / 2).numpy()
    values = {
        "own": history.loss.numpy(),
        "unweighted": levels.sum(axis=2),
        "levels": (levels / levels[:, :1]).mean(axis=2),
        "E_S": torch.stack([error(batch.trained), *(watch.seen[step] for step in looks.tolist())], dim=1).numpy(),
    }
    steps = {name: np.arange(contest.steps + 1) for name in YARDSTICKS} | {"E_S": np.concatenate([[0], looks])}
    ends = history.terms[:, [0, -1]].mean(dim=2)
    return Course(h.numpy(), steps, values, (ends.amax(dim=2) / ends.sum(dim=2)).numpy())


def largest_eigenvalue(one: Batch) -> float:
    """lambda_max of the kernel A A^T at theta_0 of a batch of one network, without forming it.

    A^T u is the gradient of <u, .>, A dtheta the derivative along a move; Lanczos does the rest.
    """
    seen = forward(one, one.trained)

    def product(u: FloatArray) -> FloatArray:
        pulled = replace(seen, u=torch.from_numpy(np.ascontiguousarray(u)).reshape(seen.u.shape))
        return along(one, one.trained, seen, gradient(one, one.trained, pulled)).numpy().ravel()

    kernel: Any = LinearOperator((one.residuals, one.residuals), matvec=product, dtype=np.float64)
    if one.residuals < 3:
        return float(np.linalg.eigvalsh(kernel @ np.eye(one.residuals))[-1])
    start = seen.u.numpy().ravel()
    return float(eigsh(kernel, k=1, which="LA", v0=start, return_eigenvectors=False)[0])


def _fresh(contest: Contest, batch: Batch) -> tuple[Batch, torch.Tensor]:
    """Fresh draws of each network at each level in place of its own data, and the true score there (B, P, d)."""
    noisy, scores = [], []
    for setup in batch.setups:
        gen = torch.Generator().manual_seed(setup.seed + 3)
        x = contest.target.sample(FRESH, gen).repeat_interleave(contest.N, dim=0)
        sigma = torch.tensor(setup.sigmas, dtype=torch.float64).repeat(FRESH)
        X = x + sigma[:, None] * torch.randn(x.shape, generator=gen, dtype=torch.float64)
        noisy.append(torch.cat([X, sigma[:, None]], dim=1))
        scores.append(contest.target.score(X, sigma.square()))
    inputs = torch.stack(noisy)
    unused = torch.zeros_like(inputs[..., :-1])
    changes: dict[str, Any] = {"inputs": inputs, "noises": unused, "sigma": unused[..., :1], "scale": unused[..., :1]}
    return replace(batch, **changes), torch.stack(scores)


def _widths(contest: Contest) -> torch.Tensor:
    """Delta_k, (N,)."""
    return torch.tensor(-np.diff(contest.v))


def _score_error(fresh: tuple[Batch, torch.Tensor], widths: torch.Tensor, W: torch.Tensor) -> torch.Tensor:
    """E_S of each network on its fresh draws, (B,)."""
    batch, score = fresh
    square = (forward(batch, W).output - score).square().sum(dim=2)
    return square.reshape(batch.size, FRESH, -1).mean(dim=1) @ widths / 2


@dataclass(frozen=True)
class Row:
    """Steps of one weighting over those of another, to one share of one yardstick."""

    yardstick: str
    share: float
    over: str
    quotient: Quotient


def compare(courses: dict[str, Course], weighting: str = "edm") -> list[Row]:
    """``weighting`` against every other one; the intervals hold together at ``CONFIDENCE``."""
    others = [name for name in courses if name != weighting]
    questions = [(y, share, over) for y, shares in YARDSTICKS.items() for share in shares for over in others]
    alpha = (1 - CONFIDENCE) / len(questions)
    rows = []
    for yardstick, share, over in questions:
        mine, theirs = (courses[name].times(yardstick, share) for name in (weighting, over))
        last = int(courses[weighting].steps[yardstick][-1])
        rows.append(Row(yardstick, share, over, median_quotient(mine, theirs, last, alpha)))
    return rows


def run(contest: Contest, weightings: Sequence[str] = tuple(WEIGHTINGS)) -> dict[str, Course]:
    """A contest under every weighting."""
    return {weighting: course(contest, weighting) for weighting in weightings}
