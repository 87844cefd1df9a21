"""What holds in the setting of a claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from theory.claims import Cases, Family
from theory.claims.edm_weighting import P_MEAN, P_STD, SIGMA_DATA
from theory.claims.wht24_table2 import edm_weight
from theory.derivations.engine.domain import Domain
from theory.derivations.engine.normal import is_zero
from theory.derivations.engine.outcome import Outcome
from theory.symbols import k
from theory.vocabulary import P_mean, P_std, beta, excess, mmse, sigma, sigma_data

_WORDS = {
    "point": "data at one point: mmse = 0",
    "uniform": "one excess at all levels",
    "edm": "definition of the weighting edm",
}
_BELL = edm_weight(sigma[k]).subs({P_mean: P_MEAN, P_std: P_STD, sigma_data: SIGMA_DATA})


@dataclass(frozen=True)
class Setting:
    """A fact of the claim's cases: ``point``, data at one point, so that mmse = 0; ``uniform``, one excess for all k;
    ``edm``, the weighting of the noise levels is EDM's bell with its default parameters.
    """

    fact: str

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        if relation not in ("=", "<=", ">="):
            return Outcome.failed(f"a fact of the setting is an equality, not {relation}")
        cases = domain.cases
        if cases is None or not self._holds(cases):
            return Outcome.failed(f"the claim's setting does not say {self.fact!r}")
        if not is_zero(self._used(after) - self._used(before)):
            return Outcome.failed(f"the sides differ where {self.fact} is used")
        return Outcome.checked(_WORDS[self.fact])

    def _holds(self, cases: Cases) -> bool:
        point = cases.families == (Family.POINT,)
        edm = cases.training is not None and cases.training.weightings == ("edm",)
        return {"point": point, "uniform": point and cases.uniform_excess, "edm": edm}.get(self.fact, False)

    def _used(self, e: Any) -> Any:
        e = sympy.sympify(e)
        if self.fact == "point":
            return e.replace(mmse, lambda level: sympy.S.Zero)
        entries = e.atoms(sympy.Indexed)
        if self.fact == "edm":
            return e.xreplace({x: _BELL.subs(k, x.indices[0]) for x in entries if x.base == beta})
        return e.xreplace({x: excess[0] for x in entries if x.base == excess})
