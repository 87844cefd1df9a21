"""Every rule of lint: the planted defect is found at its place, a near miss is not, and clean grids pass."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import torch

from numerics.budgets import discretisation_error
from numerics.targets import Gaussian, GaussianMixture, LossCurve
from theory.grids import FAMILIES, karras, polyexponential, tan, vp
from verify.schedules.findings import LEVELS, Finding
from verify.schedules.given import Given
from verify.schedules.lint import RULES, lint
from verify.schedules.reading import given as read

GRID = karras(11, 0.002, 80).sigmas
TABLE = np.sqrt(1 / np.cumprod(1 - np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2) - 1)  # of Stable Diffusion
SD = karras(11, TABLE[0], TABLE[-1]).sigmas
FLOW = np.linspace(1, 0.001, 12)[1:]


def _changed(k: int, value: float, grid: np.ndarray = GRID) -> np.ndarray:
    out = grid.copy()
    out[k] = value
    return out


def _shifted(times: int, shift: float = 3.0) -> np.ndarray:
    return FLOW / (1 - FLOW) * shift**times


def _at(sigmas: Any) -> Any:
    """Timesteps of these sigmas in the table, not rounded."""
    return np.interp(np.log(sigmas), np.log(TABLE), np.arange(1000))


def _told(k: int, timestep: float) -> dict[str, Any]:
    """The network's table, and a timestep at ``k`` in place of the right one."""
    return {"trained": TABLE, "timesteps": _changed(k, timestep, _at(SD))}


@dataclass(frozen=True)
class Case:
    """A schedule with its defect, and one that just escapes."""

    rule: str
    level: str
    index: int | None
    planted: Any
    near_miss: Any
    about: dict[str, Any] = field(default_factory=dict)  # fields of Given
    asked: dict[str, Any] = field(default_factory=dict)  # arguments of lint
    near_about: dict[str, Any] | None = None
    near_asked: dict[str, Any] | None = None


_SWAP = _changed(4, GRID[2] * 1.0001)
_LAST = np.append(GRID[:-1], [0.002 * 40000 ** (0.04 / 10), 0.002])
_NOT_LAST = np.append(GRID[:-1], [0.002 * 40000 ** (0.06 / 10), 0.002])
_DATA = Gaussian(d=1, var=0.25)
CASES = [
    Case("empty", "error", None, [1.0], [1.0, 0.5]),
    Case("timesteps-as-sigmas", "warning", 0, np.linspace(999, 49, 20), np.geomspace(999, 49, 20)),
    Case("timesteps-as-sigmas", "warning", 0, np.round(np.linspace(999, 0, 21)), np.linspace(80, 0, 21)),
    Case("not-finite", "error", 4, _changed(4, math.nan), GRID),
    Case("not-finite", "error", 4, _changed(4, math.inf), _changed(0, math.inf)),
    Case("negative", "error", 4, _changed(4, -GRID[4]), GRID),
    Case("extreme", "error", 0, _changed(0, 1.1e50), _changed(0, 0.9e50)),
    Case("extreme", "error", 10, _changed(10, 0.9e-50), _changed(10, 1.1e-50)),
    Case("pure-noise-start", "note", 0, _changed(0, math.inf), _changed(0, 1e30)),
    Case("swapped-ends", "error", 0, np.append(GRID[::-1], 0), np.append(GRID, 0)),
    Case("swapped-ends", "error", None, GRID, GRID, {}, {"sigma_min": 80.0, "sigma_max": 0.002}, near_asked={}),
    Case("increasing", "error", 0, GRID[::-1], np.append(GRID[-2::-1], GRID[-1])),
    Case("not-decreasing", "error", 4, _changed(4, GRID[3] * (1 + 1e-15)), _changed(4, GRID[3] * (1 - 1e-15))),
    Case("zero-inside", "error", 11, np.append(GRID, [0, 0]), np.append(GRID, 0)),
    Case("zero-inside", "error", 5, _changed(5, 0.0), np.append(GRID, 0)),
    Case("zero-counted", "warning", 11, np.append(GRID, 0), np.append(GRID, 0), {}, {"expected_steps": 12},
         near_asked={"expected_steps": 11}),
    Case("zero-missing", "warning", 10, GRID, np.append(GRID, 0), {}, {"expected_steps": 11}),
    Case("zero-missing", "note", 10, GRID, GRID, {"source": "k-diffusion 0.1 get_sigmas"}, near_about={}),
    Case("step-count", "warning", None, np.append(GRID, 0), np.append(GRID, 0), {}, {"expected_steps": 13},
         near_asked={"expected_steps": 10}),
    Case("repeated", "error", 5, np.insert(GRID, 5, GRID[4]), np.insert(GRID, 5, GRID[4] * (1 - 1e-15))),
    Case("repeated", "error", 11, np.append(GRID, [0.002, 0]), np.append(GRID, [0.001, 0])),
    Case("nearly-repeated", "warning", 5, np.insert(GRID, 5, GRID[4] * 0.995), np.insert(GRID, 5, GRID[4] * 0.988)),
    Case("last-step-wasted", "warning", 11, np.append(GRID, 0.002), np.append(GRID, 0.001)),
    Case("last-step-wasted", "warning", 11, _LAST, _NOT_LAST),
    Case("unexpected-ends", "warning", 0, GRID, GRID, {}, {"sigma_max": 80.1}, near_asked={"sigma_max": 80.07}),
    Case("unexpected-ends", "warning", 10, GRID, GRID, {"settings": {"sigma_min": 0.001}},
         near_about={"settings": {"sigma_min": 0.002}}),
    Case("outside-training", "warning", 0, SD * 1.002, SD * 1.0005, {"trained": TABLE}),
    Case("outside-training", "warning", 10, SD * 0.998, SD * 0.9995, {"trained": TABLE}),
    Case("start-below-training", "note", 0, SD * 0.998, SD * 0.9995, {"trained": TABLE}),
    Case("start-below-training", "warning", 0, np.array([0.9, 0.3, 0.1]), SD, {"trained": TABLE}),
    Case("coarse-precision", "warning", 9, np.append(GRID[:9], [GRID[9], 0.0021 * 1.001, 0.002])[[0, 1, 2, 3, 4, 5, 6,
         7, 8, 10, 11]], GRID, {"precision": "float16"}),
    Case("cancelled-sigma", "warning", 10, vp(11, eps_s=1e-5).sigmas.astype(np.float32).astype(float),
         vp(11, eps_s=1e-3).sigmas.astype(np.float32).astype(float), {"settings": {"beta_d": 19.9}}),
    Case("merged-timesteps", "note", 6, SD[:7], SD[:7], _told(6, _at(SD)[5]), near_about=_told(6, _at(SD)[6])),
    Case("merged-timesteps", "warning", 2, SD, SD, _told(2, _at(SD)[1]), near_about=_told(2, _at(SD)[1] - 0.5)),
    Case("other-grid-stepped", "warning", 2, GRID, GRID, {"stepped": _changed(2, GRID[2] * 1.2)},
         near_about={"stepped": _changed(2, GRID[2] * 1.009)}),
    Case("other-grid-stepped", "warning", None, GRID, GRID, {"stepped": GRID[1:]}, near_about={"stepped": GRID}),
    Case("wrong-network-level", "warning", 3, SD, SD, _told(3, _at(SD[3] * 1.5)),
         near_about=_told(3, _at(SD[3] * 1.009))),
    Case("shift-twice", "warning", 10, _shifted(2), _shifted(1), {"settings": {"shift": 3.0, "flow": True}}),
    Case("shift-twice", "warning", 10, _changed(10, 9e-3, GRID), _changed(10, 3e-3, GRID),
         {"settings": {"shift": 3.0, "flow": True, "sigma_min": 3e-3}}),
    Case("sigma-data", "warning", None, GRID, GRID, {"settings": {"sigma_data": 0.24}}, {"target": _DATA},
         near_about={"settings": {"sigma_data": 0.26}}),
    Case("tangent-scale", "warning", None, tan(11, 0.002, 80, 1.1).sigmas, tan(11, 0.002, 80, 0.9).sigmas, {},
         {"target": _DATA, "sampler": "ode"}),
    Case("start-too-low", "warning", 0, [1.9, 1.0, 0.1], [2.0, 1.0, 0.1], {}, {"target": _DATA}),
]  # fmt: skip


def _lint(sigmas: Any, about: dict[str, Any], asked: dict[str, Any]) -> tuple[Finding, ...]:
    return lint(Given(np.array(sigmas, dtype=float), "case", **about), **asked)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}-{case.index}")
def test_a_planted_defect_is_found_and_a_near_miss_is_not(case: Case) -> None:
    found = [f for f in _lint(case.planted, case.about, case.asked) if f.rule == case.rule]
    assert [(f.level, f.index) for f in found] == [(case.level, case.index)]
    assert found[0].message
    assert found[0].fix
    about = case.about if case.near_about is None else case.near_about
    asked = case.asked if case.near_asked is None else case.near_asked
    assert case.rule not in {f.rule for f in _lint(case.near_miss, about, asked)}


def test_every_rule_has_a_case_and_no_finding_is_worse_than_its_rule() -> None:
    assert {case.rule for case in CASES} == set(RULES)
    for case in CASES:
        assert LEVELS.index(case.level) >= LEVELS.index(RULES[case.rule].level)  # type: ignore[arg-type]


def _clean() -> dict[str, Given]:
    grids: dict[str, Given] = {}
    for n in (2, 3, 6, 11, 21, 51, 201):
        for name, family in FAMILIES.items():
            for ends in ((0.002, 80.0), (0.03, 14.6)):
                if n == 201 and name == "laplace":  # clamping merges its points: the family itself refuses
                    continue
                grid = family(n) if name in ("vp", "cosine") else family(n, *ends)
                grids[grid.label] = read(grid)
    return grids


def test_clean_grids_of_every_family_pass() -> None:
    found = {label: lint(given) for label, given in _clean().items()}
    assert {label: f for label, f in found.items() if f} == {}
    assert len(found) > 70


def test_clean_grids_pass_in_float32_with_the_appended_zero_and_their_steps() -> None:
    for given in _clean().values():
        sigmas = np.append(given.sigmas.astype(np.float32).astype(float), 0)
        asked = Given(sigmas, given.label, "k-diffusion", "float32", settings=given.settings)
        assert lint(asked, expected_steps=len(sigmas) - 1) == ()


def _edm(n: int) -> np.ndarray:
    """As EDM's sampler has it: rounded to float64 from its formula, with t_N = 0."""
    step = np.arange(n)
    root = 80 ** (1 / 7) + step / (n - 1) * (0.002 ** (1 / 7) - 80 ** (1 / 7))
    return np.append(root**7, 0)


@pytest.mark.parametrize("n", [18, 40, 256])
def test_the_grid_of_edm_passes(n: int) -> None:
    settings = {"sigma_min": 0.002, "sigma_max": 80.0, "rho": 7.0, "sigma_data": 0.5, "num_inference_steps": n}
    assert lint(Given(_edm(n), "edm", settings=settings)) == ()
    assert lint(Given(_edm(n), "edm", settings=settings), Gaussian(d=3, var=0.25), "denoiser") == ()


@pytest.mark.parametrize("sampler", ["score", "denoiser"])
@pytest.mark.parametrize("target", [_DATA, GaussianMixture([0.3, 0.7], [-1.5, 1], [0.25, 0.4])], ids=str)
def test_the_nats_of_a_wasted_step_are_those_of_the_exact_budget(target: Any, sampler: str) -> None:
    wasted = np.append(GRID, 0.001999)
    [found] = [f for f in _lint(wasted, {}, {"target": target, "sampler": sampler}) if f.rule == "last-step-wasted"]
    place = float(found.fix.rpartition("set it to ")[2].split()[0])
    better = np.sort(np.append(np.delete(wasted, -2), place))[::-1]
    exact = discretisation_error(target, wasted**2, sampler) - discretisation_error(target, better**2, sampler)
    assert found.nats is not None
    assert float(found.nats.value) == pytest.approx(float(exact.value), rel=1e-4)  # the place is printed to six digits
    others = [np.sort(np.append(np.delete(wasted, -2), p))[::-1] for p in np.sqrt(GRID[1:] * GRID[:-1])]
    costs = [float(discretisation_error(target, v**2, sampler).value) for v in others]
    assert float(discretisation_error(target, better**2, sampler).value) <= min(costs) * (1 + 1e-6)


def test_the_nats_of_a_wrong_level_are_those_of_the_score_error() -> None:
    """E_S of the score -x/a' at variance a, by quadrature over x."""
    times = _changed(3, _at(SD[3] * 1.5), _at(SD))
    [found] = [f for f in _lint(SD, {"trained": TABLE, "timesteps": times}, {}) if f.rule == "wrong-network-level"]
    a, told = 0.25 + SD[3] ** 2, 0.25 + (SD[3] * 1.5) ** 2
    x = np.linspace(-12, 12, 200_001) * a**0.5
    density = np.exp(-(x**2) / (2 * a)) / np.sqrt(2 * np.pi * a)
    eps2 = float(np.trapezoid((x / a - x / told) ** 2 * density, x))
    assert found.nats is not None
    assert float(found.nats.value) == pytest.approx((SD[3] ** 2 - SD[4] ** 2) * eps2 / 2, rel=1e-4)


def test_the_nats_of_an_end_too_high_are_what_the_data_still_hide() -> None:
    [found] = [f for f in _lint(GRID, {}, {"sigma_min": 0.001}) if f.rule == "unexpected-ends"]
    lost = 0.5 * math.log((1 + 0.25 / 0.001**2) / (1 + 0.25 / 0.002**2))
    assert found.nats is not None
    assert float(found.nats.value) == pytest.approx(lost, rel=1e-9)


def test_costs_are_none_where_no_path_divergence_is_known() -> None:
    [found] = [f for f in _lint(np.append(GRID, 0.001999), {}, {"sampler": "heun"}) if f.rule == "last-step-wasted"]
    assert found.nats is None
    assert "nats" not in found.message


def test_a_loss_curve_gives_the_costs_of_steps_and_not_of_ends() -> None:
    levels = np.geomspace(1e-3, 1e3, 400)
    curve = LossCurve(levels, 0.25 / (0.25 + levels**2), 1, label="curve.csv")
    wasted = np.append(GRID, 0.001999)
    about = {"settings": {"sigma_data": 5.0}}
    found = {f.rule: f for f in _lint(wasted, about, {"target": curve, "sigma_max": 100.0})}
    [exact] = [f for f in _lint(wasted, {}, {}) if f.rule == "last-step-wasted"]
    learned = found["last-step-wasted"].nats
    assert learned is not None
    assert exact.nats is not None
    assert abs(float(learned.value) - float(exact.nats.value)) <= float(learned.radius) + 1e-9
    assert "on curve.csv, score sampler" in found["last-step-wasted"].message
    assert found["unexpected-ends"].nats is None
    assert "sigma-data" not in found


def test_indices_count_the_infinite_start() -> None:
    planted = np.concatenate([[math.inf], np.insert(GRID, 5, GRID[4])])
    [found] = [f for f in _lint(planted, {"rows": tuple(range(2, 15))}, {}) if f.rule == "repeated"]
    assert found.index == 6
    assert "sigma[6]" in found.message
    assert "row 8" in found.message


def test_findings_are_plain_json_and_sorted_by_level() -> None:
    found = _lint(_changed(4, math.nan), {"stepped": GRID[1:]}, {"expected_steps": 30})
    assert [f.level for f in found] == sorted((f.level for f in found), key=LEVELS.index)
    [first] = [f for f in found if f.rule == "not-finite"]
    assert first.as_json()["value"] == "nan"
    assert first.as_json()["nats"] is None


def test_no_list_of_numbers_makes_lint_fail() -> None:
    odd: list[Callable[[], Any]] = [
        lambda: [], lambda: [0.0], lambda: [0.0, 0.0], lambda: [math.nan], lambda: [math.inf, math.inf, math.inf],
        lambda: [math.inf, 1.0, 0.0], lambda: [-1.0, -2.0], lambda: [1e300, 1e-300], lambda: [5.0, 5.0, 5.0],
        lambda: [1.0, math.nan, 0.5, 0.0], lambda: [0.0, 1.0, 2.0], lambda: [-math.inf, 1.0],
    ]  # fmt: skip
    for make in odd:
        sigmas = np.array(make(), dtype=float)
        about = {"timesteps": np.zeros(len(sigmas)), "trained": TABLE, "stepped": sigmas[::-1].copy()}
        for extra in ({}, about):
            for f in lint(Given(sigmas, "odd", **extra), expected_steps=3, sigma_min=2.0, sigma_max=1.0):
                assert f.nats is None or math.isfinite(float(f.nats.value)), f


def test_expected_steps_must_be_positive() -> None:
    with pytest.raises(ValueError, match="expected_steps = 0"):
        lint(Given(GRID, "grid"), expected_steps=0)


@pytest.mark.parametrize(
    ("sigmas", "asked", "only"),
    [
        (GRID[::-1], {}, "increasing"),
        (np.append(GRID[::-1], 0), {}, "swapped-ends"),
        (np.append(0, GRID[::-1]), {}, "increasing"),
        (GRID, {"expected_steps": 12}, "step-count"),
        (GRID, {"expected_steps": 11}, "zero-missing"),
        (np.append(GRID, 0.002), {}, "last-step-wasted"),
        (np.append(GRID, [0.002, 0]), {}, "repeated"),
        (np.insert(GRID, 5, GRID[4]), {}, "repeated"),
        (_changed(4, -1.0), {}, "negative"),
    ],
)
def test_one_defect_is_told_once(sigmas: np.ndarray, asked: dict[str, Any], only: str) -> None:
    assert [f.rule for f in _lint(sigmas, {}, asked)] == [only]


@pytest.mark.parametrize(("kind", "n"), [("bfloat16", 41), ("float16", 161)])
def test_coarse_numbers_are_known_by_their_roundings_after_widening(kind: str, n: int) -> None:
    narrow = torch.from_numpy(karras(n, 0.002, 80.0).sigmas).to(getattr(torch, kind)).double().numpy()
    typed = [96.0, 72.0, 51.0, 33.0, 18.0, 9.0, 8.875, 4.0, 2.0, 1.0]  # which bfloat16 holds too
    assert [f.rule for f in _lint(typed, {}, {})] == []
    widened = Given(np.unique(narrow)[::-1].copy(), "widened")
    found = [f for f in lint(widened) if f.rule == "coarse-precision"]
    assert len(found) == 1
    assert found[0].message.startswith(f"{kind} numbers")
    assert found[0].nats is None  # the sigmas that were meant are not known


@pytest.mark.parametrize("sigmas", [[14.6, 0.0], [np.inf, 0.0], [np.inf, 0.5], [np.inf, 0.5, 0.0]])
def test_one_step_is_a_schedule(sigmas: list[float]) -> None:
    """Distilled models take one step; the sampler runs, so it is no error."""
    found = [(f.rule, f.level) for f in _lint(sigmas, {}, {})]
    assert ("empty", "note") in found
    assert all(level == "note" for _, level in found)


def test_a_saving_that_is_not_certain_is_not_offered() -> None:
    """A model that is worse than nothing (loss above d): points cost, and no share of their mean means anything."""
    curve = LossCurve([0.001, 100.0], [1.5, 1.5], 1)
    about = {"target": curve}
    for f in _lint(polyexponential(21, 0.002, 80.0, rho=2.0).sigmas, {}, about):
        assert "e+" not in f.message
        assert f.nats is None or f.nats.lower > 0
