"""The report: a page that is read in a browser. A run that was stopped has none; it would take too long."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from verify.events import Event, RunFinished, SoFar
from verify.reports.files import writing
from verify.reports.folder import write_report
from verify.reports.handlers.base import Handler
from verify.reports.page.model import Origin


class Page(Handler):
    """Writes the report when the run is finished.

    Args:
        folder: made if missing.
        out: where the page's path is told.
        with_budgets: measure and draw grids on the digits data as well.
    """

    def __init__(self, folder: Path, out: Console, with_budgets: bool):
        self.folder, self.out, self.with_budgets = folder, out, with_budgets

    def handle(self, event: Event, so_far: SoFar) -> None:
        started = so_far.started
        if not isinstance(event, RunFinished) or started is None:
            return
        origin = Origin(device=started.device, files=started.files, store=started.store)
        with self.out.status("writing the report"), writing("--report", self.folder):
            page = write_report(
                self.folder,
                so_far.verdicts,
                started.seed,
                started.examples,
                so_far.seconds,
                with_budgets=self.with_budgets,
                mutant_run=so_far.hunted,
                failures=so_far.failures,
                origin=origin,
            )
        self.out.print(f"report: {page}", markup=False)
