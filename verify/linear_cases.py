"""Free arguments of claims on linear scores that are trained.

Step size ``eta``, start ``w0`` and steps ``K``; where they are trained on a finite sample, its size ``n`` and its
number ``draw`` besides; where the noise levels have weights, ``weighting``.
"""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from numerics.targets import Target
from numerics.training.weightings import WEIGHTINGS

# on the population loss, level by level
SCORES = frozenset({"W_gd", "eps2_gd", "loss_gd", "E_S_gd", "KL_path_gd", "V_gd", "KL_gd"})
# on ever finer grids: scores that start from 0 and whose steps are so small that the error falls with the noise level
LIMITS = frozenset({"E_S_lim", "KL_lim"})
# on a finite sample
SAMPLED = frozenset({"L_pop", "L_em_star", "eps_train", "eps_n", "eps_est", "eps_approx", "E_S_em"})
WEIGHTED = frozenset({"beta_lin", "weight_max", "weight_min"}) | SAMPLED
TRAINED = SCORES | LIMITS | WEIGHTED

# beside levels from 0.1 to 4 and data of variance at most 1: steps that converge, overshoot and diverge
SIMPLE: dict[str, tuple[float, ...]] = {"K": (3.0,), "eta": (0.25, 0.5, 0.1), "w0": (0.0, 1.0)}
SIMPLE_LIMIT: dict[str, tuple[float, ...]] = {"K": (1.0, 3.0), "eta": (0.1, 0.05), "w0": (0.0,)}
# w0 = -1/2 is the exact score at v_0 = 2 beside data at one point, and at v_0 = 1 beside data of variance 1
SIMPLE_SAMPLE: dict[str, tuple[float, ...]] = {"K": (0.0, 3.0), "eta": (0.25,), "w0": (-0.5, 0.0), "n": (2.0, 1.0)}
# eta (lam + v_0): a half makes one step exact, 1 is the edge of stability
SHARES = (0.25, 0.5, 0.1, 0.9, 1.25, 1e-3)
SAMPLE_SHARES = (0.25, 0.1, 0.5, 1e-3)  # the largest eigenvalue of few points is several times that of the data


def linear_choices(names: set[str]) -> dict[str, tuple[float, ...]]:
    """Simple values of the free arguments; none where nothing that is trained is asked for."""
    choices: dict[str, tuple[float, ...]] = {}
    if names & SCORES:
        choices = SIMPLE
    if names & LIMITS:
        choices = SIMPLE_LIMIT
    if names & SAMPLED:
        choices = SIMPLE_SAMPLE | {"draw": (0.0, 1.0)}
    return choices | {"weighting": (0.0, 3.0)} if names & WEIGHTED else choices


def free_training(draw: st.DrawFn, names: set[str], data: Target, v: tuple[float, ...]) -> dict[str, float]:
    """Free arguments for a case with these data and levels; none where nothing that is trained is asked for."""
    free: dict[str, float] = {}
    if names & (SCORES | LIMITS | SAMPLED):
        scale = float(np.max(getattr(data, "eigenvalues", data.m2.value))) + v[0]
        free = _limit(draw, scale) if names & LIMITS else _descent(draw, scale, bool(names & SAMPLED))
    if names & SAMPLED:
        free["n"] = float(draw(st.one_of(st.integers(1, 4), st.sampled_from((8, 32)))))
        free["draw"] = float(draw(st.integers(0, 99)))
    if names & WEIGHTED:
        free["weighting"] = float(draw(st.integers(0, len(WEIGHTINGS) - 1)))
    return free


def _descent(draw: st.DrawFn, scale: float, sampled: bool) -> dict[str, float]:
    steps = draw(st.one_of(st.integers(0 if sampled else 1, 4), st.sampled_from((8, 32))))
    some, most = (SAMPLE_SHARES, 0.5) if sampled else (SHARES, 1.4)
    share = draw(st.one_of(st.sampled_from(some), st.floats(0.01, most)))
    start = draw(st.one_of(st.sampled_from((0.0, 1.0, -1.0)), st.floats(-3.0, 3.0)))
    return {"eta": _six_digits(share / scale), "w0": _six_digits(start / scale), "K": float(steps)}


def _limit(draw: st.DrawFn, scale: float) -> dict[str, float]:
    steps = draw(st.one_of(st.integers(1, 4), st.sampled_from((8, 32))))
    share = draw(st.one_of(st.sampled_from((0.25, 0.1, 1e-3)), st.floats(1e-3, 0.49)))
    return {"eta": _six_digits(share / scale), "w0": 0.0, "K": float(steps)}


def _six_digits(number: float) -> float:
    return float(f"{number:.6g}")
