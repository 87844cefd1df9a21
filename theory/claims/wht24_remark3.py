"""Wang-He-Tao 2024, Remark 3: which exponent rho of a polynomial grid is best.

Setting: polynomial (Karras) grids of N steps, R = sigma_0/sigma_N, as in ``wht24_table1``.

As printed: rho = (1/2) ln R is optimal. That is the minimum of the paper's upper bound,

    rho^2 R^{1/rho} >= (e ln(R)/2)^2, with equality at rho = ln(R)/2    (d/drho: 2 rho = ln R)

which is what the remark minimises. The d-term of the error keeps falling beyond it: it does not increase when rho is
doubled, at any N (proved below), and for N to infinity with rho at all. The power mean of sigma_0 and sigma_N
decreases in rho, so the log-steps of 2 rho are more even than those of rho at every N, and a sum of a convex function
of them is smaller (Karamata). The infimum is rho to infinity, the exponential grid.
Tight: equality at N = 1, where all grids agree.
"""

from sympy import E, Ge, Le, log

from theory.claims.claim import Claim, Expected, Form
from theory.claims.wht24_table1 import EXPONENTIAL_D_TERM, GRIDS, R, polynomial_d_term
from theory.vocabulary import rho

_SOURCE = "Wang, He, Tao 2024, Remark 3"
BEST_OF_BOUND = log(R) / 2

CLAIMS = (
    Claim(
        id="wht24.remark3.bound",
        title="the paper's bound rho^2 R^{1/rho} is smallest at rho = ln(R)/2",
        relation=Ge(rho**2 * R ** (1 / rho), (E * BEST_OF_BOUND) ** 2),
        source=_SOURCE,
        cases=GRIDS,
        note="what the remark minimises",
    ),
    Claim(
        id="wht24.remark3.printed",
        title="rho = ln(R)/2 also has the smallest d-term among polynomial grids",
        relation=Ge(polynomial_d_term(), polynomial_d_term(BEST_OF_BOUND)),
        source=_SOURCE,
        form=Form.PRINTED,
        expected=Expected.REFUTED,
        cases=GRIDS,
        note="rho = ln(R)/2 minimises the bound; the d-term keeps falling, see wht24.remark3.corrected",
    ),
    Claim(
        id="wht24.remark3.corrected",
        title="the d-term of a polynomial grid does not increase when rho is doubled",
        relation=Le(polynomial_d_term(2 * rho), polynomial_d_term()),
        source=_SOURCE,
        form=Form.CORRECTED,
        cases=GRIDS,
    ),
    Claim(
        id="wht24.remark3.exponential",
        title="the d-term of every polynomial grid is at least that of the exponential grid",
        relation=Ge(polynomial_d_term(), EXPONENTIAL_D_TERM),
        source=_SOURCE,
        form=Form.CORRECTED,
        cases=GRIDS,
        derived_from=("wht24.optimality",),
    ),
)
