"""The paper's statements on the full error and the design of noise schedules and weightings.

R = sigma_max/sigma_min of a grid, rho the exponent of the polynomial schedule, T and delta the ends of time.
"""

from theory.paper.statement import Statement

DESIGN = (
    Statement(
        key="thm3",
        number="Theorem 3",
        title="the full error",
        says="The score part of Theorem 2 is at most `max_k [Delta_k/(v_k beta_k)]` times the excess of the training "
        "objective, `L_bar(theta) + C_bar`, and that is at most `eps_train + eps_n + eps_est + eps_approx`.",
        uses=("eq4", "thm1", "thm2"),
        remark="The four errors cannot vanish together where the training loss can be brought to 0, as the paper "
        "remarks itself, while the excess `L_bar + C_bar` does for the exact score.",
    ),
    Statement(
        key="cor1",
        number="Corollary 1",
        title="the full error of the EDM designs",
        says="With the polynomial schedule and the EDM weighting the error is, up to constants, `m2/T^2 + d a^2 "
        "(T/delta)^{1/a}/N + (m2 + d) (a^2 (T/delta)^{1/a}/N + a^3 (T/delta)^{2/a}/N^2) + (C9 + (1 - C8 h m "
        "d^{(a0-1)/2}/(n^3 N^2))^K)/N` with `a = 7`.",
        uses=("thm1", "thm3", "i1"),
        remark="The last term is read with a `C9` that does not depend on `N`. It stands for a sum over `N` noise "
        "levels: with a number of training steps that does not grow with `N`, the score error tends to a positive "
        "number.",
    ),
    Statement(
        key="remark3",
        number="Remark 3",
        title="the best exponent of the polynomial schedule",
        says="The optimal exponent is `rho = 1/2 ln R`, which minimises `rho^2 R^{1/rho}`.",
        uses=("i1",),
        remark="That is the minimum of the upper bound. The d-term itself falls with `rho`, down to that of the "
        "exponential schedule.",
    ),
    Statement(
        key="table1",
        number="Table 1",
        title="what the schedules cost",
        says="`N` times the d-term goes like `rho^2 R^{1/rho}` on the polynomial grid `sigma_k = (smax^{1/rho} + k/N "
        "(smin^{1/rho} - smax^{1/rho}))^rho`, and like `ln^2 R` on the exponential one, `sigma_k` geometric.",
        remark="Stated here with the limits themselves, which no `N` exceeds.",
    ),
    Statement(
        key="table2",
        number="Table 2",
        title="the factor of the score error",
        says="`max_j sigma_j^2/w_j = P X`, taken at `j = N`, with `X = smax - (smax^{1/rho} - (smax^{1/rho} - "
        "smin^{1/rho})/N)^rho` for the polynomial and `X = 1/2 (smax - smax (smin^2/smax^2)^{1/N})` for the "
        "exponential schedule; `P` depends on the EDM weighting and `smax` alone.",
        uses=("table1", "thm3"),
        remark="The noisiest level has the largest factor at EDM's own parameters, but not at all parameters.",
    ),
    Statement(
        key="i1",
        number="Appendix I.1",
        title="rates of the sampling error",
        says="`E_I + E_D` of the polynomial schedule falls like `a^2 R^{1/a}/N`, of the exponential one like "
        "`ln^2 R/N`, for `sigma_bar_t = t` and for `sigma_bar_t = sqrt(t)`, with terms of second order in the "
        "former.",
        uses=("table1", "thm2"),
        remark="All four hold with constant 1, for polynomial grids if a >= 1.",
    ),
    Statement(
        key="optimality",
        number="Optimality",
        title="the argument for the exponential schedule",
        says="Among all grids between two noise levels the exponential one has the smallest d-term, since "
        "`(1 - e^{-x})^2` is convex in the log-steps `x`.",
        uses=("thm2",),
        remark="The conclusion holds for every grid, since `x - 1 + e^{-x}` is convex for all `x`. What is refuted is "
        "the argument: `(1 - e^{-x})^2` is convex for `x < ln 2` alone.",
    ),
)
