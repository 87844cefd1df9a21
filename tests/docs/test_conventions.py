"""What docs/notation.md says of k-diffusion and diffusers holds for the installed packages."""

from __future__ import annotations

from inspect import signature
from pathlib import Path
from types import ModuleType

import diffusers
import numpy as np
import pytest
import torch
from diffusers import (
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EDMDPMSolverMultistepScheduler,
    EDMEulerScheduler,
    EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
)
from diffusers.training_utils import compute_snr

from theory.grids import karras, polyexponential
from verify.schedules.reading import given

PAGE = (Path(__file__).parents[2] / "docs" / "notation.md").read_text()
LEVEL = 500  # a timestep in the middle of the table


def variance_of(scheduler: DDIMScheduler | DPMSolverMultistepScheduler, timestep: int) -> float:
    """v of a variance-preserving process, as the page has it: (1 - alpha_bar)/alpha_bar."""
    alpha_bar = float(scheduler.alphas_cumprod[timestep])
    return (1 - alpha_bar) / alpha_bar


def test_lists_have_one_entry_more_than_points_and_end_in_0(k_diffusion_sampling: ModuleType) -> None:
    of_k_diffusion = k_diffusion_sampling.get_sigmas_karras(7, 0.1, 20.0)
    scheduler = EulerDiscreteScheduler()
    scheduler.set_timesteps(7)
    for sigmas in (of_k_diffusion, scheduler.sigmas):
        assert len(sigmas) == 8
        assert sigmas[-1] == 0
    assert karras(7, 0.1, 20.0).N == 6


EXCEPTIONS = {  # sigmas after set_timesteps(20), and whether the last is 0
    (40, True): "HeunDiscrete FlowMatchHeunDiscrete DPMSolverSDE",
    (42, True): "KDPM2Discrete KDPM2AncestralDiscrete",
    (21, False): "DEISMultistep SASolver",
    (0, None): "DDIM DDPM LCM PNDM",
}


def test_the_schedulers_that_are_named_as_exceptions() -> None:
    for (many, zero), names in EXCEPTIONS.items():
        told = ", ".join(f"`{name}Scheduler`" for name in names.split())
        said = f"| {told} | {many or 'none'}"
        assert said in PAGE
        assert ("the last of which is not 0" in PAGE.partition(said)[2].partition("\n")[0]) is (zero is False)
        for name in names.split():
            scheduler = getattr(diffusers, f"{name}Scheduler")()
            scheduler.set_timesteps(20)
            sigmas = getattr(scheduler, "sigmas", ())
            assert len(sigmas) == many, name
            assert not many or (float(sigmas[-1]) == 0) is zero, name
            if many > 21:  # each level after the first twice
                assert len(set(sigmas.tolist())) == 21
                assert bool((sigmas[1:39:2] == sigmas[2:39:2]).all()), name
                assert sum(float(sigma) == 0 for sigma in sigmas) == {40: 1, 42: 3}[many], name


def test_most_schedulers_with_sigmas_have_one_more_than_steps() -> None:
    named = {f"{name}Scheduler" for names in EXCEPTIONS.values() for name in names.split()}
    usual = (
        "EulerDiscrete EulerAncestralDiscrete LMSDiscrete DPMSolverMultistep UniPCMultistep EDMEuler "
        "EDMDPMSolverMultistep FlowMatchEulerDiscrete"
    )
    assert not named & {f"{name}Scheduler" for name in usual.split()}
    for name in usual.split():
        scheduler = getattr(diffusers, f"{name}Scheduler")()
        scheduler.set_timesteps(20)
        assert (len(scheduler.sigmas), float(scheduler.sigmas[-1])) == (21, 0.0), name


def test_sigmas_of_diffusers_are_the_quotient() -> None:
    scheduler = EulerDiscreteScheduler()
    assert float(scheduler.sigmas[0]) == pytest.approx(variance_of(scheduler, 999) ** 0.5, rel=1e-5)


def test_sigma_of_flow_matching_is_noise_over_data() -> None:
    scheduler = FlowMatchEulerDiscreteScheduler()
    scheduler.set_timesteps(5)
    s, when = scheduler.sigmas[1], scheduler.timesteps[1:2]
    clean, noise = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]])
    mixed = scheduler.scale_noise(clean, when, noise)[0]
    assert float(mixed[1] / mixed[0]) == pytest.approx(float(s / (1 - s)))
    assert float(given(scheduler).sigmas[1]) == pytest.approx(float(s / (1 - s)))


def test_signal_to_noise_ratio_and_half_of_its_logarithm() -> None:
    scheduler = DPMSolverMultistepScheduler()
    v = variance_of(scheduler, LEVEL)
    assert float(compute_snr(scheduler, torch.tensor([LEVEL]))[0]) == pytest.approx(1 / v, rel=1e-5)
    assert float(torch.exp(-scheduler.lambda_t[LEVEL])) == pytest.approx(v**0.5, rel=1e-5)


def test_defaults_of_rho(k_diffusion_sampling: ModuleType) -> None:
    for theirs, ours, default in (
        (k_diffusion_sampling.get_sigmas_karras, karras, 7),
        (k_diffusion_sampling.get_sigmas_polyexponential, polyexponential, 1),
    ):
        assert signature(theirs).parameters["rho"].default == default
        assert signature(ours).parameters["rho"].default == default
    for scheduler in (EDMEulerScheduler, EDMDPMSolverMultistepScheduler):
        assert signature(scheduler).parameters["rho"].default == 7
    fixed = EulerDiscreteScheduler(use_karras_sigmas=True, sigma_min=0.1, sigma_max=14.0)
    fixed.set_timesteps(7)
    assert np.allclose(fixed.sigmas[:-1], karras(7, 0.1, 14.0, rho=7).sigmas, rtol=1e-5)


def test_timesteps_fall_while_sampling() -> None:
    scheduler = DDIMScheduler()
    scheduler.set_timesteps(10)
    assert bool((scheduler.timesteps.diff() < 0).all())
    assert variance_of(scheduler, 999) > variance_of(scheduler, 0)


@pytest.mark.parametrize("predicts", ["epsilon", "sample", "v_prediction"])
def test_errors_of_predictions(predicts: str) -> None:
    """An error of 1 in the output is an error of so much in the clean data; mse is its square, d times the mean."""
    scheduler = DDIMScheduler(prediction_type=predicts, clip_sample=False)
    scheduler.set_timesteps(10)
    v = variance_of(scheduler, LEVEL)
    sample = torch.ones(1, 1)
    clean = [
        float(scheduler.step(torch.full((1, 1), output), LEVEL, sample).pred_original_sample) for output in (0.0, 1.0)
    ]
    expected = {"epsilon": v, "sample": 1.0, "v_prediction": v / (1 + v)}[predicts]
    assert (clean[1] - clean[0]) ** 2 == pytest.approx(expected, rel=1e-4)


def test_error_of_a_flow_velocity() -> None:
    """x = y - s u: the step of the sampler to s = 0 gives the clean data."""
    scheduler = FlowMatchEulerDiscreteScheduler()
    scheduler.set_timesteps(sigmas=[0.5])
    sigma = 0.5 / (1 - 0.5)
    clean = []
    for output in (0.0, 1.0):
        scheduler.set_timesteps(sigmas=[0.5])
        step = scheduler.step(torch.full((1, 1), output), scheduler.timesteps[0], torch.ones(1, 1))
        clean.append(float(step.prev_sample))
    assert (clean[1] - clean[0]) ** 2 == pytest.approx((sigma / (1 + sigma)) ** 2, rel=1e-5)


def test_every_name_in_the_table_of_toolboxes_exists(k_diffusion_sampling: ModuleType) -> None:
    import re

    table = PAGE[PAGE.index("\n## Toolboxes") : PAGE.index("`tan` is ComfyUI's")]
    names = set(re.findall(r"`((?:get_sigmas|sample)_\w+|\w+Scheduler)`", table))
    assert len(names) >= 11
    for name in names:
        assert hasattr(diffusers if name.endswith("Scheduler") else k_diffusion_sampling, name), name


def test_the_ends_of_edm() -> None:
    options = signature(EDMEulerScheduler).parameters
    assert (options["sigma_min"].default, options["sigma_max"].default) == (0.002, 80.0)
