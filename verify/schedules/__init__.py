"""Noise schedules: what they cost, which is better, and why."""

from verify.schedules.baseline import check, record
from verify.schedules.budgets import PARTS, GridBudget, grid_budget
from verify.schedules.checked import Checked
from verify.schedules.comparison import Comparison, compare
from verify.schedules.export import exported
from verify.schedules.findings import Finding
from verify.schedules.given import Given
from verify.schedules.optimum import Optimum, optimise
from verify.schedules.ranking import Ranked, Ranking, rank
from verify.schedules.reading import as_grid

__all__ = [
    "PARTS",
    "Checked",
    "Comparison",
    "Finding",
    "Given",
    "GridBudget",
    "Optimum",
    "Ranked",
    "Ranking",
    "as_grid",
    "check",
    "compare",
    "exported",
    "grid_budget",
    "optimise",
    "rank",
    "record",
]
