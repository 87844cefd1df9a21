"""What is measured, each number with its error: data distributions, exact error budgets, enclosures.

    >>> from numerics import Gaussian, budget
    >>> from theory import karras
    >>> parts = budget(Gaussian(d=1, var=0.25), karras(n=5, sigma_min=0.1, sigma_max=10.0).v, "score")
    >>> print(parts.E_I)
    1.559900706e-06 ± 1.2e-20 (exact)

Names are loaded when they are first used: ``import numerics`` alone does not load torch.
"""

from typing import TYPE_CHECKING

from theory.lazy import lazily

if TYPE_CHECKING:
    from numerics.budgets import Budget, budget
    from numerics.enclosures import Enclosure, Kind, Relation, at_most, equal
    from numerics.samplers import SAMPLERS, Sampler
    from numerics.score_errors import LinearError, ScoreError
    from numerics.targets import TARGETS, Gaussian, GaussianMixture, LossCurve, NotAvailable, PointCloud, Target, digits
    from numerics.terminal import terminal_kl

__all__ = [
    "SAMPLERS",
    "TARGETS",
    "Budget",
    "Enclosure",
    "Gaussian",
    "GaussianMixture",
    "Kind",
    "LinearError",
    "LossCurve",
    "NotAvailable",
    "PointCloud",
    "Relation",
    "Sampler",
    "ScoreError",
    "Target",
    "at_most",
    "budget",
    "digits",
    "equal",
    "terminal_kl",
]

if not TYPE_CHECKING:  # a type checker reads the names above, and would take any name from a __getattr__
    __getattr__, __dir__ = lazily(
        __name__,
        {
            "numerics.budgets": ["Budget", "budget"],
            "numerics.enclosures": ["Enclosure", "Kind", "Relation", "at_most", "equal"],
            "numerics.samplers": ["SAMPLERS", "Sampler"],
            "numerics.score_errors": ["LinearError", "ScoreError"],
            "numerics.targets": [
                "TARGETS",
                "Gaussian",
                "GaussianMixture",
                "LossCurve",
                "NotAvailable",
                "PointCloud",
                "Target",
                "digits",
            ],
            "numerics.terminal": ["terminal_kl"],
        },
    )
