"""Densities of noisy mixtures in plain 40-digit arithmetic, without intervals, to hold the replay's numbers against."""

from fractions import Fraction as F

import mpmath
import numpy as np
from scipy.special import logsumexp

from verify.replay.intervals import bounds
from verify.replay.mixture import MixtureData

MP = mpmath.mp.clone()
MP.dps = 40
MIXTURES = {
    "two": MixtureData((F(3, 10), F(7, 10)), (F(-3, 2), F(1)), (F(1, 16), F(4, 25))),
    "point masses": MixtureData((F(1), F(1)), (F(-1), F(1)), (F(0), F(0))),
    "off centre, one mass": MixtureData((F(1, 5), F(1, 2), F(3, 10)), (F(4), F(5), F(7)), (F(0), F(1, 4), F(1))),
    "one Gaussian": MixtureData((F(2),), (F(1),), (F(1, 2),)),
    "an empty component": MixtureData((F(1), F(0), F(1)), (F(0), F(9), F(1)), (F(1), F(1), F(1))),
}
LEVELS = (F(1, 50), F(37, 100), F(25))


def num(q):
    return MP.mpf(q.numerator) / q.denominator


class Density:
    """p_v of a mixture and what follows from it, in plain 40-digit arithmetic."""

    def __init__(self, data, v):
        total = sum(data.weights)
        self.v = num(v)
        rows = zip(data.weights, data.means, data.variances, strict=True)
        self.parts = [(num(w / total), num(m), num(s2)) for w, m, s2 in rows if w]
        spread = [MP.sqrt(s2 + self.v) for _, _, s2 in self.parts]
        cuts = {m + z * s for (_, m, _), s in zip(self.parts, spread, strict=True) for z in (-14, -6, -3, 0, 3, 6, 14)}
        self.cuts = sorted(cuts)

    def terms(self, x):
        """(density times weight, (x - m)/c, E[X_0 | component], Var[X_0 | component])."""
        for w, m, s2 in self.parts:
            c = s2 + self.v
            yield w * MP.npdf(x, m, MP.sqrt(c)), (x - m) / c, m + s2 * (x - m) / c, s2 * self.v / c, c

    def at(self, name, x):
        rows = list(self.terms(x))
        p = sum(r[0] for r in rows)
        mean = sum(r[0] * r[2] for r in rows) / p
        first = -sum(r[0] * r[1] for r in rows) / p
        match name:
            case "p":
                return p
            case "score":
                return first
            case "dscore":
                return sum(r[0] * (r[1] ** 2 - 1 / r[4]) for r in rows) / p - first**2
            case "denoiser":
                return mean
            case "cov":
                return sum(r[0] * (r[3] + (r[2] - mean) ** 2) for r in rows) / p
            case "cdf":
                return sum(w * MP.ncdf(x, m, MP.sqrt(s2 + self.v)) for w, m, s2 in self.parts)

    def integrand(self, name, x):
        """p(x) times what a curve averages, in float64."""
        rows = [(float(w), float(m), float(s2)) for w, m, s2 in self.parts]
        w, m, s2 = (np.array(column)[:, None] for column in zip(*rows, strict=True))
        v = float(self.v)
        c, z = s2 + v, x - m
        logs = np.log(w) - z**2 / (2 * c) - np.log(2 * np.pi * c) / 2
        log_p = logsumexp(logs, axis=0)
        p, r = np.exp(log_p), np.exp(logs - log_p)
        means = m + s2 * z / c
        mean, score = (r * means).sum(0), -(r * z / c).sum(0)
        cov = (r * (s2 * v / c + (means - mean) ** 2)).sum(0)
        bend = (r * (z / c + score) ** 2).sum(0) - (r / c).sum(0)
        log_q = -(x**2) / (2 * v) - np.log(2 * np.pi * v) / 2
        factors = {
            "J": score**2,
            "mmse": cov,
            "D2": mean**2,
            "hess2": bend**2,
            "cov2": cov**2,
            "H": -log_p,
            "KLn": log_p - log_q,
        }
        return p * factors[name]

    def integral(self, name, low, high):
        """Of the integrand's size over [low, high], by the trapezoid rule."""
        narrow = float(min(s2 for _, _, s2 in self.parts) + self.v) ** 0.5
        x, step = np.linspace(low, high, int((high - low) / narrow * 200) + 9, retstep=True)
        return float(np.trapezoid(np.abs(self.integrand(name, x)), dx=step))

    def curve(self, name):
        """By the trapezoid rule, which converges geometrically for what decays like a Gaussian."""
        widths = [float(s2 + self.v) ** 0.5 for _, _, s2 in self.parts]
        ends = [float(m) + z * s for (_, m, _), s in zip(self.parts, widths, strict=True) for z in (-12, 12)]
        x, step = np.linspace(min(ends), max(ends), int((max(ends) - min(ends)) / min(widths) * 40) + 2, retstep=True)
        return MP.mpf(float(self.integrand(name, x).sum() * step))


def close(interval, value, digits=17):
    """The interval holds the value but for the reference's own rounding, and is narrow."""
    low, high = (num(end) for end in bounds(interval))
    room = MP.mpf(10) ** -digits * (1 + abs(value))
    assert low - room <= value <= high + room, (low, value, high)
    assert high - low <= MP.mpf(10) ** -9 * (abs(value) + MP.mpf(10) ** -6), (low, high)
