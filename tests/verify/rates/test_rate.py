"""Drifts on simulated designs: what must be refuted, what must not, and how often each promise is kept."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from theory.claims.design import Bound
from verify.rates.contrasts import Cells
from verify.rates.rate import PROBABILITY, RANGE_ERROR, Drift, rate_of

LEVELS = (16, 32, 64, 128)
SIZES = np.array(list(product(LEVELS, (2, 4, 8))), dtype=float)


def cells(law, noise=0.3, seeds=8, seed=0, heavy=False):
    """ln c = law(m, d) + noise on a design of twelve cells."""
    rng = np.random.default_rng(seed)
    sizes = np.repeat(SIZES, seeds, axis=0)
    draws = rng.standard_t(4, len(sizes)) if heavy else rng.normal(size=len(sizes))
    return Cells.of(sizes, ("m", "d"), law(*sizes.T) + noise * draws)


def drift(law, bound=Bound.LOWER, size="m", **how):
    return rate_of(cells(law, **how), size, bound).drift


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_a_power_in_the_forbidden_direction_lasts(power, sign):
    bound = Bound.LOWER if sign < 0 else Bound.UPPER
    allowed = Bound.UPPER if sign < 0 else Bound.LOWER

    def law(m, d):
        return sign * power * np.log(m) + 3 * d

    assert drift(law, bound, noise=0.1) is Drift.LASTING
    assert drift(law, Bound.BOTH, noise=0.1) is Drift.LASTING
    assert drift(law, allowed, noise=0.1) is Drift.NONE


@pytest.mark.parametrize("bound", Bound)
def test_no_drift_is_none(bound):
    assert drift(lambda m, d: np.log(d), bound) is Drift.NONE


@pytest.mark.parametrize("power", [0.25, 1.0, 2.0])
@pytest.mark.parametrize("noise", [1e-4, 0.01, 0.1])
def test_a_logarithm_is_not_taken_for_a_correction(power, noise):
    """c = (ln m)^-p falls to 0, slower than any power."""
    found = drift(lambda m, d: -power * np.log(np.log(m)), noise=noise)
    assert found is not Drift.VANISHING
    assert drift(lambda m, d: -power * np.log(np.log(1000 * m)), noise=1e-4) is Drift.LASTING


@pytest.mark.parametrize(("amplitude", "power"), [(2.0, 1.0), (30.0, 2.0), (8.0, 1.0)])
def test_a_correction_that_dies_does_not_refute(amplitude, power):
    """c = 1 + A/m^p falls all along the range, and to 1."""

    def law(m, d):
        return np.log(1 + amplitude / m**power)

    exact = rate_of(cells(law, noise=1e-4), "m", Bound.LOWER)
    assert exact.slope.high < 0, "the drift is there, as a plain slope would say"
    assert exact.drift is Drift.VANISHING
    assert exact.bent
    found = {drift(law, noise=0.02, seed=seed) for seed in range(20)}
    assert Drift.LASTING not in found


def test_a_drift_that_may_do_either_is_left_open():
    assert drift(lambda m, d: -0.4 * np.log(m)) is Drift.FADING


def test_noise_that_could_hide_a_whole_power_is_no_support():
    assert drift(lambda m, d: 0 * m, noise=5.0) is Drift.HIDDEN


def test_the_end_of_the_range_decides_where_it_bends():
    """Falls at first, rises at last: c does not drift to 0, and the plain slope is not asked."""
    bowl = rate_of(cells(lambda m, d: 0.5 * (np.log(m) - 4.2) ** 2, noise=0.05), "m", Bound.LOWER)
    assert bowl.bent
    assert bowl.drift is Drift.NONE
    hill = rate_of(cells(lambda m, d: -0.5 * (np.log(m) - 3.4) ** 2, noise=0.05), "m", Bound.LOWER)
    assert hill.drift is Drift.LASTING


def times(condition, repeats):
    return sum(bool(condition(seed)) for seed in range(repeats))


@pytest.mark.parametrize("heavy", [False, pytest.param(True, marks=pytest.mark.long)])
def test_false_alarms_are_no_more_than_promised(heavy):
    """At an inflated rate, a tenth of which is used; along both sizes, in both directions, however fading is judged."""
    repeats, promised = 400, 0.5

    def wrong(seed):
        found = cells(lambda m, d: 0 * m, seed=seed, seeds=4, heavy=heavy)
        rates = [rate_of(found, size, Bound.BOTH, false_alarm=promised) for size in ("m", "d")]
        return any(r.drift in (Drift.LASTING, Drift.FADING, Drift.VANISHING) for r in rates)

    count = times(wrong, repeats)
    assert count <= stats.binom.isf(1e-6, repeats, promised / 10)
    assert count > 0, "intervals that are never wrong at this rate are too wide"


def test_a_fading_drift_is_called_lasting_no_more_often_than_promised():
    """c = 1 + A m^-1/2, the slowest correction that counts, with noise at which its drift is always seen."""
    repeats = 400

    def law(m, d):
        return np.log(1 + 2 / np.sqrt(m))

    found = [drift(law, noise=0.01, seed=seed) for seed in range(repeats)]
    assert found.count(Drift.NONE) < repeats / 100
    assert found.count(Drift.LASTING) <= stats.binom.isf(1e-6, repeats, RANGE_ERROR)


def flat(m, d):
    return 0 * m


def valley(m, d):
    """Bent, and level between the two largest m: the last slope decides, and is 0."""
    return 0.8 * (np.log(m) - np.log(LEVELS[-2:]).mean()) ** 2


@pytest.mark.long
@pytest.mark.parametrize("seeds", [4, 12])
@pytest.mark.parametrize(("base", "size"), [(flat, "m"), (flat, "d"), (valley, "m")])
def test_drifts_of_the_stated_sizes_are_seen(base, size, seeds):
    """Each experiment states what it would see and refute; an independent one with such a drift must do so."""
    repeats, seen, refuted = 200, 0, 0

    def shown(by, seed):
        def law(m, d):
            return base(m, d) - by * np.log({"m": m, "d": d}[size])

        return drift(law, size=size, noise=0.1, seed=seed + 10**6, seeds=seeds)

    for seed in range(repeats):
        stated = rate_of(cells(base, noise=0.1, seed=seed, seeds=seeds), size, Bound.LOWER)
        seen += shown(stated.seen, seed) is not Drift.NONE
        refuted += base is valley or shown(stated.refuted, seed) is Drift.LASTING
    fewest = stats.binom.ppf(1e-6, repeats, PROBABILITY)
    assert seen >= fewest
    assert refuted >= fewest
