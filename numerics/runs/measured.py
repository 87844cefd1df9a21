"""What a run shows of the law of its outputs.

Mean and variance on Gaussian data under an affine score: the outputs are then exactly Gaussian, so that Student's t and
chi-square hold exactly. The share of outputs at most x on any data: Clopper-Pearson. The rounding of the outputs
themselves is added.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from numerics.confidence import gaussian_mean, gaussian_variance, proportion
from numerics.enclosures import Enclosure, EnclosureLike, Kind, as_enclosure
from numerics.gaussian_directions import is_affine
from numerics.runs.run import Run
from numerics.targets.base import NotAvailable

FloatArray = NDArray[np.float64]


def mean(run: Run, alpha: float) -> Enclosure:
    """The mean of the outputs' law, wrong with probability at most ``alpha``.

    Raises:
        NotAvailable: the outputs are not Gaussian.
    """
    _require_gaussian(run)
    lower, upper = gaussian_mean(run.outputs, alpha)
    return _sampled(lower - run.rounding, upper + run.rounding, f"{run.name}: mean", alpha)


def variance(run: Run, alpha: float) -> Enclosure:
    """The variance of the outputs' law, wrong with probability at most ``alpha``.

    Raises:
        NotAvailable: the outputs are not Gaussian.
    """
    _require_gaussian(run)
    lower, upper = gaussian_variance(run.outputs, alpha)
    moved = (2 * np.sqrt(upper) + run.rounding) * run.rounding
    return _sampled(np.maximum(lower - moved, 0.0), upper + moved, f"{run.name}: variance", alpha)


def share_below(run: Run, x: EnclosureLike, alpha: float) -> Enclosure:
    """P(output <= x), shaped as ``x``; all entries together are wrong with probability at most ``alpha``."""
    points = as_enclosure(x)
    outputs, slack = np.sort(run.outputs), points.radius + run.rounding
    fewest = np.searchsorted(outputs, points.value - slack, side="right")
    most = np.searchsorted(outputs, points.value + slack, side="right")
    each = alpha / max(1, points.value.size)
    lower, upper = proportion(fewest, run.n, each)[0], proportion(most, run.n, each)[1]
    where = ", ".join(float(one).hex() for one in np.ravel(points.value))
    return _sampled(lower, upper, f"{run.name}: share below {where}", alpha)


def _sampled(lower: FloatArray, upper: FloatArray, source: str, alpha: float) -> Enclosure:
    interval = Enclosure.interval(lower, upper, Kind.SAMPLED)
    return Enclosure(interval.value, interval.radius, Kind.SAMPLED, {source: alpha})


def _require_gaussian(run: Run) -> None:
    if not is_affine(run.target, run.error):
        raise NotAvailable(
            f"mean and variance of a run have exact intervals for Gaussian data and a linear score error, "
            f"not for {run.target.label}"
        )
