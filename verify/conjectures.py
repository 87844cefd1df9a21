"""Which cases a typed relation is tried on, read off the names that it uses."""

from __future__ import annotations

from sympy.core.relational import Relational

from numerics.targets import Gaussian, Target
from theory.claims import Cases, Family
from theory.compiler import CompileError, compile_array, names_used
from verify.language.errors import BadInput

LEARNED = {"eps2", "excess", "loss", "mse", "dmse", "E_S"}
ON_THE_LINE = {
    "x",
    "score",
    "denoiser",
    "cov",
    "dscore",
    "score_ahead",
    "denoiser_ahead",
    "drift2",
    "F_run",
    "F_out",
    "cdf",
}
GAUSSIAN_LINE = {"lam", "mu", "V_out", "M_out", "V_EI", "V_run", "M_run"}
PATH = {"E_D", "E_S", "KL_path"}
SAMPLERS = ("score", "denoiser", "ode", "heun")
MAX_STEPS = 6


def known_sampler(name: str) -> str:
    """The name of a sampler that the command line offers.

    Raises:
        BadInput: there is none of that name.
    """
    if name not in SAMPLERS:
        raise BadInput(f"there is no sampler {name!r}; there are {', '.join(SAMPLERS)}")
    return name


def conjecture_cases(relation: Relational, sampler: str, targets: list[Target]) -> Cases:
    """The case space of a typed relation.

    Raises:
        BadInput: an unknown sampler; a quantity that this sampler or these data do not have; a relation that
            cannot be computed.
    """
    names = names_used(relation)
    if known_sampler(sampler) in ("ode", "heun") and names & PATH:
        missing = ", ".join(sorted(names & PATH))
        raise BadInput(f"{missing} is a path divergence, which the deterministic {sampler} sampler does not have")
    try:
        for side in (relation.lhs, relation.rhs):
            compile_array(side)
    except CompileError as why:
        raise BadInput(str(why)) from None
    if names & GAUSSIAN_LINE:
        families: tuple[Family, ...] = (Family.GAUSSIAN_1D,)
    elif names & ON_THE_LINE:
        families = (Family.GAUSSIAN_1D, Family.MIXTURE)
    else:
        families = (Family.GAUSSIAN, Family.MIXTURE)
    if not targets and "w" in names and "u" not in names:
        raise BadInput("w is a noise level below u; use u where there is one level")
    for target in targets:
        if names & GAUSSIAN_LINE and not (isinstance(target, Gaussian) and target.d == 1):
            used = ", ".join(sorted(names & GAUSSIAN_LINE))
            raise BadInput(f"{used} is known for one-dimensional Gaussian data, not for {target.label}")
        if names & ON_THE_LINE and target.d != 1:
            used = ", ".join(sorted(names & ON_THE_LINE))
            raise BadInput(f"{used} is defined for one-dimensional data, but {target.label} has d = {target.d}")
    return Cases(
        families=families,
        samplers=(sampler,),
        score_error=bool(names & LEARNED),
        max_steps=MAX_STEPS,
        spread="lam" in names,
    )
