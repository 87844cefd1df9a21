"""A run of a few claims, with a verdict of every kind and with titles that try to break out of the page."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sympy import Le, log

from theory.claims import Cases, Claim, Family, find
from theory.vocabulary import J, lam, u
from verify.mutants.run import run_mutants
from verify.reports.folder import write_report
from verify.search import verify_claim

SEED = 7
CATALOGUE = {  # number of cases of each
    "info.hessian": 10,
    "info.tweedie": 10,
    "gauss.fisher": 120,
    "gauss.mmse": 10,
    "wht24.eq4.printed": 10,
    "wht24.table2.exponential.printed": 10,
    "wht24.thm2.dterm.quadratic": 10,
}
HOSTILE = '<img src=x onerror="window.hostile=1"> </script><script>window.hostile=2</script> {{7*7}} ${8*8} \'"'
GAUSSIAN = Cases(families=(Family.GAUSSIAN_1D,))
OWN = (
    Claim(
        id="own.hostile",
        title=HOSTILE,
        relation=Le(J(u), 1 / (2 * u)),
        source=HOSTILE,
        setting=HOSTILE,
        note=HOSTILE,
        cases=GAUSSIAN,
    ),
    Claim(
        id="own.undefined",
        title="a bound whose right side is the logarithm of a negative number",
        relation=Le(J(u), log(lam - u - 10**40)),
        source="own note",
        cases=GAUSSIAN,
    ),
)


@dataclass(frozen=True)
class SmallRun:
    """A report that was written into ``folder``."""

    folder: Path

    @property
    def url(self) -> str:
        return (self.folder / "index.html").as_uri()

    @cached_property
    def verdicts(self) -> dict[str, dict[str, Any]]:
        """The verdicts that the report is of, by id, from the file beside the page."""
        return {v["id"]: v for v in json.loads((self.folder / "verdicts.json").read_text())}

    def ids(self, **fields: Any) -> set[str]:
        """Ids of the claims whose verdicts have these fields."""
        return {id for id, v in self.verdicts.items() if all(v[name] == value for name, value in fields.items())}


def write_small_run(folder: Path, every_section: bool = False) -> SmallRun:
    """Search, and write the report; with every section it takes minutes."""
    began = time.perf_counter()
    verdicts = [verify_claim(find(id), examples, SEED) for id, examples in CATALOGUE.items()]
    verdicts += [verify_claim(claim, 10, SEED) for claim in OWN]
    hunted = run_mutants([(find("gauss.mmse"), None)], 10, SEED) if every_section else None
    if every_section:
        verdicts.append(verify_claim(find("wht24.lemma8.printed"), 10, SEED))
    write_report(folder, verdicts, SEED, 10, time.perf_counter() - began, every_section, hunted)
    return SmallRun(folder)
