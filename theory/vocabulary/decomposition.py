"""Words for the decomposition of the score error into training, statistical, estimation and approximation error.

Linear scores s(x) = W x, one matrix a noise level, are trained on ``n`` points x_i of Gaussian data of mean 0 with one
fixed noise xi_ik for each point and level (``numerics.decomposition``). With the weights beta_k of the levels k < N,

    L_em(W) = 1/(2n) sum_ik beta_k ||sigma_k W_k X_ik + xi_ik||^2,    X_ik = x_i + sigma_k xi_ik,
    L_bar(W) = 1/2 sum_k beta_k E||sigma_k W_k X_{v_k} + xi||^2,      -C_bar = 1/2 sum_k beta_k mmse(v_k)/v_k,

W^K is what ``K`` steps of size ``eta`` make of w0 I at each level, W^* the minimiser of L_em of least norm and W^F that
of L_bar. The four errors are

    eps_train = |L_em(W^K) - L_em(W^*)|,     eps_n = |L_bar(W^K) - L_em(W^K)| + |L_em(W^*) - L_bar(W^*)|,
    eps_est = |L_bar(W^*) - L_bar(W^F)|,     eps_approx = |L_bar(W^F) + C_bar|.
"""

from __future__ import annotations

from theory.vocabulary.words import indexed, scalar

# --- what is drawn and how it is weighted ------------------------------------------------------------------------
draw = scalar("draw", "number of the training set: the seed of its points and noises", "1", "integer >= 0", r"\omega")
weighting = scalar(
    "weighting", "weights of linear scores' levels: 0 uniform, 1 for 1/sigma, 2 for 1/sigma^2, 3 EDM's", "1",
    "0, 1, 2 or 3", r"\beta_{\#}",
)  # fmt: skip
beta_lin = indexed(
    "beta_lin", "weight of noise level k in the losses of linear scores", "1", "> 0", r"\beta^{\mathrm{lin}}"
)
weight_max = scalar(
    "weight_max", "largest (v[k] - v[k+1])/(v[k] beta_lin[k]), k < N", "1", "> 0",
    r"\max_k \tfrac{\Delta_k}{v_k\beta_k}", positive=True,
)  # fmt: skip
weight_min = scalar(
    "weight_min", "smallest (v[k] - v[k+1])/(v[k] beta_lin[k]), k < N", "1", "> 0",
    r"\min_k \tfrac{\Delta_k}{v_k\beta_k}", positive=True,
)  # fmt: skip

# --- losses and errors of linear scores trained on n points --------------------------------------------------------
L_pop = scalar("L_pop", "population loss of the trained scores", "1", ">= 0", r"\bar L(W^K)", nonnegative=True)
L_em_star = scalar(
    "L_em_star", "training loss of its minimiser; 0 where it interpolates", "1", ">= 0", r"L_{em}(W^*)",
    nonnegative=True,
)  # fmt: skip
eps_train = scalar("eps_train", "optimisation error", "1", ">= 0", r"\varepsilon_{train}", nonnegative=True)
eps_n = scalar(
    "eps_n", "statistical error: the two losses' distance at the trained scores and at the minimiser", "1", ">= 0",
    r"\varepsilon_n", nonnegative=True,
)  # fmt: skip
eps_est = scalar("eps_est", "estimation error", "1", ">= 0", r"\varepsilon_{est}", nonnegative=True)
eps_approx = scalar("eps_approx", "approximation error", "1", ">= 0", r"\varepsilon_{approx}", nonnegative=True)
E_S_em = scalar(
    "E_S_em", "error of the linear scores trained on n points in the path KL of the score sampler", "nats", ">= 0",
    r"E_S^{em}", nonnegative=True,
)  # fmt: skip

# --- many steps: limits on ever finer grids with the same ends, d = 1, w0 = 0, 2 eta (lam + v[0]) < 1 ----------------
E_S_lim = scalar(
    "E_S_lim", "limit of E_S_gd on ever finer grids from v[0] to v[N]: half the integral of the score error", "nats",
    ">= 0", r"E_S^{\infty}", nonnegative=True,
)  # fmt: skip
KL_lim = scalar(
    "KL_lim", "limit of KL_gd on ever finer grids from v[0] to v[N]", "nats", ">= 0", r"\mathrm{KL}^{\infty}",
    nonnegative=True,
)  # fmt: skip
