"""Words for gradient descent on denoising score matching (Wang, He, Tao 2024, section 3).

The network is S(theta; X) = W_{L+1} relu(W_L ... relu(W_0 X)) with L = ``layers`` trained square matrices of width m
between a frozen first and last one; its input is (x + sigma xi, sigma). On n data points x_i, the N noise levels
v[0], ..., v[N-1] and fixed noises xi_ij,

    r_ij = sigma_j S(X_ij) + xi_ij,    f_ij = beta_j ||r_ij||^2,    loss_em = 1/(2n) sum_ij f_ij = ||u||^2/2,

u = sqrt(beta_j/n) r_ij stacked. A = du/dtheta, and ``K`` steps of gradient descent of size h are made. The eigenvalues
are those of the NTK Gram matrix A A^T, of size n N d; the step index is ``s``.
"""

from __future__ import annotations

from theory.vocabulary.words import Axis, indexed, scalar

# --- sizes and free arguments ----------------------------------------------------------------------------------
n = scalar("n", "number of training points", "1", "integer >= 1", "n", integer=True, positive=True)
m = scalar("m", "width of the network", "1", "integer >= 1", "m", integer=True, positive=True)
layers = scalar(
    "layers", "number of trained layers (the paper's L)", "1", "integer >= 1", "L", integer=True, positive=True
)
K = scalar("K", "number of steps of gradient descent", "1", "integer >= 1", "K", integer=True, positive=True)
s = scalar("s", "a step of gradient descent, 0 <= s < K", "1", "integer >= 0", "s", integer=True, nonnegative=True)
h = scalar("h", "step size of gradient descent", "1", "> 0", "h", positive=True)
a_0 = scalar("a_0", "exponent of the paper's data assumption, 1/2 < a_0 < 1", "1", "in (1/2, 1)", "a_0", positive=True)
C5 = scalar("C5", "a constant that a theorem leaves unnamed, tested as a rate", "1", "> 0", "C_5", positive=True)
C_h = scalar("C_h", "the constant of the paper's step size, tested as a rate", "1", "> 0", "C_h", positive=True)
C6 = scalar("C6", "a constant that a theorem leaves unnamed, tested as a rate", "1", "> 0", "C_6", positive=True)

# --- weights of the noise levels -------------------------------------------------------------------------------
beta = indexed("beta", "weight of noise level k in the loss", "1", "> 0", r"\beta")
g = indexed("g", "beta[k] v[k], the weight of the score error in the loss", "data^2", "> 0", "g")
g_min = scalar("g_min", "smallest g[k], k < N", "data^2", "> 0", r"g_{\min}", positive=True)
g_max = scalar("g_max", "largest g[k], k < N", "data^2", "> 0", r"g_{\max}", positive=True)

# --- along the run: one value at each step ------------------------------------------------------------------------
loss_em = indexed("loss_em", "training loss before step s", "1", ">= 0", r"\bar{\mathcal L}_{em}", Axis.STEPS)
grad2 = indexed("grad2", "squared norm of the gradient of the training loss", "1", ">= 0", r"\|\nabla\|^2", Axis.STEPS)
layer2 = indexed(
    "layer2", "largest squared norm of the gradient over the layers", "1", ">= 0", r"\|\nabla_{W_l}\|^2", Axis.STEPS
)
g_star = indexed("g_star", "g of the level with the largest f_ij", "data^2", "> 0", r"g_{j^*}", Axis.STEPS)
lambda_min = indexed("lambda_min", "smallest NTK eigenvalue at theta_s", "1", ">= 0", r"\lambda_{\min}", Axis.STEPS)
lambda_max = indexed("lambda_max", "largest NTK eigenvalue at theta_s", "1", ">= 0", r"\lambda_{\max}", Axis.STEPS)
trace_K = indexed("trace_K", "trace of the NTK Gram matrix at theta_s", "1", ">= 0", r"\mathrm{tr} K", Axis.STEPS)
uKu = indexed("uKu", "u^T K u by the NTK Gram matrix at theta_s", "1", ">= 0", r"u^\top K u", Axis.STEPS)
slope = indexed(
    "slope", "derivative of the loss at theta_s along a random direction, by the paper's gradient", "1", "real",
    r"\langle\nabla, w\rangle", Axis.STEPS,
)  # fmt: skip
slope_auto = indexed(
    "slope_auto", "the same derivative by automatic differentiation", "1", "real", r"\partial_w", Axis.STEPS
)
loss_lin = indexed(
    "loss_lin",
    "loss of gradient descent on the network linearised at theta_0",
    "1",
    ">= 0",
    r"L^{\mathrm{lin}}",
    Axis.STEPS,
)

apart = indexed(
    "apart",
    "||u - u of the network linearised at theta_0||, after s steps of each",
    "1",
    ">= 0",
    r"\|u - u^{\mathrm{lin}}\|",
    Axis.STEPS,
)

bend = indexed(
    "bend", "||u_{s+1} - (I - h K_s) u_s||/||u_s||: what leaves the linear path in step s; 0 where nothing moves",
    "1", ">= 0", r"\chi", Axis.STEPS,
)  # fmt: skip

growth = scalar("growth", "largest loss_em[s + 1]/loss_em[s] along the run", "1", ">= 0", r"\rho", nonnegative=True)

# --- at theta_0: one value for each of the n N d residuals --------------------------------------------------------
ev = indexed("ev", "eigenvalue i of the NTK at theta_0, ascending", "1", ">= 0", r"\lambda", Axis.RESIDUALS)
proj2 = indexed(
    "proj2", "squared component of u along eigenvector i; of equal eigenvalues only the sum is determined",
    "1", ">= 0",
    r"\langle q, u\rangle^2", Axis.RESIDUALS,
)  # fmt: skip

# --- a move dtheta from theta_0, in a random direction ------------------------------------------------------------
move2 = scalar("move2", "squared length of the move dtheta", "1", ">= 0", r"\|d\theta\|^2", nonnegative=True)
loss_moved = scalar("loss_moved", "training loss at theta_0 + dtheta", "1", ">= 0", r"L'", nonnegative=True)
slope_moved = scalar("slope_moved", "<grad loss(theta_0), dtheta>", "1", "real", r"\langle\nabla L, d\theta\rangle")
gauss_newton = scalar(
    "gauss_newton", "half the squared change of u: 1/(2n) sum beta_j v_j ||S(theta_0 + dtheta) - S(theta_0)||^2",
    "1", ">= 0", r"\tfrac12\|\Delta u\|^2", nonnegative=True,
)  # fmt: skip
curve_moved = scalar(
    "curve_moved",
    "||u(theta_0 + dtheta) - u(theta_0) - A dtheta||",
    "1",
    ">= 0",
    r"\|\Delta u - A d\theta\|",
    nonnegative=True,
)

# --- one data point, one noise: the loss at the ends of the noise range ---------------------------------------------
res_norm = scalar(
    "res_norm", "||sigma S(x + sigma xi, sigma) + xi||, n = N = 1", "1", ">= 0", r"\|r\|", nonnegative=True
)
xi_norm = scalar("xi_norm", "norm of the noise, n = N = 1", "1", ">= 0", r"\|\xi\|", nonnegative=True)
x_norm = scalar("x_norm", "norm of the data point, n = N = 1", "data", ">= 0", r"\|x\|", nonnegative=True)
S_unit = scalar("S_unit", "||S(xi, 1)||, n = N = 1", "1", ">= 0", r"\|S(\xi)\|", nonnegative=True)
Lip = scalar("Lip", "product of the spectral norms of all layers", "1", ">= 0", r"\Lambda", nonnegative=True)

# --- fresh noise --------------------------------------------------------------------------------------------------
loss_fresh = scalar(
    "loss_fresh", "loss of the network after K steps on fresh data and noise, sampled: 1/2 sum beta_j E||r_j||^2",
    "1", ">= 0", r"\bar{\mathcal L}", nonnegative=True,
)  # fmt: skip
