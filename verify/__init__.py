"""Verdicts on claims, and judgements on noise grids.

    >>> from verify import conjecture
    >>> verdict = conjecture("E_D <= d/8*Sum(log(v[k]/v[k+1])**2, (k, 0, N-1))", examples=20)
    >>> str(verdict.status), str(verdict.counterexample.case)
    ('refuted', 'N = 1, v = (2, 1), data gaussian(d=1, var=0)')

* a claim of one's own or of the catalogue, tried: :func:`conjecture`, :func:`verify_claim`, :func:`verify_claims`;
* kept and shown: :func:`write_report`, :func:`write_certificate`, :func:`replay_certificate`;
* noise grids: :func:`grid_budget`, :func:`compare`, :func:`rank`, :func:`optimise`, :func:`lint`, :func:`check`; they
  are read by :func:`as_grid`, and what they are judged on by :func:`read_target` and :func:`read_curve`;
* :mod:`verify.strategies`: hypothesis strategies for one's own tests.

Every result is shown as text by ``print`` and as a table in a notebook; those of grids have a ``plot()``. Names are
loaded when they are first used: ``import verify`` alone waits for nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from verify import strategies
    from verify.cases import Case
    from verify.certificates import write_certificate
    from verify.evaluate import Outcome
    from verify.interface import (
        Replayed,
        conjecture,
        conjecture_claim,
        replay_certificate,
        verify_claims,
        write_report,
    )
    from verify.language.errors import BadInput
    from verify.measurements import new_quantity
    from verify.schedules.baseline import check, record
    from verify.schedules.budgets import GridBudget, grid_budget
    from verify.schedules.checked import Checked
    from verify.schedules.comparison import Comparison, compare
    from verify.schedules.export import exported
    from verify.schedules.findings import Finding, Findings
    from verify.schedules.lint import lint
    from verify.schedules.optimum import Optimum, optimise
    from verify.schedules.ranking import Ranked, Ranking, rank
    from verify.schedules.reading import as_grid
    from verify.schedules.sources import read_curve, read_target
    from verify.search import verify_claim
    from verify.user_claims import load_claims
    from verify.verdicts import Status, Verdict, Verdicts

__all__ = [
    "BadInput",
    "Case",
    "Checked",
    "Comparison",
    "Finding",
    "Findings",
    "GridBudget",
    "Optimum",
    "Outcome",
    "Ranked",
    "Ranking",
    "Replayed",
    "Status",
    "Verdict",
    "Verdicts",
    "as_grid",
    "check",
    "compare",
    "conjecture",
    "conjecture_claim",
    "exported",
    "grid_budget",
    "lint",
    "load_claims",
    "new_quantity",
    "optimise",
    "rank",
    "read_curve",
    "read_target",
    "record",
    "replay_certificate",
    "strategies",
    "verify_claim",
    "verify_claims",
    "write_certificate",
    "write_report",
]

if not TYPE_CHECKING:  # a type checker reads the names above, and would take any name from a __getattr__
    _PLACES = {
        "verify.cases": ["Case"],
        "verify.certificates": ["write_certificate"],
        "verify.evaluate": ["Outcome"],
        "verify.interface": [
            "Replayed",
            "conjecture",
            "conjecture_claim",
            "replay_certificate",
            "verify_claims",
            "write_report",
        ],
        "verify.language.errors": ["BadInput"],
        "verify.measurements": ["new_quantity"],
        "verify.schedules.baseline": ["check", "record"],
        "verify.schedules.budgets": ["GridBudget", "grid_budget"],
        "verify.schedules.checked": ["Checked"],
        "verify.schedules.comparison": ["Comparison", "compare"],
        "verify.schedules.export": ["exported"],
        "verify.schedules.findings": ["Finding", "Findings"],
        "verify.schedules.lint": ["lint"],
        "verify.schedules.optimum": ["Optimum", "optimise"],
        "verify.schedules.ranking": ["Ranked", "Ranking", "rank"],
        "verify.schedules.reading": ["as_grid"],
        "verify.schedules.sources": ["read_curve", "read_target"],
        "verify.search": ["verify_claim"],
        "verify.user_claims": ["load_claims"],
        "verify.verdicts": ["Status", "Verdict", "Verdicts"],
    }

    def __getattr__(name: str) -> Any:
        from theory.lazy import lazily  # here, since verify.replay shares no code with the rest

        return lazily(__name__, _PLACES, ["strategies"])[0](name)

    def __dir__() -> list[str]:
        from theory.lazy import lazily

        return lazily(__name__, _PLACES, ["strategies"])[1]()
