"""A training problem: data, noise levels, weights, the network's shape, and the seed of all that is random.

Setting of Wang, He, Tao 2024, section 3: the network S(theta; X) = W_{L+1} relu(W_L ... relu(W_0 X)) has no biases and
takes X = (x + sigma xi, sigma); the entries of W_0, ..., W_L are N(0, 2/m), those of W_{L+1} are N(0, 1/d); each data
point and noise level has one noise xi_ij, drawn once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from numerics.targets import Target
from numerics.training.weightings import weights

Rows = tuple[tuple[float, ...], ...]
EQUAL = "equal"
STEP_RULES = ("stable", "printed")


@dataclass(frozen=True)
class Given:
    """Numbers to use instead of drawn ones, for examples that can be checked by hand.

    Attributes:
        points: data, n rows of d.
        noises: xi_ij, n N rows of d, row i N + j.
        matrices: W_0 (m rows of d + 1), W_1 ... W_L (m rows of m), W_{L+1} (d rows of m).
        move: dtheta, L matrices of m rows of m; empty where there is none.
    """

    points: Rows
    noises: Rows
    matrices: tuple[Rows, ...]
    move: tuple[Rows, ...] = ()


@dataclass(frozen=True)
class Setup:
    """One network and what it is trained on.

    Attributes:
        points: data, n rows of d.
        sigmas, beta: noise levels and their weights, N each.
        m, layers: width, number of trained layers.
        seed: of noises, initial weights and directions.
        given: numbers to use instead.

    Raises:
        ValueError: a size is below 1, or a level or weight is not positive.
    """

    points: Rows
    sigmas: tuple[float, ...]
    beta: tuple[float, ...]
    m: int
    layers: int
    seed: int = 0
    given: Given | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for name, size in (("n", self.n), ("N", self.N), ("m", self.m), ("layers", self.layers)):
            if size < 1:
                raise ValueError(f"{name} = {size}: a training problem needs at least 1")
        if len(self.beta) != self.N:
            raise ValueError(f"{len(self.beta)} weights for {self.N} noise levels: give one for each")
        for name, numbers in (("noise level", self.sigmas), ("weight", self.beta)):
            bad = [x for x in numbers if not 0 < x < np.inf]
            if bad:
                raise ValueError(f"{name} {bad[0]!r} is not a positive number")

    @property
    def n(self) -> int:
        return len(self.points)

    @property
    def N(self) -> int:
        return len(self.sigmas)

    @property
    def d(self) -> int:
        return len(self.points[0])

    @property
    def shape(self) -> tuple[int, int, int, int, int]:
        """(n, N, d, m, layers): setups of one shape train as one batch."""
        return self.n, self.N, self.d, self.m, self.layers

    @cached_property
    def g(self) -> NDArray[np.float64]:
        """beta_j sigma_j^2, shape (N,)."""
        return np.asarray(self.beta) * np.asarray(self.sigmas) ** 2

    def drawn(self) -> dict[str, torch.Tensor]:
        """Noises (n N, d), first (m, d+1), trained (layers, m, m), last (d, m), float64 on the CPU."""
        if self.given is not None:
            first, *trained, last = (torch.tensor(rows, dtype=torch.float64) for rows in self.given.matrices)
            noises = torch.tensor(self.given.noises, dtype=torch.float64)
            return {"noises": noises, "first": first, "trained": torch.stack(trained), "last": last}
        gen = torch.Generator().manual_seed(self.seed)
        m, wide = self.m, np.sqrt(2 / self.m)

        def normal(*shape: int) -> torch.Tensor:
            return torch.randn(*shape, generator=gen, dtype=torch.float64)

        return {
            "noises": normal(self.n * self.N, self.d),
            "first": wide * normal(m, self.d + 1),
            "trained": wide * normal(self.layers, m, m),
            "last": normal(self.d, m) / np.sqrt(self.d),
        }

    def direction(self, length: float) -> torch.Tensor:
        """A move dtheta, shape (layers, m, m): the given one, or uniform on the sphere of this radius."""
        if self.given is not None and self.given.move:
            return torch.tensor(self.given.move, dtype=torch.float64)
        gen = torch.Generator().manual_seed(self.seed + 1)
        move = torch.randn(self.layers, self.m, self.m, generator=gen, dtype=torch.float64)
        return length * move / torch.linalg.vector_norm(move)


@dataclass(frozen=True)
class Training:
    """How a network is trained, apart from data and noise levels.

    Attributes:
        n, m, layers: training points, width, trained layers.
        weighting: a key of ``numerics.training.weightings.WEIGHTINGS``, or ``equal``: weights that give every noise
            level the same loss at theta_0.
        step: ``stable``, h = factor/lambda_max at theta_0; ``printed``, h = factor n N/(m min_j g_j).
        factor, steps: see ``step``; number of steps K.
        reach: length of the move dtheta.
        seed: of everything random, the training points included.
        given: numbers to use instead of drawn ones.

    Raises:
        ValueError: there is no such step rule.
    """

    n: int
    m: int
    layers: int = 1
    weighting: str = "uniform"
    step: str = "stable"
    factor: float = 1.0
    steps: int = 1
    reach: float = 1.0
    seed: int = 0
    given: Given | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.step not in STEP_RULES:
            raise ValueError(f"there is no step rule {self.step!r}; there are {', '.join(STEP_RULES)}")

    def setup(self, target: Target, v: tuple[float, ...]) -> Setup:
        """The problem on n points of the target at the levels v_0, ..., v_{N-1} of a grid of N + 1."""
        sigmas = tuple(np.sqrt(np.asarray(v[:-1])).tolist())
        if self.given is not None:
            points = self.given.points
        else:
            gen = torch.Generator().manual_seed(self.seed + 2)
            points = tuple(tuple(row) for row in target.sample(self.n, gen).tolist())
        first = "uniform" if self.weighting == EQUAL else self.weighting
        setup = Setup(points, sigmas, weights(first, sigmas), self.m, self.layers, self.seed, self.given)
        return equalised(setup) if self.weighting == EQUAL else setup

    def __str__(self) -> str:
        step = f"h = {self.factor:.6g} " + ("/lambda_max" if self.step == "stable" else "n N/(m min g)")
        sizes = f"n = {self.n}, m = {self.m}, layers = {self.layers}"
        drawn = f"seed {self.seed}" if self.given is None else "given weights"
        return f"{sizes}, weights {self.weighting}, {step}, K = {self.steps}, move {self.reach:.6g}, {drawn}"

    def as_json(self) -> dict[str, Any]:
        out = {name: getattr(self, name) for name in _WRITTEN}
        return out | ({"given": _lists(self.given)} if self.given is not None else {})

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Training:
        given = record.get("given")
        return cls(
            **{name: record[name] for name in _WRITTEN},
            given=None if given is None else Given(**{name: _tuples(rows) for name, rows in given.items()}),
        )


def equalised(setup: Setup) -> Setup:
    """The setup with beta_j = n/sum_i ||r_ij||^2 at theta_0, so that every level has the same loss there."""
    from numerics.training.batch import Batch  # which is made of setups
    from numerics.training.network import forward

    batch = Batch.of([setup])
    residuals = forward(batch, batch.trained).u / batch.scale
    sizes = residuals.square().sum(dim=-1).reshape(setup.n, setup.N).mean(dim=0)
    return replace(setup, beta=tuple((1 / sizes).tolist()))


_WRITTEN = ("n", "m", "layers", "weighting", "step", "factor", "steps", "reach", "seed")


def _lists(given: Given) -> dict[str, Any]:
    return {"points": given.points, "noises": given.noises, "matrices": given.matrices, "move": given.move}


def _tuples(nested: Any) -> Any:
    return tuple(map(_tuples, nested)) if isinstance(nested, (list, tuple)) else float(nested)
