"""A derivation: a chain of steps from one expression to another, each checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import sympy
from sympy import Eq, Ge, Le
from sympy.core.relational import Relational

from theory.claims import find
from theory.derivations.engine.domain import Domain
from theory.derivations.engine.normal import is_zero
from theory.derivations.engine.outcome import Mark, Outcome
from theory.derivations.kinds import Justification

_OF = {"=": Eq, "<=": Le, ">=": Ge}


@dataclass(frozen=True)
class Step:
    """``previous relation result``, because of ``by``.

    Attributes:
        relation: ``=``, ``<=``, ``>=``, or ``->`` for a limit of many steps (only as the last step).
        result: the expression that the step leads to.
        by: why; a kind of ``theory.derivations.kinds``.
    """

    relation: str
    result: Any
    by: Justification

    def __post_init__(self) -> None:
        if self.relation not in (*_OF, "->"):
            raise ValueError(f"a step is =, <=, >= or ->, not {self.relation!r}")
        object.__setattr__(self, "result", sympy.sympify(self.result))


@dataclass(frozen=True)
class Derivation:
    """A chain ``start R_1 e_1 R_2 e_2 ...`` that proves a claim.

    Attributes:
        id: of the claim it proves; for a chain that proves no claim (a limit), any name.
        title: one line.
        start: the first expression.
        steps: see :class:`Step`.
        domain: what may be taken for granted beside the order of the grid.
        proves: the relation that the chain must give; None for the claim's own.

    Raises:
        ValueError: the chain is empty, or mixes <= with >=.
    """

    id: str
    title: str
    start: Any
    steps: tuple[Step, ...]
    domain: Domain = field(default_factory=Domain)
    proves: Relational | None = None

    def __post_init__(self) -> None:
        relations = {step.relation for step in self.steps}
        if not self.steps or {"<=", ">="} <= relations or any(s.relation == "->" for s in self.steps[:-1]):
            raise ValueError(f"derivation {self.id}: a chain needs steps of one direction, and a limit only at its end")
        object.__setattr__(self, "start", sympy.sympify(self.start))

    @property
    def relation(self) -> str:
        """The relation between the first and the last expression."""
        relations = {step.relation for step in self.steps}
        return next((r for r in ("->", "<=", ">=") if r in relations), "=")

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcome of each step and, last, whether the chain is what it claims to prove."""
        return (*self.checks(),)

    def checks(self) -> Iterator[Outcome]:
        """The outcomes one by one, as they are computed."""
        before = self.start
        domain = self._domain()
        for step in self.steps:
            after = step.result
            yield step.by.check(before, after, step.relation, domain)
            before = after
        yield self._conclusion()

    def check(self) -> tuple[Outcome, ...]:
        """Same as :attr:`outcomes`."""
        return self.outcomes

    @property
    def complete(self) -> bool:
        """Every step is checked and the chain gives the relation."""
        return all(outcome.mark is Mark.CHECKED for outcome in self.outcomes)

    @property
    def uses(self) -> tuple[str, ...]:
        """Ids of the claims that the steps use."""
        return tuple(dict.fromkeys(id for step in self.steps for id in getattr(step.by, "claims", ())))

    def _domain(self) -> Domain:
        if self.proves is not None:
            return self.domain
        return replace(self.domain, cases=find(self.id).cases, proving=self.id)

    def _conclusion(self) -> Outcome:
        last = self.steps[-1].result
        if self.relation == "->":
            return Outcome.checked("the chain ends in a limit")
        wanted = find(self.id).relation if self.proves is None else self.proves
        for relation, left, right in (
            (self.relation, self.start, last),
            ({"<=": ">=", ">=": "<="}.get(self.relation, "="), last, self.start),
        ):
            weaker = relation == "=" and isinstance(wanted, (Le, Ge))
            same = weaker or isinstance(wanted, _OF[relation])
            if same and is_zero(wanted.lhs - left) and is_zero(wanted.rhs - right):
                return Outcome.checked("first and last expression are the claim's two sides")
        return Outcome.failed(f"the chain gives {self.start} {self.relation} {last}, which is not {wanted}")
