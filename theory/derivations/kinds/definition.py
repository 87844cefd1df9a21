"""Definitions of vocabulary words by other words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Eq, Indexed, Sum, sqrt

from theory.derivations.engine.domain import Domain
from theory.derivations.engine.normal import is_zero
from theory.derivations.engine.outcome import Outcome
from theory.symbols import N, k
from theory.vocabulary import beta, eps2, excess, g, gamma, loss, loss_fresh, sigma, v

# each says what the vocabulary's own words say of the left side
DEFINITIONS = {
    "sigma": Eq(sigma[k], sqrt(v[k])),
    "gamma": Eq(gamma[k], 1 / v[k]),
    "excess": Eq(excess[k], v[k] * eps2[k]),
    "g": Eq(g[k], beta[k] * v[k]),
    "loss_fresh": Eq(loss_fresh, Sum(beta[k] * loss[k], (k, 0, N - 1)) / 2),
}


@dataclass(frozen=True)
class Definition:
    """The word is written out by its definition in ``DEFINITIONS``."""

    word: str

    def check(self, before: Any, after: Any, relation: str, domain: Domain) -> Outcome:
        if relation not in ("=", "<=", ">="):
            return Outcome.failed(f"a definition is an equality, not {relation}")
        if self.word not in DEFINITIONS:
            return Outcome.failed(f"no definition of {self.word!r}; there are {', '.join(DEFINITIONS)}")
        definition = DEFINITIONS[self.word]
        if not any(_occurs(definition.lhs, side) for side in (before, after)):
            return Outcome.failed(f"{self.word} does not occur")
        if not is_zero(_write_out(after - before, definition)):
            return Outcome.failed(f"the sides differ after {self.word} is written out")
        return Outcome.checked(f"definition {definition.lhs} = {definition.rhs}")


def _occurs(word: Any, side: Any) -> bool:
    return any(x.base == word.base for x in side.atoms(Indexed)) if isinstance(word, Indexed) else side.has(word)


def _write_out(e: Any, definition: Any) -> Any:
    word, meaning = definition.args
    if not isinstance(word, Indexed):
        return e.subs(word, meaning)
    entries = [x for x in e.atoms(Indexed) if x.base == word.base]
    return e.xreplace({x: meaning.subs(k, x.indices[0]) for x in entries})
