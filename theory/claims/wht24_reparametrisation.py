"""The paper's exponential integrator (10) does not depend on the parametrisation of time.

Setting: sigma_bar_t = t^{a_t}, times t_k = v_k^{1/(2 a_t)}. Run in time, with int sigma_t^2 dt integrated
numerically on each step, the integrator makes the same steps as the score sampler on the grid v. Measured is the
output variance on one-dimensional Gaussian data, which every step's drift and noise enter. Tight: equality.
"""

from sympy import Eq

from theory.claims.claim import Cases, Claim, Family
from theory.vocabulary import V_EI, V_out, a_t

CLAIMS = (
    Claim(
        id="wht24.reparametrisation",
        title="the exponential integrator depends on the grid in v alone",
        relation=Eq(V_EI(a_t), V_out),
        source="Wang, He, Tao 2024, scheme (10)",
        cases=Cases(families=(Family.GAUSSIAN_1D,), samplers=("score",), time_exponents=(0.25, 0.5, 1.0, 2.0)),
    ),
)
