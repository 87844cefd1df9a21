"""The second implementation's quantities, against definitions that are integrated or recursed without intervals."""

from fractions import Fraction as F
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp

from theory.vocabulary import VOCABULARY, Shape
from verify.replay.errors import CannotCheck
from verify.replay.gaussian import GaussianData
from verify.replay.intervals import bounds, precision, real
from verify.replay.mixture import MixtureData
from verify.replay.names import ARITY, CURVES, INDEXED, NUMBERS, OF_A_RUN
from verify.replay.quantities import Quantities, ReplayCase
from verify.replay.tails import panel_bound, tail

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


def test_the_whole_vocabulary_is_known_by_name():
    known = {*CURVES, *ARITY, *NUMBERS, *INDEXED, "k"}
    assert set(VOCABULARY) == known
    shapes = {Shape.SCALAR: {*NUMBERS, "k"}, Shape.INDEXED: set(INDEXED), Shape.FUNCTION: set(ARITY)}
    for shape, names in shapes.items():
        assert {name for name, quantity in VOCABULARY.items() if quantity.shape is shape} == names
    for name, arguments in ARITY.items():
        assert len(VOCABULARY[name].arguments) == arguments


@pytest.mark.parametrize("v", LEVELS, ids=str)
@pytest.mark.parametrize("data", MIXTURES.values(), ids=MIXTURES.keys())
@pytest.mark.parametrize("name", CURVES)
def test_mixture_curves(name, data, v):
    with precision(80):
        found = data.curve(name, real(v))
    close(found, Density(data, v).curve(name), digits=10)


@pytest.mark.parametrize("data", MIXTURES.values(), ids=MIXTURES.keys())
@pytest.mark.parametrize("name", ["J", "D2", "hess2", "cov2", "H"])
def test_bounds_on_what_is_not_integrated(name, data):
    """Beyond a few standard deviations, and on panels: at least the integral there."""
    # the integrals are of the data moved to mean 0, which matters for D2
    data = MixtureData(data.weights, tuple(m - data.mean for m in data.means), data.variances)
    for v in LEVELS:
        density = Density(data, v)
        spread = [(float(m), float(s2 + density.v) ** 0.5) for _, m, s2 in density.parts]
        far = 8 * max(s for _, s in spread)
        for cut in (2, 4):
            low, high = min(m - cut * s for m, s in spread), max(m + cut * s for m, s in spread)
            beyond = density.integral(name, low - far, low) + density.integral(name, high, high + far)
            with precision(60):
                components = data.components
                bound = max(map(abs, bounds(tail(name, components, real(v), cut))))
                assert beyond <= float(bound)
                for a, b in ((-2, -1), (0, F(1, 3)), (3, 5), (F(-1, 5), F(1, 5))):
                    most = float(bounds(panel_bound(name, components, real(v))(F(a), F(b)))[1])
                    assert density.integral(name, float(a), float(b)) <= most * (1 + 1e-9)


@pytest.mark.parametrize("name", ["J", "mmse", "H", "KLn", "hess2", "cov2"])
def test_one_component_is_the_gaussian(name):
    for v in (*LEVELS, F(10**4)):
        with precision(100):
            mixture = MIXTURES["one Gaussian"].curve(name, real(v))
            exact = GaussianData((F(1, 2),), (F(1),)).curve(name, real(v))
        low, high = bounds(exact)
        wide = bounds(mixture)
        assert wide[0] <= high
        assert low <= wide[1]
        assert wide[1] - wide[0] < F(1, 10**9) * abs(high)


@pytest.mark.parametrize("data", [*MIXTURES.values(), GaussianData((F(1, 3),), (F(2),))], ids=[*MIXTURES, "gaussian"])
@pytest.mark.parametrize("name", CURVES)
def test_derivatives(name, data):
    """Against the difference quotient of the curve itself."""
    if isinstance(data, MixtureData) and name in ("hess2", "cov2"):
        with pytest.raises(CannotCheck):
            data.curve(f"{name}'", real(1))
        return
    v, h = F(37, 100), F(1, 10**6)
    with precision(90):
        rise = (data.curve(name, real(v + h)) - data.curve(name, real(v - h))) / real(2 * h)
        slope = data.curve(f"{name}'", real(v))
        low, high = bounds(rise - slope)
    assert max(abs(low), abs(high)) < F(1, 10**9)


@pytest.mark.parametrize("name", ["score", "denoiser", "cov", "dscore", "cdf"])
@given(st.fractions(-8, 8, max_denominator=1000), st.fractions(F(1, 100), 30, max_denominator=1000))
@settings(max_examples=25, deadline=None)
def test_pointwise(name, x, v):
    for data in MIXTURES.values():
        with precision(150):
            found = data.point(name, real(x), real(v))
        close(found, Density(data, v).at(name, num(x)), digits=30)
    gauss = GaussianData((F(1, 2),), (F(1),))
    with precision(150):
        found = gauss.point(name, real(x), real(v))
    close(found, Density(MIXTURES["one Gaussian"], v).at(name, num(x)), digits=30)


@pytest.mark.parametrize("name", ["score", "denoiser"])
@pytest.mark.parametrize("data", [MIXTURES["two"], MIXTURES["point masses"]], ids=["two", "points"])
def test_ahead_and_drift_from_the_joint_law(name, data):
    u, w, x = F(2), F(1, 2), F(3, 10)
    before, after = Density(data, u), Density(data, w)
    gap = MP.sqrt(num(u - w))

    def given_x(g):
        """E[g(Y_w) | Y_u = x] with the transition p_w(y) N(x; y, u - w)/p_u(x)."""
        law = lambda y: g(y) * after.at("p", y) * MP.npdf(num(x), y, gap)  # noqa: E731
        with MP.workdps(20):
            return MP.quad(law, after.cuts, maxdegree=5) / before.at("p", num(x))

    with precision(80):
        found = data.ahead(name, real(x), real(u), real(w))
        drift = data.drift2(real(u), real(w))
    close(found, given_x(lambda y: after.at(name, y)), digits=10)
    y = np.linspace(-8, 8, 400)[:, None]
    z = np.linspace(-14, 14, 400)[None, :]
    p_y, score_y = on_grid(data, w, y)
    _, score_z = on_grid(data, u, z)
    joint = p_y * np.exp(-((z - y) ** 2) / (2 * float(u - w))) / np.sqrt(2 * np.pi * float(u - w))
    mean_square = (joint * (score_z - score_y) ** 2).sum() * (16 / 399) * (28 / 399)
    close(drift, MP.mpf(float(mean_square)), digits=8)


def on_grid(data, v, x):
    """Density and score of X_v at the points x, in float64."""
    total = float(sum(data.weights))
    top = bottom = 0.0
    for w, m, s2 in zip(data.weights, data.means, data.variances, strict=True):
        c = float(s2 + v)
        p = float(w) / total * np.exp(-((x - float(m)) ** 2) / (2 * c)) / np.sqrt(2 * np.pi * c)
        top, bottom = top - p * (x - float(m)) / c, bottom + p
    return bottom, top / bottom


LINES = [(F(1), F(0)), (F(0), F(2)), (F(1, 4), F(-3, 2))]
GRID = (F(9), F(4), F(1, 2), F(1, 10))


def chain(sampler, lam, m, a, b, start, v):
    """The joint Gaussian law of a sampler's chain, step by step from the definition of the sampler."""
    noise, mean = MP.mpf(0), MP.mpf(0)
    mean, cov = [num(m) if start == "exact" else MP.mpf(0)], [[num(v[0]) + (num(lam) if start == "exact" else 0)]]
    lam, m, a, b = num(lam), num(m), num(a), num(b)

    def score(level, y):
        return (1 + a) * (m - y) / (lam + level) + b

    def denoiser(level, y):
        return y + level * score(level, y)

    for left, right in pairwise(map(num, v)):
        s, s2 = MP.sqrt(left), MP.sqrt(right)

        def move(y, left=left, right=right, s=s, s2=s2):
            if sampler == "score":
                return y + (left - right) * score(left, y)
            if sampler == "denoiser":
                return right / left * y + (1 - right / left) * denoiser(left, y)
            slope = (y - denoiser(left, y)) / s
            euler = y + (s2 - s) * slope
            if sampler == "ode":
                return euler
            return y + (s2 - s) * (slope + (euler - denoiser(right, euler)) / s2) / 2

        noise = {"score": left - right, "denoiser": right * (left - right) / left}.get(sampler, MP.mpf(0))
        slope = move(MP.mpf(1)) - move(MP.mpf(0))
        row = [entry * slope for entry in cov[-1]]
        cov.append([*row, row[-1] * slope + noise])
        mean.append(move(mean[-1]))
    return mean, cov


@pytest.mark.parametrize("start", ["noise", "exact"])
@pytest.mark.parametrize("sampler", ["score", "denoiser", "ode", "heun"])
@pytest.mark.parametrize("error", [(F(0), F(0)), (F(1, 10), F(-1, 2))], ids=["exact score", "learned"])
@pytest.mark.parametrize(("lam", "m"), LINES)
def test_outputs_and_paths_on_gaussian_data(lam, m, error, sampler, start):
    a, b = error
    case = ReplayCase(GaussianData((lam,), (m,)), GRID, sampler, start, a, b)
    mean, cov = chain(sampler, lam, m, a, b, start, GRID)
    total, gap = num(lam + GRID[-1]), mean[-1] - num(m)
    with precision(120):
        q = Quantities(case)
        close(q.number("M_out"), mean[-1], 30)
        close(q.number("V_out"), cov[-1][-1], 30)
        kl = (total / cov[-1][-1] - 1 - MP.log(total / cov[-1][-1]) + gap**2 / cov[-1][-1]) / 2
        close(q.number("KL"), kl, 30)
        z = (MP.mpf("0.3") - mean[-1]) / MP.sqrt(cov[-1][-1])
        close(q.call("F_out", real(F(3, 10))), MP.ncdf(z), 30)
    if sampler in ("score", "denoiser"):
        size = len(GRID)
        theirs = MP.matrix(size, size)
        ours = MP.matrix(size, size)
        for i in range(size):
            for j in range(size):
                ours[i, j] = num(lam + min(GRID[i], GRID[j]))
                theirs[i, j] = cov[max(i, j)][min(i, j)]
        miss = MP.matrix([x - num(m) for x in mean])
        inverse = theirs**-1
        trace = sum((inverse * ours)[i, i] for i in range(size))
        path = (trace - size + (miss.T * inverse * miss)[0] + MP.log(MP.det(theirs) / MP.det(ours))) / 2
        with precision(120):
            close(Quantities(case).number("KL_path"), path, 30)


@pytest.mark.parametrize("sampler", ["score", "denoiser"])
@pytest.mark.parametrize(
    "data", [GaussianData((F(1, 4), F(0), F(2)), (F(1), F(0), F(-1))), MIXTURES["two"]], ids=["g", "m"]
)
def test_budgets_from_their_definitions(sampler, data):
    """E_I, E_S, E_D as integrals of J and mmse, which are tested above."""
    a, b = F(1, 5), F(1, 3)
    case = ReplayCase(data, (F(2), F(1, 2), F(1, 10)), sampler, "noise", a, b)

    nodes, weights = np.polynomial.legendre.leggauss(12)

    def curve(name, v):
        with precision(52):
            low, high = bounds(data.curve(name, real(F(float(v)))))
        return float((low + high) / 2)

    def integral(f, low, high):
        """Gauss-Legendre in ln u."""
        half = np.log(high / low) / 2
        u = np.sqrt(low * high) * np.exp(half * nodes)
        return float(sum(w * half * x * f(x) for w, x in zip(weights, u, strict=True)))

    e_d = e_s = 0.0
    for left, right in pairwise(map(float, case.v)):
        eps2 = float(a) ** 2 * curve("J", left) + data.d * float(b) ** 2
        if sampler == "score":
            e_s += (left - right) * eps2 / 2
            e_d += integral(lambda u, left=left: curve("J", u) - curve("J", left), right, left) / 2
        else:
            e_s += (1 / right - 1 / left) * left**2 * eps2 / 2
            e_d += integral(lambda u, left=left: (curve("mmse", left) - curve("mmse", u)) / u**2, right, left) / 2
    with precision(80):
        q = Quantities(case)
        close(q.number("E_D"), MP.mpf(e_d), 9)
        close(q.number("E_S"), MP.mpf(e_s), 12)
        path = q.number("E_I") + q.number("E_S") + q.number("E_D")
        low, high = bounds(path - q.number("KL_path"))
        assert low <= 0 <= high


@pytest.mark.parametrize("data", [GaussianData((F(1, 4),), (F(1),)), MIXTURES["two"]], ids=["gaussian", "mixture"])
def test_losses_of_a_learned_score(data):
    """E||sqrt(v) s_theta + xi||^2 from the joint law of (X_v, xi), given X_v = x: xi = (x - X_0)/sqrt(v)."""
    v, a, b = F(1, 2), F(1, 5), F(-1, 3)
    law = Density(data if isinstance(data, MixtureData) else MixtureData((F(1),), data.means, data.variances), v)
    level = num(v)

    def integrand(x):
        left = MP.sqrt(level) * ((1 + num(a)) * law.at("score", x) + num(b)) + (x - law.at("denoiser", x)) / MP.sqrt(
            level
        )
        return law.at("p", x) * (left**2 + law.at("cov", x) / level)

    with MP.workdps(20):
        loss = MP.quad(integrand, law.cuts, maxdegree=5)
        eps2 = MP.quad(lambda x: law.at("p", x) * (num(a) * law.at("score", x) + num(b)) ** 2, law.cuts, maxdegree=5)
    with precision(80):
        q = Quantities(ReplayCase(data, (v, F(1, 4)), a=a, b=b))
        expected = {"loss": loss, "mse": level * loss, "eps2": eps2, "excess": level * eps2, "dmse": level**2 * eps2}
        for name, value in expected.items():
            close(q.element(name, 0), value, 10)
        close(q.element("sigma", 0), MP.sqrt(level), 20)
        close(q.element("gamma", 0), 1 / level, 20)


@pytest.mark.parametrize("name", OF_A_RUN)
def test_what_a_run_shows_is_said_to_be_that(name):
    q = Quantities(ReplayCase(MIXTURES["two"], (F(2), F(1))))
    ask = {
        Shape.SCALAR: q.number,
        Shape.INDEXED: lambda n: q.element(n, 0),
        Shape.FUNCTION: lambda n: q.call(n, real(1)),
    }
    with pytest.raises(CannotCheck, match="real run"):
        ask[VOCABULARY[name].shape](name)


def test_what_is_not_there_is_said():
    mixture, gauss = MIXTURES["two"], GaussianData((F(1), F(2)), (F(0), F(0)))
    q = Quantities(ReplayCase(mixture, (F(2), F(1))))
    for name in ("KL", "lam", "V_out", "V_run"):
        with pytest.raises(CannotCheck):
            q.number(name)
    for ask in (lambda: q.number("m"), lambda: q.number("move2"), lambda: q.element("beta", 0)):
        with pytest.raises(CannotCheck, match="certificate gives none"):
            ask()
    with pytest.raises(CannotCheck, match="outside the grid"):
        q.element("v", 2)
    with pytest.raises(CannotCheck, match="singular"):
        Quantities(ReplayCase(mixture, (F(2), F(1)), "ode")).number("E_D")
    with pytest.raises(CannotCheck, match="d = 2"):
        gauss.point("score", real(0), real(1))
