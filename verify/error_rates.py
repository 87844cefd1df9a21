"""How often a run may call a true claim false: one budget, fixed before anything is measured.

A run of the verifier has one probability of a false alarm, by default 10^-6, whatever it does. It is split evenly over
the run's claims (a thousand places, so that a claim's numbers do not depend on which others run), and within a claim
evenly over the random experiments that its search can make: the cases that it may look at, times the experiments of a
case. Both numbers are known beforehand, so that every experiment has the same error probability alpha, whichever worker
makes it, and the sum over all of them stays below the budget (the union bound, which asks for no independence).

A search chooses its next case by what it saw before. That costs nothing here: what a case shows is drawn from random
numbers of its own (``numerics.runs``, ``Target.at_error_rate``), so alpha bounds the error of the case chosen next,
given all that came before.

A :class:`Ledger` keeps the account. An experiment is charged when it is first looked at, and a search that would
overspend stops with an error. Once a violation is established the verdict is fixed; looking for a simpler
counterexample can add no false alarm, so it is not charged (:meth:`Ledger.decided`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sympy import Integral
from sympy.core.function import AppliedUndef

from verify.calculator import RUNS
from verify.geometry_cases import ARGUMENTS
from verify.linear_cases import TRAINED
from verify.training import WORDS

FALSE_ALARM = 1e-6  # of a whole run
CLAIMS = 1000  # places for claims in a run's budget; a run of more claims must say so

# what no target samples
_NEVER_RANDOM = {
    *("N", "d", "k", "m2", "lam", "mu", "u", "w", "x", "a_t", "C", "v", "sigma", "gamma"),
    *("V_out", "M_out", "V_EI", "cdf", "F_out"),
    *("i", "j", "eta", "w0", *TRAINED),
    *("I_beta", *ARGUMENTS),
    *WORDS,  # but for the fresh loss, which is among RUNS
}
# How often one quantity of the formula may ask a target: its parts (E_D asks for H and J), and three arguments for
# one that is rounded. An integral asks at two orders, beyond its panels and at its ends.
_QUESTIONS, _QUESTIONS_OF_AN_INTEGRAL = 12, 6


class OverspentError(RuntimeError):
    """A search made more random experiments than its error budget has room for."""


@dataclass(frozen=True)
class ErrorBudget:
    """The false-alarm probability of a run and its parts.

    Attributes:
        run: probability that any true claim of the run is refuted.
        claims: number of claims of the run, at most.

    Raises:
        ValueError: ``run`` is no probability, or there is no claim.
    """

    run: float = FALSE_ALARM
    claims: int = CLAIMS

    def __post_init__(self) -> None:
        if not 0 < self.run < 1:
            raise ValueError(f"run = {self.run!r} is not a probability strictly between 0 and 1")
        if self.claims < 1:
            raise ValueError(f"claims = {self.claims}: a run has at least one")

    @property
    def per_claim(self) -> float:
        """Probability that one true claim is refuted."""
        return self.run / self.claims

    def per_experiment(self, cases: int, quantities: int = 1) -> float:
        """alpha of each experiment of a claim.

        Args:
            cases: largest number of cases that the claim's search can look at, over all its shards.
            quantities: largest number of random experiments of a case: :func:`experiments_per_case`.

        Raises:
            ValueError: a number is below 1.
        """
        if cases < 1 or quantities < 1:
            raise ValueError(f"{cases} cases of {quantities} experiments: both numbers are at least 1")
        return self.per_claim / (cases * quantities)


def experiments_per_case(relation: Any) -> int:
    """An upper bound on the random experiments that one case of a relation can take, at least 1.

    Each of V_run and M_run is one, F_run is one for each argument. Every other quantity is random where the data are
    known by sampling alone (digits, mixtures in several dimensions), and then counts for all that it may ask of them.
    """
    real_runs = {str(part) for part, _ in _quantities(relation) if _name(part) in RUNS}
    asked = (depth for part, depth in _quantities(relation) if _name(part) not in RUNS | _NEVER_RANDOM)
    return max(1, len(real_runs) + sum(_QUESTIONS * _QUESTIONS_OF_AN_INTEGRAL**depth for depth in asked))


def _quantities(e: Any, depth: int = 0) -> Iterator[tuple[Any, int]]:
    """Every quantity in an expression, each time that it occurs, with the number of integrals around it."""
    if isinstance(e, AppliedUndef) or e.is_Symbol:
        yield e, depth
    inner = depth + isinstance(e, Integral)
    for part in e.args:
        yield from _quantities(part, inner)


def _name(quantity: Any) -> str:
    return quantity.func.__name__ if isinstance(quantity, AppliedUndef) else str(quantity)


@dataclass
class Ledger:
    """The account of one search (or of one shard of it).

    Attributes:
        total: what may be spent.
        charged: error probability of each experiment looked at, by the name of its source.
    """

    total: float
    charged: dict[str, float] = field(default_factory=dict)
    _open: bool = True

    @property
    def spent(self) -> float:
        """Probability that any of the experiments looked at is wrong, at most."""
        return sum(self.charged.values())

    def charge(self, source: str, alpha: float) -> None:
        """Account for an experiment, once however often it is looked at.

        Raises:
            OverspentError: the experiments together would be wrong with a probability above ``total``.
        """
        if not self._open or self.charged.get(source, 0.0) >= alpha:
            return
        after = self.spent - self.charged.get(source, 0.0) + alpha
        if after > self.total * (1 + 1e-9):  # the rounding of the sum
            raise OverspentError(
                f"{source} at alpha = {alpha:.2g} would bring the error probability of this search to {after:.3g}, "
                f"above its budget of {self.total:.3g}: plan more cases or experiments a case beforehand"
            )
        self.charged[source] = alpha

    def decided(self) -> None:
        """The verdict is fixed: what follows looks for a simpler counterexample and is not charged."""
        self._open = False


@dataclass(frozen=True)
class Account:
    """What one search, or one shard of it, needs to measure what is random.

    Attributes:
        alpha: error probability of each experiment.
        experiment: seed of all that is random.
        ledger: what the search may spend.
    """

    alpha: float
    experiment: int
    ledger: Ledger

    @classmethod
    def planned(
        cls, relation: Any, per_claim: float, fixed: int, drawn: Sequence[int], shard: int = 0, experiment: int = 0
    ) -> Account:
        """The account of one shard; the shards of a claim together spend at most ``per_claim``.

        Args:
            relation: of the claim.
            per_claim: error probability of the whole claim.
            fixed: how many cases the first shard looks at before it draws any.
            drawn: how many cases hypothesis is asked to draw in each shard.
            shard: number of the shard, from 0.
            experiment: seed of all that is random in the run.
        """
        quantities = experiments_per_case(relation)
        cases = [_at_most(count) + (fixed if not i else 0) for i, count in enumerate(drawn)]
        alpha = per_claim / (sum(cases) * quantities)
        return cls(alpha, experiment, Ledger(alpha * quantities * cases[shard]))

    def charge(self, sources: Mapping[str, float]) -> None:
        """Account for the experiments behind a number.

        Raises:
            OverspentError: there is no room for them.
        """
        for source, alpha in sources.items():
            self.ledger.charge(source, alpha)


def _at_most(count: int) -> int:
    """Cases that hypothesis shows when asked for ``count``: its phases may overshoot a little."""
    return count + count // 4 + 20
