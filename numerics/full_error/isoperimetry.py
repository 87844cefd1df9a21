"""Means of squares of a network in many dimensions: the tail that no draw has shown is bounded by isoperimetry.

With f = F^2/2 as in ``numerics.training.importance``, F = ||(sqrt(beta_k) r_k)_k|| is a Lipschitz function of the
normal vector g of a draw of one component of the data, with the constant

    Lambda^2 = sum_k beta_k (reach_k Lip sqrt(c + v_k) + 1)^2,

Lip the product of the spectral norms of the network's layers, c the largest variance of a component. If F > Q has the
probability p = 1 - Phi(z), no Lipschitz function has more beyond Q than a linear one (Borell 1975; Sudakov and
Tsirelson 1974):

    P(F > Q + Lambda s) <= 1 - Phi(z + s),
    E (f - Q^2/2)_+ <= Q Lambda E(Z - z)_+ + Lambda^2/2 E(Z - z)_+^2,    Z standard normal.

Between components p may be shared out in any way. The right side is convex in p, so that the worst is all of p in the
component of the smallest weight w, and the bound is w times that of p/w; there is none for p >= w.

**The interval.** With Q from a pilot, E f = E min(f, Q^2/2) + E(f - Q^2/2)_+. The first is the mean of a variable on a
known range, by betting, after c (min(|nu|^2, T) - its mean) is taken off, c by regression on the pilot. Of the second p
is bounded by Clopper and Pearson. Three one-sided limits at alpha/3 each, for every number of draws.

Against a proved range the tail costs Lambda^2 times a power of the quantile, not ln(3/alpha) R/draws.
"""

from __future__ import annotations

import numpy as np
import torch
from scipy.stats import chi2, norm

from numerics.confidence import betting, proportion
from numerics.enclosures import Enclosure, Kind
from numerics.targets import NotAvailable, Target
from numerics.training.batch import Batch
from numerics.training.fresh import pilot_and_rest
from numerics.training.gain import Gain, lipschitz
from numerics.training.importance import Law, Residuals, rounding_error
from numerics.training.setup import Setup

HEADROOM = 1.5  # Q^2/2 over the largest draw of the pilot
FAR = 8.0  # T, in standard deviations of |nu|^2 above its mean


def mean_square(
    setup: Setup, W: torch.Tensor, residuals: Residuals, target: Target, alpha: float, name: str, draws: int
) -> Enclosure:
    """E f, wrong with probability at most ``alpha``; arguments as ``numerics.training.fresh.mean_square``.

    Raises:
        NotAvailable: the weights are not finite, or too few draws for the smallest weight of a component.
    """
    if not torch.isfinite(W).all():
        raise NotAvailable("the network has diverged: its weights are not finite")
    law, batch, trained = Law.of(target), Batch.of([setup]), W[:, None].cpu()
    pilot, rest = pilot_and_rest(batch, trained, law, residuals, name, draws, wide=False)
    c, top = pilot.coefficient(float(np.sum(residuals.beta))), HEADROOM * float(pilot.loss.max())
    limit = law.d + FAR * np.sqrt(2 * law.d)
    mean = _mean_below(law.d, limit)
    low, high = -c * (limit - mean), top + c * mean
    y = np.minimum(rest.loss, top) - c * (np.minimum(rest.noise + law.d, limit) - mean)
    lower, upper = betting(np.clip(y, low, high), low, high, 2 * alpha / 3)
    share = float(proportion(int((rest.loss > top).sum()), draws, 2 * alpha / 3)[1])
    lip = lipschitz(batch, trained)
    beyond = tail(share, float(law.weights.min()), float(np.sqrt(2 * top)), slope(residuals, law, lip))
    slack = rounding_error(batch, residuals, law, Gain(0.0, lip, lip))
    found = Enclosure.interval(max(0.0, float(lower) - slack), float(upper) + beyond + slack, Kind.SAMPLED)
    return Enclosure(found.value, found.radius, Kind.SAMPLED, {name: alpha})


def slope(of: Residuals, law: Law, lip: float) -> float:
    """Lambda, for a network of Lipschitz constant ``lip``."""
    spread = np.sqrt(law.spectra.max() + of.sigmas**2)
    return float(np.sqrt(np.sum(of.beta * (of.reach * lip * spread + 1) ** 2)))


def tail(share: float, weight: float, level: float, slope: float) -> float:
    """An upper bound of E (F^2 - level^2)_+/2 for P(F > level) <= share and components of at least this weight.

    Raises:
        NotAvailable: ``share`` is not below ``weight``.
    """
    if not share < weight:
        raise NotAvailable(
            f"a share of {share:.2g} of the draws may lie above the level, and one component has weight {weight:.2g}: "
            f"more draws are needed, about {share / weight:.0f} times as many"
        )
    z = norm.isf(share / weight)
    first = norm.pdf(z) - z * norm.sf(z)
    second = (1 + z * z) * norm.sf(z) - z * norm.pdf(z)
    return float(weight * (level * slope * first + slope**2 / 2 * second)) * (1 + 1e-9)


def _mean_below(d: int, limit: float) -> float:
    """E min(|nu|^2, limit): x times the density of d degrees is d times that of d + 2."""
    return float(d * chi2.cdf(limit, d + 2) + limit * chi2.sf(limit, d))
