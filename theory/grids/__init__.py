"""Noise grids: the field's families with their closed forms, and grids from what a user already has."""

from theory.grids.domain import GridError
from theory.grids.families import (
    FAMILIES,
    cosine,
    exponential,
    karras,
    laplace,
    linear,
    polyexponential,
    tan,
    vp,
)
from theory.grids.formulas import FORMULAS
from theory.grids.given import from_function, from_sigmas, from_time, from_variances
from theory.grids.grid import Grid

__all__ = [
    "FAMILIES",
    "FORMULAS",
    "Grid",
    "GridError",
    "cosine",
    "exponential",
    "from_function",
    "from_sigmas",
    "from_time",
    "from_variances",
    "karras",
    "laplace",
    "linear",
    "polyexponential",
    "tan",
    "vp",
]
