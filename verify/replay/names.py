"""The vocabulary's names as this implementation knows them: what kind each is, and what a case must give."""

from __future__ import annotations

from typing import get_args

from verify.replay.format import FreeName

CURVES = ("J", "mmse", "H", "hess2", "cov2", "KLn")
POINTWISE = ("score", "denoiser", "cov", "dscore", "cdf")
FREE = get_args(FreeName)

# linear scores that gradient descent trained
OF_LINEAR = ("eta", "w0", "K")
LINEAR_LEVELS = ("W_gd", "eps2_gd", "loss_gd")
LINEAR_SUMS = ("E_S_gd", "KL_path_gd", "V_gd", "KL_gd")

# a network and a move of its weights, which a certificate may give in full
NETWORK_SIZES = ("n", "m", "layers", "K")
OF_MOVE = ("loss_moved", "slope_moved", "gauss_newton", "curve_moved", "move2")
NETWORK_NUMBERS = (*NETWORK_SIZES, *OF_MOVE, "g_min", "g_max")
NETWORK_LEVELS = ("beta", "g")
AT_START = ("loss_em",)

# what a real run shows: known by name, never re-checked
OF_DRAWS = ("M_X", "V_X", "M_q", "V_q", "P_both", "P_cap", "P_q")  # vectors and networks
OF_STEPS = (
    *("grad2", "layer2", "g_star", "lambda_min", "lambda_max", "trace_K", "uKu", "slope", "slope_auto"),
    *("loss_lin", "apart", "bend"),
)
OF_RESIDUALS = ("ev", "proj2")
OF_ONE_SAMPLE = ("res_norm", "xi_norm", "x_norm", "S_unit", "Lip")
OF_ALL_STEPS = ("h", "growth", "loss_fresh", "E_S_net", "KL_path_net")
OF_LEVELS = ("loss_net",)
OF_A_SAMPLE = ("L_pop", "L_em_star", "eps_train", "eps_n", "eps_est", "eps_approx", "E_S_em")  # linear scores
OF_WEIGHTS = ("weight_max", "weight_min")
MANY_STEPS = ("E_S_lim", "KL_lim")
OF_A_RUN = (
    *("V_run", "M_run", "F_run"),
    *(*OF_A_SAMPLE, *OF_WEIGHTS, *MANY_STEPS, "beta_lin"),
    *(*OF_DRAWS, *OF_STEPS, *OF_ALL_STEPS, *OF_LEVELS, *OF_RESIDUALS, *OF_ONE_SAMPLE),
)

ON_GRID = ("v", "sigma", "gamma", "eps2", "excess", "loss", "mse", "dmse", *LINEAR_LEVELS, *NETWORK_LEVELS)
INDEXED = (*ON_GRID, *AT_START, *OF_STEPS, *OF_LEVELS, *OF_RESIDUALS, "beta_lin")
NUMBERS = (
    *("N", "d", "m2", "lam", "mu", *FREE, "E_I", "E_S", "E_D", "KL_path", "KL", "V_out", "M_out", "V_run", "M_run"),
    *("M_X", "V_X", "M_q", "V_q", *LINEAR_SUMS, *NETWORK_NUMBERS, *OF_ALL_STEPS, *OF_ONE_SAMPLE),
    *("draw", "weighting", *OF_A_SAMPLE, *OF_WEIGHTS, *MANY_STEPS),
)
ARITY = {
    **dict.fromkeys(CURVES, 1),
    **dict.fromkeys(POINTWISE, 2),
    "score_ahead": 3,
    "denoiser_ahead": 3,
    "drift2": 2,
    "V_EI": 1,
    "F_out": 1,
    "F_run": 1,
    "I_beta": 3,
    "P_both": 1,
    "P_cap": 1,
    "P_q": 1,
}
NEEDS_GRID = {
    *(*ON_GRID, "N", "E_I", "E_S", "E_D", "KL_path", "KL", "V_out", "M_out", "V_EI", "F_out", *LINEAR_SUMS),
    *("V_run", "M_run", "F_run"),
    *("beta_lin", *OF_A_SAMPLE, *OF_WEIGHTS, *MANY_STEPS),
}
