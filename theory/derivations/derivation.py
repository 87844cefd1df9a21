"""A derivation: a chain of steps from one expression to another, each checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cached_property
from typing import Any

import sympy
from sympy import Eq, Ge, Indexed, Le
from sympy.core.relational import Relational

from theory.claims import catalogue, find
from theory.derivations.engine.domain import Domain
from theory.derivations.engine.normal import is_zero
from theory.derivations.engine.outcome import Mark, Outcome
from theory.derivations.kinds import Justification
from theory.derivations.kinds.formulas import clash
from theory.derivations.kinds.named import Named

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
        domain: what the steps use beside the order of the grid. A claim's chain shows it, by a ``Named`` step.
        proves: the relation that the chain must give; None for the claim's own. A chain with ``proves`` is no proof of
            a claim, whatever its id.

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
    def proves_claim(self) -> bool:
        """Whether the chain is complete and gives the relation of the claim that it is named after."""
        return self.proves is None and self.relation != "->" and self.id in catalogue() and self.complete

    @property
    def uses(self) -> tuple[str, ...]:
        """Ids of the claims that the steps use, also inside other justifications."""
        return tuple(dict.fromkeys(id for part in self._parts() for id in getattr(part, "claims", ())))

    @property
    def granted(self) -> tuple[str, ...]:
        """Facts of the domain that no step shows, in words.

        A ``Named`` step shows that its name falls along the grid, and the order of its entries.
        """
        shown = {part.name for part in self._parts() if isinstance(part, Named)}
        labels = {base.label.name for base in shown} & set(self.domain.decreasing)
        standard = Domain()
        falling = [f"{x}[k] falls with k" for x in self.domain.decreasing if x not in (*standard.decreasing, *labels)]
        rising = [f"{x}[k] rises with k" for x in self.domain.increasing if x not in standard.increasing]
        order = [
            f"{low} <= {high}"
            for low, high in self.domain.order
            if not any(isinstance(x, Indexed) and x.base in shown and x.base.label.name in labels for x in (low, high))
        ]
        return (*falling, *rising, *order)

    def _parts(self) -> Iterator[Any]:
        """The justifications of the steps, and those inside them."""
        for step in self.steps:
            yield from _inside(step.by)

    def _domain(self) -> Domain:
        if self.proves is not None or self.id not in catalogue():
            return self.domain
        return replace(self.domain, cases=find(self.id).cases, proving=self.id)

    def _conclusion(self) -> Outcome:
        last = self.steps[-1].result
        if wrong := clash(self.start, last, [step.by for step in self.steps]):
            return Outcome.failed(wrong)
        if self.relation == "->":
            if self.id in catalogue():
                return Outcome.failed(f"a limit proves no claim, and {self.id} is one")
            return Outcome.checked("the chain ends in a limit")
        wanted = find(self.id).relation if self.proves is None else self.proves
        for relation, left, right in (
            (self.relation, self.start, last),
            ({"<=": ">=", ">=": "<="}.get(self.relation, "="), last, self.start),
        ):
            weaker = relation == "=" and isinstance(wanted, (Le, Ge))
            same = weaker or isinstance(wanted, _OF[relation])
            if same and is_zero(wanted.lhs - left) and is_zero(wanted.rhs - right):
                words = "first and last expression are the claim's two sides"
                if self.granted and self.proves is None:
                    return Outcome.assumed(f"{words}, if {' and '.join(self.granted)}")
                return Outcome.checked(words)
        return Outcome.failed(f"the chain gives {self.start} {self.relation} {last}, which is not {wanted}")


def _inside(part: Any) -> Iterator[Any]:
    """A justification and all that its fields hold."""
    if isinstance(part, Mapping):
        part = (*part.keys(), *part.values())
    if isinstance(part, (tuple, list)):
        for one in part:
            yield from _inside(one)
    elif is_dataclass(part) and not isinstance(part, type):
        yield part
        for entry in fields(part):
            yield from _inside(getattr(part, entry.name))
