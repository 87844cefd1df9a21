"""Exported code runs as it is, and toolboxes then step on the very sigmas."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from numerics.targets import GaussianMixture
from theory.grids import GridError, exponential, karras
from verify.language import parse_grid
from verify.language.errors import BadInput
from verify.schedules.export import TOOLBOXES, exported

GRID = karras(9, 0.05, 9.0, 5.0)
MIXTURE = GaussianMixture([0.3, 0.7], [-1.5, 1], [0.25, 0.4])


def executed(toolbox, grid=GRID):
    space = {}
    exec(compile(exported(grid, toolbox), f"{toolbox}.py", "exec"), space)
    return space


@pytest.mark.parametrize("toolbox", TOOLBOXES)
def test_every_digit_is_kept(toolbox):
    assert executed(toolbox)["SIGMAS"] == GRID.sigmas.tolist()
    assert executed(toolbox, [3.0, 1 / 3, 0.0])["SIGMAS"] == [3.0, 1 / 3]
    assert "8 steps" in exported(GRID, toolbox)
    assert max(map(len, exported(karras(300, 0.002, 80.0), toolbox).splitlines())) <= 120


def test_k_diffusion(k_diffusion_sampling):
    sigmas = executed("k-diffusion")["get_sigmas"](dtype=torch.float64)
    assert sigmas.tolist() == [*GRID.sigmas.tolist(), 0.0]
    assert executed("k-diffusion")["get_sigmas"]().dtype is torch.float32
    visited = []

    def model(x, sigma):
        visited.append(float(sigma[0]))
        return MIXTURE.denoiser(x, sigma**2)

    torch.manual_seed(0)
    x = torch.randn(64, 1, dtype=torch.float64) * sigmas[0]
    out = k_diffusion_sampling.sample_euler_ancestral(model, x, sigmas, disable=True)
    assert visited == GRID.sigmas.tolist()  # one step more than the grid has, to 0
    assert torch.all(torch.isfinite(out))


@pytest.mark.parametrize("name", ["EulerDiscreteScheduler", "EulerAncestralDiscreteScheduler"])
@pytest.mark.parametrize("device", [None, "cpu"])
def test_diffusers_with_a_trained_table(name, device):
    diffusers = pytest.importorskip("diffusers")
    scheduler = getattr(diffusers, name)(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
    table = np.sqrt((1 - scheduler.alphas_cumprod.numpy()) / scheduler.alphas_cumprod.numpy())
    assert executed("diffusers")["use_sigmas"](scheduler) is scheduler
    for asked in (8, 50):  # whatever the pipeline asks for, and in every run
        scheduler.set_timesteps(asked, device=device)
        assert torch.equal(scheduler.sigmas, torch.tensor([*GRID.sigmas.tolist(), 0.0], dtype=torch.float32))
        assert scheduler.num_inference_steps == 9
        assert scheduler.timesteps.shape == (9,)
        # each timestep is the one whose sigma, by the table, is ours
        ln = np.interp(scheduler.timesteps.numpy(), np.arange(len(table)), np.log(table))
        np.testing.assert_allclose(ln, np.log(GRID.sigmas), atol=1e-4)
        assert np.abs(np.round(scheduler.timesteps.numpy()) - scheduler.timesteps.numpy()).max() > 0.01
        x = torch.randn(2, 1, 4, 4) * scheduler.init_noise_sigma
        for t in scheduler.timesteps:
            noise = torch.zeros_like(scheduler.scale_model_input(x, t))
            x = scheduler.step(noise, t, x).prev_sample
        assert scheduler.step_index == 9
        assert torch.all(torch.isfinite(x))


def test_diffusers_edm():
    diffusers = pytest.importorskip("diffusers")
    scheduler = executed("diffusers")["use_sigmas"](diffusers.EDMEulerScheduler(sigma_min=0.002, sigma_max=80.0))
    scheduler.set_timesteps(4)
    assert torch.equal(scheduler.sigmas, torch.tensor([*GRID.sigmas.tolist(), 0.0], dtype=torch.float32))
    np.testing.assert_allclose(scheduler.timesteps.numpy(), np.log(GRID.sigmas) / 4, atol=1e-6)
    # its own argument takes sigmas for places on a ramp: it would step elsewhere
    other = diffusers.EDMEulerScheduler(sigma_min=0.002, sigma_max=80.0)
    other.set_timesteps(9, sigmas=torch.tensor(GRID.sigmas.copy()))
    assert not torch.allclose(other.sigmas[:-1].double(), torch.tensor(GRID.sigmas.copy()), rtol=0.1)


def test_diffusers_beyond_the_table():
    diffusers = pytest.importorskip("diffusers")
    scheduler = diffusers.EulerDiscreteScheduler(beta_end=0.012)
    executed("diffusers", exponential(5, 0.05, 80.0))["use_sigmas"](scheduler)
    with pytest.raises(ValueError, match="trained on sigma from"):
        scheduler.set_timesteps(5)


def test_comfyui():
    space = executed("comfyui")
    ((name, node),) = space["NODE_CLASS_MAPPINGS"].items()
    assert space["NODE_DISPLAY_NAME_MAPPINGS"].keys() == {name}
    assert node.RETURN_TYPES == ("SIGMAS",)
    assert node.INPUT_TYPES() == {"required": {}}
    (sigmas,) = getattr(node(), node.FUNCTION)()
    assert torch.equal(sigmas, torch.tensor([*GRID.sigmas.tolist(), 0.0], dtype=torch.float32))


def test_bad_input():
    with pytest.raises(BadInput, match="did you mean 'diffusers'"):
        exported(GRID, "difusers")
    with pytest.raises(GridError, match="does not decrease"):
        exported([1.0, 2.0, 1.5], "diffusers")


@pytest.mark.parametrize("name", ["HeunDiscreteScheduler", "DDIMScheduler", "DPMSolverMultistepScheduler"])
def test_schedulers_that_step_otherwise_are_refused(name: str) -> None:
    """Heun lists each sigma twice: with each of them once it skips every second step without a word."""
    diffusers = pytest.importorskip("diffusers")
    with pytest.raises(TypeError, match=f"{name} steps by rules of its own"):
        executed("diffusers")["use_sigmas"](getattr(diffusers, name)())


def test_the_k_diffusion_code_is_read_back_as_a_function_with_steps(tmp_path) -> None:
    file = tmp_path / "best.py"
    file.write_text(exported(GRID.sigmas, "k-diffusion"))
    assert parse_grid(f"{file}:get_sigmas", steps=GRID.N).sigmas == pytest.approx(GRID.sigmas, rel=1e-6)
