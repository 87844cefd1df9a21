"""Which cases a typed relation is tried on, read off the names that it uses."""

from __future__ import annotations

from sympy.core.relational import Relational

from numerics.targets import Gaussian, Target
from theory.claims import Cases, Family, TrainingSpace
from theory.compiler import CompileError, compile_array, names_used
from theory.vocabulary import full_error as full_error_words
from theory.vocabulary import training as training_words
from theory.vocabulary.words import VOCABULARY
from verify.geometry_cases import NETWORKS
from verify.language.errors import BadInput
from verify.language.samplers import known_sampler
from verify.linear_cases import TRAINED

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
MAX_STEPS = 6

# curves that training cases have as well, at their noise levels
CURVES = ("J", "mmse", "H", "hess2", "cov2", "KLn")
# Networks that are trained. The sizes m, layers and K are also those of other experiments.
OF_TRAINING = frozenset(
    name for words in (training_words, full_error_words) for name in vars(words) if name in VOCABULARY
) - {"m", "layers", "K"}
HIDDEN_CONSTANTS = frozenset({"C5", "C6", "C_h"})
ONE_SAMPLE = frozenset({"res_norm", "xi_norm", "x_norm", "S_unit", "Lip"})  # known where n = N = 1
BESIDE_TRAINING = frozenset({*("N", "d", "m2", "v", "sigma", "gamma", "C", "m", "layers", "K", "E_I", "E_D"), *CURVES})


def conjecture_cases(relation: Relational, sampler: str, targets: list[Target]) -> Cases:
    """The case space of a typed relation.

    Raises:
        BadInput: an unknown sampler; a quantity that this sampler or these data do not have; a relation that
            cannot be computed.
    """
    names = names_used(relation)
    if names & OF_TRAINING:
        return _training_cases(relation, names, sampler)
    if known_sampler(sampler) in ("ode", "heun") and names & PATH:
        missing = ", ".join(sorted(names & PATH))
        raise BadInput(f"{missing} is a path divergence, which the deterministic {sampler} sampler does not have")
    _require_an_experiment(names)
    _require_computable(relation)
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


def _training_cases(relation: Relational, names: set[str], sampler: str) -> Cases:
    """The case space of a relation that speaks of networks and their training runs.

    Raises:
        BadInput: a constant without a value; a quantity that is not one of training runs; a sampler was chosen; a
            relation that cannot be computed.
    """
    trained = ", ".join(sorted(names & OF_TRAINING - HIDDEN_CONSTANTS)) or "training"
    if hidden := sorted(names & HIDDEN_CONSTANTS):
        raise BadInput(
            f"{', '.join(hidden)} has no value: a theorem leaves it unnamed, and it is tested as a rate in a designed "
            "experiment (Claim(..., design=Design(...)) in a file); write a number instead"
        )
    strange = sorted(name for name in names - OF_TRAINING - BESIDE_TRAINING if name.rstrip("'") not in CURVES)
    if strange:
        raise BadInput(
            f"{', '.join(strange)} cannot stand beside {trained}, a quantity of networks that gradient descent trains; "
            f"beside it there are {', '.join(sorted(BESIDE_TRAINING))}"
        )
    if known_sampler(sampler) != "score":
        raise BadInput(f"{trained} is known after training, before any sampling; leave out --sampler {sampler}")
    _require_computable(relation)
    return Cases(training=TrainingSpace(most_points=1, most_levels=1) if names & ONE_SAMPLE else TrainingSpace())


def _require_an_experiment(names: set[str]) -> None:
    """Raise BadInput where a size is named and nothing that has it."""
    for size, owners in (("K", TRAINED), ("m", NETWORKS), ("layers", NETWORKS)):
        if size in names and not names & owners:
            example = {"K": "loss_em[K] or eps2_gd[0]"}.get(size, "loss_em[0] or V_q")
            raise BadInput(
                f"{size} is a size of networks or of their training; name something that has it, as {example}"
            )


def _require_computable(relation: Relational) -> None:
    try:
        for side in (relation.lhs, relation.rhs):
            compile_array(side)
    except CompileError as why:
        raise BadInput(str(why)) from None
