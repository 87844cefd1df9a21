"""The paper's statements on sampling: initial, score and discretisation error of a sampler of N steps.

v = sigma_bar^2 is the noise variance, v_0 > ... > v_N the grid, Delta_k = v_k - v_{k+1}, x_k = ln(v_k/v_{k+1}), and
m2 = E||X_0||^2. E_I, E_S and E_D are the parts of the divergence of the whole path.
"""

from theory.paper.statement import Picture, Statement, untranscribed

SAMPLING = (
    Statement(
        key="reparametrisation",
        number="Scheme (10)",
        title="the exponential integrator",
        says="A step holds the score fixed and integrates everything else exactly, in a given parametrisation "
        "`sigma_bar_t` of time.",
        remark="Its law depends on the grid of variances alone: `Y' = Y + (v - v') s(v, Y) + sqrt(v - v') Z`.",
    ),
    Statement(
        key="thm2",
        number="Theorem 2",
        title="the sampling error",
        says="Up to a constant, the divergence of the output is at most `m2/sigma_bar_T^2` for the start, "
        "`sum gamma_j sigma_{T-t_j}^2 eps2_j` for the score, and three terms for the steps: "
        "`d sum gamma_j int sigma^4/sigma_bar^4 dt`, `m2 int_0^{t_1} sigma^2 dt/sigma_bar_T^4` and "
        "`(m2 + d) sum_{j>=1} (1 - e^{-v_j}) (v_j^2 - v_{j+1} v_{j-1})/(v_{j-1} v_j^2)`.",
        uses=("reparametrisation", "lemma9", "lemma10", "lemma12"),
        pictures=(Picture("compare.png", "The discretisation error as an area: a Karras and an exponential grid"),),
        remark="The last term is negative where log-steps shrink; the score term needs `sigma_t` non-decreasing.",
    ),
    Statement(
        key="lemma9",
        number="Lemma 9",
        title="Girsanov's theorem, with display (19)",
        says="The divergence of the output is at most `E_I` plus `1/2 int sigma_t^2 E||s_theta - grad log p_t||^2 dt`.",
        remark="The integral is `E_S + E_D`, and its constant is 1.",
    ),
    Statement(
        key="lemma10",
        number="Lemma 10",
        title="the initial error",
        says="`KL(p * q || q) <= m2/(2 sigma^2)` for `q = N(0, sigma^2 I)`.",
        also=("budget.initial",),
    ),
    untranscribed("lemma11", "Lemma 11"),
    Statement(
        key="lemma12",
        number="Lemma 12",
        title="how far the score moves within a step",
        says="Along the reverse process the score `L_t` moves from noise variance `v_j` to `v` by "
        "`E||L_t - L_{t_j}||^2 = d (1/v - 1/v_j) + mmse(v_j)/v_j^2 - mmse(v)/v^2`.",
    ),
    Statement(
        key="lemma13",
        number="Lemma 13",
        title="the sampler's output on Gaussian data",
        says="On data `N(mu, lam)` the output is Gaussian, with the mean "
        "`mu (sigma_T^2 + sigma_j^2)/(lam + sigma_T^2)` after step `j`.",
        also=("gauss.variance.score",),
        remark="The recursion gives a difference in the numerator.",
    ),
    untranscribed("lemma14", "Lemma 14"),
    Statement(
        key="lemma15",
        number="Lemma 15",
        title="the output's divergence on Gaussian data",
        says="The divergence of the output in closed form, from the mean and the variance of Lemma 13.",
        uses=("lemma13",),
        remark="The mean enters squared, so that the sign in Lemma 13 is carried along.",
    ),
)
