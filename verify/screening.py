"""Screening many cases at once: which of them may violate a claim, from one vectorised evaluation of a batch.

Most cases of a claim hold with room to spare, and a formula costs about as much for a batch as for one case. What is
left in doubt is looked at case by case, so that no verdict depends on how cases fall into batches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.enclosures import Enclosure, Kind, as_enclosure
from verify.batches import BatchMeasurements
from verify.cases import Case
from verify.evaluate import Evaluator

FIRST_WINDOW, WINDOW = 8, 128  # cases looked at together; the first are few, as a false claim mostly falls by them
CLEAR = 0.5  # sides this share of their errors the wrong way hold yet, however a batch rounds


def doubtful(evaluate: Evaluator, cases: Iterable[Case]) -> Iterator[Case]:
    """Those of the cases, in their order, that have to be looked at one by one: the others hold in float64.

    Args:
        evaluate: of a claim that is not random on these cases, as nothing is charged to its account here; what turns
            out to be sampled is left in doubt.
        cases: are taken only as far as they are needed.
    """
    rest, size = iter(cases), FIRST_WINDOW
    while window := list(islice(rest, size)):
        unclear = np.ones(len(window), bool)
        for places in _of_one_size(window):
            if len(places) > 1:
                unclear[places] = _unclear(evaluate, [window[i] for i in places])
        yield from (case for case, doubt in zip(window, unclear, strict=True) if doubt)
        size = min(2 * size, WINDOW)


def _of_one_size(cases: Sequence[Case]) -> list[list[int]]:
    """Places of the cases that can be one batch."""
    places: dict[tuple[int, ...], list[int]] = {}
    for i, case in enumerate(cases):
        places.setdefault(case.sizes, []).append(i)
    return list(places.values())


def _unclear(evaluate: Evaluator, batch: Sequence[Case]) -> NDArray[np.bool_]:
    """Which cases of a batch may violate the claim; all, where they cannot be measured together."""
    try:
        env = BatchMeasurements(batch)
        with np.errstate(all="ignore"):
            lhs, rhs = (_a_number_each(side(env), len(batch)) for side in evaluate.floats)
            gap, error = lhs.value - rhs.value, lhs.radius + rhs.radius
            beyond = np.abs(gap) if evaluate.claim.is_equality else gap
            clear = np.isfinite(beyond) & np.isfinite(error) & (beyond <= CLEAR * error)
    except Exception:  # by whichever case; it is raised again when that case is looked at, if it still has to be
        return np.ones(len(batch), bool)
    return np.ones(len(batch), bool) if Kind.SAMPLED in (lhs.kind, rhs.kind) else ~clear


def _a_number_each(side: Any, count: int) -> Enclosure:
    value = as_enclosure(side)
    return value.reshape(count) if value.ndim else value.broadcast_to((count,))
