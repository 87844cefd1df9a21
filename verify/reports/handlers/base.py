"""Handlers of a run's events, and how they are served.

To add an output, write a file beside this one with a :class:`Handler`, and name it in ``verify/cli/verify.py``.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import ExitStack

from verify.events import Event, Interrupted, RunFinished, SoFar


class Handler:
    """One output of a run."""

    def handle(self, event: Event, so_far: SoFar) -> None:
        """Take notice of an event; ``so_far`` has it in already.

        Raises:
            BadInput: the output cannot be written. This handler is told nothing more; the others are. Neither is one
                that has done with :class:`RunFinished`, though the run is stopped while another still writes.
        """

    def close(self) -> None:
        """Give back what the handler holds, such as the cursor of the terminal. Called once, whatever happened."""


def ended(event: Event) -> bool:
    """Whether it is the last event, after which files are written: of a whole run or of one that was stopped."""
    return isinstance(event, RunFinished | Interrupted)


def deliver(events: Generator[Event], handlers: Sequence[Handler]) -> SoFar:
    """Tell every handler every event, in order; what the run has reached.

    A handler that fails costs the others nothing: what it raised is among the ``errors`` that are returned. Ctrl-C
    while a handler is at work is given to the run, which answers with :class:`Interrupted`; pressed again, it ends
    everything.

    Raises:
        BadInput: what the run refused.
    """
    so_far, waiting = SoFar(), list(handlers)
    with ExitStack() as stack:
        for handler in handlers:
            stack.callback(handler.close)
        stack.callback(events.close)
        event = next(events, None)
        while event is not None:
            try:
                so_far.add(event)
                for handler in tuple(waiting):
                    try:
                        handler.handle(event, so_far)
                        if isinstance(event, RunFinished):
                            waiting.remove(handler)
                    except Exception as error:
                        so_far.errors.append(error)
                        waiting.remove(handler)
                event = next(events, None)
            except KeyboardInterrupt as stop:
                if so_far.interrupted is not None:
                    raise
                event = events.throw(stop)
    return so_far
