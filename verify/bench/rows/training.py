"""Gradient descent of many networks at once, against plain torch loops; of wide ones also against the matrix product.

The small networks are as large as the claims on training are tried on by default (``theory.claims.TrainingSpace``):
width 32, three trained layers, four points, four noise levels. Both sides take the same steps from the same weights and
record every loss; ours records gradients, layers and distances as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from verify.bench.row import Accuracy, Case, Row, Scaling, Setting, Work

if TYPE_CHECKING:
    from numerics.training import Batch

WANTED = 1e-9
FACTOR = 0.5  # of 1/lambda_max: a step size at which descent is stable


@dataclass(frozen=True)
class Problem:
    """Networks on standard Gaussian data at noise levels falling from 2.

    Attributes:
        networks, n, N, d, m, layers: how many, and their sizes; each has n N samples.
        steps: K.
    """

    networks: int
    n: int
    N: int
    d: int
    m: int
    layers: int
    steps: int

    def batch(self, device: str) -> Batch:
        """The networks, each with data, noises and weights of its own."""
        from numerics.targets import Gaussian
        from numerics.training import Batch, Training

        grid = tuple(4.0 * 8.0 ** (-k / self.N) for k in range(self.N + 1))
        data = Gaussian(d=self.d, var=1.0)
        plans = (Training(n=self.n, m=self.m, layers=self.layers, seed=3 * b) for b in range(self.networks))
        return Batch.of([plan.setup(data, grid) for plan in plans], device)

    def flops(self) -> float:
        """Of the matrix products of a run: in every trained layer forward and gradient, back but for the lowest."""
        P, L = self.n * self.N, self.layers
        square, ends = 2.0 * P * self.m**2, 2.0 * P * self.m * self.d
        once = (2 * L - 1) * square + 2 * ends  # a step without its gradients: L forward, L - 1 back, out and in
        return self.networks * ((self.steps + 1) * (once + L * square) + 2.0 * P * self.m * (self.d + 1))


SMALL_NETWORKS = Problem(networks=64, n=4, N=4, d=2, m=32, layers=3, steps=1000)
WIDE_NETWORKS = Problem(networks=4, n=8, N=8, d=8, m=512, layers=2, steps=40)


def step_sizes(batch: Batch) -> Any:
    """``FACTOR``/lambda_max of each network, (B,)."""
    from numerics.training.kernel import largest

    return FACTOR / largest(batch, batch.trained)


def losses(batch: Batch, h: Any, steps: int) -> Any:
    """Ours: the losses of all networks at every step, (B, steps + 1)."""
    from numerics.training import train

    return train(batch, h, steps)[0].loss


def precisely(batch: Batch, h: Any, steps: int) -> Any:
    """The same losses in NumPy's longest floats (of 80 bits on most processors)."""
    import numpy as np

    def long(x: Any) -> Any:
        return x.cpu().numpy().astype(np.longdouble)

    W, last, h = long(batch.trained), long(batch.last), long(h)[:, None, None]
    q_0 = np.maximum(long(batch.inputs) @ long(batch.first).swapaxes(1, 2), 0)
    level, noise = long(batch.scale) * long(batch.sigma), long(batch.scale) * long(batch.noises)
    found = []
    for _ in range(steps + 1):
        q = [q_0]
        for weights in W:
            q.append(np.maximum(q[-1] @ weights.swapaxes(1, 2), 0))
        u = level * (q[-1] @ last.swapaxes(1, 2)) + noise
        found.append((u**2).sum(axis=(1, 2)) / 2)
        pull, upper = level * u, last
        move: list[Any] = []
        for layer in range(len(W), 0, -1):
            pull, upper = (pull @ upper) * (q[layer] > 0), W[layer - 1]
            move.insert(0, pull.swapaxes(1, 2) @ q[layer - 1])
        W = W - h * np.stack(move)
    return np.stack(found, axis=1)


def first(batch: Batch, count: int) -> Batch:
    """The batch's first networks."""
    axes = {"inputs": 0, "noises": 0, "sigma": 0, "scale": 0, "first": 0, "trained": 1, "last": 0}
    parts = {name: getattr(batch, name).narrow(axis, 0, count) for name, axis in axes.items()}
    return replace(batch, setups=batch.setups[:count], **parts)


def make(full: Problem, small: Problem, apart: int, exact: tuple[int, int], setting: Setting) -> Case:
    """All networks by ours, the first ``apart`` in plain loops; both are checked on some networks and steps."""
    from verify.bench.rows.training_plainly import train_apart

    problem: Problem = setting.pick(full, small)
    batch = problem.batch(setting.device)
    h = step_sizes(batch)

    def check(mine: Any, theirs: Any) -> list[Accuracy]:
        import numpy as np

        some, steps = exact[0], min(exact[1], problem.steps)
        known = precisely(first(batch, some), h[:some], steps)
        mine, theirs = (x[:apart].cpu().numpy() for x in (mine, theirs))
        ours, other = (float(np.max(np.abs(x[:some, : steps + 1] / known - 1))) for x in (mine, theirs))
        apart_by = float(np.max(np.abs(mine / theirs - 1)))
        return [
            Accuracy(ours, other, f"losses of {steps} steps, relative, against longer floats", WANTED),
            Accuracy(apart_by, None, "losses of all steps, relative, against the loops", WANTED),
        ]

    return Case(
        ours=partial(losses, batch, h, problem.steps),
        other=partial(train_apart, batch, h, problem.steps, apart),
        check=check,
        share=apart / problem.networks,
        work=Work(flops=problem.flops()),
    )


def scaled(problem: Problem, name: str) -> Callable[[int, Setting], Callable[[], Any]]:
    """The work with one of the problem's sizes as it is told."""

    def work(size: int, setting: Setting) -> Callable[[], Any]:
        bigger = replace(problem, **{name: size})
        batch = bigger.batch(setting.device)
        return partial(losses, batch, step_sizes(batch), bigger.steps)

    return work


SHORT = replace(SMALL_NETWORKS, steps=20)
FEW, ONE = replace(SMALL_NETWORKS, networks=8), replace(WIDE_NETWORKS, networks=1, steps=5)
SCALING = (
    Scaling("steps", (60, 125, 250, 500, 1000), scaled(FEW, "steps"), 1.0, why="every step is alike"),
    Scaling("networks", (32, 64, 128, 256, 512), scaled(SHORT, "networks"), 1.0, why="one batched product for all"),
    Scaling("points n", (4, 8, 16, 32, 64, 128), scaled(SHORT, "n"), 1.0, why="samples are rows of the matrices"),
)
WIDE_SCALING = (
    Scaling("width m", (256, 384, 512, 768, 1024, 1536, 2048), scaled(ONE, "m"), 2.0, why="matrices of m^2 numbers"),
    Scaling(
        "steps",
        (25, 50, 100, 200, 400),
        scaled(replace(ONE, m=256), "steps"),
        0.0,
        unit="bytes",
        why="of each step only its records stay, in room that is taken once",
    ),
)

ROWS = (
    Row(
        name="training-small",
        work="64 networks (m = 32, three layers, 16 samples), 1,000 steps of gradient descent",
        against="torch loops, one network after the other (Module, backward, SGD)",
        wanted=5.0,
        make=partial(make, SMALL_NETWORKS, replace(SMALL_NETWORKS, networks=8, m=8, steps=30), 4, (2, 1000)),
        devices=("cpu", "cuda"),
        scaling=SCALING,
    ),
    Row(
        name="training-wide",
        work="4 networks (m = 512, two layers, 64 samples), 40 steps of gradient descent",
        against="the same loops",
        wanted=1.0,
        make=partial(make, WIDE_NETWORKS, replace(WIDE_NETWORKS, networks=4, m=16, steps=4), 4, (1, 2)),
        limit=0.6,
        note="products of 64 rows reach less of the limit than the large ones by which it is measured",
        devices=("cpu", "cuda"),
        scaling=WIDE_SCALING,
    ),
)
