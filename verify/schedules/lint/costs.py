"""What a defect costs in nats, on data whose information curves are known.

With equal ends, what of KL_path a grid decides is a sum over its steps (``numerics.regimes.paths``), so a difference of
two grids needs the loss curve mmse(v)/v of the exact score alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from numerics.budgets import PATH_SAMPLERS
from numerics.enclosures import Enclosure
from numerics.regimes.paths import path_cost, step_weights
from numerics.targets import Gaussian, Target
from numerics.targets.base import NotAvailable
from numerics.targets.loss_curve import LossCurve
from numerics.terminal import terminal_kl
from theory.grids import GridError, from_sigmas
from verify.language.errors import BadInput
from verify.schedules.findings import Level
from verify.schedules.path_differences import path_difference

FloatArray = NDArray[np.float64]
COSTLY = 1e-3  # nats per dimension from which a finding is a warning rather than a note


class Costs:
    """Costs of grids on one target with one sampler; None where they cannot be had.

    Args:
        target: exact data, or a loss curve (then without its two ends: E_I and information are unknown).
        sampler: ``score`` or ``denoiser`` have a path KL; with others every cost is None.
    """

    def __init__(self, target: Target, sampler: str) -> None:
        self.target, self.sampler = target, sampler
        self.on = f"on {target.label}, {sampler} sampler"
        self._known: dict[bytes, Enclosure | None] = {}

    def path(self, sigmas: FloatArray) -> Enclosure | None:
        """KL_path of the grid ``sigmas``, shape (n,), but for what its two ends decide; None where unknown."""
        if self.sampler not in PATH_SAMPLERS or len(sigmas) < 2:
            return None
        key = sigmas.tobytes()
        if key not in self._known:
            loss = self._loss(sigmas[:-1])
            self._known[key] = None if loss is None else path_cost(sigmas**2, loss, self.target.d, self.sampler)
        return self._known[key]

    def excess(self, worse: FloatArray, better: FloatArray) -> Enclosure | None:
        """KL_path(worse) - KL_path(better), both with the same two ends, nats."""
        if isinstance(self.target, LossCurve):  # one curve for both, so that errors of common cells cancel
            try:
                return path_difference(from_sigmas(worse), from_sigmas(better), self.target, self.sampler)[0]
            except (NotAvailable, BadInput, GridError):
                return None
        a, b = self.path(worse), self.path(better)
        return None if a is None or b is None else a - b

    def output_excess(self, worse: FloatArray, better: FloatArray) -> Enclosure | None:
        """KL of the output of the sampler on ``worse`` minus that on ``better``, nats: for samplers without path KL."""
        try:
            a, b = (terminal_kl(self.target, sigmas**2, self.sampler) for sigmas in (worse, better))
        except (NotAvailable, ValueError):
            return None
        return a - b

    def point(self, sigmas: FloatArray, k: int) -> Enclosure | None:
        """What the inner point ``k`` saves: KL_path without it minus KL_path with it, nats."""
        return self.excess(np.delete(sigmas, k), sigmas)

    def moved(self, sigmas: FloatArray, k: int | None) -> tuple[float, Enclosure | None]:
        """Where the point ``k`` would save most, and what the move saves.

        Args:
            k: an inner point that is taken away, or None to add one to the grid.

        Returns:
            The middle, in log sigma, of the step whose halves cost least, and KL_path(sigmas) - KL_path(moved), nats.
        """
        rest = sigmas if k is None else np.delete(sigmas, k)
        middles = np.sqrt(rest[:-1] * rest[1:])
        held, half = self._loss(rest[:-1]), self._loss(middles)
        if self.sampler not in PATH_SAMPLERS or held is None or half is None:
            return float(middles[np.argmax(rest[:-1] / rest[1:])]), None
        whole, first, second = (
            step_weights(np.stack([a, b]) ** 2, self.sampler).value[0]
            for a, b in ((rest[:-1], rest[1:]), (rest[:-1], middles), (middles, rest[1:]))
        )
        counted = self.target.d if self.sampler == "score" else 0
        change = (first - whole) * (held.value - counted) + second * (half.value - counted)
        best = int(np.argmin(change))
        return float(middles[best]), self.excess(sigmas, np.insert(rest, best + 1, middles[best]))

    def initial(self, sigma: float) -> Enclosure | None:
        """E_I of a start at ``sigma``: KL of the noisy data from N(0, sigma^2 I), nats."""
        return self._measure("KLn", sigma**2)

    def information(self, low: float, high: float) -> Enclosure | None:
        """I(X_0; X at noise ``low``) - I(X_0; X at noise ``high``): left open by an end at ``high``."""
        entropy = self._measure("H", np.array([low, high]) ** 2)
        if entropy is None:
            return None
        return entropy[0] - entropy[1] + Enclosure.rounded(self.target.d * np.log(high / low))

    def wrong_level(self, sigmas: FloatArray, asked: FloatArray) -> Enclosure | None:
        """E_S of a network that gives, at each ``sigmas[k]``, the exact score of noise level ``asked[k]``.

        In closed form for Gaussian data: E|x/a' - x/a|^2 = a (1/a' - 1/a)^2 per eigenvalue, a = lambda + v.

        Args:
            sigmas: grid, shape (n,).
            asked: levels that the network is called with, shape (n-1,).
        """
        if self.sampler not in PATH_SAMPLERS or not isinstance(self.target, Gaussian):
            return None
        spread = np.asarray(self.target.eigenvalues)
        v, told = sigmas[:-1, None] ** 2, asked[:, None] ** 2
        a, b = spread + v, spread + told
        error = (v[:, 0] * (a * ((told - v) / (a * b)) ** 2).sum(axis=1)) / 2
        return (step_weights(sigmas**2, self.sampler) * Enclosure.rounded(error, 64)).sum()

    def grade(self, nats: Enclosure | None) -> Level:
        """``warning`` where the cost is certainly high or unknown, else ``note``."""
        return "warning" if nats is None or self.costly(nats) else "note"

    def costly(self, nats: Enclosure | None) -> bool:
        """Whether the cost is certainly above ``COSTLY`` in each dimension."""
        return nats is not None and float(nats.lower) > COSTLY * self.target.d

    def _loss(self, sigmas: FloatArray) -> Enclosure | None:
        v = sigmas**2
        own = getattr(self.target, "loss", None)
        try:
            if own is not None:
                curve: Enclosure = own(v)
                return curve
            return self.target.measure("mmse", v) / Enclosure.of(v)
        except (NotAvailable, ValueError):
            return None

    def _measure(self, name: str, v: float | FloatArray) -> Enclosure | None:
        try:
            return self.target.measure(name, v)
        except (NotAvailable, ValueError):
            return None


def worth(nats: Enclosure | None) -> str:
    """``0.0123 nats``, with its error where that shows, or ``an unknown number of nats``."""
    if nats is None:
        return "an unknown number of nats"
    value, radius = float(nats.value), float(nats.radius)
    return f"{value:.3g} nats" + (f" (± {radius:.1g})" if radius > 0.01 * abs(value) else "")
