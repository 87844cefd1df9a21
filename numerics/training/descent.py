"""Full-batch gradient descent of many networks at once, recorded at every step and handed on in chunks.

A run may be cut anywhere: a :class:`Sink` is given each chunk of records with a checkpoint of the weights, and what it
gives back is gone on from, to the last bit. Where chunks end changes no number.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, fields
from math import inf
from typing import Protocol

import torch

from numerics.training.batch import Batch
from numerics.training.kernel import eigenvalues, gram
from numerics.training.network import backward, first_layer, forward, losses

MOVED_EVERY, WIDE = 10, 256**2  # a pass over all weights beside the products, of layers with as many of them
SECONDS = 2.0  # of work in a chunk, which is what a killed run loses; more where the weights are so many
BYTES_A_SECOND = 10_000_000  # of weights, that are worth a second of work
MOST_RECORDS = 2**24  # numbers in a chunk
_AT_KERNEL_STEPS = ("lambda_min", "lambda_max")


@dataclass(frozen=True)
class History:
    """What a run shows at its steps 0 ... K; tensors on the CPU.

    Attributes:
        loss: (B, K+1), before step s.
        grad2: (B, K+1), squared norm of the gradient.
        layer2: (B, K+1), largest squared norm of the gradient over the layers.
        terms: (B, K+1, n, N), f_ij = beta_j ||r_ij||^2.
        moved2: (B, K+1), ||theta_s - theta_0||^2; of networks wider than 255 at every ``MOVED_EVERY``th step and at the
            last, NaN between.
        kernel_steps: (T,), steps at which the kernel was looked at.
        lambda_min, lambda_max: (B, T), its extreme eigenvalues there.
    """

    loss: torch.Tensor
    grad2: torch.Tensor
    layer2: torch.Tensor
    terms: torch.Tensor
    moved2: torch.Tensor
    kernel_steps: torch.Tensor
    lambda_min: torch.Tensor
    lambda_max: torch.Tensor

    @classmethod
    def joined(cls, parts: Sequence[History]) -> History:
        """Records of consecutive steps as one."""
        axes = {field.name: 0 if field.name == "kernel_steps" else 1 for field in fields(cls)}
        return cls(
            **{name: torch.cat([getattr(part, name) for part in parts], dim=axis) for name, axis in axes.items()}
        )

    @property
    def steps(self) -> int:
        """How many steps are recorded."""
        return self.loss.shape[1]

    def later(self, first: int, step: int) -> History:
        """The records from ``step`` on, of records that begin with step ``first``."""
        at_kernel = self.kernel_steps >= step
        kept = {"kernel_steps": self.kernel_steps[at_kernel]}
        for name in (field.name for field in fields(self) if field.name not in kept):
            part = getattr(self, name)
            kept[name] = part[:, at_kernel] if name in _AT_KERNEL_STEPS else part[:, step - first :]
        return History(**kept)


@dataclass(frozen=True)
class Checkpoint:
    """Where a run stands.

    Attributes:
        step: the next step to record; K + 1 at the end.
        trained: W_1 ... W_L there (at the end: at step K), (layers, B, m, m), on the CPU; None where a finished run
            is kept without them.
    """

    step: int
    trained: torch.Tensor | None


class Sink(Protocol):
    """Where the records of one run go."""

    def load(self) -> tuple[History | None, Checkpoint | None]:
        """What is kept of the run: its records so far and where it stands; twice None at its beginning."""

    def append(self, records: History, checkpoint: Checkpoint) -> None:
        """Keep the records of the steps since the last call, and where the run stands now."""


class _Recorder:
    """The records of a chunk.

    Their room is taken at once: small tensors that stay, taken between large ones that go, would leave the allocator
    holes too small for the next step's, and memory would grow with the steps.

    Args:
        batch: the networks.
        most: steps that are still to be recorded.
        chunk: as for ``train``.
    """

    def __init__(self, batch: Batch, most: int, chunk: int | None):
        B, P = batch.inputs.shape[:2]
        self.batch, self.room = batch, min(most, chunk or max(1, MOST_RECORDS // (B * P)))
        self.until = time.monotonic() + max(SECONDS, batch.trained.nbytes / BYTES_A_SECOND) if chunk is None else inf
        self.numbers = batch.inputs.new_empty(4, self.room, B)
        self.terms = batch.inputs.new_empty(self.room, B, P)
        self.steps = 0
        self.kernel: list[tuple[int, torch.Tensor]] = []

    def add(self, numbers: tuple[torch.Tensor, ...], terms: torch.Tensor) -> None:
        """Record a step: loss, grad2, layer2 and moved2, (B,) each, and the terms, (B, P)."""
        torch.stack(numbers, out=self.numbers[:, self.steps])
        self.terms[self.steps] = terms
        self.steps += 1

    @property
    def full(self) -> bool:
        return self.steps == self.room or time.monotonic() >= self.until

    def history(self) -> History:
        numbers, terms = self.numbers[:, : self.steps].mT, self.terms[: self.steps].movedim(0, 1)
        loss, grad2, layer2, moved2 = (one.to("cpu", copy=True).contiguous() for one in numbers)
        ends = [values for _, values in self.kernel]
        empty = torch.empty(self.batch.size, 0, dtype=loss.dtype)
        low, high = (torch.stack([e[:, i] for e in ends], dim=1).cpu() if ends else empty for i in (0, -1))
        return History(
            loss=loss,
            grad2=grad2,
            layer2=layer2,
            terms=terms.to("cpu", copy=True).reshape(len(terms), self.steps, self.batch.n, self.batch.N).contiguous(),
            moved2=moved2,
            kernel_steps=torch.tensor([step for step, _ in self.kernel], dtype=torch.int64),
            lambda_min=low,
            lambda_max=high,
        )


def train(
    batch: Batch,
    h: torch.Tensor,
    steps: int,
    *,
    kernel_at: Sequence[int] = (),
    sink: Sink | None = None,
    chunk: int | None = None,
) -> tuple[History, torch.Tensor]:
    """Make ``steps`` steps W <- W - h grad L from theta_0; records of steps 0 ... K and the weights at step K.

    Args:
        batch: the networks.
        h: step size of each, (B,).
        steps: K.
        kernel_at: steps at which the extreme eigenvalues of the kernel are computed.
        sink: gets the records in chunks; a run that it knows is gone on with, and of a finished one the records are
            read back.
        chunk: steps between two calls of the sink; by default as many as take ``SECONDS``, or longer where there are
            many weights, and at most as many as make ``MOST_RECORDS``.

    A network that diverges keeps its numbers, inf and NaN included; its eigenvalues are NaN once its kernel is not
    finite.

    Raises:
        ValueError: ``steps`` is negative, ``h`` is not one number a network, or ``kernel_at`` names no step of the run.
    """
    if steps < 0:
        raise ValueError(f"steps = {steps}: a run makes 0 steps or more")
    if h.shape != (batch.size,):
        raise ValueError(f"step sizes of shape {tuple(h.shape)} for {batch.size} networks: give one for each")
    outside = [step for step in kernel_at if not 0 <= step <= steps]
    if outside:
        raise ValueError(f"kernel_at has {outside[0]}, which is none of the steps 0 ... {steps}")
    records, checkpoint = (None, None) if sink is None else sink.load()
    parts = [] if records is None else [records]
    start, kept = (0, batch.trained) if checkpoint is None else (checkpoint.step, checkpoint.trained)
    h = h.to(batch.trained)[:, None, None]
    q_0, wanted = first_layer(batch), set(kernel_at)
    samples, width = q_0.shape[1:]
    between = q_0 @ q_0.mT if 2 * samples <= width else None
    moved_every = MOVED_EVERY if batch.trained[0, 0].numel() >= WIDE else 1
    never = torch.full_like(h[:, 0, 0], torch.nan)
    if kept is None:
        W = batch.trained.clone()
        for _ in range(steps):
            seen = forward(batch, W, q_0)
            _Step(backward(batch, W, seen, seen.u), seen.q, between).move(W, h)
        return History.joined(parts), W
    W = kept.to(batch.trained, copy=True)
    recorder = _Recorder(batch, steps + 1 - start, chunk)
    for step in range(start, steps + 1):
        seen = forward(batch, W, q_0)
        slope = _Step(backward(batch, W, seen, seen.u), seen.q, between)
        per_layer = slope.squares()
        moved2 = _moved2(W, batch.trained) if step % moved_every == 0 or step == steps else never
        terms = batch.n * seen.u.square().sum(dim=-1)
        recorder.add((losses(seen.u), per_layer.sum(dim=0), per_layer.amax(dim=0), moved2), terms)
        if step in wanted:
            recorder.kernel.append((step, eigenvalues(gram(batch, W, seen))))
        if step < steps:
            slope.move(W, h)
        if step == steps or recorder.full:
            parts.append(recorder.history())
            if sink is not None:
                sink.append(parts[-1], Checkpoint(step + 1, W.to("cpu", copy=True)))
            recorder = _Recorder(batch, steps - step, chunk)
    return History.joined(parts), W


class _Step:
    """The gradient at a point, as matrices or, of wide networks, which are bound by memory, as its two factors.

    Args:
        deltas, q: of ``network.backward`` and the forward pass: the gradient in layer l is delta_l^T q_{l-1}.
        between: q_0 q_0^T, which is the same at all steps, (B, P, P), where the factors are to be kept; or None.
    """

    def __init__(self, deltas: Sequence[torch.Tensor], q: Sequence[torch.Tensor], between: torch.Tensor | None):
        self.factors, self.between = list(zip(deltas, q, strict=False)), between
        self.matrices = [d.mT @ x for d, x in self.factors] if between is None else []

    def squares(self) -> torch.Tensor:
        """Squared norms, (layers, B); of factors sum over pairs of samples of <delta_p, delta_p'> <q_p, q_p'>."""
        if self.between is None:
            return torch.stack([torch.linalg.vector_norm(matrix, dim=(1, 2)) ** 2 for matrix in self.matrices])
        inner = [self.between, *(x @ x.mT for _, x in self.factors[1:])]
        pairs = [(d @ d.mT).mul_(xx).sum(dim=(1, 2)) for (d, _), xx in zip(self.factors, inner, strict=True)]
        return torch.stack(pairs).clamp_min(0)

    def move(self, W: torch.Tensor, h: torch.Tensor) -> None:
        """W <- W - h grad L in place, h of shape (B, 1, 1); the factors are used up."""
        for layer, weights in enumerate(W):
            if self.between is None:
                weights.addcmul_(self.matrices[layer], h, value=-1)
            else:
                d, x = self.factors[layer]
                weights.baddbmm_(d.mul_(-h).mT, x)


def _moved2(W: torch.Tensor, start: torch.Tensor) -> torch.Tensor:
    return torch.linalg.vector_norm(W - start, dim=(-2, -1)).square().sum(dim=0)
