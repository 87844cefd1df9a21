"""The second implementation's outputs, budgets and losses, against their definitions step by step."""

from fractions import Fraction as F
from itertools import pairwise

import numpy as np
import pytest
from replay_densities import MIXTURES, MP, Density, close, num

from verify.replay.gaussian import GaussianData
from verify.replay.intervals import bounds, precision, real
from verify.replay.mixture import MixtureData
from verify.replay.quantities import Quantities, ReplayCase

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
    "data",
    [
        GaussianData((F(1, 4), F(0), F(2)), (F(1), F(0), F(-1))),
        MIXTURES["one Gaussian"],
        pytest.param(MIXTURES["two"], marks=pytest.mark.long),
    ],
    ids=["g", "one", "two"],
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
