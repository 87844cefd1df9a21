"""What the theorems name, measured on a batch of training runs; each quantity as an enclosure.

A quantity is computed for all networks of the batch when it is first asked for. Values of a step have the error of
evaluating them at the weights theta_s that the run has; ``loss_em`` has that of the step before it as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
import torch

from numerics.enclosures import EPS, Enclosure
from numerics.targets.base import NotAvailable
from numerics.training.automatic import linearised_residuals
from numerics.training.batch import Batch
from numerics.training.descent import History, Sink, train
from numerics.training.network import along, losses
from numerics.training.point import AT_A_POINT, Point, as_array
from numerics.training.rounding import gamma
from numerics.training.setup import Setup, Training
from numerics.training.single import SINGLE, single

MOVED = ("move2", "loss_moved", "slope_moved", "gauss_newton", "curve_moved")
FULL_RECORD = 16  # runs of more steps have their kernel and their errors looked at in theta_0 and at the end alone


MakeSink = Callable[[Batch, torch.Tensor, int, Sequence[int]], Sink | None]


class MeasuredRuns:
    """Training runs of setups of one shape and number of steps.

    Args:
        setups: the problems.
        plans: how each is trained; of one number of steps.
        device: where.
        sink: makes the sink of a run from batch, step sizes, steps and the steps at which the kernel is looked at.

    Attributes (enclosures have the networks along the first axis):
        h: step sizes, (B,).
    """

    def __init__(
        self, setups: Sequence[Setup], plans: Sequence[Training], device: str = "cpu", sink: MakeSink | None = None
    ):
        self.plans, self.steps = tuple(plans), plans[0].steps
        self.batch = Batch.of(setups, device)
        self._sink = sink
        self._known: dict[str, Enclosure] = {}

    @cached_property
    def start(self) -> Point:
        return Point(self.batch, self.batch.trained)

    @cached_property
    def h(self) -> torch.Tensor:
        """Step sizes; the factor itself for a network whose units are all off, which no step moves."""
        factor = torch.tensor([plan.factor for plan in self.plans], dtype=torch.float64, device=self.batch.first.device)
        stable = torch.tensor([plan.step == "stable" for plan in self.plans], device=factor.device)
        smallest = torch.tensor([float(one.g.min()) for one in self.batch.setups], dtype=torch.float64).to(factor)
        printed = factor * self.batch.n * self.batch.N / (self.batch.setups[0].m * smallest)
        if not stable.any():
            return printed
        top = self.start.spectrum[:, -1]
        return torch.where(stable, torch.where(top > 0, factor / top, factor), printed)

    @cached_property
    def run(self) -> tuple[History, torch.Tensor]:
        """The records, and the weights at step K."""
        sink = None if self._sink is None else self._sink(self.batch, self.h, self.steps, ())
        return train(self.batch, self.h, self.steps, sink=sink)

    @cached_property
    def points(self) -> list[Point | None]:
        """theta_0, ..., theta_K with what is computed there; None where a long run was not looked at."""
        if self.steps > FULL_RECORD:
            return [self.start, *(None for _ in range(self.steps - 1)), Point(self.batch, self.run[1])]
        out = [self.start]
        for _ in range(self.steps):
            here = out[-1]
            out.append(Point(self.batch, here.W - self.h[None, :, None, None] * here.gradient))
        return list(out)

    def number(self, name: str) -> Enclosure:
        """A quantity of the vocabulary of every run: shape (B,), (B, K+1) or (B, n N d).

        Raises:
            NotAvailable: there is no such quantity of these runs.
        """
        if name not in self._known:
            self._known[name] = self._number(name)
        return self._known[name]

    def _number(self, name: str) -> Enclosure:
        own = getattr(self, f"_{name}", None)
        if own is not None:
            return own()
        if name in MOVED:
            return self.moved[name]
        if name in SINGLE:
            return single(self.start)[name]
        if name in AT_A_POINT:
            return self._along(name)
        raise NotAvailable(f"{name} is not measured on training runs")

    def _h(self) -> Enclosure:
        return Enclosure.of(as_array(self.h))

    def _loss_em(self) -> Enclosure:
        """Losses, with the error of the update that led to theta_s."""
        value = as_array(self.run[0].loss)
        radius = np.zeros_like(value)
        own = [None if p is None else (as_array(p.errors.loss()), as_array(p.step_error(self.h))) for p in self.points]
        worst = np.max([pair[0] / np.maximum(value[:, s], 1e-300) for s, pair in enumerate(own) if pair], axis=0)
        for s in range(value.shape[1]):
            pair, before = own[s], own[max(s - 1, 0)]
            radius[:, s] = pair[0] if pair else worst * value[:, s]
            if s:
                radius[:, s] += before[1] if before else 0.0
        return Enclosure.of(value, radius)

    def _growth(self) -> Enclosure:
        loss = self.number("loss_em")
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = loss.value[:, 1:] / loss.value[:, :-1]
            error = 2 * (loss.radius[:, 1:] + ratio * loss.radius[:, :-1]) / loss.value[:, :-1]
        known = loss.value[:, :-1] > 0  # a loss of 0 stays
        ratio, error = np.where(known, ratio, 0.0), np.where(known, error, 0.0)
        return Enclosure.of(ratio.max(axis=1), (ratio + error).max(axis=1) - ratio.max(axis=1))

    @cached_property
    def linearised(self) -> torch.Tensor:
        return linearised_residuals(self.batch, self.h, self.steps)

    def _loss_lin(self) -> Enclosure:
        value = as_array(self.linearised.square().sum(dim=(2, 3)).T / 2)
        return Enclosure.of(value, self._linear_error(value[:, :1] * 2))

    def _apart(self) -> Enclosure:
        """||u - u_lin|| where the run was looked at, NaN elsewhere."""
        shape = (self.batch.size, self.steps + 1)
        value, radius = np.full(shape, np.nan), np.full(shape, np.inf)
        size = as_array(self.linearised[0].square().sum(dim=(1, 2)))
        linear = self._linear_error(size[:, None]) / np.sqrt(np.maximum(size[:, None], 1e-300))
        for s, point in enumerate(self.points):
            if point is not None:
                value[:, s] = as_array(torch.linalg.vector_norm(point.seen.u - self.linearised[s], dim=(1, 2)))
                radius[:, s] = (
                    as_array(point.errors.u_norm()) + linear[:, s] + gamma(self.batch.residuals) * value[:, s]
                )
        return Enclosure.of(value, radius)

    def _bend(self) -> Enclosure:
        """||u_{s+1} - u_s + h K_s u_s||/||u_s|| of each step; 0 where a step moves nothing, NaN where not looked at."""
        shape = (self.batch.size, self.steps + 1)
        value, radius = np.full(shape, np.nan), np.full(shape, np.inf)
        for s, (here, there) in enumerate(pairwise(self.points)):
            if here is None or there is None:
                continue
            move = there.W - here.W
            curve, error = curvature(here, there, move)
            # -h A^T u is rounded before it is a move, and A takes what is lost to u
            theta = torch.linalg.vector_norm(here.W, dim=(0, 2, 3)) + self.h * here.gradient_norm
            lost = 2 * EPS * theta + self.h * here.errors.gradient
            error = error + here.spectrum[:, -1].clamp_min(0).sqrt() * lost
            size = torch.linalg.vector_norm(here.seen.u, dim=(1, 2))
            least = size - here.errors.u_norm() - gamma(self.batch.residuals) * size
            still = move.abs().amax(dim=(0, 2, 3)) == 0
            ratio = curve / size
            off = torch.where(least > 0, (error + ratio * (size - least)) / least, torch.inf)
            value[:, s] = as_array(torch.where(still, 0.0, ratio))
            radius[:, s] = as_array(torch.where(still, 0.0, off))
        return Enclosure.of(value, radius)

    def _linear_error(self, size: np.ndarray) -> np.ndarray:
        """Error of the linearised losses, (B, K+1), from ||u_0||^2, (B, 1): that of u_0, and of h K in each step."""
        h, top = as_array(self.h), as_array(self.start.spectrum[:, -1])
        growth = np.maximum(1.0, np.abs(1 - h * top))
        at_start = as_array(self.start.errors.u_norm())[:, None] * np.sqrt(size)
        kernel = (h * as_array(self.start.kernel_error) + 2 * gamma(self.batch.residuals))[:, None]
        steps = np.arange(self.steps + 1)
        return np.asarray(growth[:, None] ** (2 * steps) * (at_start + 2 * (steps + 1) * kernel * size))

    def _ev(self) -> Enclosure:
        value = as_array(self.start.spectrum)
        return Enclosure.of(value, np.broadcast_to(as_array(self.start.kernel_error)[:, None], value.shape))

    def _proj2(self) -> Enclosure:
        """Components of u in the eigenvectors that were computed: exact for a matrix within ``ev``'s error of K.

        Where eigenvalues are equal within that error only the sum of their components is determined.
        """
        value = as_array(self.start.components)
        size = value.sum(axis=1, keepdims=True)
        return Enclosure.of(value, np.broadcast_to(gamma(8 * value.shape[1]) * size, value.shape))

    def components_alone(self) -> Enclosure:
        """``proj2`` one by one, (B, n N d): with what an error in K may turn each eigenvector by.

        An eigenvector turns by an angle of sine at most twice the error over the gap to its neighbours (Yu, Wang,
        Samworth 2015). The radius is infinite where an eigenvalue equals its neighbour within their error.
        """
        ev, size = self.number("ev"), as_array(2 * losses(self.start.seen.u))[:, None]
        gap = np.pad(np.diff(ev.value, axis=1), ((0, 0), (1, 1)), constant_values=np.inf)
        nearest = np.minimum(gap[:, :-1], gap[:, 1:])
        with np.errstate(divide="ignore", invalid="ignore"):
            turned = np.where(nearest > 2 * ev.radius, 2 * ev.radius / nearest, np.inf)
        off = as_array(self.start.errors.u_norm())[:, None]
        return self.number("proj2").widened(turned * size + 2 * np.sqrt(size) * off + off**2)

    def _g_star(self) -> Enclosure:
        """g of the level with the largest f_ij at each step; of all that rounding could make it, where levels tie."""
        value = as_array(self.run[0].terms).copy()  # (B, K+1, n, N)
        radius = np.full_like(value, np.nan)
        for s, point in enumerate(self.points):
            if point is not None:
                value[:, s], radius[:, s] = _terms(point)
        with np.errstate(invalid="ignore"):
            worst = np.nanmax(radius / np.maximum(value, 1e-300), axis=1, keepdims=True)
            radius = np.where(np.isnan(radius), worst * value, radius)
            least = (value - radius).max(axis=(2, 3))[..., None]
            possible = ~((value + radius).max(axis=2) < least)  # (B, K+1, N)
        g = np.stack([one.g for one in self.batch.setups])[:, None, :]
        low, high = np.where(possible, g, np.inf).min(axis=2), np.where(possible, g, -np.inf).max(axis=2)
        return Enclosure.rounded((low + high) / 2).widened((high - low) / 2)

    def _layer2(self) -> Enclosure:
        """As recorded; at the points that were looked at, from the gradient itself."""
        return self._from_points("layer2", as_array(self.run[0].layer2).copy())

    def _grad2(self) -> Enclosure:
        return self._from_points("grad2", as_array(self.run[0].grad2).copy())

    def _from_points(self, name: str, value: np.ndarray) -> Enclosure:
        for s, point in enumerate(self.points):
            if point is not None:
                value[:, s] = point.number(name)[0]
        return Enclosure.of(value, self._relative(name, value))

    def _relative(self, name: str, value: np.ndarray) -> np.ndarray:
        """Radii of a quantity along the run, from the points that were looked at."""
        seen = [(s, p.number(name)) for s, p in enumerate(self.points) if p is not None]
        radius = np.full_like(value, np.nan)
        for s, (_, error) in seen:
            radius[:, s] = error
        worst = np.nanmax(radius / np.maximum(value, 1e-300), axis=1, keepdims=True)
        return np.where(np.isnan(radius), worst * value, radius)

    def _along(self, name: str) -> Enclosure:
        """A quantity that is computed at the points of the run; NaN where a long run was not looked at."""
        shape = (self.batch.size, self.steps + 1)
        value, radius = np.full(shape, np.nan), np.full(shape, np.inf)
        for s, point in enumerate(self.points):
            if point is not None:
                value[:, s], radius[:, s] = point.number(name)
        return Enclosure.of(value, radius)

    @cached_property
    def moved(self) -> dict[str, Enclosure]:
        """What a move dtheta from theta_0 does: move2 loss_moved slope_moved gauss_newton curve_moved."""
        start, batch = self.start, self.batch
        lengths = [plan.reach for plan in self.plans]
        move = torch.stack([one.direction(length) for one, length in zip(batch.setups, lengths, strict=True)], dim=1)
        move = move.to(batch.trained)
        there = Point(batch, batch.trained + move)
        length2 = move.square().sum(dim=(0, 2, 3))
        error_u = start.errors.u_norm() + there.errors.u_norm()
        norm = torch.linalg.vector_norm(there.seen.u - start.seen.u, dim=(1, 2))
        slope = (start.gradient * move).sum(dim=(0, 2, 3))
        slope_error = (start.errors.gradient + gamma(move[:, 0].numel()) * start.gradient_norm) * length2.sqrt()
        curve, curve_error = curvature(start, there, move)
        update = there.gradient_norm * EPS * torch.linalg.vector_norm(batch.trained, dim=(0, 2, 3))
        return {
            "move2": Enclosure.of(as_array(length2), as_array(gamma(move[:, 0].numel()) * length2)),
            "loss_moved": Enclosure.of(as_array(losses(there.seen.u)), as_array(there.errors.loss() + update)),
            "slope_moved": Enclosure.of(as_array(slope), as_array(slope_error)),
            "gauss_newton": Enclosure.of(
                as_array(norm.square() / 2),
                as_array(norm * error_u + error_u.square() / 2 + gamma(batch.residuals) * norm.square()),
            ),
            "curve_moved": Enclosure.of(as_array(curve), as_array(curve_error)),
        }


def _terms(point: Point) -> tuple[np.ndarray, np.ndarray]:
    """f_ij at a point and their errors, (B, n, N) each."""
    batch, u, off = point.batch, point.seen.u, point.errors.u
    value = batch.n * u.square().sum(dim=2)
    radius = batch.n * (2 * u.abs() * off + off.square()).sum(dim=2) + gamma(u.shape[2]) * value
    shape = (batch.size, batch.n, batch.N)
    return as_array(value.reshape(shape)), as_array(radius.reshape(shape))


def curvature(here: Point, there: Point, move: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """||u(there) - u(here) - A move|| with A at ``here``, and its error; (B,) each."""
    jump = there.seen.u - here.seen.u
    norm = torch.linalg.vector_norm(jump, dim=(1, 2))
    curve = torch.linalg.vector_norm(jump - along(here.batch, here.W, here.seen, move), dim=(1, 2))
    length = torch.linalg.vector_norm(move, dim=(0, 2, 3))
    # the error of K = A A^T bounds ||A|| times that of A
    jacobian = here.kernel_error / here.spectrum[:, -1].clamp_min(1e-300).sqrt()
    linear = torch.where(length > 0, jacobian * length, 0.0) + gamma(4 * move.shape[-1]) * (norm + curve)
    return curve, here.errors.u_norm() + there.errors.u_norm() + linear
