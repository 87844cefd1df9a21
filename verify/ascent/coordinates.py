"""A case as a point of R^n, so that every point nearby is a legal case: logarithms of what must stay positive."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor

from numerics.score_errors import LinearError
from numerics.targets import Gaussian, GaussianMixture, Target
from verify.cases import Case
from verify.strategies import LARGE, SMALL

FREE_SCALES = ("u",)  # free arguments that must stay positive


@dataclass(frozen=True)
class Movable:
    """A case's numbers as tensors: ``v`` (N+1,), ``weights means variances`` of the data, ``free``, ``a b``."""

    v: Tensor
    weights: Tensor
    means: Tensor
    variances: Tensor
    free: dict[str, Tensor]
    a: Tensor
    b: Tensor
    product: bool  # Gaussian data: the entries are axes, not components of a mixture


class Coordinates:
    """The chart around one case: ``start``, ``tensors(point)`` and ``case(point)``.

    Fixed are the number of steps, the sampler, point masses (variance 0), a score error that is absent, the exponent
    ``a_t`` and, where ``fixed_data``, the data.
    """

    def __init__(self, case: Case, fixed_data: bool = False, centred: bool = False):
        self.case_at_start, self.centred = case, centred
        self.parts: dict[str, np.ndarray] = {}
        v = np.asarray(case.v, float)
        if len(v):
            self.parts["floor"] = np.log(v[-1:])
            self.parts["steps"] = np.log(np.maximum(np.log(v[:-1] / v[1:]), 1e-12))
        self.product = isinstance(case.target, Gaussian)
        self.weights, self.means, self.variances = _data(case.target)
        self.wide = self.variances > 0
        if not fixed_data:
            if not self.product:
                self.parts["weights"] = np.log(self.weights)
            if not (self.product and centred):
                self.parts["means"] = self.means
            if self.wide.any():
                self.parts["variances"] = np.log(self.variances[self.wide])
        free = dict(case.free)
        if "u" in free:
            self.parts["u"] = np.log([free["u"]])
        if "w" in free:
            share = free["w"] / free["u"]
            self.parts["w"] = np.array([np.log(share / (1 - share))])
        if "x" in free:
            self.parts["x"] = np.array([free["x"]])
        if case.error is not None:
            self.parts["error"] = np.array([case.error.a, case.error.b])
        self.sizes = {name: len(part) for name, part in self.parts.items()}
        self.start = np.concatenate(list(self.parts.values())) if self.parts else np.zeros(0)

    def tensors(self, point: Tensor) -> Movable:
        """The numbers of the case at a point, differentiable in it."""
        part = dict(zip(self.sizes, point.split(list(self.sizes.values())), strict=True)) if self.sizes else {}
        v = torch.zeros(0, dtype=torch.float64)
        if "floor" in part:
            heights = torch.cat([torch.exp(part["steps"]).flip(0).cumsum(0).flip(0), torch.zeros(1)])
            v = torch.exp(part["floor"] + heights)
        weights, means, variances = (torch.as_tensor(x) for x in (self.weights, self.means, self.variances))
        if "weights" in part:
            weights = torch.softmax(part["weights"], 0)
        means = part.get("means", means)
        if "variances" in part:
            variances = variances.clone()
            variances[torch.as_tensor(self.wide)] = torch.exp(part["variances"])
        free = {name: torch.tensor(value, dtype=torch.float64) for name, value in self.case_at_start.free}
        if "u" in part:
            free["u"] = torch.exp(part["u"][0])
        if "w" in part:
            free["w"] = free["u"] * torch.sigmoid(part["w"][0])
        if "x" in part:
            free["x"] = part["x"][0]
        a, b = part["error"] if "error" in part else torch.zeros(2, dtype=torch.float64)
        return Movable(v, weights, means, variances, free, a, b, self.product)

    def case(self, point: np.ndarray) -> Case | None:
        """The case at a point, or None where it has left the range that cases are drawn from."""
        with torch.no_grad():
            here = self.tensors(torch.as_tensor(point, dtype=torch.float64))
        start = self.case_at_start
        v = tuple(here.v.tolist())
        legal = all(a > b for a, b in pairwise(v)) and (not v or (v[0] <= LARGE and v[-1] >= SMALL))
        numbers = torch.cat([here.weights, here.means, here.variances, torch.stack([here.a, here.b])])
        if not legal or not bool(torch.isfinite(numbers).all()) or float(here.variances.max()) > LARGE:
            return None
        free = tuple((name, float(here.free[name])) for name, _ in start.free)
        error = None if start.error is None else LinearError(a=float(here.a), b=float(here.b))
        return replace(start, v=v, target=self._target(here), free=free, error=error)

    def _target(self, here: Movable) -> Target:
        if not self.sizes.keys() & {"weights", "means", "variances"}:
            return self.case_at_start.target
        means, variances = here.means.tolist(), here.variances.tolist()
        if not self.product:
            return GaussianMixture(
                weights=(here.weights / here.weights.sum()).tolist(), means=means, stds=np.sqrt(variances).tolist()
            )
        if len(variances) == 1:
            return Gaussian(d=1, var=variances[0], mean=means[0])
        return Gaussian(eigenvalues=variances, mean=means)


def _data(target: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights, means and variances: of the axes of Gaussian data, of the components of a mixture on the line.

    Raises:
        TypeError: other data.
    """
    if isinstance(target, Gaussian) and target.basis is None:
        axes = np.asarray(target.axis_variances, float)
        return np.ones(len(axes)), np.array(np.broadcast_to(target.mean, axes.shape), float), axes
    line = getattr(target, "line", None)
    if line is None:
        raise TypeError(f"{target.label} has no coordinates to move along")
    return tuple(np.array(part, float) for part in (line.weights, line.means, line.variances))  # type: ignore[return-value]
