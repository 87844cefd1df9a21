"""Local optimisation of a claim's slack, from a case that the search has seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import chain, islice, zip_longest
from typing import Any

import numpy as np
import torch
from scipy.optimize import minimize

from numerics.backends import TorchOps
from numerics.targets.base import NotAvailable
from theory.claims import Claim
from theory.compiler import CompileError, compile_array
from verify.ascent.coordinates import Coordinates
from verify.ascent.tensors import TensorMeasurements
from verify.calculator import COSTLY
from verify.cases import Case
from verify.evaluate import Outcome, oriented

STEPS = 60  # of L-BFGS
LOOKS = 150  # of the simplex method, where the gradient is not to be had
LOOKS_A_CLIMB = LOOKS + 2  # the most measured cases that a climb takes
REACH = 14.0  # how far a coordinate may move: six decades for a level


class Climber:
    """Climbs for one claim: by L-BFGS on the gradient of the compiled expression where every name has a tensor form.

    Args:
        claim: its slack (lhs - rhs)/(|lhs| + |rhs|) is driven up; of an equality, its square.
        look: measures a case with its error, for the simplex method; None where the case cannot be measured.
        fixed_data: leave the data alone.
    """

    def __init__(self, claim: Claim, look: Callable[[Case], Outcome | None], fixed_data: bool = False):
        self.claim, self.look, self.fixed_data = claim, look, fixed_data
        self.sides = [compile_array(side, TorchOps()) for side in oriented(claim.relation)]

    def climb(self, case: Case) -> Case | None:
        """A case near ``case`` with more slack, or None where there is nothing to move or it has left the space."""
        try:
            chart = Coordinates(case, self.fixed_data, self.claim.cases.centred)
        except TypeError:
            return None
        if not len(chart.start):
            return None
        with suppress(NotAvailable):
            return self._along_gradient(chart)
        # a look at the KL of a mixture takes seconds
        return None if self.claim.names & COSTLY and not chart.product else self._by_simplex(chart)

    def _along_gradient(self, chart: Coordinates) -> Case | None:
        case = chart.case_at_start

        def downhill(point: np.ndarray) -> tuple[float, np.ndarray]:
            at = torch.tensor(point, requires_grad=True)
            env = TensorMeasurements(chart.tensors(at), case.sampler, case.start, case.N)
            left, right = (torch.as_tensor(side(env), dtype=torch.float64).reshape(()) for side in self.sides)
            slack = (left - right) / (left.abs() + right.abs() + 1e-300)
            goal = -(slack**2) if self.claim.is_equality else -slack
            if not goal.requires_grad:
                return float(goal.detach()), np.zeros_like(point)
            (gradient,) = torch.autograd.grad(goal, at, allow_unused=True)
            slope = np.zeros_like(point) if gradient is None else gradient.numpy()
            good = np.isfinite(float(goal.detach())) and np.isfinite(slope).all()
            return (float(goal.detach()), slope) if good else (1.0, np.zeros_like(point))

        try:
            found = minimize(
                downhill, chart.start, jac=True, method="L-BFGS-B", bounds=_box(chart), options={"maxiter": STEPS}
            )
        except CompileError:
            return None
        return _legal(chart, found.x)

    def _by_simplex(self, chart: Coordinates) -> Case | None:
        def height(point: np.ndarray) -> float:
            case = chart.case(point)
            outcome = None if case is None else self.look(case)
            return 1.0 if outcome is None else -outcome.push

        found = minimize(
            height, chart.start, method="Nelder-Mead", bounds=_box(chart), options={"maxfev": LOOKS, "xatol": 1e-6}
        )
        return _legal(chart, found.x)


def best_of_each_sort(seen: Iterable[tuple[float, Case]], count: int) -> list[Case]:
    """Where to climb from: the cases with most slack, one sort (data family, number of steps) after the other.

    Args:
        seen: cases with their slack, as ``Outcome.push``.
        count: how many to choose.

    The worst cases of all are often of one sort, in which the bound is tight and nothing is left to climb.
    """
    sorts: dict[tuple[Any, ...], list[tuple[float, Case]]] = {}
    for push, case in seen:
        line = getattr(case.target, "line", None)
        sort = (type(case.target).__name__, 0 if line is None else len(line), case.N)
        sorts.setdefault(sort, []).append((push, case))
    ranked = [sorted(same, key=lambda pair: -pair[0]) for same in sorts.values()]
    ranked.sort(key=lambda same: -same[0][0])
    rounds = chain.from_iterable(zip_longest(*ranked))
    return [pair[1] for pair in islice((pair for pair in rounds if pair is not None), count)]


def _legal(chart: Coordinates, point: np.ndarray) -> Case | None:
    """The case at the point, or as far on the way there as the range of cases allows."""
    for share in (1.0, 0.9, 0.7, 0.4, 0.15):
        case = chart.case(chart.start + share * (point - chart.start))
        if case is not None:
            return case
    return None


def _box(chart: Coordinates) -> list[tuple[float, float]]:
    return [(x - REACH, x + REACH) for x in chart.start.tolist()]
