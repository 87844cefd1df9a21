"""What derivations start from: equations and inequalities that are proved in the literature, and only tested here.

Every chain of steps ends in these claims, or in definitions and algebra alone.
"""

from __future__ import annotations

_PATHS = "Girsanov's theorem, as in Chen, Chewi, Li, Li, Salim, Zhang 2023"
_GAUSSIAN = "closed form of Gaussian data"

# id of the claim -> where it is proved
AXIOMS = {
    "budget.initial": "de Bruijn's identity, integrated: Stam 1959",
    "budget.score": _PATHS,
    "budget.score.discretisation": _PATHS,
    "budget.score.excess": f"{_PATHS}; excess is v[k] eps2[k]",
    "gauss.fisher": _GAUSSIAN,
    "gauss.mmse": _GAUSSIAN,
    "gauss.ode": "Sabour, Fidler, Kreis 2024, Theorem 3.1",
    "info.de_bruijn": "Stam 1959",
    "info.dsm": "Vincent 2011",
    "info.fisher_derivative": "Payaro, Palomar 2009",
    "info.fisher_mmse": "Guo, Shamai, Verdu 2005",
    "info.mmse_bound": "Guo, Shamai, Verdu 2005",
    "info.mmse_derivative": "Payaro, Palomar 2009",
    "path.data_processing": "data-processing inequality: Cover, Thomas 2006, section 2.8",
}
