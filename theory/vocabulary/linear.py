"""Words for linear scores trained exactly: s(x) = W x, one matrix a noise level, Gaussian data of mean 0.

Each W makes ``K`` steps of size ``eta`` of gradient descent on E||W X_v + xi/sqrt(v)||^2 from an eigenvalue ``w0`` on
the data's directions. The matrices that are trained are larger than the data and not diagonal
(``numerics.linear_training``).
"""

from __future__ import annotations

from theory.vocabulary.words import indexed, scalar

eta = scalar("eta", "step size of gradient descent on a linear score", "data^-2", "> 0", r"\eta", positive=True)
w0 = scalar("w0", "slope of a linear score before training", "data^-2", "real", "w_0", real=True)
W_gd = indexed("W_gd", "slope of the linear score trained at v[k], d = 1", "data^-2", "real", r"W^{\mathrm{gd}}")
eps2_gd = indexed(
    "eps2_gd", "score error E||W x - grad log p||^2 trained at v[k]", "data^-2", ">= 0", r"\varepsilon^2_{\mathrm{gd}}"
)
loss_gd = indexed(
    "loss_gd", "denoising loss E||sqrt(v) W x + xi||^2 trained at v[k]", "1", ">= 0", r"\ell_{\mathrm{gd}}"
)
E_S_gd = scalar(
    "E_S_gd", "error of the trained linear scores in the path KL of the score sampler", "nats", ">= 0",
    r"E_S^{\mathrm{gd}}", nonnegative=True,
)  # fmt: skip
KL_path_gd = scalar(
    "KL_path_gd", "KL of the path laws of the exact reverse process and of the score sampler with the trained scores",
    "nats", ">= 0", r"\mathrm{KL}^{\mathrm{gd}}_{\mathrm{path}}", nonnegative=True,
)  # fmt: skip
V_gd = scalar(
    "V_gd", "variance of the score sampler's output with the trained linear scores, d = 1", "data^2", "> 0",
    r"V_{\mathrm{gd}}", positive=True,
)  # fmt: skip
KL_gd = scalar(
    "KL_gd", "KL(p_{v_N} || output of the score sampler with the trained linear scores), d = 1", "nats", ">= 0",
    r"\mathrm{KL}_{\mathrm{gd}}", nonnegative=True,
)  # fmt: skip
