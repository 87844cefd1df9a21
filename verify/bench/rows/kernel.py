"""Extreme eigenvalues of the NTK's Gram matrix without its Jacobian, against torch.func with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from verify.bench.row import Accuracy, Case, Row, Scaling, Setting, Work
from verify.bench.rows.training import Problem

if TYPE_CHECKING:
    from numerics.training import Batch

FULL = Problem(networks=1, n=16, N=8, d=8, m=1024, layers=1, steps=0)
SMALL = Problem(networks=1, n=2, N=4, d=3, m=24, layers=2, steps=0)
SHARE = 8  # the alternative takes the first 1/8 of the samples
WANTED = 1e-13
NUMBER = 8  # bytes of a float64
WIDTHS = (512, 1024, 1536, 2048, 3072, 4096)


def extremes(batch: Batch) -> Any:
    """Ours: smallest and largest eigenvalue of K at theta_0, (2,)."""
    from numerics.training.kernel import eigenvalues, gram

    return eigenvalues(gram(batch, batch.trained))[0, [0, -1]]


def flops(problem: Problem) -> float:
    """Of the products that make K, one half of it, and of its reduction to three diagonals; without the output."""
    P, d, m, L = problem.n * problem.N, problem.d, problem.m, problem.layers
    forward = 2.0 * P * m * (d + 1) + L * 2.0 * P * m**2
    back = 2.0 * P * d * d * m + (L - 1) * 2.0 * P * d * m**2
    rows = P * d
    return forward + back + L * (rows**2 + P**2) * m + 4 / 3 * rows**3


def first_samples(batch: Batch, count: int) -> Batch:
    """The batch on its first samples alone, with their weights in the loss unchanged."""
    parts = {name: getattr(batch, name)[:, :count] for name in ("inputs", "noises", "sigma", "scale")}
    return replace(batch, **parts)


def precisely(batch: Batch) -> Any:
    """The extreme eigenvalues by Rayleigh quotients of K in NumPy's longest floats (of 80 bits on most processors).

    The vectors are eigenvectors of the float64 matrix; a quotient is off by the square of a vector's error alone.
    """
    import numpy as np

    from numerics.training.kernel import gram

    vectors = np.linalg.eigh(gram(batch, batch.trained)[0].cpu().numpy())[1][:, [0, -1]].astype(np.longdouble)
    return (vectors * _times(batch, vectors)).sum(axis=0) / (vectors**2).sum(axis=0)


def _times(batch: Batch, vectors: Any) -> Any:
    """K times columns of length n N d, by sums over the layers of <delta, delta'> <q, q'>; K is not made."""
    import numpy as np

    names = ("inputs", "first", "last", "scale", "sigma")
    inputs, first, last, scale, sigma = (getattr(batch, x)[0].cpu().numpy().astype(np.longdouble) for x in names)
    W = [weights[0].cpu().numpy().astype(np.longdouble) for weights in batch.trained]
    q = [np.maximum(inputs @ first.T, 0)]
    for weights in W:
        q.append(np.maximum(q[-1] @ weights.T, 0))
    P, d, k = len(inputs), len(last), vectors.shape[1]
    delta, found = (scale * sigma)[:, :, None] * last, np.zeros((P * d, k), dtype=np.longdouble)
    for layer in range(len(W), 0, -1):
        delta = delta * (q[layer] > 0)[:, None, :]  # (P, d, m)
        between = q[layer - 1] @ q[layer - 1].T
        for column in range(k):
            pulled = (vectors[:, column].reshape(P, d, 1) * delta).sum(axis=1)
            pairs = delta.reshape(P * d, -1) @ pulled.T
            found[:, column] += (pairs * between.repeat(d, axis=0)).sum(axis=1)
        delta = delta @ W[layer - 1] if layer > 1 else delta
    return found


def make(setting: Setting) -> Case:
    """The whole kernel by ours, that of the first samples by the alternative.

    Its cost grows faster than the samples (their square, in J J^T): to divide its time by the share favours it.
    """
    from verify.bench.rows.kernel_plainly import extreme_eigenvalues

    problem: Problem = setting.pick(FULL, SMALL)
    batch = problem.batch(setting.device)
    rows, samples = problem.n * problem.N * problem.d, problem.n * problem.N // setting.pick(SHARE, 1)

    def check(mine: Any, theirs: Any) -> list[Accuracy]:
        def off(found: Any, part: Batch) -> float:
            known = precisely(part)
            return float(abs(found.cpu().numpy() - known).max() / known[-1])

        told = "extreme eigenvalues over the largest, against longer floats"
        return [Accuracy(off(mine, batch), off(theirs, first_samples(batch, samples)), told, WANTED)]

    return Case(
        ours=partial(extremes, batch),
        other=partial(extreme_eigenvalues, batch, samples),
        check=check,
        share=1 / setting.pick(SHARE, 1),
        work=Work(flops=flops(problem)),
        memory={
            "the weights": NUMBER * problem.layers * problem.m**2,
            "deltas, and K four times": NUMBER * rows * ((problem.layers + 1) * problem.m + 4 * rows),
            "the Jacobian, on all samples": NUMBER * rows * problem.layers * problem.m**2,
        },
    )


def scaled(name: str) -> Callable[[int, Setting], Callable[[], Any]]:
    """The row's work with one of its sizes as it is told."""

    def work(size: int, setting: Setting) -> Callable[[], Any]:
        return partial(extremes, replace(FULL, **{name: size}).batch(setting.device))

    return work


ROWS = (
    Row(
        name="kernel",
        work="NTK Gram matrix of n N d = 1,024 rows at m = 1,024 and its extreme eigenvalues",
        against="torch.func jacrev and eigvalsh, with an eighth of the samples",
        wanted=10.0,
        make=make,
        devices=("cpu", "cuda"),
        scaling=(
            Scaling("points n", (4, 8, 12, 16, 24, 32), scaled("n"), 3.0, why="eigenvalues of a matrix of n N d rows"),
            Scaling("width m", WIDTHS, scaled("m"), 2.0, why="the forward pass reads m^2 weights"),
            Scaling(
                "width m",
                WIDTHS,
                scaled("m"),
                1.0,
                unit="bytes",
                why="n N d vectors of length m stand for the Jacobian's n N d rows of m^2",
            ),
        ),
    ),
)
