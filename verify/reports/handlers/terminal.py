"""The run on a terminal: a live table while it goes, then all verdicts; or, if quiet, what is unexpected."""

from __future__ import annotations

from contextlib import ExitStack

from rich.console import Console
from rich.text import Text

from verify.events import (
    ClaimConcluded,
    ClaimFailed,
    Event,
    Interrupted,
    RunFinished,
    RunStarted,
    SearchFinished,
    ShardDone,
    SoFar,
    VariantDone,
    VariantsHunted,
)
from verify.mutants.run import MutantRun
from verify.mutants.table import unexplained
from verify.reports.handlers.base import Handler
from verify.reports.live import Display, display
from verify.reports.mutants import mutant_tables
from verify.reports.terminal import counterexample_lines, summary, unexpected, verdict_table
from verify.reports.words import shown


class Terminal(Handler):
    """Verdicts that differ from what is expected are printed at once, all of them at the end.

    Args:
        out: the console.
        quiet: print only what differs from what is expected, and the last line.
    """

    def __init__(self, out: Console, quiet: bool = False):
        self.out, self.quiet = out, quiet
        self.live = ExitStack()
        self.display: Display | None = None

    def handle(self, event: Event, so_far: SoFar) -> None:
        match event:
            case RunStarted():
                self._begin(event)
            case ShardDone() if self.display is not None:
                self.display.shard_done()
            case ClaimConcluded():
                if not event.verdict.as_expected:
                    unexpected(self.out, event.verdict)
                    if self.quiet:
                        counterexample_lines(self.out, event.verdict)
            case ClaimFailed():
                words = f"{event.failure.claim.id}: no verdict, scoreproof itself failed"
                self.out.print(Text(shown(words), "red"))
            case SearchFinished():
                self.close()
                self._verdicts(so_far)
                if so_far.started is not None and so_far.started.variants and not self.quiet:
                    self._begin(so_far.started)
                    self._hunt(so_far.started.variants)
            case VariantDone() if self.display is not None:
                self.display.variant_done(event.name)
            case VariantsHunted():
                self.close()
                if self.quiet:
                    self._unexplained(event.found)
                else:
                    mutant_tables(self.out, event.found)
            case RunFinished():
                self.close()
                for line in (line for failure in so_far.failures for line in failure.trace.splitlines()):
                    self.out.print(shown(line), markup=False)
            case Interrupted():
                self.close()
        if self.display is not None:
            self.display.update(so_far)

    def close(self) -> None:
        self.display = None
        self.live.close()

    def _begin(self, started: RunStarted) -> None:
        if self.quiet:
            return
        if started.kept == started.shards and self.display is None:
            self.out.print(
                f"all {started.shards} shards are kept in {started.store}: nothing is computed", markup=False
            )
        self.display = self.live.enter_context(display(self.out, started))

    def _hunt(self, total: int) -> None:
        if self.display is not None:
            self.display.hunt(total)

    def _verdicts(self, so_far: SoFar) -> None:
        seed = so_far.started.seed if so_far.started is not None else 0
        if self.quiet:
            self.out.print(summary(so_far.verdicts, seed, so_far.seconds, len(so_far.failures)))
        else:
            verdict_table(self.out, so_far.verdicts, seed, so_far.seconds, len(so_far.failures))

    def _unexplained(self, found: MutantRun) -> None:
        """Variants that nobody can explain, faults that nobody notices, and the rates."""
        for row in unexplained(found.summaries):
            self.out.print(Text(shown(f"unexplained: {row.claim}, {row.change}: {row.reason}"), "bold red"))
        for name, by in found.noticed.items():
            if not by:
                self.out.print(Text(f"planted fault that nobody noticed: {name}", "bold red"))
        self.out.print(Text(found.sentence, "bold green" if found.all_well else "bold red"))
