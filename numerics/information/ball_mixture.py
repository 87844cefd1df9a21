"""A one-dimensional mixture at a ball of complex numbers: density, score, posterior moments, for integration.

Analyticity. Each integrand is written relative to one component j, chosen at the midpoint of the ball x:
N_j and R_i = N_i/N_j are entire, P = sum R_i = p/N_j, and the integrand is meromorphic in these but for
log p = log N_j + log P. That is the continuation of the real logarithm from the real part of the ball as long
as P avoids (-inf, 0], which ``log(analytic=True)`` checks; otherwise the result is not finite, and the
integrator bisects. The choice of j does not change the function, so it may differ from ball to ball.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from flint import acb, acb_series, arb

from numerics.information.components import Components


class BallMixture:
    """A mixture at one level; numbers are ``acb``, or ``acb_series`` in v for derivatives.

    Differences between two components are expanded about the narrower one, b, so that a wide ball x does not
    enter them twice and large terms do not cancel: with o = x - m_b, D = m_a - m_b, I = 1/c

        log(N_a/N_b) = n_a - n_b - D^2 I_a/2 + o (D I_a - o (I_a - I_b)/2)
        q_a - q_b    = o (I_a - I_b) - D I_a
        D_a - D_b    = -v (q_a - q_b)                              (component posterior means, x - v q)
    """

    def __init__(self, components: Components, v: Any) -> None:
        weights, self.means, self.variances = components.balls()
        self.series = isinstance(v, acb_series)
        self.v = v
        self.inverse = [1 / (v + s2) for s2 in self.variances]
        self.within = [s2 * v * i for s2, i in zip(self.variances, self.inverse, strict=True)]
        two_pi = 2 * arb.pi()
        self.half = [i / 2 for i in self.inverse]
        self.log_norm = [(v * 0 + w).log() + (i / two_pi).log() / 2 for w, i in zip(weights, self.inverse, strict=True)]
        # float64 copies, to choose j
        norms = [float((n[0] if self.series else n).real.mid()) for n in self.log_norm]
        rates = [float((i[0] if self.series else i).real.mid()) / 2 for i in self.inverse]
        self._sizes = list(zip(norms, rates, [float(m.mid()) for m in self.means], strict=True))
        self._expansions: dict[tuple[int, int], tuple[Any, ...]] = {}
        self._nothing = 0 * v
        self._one = self._nothing.exp()
        self._plain = list(zip(map(acb, self.means), self.half, self.log_norm, strict=True))

    def _expansion(self, a: int, b: int) -> tuple[Any, ...]:
        """n_a - n_b - D^2 I_a/2, D I_a, (I_a - I_b)/2 and I_a - I_b: what the differences are made of."""
        if (a, b) not in self._expansions:
            gap, inverse = self.means[a] - self.means[b], self.inverse[a]
            bend = (self.variances[b] - self.variances[a]) * inverse * self.inverse[b]  # I_a - I_b
            drift = gap * inverse
            log_gap = self.log_norm[a] - self.log_norm[b] - gap * drift / 2
            self._expansions[a, b] = (log_gap, drift, bend / 2, bend)
        return self._expansions[a, b]

    def fisher(self, x: acb) -> Any:
        """p score^2 = (sum N_i q_i)^2/sum N_i as it stands: quick, and tight where ``x`` is a point, not a wide ball.

        Not for an ``x`` at which the sum of the N_i might be 0; it is none of the real numbers.
        """
        total, top = self._nothing, self._nothing
        for mean, half, log_norm in self._plain:
            offset = x - mean
            q = offset * half  # q_i/2
            normal = (log_norm - offset * q).exp()
            total, top = total + normal, top + normal * q
        top = top + top
        return top * top / total

    def at(self, x: acb) -> BallPoint | None:
        """The mixture at the ball ``x``; None where 1/P might not exist."""
        middle = float(x.real.mid())
        logs = [n - (middle - m) ** 2 * h for n, h, m in self._sizes]
        j = max(range(len(logs)), key=logs.__getitem__)
        offset = x - self.means[j]
        # log(N_i/N_j), with the coefficients of the other differences about b; they change sign where b = i
        ratios, others = [], []
        for i, m in enumerate(self.means):
            if i == j:
                ratios.append(self._one)
                continue
            narrower = self._sizes[i][1] > self._sizes[j][1]
            expansion = self._expansion(j, i) if narrower else self._expansion(i, j)
            log_gap, drift, half_bend, _ = expansion
            o = x - m if narrower else offset
            log_ratio = log_gap + o * (drift - o * half_bend)
            ratios.append((-log_ratio if narrower else log_ratio).exp())
            others.append((i, narrower, o, expansion))
        total = sum(ratios[1:], ratios[0])
        if (total[0] if self.series else total).contains(0):
            return None
        return BallPoint(self, j, offset, ratios, others, total)


class BallPoint:
    """A mixture at one ball x.

    Attributes:
        j, offset: the component that all is relative to, and x - m_j.
        ratios: the R_i.
        total: P = sum R_i, which does not contain 0.
        log_n: log N_j.
        slopes: q_i - q_j.
        posterior_means: D_i - D_j.
    """

    def __init__(
        self, mixture: BallMixture, j: int, offset: acb, ratios: list[Any], others: list[tuple[Any, ...]], total: Any
    ) -> None:
        self.mixture, self.j, self.offset = mixture, j, offset
        self.ratios, self._others, self.total = ratios, others, total

    @cached_property
    def log_n(self) -> Any:
        return self.mixture.log_norm[self.j] - self.offset * self.offset * self.mixture.half[self.j]

    @cached_property
    def slopes(self) -> list[Any]:
        out = [0 * self.mixture.v] * len(self.ratios)
        for i, narrower, o, (_, drift, _, bend) in self._others:
            out[i] = drift - o * bend if narrower else o * bend - drift
        return out

    @cached_property
    def posterior_means(self) -> list[Any]:
        return [-self.mixture.v * slope for slope in self.slopes]

    def average(self, a: list[Any]) -> Any:
        """sum_i r_i a_i."""
        terms = [r * b for r, b in zip(self.ratios, a, strict=True)]
        return sum(terms[1:], terms[0]) / self.total

    def variance(self, a: list[Any]) -> Any:
        """Var_r(a) = sum_{i<k} r_i r_k (a_i - a_k)^2, which does not cancel."""
        out = 0 * self.total
        for i in range(len(a)):
            for k in range(i):
                gap = a[i] - a[k]
                out = out + self.ratios[i] * self.ratios[k] * (gap * gap)
        return out / self.total / self.total

    @property
    def density(self) -> Any:
        return self.log_n.exp() * self.total

    @property
    def score(self) -> Any:
        return -(self.offset * self.mixture.inverse[self.j] + self.average(self.slopes))

    @property
    def denoiser(self) -> Any:
        here = self.offset * (self.mixture.variances[self.j] * self.mixture.inverse[self.j])
        return self.mixture.means[self.j] + here + self.average(self.posterior_means)

    @property
    def cov(self) -> Any:
        return self.average(self.mixture.within) + self.variance(self.posterior_means)

    @property
    def dscore(self) -> Any:
        return self.variance(self.slopes) - self.average(self.mixture.inverse)

    @property
    def log_p(self) -> Any | None:
        """log N_j + log P; None where P might touch the branch cut of the logarithm."""
        constant = (self.total[0] if self.mixture.series else self.total).log(analytic=True)
        if not constant.is_finite():
            return None
        return self.log_n + (self.total.log() if self.mixture.series else constant)
