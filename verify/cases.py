"""A case: everything that must be fixed before a claim's two sides are numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numerics.score_errors import LinearError
from numerics.targets import Target
from numerics.training.setup import Training
from theory.vocabulary import VOCABULARY


@dataclass(frozen=True)
class Case:
    """One concrete instance of a claim's setting. All numbers are float64, hence exact rationals.

    Attributes:
        target: the data.
        v: the grid's variances, strictly decreasing; empty where the claim speaks of no grid.
        sampler, start, error: see ``theory.claims.Cases``.
        free: values of the free arguments ``u w x a_t C s a_0`` that the claim uses.
        training: the network that is trained, on points of the data and at the grid's levels but the last.
    """

    target: Target
    v: tuple[float, ...] = ()
    sampler: str = "score"
    start: str = "noise"
    error: LinearError | None = None
    free: tuple[tuple[str, float], ...] = ()
    training: Training | None = None

    @property
    def N(self) -> int:
        return len(self.v) - 1

    @property
    def sizes(self) -> tuple[int, ...]:
        """What cases of one batch have in common: N, and for training whatever an index may run to."""
        plan = self.training
        if plan is None:
            return (self.N, *(int(value) for name, value in self.free if VOCABULARY[name].symbol.is_integer))
        return self.N, self.target.d, plan.n, plan.m, plan.layers, plan.steps, int(dict(self.free).get("s", 0))

    def as_json(self) -> dict[str, Any]:
        out: dict[str, Any] = {"target": self.target.label}
        if self.v:
            out |= {"N": self.N, "v": list(self.v), "sampler": self.sampler, "start": self.start}
        if self.error is not None:
            out |= {"score_error": {"a": self.error.a, "b": self.error.b}}
        if self.training is not None:
            out["training"] = self.training.as_json()
        return out | dict(self.free)

    def __str__(self) -> str:
        parts = [f"data {self.target.label}"]
        if self.v:
            levels = ", ".join(_distinct(self.v[:6])) + (", ..." if len(self.v) > 6 else "")
            parts = [f"N = {self.N}", f"v = ({levels})", *parts]
        if self.training is not None:
            parts.append(str(self.training))
        if self.error is not None:
            parts.append(f"s_theta = {1 + self.error.a:g} grad log p + {self.error.b:g}")
        if self.v and self.start == "exact":
            parts.append("exact start")
        parts += [f"{name} = {value:.6g}" for name, value in self.free]
        return ", ".join(parts)


def _distinct(levels: tuple[float, ...]) -> list[str]:
    """Decimals with six digits, or with as many as tell the levels apart."""
    for digits in range(6, 18):
        texts = [f"{v:.{digits}g}" for v in levels]
        if len(set(texts)) == len(texts):
            break
    return texts
