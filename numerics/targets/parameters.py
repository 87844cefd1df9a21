"""Checks of what a user typed: each refusal is one line that names the value at fault and the fix."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def finite_array(name: str, value: Any, *ndim: int) -> FloatArray:
    """``value`` as a non-empty float64 array without NaN or infinity, its number of axes one of ``ndim``.

    Raises:
        ValueError: it is not one.
    """
    shapes = " or ".join(("a number", "a list of numbers", "nested lists of numbers")[min(n, 2)] for n in ndim)
    try:
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name} = {value!r} is not an array of numbers: give {shapes}") from None
    if array.ndim not in ndim:
        raise ValueError(f"{name} has {array.ndim} axes: give {shapes}")
    if array.size == 0:
        raise ValueError(f"{name} is empty: give at least one entry")
    if not np.all(np.isfinite(array)):
        bad = array[~np.isfinite(array)].flat[0]
        raise ValueError(f"{name} contains {bad}: every entry must be a finite number")
    return array


def nonnegative(name: str, array: FloatArray) -> FloatArray:
    """The array itself, once every entry is seen to be >= 0."""
    if np.any(array < 0):
        raise ValueError(f"{name} contains {array.min():g}: every entry must be 0 or larger")
    return array


def covariance_matrix(name: str, matrix: FloatArray) -> FloatArray:
    """The array itself, once its last two axes are seen to hold square symmetric matrices."""
    if matrix.shape[-1] != matrix.shape[-2]:
        raise ValueError(f"{name} has shape {matrix.shape}: a covariance is a square matrix")
    skew = np.abs(matrix - np.swapaxes(matrix, -1, -2)).max()
    if skew > 1e-12 * np.abs(matrix).max():
        raise ValueError(f"{name} is not symmetric (off by {skew:g}): give (A + A^T)/2")
    return matrix


def spectrum(name: str, matrix: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Eigenvalues (ascending) and eigenvectors (columns) of a covariance; rounding below 0 is set to 0."""
    values, vectors = np.linalg.eigh(covariance_matrix(name, matrix))
    if values.min() < -1e-12 * max(values.max(), 0.0):
        raise ValueError(f"{name} has the eigenvalue {values.min():g}: a covariance has none below 0")
    return np.maximum(values, 0.0), vectors


def noise_levels(*levels: ArrayLike) -> list[FloatArray]:
    """Noise levels v (then u < v) as float64 arrays, broadcast against each other.

    Raises:
        ValueError: a level is not positive and finite, or the second is not below the first.
    """
    arrays = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in levels))
    for v in arrays:
        if not np.all((v > 0) & np.isfinite(v)):
            bad = v[~((v > 0) & np.isfinite(v))].flat[0]
            raise ValueError(f"noise level v = {bad:g} must be positive and finite (v = sigma^2)")
    if len(arrays) == 2 and np.any(arrays[1] >= arrays[0]):
        raise ValueError("the second noise level is not below the first: give v, then u < v")
    return [np.array(v) for v in arrays]


def level_column(x: torch.Tensor, v: float | torch.Tensor) -> torch.Tensor:
    """A noise level as a tensor that broadcasts against ``x`` of shape (B, d): shape () or (B, 1)."""
    level = torch.as_tensor(v, dtype=x.dtype, device=x.device)
    return level.reshape(-1, 1) if level.ndim else level


def typed(value: float | Iterable[Any]) -> str:
    """A number or nested list as text that parses back to the same float64 values."""
    if isinstance(value, Iterable):
        return "[" + ", ".join(typed(entry) for entry in value) + "]"
    return repr(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))
