"""Linear scores of one-dimensional data on ever finer grids: what the score error and the output's law tend to.

Scores trained at every level v have a slope W(v) and an error eps2(v). On grids from v_0 to v_N whose steps shrink,

    E_S -> 1/2 int eps2(v) dv,
    output variance -> v_0 e^{2A(v_0)} + int e^{2A(v)} dv,    A(v) = int_{v_N}^v W(u) du,

the integrals over [v_N, v_0]: the sampler becomes the reverse diffusion with the trained score.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from flint import acb, arb
from numpy.polynomial import legendre

from numerics.enclosures import EPS, Enclosure
from numerics.linear_training import LinearTraining

NODES = 16  # Gauss-Legendre points of a panel
PANELS = (12, 24)  # over the logarithm of lambda + v; the difference is the error


@dataclass(frozen=True)
class ManySteps:
    """Limits in float64, by real gradient descent at the nodes of a quadrature.

    Args:
        training: on one-dimensional data; of its levels only the ends are used.

    Raises:
        NotAvailable: the data have several dimensions.
    """

    training: LinearTraining

    def __post_init__(self) -> None:
        self.training.need_line()

    @cached_property
    def _found(self) -> tuple[Enclosure, Enclosure]:
        """Half the integral of the score error, and the output variance."""
        rough, fine = (self._by_panels(count) for count in PANELS)
        return tuple(  # type: ignore[return-value]
            b.widened(np.abs(a.value - b.value)) for a, b in zip(rough, fine, strict=True)
        )

    def _by_panels(self, panels: int) -> tuple[Enclosure, Enclosure]:
        plan, lam = self.training, self.training.variances[0]
        least, span = lam + plan.v[-1], plan.v[0] - plan.v[-1]
        ends = np.linspace(0.0, np.log1p(span / least), panels + 1)  # of ln(a/least), which may be short
        x, weights = legendre.leggauss(NODES)
        half = ends[1] / 2
        t = ((ends[:-1] + ends[1:]) / 2)[:, None] + half * x  # (panels, NODES), ascending
        a = least * np.exp(t)
        width = half * weights * a  # of dv = da
        levels = tuple(np.clip((plan.v[-1] + least * np.expm1(t)).ravel(), plan.v[-1], plan.v[0]).tolist())
        here = LinearTraining(plan.variances, levels, plan.eta, plan.w0, plan.steps)
        error, slope = here.score_error(), here.weight()
        area = (width.ravel() * error.value).sum()
        moved = 64 * EPS * (width.ravel() * np.abs(error.value)).sum() + (width.ravel() * error.radius).sum()
        total, within = _primitive(slope.value.reshape(a.shape) * a * half)
        unsure = (width.ravel() * (slope.radius + 64 * EPS * np.abs(slope.value))).sum()
        with np.errstate(over="ignore", invalid="ignore"):
            variance = plan.v[0] * np.exp(2 * total) + (width * np.exp(2 * within)).sum()
            return Enclosure.of(area / 2, moved), Enclosure.of(variance, variance * np.expm1(2 * unsure + 256 * EPS))

    def score_error(self) -> Enclosure:
        """The limit of the part of the path KL that the trained scores leave."""
        return self._found[0]

    def output_kl(self) -> Enclosure:
        """The limit of KL(p_{v_N} || output)."""
        ratio = Enclosure.rounded(self.training.variances[0] + self.training.v[-1]) / self._found[1]
        return 0.5 * (ratio - 1.0 - ratio.log())


def _primitive(values: np.ndarray) -> tuple[float, np.ndarray]:
    """Integral over all panels, and from the start to each node; ``values`` has the panels' half width in it."""
    x, weights = legendre.leggauss(NODES)
    # polynomials through the values, integrated from the left end of the panel
    coefficients = np.linalg.solve(legendre.legvander(x, NODES - 1), values.T)
    inside = legendre.legval(x, legendre.legint(coefficients, lbnd=-1))
    whole = values @ weights
    before = np.concatenate([[0.0], np.cumsum(whole)[:-1]])
    return float(whole.sum()), before[:, None] + inside


@dataclass(frozen=True)
class ManyStepsBalls:
    """The same limits as balls: W and eps2 as polynomials in the noise level, rigorous quadrature for the rest.

    With a = lambda + v, q = 1 - 2 eta a: W = w0 q^K - 2 eta sum_{i<K} q^i, a eps2 = (1 + w0 a)^2 q^{2K}.
    """

    training: LinearTraining

    def __post_init__(self) -> None:
        self.training.need_line()

    @property
    def _ends(self) -> tuple[acb, acb]:
        lam, v = self.training.variances[0], self.training.v
        return acb(arb(lam) + arb(v[-1])), acb(arb(lam) + arb(v[0]))

    def _kept(self, a: acb) -> acb:
        return 1 - 2 * arb(self.training.eta) * a

    def score_error(self) -> arb:
        """As :meth:`ManySteps.score_error`."""
        low, high = (end.log() for end in self._ends)
        w0, steps = arb(self.training.w0), self.training.steps

        def error(t: acb, _: bool) -> acb:  # over t = ln a, where da = a dt takes the 1/a away
            a = t.exp()
            return (1 + w0 * a) ** 2 * self._kept(a) ** (2 * steps)

        return acb.integral(error, low, high).real / 2

    def _exponent(self, a: acb) -> acb:
        """A, as a function of a: the primitive of W that is 0 at v_N."""
        q, least, total = self._kept(a), self._kept(self._ends[0]), acb(0)
        for i in range(1, self.training.steps + 1):
            total += (q**i - least**i) / i
        power = self.training.steps + 1
        turned = 2 * arb(self.training.eta) * power
        return total - arb(self.training.w0) * (q**power - least**power) / turned

    def output_kl(self) -> arb:
        """As :meth:`ManySteps.output_kl`."""
        low, high = self._ends
        area = acb.integral(lambda t, _: t.exp() * (2 * self._exponent(t.exp())).exp(), low.log(), high.log())
        variance = arb(self.training.v[0]) * (2 * self._exponent(high)).exp().real + area.real
        ratio = low.real / variance
        return (ratio - 1 - ratio.log()) / 2
