"""A script as a user would write it, for a type checker (``test_api``): nothing of it takes long."""

from pathlib import Path

from sympy import Le

from numerics import Enclosure, Gaussian, Target
from theory import Cases, Claim, Form, Grid, exponential, from_sigmas, karras
from theory.vocabulary import E_I, m2, v
from verify import Comparison, Findings, Ranking, Verdict, compare, conjecture, grid_budget, lint, rank, write_report


def my_claim() -> Claim:
    cases = Cases(samplers=("score",), max_steps=3)
    return Claim(id="mine", title="the start", relation=Le(E_I, m2 / v[0]), source="own", form=Form.EXACT, cases=cases)


def better(grids: list[Grid], data: Target) -> list[str]:
    found: Comparison = compare(grids, data)
    return [found.verdict(one) for one in found.budgets]


def cost(grid: Grid, data: Target) -> float:
    path: Enclosure | None = grid_budget(grid, data).part("KL_path")
    return float("nan") if path is None else float(path.upper)


def keep(verdicts: list[Verdict], folder: Path) -> Path:
    for verdict in verdicts:
        print(verdict.status, verdict.counterexample.case if verdict.counterexample else "", verdict.latex)
    return write_report(verdicts, folder)


data = Gaussian(d=1, var=0.25)
grids = [karras(4, 0.1, 10.0), exponential(4, 0.1, 10.0), from_sigmas([10.0, 2.0, 0.5, 0.1])]
order: Ranking = rank(grids, data)
found: Findings = lint([10.0, 2.0, 0.5, 0.1, 0.0])
names: set[str] = my_claim().names
total: float = sum(cost(grid, data) for grid in grids)
words: list[str] = better(grids, data)
asked = conjecture
picture = compare(grids, data).plot
