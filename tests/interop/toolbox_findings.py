"""What lint finds in the schedules of diffusers: each row was looked at by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# Stable Diffusion's betas, for schedulers that take them.
BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "num_train_timesteps": 1000}
EDM = ("EDMEulerScheduler", "EDMDPMSolverMultistepScheduler")
FLOW = ("FlowMatchEulerDiscreteScheduler", "FlowMatchHeunDiscreteScheduler")
TO_SIGMA_MIN = ("DEISMultistepScheduler", "SASolverScheduler")
ROUNDING = (
    "DPMSolverMultistepScheduler",
    "DPMSolverSinglestepScheduler",
    "UniPCMultistepScheduler",
    *TO_SIGMA_MIN,
)
LEADING = (
    "EulerDiscreteScheduler",
    "EulerAncestralDiscreteScheduler",
    "HeunDiscreteScheduler",
    "LMSDiscreteScheduler",
    "KDPM2DiscreteScheduler",
    "DPMSolverMultistepScheduler",
    "UniPCMultistepScheduler",
    *TO_SIGMA_MIN,
    "DDIMScheduler",
    "DDPMScheduler",
)
SCHEDULERS = (*LEADING, "DPMSolverSinglestepScheduler", "LCMScheduler", *EDM, *FLOW)
OPTIONS: dict[str, dict[str, Any]] = {
    text: eval(f"dict({text})")
    for text in (
        "",
        "use_karras_sigmas=True",
        "use_exponential_sigmas=True",
        "use_beta_sigmas=True",
        "use_lu_lambdas=True",
        "final_sigmas_type='sigma_min'",
        "use_karras_sigmas=True, final_sigmas_type='sigma_min'",
        "timestep_spacing='trailing'",
        "timestep_spacing='leading'",
        "timestep_spacing='linspace'",
        "timestep_spacing='leading', steps_offset=1",
        "interpolation_type='log_linear'",
        "timestep_type='continuous', prediction_type='v_prediction'",
        "rescale_betas_zero_snr=True",
        "beta_schedule='squaredcos_cap_v2'",
        "set_alpha_to_one=False",
        "shift=3.0",
        "use_flow_sigmas=True, prediction_type='flow_prediction', flow_shift=3.0",
    )
}
STEPS = (5, 10, 20, 50)
_KARRAS, _LAST = "use_karras_sigmas=True", "final_sigmas_type='sigma_min'"
_BOTH = f"{_KARRAS}, {_LAST}"
_EXPONENTIAL, _BETA, _LU = "use_exponential_sigmas=True", "use_beta_sigmas=True", "use_lu_lambdas=True"
_LEAD = ("timestep_spacing='leading'", "timestep_spacing='leading', steps_offset=1")
_FLOW_SIGMAS = "use_flow_sigmas=True, prediction_type='flow_prediction', flow_shift=3.0"
_ZERO_NOISE = "the scheduler ends at the least trained sigma by design; the samples keep noise of 0.03"


@dataclass(frozen=True)
class Row:
    """Schedulers that share a finding under some options, at all of ``steps``; why it is real."""

    schedulers: tuple[str, ...]
    options: tuple[str, ...]
    rule: str
    level: str
    why: str
    steps: tuple[int, ...] = STEPS
    cost: str = "-"  # nats, of the first scheduler and option, at 20 steps, or 50 where these are no finding


ROWS = (
    Row(
        ("EulerDiscreteScheduler", "EDMEulerScheduler"),
        (_LAST,),
        "last-step-wasted",
        "warning",
        "the schedule ends at sigma_min already, and sigma_min is appended: the last call of the network moves nothing",
        cost="0.035",
    ),
    Row(
        ("EulerDiscreteScheduler", "DPMSolverMultistepScheduler", "DPMSolverSinglestepScheduler",
         "UniPCMultistepScheduler"),
        (_BOTH,),
        "last-step-wasted",
        "warning",
        "as above",
        cost="0.028",
    ),
    Row(
        TO_SIGMA_MIN,
        (_KARRAS, _EXPONENTIAL, _BETA, _FLOW_SIGMAS),
        "last-step-wasted",
        "warning",
        "the last sigma is appended again: the last call of the network moves nothing",
        cost="0.028",
    ),
    Row(
        ("DDIMScheduler",),
        ("set_alpha_to_one=False",),
        "last-step-wasted",
        "warning",
        "with steps_offset=0 the last timestep is 0, and the step from it goes to alpha_bar of timestep 0",
        cost="0.028",
    ),
    Row(
        ("EDMDPMSolverMultistepScheduler",),
        (_LAST,),
        "not-decreasing",
        "error",
        "sigma_min is appended to its own float32 rounding: the last step climbs by 2e-7 of sigma",
    ),
    Row(
        ("EulerDiscreteScheduler",),
        ("interpolation_type='log_linear'",),
        "step-count",
        "warning",
        "n + 1 sigmas are made and a 0 appended, for n timesteps: the step to 0 is never taken",
    ),
    Row(
        ("EulerDiscreteScheduler",),
        ("interpolation_type='log_linear'",),
        "other-grid-stepped",
        "warning",
        "as above",
    ),
    Row(
        ("EulerDiscreteScheduler",),
        ("interpolation_type='log_linear'",),
        "wrong-network-level",
        "warning",
        "the sigmas are geometric, but the timesteps are still those of the linear spacing",
        cost="0.54",
    ),
    Row(
        FLOW,
        ("shift=3.0",),
        "shift-twice",
        "warning",
        "the table is shifted when the scheduler is made, and set_timesteps shifts its last entry again",
        cost="1.1",
    ),
    Row(
        ("DDIMScheduler",),
        ("timestep_spacing='linspace'",),
        "other-grid-stepped",
        "warning",
        "each step goes down by 1000 // n timesteps, but the network is asked at evenly spaced ones",
        (5, 10, 20),
        cost="0.0011",
    ),
    Row(
        ("DDIMScheduler",),
        ("timestep_spacing='linspace'",),
        "other-grid-stepped",
        "note",
        "as above; with 50 steps it costs little",
        (50,),
        cost="7.4e-05",
    ),
    Row(
        (*ROUNDING, "KDPM2DiscreteScheduler"),
        (_KARRAS,),
        "wrong-network-level",
        "note",
        "timesteps are rounded to integers, which low in the table are far apart in sigma",
        (10, 20, 50),
        cost="1.3e-05",
    ),
    Row(
        (*ROUNDING, "KDPM2DiscreteScheduler"),
        (_KARRAS,),
        "merged-timesteps",
        "note",
        "two low sigmas round to one timestep",
        (50,),
        cost="2.5e-09",
    ),
    Row(
        ROUNDING[:3],
        (_BOTH,),
        "wrong-network-level",
        "note",
        "as without final_sigmas_type",
        (10, 20, 50),
        cost="1.3e-05",
    ),
    Row(ROUNDING[:3], (_BOTH,), "merged-timesteps", "note", "as without final_sigmas_type", (50,), cost="2.5e-09"),
    Row(
        ROUNDING,
        (_EXPONENTIAL,),
        "wrong-network-level",
        "note",
        "timesteps are not even rounded but cut to integers",
        (10, 20, 50),
        cost="0.00012",
    ),
    Row(ROUNDING, (_EXPONENTIAL,), "merged-timesteps", "note", "two low sigmas are cut to one timestep", (20, 50)),
    Row(ROUNDING, (_BETA,), "wrong-network-level", "note", "timesteps are cut to integers", (50,), cost="4.5e-05"),
    Row(
        ROUNDING,
        (_BETA,),
        "merged-timesteps",
        "note",
        "the beta quantiles crowd at both ends: the first two sigmas share a timestep",
        (50,),
        cost="2.6e-07",
    ),
    Row(ROUNDING[:1], (_LU,), "wrong-network-level", "note", "rounded to integers", (20, 50), cost="6.9e-06"),
    Row(ROUNDING[:1], (_LU,), "merged-timesteps", "note", "rounded to integers", (50,), cost="8.6e-10"),
    Row(
        LEADING,
        _LEAD,
        "start-below-training",
        "note",
        "leading spacing leaves out the top of the table; with 5 steps it begins at sigma = 5.1 instead of 14.6",
        cost="7.4e-07",
    ),
    Row(
        ("DDIMScheduler", "DDPMScheduler"),
        ("", "beta_schedule='squaredcos_cap_v2'"),
        "start-below-training",
        "note",
        "leading spacing is their default",
        cost="7.4e-07",
    ),
    Row(
        TO_SIGMA_MIN,
        ("", _KARRAS, _EXPONENTIAL, _BETA, _FLOW_SIGMAS, "timestep_spacing='trailing'", *_LEAD,
         "timestep_spacing='linspace'", "beta_schedule='squaredcos_cap_v2'"),
        "zero-missing",
        "note",
        _ZERO_NOISE,
    ),
    Row(("DDIMScheduler",), ("set_alpha_to_one=False",), "zero-missing", "note", _ZERO_NOISE),
    Row(("LCMScheduler",), ("rescale_betas_zero_snr=True",), "pure-noise-start", "note", "zero terminal SNR as asked"),
    Row(
        FLOW[:1],
        ("", _KARRAS, _EXPONENTIAL, _BETA, "shift=3.0"),
        "pure-noise-start",
        "note",
        "flow matching starts from pure noise",
    ),
    Row(FLOW[1:], ("", "shift=3.0"), "pure-noise-start", "note", "flow matching starts from pure noise"),
)  # fmt: skip
