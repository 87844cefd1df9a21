"""What the tests of the regression check share: one Gaussian, its closed form, a loss curve of it, edited files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from theory.grids import karras

VAR = 0.25
GAUSSIAN = f"gaussian(d=1, var={VAR})"
BEFORE = karras(9, 0.02, 20.0)


def exact_cost(sigmas, sampler: str) -> float:
    """KL_path for N(0, VAR) with its exact score, from the closed forms per step."""
    v = np.asarray(sigmas, float) ** 2
    a = VAR + v
    start = (VAR / v[0] - np.log1p(VAR / v[0])) / 2
    if sampler == "score":
        return start + float(np.sum(np.log(a[:-1] / a[1:]) - 1 + a[1:] / a[:-1]) / 2)
    gamma = 1 / v
    frozen = np.sum(VAR * v[:-1] / a[:-1] * np.diff(gamma))
    return start + float(frozen - np.log((1 + VAR * gamma[-1]) / (1 + VAR * gamma[0]))) / 2


def curve(path: Path, sigmas, factor: float = 1.0) -> None:
    """A loss curve of exact N(0, VAR) data (times ``factor``) with its rows at ``sigmas``."""
    v = np.unique(sigmas) ** 2
    rows = [f"{np.sqrt(u)!r},{factor * VAR * u / (VAR + u)!r}".replace("np.float64(", "").replace(")", "") for u in v]
    path.write_text("\n".join(["sigma,mse", *rows]) + "\n")


def edited(base: Path, *place, to) -> None:
    """Put ``to`` at a place of a JSON file; None takes the place away."""
    content = json.loads(base.read_text())
    inner = content
    for key in place[:-1]:
        inner = inner[key]
    if to is None:
        del inner[place[-1]]
    else:
        inner[place[-1]] = to
    base.write_text(json.dumps(content))
