"""Which claims of the catalogue a step may use, and where they hold."""

from __future__ import annotations

from dataclasses import fields

from theory.claims import Cases, Claim, Expected, Family, TrainingSpace
from theory.derivations.axioms import AXIOMS
from theory.derivations.engine.domain import Domain

_COVERS = {
    Family.GAUSSIAN: {Family.GAUSSIAN, Family.GAUSSIAN_1D, Family.POINT},
    Family.MIXTURE: {Family.MIXTURE, Family.GAUSSIAN_1D},
}
# words whose meaning no learned score changes
_TRUE_SCORE = {"k", "N", "d", "m2", "lam", "mu", "u", "w", "x", "a_t", "C", "v", "sigma", "gamma", "E_I", "E_D"}
_TRUE_SCORE |= {"J", "mmse", "H", "hess2", "cov2", "KLn", "score", "denoiser", "cov", "cdf", "dscore", "drift2"}
_TRUE_SCORE |= {"score_ahead", "denoiser_ahead", "rho", "level", "P_mean", "P_std", "sigma_data"}


def unusable(claim: Claim, domain: Domain) -> str:
    """Why a step may not use a claim; empty where it may."""
    from theory.derivations import rests_on

    if claim.expected is Expected.REFUTED:
        return "is refuted"
    if domain.proving and domain.proving in {claim.id, *rests_on(claim.id)}:
        return f"rests on {domain.proving} itself: a circle"
    return "" if domain.cases is None else elsewhere(claim, domain.cases)


def trusted(id: str) -> bool:
    """Whether a claim is an axiom or has a complete derivation of its own."""
    from theory.derivations import find_derivation

    derivation = find_derivation(id)
    return id in AXIOMS or (derivation is not None and derivation.proves_claim)


def elsewhere(claim: Claim, wanted: Cases) -> str:
    """Why a claim's setting does not cover another one; empty where it does.

    All that a setting says is compared but ``max_steps``, which limits the search alone.
    """
    known = claim.cases
    if known.samplers and not (wanted.samplers and set(wanted.samplers) <= set(known.samplers)):
        return f"speaks of the sampler {', '.join(known.samplers)} alone"
    if known.samplers and known.start != wanted.start:
        return f"is for the start {known.start}"
    covered = set().union(*(_COVERS.get(f, {f}) for f in known.families))
    if not set(wanted.families) <= covered:
        return f"speaks of {', '.join(known.families)} data alone"
    if (known.centred and not wanted.centred) or (known.spread and not wanted.spread):
        return "is for centred data or data of positive variance"
    names = {name.rstrip("'") for name in claim.names}  # J' is the slope of J
    learned = wanted.score_error or wanted.training is not None
    if learned and not known.score_error and known.training is None and not names <= _TRUE_SCORE:
        return "is for the true score"
    if known.uniform_excess and not wanted.uniform_excess:
        return "is for one excess at all levels"
    if "a_t" in claim.names and not set(wanted.time_exponents) <= set(known.time_exponents):
        return f"is for the time exponents {', '.join(map(str, known.time_exponents))}"
    if known.training is not None and not (wanted.training and _trains(known.training, wanted.training)):
        return "is for other networks and training runs"
    return ""


def _trains(known: TrainingSpace, wanted: TrainingSpace) -> bool:
    """Whether all that is trained in one space is trained in another."""
    ranges = all(
        a[0] <= b[0] and b[1] <= a[1] for a, b in ((known.factors, wanted.factors), (known.reach, wanted.reach))
    )
    sets = set(wanted.widths) <= set(known.widths) and set(wanted.weightings) <= set(known.weightings)
    most = [f.name for f in fields(TrainingSpace) if f.name.startswith("most_")]
    sizes = all(getattr(wanted, name) <= getattr(known, name) for name in most)
    return (
        ranges
        and sets
        and sizes
        and known.step == wanted.step
        and known.least_sigma <= wanted.least_sigma
        and (known.by_hand or not wanted.by_hand)
    )
