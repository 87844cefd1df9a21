"""Real draws behind the geometric lemmas: directions on the sphere, noisy data points, random networks.

Each number is a confidence interval whose error probability is stated, from draws whose seed follows from what is drawn
and from an experiment's seed: the same question gets the same draws, another question others. Shares are counted
(Clopper-Pearson); means and variances of unbounded draws come from :mod:`numerics.heavy_tails` with the variance of one
draw, which the laws of the Gaussian draws give exactly.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from math import cos, sin, sqrt

import numpy as np
from numpy.typing import NDArray

from numerics.confidence import proportion
from numerics.enclosures import EPS, Enclosure, EnclosureLike, Kind, as_enclosure
from numerics.heavy_tails import catoni

FloatArray = NDArray[np.float64]

DRAWS = 100_000  # of vectors
NETWORKS, NUMBERS = 250_000, 30_000_000  # networks of a case at most, and random numbers spent on them
CHUNK = 1 << 19  # random numbers at once
WIDEST_MATRIX = 32  # up to this width whole matrices are drawn, beyond it their products with the layer below
INPUT = (0.6, -0.48, 0.64, 1.0)  # what the networks are fed: a point, and its noise level


def both_sides(angle: EnclosureLike, dim: int, alpha: float, experiment: int = 0) -> Enclosure:
    """P(w.a >= 0 and w.b >= 0) for w uniform on the sphere in R^dim and two vectors at an angle in [0, pi]."""
    t = _one(angle)
    name = _name("both sides", float(t.value), dim, experiment)
    along, across = _plane(name, dim)
    second = cos(float(t.value)) * along + sin(float(t.value)) * across
    slack = (dim + 16) * EPS + float(t.radius)
    nearest = np.minimum(along, second)
    return _share(np.sum(nearest >= slack), np.sum(nearest >= -slack), DRAWS, name, alpha)


def cap_share(angle: EnclosureLike, dim: int, alpha: float, experiment: int = 0) -> Enclosure:
    """P(angle of w and a pole <= angle) for w uniform on the sphere in R^dim."""
    t = _one(angle)
    name = _name("cap", float(t.value), dim, experiment)
    height, slack = _plane(name, dim)[0], (dim + 16) * EPS + float(t.radius)
    rim = cos(float(t.value))
    return _share(np.sum(height >= rim + slack), np.sum(height >= rim - slack), DRAWS, name, alpha)


def _plane(name: str, dim: int) -> tuple[FloatArray, FloatArray]:
    """Components of uniform directions along two orthonormal vectors that have no axis of their own."""
    if dim < 2:
        raise ValueError(f"dim = {dim}: a plane needs two dimensions")
    rng = _generator(name)
    frame = np.linalg.qr(rng.standard_normal((dim, 2)))[0]
    w = rng.standard_normal((DRAWS, dim))
    inside = (w @ frame) / np.linalg.norm(w, axis=1, keepdims=True)
    return inside[:, 0], inside[:, 1]


def noisy_norm(x2: float, u: float, dim: int, alpha: float, experiment: int = 0) -> tuple[Enclosure, Enclosure]:
    """Mean and variance of ||x + sqrt(u) xi||^2 for a point x of squared norm ``x2`` in R^dim.

    The variance is the mean of (Y - Y')^2/2 over pairs of draws. Each of the two is wrong with probability at most
    ``alpha``.
    """
    if x2 < 0 or not u > 0 or dim < 1:
        raise ValueError(f"x2 = {x2}, u = {u}, dim = {dim}: give x2 >= 0, u > 0 and dim >= 1")
    name = _name("noisy norm", x2, u, dim, experiment)
    rng = _generator(name)
    direction = rng.standard_normal(dim)
    x = sqrt(x2) * direction / np.linalg.norm(direction)
    Y = np.square(x + sqrt(u) * rng.standard_normal((DRAWS, dim))).sum(axis=1)
    # cumulants of u times a noncentral chi-square
    second = 2 * u * u * dim + 4 * u * x2
    fourth = 48 * u**4 * dim + 192 * u**3 * x2 + 3 * second**2
    rounding = 8 * (dim + 4) * EPS * float(Y.max())
    half = (Y[::2] - Y[1::2]) ** 2 / 2
    blur = 4 * rounding * (float(np.sqrt(half.max())) + rounding)
    mean = _interval(catoni(Y, second, alpha), rounding, f"{name}: mean", alpha)
    return mean, _interval(catoni(half, (fourth + second**2) / 2, alpha), blur, f"{name}: variance", alpha)


# --- networks q_l = relu(W_l q_{l-1}), entries of W_l ~ N(0, 2/m), l = 0 ... layers ---------------------------------


def growth_mean(m: int, layers: int, alpha: float, experiment: int = 0) -> Enclosure:
    """E||q_L||^2/||X||^2."""
    name, ratios = _ratios(m, layers, experiment)
    variance = growth_moment(m, layers, 2) - 1
    return _interval(catoni(ratios, variance, alpha), _rounding(ratios, m, layers), f"{name}: mean", alpha)


def growth_spread(m: int, layers: int, alpha: float, experiment: int = 0) -> Enclosure:
    """E(||q_L||^2/||X||^2 - 1)^2."""
    name, ratios = _ratios(m, layers, experiment)
    second, third, fourth = (growth_moment(m, layers, power) for power in (2, 3, 4))
    around = fourth - 4 * third + 6 * second - 3
    blur = _rounding(ratios, m, layers) * (2 * float(np.abs(ratios - 1).max()) + 1)
    return _interval(catoni((ratios - 1) ** 2, around, alpha), blur, f"{name}: spread", alpha)


def growth_tail(distance: EnclosureLike, m: int, layers: int, alpha: float, experiment: int = 0) -> Enclosure:
    """P(| ||q_L||^2/||X||^2 - 1 | > distance)."""
    t = _one(distance)
    name, ratios = _ratios(m, layers, experiment)
    away, slack = np.abs(ratios - 1) - float(t.value), _rounding(ratios, m, layers) + float(t.radius)
    source = f"{name}: beyond {float(t.value).hex()}"
    return _share(np.sum(away > slack), np.sum(away > -slack), len(ratios), source, alpha)


def growth_moment(m: int, layers: int, power: int) -> float:
    """E(||q_L||^2/||X||^2)^power, power 1 to 4, from the law of a layer.

    Given the layer below, ||q_l||^2/||q_{l-1}||^2 = (2/m) sum_i relu(g_i)^2 with m standard normals, and E relu(g)^{2p}
    is half of 1, 3, 15, 105.
    """
    a, b, c, e = 0.5, 1.5, 7.5, 52.5
    two, three, four = m * (m - 1), m * (m - 1) * (m - 2), m * (m - 1) * (m - 2) * (m - 3)
    sums = {
        1: m * a,
        2: m * b + two * a**2,
        3: m * c + 3 * two * b * a + three * a**3,
        4: m * e + two * (4 * c * a + 3 * b**2) + 6 * three * b * a**2 + four * a**4,
    }
    return float((sums[power] * (2 / m) ** power) ** (layers + 1))


@lru_cache(maxsize=64)
def _ratios(m: int, layers: int, experiment: int) -> tuple[str, FloatArray]:
    """||q_L||^2/||X||^2 of independent random networks, with the name of the experiment."""
    if m < 1 or layers < 0:
        raise ValueError(f"m = {m}, layers = {layers}: give m >= 1 and layers >= 0")
    name = _name("network", m, layers, experiment)
    rng = _generator(name)
    whole = m <= WIDEST_MATRIX
    each = m * (len(INPUT) + layers * m) if whole else m * (layers + 1)
    count = int(min(NETWORKS, max(100, NUMBERS // each)))
    at_once = max(1, CHUNK // (m * max(m, len(INPUT)) if whole else m))
    sizes = [min(at_once, count - begun) for begun in range(0, count, at_once)]
    squares = [np.square(_last_layer(rng, size, m, layers, whole)).sum(axis=1) for size in sizes]
    ratios = np.concatenate(squares) / np.square(INPUT).sum()
    ratios.setflags(write=False)
    return name, ratios


def _last_layer(rng: np.random.Generator, count: int, m: int, layers: int, whole: bool) -> FloatArray:
    """q_L of ``count`` networks, shape (count, m)."""
    q = np.broadcast_to(np.array(INPUT), (count, len(INPUT)))
    for _ in range(layers + 1):
        if whole:
            before = np.matmul(rng.standard_normal((count, m, q.shape[1])), q[:, :, None])[:, :, 0]
        else:  # a matrix of normals times q is a vector of normals times ||q||
            before = rng.standard_normal((count, m)) * np.linalg.norm(q, axis=1, keepdims=True)
        q = np.maximum(sqrt(2 / m) * before, 0.0)
    return q


def _rounding(ratios: FloatArray, m: int, layers: int) -> float:
    return 8 * (m + 8) * (layers + 1) * EPS * max(1.0, float(ratios.max()))


# --- experiments ----------------------------------------------------------------------------------------------


def _name(what: str, *numbers: float) -> str:
    text = repr((what, [float(number).hex() for number in numbers]))
    return f"{what} {hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _generator(name: str) -> np.random.Generator:
    return np.random.default_rng(int(hashlib.sha256(name.encode()).hexdigest()[:16], 16))


def _one(x: EnclosureLike) -> Enclosure:
    value = as_enclosure(x)
    if value.value.size != 1:
        raise ValueError(f"real draws answer one question at a time, not {value.value.size}")
    return value.reshape()


def _share(fewest: np.integer, most: np.integer, n: int, source: str, alpha: float) -> Enclosure:
    """``fewest`` and ``most`` count what rounding may have moved across the edge out and in."""
    lower, upper = proportion(fewest, n, alpha)[0], proportion(most, n, alpha)[1]
    return _interval((float(lower), float(upper)), 0.0, source, alpha)


def _interval(limits: tuple[float, float], rounding: float, source: str, alpha: float) -> Enclosure:
    found = Enclosure.interval(limits[0] - rounding, limits[1] + rounding, Kind.SAMPLED)
    return Enclosure(found.value, found.radius, Kind.SAMPLED, {source: alpha})
