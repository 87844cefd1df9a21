"""Regenerates Tables 1 and 2 of Wang-He-Tao 2024 from the definitions and writes docs/tables.md.

    python -m benchmarks.tables [--no-page]

Grids come from ``theory.grids.FORMULAS``, limits from ``theory.derivations.limits``, the weighting from the claims.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from sympy import log

from benchmarks.page import DOCS
from theory.derivations import Mark, find_derivation
from theory.derivations.tables import R, table1, table2
from theory.grids.formulas import rho, sigma_max, sigma_min

PAGE = DOCS / "tables.md"
_EDM = {sigma_max: 80, sigma_min: 0.002, rho: 7}  # EDM's range and exponent
_CLAIMS = {
    "Table 1": (
        "wht24.table1.exponential",
        "wht24.table1.polynomial",
        "wht24.remark3.bound",
        "wht24.remark3.corrected",
        "wht24.remark3.exponential",
        "wht24.optimality",
    ),
    "Table 2": (
        "wht24.table2.polynomial.level",
        "wht24.table2.exponential.level",
        "wht24.table2.polynomial.corrected",
        "wht24.table2.exponential.corrected",
        "edm.weighting",
    ),
}


def page() -> str:
    """The page as Markdown."""
    return "\n".join(
        [
            "# Tables 1 and 2 of the paper, regenerated",
            "",
            "The tables of Wang, He and Tao (2024), computed from the grids' formulas and from EDM's weighting; only",
            "the paper's factor is typed. `python -m benchmarks.tables` writes this page, and a test holds it to what",
            "is computed.",
            "",
            "## Table 1: the grid's cost",
            "",
            "The d-term of Theorem 2, for d = 1, is 1/2 times the sum of x - 1 + exp(-x) over the log-steps x of the",
            "grid. N times it tends to the limit below as the number N of steps grows, and no N exceeds it. The paper",
            "gives the factor, without a constant; the numbers are for EDM's sigma from 80 to 0.002 and rho = 7.",
            "",
            "| grid | sigma_k | limit of N times the d-term | paper's factor |",
            "|---|---|---|---|",
            *[_cells(r.name, r.sigma, r.limit, r.factor) for r in table1()],
            *["", "| grid | limit | paper's factor |", "|---|---|---|"],
            *[f"| {r.name} | {_number(r.limit)} | {_number(r.factor)} |" for r in table1()],
            "",
            "The polynomial limit falls with rho towards the exponential one, so that no rho is best; half of",
            f"`{log(R)}` minimises the paper's factor alone (Remark 3).",
            "",
            *_derived("Table 1"),
            "",
            "## Table 2: the weight of the training error",
            "",
            "The factor in front of the training error is the largest sigma_j^2/w_j. At the noisiest level it is",
            "P X, with P from EDM's weighting and X from the first step of the grid:",
            "",
            "| design | sigma_bar | P | X |",
            "|---|---|---|---|",
            *[_cells(r.name, r.sigma_bar, r.weight, r.step) for r in table2()],
            "",
            "The noisiest level has the largest factor only where P_mean is low enough (`wht24.table2`).",
            "",
            *_derived("Table 2"),
            "",
        ]
    )


def _cells(name: str, *formulas: Any) -> str:
    return f"| {name} | {' | '.join(f'`{formula}`' for formula in formulas)} |"


def _number(formula: Any) -> str:
    return f"{float(formula.subs(_EDM)):.1f}"


def _derived(table: str) -> list[str]:
    """A line for each checked derivation."""
    lines = ["Derivations, each step checked by machine:", ""]
    for id in _CLAIMS[table]:
        derivation = find_derivation(id)
        if derivation is not None and all(outcome.mark is Mark.CHECKED for outcome in derivation.outcomes):
            lines.append(f"* `{id}` ({_count(len(derivation.steps))}): {derivation.title}")
    return lines


def _count(steps: int) -> str:
    return f"{steps} step{'s' if steps > 1 else ''}"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--no-page", action="store_true", help="print the page and leave docs/tables.md as it is")
    chosen = parser.parse_args(arguments)
    if chosen.no_page:
        print(page())
    else:
        Path(PAGE).write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
