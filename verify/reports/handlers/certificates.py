"""Certificates of all verdicts that can have one, for ``scoreproof replay``."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from verify.certificates import has_certificate, write_certificate
from verify.events import Event, SearchFinished, SoFar
from verify.reports.handlers.base import Handler


class Certificates(Handler):
    """Writes them when every claim has its verdict; what cannot be written costs no verdict.

    Args:
        folder: made if missing.
        out: where it is said what could not be written, and how many there are.
        quiet: leave out how many there are.
    """

    def __init__(self, folder: Path, out: Console, quiet: bool = False):
        self.folder, self.out, self.quiet = folder, out, quiet

    def handle(self, event: Event, so_far: SoFar) -> None:
        if not isinstance(event, SearchFinished):
            return
        written = 0
        for v in filter(has_certificate, so_far.verdicts):
            try:
                write_certificate(v, self.folder)
                written += 1
            except (ValueError, OSError) as why:
                self.out.print(f"no certificate for {v.claim.id}: {why}", markup=False)
        if written and not self.quiet:
            self.out.print(f"certificates: {written} in {self.folder}", markup=False)
