"""Words for data, grids, information curves and samplers."""

from __future__ import annotations

from theory.symbols import N, k
from theory.vocabulary.words import Shape, add, function, indexed, scalar

for _index, _meaning in ((k, "grid index in sampling order, 0 is the noisiest"), (N, "number of sampler steps")):
    add(_index.name, _index, Shape.SCALAR, (_meaning, "1", "integer", _index.name))

# --- the data and free arguments -----------------------------------------------------------------------------
d = scalar("d", "dimension of the data", "1", "integer >= 1", "d", integer=True, positive=True)
m2 = scalar("m2", "second moment E||X_0||^2 (the paper's m_2^2)", "data^2", ">= 0", "m_2^2", nonnegative=True)
lam = scalar("lam", "variance of one-dimensional Gaussian data", "data^2", ">= 0", r"\lambda", nonnegative=True)
mu = scalar("mu", "mean of one-dimensional Gaussian data", "data", "real", r"\mu", real=True)
u = scalar("u", "a noise level in the variance clock, sigma_bar^2", "data^2", "> 0", "u", positive=True)
w = scalar("w", "a second noise level, 0 < w < u", "data^2", "> 0", "w", positive=True)
x = scalar("x", "a point of one-dimensional data space", "data", "real", "x", real=True)
a_t = scalar("a_t", "exponent of the time parametrisation sigma_bar_t = t^{a_t}", "1", "> 0", r"\kappa", positive=True)
C = scalar("C", "a constant that a statement leaves unnamed, tested at 10^6", "1", ">= 1", "C", positive=True)

# --- the grid ------------------------------------------------------------------------------------------------
v = indexed("v", "variance of the noise at grid point k", "data^2", "> 0, strictly decreasing in k", "v")
sigma = indexed("sigma", "standard deviation of the noise, sqrt(v[k])", "data", "> 0", r"\sigma")
gamma = indexed("gamma", "signal-to-noise ratio 1/v[k] (alpha^2/sigma^2)", "data^-2", "> 0", r"\gamma")

# --- information curves, functions of a noise level -----------------------------------------------------------
J = function("J", ("u",), "Fisher information E||grad log p_u(X_u)||^2", "data^-2", "0 <= J <= d/u", "J")
mmse = function("mmse", ("u",), "E||X_0 - E[X_0 | X_u]||^2", "data^2", "0 <= mmse <= min(m2, d u)", r"\mathrm{mmse}")
H = function("H", ("u",), "differential entropy of X_u", "nats", "real", "H")
hess2 = function("hess2", ("u",), "E||hess log p_u(X_u)||_F^2", "data^-4", ">= 0", r"\mathrm{hess}_2")
cov2 = function("cov2", ("u",), "E||Cov(X_0 | X_u)||_F^2", "data^4", ">= 0", r"\mathrm{cov}_2")
KLn = function("KLn", ("u",), "KL(p_u || N(0, u I))", "nats", "0 <= KLn <= m2/(2u)", r"\mathrm{KL}_{\mathcal N}")

# --- pointwise and two-level quantities, one-dimensional data ---------------------------------------------------
score = function("score", ("x", "u"), "grad log p_u(x), d = 1", "1/data", "real", "s")
denoiser = function("denoiser", ("x", "u"), "E[X_0 | X_u = x], d = 1", "data", "real", "D")
cov = function("cov", ("x", "u"), "Var(X_0 | X_u = x), d = 1", "data^2", ">= 0", r"\mathrm{Cov}")
cdf = function("cdf", ("x", "u"), "P(X_u <= x), d = 1", "1", "0 <= cdf <= 1", "F")
dscore = function("dscore", ("x", "u"), "second derivative of log p_u at x, d = 1", "data^-2", "real", "s'")
score_ahead = function(
    "score_ahead", ("x", "u", "w"), "E[score(Y_w, w) | Y_u = x], reverse process", "1/data", "real", r"\bar s"
)
denoiser_ahead = function("denoiser_ahead", ("x", "u", "w"), "E[denoiser(Y_w, w) | Y_u = x]", "data", "real", r"\bar D")
drift2 = function(
    "drift2", ("u", "w"), "E||score(Y_u, u) - score(Y_w, w)||^2, reverse process", "data^-2", ">= 0", r"\delta^2_s"
)

# --- the learned score ---------------------------------------------------------------------------------------
eps2 = indexed("eps2", "score error E||s_theta - grad log p||^2 at v[k]", "data^-2", ">= 0", r"\varepsilon^2")
excess = indexed("excess", "excess loss v[k] eps2[k]", "1", ">= 0", r"\mathrm{excess}")
loss = indexed("loss", "denoising loss E||sqrt(v) s_theta + xi||^2 at v[k]", "1", ">= 0", r"\ell")
mse = indexed("mse", "denoising error E||X_0 - D_theta||^2 at v[k]", "data^2", ">= 0", r"\mathrm{mse}_\theta")
dmse = indexed("dmse", "denoiser error E||D_theta - D*||^2 at v[k]", "data^2", ">= 0", r"\varepsilon^2_D")

# --- errors of a sampler ---------------------------------------------------------------------------------------
E_I = scalar("E_I", "initialisation error KL(p_{v_0} || N(0, v_0 I))", "nats", ">= 0", "E_I", nonnegative=True)
E_S = scalar("E_S", "error of the learned score in the path KL", "nats", ">= 0", "E_S", nonnegative=True)
E_D = scalar("E_D", "discretisation error in the path KL", "nats", ">= 0", "E_D", nonnegative=True)
KL_path = scalar(
    "KL_path",
    "KL between the path laws of the exact reverse process and of the sampler started from N(0, v_0 I)",
    "nats",
    ">= 0",
    r"\mathrm{KL}_{\mathrm{path}}",
    nonnegative=True,
)
KL = scalar("KL", "KL(p_{v_N} || law of the sampler's output)", "nats", ">= 0", r"\mathrm{KL}", nonnegative=True)
V_out = scalar("V_out", "variance of the sampler's output, d = 1", "data^2", "> 0", r"V_{\mathrm{out}}", positive=True)
M_out = scalar("M_out", "mean of the sampler's output, d = 1", "data", "real", r"M_{\mathrm{out}}", real=True)
V_EI = function(
    "V_EI",
    ("a_t",),
    "output variance of the exponential integrator run in time, sigma_bar_t = t^{a_t}, d = 1",
    "data^2",
    "> 0",
    r"V_{\mathrm{EI}}",
)

F_out = function(
    "F_out",
    ("x",),
    "P(output <= x) of the sampler, from its law propagated step by step, d = 1",
    "1",
    "0 <= F_out <= 1",
    r"F_{\mathrm{out}}",
)

# --- real runs: confidence intervals from 100,000 outputs --------------------------------------------------------
V_run = scalar(
    "V_run",
    "variance of the sampler's output as a real run shows it, Gaussian data, d = 1",
    "data^2",
    "> 0",
    r"V_{\mathrm{run}}",
    positive=True,
)
M_run = scalar(
    "M_run",
    "mean of the sampler's output as a real run shows it, Gaussian data, d = 1",
    "data",
    "real",
    r"M_{\mathrm{run}}",
    real=True,
)
F_run = function(
    "F_run",
    ("x",),
    "P(output <= x) as the share of a real run's outputs shows it, d = 1",
    "1",
    "0 <= F_run <= 1",
    r"F_{\mathrm{run}}",
)
