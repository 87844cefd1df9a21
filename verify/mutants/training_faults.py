"""Faults planted in the training of networks, which are computed three times: batched, by torch and in balls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch

from numerics.training import automatic, descent, kernel, network
from numerics.training.batch import Batch
from verify.mutants.fault import Fault


def _batch(change: Callable[[Batch], dict[str, torch.Tensor]]) -> Callable[..., Any]:
    """Batches with some of their tensors changed."""

    def wrong(right: Callable[..., Batch]) -> Callable[..., Batch]:
        def of(setups: Any, device: str = "cpu") -> Batch:
            batch = right(setups, device)
            changed: dict[str, Any] = change(batch)
            return replace(batch, **changed)

        return of

    return wrong


def _without_noise_level(batch: Batch) -> dict[str, torch.Tensor]:
    return {"inputs": torch.cat([batch.inputs[..., :-1], torch.zeros_like(batch.sigma)], dim=-1)}


def _first_delta_lost(right: Callable[..., list[torch.Tensor]]) -> Callable[..., list[torch.Tensor]]:
    def backward(*arguments: Any) -> list[torch.Tensor]:
        first, *others = right(*arguments)
        return [torch.zeros_like(first), *others]

    return backward


def _unmasked(right: Callable[..., list[torch.Tensor]]) -> Callable[..., list[torch.Tensor]]:
    """Every unit counted as on."""

    def backward(batch: Batch, W: torch.Tensor, seen: network.Pass, pull: torch.Tensor) -> list[torch.Tensor]:
        return right(batch, W, replace(seen, q=[torch.ones_like(q) for q in seen.q]), pull)

    return backward


TRAINING_FAULTS = (
    Fault(
        "gradient-layer",
        "the gradient in the first trained layer is missing",
        (network, "backward"),
        _first_delta_lost,
        ("ntk.gradient", "ntk.gram"),
    ),
    Fault(
        "gradient-mask",
        "back-propagation goes through units that are off",
        (network, "backward"),
        _unmasked,
        ("ntk.gradient",),
    ),
    Fault(
        "kernel-mask",
        "the Gram matrix is made through units that are off",
        (kernel, "backward"),
        _unmasked,
        ("ntk.gram", "ntk.linearised"),
    ),
    Fault(
        "noise-coordinate",
        "the network is not told the noise level",
        (Batch, "of"),
        _batch(_without_noise_level),
        ("wht24.lemma8.corrected",),
    ),
    Fault(
        "mean-over-points",
        "the loss is a sum over the data points, not their mean",
        (Batch, "of"),
        _batch(lambda batch: {"scale": batch.scale * batch.n**0.5}),
        ("wht24.lemma8.corrected",),
    ),
    Fault(
        "ascent",
        "gradient descent goes uphill",
        (descent, "backward"),
        lambda right: lambda *arguments: [-delta for delta in right(*arguments)],
        ("wht24.thm1.corrected",),
    ),
    Fault(
        "half-step",
        "the linearised network makes half of each step",
        (automatic, "jvp"),
        lambda right: lambda *arguments: tuple(0.5 * part for part in right(*arguments)),
        ("ntk.linearised", "ntk.gradient"),
    ),
)
