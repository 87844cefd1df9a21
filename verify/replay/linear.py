"""Linear scores trained by gradient descent on the line, in rational numbers: W <- W - 2 eta (W (lam + v) + 1).

In one dimension nothing is left of the larger matrices that the measurements train, so that this is a third way to the
same numbers. Only logarithms need intervals.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

from verify.replay.clock import check_time
from verify.replay.errors import CannotCheck
from verify.replay.intervals import log, real
from verify.replay.names import OF_LINEAR

MOST_STEPS = 200


class LinearScores:
    """The trained slope at each level.

    Args:
        lam, mean: of the data; the mean must be 0.
        v: noise levels.
        free: has ``eta``, ``w0`` and ``K``.

    Raises:
        CannotCheck: an argument is missing or no training, or there are too many steps.
    """

    def __init__(self, lam: Fraction, mean: Fraction, v: tuple[Fraction, ...], free: Mapping[str, Fraction]) -> None:
        missing = [name for name in OF_LINEAR if name not in free]
        if missing or mean:
            raise CannotCheck(f"linear scores without {', '.join(missing)}" if missing else "data with a mean")
        eta, steps = free["eta"], free["K"]
        if steps.denominator != 1 or not 0 <= steps <= MOST_STEPS:
            raise CannotCheck(f"{float(steps):g} steps of training; there may be {MOST_STEPS} whole ones")
        self.v, self.total = v, [lam + level for level in v]
        self.slopes = [self._descended(a, free["w0"], eta, int(steps)) for a in self.total]

    @staticmethod
    def _descended(total: Fraction, w: Fraction, eta: Fraction, steps: int) -> Fraction:
        for _ in range(steps):
            check_time()
            w = w - 2 * eta * (w * total + 1)
        return w

    def at(self, name: str, k: int) -> Any:
        """One of ``LINEAR_LEVELS``."""
        w, a, v = self.slopes[k], self.total[k], self.v[k]
        match name:
            case "W_gd":
                return real(w)
            case "eps2_gd":
                return real(self._error(k))
        return real(v * (w * w * a + 2 * w) + 1)

    def _error(self, k: int) -> Fraction:
        return self.total[k] * (self.slopes[k] + 1 / self.total[k]) ** 2

    def sum(self, name: str) -> Any:
        """One of ``LINEAR_SUMS``."""
        widths = [v - v_next for v, v_next in pairwise(self.v)]
        left = sum((width * self._error(k) for k, width in enumerate(widths)), Fraction(0))
        if name == "E_S_gd":
            return real(left / 2)
        if name == "KL_path_gd":
            ratios = [self.total[0] / self.v[0], *(after / before for before, after in pairwise(self.total))]
            return sum((_excess(ratio) for ratio in ratios), real(left)) * real(Fraction(1, 2))
        variance = self.v[0]
        for w, width in zip(self.slopes, widths, strict=False):
            variance = (1 + width * w) ** 2 * variance + width
        return real(variance) if name == "V_gd" else _excess(self.total[-1] / variance) * real(Fraction(1, 2))


def _excess(ratio: Fraction) -> Any:
    """Twice the KL of two centred normals whose variances have this ratio."""
    return real(ratio - 1) - log(real(ratio))
