"""What the reader of a page is said to have already: files of his own, objects in his session.

And what holds for whole pages that are written by a program, where a marker at every block would say one thing.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

DEFAULTS = {  # a marker for every console block that has none
    "docs/paper.md": "long scoreproof verify",
}
TEXTS = {  # a marker for every text that is nobody's output and has none
    "ARCHITECTURE.md": "not, a drawing of the layers",
    "docs/paper.md": "not, statements and cases that benchmarks.edition wrote from the verdicts of a run",
}
FOLDERS = {"examples/regression/README.md": "examples/regression"}  # where the reader stands, if not in a clone
SIGMAS = """def sigmas():
    return [80.0, 24.0, 7.5, 2.0, 0.5, 0.1, 0.002]
"""


def files(page: str, folder: Path) -> None:
    """Write the reader's files into the page's folder, which is the current one."""
    for write in _FILES.get(page, ()):
        write(folder)


def names(page: str) -> dict[str, Any]:
    """What stands in the reader's Python session."""
    return _NAMES[page]() if page in _NAMES else {}


def _my_sigmas(folder: Path) -> None:
    (folder / "my.py").write_text(SIGMAS)
    (folder / "my_sigmas.csv").write_text("80\n7.5\n0.5\n0.002\n")


def _curve(d: int, file: str = "curve.csv") -> Callable[[Path], None]:
    """The loss curve of an exact model of Gaussian data of standard deviation 1/2."""

    def write(folder: Path) -> None:
        rows = (f"{s:.17g},{d * 0.25 * s**2 / (0.25 + s**2):.17g}\n" for s in np.geomspace(0.002, 80, 60))
        (folder / file).write_text("sigma,mse\n" + "".join(rows))

    return write


def _baseline(folder: Path) -> None:
    from verify.schedules.baseline import record

    record([80.0, 24.0, 7.5, 2.0, 0.5, 0.1, 0.002], folder / "base.json")


def _points(folder: Path) -> None:
    np.save(folder / "points.npy", np.random.default_rng(0).normal(size=(30, 2)))


def _grid(folder: Path) -> None:
    (folder / "my.py").write_text("def grid():\n    return [20.0, 7.5, 2.0, 0.5, 0.1]\n")


def _pipeline() -> dict[str, Any]:
    """A pipeline of diffusers, as far as its scheduler is asked for."""
    from types import SimpleNamespace

    from diffusers import EulerDiscreteScheduler

    scheduler = EulerDiscreteScheduler(use_karras_sigmas=True)
    scheduler.set_timesteps(20)
    return {"pipe": SimpleNamespace(scheduler=scheduler)}


def _denoiser() -> dict[str, Any]:
    """The exact denoiser of Gaussian data in 64 dimensions, and some of these data."""
    import torch

    x = torch.randn(50, 64, generator=torch.Generator().manual_seed(0)) / 2
    return {"torch": torch, "x": x, "model": lambda y, sigma: y * (0.25 / (0.25 + sigma[:, None] ** 2))}


_FILES: dict[str, tuple[Callable[[Path], None], ...]] = {
    "README.md": (_my_sigmas, _curve(3072), _baseline),
    "docs/index.md": (_my_sigmas,),
    "docs/schedules.md": (_grid,),
    "docs/regression.md": (_points, _curve(64)),
}
_NAMES: dict[str, Callable[[], dict[str, Any]]] = {
    "docs/lint.md": _pipeline,
    "docs/schedules.md": _denoiser,
}
