"""A short form of ``benchmarks.calibration``: promised error rates are kept, and planted faults are noticed.

Each promise is tested by a binomial test that fails with probability at most 10^-6 while the promise holds.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from numerics import runs
from numerics.enclosures import Enclosure
from numerics.runs import Run
from verify import power

ROOT = Path(__file__).parents[2]
RUNS = 40


@pytest.fixture(scope="module")
def calibration() -> ModuleType:
    spec = importlib.util.spec_from_file_location("calibration", ROOT / "benchmarks" / "calibration.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def broken(rows: list) -> list[str]:
    return [f"{row.what} at {row.alpha:g}: {row.hits} of {row.runs}" for row in rows if not row.kept]


def test_every_promise_is_kept(calibration: ModuleType) -> None:
    rows = calibration.calibrate(RUNS, in_space=False)
    assert len(rows) == len(calibration.CLAIMS) * (3 + 2 * 2)
    assert not broken(rows)


def test_curves_of_a_mixture_in_space_keep_theirs(calibration: ModuleType) -> None:
    assert not broken(calibration.calibrate(10, ids=(), in_space=True))


def narrower(factor: float):
    """A variance whose interval is ``factor`` times as wide as it should be."""
    honest = runs.variance

    def measure(run: Run, alpha: float) -> Enclosure:
        found = honest(run, alpha)
        return Enclosure(found.value, factor * found.radius, found.kind, found.sources)

    return measure


def test_narrow_intervals_are_noticed(calibration: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "variance", narrower(0.4))
    assert any("run.variance.score at 0.05" in text for text in broken(calibration.calibrate(RUNS, CLAIM, False)))


CLAIM = ("run.variance.score",)


def test_an_alpha_a_thousand_times_too_large_is_noticed(
    calibration: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = runs.variance
    monkeypatch.setattr(runs, "variance", lambda run, alpha: honest(run, min(0.5, 1e3 * alpha)))
    assert broken(calibration.calibrate(RUNS, CLAIM, False))


def test_a_violation_stated_too_small_is_noticed(calibration: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the fluctuation the interval's end is at the other side in one half of the repetitions."""
    monkeypatch.setattr(power, "fluctuation", lambda x: 0.0)
    rows = [row for row in calibration.calibrate(RUNS, CLAIM, False) if row.at_least]
    assert broken(rows)


def test_runs_are_independent_and_a_shared_seed_is_noticed(
    calibration: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    for where, chance in calibration.independence(RUNS).items():
        assert chance > calibration.REFUTED_AT, where
    same = calibration.independence(RUNS, seed_of=lambda i: 7)
    assert same["over seeds"] < calibration.REFUTED_AT
    monkeypatch.setattr(Run, "seed", 17)
    calls = runs.run._outputs
    calls.cache_clear()
    try:
        assert calibration.independence(RUNS)["over cases"] < calibration.REFUTED_AT
    finally:
        calls.cache_clear()


def test_the_table_goes_between_the_marks(calibration: ModuleType, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{calibration.MARKS[0]}\nold\n{calibration.MARKS[1]}\nafter\n")
    rows = [
        calibration.Row("a", 0.05, 3, 60, 0.05, False),
        calibration.Row("b", 0.01, 1, 60, 0.99, True, "states 1, needs 1"),
    ]
    assert [row.kept for row in rows] == [True, False]
    calibration.write_page(calibration.report(rows, {"over seeds": 0.5}, 60), page)
    text = page.read_text()
    assert "| a | 0.05 | at most 0.05 | 3 of 60 |" in text
    assert "**no**" in text
    assert "old" not in text
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    page.write_text("no marks")
    with pytest.raises(ValueError, match="no lines"):
        calibration.write_page("x", page)


def test_the_published_page_has_the_marks_and_no_broken_promise(calibration: ModuleType) -> None:
    text = calibration.PAGE.read_text()
    assert all(mark in text for mark in calibration.MARKS)
    assert "| yes |" in text
    assert "**no**" not in text
