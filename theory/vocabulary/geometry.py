"""Words for the geometric lemmas: random directions, noisy data, and the layers of a random network.

Real draws answer each of them: ``dim`` is the dimension that they are made in, ``m`` the width of the network and
``layers`` the number of its square layers after the first. Their weights are drawn from N(0, 2/m),
q_0 = relu(W_0 X), ..., q_L = relu(W_L q_{L-1}).
"""

from __future__ import annotations

from theory.vocabulary.words import function, scalar

dim = scalar(
    "dim", "dimension of the space that vectors are drawn in", "1", "integer >= 2", r"\dim", integer=True, positive=True
)
angle = scalar("angle", "angle between two vectors", "radians", "in [0, pi]", r"\alpha", nonnegative=True)
cap_angle = scalar(
    "cap_angle", "angle from the pole to the rim of a cap", "radians", "in [0, pi/2]", r"\tau", nonnegative=True
)
x2 = scalar("x2", "squared norm of a data point", "data^2", ">= 0", r"\|x\|^2", nonnegative=True)
eps = scalar("eps", "distance of a ratio of squared norms from 1", "1", "> 0", r"\epsilon", positive=True)

I_beta = function(
    "I_beta", ("x", "a", "b"), "regularised incomplete beta function I_x(a, b)", "1", "0 <= I_beta <= 1", "I"
)
P_both = function(
    "P_both", ("t",), "P(w.a >= 0 and w.b >= 0) as real draws show it, w uniform on the sphere, a and b at the angle t",
    "1", "0 <= P_both <= 1", r"P_{\mathrm{both}}",
)  # fmt: skip
P_cap = function(
    "P_cap", ("t",), "P(angle of w and a pole <= t) as real draws show it, w uniform on the sphere",
    "1", "0 <= P_cap <= 1", r"P_{\mathrm{cap}}",
)  # fmt: skip
M_X = scalar(
    "M_X",
    "E||x + sqrt(u) xi||^2 as real draws show it, ||x||^2 = x2, dimension dim",
    "data^2",
    "> 0",
    r"M_X",
    positive=True,
)
V_X = scalar(
    "V_X", "variance of ||x + sqrt(u) xi||^2 as real draws show it, ||x||^2 = x2, dimension dim", "data^4", "> 0",
    "V_X", positive=True,
)  # fmt: skip
M_q = scalar(
    "M_q", "E||q_L||^2/||X||^2 as real draws of the network show it",
    "1", "> 0", "M_q", positive=True,
)  # fmt: skip
V_q = scalar("V_q", "E(||q_L||^2/||X||^2 - 1)^2 as real draws of the network show it", "1", "> 0", "V_q", positive=True)
P_q = function(
    "P_q", ("t",), "P(| ||q_L||^2/||X||^2 - 1 | > t) as real draws of the network show it", "1", "0 <= P_q <= 1", "P_q"
)
