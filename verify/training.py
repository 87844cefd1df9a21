"""Training runs behind cases: trained as batches of one shape, kept while their claims are evaluated.

A case with ``training`` stands for one network. :func:`prefetch` trains those of many cases together; a case that was
not prefetched is a batch of its own.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

import numpy as np
import torch

from numerics.enclosures import Enclosure
from numerics.targets.base import NotAvailable, Target
from numerics.training import Setup, Training
from numerics.training.device import training_device
from numerics.training.measured import MeasuredRuns
from theory.vocabulary import training as words
from theory.vocabulary.words import VOCABULARY
from verify.cases import Case

WORDS = frozenset(name for name in vars(words) if name in VOCABULARY)
SIZES = ("n", "m", "layers", "K")
FEW = 64  # batches that are kept; a claim's cases come one after the other, as do its variants
ROOM = 2**28  # numbers of all kept batches together, 2 GiB; the newest is always kept
TOGETHER = 64  # networks of one batch
FRESH = "loss_fresh"
LONG = 16  # runs of more steps are kept in the store

# the data as an object, as two may have one label; it is kept, so that no other takes its place in memory
Key = tuple[int, tuple[float, ...], Training, str]
_runs: OrderedDict[Key, tuple[MeasuredRuns, int, Target]] = OrderedDict()


def prefetch(cases: Iterable[Case]) -> None:
    """Make the training runs of these cases as batches."""
    groups: dict[tuple[Any, ...], list[tuple[Key, Setup, Target]]] = {}
    for case in cases:
        if case.training is not None and (key := _key(case)) not in _runs:
            setup = case.training.setup(case.target, case.v)
            groups.setdefault((*setup.shape, case.training.steps), []).append((key, setup, case.target))
    for group in groups.values():
        for first in range(0, len(group), TOGETHER):
            _make(group[first : first + TOGETHER])


def _make(group: list[tuple[Key, Setup, Target]]) -> None:
    from verify.store.training import sink_for  # the store knows findings, which know cases

    plans = [key[2] for key, *_ in group]
    keeping = sink_for if plans[0].steps > LONG or len(group) > 1 else None
    runs = MeasuredRuns([setup for _, setup, _ in group], plans, training_device(), keeping)
    for row, (key, _, target) in enumerate(group):
        _runs[key] = runs, row, target
    while len(kept := {id(one): one for one, *_ in _runs.values()}) > 1:
        if len(kept) <= FEW and sum(map(_numbers, kept.values())) <= ROOM:
            break
        _runs.popitem(last=False)


def _numbers(runs: MeasuredRuns) -> int:
    """About how many numbers a batch keeps: weights, gradients and moves at the points looked at, and their kernels."""
    one = runs.batch.setups[0]
    points = min(runs.steps, LONG) + 1
    return runs.batch.size * points * (4 * one.layers * one.m**2 + 4 * runs.batch.residuals**2)


def _key(case: Case) -> Key:
    assert case.training is not None
    return id(case.target), case.v, case.training, training_device()


def forget() -> None:
    """Train every network anew from now on."""
    _runs.clear()


def run_of(case: Case) -> tuple[MeasuredRuns, int]:
    """The batch that the case's network was trained in, and its place there.

    Raises:
        NotAvailable: the case trains no network.
    """
    if case.training is None:
        raise NotAvailable("the case trains no network")
    if _key(case) not in _runs:
        prefetch([case])
    runs, row, _ = _runs[_key(case)]
    return runs, row


def final_weights(case: Case) -> torch.Tensor:
    """W_1 ... W_L of the case's network after its K steps, (layers, m, m).

    Raises:
        NotAvailable: the case trains no network.
    """
    runs, row = run_of(case)
    return runs.run[1][:, row]


def training_number(case: Case, name: str) -> Any:
    """A word of the training vocabulary in a case: a number, or an enclosure of its values along its axis.

    Raises:
        NotAvailable: the case trains no network.
    """
    runs, row = run_of(case)
    setup = runs.batch.setups[row]
    if name in SIZES:
        plan = runs.plans[row]
        return Enclosure.of(float({"n": setup.n, "m": setup.m, "layers": setup.layers, "K": plan.steps}[name]))
    if name in ("beta", "g"):
        beyond = np.nan  # the last grid point is not trained on
        values = setup.beta if name == "beta" else setup.g
        return Enclosure.rounded(np.append(values, beyond), 32.0)
    if name in ("g_min", "g_max"):
        return Enclosure.rounded(setup.g.min() if name == "g_min" else setup.g.max(), 32.0)
    return runs.number(name)[row]
