"""Tables 1 and 2: rows computed from the grids' formulas, held to known numbers, to the claims and to the page."""

import math
from pathlib import Path

import numpy as np
import pytest
import sympy

from benchmarks.tables import page
from theory import grids
from theory.claims.wht24_table2 import printed_exponential, printed_polynomial
from theory.derivations.tables import table1, table2, tables
from theory.grids.formulas import rho, sigma_max, sigma_min
from theory.symbols import N
from theory.vocabulary import P_mean, P_std, sigma, sigma_data, v
from theory.vocabulary import rho as exponent

EDM = {sigma_max: 80, sigma_min: 0.002, rho: 7}
WEIGHTING = {P_mean: -1.2, P_std: 1.2, sigma_data: 0.5}


def test_limits_and_factors_at_the_numbers_of_edm() -> None:
    polynomial, exponential = table1()
    assert float(polynomial.limit.subs(EDM)) == pytest.approx(135.4, abs=0.05)
    assert float(polynomial.factor.subs(EDM)) == pytest.approx(222.7, abs=0.05)
    assert float(exponential.limit.subs(EDM)) == pytest.approx(112.3, abs=0.05)
    assert exponential.factor == exponential.limit


@pytest.mark.parametrize("steps", [100, 1000])
def test_no_n_exceeds_the_limit_and_many_steps_come_near_it(steps: int) -> None:
    made = {
        "polynomial": grids.karras(steps + 1, 0.002, 80.0, 7.0),
        "exponential": grids.exponential(steps + 1, 0.002, 80.0),
    }
    for row in table1():
        x = np.log(made[row.name].v[:-1] / made[row.name].v[1:])
        measured = steps * float(np.sum(x + np.expm1(-x))) / 2
        limit = float(row.limit.subs(EDM))
        assert measured < limit
        assert measured == pytest.approx(limit, rel=20 / steps)


def test_the_largest_factor_of_table_2_is_the_claims_p_x() -> None:
    for row, printed in zip(table2(), (printed_polynomial(), printed_exponential()), strict=True):
        ends = {sigma[0]: 80, sigma[N]: 0.002, v[0]: 6400, v[N]: 4e-6, exponent: 7}
        claim = printed.subs(ends).subs({**WEIGHTING, N: 18})
        assert float((row.weight * row.step).subs({**EDM, **WEIGHTING, N: 18})) == pytest.approx(
            float(claim), rel=1e-12
        )


def test_the_weight_is_that_of_the_loss_on_the_first_level() -> None:
    bell = math.exp(-((math.log(80) + 1.2) ** 2) / (2 * 1.44)) * (6400 + 0.25) / (80 * 0.25)
    for row in table2():
        assert float(row.weight.subs({**EDM, **WEIGHTING})) == pytest.approx(1 / bell, rel=1e-12)


def test_both_tables_are_there_with_rows_over_the_grids_symbols() -> None:
    found = tables()
    assert set(found) == {"Table 1", "Table 2"}
    for row in found["Table 1"]:
        assert row.limit.free_symbols <= {rho, sigma_max, sigma_min}
        assert not row.limit.has(sympy.Integral)


def test_the_page_is_current() -> None:
    written = Path(__file__).parents[3] / "docs" / "tables.md"
    assert written.read_text(encoding="utf-8") == page(), "run python -m benchmarks.tables"
