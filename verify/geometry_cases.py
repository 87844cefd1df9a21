"""Free arguments of the geometric lemmas: dimension, angles, a norm, width and depth of a network, a distance."""

from __future__ import annotations

from math import pi

from hypothesis import strategies as st

NETWORKS = frozenset({"M_q", "V_q", "P_q"})
NORMS = frozenset({"M_X", "V_X"})
SPHERES = frozenset({"P_both", "P_cap"})

DRAWN = NETWORKS | NORMS | SPHERES  # each is a random experiment
ARGUMENTS = frozenset({"dim", "angle", "cap_angle", "x2", "eps"})
DIMENSIONS = (2.0, 3.0, 10.0, 50.0)
ANGLES = (1.0, 2.0, 0.5, 3.0)
CAP_ANGLES = (1.0, 0.5, 1.5)


def asked(names: set[str]) -> list[str]:
    """The free arguments that a case must have for these names."""
    needed = names & ARGUMENTS
    if names & SPHERES:
        needed |= {"dim"}
    if names & NORMS:
        needed |= {"dim", "x2"}
    if names & NETWORKS:
        needed |= {"layers", "m"}
    return sorted(needed)


def geometry_choices(names: set[str]) -> dict[str, tuple[float, ...]]:
    """Simple values of the free arguments that a claim asks for; sizes change slowest."""
    simple: dict[str, tuple[float, ...]] = {
        "dim": DIMENSIONS,
        "layers": (1.0, 8.0),
        "m": (8.0, 1.0, 32.0, 64.0, 512.0),
        "angle": ANGLES,
        "cap_angle": CAP_ANGLES,
        "x2": (1.0, 0.0, 9.0),
        "eps": (0.7, 2.0, 0.16, 100.0),
    }
    needed = asked(names)
    return {name: values for name, values in simple.items() if name in needed}


def free_geometry(draw: st.DrawFn, names: set[str]) -> dict[str, float]:
    """Free arguments that a claim asks for, drawn."""
    drawn: dict[str, st.SearchStrategy[float]] = {
        "dim": st.integers(2, 50).map(float),
        "angle": _digits(st.one_of(st.sampled_from((1.0, 2.0, 3.0, 0.0)), st.floats(0.0, pi))),
        "cap_angle": _digits(st.one_of(st.sampled_from((1.0, 0.5, 0.0)), st.floats(0.0, pi / 2))),
        "x2": _digits(st.one_of(st.sampled_from((1.0, 0.0, 4.0)), st.floats(0.01, 100.0))),
        "layers": st.integers(1, 8).map(float),
        "m": st.sampled_from((8.0, 1.0, 2.0, 4.0, 16.0, 32.0, 64.0, 512.0)),
        "eps": _digits(st.one_of(st.sampled_from((0.7, 0.5, 1.0, 2.0)), st.floats(0.05, 100.0))),
    }
    return {name: draw(drawn[name]) for name in asked(names)}


def _digits(numbers: st.SearchStrategy[float]) -> st.SearchStrategy[float]:
    """Few enough to read; angles stay below pi and pi/2."""
    return numbers.map(lambda x: float(int(x * 1000) / 1000))
