"""Noise schedules: what they cost, which is better, and why.

    >>> from verify.schedules import compare, read_target
    >>> found = compare(
    ...     ["karras(n=5, sigma_min=.1, sigma_max=10)", "exponential(n=5, sigma_min=.1, sigma_max=10)"],
    ...     read_target("gaussian(d=1, var=0.25)"),
    ... )
    >>> [found.verdict(one) for one in found.budgets]
    ['reference', 'worse']

A schedule is a ``Grid``, a list, array or tensor of sigmas, a scheduler of diffusers, k-diffusion or ComfyUI, a file,
or text: whatever :func:`as_grid` reads. Results are shown by ``print`` and in notebooks, and drawn by their ``plot()``.
``lint`` is in ``verify`` and in ``verify.schedules.lint``.
"""

from numerics.targets import LossCurve
from verify.schedules.baseline import check, record
from verify.schedules.budgets import PARTS, GridBudget, grid_budget
from verify.schedules.checked import Checked
from verify.schedules.comparison import Comparison, compare
from verify.schedules.export import exported
from verify.schedules.findings import Finding, Findings
from verify.schedules.given import Given
from verify.schedules.optimum import Optimum, optimise
from verify.schedules.ranking import Ranked, Ranking, rank
from verify.schedules.reading import as_grid
from verify.schedules.sources import read_curve, read_target

__all__ = [
    "PARTS",
    "Checked",
    "Comparison",
    "Finding",
    "Findings",
    "Given",
    "GridBudget",
    "LossCurve",
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
    "read_curve",
    "read_target",
    "record",
]
