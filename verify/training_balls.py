"""Words of the training vocabulary in ball arithmetic: sizes, and what a move from theta_0 does."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import flint

from numerics.targets.base import NotAvailable
from numerics.training.balls import MovedBalls
from verify.cases import Case

MOVED = ("loss_em", "loss_moved", "slope_moved", "gauss_newton", "curve_moved", "move2")


def training_ball(case: Case, name: str) -> Any:
    """A proved enclosure, at the precision of ``flint.ctx.prec``.

    Raises:
        NotAvailable: there is none.
    """
    plan = case.training
    if plan is None:
        raise NotAvailable("the case trains no network")
    if name in ("n", "m", "layers", "K"):
        return flint.arb({"n": plan.n, "m": plan.m, "layers": plan.layers, "K": plan.steps}[name])
    if name not in MOVED:
        raise NotAvailable(f"{name} has no proved enclosure on training runs")
    value = _moved(case.target.label, case, flint.ctx.prec).number(name)
    return AtStart(value, plan.steps) if name == "loss_em" else value


class AtStart(Sequence[Any]):
    """A quantity along a run of which theta_0 alone is proved."""

    def __init__(self, value: Any, steps: int):
        self.value, self.steps = value, steps

    def __len__(self) -> int:
        return self.steps + 1

    def __getitem__(self, step: Any) -> Any:
        if step != 0:
            raise NotAvailable(f"what the weights are after {step} steps has no proved enclosure")
        return self.value


@lru_cache(maxsize=8)
def _moved(label: str, case: Case, bits: int) -> MovedBalls:
    """The network of a case; the precision and the data's label are part of the key."""
    assert case.training is not None
    return MovedBalls(case.training.setup(case.target, case.v), case.training.reach)
