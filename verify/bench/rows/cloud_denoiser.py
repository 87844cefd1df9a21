"""The exact denoiser of the digits, a softmax over all 1,797 images, for a batch of 65,536, against a plain softmax."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from verify.bench.row import Accuracy, Case, Row, Scaling, Setting, Work

if TYPE_CHECKING:
    import torch

    from numerics.targets import PointCloud

SEED = 8
V = 0.5  # between the levels at which one image has all the weight and those at which all have the same
WANTED = 1e-12
CHECKED = 64  # points of the batch that are done again in extended precision
ROWS_OF_SCALING = 8192


def batch(cloud: PointCloud, size: int, device: str) -> torch.Tensor:
    """Noisy points X_0 + sqrt(v) xi, float64, shape (size, d)."""
    import torch

    generator = torch.Generator().manual_seed(SEED)
    noise = torch.randn(size, cloud.d, dtype=torch.float64, generator=generator)
    return (cloud.sample(size, generator) + V**0.5 * noise).to(device)


def plainly(x: torch.Tensor, points: torch.Tensor, v: float) -> torch.Tensor:
    """softmax(-|x - x_j|^2/(2v)) @ points, all at once: at 65,536 by 1,797 each array has 0.9 GB."""
    import torch

    return torch.softmax(-torch.cdist(x, points).square() / (2 * v), dim=1) @ points


def exactly(x: Any, points: Any, v: float) -> Any:
    """The same in extended precision, from differences, for numpy arrays."""
    import numpy as np

    out = []
    for one in x.astype(np.longdouble):
        logits = -((one - points) ** 2).sum(axis=1) / (2 * np.longdouble(v))
        r = np.exp(logits - logits.max())
        out.append((r / r.sum()) @ points)
    return np.array(out)


def make(setting: Setting) -> Case:
    """The whole batch by both."""
    import torch

    from numerics.targets import digits

    cloud = digits()
    x = batch(cloud, setting.pick(65_536, 512), setting.device)
    points = torch.from_numpy(cloud.points).to(setting.device)

    def check(mine: Any, theirs: Any) -> list[Accuracy]:
        truth = exactly(x[:CHECKED].cpu().numpy(), cloud.points, V)
        ours, plain = (float(abs(side[:CHECKED].cpu().numpy() - truth).max()) for side in (mine, theirs))
        return [Accuracy(ours, plain, f"{CHECKED} denoised images, grey values, against extended precision", WANTED)]

    weights = float(len(x) * cloud.n)
    return Case(
        lambda: cloud.denoiser(x, V),
        lambda: plainly(x, points, V),
        check,
        work=Work(flops=4 * weights * cloud.d, exps=weights),
        memory={"an array of weights, which only the alternative has": 8 * weights},
    )


def _denoise(points: int, d: int, rows: int, setting: Setting) -> Callable[[], Any]:
    import numpy as np

    from numerics.targets import PointCloud

    cloud = PointCloud(np.random.default_rng(SEED).normal(size=(points, d)))
    x = batch(cloud, rows, setting.device)
    return lambda: cloud.denoiser(x, V)


def _over_batch(size: int, setting: Setting) -> Callable[[], Any]:
    return _denoise(2000, 64, size, setting)


def _over_points(size: int, setting: Setting) -> Callable[[], Any]:
    return _denoise(size, 64, ROWS_OF_SCALING, setting)


def _over_dimensions(size: int, setting: Setting) -> Callable[[], Any]:
    return _denoise(2000, size, ROWS_OF_SCALING, setting)


POINTS = (1000, 2000, 4000, 8000, 16_000)
ROWS = (
    Row(
        name="cloud-denoiser",
        work="exact denoiser of the 1,797 digits, d = 64, batch 65,536",
        against="softmax(-cdist(x, points)**2 / (2 v)) @ points in torch, all at once",
        wanted=2,
        make=make,
        devices=("cpu", "cuda"),
        scaling=(
            Scaling("batch", (4096, 8192, 16_384, 32_768, 65_536), _over_batch, 1, why="every row is on its own"),
            Scaling("points", POINTS, _over_points, 1, why="one logit and one exponential for each"),
            Scaling("points", POINTS, _over_points, 0, "bytes", "weights live a block at a time, and are never kept"),
            Scaling(
                "d", (16, 32, 64, 128, 256), _over_dimensions, 1, why="two matrix products whose inner length is d"
            ),
        ),
    ),
)
