"""Verdicts as a JSON list, to a file or to standard output."""

from __future__ import annotations

from verify.events import Event, Interrupted, RunFinished, SearchFinished, SoFar
from verify.reports.files import write_json
from verify.reports.handlers.base import Handler


class Json(Handler):
    """Writes when the run ends. A file also has what was reached by a run that was stopped.

    Args:
        to: a file, or ``-`` for standard output, which a run that was stopped leaves empty.
    """

    def __init__(self, to: str):
        self.to = to

    def handle(self, event: Event, so_far: SoFar) -> None:
        early = isinstance(event, SearchFinished | Interrupted)  # what may follow, such as a hunt for variants, is long
        if isinstance(event, RunFinished) or (early and self.to != "-"):
            write_json(_content(so_far), self.to)


def _content(so_far: SoFar) -> list[dict[str, object]]:
    if so_far.hunted is None:
        return [v.as_json() for v in so_far.verdicts]
    extra = so_far.hunted.of_claims()
    return [v.as_json() | {"mutants": extra.get(v.claim.id)} for v in so_far.verdicts]
