"""How much a network can enlarge its input: a proved bound of |S(X)|/|X| over all inputs with a noise level >= 0.

S is positively homogeneous, so that the supremum is one over the faces of a cube, and Lipschitz with the product of the
spectral norms of its matrices. That product alone bounds the gain as well, but by far too much: it follows the worst
direction of each matrix, which no input reaches. So the faces are divided into cells: with centre c, half diagonal r
and x in the cell,

    |S(x)|/|x| <= (|S(c)| + Lip r) / max(1, |c| - r),

and the cells with the largest bounds are halved until the bound is near the largest gain seen, or the budget is spent.
In one and two dimensions of data that ends near the supremum; in many it leaves the product.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from numerics.enclosures import EPS
from numerics.training.batch import Batch
from numerics.training.network import forward

FloatArray = NDArray[np.float64]

TOLERANCE = 0.15
EVALUATIONS = 2**16
_ROWS = 2**13  # inputs of one forward pass


@dataclass(frozen=True)
class Gain:
    """Bounds of one network.

    Attributes:
        seen: the largest |S(X)|/|X| found, a lower bound of the supremum.
        bound: an upper bound of it.
        lipschitz: product of the spectral norms of all layers.
    """

    seen: float
    bound: float
    lipschitz: float


def outputs(batch: Batch, W: torch.Tensor, inputs: FloatArray) -> FloatArray:
    """S at inputs of shape (P, d+1), for a batch of one network; shape (P, d)."""
    found = []
    for rows in torch.from_numpy(inputs).split(_ROWS):
        d = rows.shape[1] - 1
        parts = {"inputs": rows, "noises": rows.new_zeros(len(rows), d), "sigma": rows[:, -1:], "scale": rows[:, -1:]}
        found.append(forward(replace(batch, **{name: part[None] for name, part in parts.items()}), W).output[0])
    return torch.cat(found).numpy()


def lipschitz(batch: Batch, W: torch.Tensor) -> float:
    """Product of the spectral norms of all layers of a batch of one network."""
    norms = [torch.linalg.matrix_norm(matrix[0], 2).item() for matrix in (batch.first, *W, batch.last)]
    return float(np.prod(norms)) * (1 + 1e-12)


def largest_gain(batch: Batch, W: torch.Tensor, tolerance: float = TOLERANCE, evaluations: int = EVALUATIONS) -> Gain:
    """The gain of a batch of one network at the weights ``W``, (layers, 1, m, m).

    Args:
        batch: holds the frozen layers.
        W: finite.
        tolerance: stop when the bound is at most (1 + tolerance) times the largest gain seen.
        evaluations: at most about so many inputs are tried.
    """
    lip = lipschitz(batch, W)
    centres, halves = _faces(batch.inputs.shape[-1])
    seen, settled, spent = 0.0, 0.0, 0
    while len(centres):
        distance, reach = np.linalg.norm(centres, axis=1), np.linalg.norm(halves, axis=1)
        size = np.linalg.norm(outputs(batch, W, centres), axis=1) + rounding(batch, lip) * distance
        spent += len(centres)
        seen = max(seen, float((size / distance).max()))
        bound = np.minimum(lip, (size + lip * reach) / np.maximum(1.0, distance - reach))
        split = bound > (1 + tolerance) * seen
        if spent + 2 * int(split.sum()) > evaluations:
            settled = max(settled, float(bound.max()))
            break
        settled = max(settled, float(bound[~split].max(initial=0.0)))
        centres, halves = _halved(centres[split], halves[split])
    return Gain(seen, min(max(settled, seen), lip), lip)


def rounding(batch: Batch, lip: float) -> float:
    """By how much, as a share of |X|, float64 can move |S(X)|: each layer sums at most m products."""
    return 4 * EPS * max(batch.first.shape[1:]) * (batch.layers + 2) * lip


def _faces(d: int) -> tuple[FloatArray, FloatArray]:
    """Centres and half widths of the faces of [-1, 1]^(d-1) x [0, 1], but the one at noise level 0; (cells, d) each."""
    centre, half = np.zeros(d), np.ones(d)
    centre[-1] = half[-1] = 0.5
    centres, halves = [], []
    for axis in range(d):
        for sign in (-1.0, 1.0) if axis < d - 1 else (1.0,):
            centres.append(np.where(np.arange(d) == axis, sign, centre))
            halves.append(np.where(np.arange(d) == axis, 0.0, half))
    return np.array(centres), np.array(halves)


def _halved(centres: FloatArray, halves: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Every cell as two, cut across its widest side."""
    rows, widest = np.arange(len(centres)), halves.argmax(axis=1)
    smaller, shift = halves.copy(), np.zeros_like(halves)
    smaller[rows, widest] /= 2
    shift[rows, widest] = smaller[rows, widest]
    return np.concatenate([centres - shift, centres + shift]), np.concatenate([smaller, smaller])
