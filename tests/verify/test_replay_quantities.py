"""The second implementation's quantities, against definitions that are integrated without intervals."""

from fractions import Fraction as F

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from replay_densities import LEVELS, MIXTURES, MP, Density, close, num

from theory.vocabulary import VOCABULARY, Shape
from verify.replay.errors import CannotCheck
from verify.replay.gaussian import GaussianData
from verify.replay.intervals import bounds, precision, real
from verify.replay.mixture import MixtureData
from verify.replay.names import ARITY, CURVES, INDEXED, NUMBERS, OF_A_RUN
from verify.replay.quantities import Quantities, ReplayCase
from verify.replay.tails import panel_bound, tail


def test_the_whole_vocabulary_is_known_by_name():
    known = {*CURVES, *ARITY, *NUMBERS, *INDEXED, "k"}
    assert set(VOCABULARY) == known
    shapes = {Shape.SCALAR: {*NUMBERS, "k"}, Shape.INDEXED: set(INDEXED), Shape.FUNCTION: set(ARITY)}
    for shape, names in shapes.items():
        assert {name for name, quantity in VOCABULARY.items() if quantity.shape is shape} == names
    for name, arguments in ARITY.items():
        assert len(VOCABULARY[name].arguments) == arguments


# two of the mixtures are looked at everywhere, the others at one level or in the long form
EVERYWHERE = ("two", "point masses")
FEW = [data if name in EVERYWHERE else pytest.param(data, marks=pytest.mark.long) for name, data in MIXTURES.items()]
PLACES = [
    (data, v) if name in EVERYWHERE or v == LEVELS[1] else pytest.param(data, v, marks=pytest.mark.long)
    for name, data in MIXTURES.items()
    for v in LEVELS
]


@pytest.mark.parametrize(("data", "v"), PLACES, ids=[f"{name}-{v}" for name in MIXTURES for v in LEVELS])
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


@pytest.mark.parametrize("data", [*FEW, GaussianData((F(1, 3),), (F(2),))], ids=[*MIXTURES, "gaussian"])
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
@settings(max_examples=4, deadline=None)
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
