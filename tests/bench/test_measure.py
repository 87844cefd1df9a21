"""Turns, shares, intervals and exponents of the benchmark, on work whose cost is known."""

from __future__ import annotations

import math
from itertools import count

import numpy as np
import pytest

from verify.bench import measure, scaling
from verify.bench.limits import Machine
from verify.bench.measure import alternate, interval
from verify.bench.result import Result
from verify.bench.row import Accuracy, Case, Row, Scaling, Setting, Work
from verify.bench.scaling import FLOOR, fitted, peak_bytes, scale


class Clock:
    """A clock that moves only when work is done, so that times are exact."""

    def __init__(self) -> None:
        self.now = 0.0
        self.log: list[str] = []

    def perf_counter(self) -> float:
        return self.now

    def work(self, name: str, seconds: float) -> str:
        self.now += seconds
        self.log.append(name)
        return name


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(measure.time, "perf_counter", made.perf_counter)
    return made


def no_errors(ours: object, other: object) -> list[Accuracy]:
    return [Accuracy(0.0, 0.0, "nothing", 0.0)]


def row(**more: object) -> Row:
    return Row("try", "work", "other", **{"wanted": 2.0, "make": lambda setting: None, **more})  # type: ignore[arg-type]


def test_sides_take_turns_and_every_run_of_ours_starts_fresh(clock: Clock) -> None:
    first = iter([7.0, *[2.0] * 9])
    case = Case(
        ours=lambda: clock.work("ours", next(first)),
        other=lambda: clock.work("other", 3.0),
        check=no_errors,
        share=0.25,
        fresh=lambda: clock.work("fresh", 100.0) and None,
    )
    timing = alternate(case, Machine(), rounds=4)
    turn, back = ["fresh", "ours", "other"], ["other", "fresh", "ours"]
    assert clock.log == turn + turn + back + turn + back
    assert timing.first == 7.0  # neither in the times nor in the ratio
    assert timing.ours == (2.0,) * 4
    assert timing.other == (12.0,) * 4  # a quarter of the work takes 3 s
    assert timing.ratio is not None
    assert timing.ratio.value == pytest.approx(6.0)
    assert timing.of_limit is None


def test_the_check_sees_both_results(clock: Clock) -> None:
    case = Case(
        ours=lambda: clock.work("mine", 1.0),
        other=lambda: clock.work("theirs", 1.0),
        check=lambda a, b: [Accuracy(float(a == "mine"), float(b == "theirs"), "seen", 1.0)],
    )
    (seen,) = alternate(case, Machine(), rounds=3).accuracy
    assert (seen.ours, seen.other) == (1.0, 1.0)


def test_a_row_without_an_alternative_has_times_only(clock: Clock) -> None:
    case = Case(ours=lambda: clock.work("ours", 2.0), other=None, check=lambda a, b: [])
    timing = alternate(case, Machine(), rounds=3)
    assert (timing.ours, timing.other, timing.ratio) == ((2.0,) * 3, (), None)
    assert Result(row(at_most=1.9), timing).status == "missed"
    assert Result(row(at_most=2.1), timing).status == "holds"


@pytest.mark.parametrize("rounds", [3, 5, 6, 9, 15])
def test_intervals_cover_as_often_as_they_say(rounds: int) -> None:
    """4,000 intervals of medians; a coverage of 95 % is missed by chance once in a million runs (5 binomial errors).

    The law has a tail, as times have: logarithms are normal for the few rounds of t, else exponential.
    """
    rng = np.random.default_rng(rounds)
    draws = rng.normal(size=(4000, rounds)) if rounds < measure.FEW else rng.exponential(size=(4000, rounds))
    median = 0.0 if rounds < measure.FEW else math.log(2)
    told = [interval(np.exp(one)) for one in draws[: 4000 if rounds < measure.FEW else 800]]
    covered = np.mean([one.low <= math.exp(median) <= one.high for one in told])
    assert covered >= 0.95 - 5 * math.sqrt(0.05 * 0.95 / len(told))
    assert covered < 1.0 or rounds == 6  # an interval that is always right says nothing


@pytest.mark.parametrize("values", [[1.0, 2.0], [1.0, 0.0, 2.0]])
def test_too_little_for_an_interval_is_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="at least 3 positive"):
        interval(values)


@pytest.mark.parametrize(("low", "high", "status"), [(2.0, 3.0, "holds"), (1.9, 3.0, "open"), (1.0, 1.99, "missed")])
def test_a_figure_holds_where_its_whole_interval_does(low: float, high: float, status: str) -> None:
    ratio = measure.Interval((low + high) / 2, low, high, "t")
    timing = measure.Timing((1.0,) * 3, (2.0,) * 3, 1.0, ratio, None, None, ())
    assert Result(row(), timing).status == status


def test_an_error_above_what_is_wanted_fails_a_fast_row() -> None:
    ratio = measure.Interval(9.0, 9.0, 9.0, "t")
    wrong = (Accuracy(2e-9, 1e-12, "J", 1e-9),)
    assert Result(row(), measure.Timing((1.0,) * 3, (9.0,) * 3, 1.0, ratio, None, None, wrong)).status == "missed"


def test_exponents() -> None:
    sizes = (10, 20, 40, 80, 160)
    made = Scaling("n", sizes, lambda size, setting: lambda: None, wanted=1.0)
    noise = np.exp(0.01 * np.array([1, -1, 1, -1, 1]))
    for power, status in ((1.0, "holds"), (2.0, "missed"), (0.0, "holds")):
        found = fitted(made, tuple(np.array(sizes) ** power * noise))
        assert abs(found.exponent - power) <= found.half < 0.1
        assert found.status == status
    wild = fitted(made, (1.0, 8.0, 2.0, 30.0, 9.0))
    assert wild.status == "open"  # its interval has both sides of what is wanted
    with pytest.raises(ValueError, match="at least 3 sizes"):
        fitted(Scaling("n", (1, 2), made.make, 1.0), (1.0, 2.0))


def test_cost_is_timed_at_every_size(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Clock()
    monkeypatch.setattr(scaling.time, "perf_counter", made.perf_counter)
    seen = count()
    square = Scaling("n", (1, 2, 4), lambda n, s: lambda: made.work(f"{n} {next(seen)}", float(n**2)), wanted=2.0)
    found = scale(square, Setting(), Machine())
    assert found.costs == (1.0, 4.0, 16.0)
    assert found.exponent == pytest.approx(2.0)


@pytest.mark.parametrize("mib", [16, 64])
def test_peak_memory_is_what_the_call_held(mib: int) -> None:
    def allocate() -> float:
        first = np.ones(mib << 16)  # mib / 2 MiB, twice: both at once
        return float((first + 1.0).sum())

    assert peak_bytes(allocate, Machine()) == pytest.approx(mib << 20, rel=0.1)
    assert peak_bytes(lambda: None, Machine()) == FLOOR


def test_limits_are_rates_of_the_work_that_they_name() -> None:
    machine = Machine()
    seconds, binding = machine.least_seconds(Work(flops=1e9, exps=1.0))
    assert binding == "flops"
    assert seconds == pytest.approx(1e9 / machine.seen["flops float64"], rel=0.5)
    assert machine.least_seconds(Work(exps=1e9, flops=1.0))[1] == "exps"
    assert machine.least_seconds(Work(bytes=1e9, exps=1.0))[1] == "bytes"
    a = np.random.default_rng(0).random((512, 512))
    measured, _ = measure.timed(lambda: [a @ a for _ in range(8)], lambda: None)
    assert 8 * 2 * 512**3 / measured < 5 * machine.seen["flops float64"]  # of the same order as NumPy's rate
