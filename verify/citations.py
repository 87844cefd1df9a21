"""What a run relied on beside its own claims: literature, samplers, grids, data, methods and software.

The keys are those of ``theory/references.bib``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from theory.claims import Claim, catalogue
from theory.derivations import rests_on
from theory.derivations.axioms import AXIOMS
from theory.references import named

# by the sampler's name in a claim's cases
SAMPLERS = {
    "score": ("wang2024evaluating",),
    "denoiser": ("ho2020denoising", "song2021denoising"),
    "ode": ("song2021denoising", "song2021score"),
    "heun": ("karras2022elucidating",),
}
# by the family's name in theory.grids; that the sigmas are linear in k needs no reference
GRIDS: dict[str, tuple[str, ...]] = {
    "karras": ("karras2022elucidating",),
    "exponential": ("song2021score",),
    "polyexponential": ("crowson-kdiffusion",),
    "linear": (),
    "vp": ("song2021score", "karras2022elucidating"),
    "cosine": ("nichol2021improved",),
    "laplace": ("hang2024improved",),
    "tan": ("sabour2024align",),
}
DRAWN = ("karras", "exponential", "polyexponential", "tan", "vp")  # by the search, see verify.strategies
DATA = {"digits": ("alpaydin1998optical", "pedregosa2011scikit")}

_BETTING = ("waudbysmith2024estimating", "clopper1934use")
_TAIL = ("borell1975brunn", "sudakov1974extremal")
# how quantities are measured that are known by sampling, or whose error has a theorem of its own
WORDS = {
    **dict.fromkeys(("F_run", "P_both", "P_cap", "P_q"), ("clopper1934use",)),
    **dict.fromkeys(("M_X", "V_X", "M_q", "V_q"), ("catoni2012challenging",)),
    "loss_fresh": _BETTING,
    **dict.fromkeys(("loss_net", "E_S_net", "KL_path_net"), (*_BETTING, *_TAIL)),
    "proj2": ("yu2015useful",),
}
RATES = ("johnson1978modified", "hall1992removal")
BALLS = ("johansson2017arb", "johansson2018numerical", "flint-python")
SEARCH = ("maciver2019hypothesis",)
STATEMENTS = ("meurer2017sympy",)
ARRAYS = ("harris2020array", "virtanen2020scipy")
NETWORKS = ("paszke2019pytorch",)


@dataclass
class Citations:
    """Entries with the reasons for them, in sections.

    Attributes:
        sections: heading -> key of an entry -> reasons, each in the order in which they came up. A key is in the first
            section that asks for it.
        unknown: what has no entry, a source or a sampler that a user's file registered, with what rests on it.
    """

    sections: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    unknown: dict[str, list[str]] = field(default_factory=dict)

    def add(self, section: str, keys: Iterable[str], why: str) -> None:
        """Ask for entries in a section, for one reason; a key that another section has stays there.

        Args:
            keys: of entries of the bibliography; none is checked here.
            why: printed above the entries, once each.
        """
        for key in keys:
            place = next((one for one in self.sections.values() if key in one), None)
            reasons = (self.sections.setdefault(section, {}) if place is None else place).setdefault(key, [])
            if why not in reasons:
                reasons.append(why)

    @property
    def keys(self) -> list[str]:
        """Of all entries, section by section, each once."""
        return [key for section in self.sections.values() for key in section]


def of_claims(claims: Iterable[Claim], versions: Mapping[str, str] | None = None) -> Citations:
    """What claims, all that they are derived from, and their verification rely on.

    A sampler that a user's file registered has no reference here: it is among ``unknown``.

    Args:
        versions: of the packages, for the reasons.
    """
    found = Citations()
    claims = list(claims)
    for claim in with_ancestors(claims):
        _source(found, claim)
    for claim in claims:
        for sampler in claim.cases.samplers:
            if sampler in SAMPLERS:
                found.add("Samplers, grids and data", SAMPLERS[sampler], f"the {sampler} sampler")
                continue
            relying = found.unknown.setdefault(f"the {sampler} sampler", [])  # registered by a user's file
            if (steps := f"the steps in {claim.id}") not in relying:
                relying.append(steps)
    if any(_on_grid(claim) for claim in claims):
        for grid in DRAWN:
            found.add("Samplers, grids and data", GRIDS[grid], f"{grid} grids (drawn by the search)")
    for claim in claims:
        for word in sorted(claim.names & WORDS.keys()):
            found.add("Methods and software", WORDS[word], f"the error of {word}")
        if claim.design is not None:
            found.add("Methods and software", RATES, "intervals of rates")
    _software(found, claims, versions or {})
    return found


def of_names(found: Citations, names: Iterable[str]) -> None:
    """Add samplers, grids and data by their names.

    Raises:
        KeyError: there is none of this name.
    """
    for name in names:
        kind, table = next((kind, table) for kind, table in NAMED.items() if name in table)
        found.add("Samplers, grids and data", table[name], f"{name} {kind}")


NAMED: dict[str, Mapping[str, tuple[str, ...]]] = {"sampler": SAMPLERS, "grids": GRIDS, "data": DATA}


def with_ancestors(claims: Iterable[Claim]) -> list[Claim]:
    """The claims, and those of the catalogue that they are derived from or that their derivations use."""
    known, seen = catalogue(), {}
    todo = list(claims)
    while todo:
        claim = todo.pop(0)
        if claim.id in seen:
            continue
        seen[claim.id] = claim
        todo += [known[id] for id in (*claim.derived_from, *rests_on(claim.id)) if id in known]
    return list(seen.values())


def _source(found: Citations, claim: Claim) -> None:
    """The entries of a claim's source, and of where a starting point of derivations is proved."""
    told = named(claim.source)
    keys = (*told.keys, *(named(AXIOMS[claim.id]).keys if claim.id in AXIOMS else ()))
    found.add("Statements and their proofs", keys, claim.id)
    for part in told.unknown:
        found.unknown.setdefault(part, []).append(claim.id)


def _on_grid(claim: Claim) -> bool:
    from verify.strategies import needs_grid

    return claim.cases.training is None and claim.design is None and needs_grid(set(claim.names))


def _software(found: Citations, claims: list[Claim], versions: Mapping[str, str]) -> None:
    if not claims:
        return
    from verify.calculator import RUNS
    from verify.suites import trains

    def version(package: str) -> str:
        return f", {package} {versions[package]}" if package in versions else ""

    section = "Methods and software"
    found.add(section, STATEMENTS, f"statements and derivations{version('sympy')}")
    found.add(section, SEARCH, f"search for counterexamples{version('hypothesis')}")
    if any(claim.design is None for claim in claims):
        found.add(section, BALLS, f"ball arithmetic{version('python-flint')}")
    if any(trains(claim) or claim.names & RUNS for claim in claims):
        found.add(section, NETWORKS, f"networks and sampling runs{version('torch')}")
    numbers = "".join(map(version, ("numpy", "scipy")))
    found.add(section, ARRAYS, f"numbers in float64{numbers}")
