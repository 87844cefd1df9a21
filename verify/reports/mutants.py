"""The fates of variants and planted faults, for a terminal and for the report."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from verify.mutants.implementation import FAULTS
from verify.mutants.run import MutantRun
from verify.mutants.table import Fate, together, unexplained

SHOWN = {
    Fate.KILLED: "killed",
    Fate.WEAKER: "weaker",
    Fate.SAME: "same",
    Fate.PROVED: "proved",
    Fate.PART: "of a part",
    Fate.SENSELESS: "senseless",
    Fate.UNEXPLAINED: "unexplained",
}
WIDTH = 120  # of a table whose names must not be cut


def mutant_tables(out: Console, run: MutantRun) -> None:
    """One line a claim and one a fault, what nobody can explain, and the rates."""
    table = Table(box=None, pad_edge=False)
    for name in ("claim", "variants", *SHOWN.values(), "kill rate"):
        table.add_column(name, no_wrap=True)
    for one in (*run.summaries, together(run.summaries)):
        counts = [str(one.count(fate) or "") for fate in SHOWN]
        table.add_row(one.claim, str(len(one.rows)), *counts, one.rate)
    out.print(table, width=max(out.width, WIDTH), crop=False)
    for row in unexplained(run.summaries):
        out.print(f"unexplained: {row.claim}, {row.change}: {row.reason}", markup=False, style="bold red")
        out.print(f"    {row.relation}", markup=False)
    faults = Table("planted fault", "noticed by", "what is wrong", box=None, pad_edge=False)
    for fault in FAULTS:
        witnesses = ", ".join(one.claim for one in run.noticed[fault.name])
        faults.add_row(fault.name, witnesses or "[bold red]nobody[/]", fault.words)
    out.print(faults)
    out.print(f"[{'bold green' if run.all_well else 'bold red'}]{run.sentence}[/]")


def report_fields(run: MutantRun) -> dict[str, Any]:
    """What the report shows: the sentence, the variants that are alive with the reason, the faults."""
    everything = run.as_json()
    left = [row.as_json() for one in run.summaries for row in one.rows if row.fate is not Fate.KILLED]
    counts = {one["claim"]: one for one in everything["claims"]}
    return {"sentence": run.sentence, "left": left, "faults": everything["faults"], "counts": counts}
