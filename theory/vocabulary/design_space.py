"""Words for the design space: parameters of noise grids and of weightings, which a statement leaves free.

Grids of a family are written out in a statement, between the end points sigma[0] and sigma[N] of the case's grid and
with its N steps (``theory.grids.FORMULAS``), so that every case has one, whatever its levels in between.
"""

from __future__ import annotations

from theory.vocabulary.words import scalar

rho = scalar("rho", "exponent of a polynomial (Karras) grid: sigma_k^{1/rho} is linear in k", "1", "> 0", r"\varrho",
             positive=True)  # fmt: skip
level = scalar("level", "index of a noise level that a step starts from, 0 <= level < N", "1", "integer >= 0",
               r"j", integer=True, nonnegative=True)  # fmt: skip
P_mean = scalar("P_mean", "mean of ln sigma in EDM's training distribution", "1", "real", r"P_{\mathrm{mean}}",
                real=True)  # fmt: skip
P_std = scalar("P_std", "standard deviation of ln sigma in EDM's training distribution", "1", "> 0",
               r"P_{\mathrm{std}}", positive=True)  # fmt: skip
sigma_data = scalar("sigma_data", "standard deviation of the data in EDM's weighting", "data", "> 0",
                    r"\sigma_{\mathrm{data}}", positive=True)  # fmt: skip
