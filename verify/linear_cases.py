"""Free arguments of claims on linear scores that are trained: step size ``eta``, start ``w0``, steps ``K``."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from numerics.targets import Target

TRAINED = frozenset({"W_gd", "eps2_gd", "loss_gd", "E_S_gd", "KL_path_gd", "V_gd", "KL_gd"})

# beside levels from 0.1 to 4 and data of variance at most 1: steps that converge, overshoot and diverge
SIMPLE: dict[str, tuple[float, ...]] = {"K": (3.0,), "eta": (0.25, 0.5, 0.1), "w0": (0.0, 1.0)}
# eta (lam + v_0): a half makes one step exact, 1 is the edge of stability
SHARES = (0.25, 0.5, 0.1, 0.9, 1.25, 1e-3)


def linear_choices(names: set[str]) -> dict[str, tuple[float, ...]]:
    """Simple values of the free arguments; none where nothing that is trained is asked for."""
    return SIMPLE if names & TRAINED else {}


def free_training(draw: st.DrawFn, names: set[str], data: Target, v: tuple[float, ...]) -> dict[str, float]:
    """Free arguments for a case with these data and levels; none where nothing that is trained is asked for."""
    if not names & TRAINED:
        return {}
    scale = float(np.max(getattr(data, "eigenvalues", data.m2.value))) + v[0]
    steps = draw(st.one_of(st.integers(1, 4), st.sampled_from((8, 32))))
    share = draw(st.one_of(st.sampled_from(SHARES), st.floats(0.01, 1.4)))
    start = draw(st.one_of(st.sampled_from((0.0, 1.0, -1.0)), st.floats(-3.0, 3.0)))
    return {"eta": _six_digits(share / scale), "w0": _six_digits(start / scale), "K": float(steps)}


def _six_digits(number: float) -> float:
    return float(f"{number:.6g}")
