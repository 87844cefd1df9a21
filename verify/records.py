"""Cases and outcomes as JSON, exactly: what is read back equals what was written, to the last bit.

Float64 numbers survive JSON through their shortest decimal form; infinity and NaN, which JSON lacks, are written as
text. Gaussians and mixtures are written as their label, which states their parameters exactly; other data (a set of
points) only by name and dimension, and come back as :class:`Described`.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike

from numerics.enclosures import Enclosure, Kind, Relation
from numerics.score_errors import LinearError
from numerics.targets import Gaussian, GaussianMixture, NotAvailable, Target
from numerics.training.setup import Training
from verify.cases import Case
from verify.evaluate import Outcome

_FAMILIES: dict[str, Callable[..., Target]] = {"gaussian": Gaussian, "mixture": GaussianMixture}
_SAMPLING = ("samples", "seed", "alpha")  # of a mixture's Monte Carlo, which its label does not state


class Described(Target):
    """Data of which a record keeps only the name and the dimension; they cannot be measured again."""

    def __init__(self, label: str, d: int) -> None:
        self.label, self.d = label, d
        self.mean = np.full(d, np.nan)
        self.m2 = Enclosure.of(np.nan)

    def _refuse(self) -> NotAvailable:
        return NotAvailable(f"of {self.label} the record keeps the name alone; load the data again to measure them")

    def sample(self, n: int, generator: torch.Generator) -> torch.Tensor:
        raise self._refuse()

    def score(self, x: torch.Tensor, v: float | torch.Tensor) -> torch.Tensor:
        raise self._refuse()

    def denoiser(self, x: torch.Tensor, v: float | torch.Tensor) -> torch.Tensor:
        raise self._refuse()

    def measure(self, name: str, *args: ArrayLike) -> Enclosure:
        raise self._refuse()


def number_record(x: float) -> float | str:
    """A float64 as JSON has it; ``"inf"``, ``"-inf"`` or ``"nan"`` where it has none."""
    return float(x) if math.isfinite(x) else str(float(x))


def target_record(target: Target) -> dict[str, Any]:
    record: dict[str, Any] = {"label": target.label, "d": target.d}
    if type(target) is GaussianMixture and target.d > 1:
        record |= {name: getattr(target, f"_{name}") for name in _SAMPLING}
    return record if type(target) in (Gaussian, GaussianMixture) else record | {"described": True}


def target_of(record: dict[str, Any]) -> Target:
    label = record["label"]
    if record.get("described"):
        return Described(label, record["d"])
    call = ast.parse(label, mode="eval").body
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
        raise ValueError(f"{label!r} names no data distribution")
    parameters = {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in call.keywords}
    parameters |= {name: record[name] for name in _SAMPLING if name in record}
    return _FAMILIES[call.func.id](**parameters)


def case_record(case: Case) -> dict[str, Any]:
    record: dict[str, Any] = {"target": target_record(case.target)}
    if case.v:
        record["v"] = [number_record(level) for level in case.v]
    record |= {"sampler": case.sampler, "start": case.start}
    if case.error is not None:
        record["error"] = [number_record(case.error.a), number_record(case.error.b)]
    if case.training is not None:
        record["training"] = case.training.as_json()
    if case.free:
        record["free"] = [[name, number_record(value)] for name, value in case.free]
    return record


def case_of(record: dict[str, Any]) -> Case:
    error = record.get("error")
    return Case(
        target=target_of(record["target"]),
        v=tuple(float(level) for level in record.get("v", ())),
        sampler=record["sampler"],
        start=record["start"],
        error=None if error is None else LinearError(a=float(error[0]), b=float(error[1])),
        free=tuple((name, float(value)) for name, value in record.get("free", ())),
        training=Training.from_json(record["training"]) if "training" in record else None,
    )


def enclosure_record(x: Enclosure) -> list[Any]:
    """``[value, radius, kind]`` of a scalar, and its sources if it has any."""
    record: list[Any] = [number_record(float(x.value)), number_record(float(x.radius)), str(x.kind)]
    return [*record, dict(x.sources)] if x.sources else record


def enclosure_of(record: list[Any]) -> Enclosure:
    value, radius, kind, *sources = record
    return Enclosure(np.asarray(float(value)), np.asarray(float(radius)), Kind(kind), sources[0] if sources else {})


def outcome_record(outcome: Outcome) -> dict[str, Any]:
    return {
        "case": case_record(outcome.case),
        "relation": str(outcome.relation),
        "lhs": enclosure_record(outcome.lhs),
        "rhs": enclosure_record(outcome.rhs),
        "certified": bool(outcome.certified),
        "trusted": bool(outcome.trusted),
        "bits": outcome.bits,
        "equality": outcome.equality,
    }


def outcome_of(record: dict[str, Any]) -> Outcome:
    return Outcome(
        case=case_of(record["case"]),
        relation=Relation(record["relation"]),
        lhs=enclosure_of(record["lhs"]),
        rhs=enclosure_of(record["rhs"]),
        certified=record["certified"],
        trusted=record["trusted"],
        bits=record["bits"],
        equality=record["equality"],
    )
