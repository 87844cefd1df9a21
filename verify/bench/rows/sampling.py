"""10^6 samples of a mixture of 16 in the plane, 32 steps, against k-diffusion with the same exact denoiser."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from verify.bench.row import Accuracy, Case, Row, Scaling, Setting, Work

if TYPE_CHECKING:
    from numerics.targets import GaussianMixture
    from verify.bench.rows.sampling_plainly import Denoiser

SEED = 8
STEPS = 32
WANTED = 1e-12
ALPHA = 1e-6  # of a false alarm when the moments of both sides are compared


def parameters(components: int, d: int = 2) -> tuple[Any, Any, Any]:
    """Weights uniform on the simplex, means N(0, 9 I), standard deviations from 0.1 to 0.5."""
    import numpy as np

    rng = np.random.default_rng(SEED)
    means = rng.normal(0, 3, (components, d))
    return rng.dirichlet(np.ones(components)), means, rng.uniform(0.1, 0.5, components)


def mixture(components: int, d: int = 2) -> GaussianMixture:
    """The mixture with these ``parameters``."""
    from numerics.targets import GaussianMixture

    return GaussianMixture(*parameters(components, d))


def sigmas(steps: int) -> Any:
    """A Karras grid of that many steps from 20, far above the spread of the data, to 0.05."""
    from theory.grids import karras

    return karras(steps + 1, 0.05, 20).sigmas


def ours(target: GaussianMixture, steps: int, n: int, device: str) -> Any:
    """Our samples, shape (n, d)."""
    from numerics.samplers import sample

    return sample("denoiser", target, sigmas(steps) ** 2, n, SEED, device=device)


def moments(x: Any) -> Any:
    """Coordinates and their products: the two sides are compared by their means; shape (n, d + d (d + 1)/2)."""
    import torch

    rows, columns = torch.triu_indices(x.shape[1], x.shape[1])
    return torch.cat([x, x[:, rows] * x[:, columns]], dim=1)


def largest_z(mine: Any, theirs: Any) -> float:
    """Largest difference of the moments' means in standard errors of two independent samples."""
    a, b = moments(mine), moments(theirs)
    error = (a.var(dim=0) / len(a) + b.var(dim=0) / len(b)).sqrt()
    return float(((a.mean(dim=0) - b.mean(dim=0)) / error).abs().max())


def most_z(count: int) -> float:
    """What that exceeds with probability ``ALPHA`` at most where the laws are equal, for ``count`` moments."""
    from scipy.stats import norm

    return float(norm.isf(ALPHA / (2 * count)))


def make(plain: str, share: float, setting: Setting) -> Case:
    """All samples by ours, the first ``share`` by the alternative."""
    import numpy as np
    import torch

    from verify.bench.rows import sampling_plainly

    target, steps, n = mixture(16), setting.pick(STEPS, 8), setting.pick(1_000_000, 8000)
    law = parameters(16)
    parts = [torch.from_numpy(part).to(setting.device) for part in law]
    denoise: Denoiser = getattr(sampling_plainly, plain)(*parts)
    sampling_plainly.k_diffusion_sampling()
    levels = torch.tensor(sigmas(steps), device=setting.device)

    def check(mine: Any, theirs: Any) -> list[Accuracy]:
        # both denoisers at samples, at every level of the grid, where the law of the next step is decided
        x = mine[:200]
        ours_off = plain_off = 0.0
        for sigma in levels:
            level = float(sigma) ** 2
            truth = exactly(x.cpu().numpy(), *law, level)
            found = target.denoiser(x, level), denoise(x, sigma.expand(len(x)))
            off = [float(np.abs(side.cpu().numpy() - truth).max()) for side in found]
            ours_off, plain_off = max(ours_off, off[0]), max(plain_off, off[1])
        count = moments(mine[:2]).shape[1]
        return [
            Accuracy(ours_off, plain_off, "denoised samples at every level, against extended precision", WANTED),
            Accuracy(
                largest_z(mine, theirs),
                None,
                f"first and second moments of both sides, in standard errors; false alarms {ALPHA:g}",
                most_z(count),
            ),
        ]

    return Case(
        lambda: ours(target, steps, n, setting.device),
        lambda: sampling_plainly.sample(denoise, levels, int(n * share), target.d, SEED),
        check,
        share=share,
        work=Work(exps=float(n * steps * len(law[0]))),
    )


def exactly(x: Any, weights: Any, means: Any, stds: Any, v: float) -> Any:
    """E[X_0 | X_v = x] in extended precision, for numpy arrays."""
    import numpy as np

    offset = x.astype(np.longdouble)[:, None, :] - means
    var = stds.astype(np.longdouble) ** 2 + v
    logits = np.log(weights) - 0.5 * x.shape[1] * np.log(var) - (offset**2).sum(axis=-1) / (2 * var)
    r = np.exp(logits - logits.max(axis=1, keepdims=True))
    r /= r.sum(axis=1, keepdims=True)
    return (r[..., None] * (means + (stds**2 / var)[:, None] * offset)).sum(axis=1)


def _over_samples(size: int, setting: Setting) -> Callable[[], Any]:
    return partial(ours, mixture(16), 8, size, setting.device)


def _over_steps(size: int, setting: Setting) -> Callable[[], Any]:
    return partial(ours, mixture(16), size, 100_000, setting.device)


def _over_components(size: int, setting: Setting) -> Callable[[], Any]:
    return partial(ours, mixture(size), 8, 100_000, setting.device)


def _over_dimensions(size: int, setting: Setting) -> Callable[[], Any]:
    return partial(ours, mixture(16, size), 8, 50_000, setting.device)


STEPS_OF_SCALING = (4, 8, 16, 32, 64)
SCALING = (
    Scaling("samples", (2**16, 2**17, 2**18, 2**19, 2**20), _over_samples, 1, why="each runs down the grid on its own"),
    Scaling("N, steps", STEPS_OF_SCALING, _over_steps, 1, why="one denoiser call and one draw of noise a step"),
    Scaling("N, steps", STEPS_OF_SCALING, _over_steps, 0, "bytes", "no step is kept"),
    Scaling("components", (8, 16, 32, 64, 128), _over_components, 1, why="one exponential for each, sample and step"),
    Scaling("d", (2, 4, 8, 16, 32), _over_dimensions, 1, why="a pass over the offsets of each coordinate"),
)
WORK = f"10^6 samples, {STEPS} steps, 2-D mixture of 16, denoiser sampler"
AGAINST = "k-diffusion sample_euler_ancestral, mixture denoiser"
ROWS = (
    Row(
        name="sampling",
        work=WORK,
        against=f"{AGAINST} written plainly",
        wanted=3,
        make=partial(make, "by_differences", 1 / 8),
        scaling=SCALING,
    ),
    Row(
        name="sampling-products",
        work=WORK,
        against=f"{AGAINST} by cdist and matrix products",
        wanted=2,
        make=partial(make, "by_products", 1 / 4),
    ),
    Row(
        name="sampling-gpu",
        work=WORK,
        against=f"{AGAINST} written plainly",
        wanted=5,
        make=partial(make, "by_differences", 1.0),
        devices=("cuda",),
    ),
)
