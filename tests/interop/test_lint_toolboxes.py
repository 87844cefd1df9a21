"""What lint finds in the schedules of installed toolboxes: each row was looked at by hand, and is what a run finds.

The rows are also the second table of docs/lint.md.
"""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from toolbox_findings import BETAS, OPTIONS, ROWS, SCHEDULERS, STEPS, Row

from theory.grids import karras
from verify.schedules.findings import Finding
from verify.schedules.lint import lint
from verify.schedules.reading import given

DIFFUSERS, K_DIFFUSION = "0.42.1", "0.1.1.post1"
PAGE = Path(__file__).parents[2] / "docs" / "lint.md"


def _scheduler(name: str, options: dict[str, Any]) -> Any | None:
    """The scheduler, or None where it has not all of these options or refuses them together."""
    import diffusers

    maker = getattr(diffusers, name)
    parameters = inspect.signature(maker.__init__).parameters
    if any(key not in parameters for key in options):
        return None
    arguments = {key: value for key, value in {**BETAS, **options}.items() if key in parameters}
    try:
        return maker(**arguments)
    except (ValueError, ImportError, NotImplementedError):
        return None


@functools.cache
def _found(name: str, text: str, steps: int) -> tuple[Finding, ...] | None:
    scheduler = _scheduler(name, OPTIONS[text])
    if scheduler is None:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            scheduler.set_timesteps(steps)
        except (ValueError, NotImplementedError):
            return None
    return lint(given(scheduler))


def _sweep(steps: tuple[int, ...]) -> Iterator[tuple[tuple[str, str, int], set[tuple[str, str]]]]:
    for name in SCHEDULERS:
        for text in OPTIONS:
            for n in steps:
                found = _found(name, text, n)
                if found is not None:
                    yield (name, text, n), {(f.rule, f.level) for f in found}


def _expected(name: str, text: str, n: int) -> set[tuple[str, str]]:
    return {(r.rule, r.level) for r in ROWS if name in r.schedulers and text in r.options and n in r.steps}


def _compare(steps: tuple[int, ...], at_least: int) -> None:
    assert version("diffusers") == DIFFUSERS, "the rows were found with another version: look at them again"
    found = dict(_sweep(steps))
    wrong = {key: (got, _expected(*key)) for key, got in found.items() if got != _expected(*key)}
    assert wrong == {}
    assert len(found) >= at_least
    told = {(name, text, n) for r in ROWS for name in r.schedulers for text in r.options for n in r.steps if n in steps}
    assert told <= found.keys()


def test_rows_are_what_diffusers_has_at_20_steps() -> None:
    _compare((20,), 100)


@pytest.mark.long
def test_rows_are_what_diffusers_has_at_all_steps() -> None:
    _compare(STEPS, 400)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.rule}-{row.options[0]}")
def test_the_cost_of_each_row_is_what_is_found(row: Row) -> None:
    n = 20 if 20 in row.steps else 50
    found = _found(row.schedulers[0], row.options[0], n)
    assert found is not None
    nats = [f.nats for f in found if f.rule == row.rule and f.nats is not None]
    assert row.cost == (f"{sum(float(x.value) for x in nats):.2g}" if nats else "-")


@dataclass(frozen=True)
class Call:
    """One call of a toolbox, and what is found in it."""

    toolbox: str
    text: str
    expected: tuple[tuple[str, str, int | None], ...]
    why: str


CALLS = (
    Call("k-diffusion", "get_sigmas_vp(20, eps_s=1e-5)", (("cancelled-sigma", "warning", 19),),
         "exp(1.001e-6) - 1 in float32: the last sigma is 0.000977 instead of 0.001001"),
    Call("k-diffusion", "get_sigmas_vp(20, eps_s=0)", (("zero-inside", "error", 19),),
         "sigma(0) = 0, and 0 is appended: all samplers divide 0 by 0 and return NaN"),
    Call("k-diffusion", "get_sigmas_vp(20, beta_d=200)", (("not-finite", "error", 1), ("pure-noise-start", "note", 0)),
         "the exponential overflows float32"),
    Call("k-diffusion", "get_sigmas_karras(20, 0, 80)", (("zero-inside", "error", 19),),
         "sigma_min = 0 and the appended 0: all samplers divide 0 by 0 and return NaN"),
    Call("k-diffusion", "get_sigmas_karras(20, 80, 0.002)", (("swapped-ends", "error", 0),),
         "sigma_min stands before sigma_max in the arguments"),
    Call("k-diffusion", "get_sigmas_karras(20, 0.002, 80)[:-1]", (("zero-missing", "warning", 19),),
         "without the appended 0 the samplers stop at sigma_min; 20 steps were asked for"),
    Call("k-diffusion", "get_sigmas_karras(19, 0.002, 80)", (("zero-counted", "warning", 19),),
         "20 steps were asked for, and 20 entries make 19"),
    Call("k-diffusion", "get_sigmas_polyexponential(20, 0.002, 80, rho=3)", (("last-step-wasted", "warning", 19),),
         "the cube of the ramp crowds at sigma_min: the last step is 0.003 of an even share"),
    Call("k-diffusion", "get_sigmas_karras(20, 0.002, 80).bfloat16()", (("coarse-precision", "warning", 0),),
         "8 bits: the first steps of the Karras grid are uncertain by 3 % of their length"),
    Call("diffusers", "flow(shift=3.0).set_timesteps(sigmas=shifted(20, 3.0))",
         (("shift-twice", "warning", 19), ("pure-noise-start", "note", 0)),
         "set_timesteps shifts what it is given; these were shifted already"),
    Call("diffusers", "flow(shift=3.0).set_timesteps(sigmas=shifted(20, 1.0))", (("pure-noise-start", "note", 0),),
         "as pipelines do it: unshifted sigmas, shifted once; nothing to repair"),
    Call("diffusers", "euler().set_timesteps(sigmas=karras(20, 0.03, 14.61))", (("zero-missing", "note", 19),),
         "custom sigmas must end in their own 0"),
    Call("diffusers", "euler().set_timesteps(sigmas=karras(20, 0.002, 80) + [0])",
         (("outside-training", "warning", 0), ("outside-training", "warning", 19),
          ("wrong-network-level", "warning", 19)),
         "EDM's ends for a network trained on sigma from 0.029 to 14.6: timesteps are clipped to the table"),
)  # fmt: skip


def _shifted(n: int, shift: float) -> list[float]:
    s = np.linspace(1, 1 / n, n)
    return (shift * s / (1 + (shift - 1) * s)).tolist()  # type: ignore[no-any-return]


def _call_findings(call: Call, sampling: ModuleType) -> tuple[Finding, ...]:
    if call.toolbox == "k-diffusion":
        name, _, rest = call.text.partition("(")
        sigmas = eval(f"function({rest}", {"function": getattr(sampling, name)})
        read = given(sigmas)
        labelled = type(read)(
            read.sigmas, call.text, f"k-diffusion {K_DIFFUSION} {name}", read.precision, settings=read.settings
        )
        return lint(labelled, expected_steps=20)
    import diffusers

    made: list[Any] = []

    def keep(maker: Callable[..., Any], **arguments: Any) -> Any:
        made.append(maker(**arguments))
        return made[0]

    names = {
        "flow": functools.partial(keep, diffusers.FlowMatchEulerDiscreteScheduler),
        "euler": functools.partial(keep, diffusers.EulerDiscreteScheduler, **BETAS),
        "shifted": _shifted,
        "karras": lambda n, low, high: karras(n, low, high).sigmas.tolist(),
    }
    eval(call.text, names)
    return lint(given(made[0]))


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.text)
def test_calls_are_found_as_listed(call: Call, k_diffusion_sampling: ModuleType) -> None:
    assert version("k-diffusion") == K_DIFFUSION, "the rows were found with another version: look at them again"
    found = _call_findings(call, k_diffusion_sampling)
    assert sorted((f.rule, f.level, f.index) for f in found) == sorted(call.expected)  # type: ignore[type-var]


@pytest.mark.parametrize("n", STEPS)
def test_the_functions_of_k_diffusion_are_clean(n: int, k_diffusion_sampling: ModuleType) -> None:
    sampling = k_diffusion_sampling
    made = {
        "karras": sampling.get_sigmas_karras(n, 0.002, 80),
        "karras, rho 3": sampling.get_sigmas_karras(n, 0.03, 14.6, rho=3),
        "exponential": sampling.get_sigmas_exponential(n, 0.002, 80),
        "polyexponential": sampling.get_sigmas_polyexponential(n, 0.03, 14.6),
        "vp": sampling.get_sigmas_vp(n),
    }
    assert {name: lint(given(sigmas), expected_steps=n) for name, sigmas in made.items()} == dict.fromkeys(made, ())


def _denoise(x: torch.Tensor, sigma: torch.Tensor, **_: Any) -> torch.Tensor:
    return x * 0.25 / (0.25 + sigma.view(-1, 1) ** 2)


_PLAIN = karras(9, 0.02, 20).sigmas
_BROKEN = {
    "repeated": ("sample_dpmpp_2m", np.append(np.insert(_PLAIN, 4, _PLAIN[3]), 0)),
    "repeated ": ("sample_lms", np.append(_PLAIN, [_PLAIN[-1], 0])),
    "zero-inside": ("sample_euler", np.append(_PLAIN, [0, 0])),
    "not-finite": ("sample_euler", np.append(np.append(_PLAIN[:4], [np.nan, *_PLAIN[5:]]), 0)),
    "negative": ("sample_dpmpp_2m", np.append(np.append(_PLAIN[:4], [-1, *_PLAIN[5:]]), 0)),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("rule", _BROKEN)
def test_errors_make_real_samplers_return_nan(rule: str, k_diffusion_sampling: ModuleType) -> None:
    name, sigmas = _BROKEN[rule]
    sampler = getattr(k_diffusion_sampling, name)
    x = torch.ones(2, 1, dtype=torch.float64)
    assert torch.isfinite(sampler(_denoise, x, torch.tensor(np.append(_PLAIN, 0)), disable=True)).all()
    assert not torch.isfinite(sampler(_denoise, x, torch.tensor(sigmas), disable=True)).any()
    assert rule.strip() in {f.rule for f in lint(given(sigmas)) if f.level == "error"}


def test_a_step_up_makes_the_ancestral_sampler_of_diffusers_return_nan() -> None:
    import diffusers

    scheduler = diffusers.EulerAncestralDiscreteScheduler(**BETAS)
    scheduler.set_timesteps(10)
    scheduler.sigmas[5] = scheduler.sigmas[3] * 0.99
    assert ("not-decreasing", "error", 5) in {(f.rule, f.level, f.index) for f in lint(given(scheduler))}
    x = torch.ones(2, 1)
    for k, t in enumerate(scheduler.timesteps):
        x = scheduler.step(torch.zeros_like(x), t, scheduler.scale_model_input(x, t)).prev_sample
        assert bool(torch.isfinite(x).all()) == (k < 4)


def table() -> str:
    """The second table of docs/lint.md."""
    lines = ["| toolbox | call | finding | nats | why |", "|---|---|---|---|---|"]
    for row in ROWS:
        names = ", ".join(name.removesuffix("Scheduler") for name in row.schedulers)
        options = " or ".join(f"`{text}`" if text else "defaults" for text in row.options)
        steps = "" if row.steps == STEPS else f"; {', '.join(map(str, row.steps))} steps"
        cells = (f"diffusers {DIFFUSERS}", f"{names}: {options}{steps}", f"{row.rule} ({row.level})", row.cost, row.why)
        lines.append(f"| {' | '.join(cells)} |")
    for call in CALLS:
        found = ", ".join(f"{rule} ({level})" for rule, level, _ in call.expected)
        number = {"diffusers": DIFFUSERS, "k-diffusion": K_DIFFUSION}[call.toolbox]
        lines.append(f"| {call.toolbox} {number} | `{call.text}` | {found} | | {call.why} |")
    return "\n".join(lines)


def test_the_page_has_this_table() -> None:
    assert table() in PAGE.read_text(encoding="utf-8")
