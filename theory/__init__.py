"""Error bounds of diffusion models as sympy relations: claims, noise grids, derivations.

A claim is a relation over :mod:`theory.vocabulary` with the cases in which it is said to hold; the same expression is
printed, derived from, compiled and tested. A grid is a strictly decreasing list of noise levels with its closed form.

    >>> from sympy import Le
    >>> from theory import Claim, Form, find, karras
    >>> from theory.vocabulary import E_I, m2, v
    >>> claim = Claim(id="mine", title="the start", relation=Le(E_I, m2 / v[0]), source="own", form=Form.CONJECTURE)
    >>> sorted(claim.names)
    ['E_I', 'm2', 'v']
    >>> karras(n=3, sigma_min=0.1, sigma_max=10.0).N
    2
    >>> find("wht24.lemma10").title
    'initialisation error at most m2/(2 v_0)'

Names are loaded when they are first used: ``import theory`` waits for nothing.
"""

from typing import TYPE_CHECKING

from theory.lazy import lazily

if TYPE_CHECKING:
    from theory.claims import Cases, Claim, Design, Expected, Family, Form, TrainingSpace
    from theory.claims.catalogue import catalogue, find
    from theory.derivations import Derivation, Step, substitute_family, substitute_grid
    from theory.derivations.closed_form import closed_form
    from theory.derivations.limits import ManySteps, NoLimit, limit_of_many_steps
    from theory.derivations.optimum import NoOptimum, minimise
    from theory.deriving import CheckedDerivation, derive
    from theory.grids import (
        Grid,
        GridError,
        cosine,
        exponential,
        from_function,
        from_sigmas,
        from_time,
        from_variances,
        karras,
        laplace,
        linear,
        polyexponential,
        tan,
        vp,
    )
    from theory.mathml import to_mathml
    from theory.vocabulary import VOCABULARY, to_latex

__all__ = [
    "VOCABULARY",
    "Cases",
    "CheckedDerivation",
    "Claim",
    "Derivation",
    "Design",
    "Expected",
    "Family",
    "Form",
    "Grid",
    "GridError",
    "ManySteps",
    "NoLimit",
    "NoOptimum",
    "Step",
    "TrainingSpace",
    "catalogue",
    "closed_form",
    "cosine",
    "derive",
    "exponential",
    "find",
    "from_function",
    "from_sigmas",
    "from_time",
    "from_variances",
    "karras",
    "laplace",
    "limit_of_many_steps",
    "linear",
    "minimise",
    "polyexponential",
    "substitute_family",
    "substitute_grid",
    "tan",
    "to_latex",
    "to_mathml",
    "vp",
]

if not TYPE_CHECKING:  # a type checker reads the names above, and would take any name from a __getattr__
    __getattr__, __dir__ = lazily(
        __name__,
        {
            "theory.claims": [
                "Cases",
                "Claim",
                "Design",
                "Expected",
                "Family",
                "Form",
                "TrainingSpace",
                "catalogue",
                "find",
            ],
            "theory.derivations": ["Derivation", "Step", "substitute_family", "substitute_grid"],
            "theory.derivations.closed_form": ["closed_form"],
            "theory.derivations.limits": ["ManySteps", "NoLimit", "limit_of_many_steps"],
            "theory.derivations.optimum": ["NoOptimum", "minimise"],
            "theory.deriving": ["CheckedDerivation", "derive"],
            "theory.grids": [
                "Grid",
                "GridError",
                "cosine",
                "exponential",
                "from_function",
                "from_sigmas",
                "from_time",
                "from_variances",
                "karras",
                "laplace",
                "linear",
                "polyexponential",
                "tan",
                "vp",
            ],
            "theory.mathml": ["to_mathml"],
            "theory.vocabulary": ["VOCABULARY", "to_latex"],
        },
    )
