"""Noise schedules: what they cost, which is better, and why."""

from verify.schedules.budgets import PARTS, GridBudget, grid_budget
from verify.schedules.comparison import Comparison, compare
from verify.schedules.given import Given

__all__ = ["PARTS", "Comparison", "Given", "GridBudget", "compare", "grid_budget"]
