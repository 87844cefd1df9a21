"""Means of squares of a trained network on fresh data and fresh noise, as confidence intervals for finitely many draws.

The loss on fresh data is one of them,

    loss_fresh = E f,   f = 1/2 sum_{j<N} beta_j ||r_j||^2,   r_j = sigma_j S(X_0 + sigma_j xi, sigma_j) + xi,

others are in ``numerics.full_error``. The average that is reported is of f itself, as anybody would measure it. The
average of E[f | X_0 + sigma_j xi] would vary less, but that is a square plus the posterior variance, so that a loss
below the mmse could not be seen.

**The range.** Draws come from a density w phi that is wider than the normal one, with f/w <= R: see
``numerics.training.importance``, with the form that the residuals may have.

**The variance.** Where the network is small, f is mostly the noise's own |nu|^2, whose mean is d: c (|nu|^2 - d) is
taken off, c by regression on draws of a pilot that are not used again.

**The interval.** y = (f - c (|nu|^2 - d))/w lies in [-2 D c, R + 2 d c], D the number of normal variables of a draw.
With a level B from the pilot,

    E min(y, B) <= E y <= E min(y, B) + (R + 2dc - B) P(y > B):

betting limits of the first (``numerics.confidence``), the upper Clopper-Pearson limit of the probability. These are
three one-sided limits at alpha/3 each; they hold for every number of draws, whatever the pilot chose.

In one and two dimensions G is sharp and R is some tens of the loss; its share of the width is R ln(3/alpha)/draws. In
many dimensions R follows the product of the spectral norms, and the upper limit needs millions of draws; there
``numerics.full_error.isoperimetry`` is narrower.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import torch

from numerics.confidence import betting, proportion
from numerics.enclosures import Enclosure, Kind
from numerics.targets import NotAvailable, Target
from numerics.training.batch import Batch
from numerics.training.gain import largest_gain
from numerics.training.importance import Drawn as _Drawn
from numerics.training.importance import Law as _Law
from numerics.training.importance import Residuals, draw, rounding_error
from numerics.training.setup import Setup

DRAWS = 2**15
PILOT = 1 / 8  # draws of the pilot, as a share
HEADROOM = 4.0  # B over the largest draw of the pilot


def fresh_loss(
    setup: Setup, W: torch.Tensor, target: Target, alpha: float, seed: int = 0, draws: int = DRAWS
) -> Enclosure:
    """The loss of the network of ``setup`` on fresh data, wrong with probability at most ``alpha``.

    Args:
        setup: noise levels, their weights and the frozen layers; its own data and noises are not used.
        W: W_1 ... W_L, (layers, m, m).
        target: the law of X_0: Gaussian, a Gaussian mixture, or a point cloud.
        alpha: strictly between 0 and 1.
        seed: other seeds are independent repetitions; networks, data and seeds that differ draw independently.
        draws: number of draws, fixed beforehand; at least 16.

    Raises:
        NotAvailable: the law is of another kind, or the weights are not finite.
        ValueError: too few draws, or alpha is no probability.
    """
    name = experiment("fresh loss", setup, W, target, seed, draws)
    return mean_square(setup, W, Residuals.of_loss(setup), target, alpha, name, draws)


def mean_square(
    setup: Setup, W: torch.Tensor, residuals: Residuals, target: Target, alpha: float, name: str, draws: int = DRAWS
) -> Enclosure:
    """E f for residuals of the network of ``setup``, wrong with probability at most ``alpha``.

    Args:
        setup: the frozen layers; levels and weights are those of ``residuals``.
        name: of the experiment (:func:`experiment`): equal names, equal draws.
        W, target, alpha, draws: as :func:`fresh_loss`, with its errors.
    """
    if draws < 16:
        raise ValueError(f"draws = {draws}: give 16 or more")
    if not torch.isfinite(W).all():
        raise NotAvailable("the network has diverged: its weights are not finite")
    law = _Law.of(target)
    batch, trained = Batch.of([setup]), W[:, None].cpu()
    pilot, rest = pilot_and_rest(batch, trained, law, residuals, name, draws)
    c = pilot.coefficient(float(np.sum(residuals.beta)))
    gain = largest_gain(batch, trained)
    low = -2 * (1 + residuals.noises) * law.d * c
    high = law.largest_ratio(residuals, gain.bound) + 2 * law.d * c
    level = float(min(high, HEADROOM * max(pilot.values(c).max(), 2 * law.d * c)))
    if not high < np.inf:
        raise NotAvailable("the bound of the network's outputs overflows")
    y = np.clip(rest.values(c), low, high)
    lower, upper = betting(np.minimum(y, level), low, level, 2 * alpha / 3)
    above = proportion(int((y > level).sum()), draws, 2 * alpha / 3)[1]
    slack = rounding_error(batch, residuals, law, gain)
    found = Enclosure.interval(max(0.0, float(lower) - slack), upper + (high - level) * above + slack, Kind.SAMPLED)
    return Enclosure(found.value, found.radius, Kind.SAMPLED, {name: alpha})


def pilot_and_rest(
    batch: Batch, W: torch.Tensor, law: _Law, of: Residuals, name: str, draws: int, wide: bool = True
) -> tuple[_Drawn, _Drawn]:
    """The draws of an experiment: those by which it is planned, and the others; arguments as ``importance.draw``.

    Raises:
        NotAvailable: a draw is not finite.
    """
    gen = torch.Generator().manual_seed(int(hashlib.sha256(name.encode()).hexdigest()[:8], 16))
    pilot, rest = (draw(batch, W, law, of, n, gen, wide) for n in (max(8, int(PILOT * draws)), draws))
    if not (np.isfinite(pilot.loss).all() and np.isfinite(rest.loss).all()):
        raise NotAvailable("the network's outputs overflow")
    return pilot, rest


def experiment(kind: str, setup: Setup, W: torch.Tensor, target: Target, *others: Any) -> str:
    """Names what is drawn of a network on data: equal names, equal draws; different ones are independent.

    Args:
        kind: what is measured.
        setup, W, target: the network and the law of X_0.
        others: whatever else tells experiments apart, a seed and a number of draws among it.
    """
    weights = hashlib.sha256(W.detach().cpu().contiguous().numpy().tobytes()).hexdigest()
    content = (setup.sigmas, setup.beta, setup.m, setup.layers, setup.seed, setup.given, weights, target.label)
    return f"{kind} {hashlib.sha256(repr((*content, *others)).encode()).hexdigest()[:16]}"
