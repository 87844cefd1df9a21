"""Learned scores that are not the vocabulary's: each has errors of its own."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from sympy import IndexedBase

from theory.vocabulary import excess, loss

loss_star = IndexedBase("loss_star", nonnegative=True)  # loss[k] of the minimisers W^* of the training losses
excess_star = IndexedBase("excess_star", nonnegative=True)
loss_trained = IndexedBase("loss_trained", nonnegative=True)  # of the trained matrices W^K
excess_trained = IndexedBase("excess_trained", nonnegative=True)

# name -> what stands for the vocabulary's errors of the learned score
SCORES: dict[str, dict[IndexedBase, IndexedBase]] = {
    "star": {loss: loss_star, excess: excess_star},
    "trained": {loss: loss_trained, excess: excess_trained},
}
_CURVES = {
    "d",
    "m2",
    "lam",
    "mu",
    "v",
    "sigma",
    "gamma",
    "J",
    "mmse",
    "H",
    "hess2",
    "cov2",
}  # the data's and the grid's


def of_a_score(names: Set[str], words: Set[Any]) -> bool:
    """Whether a claim with these names speaks of the data, the grid, and the errors ``words`` of one score alone."""
    return words <= {loss, excess} and names <= _CURVES | {word.label.name for word in words}
