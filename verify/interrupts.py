"""Ctrl-C that is not lost.

Python raises KeyboardInterrupt wherever the program happens to be. Within a callback of the garbage collector
(hypothesis has one) it is printed and dropped, and the program goes on. So the request is remembered, and looked at
between shards.
"""

from __future__ import annotations

import signal
import sys
import threading
from types import FrameType

_asked = threading.Event()


def listen() -> None:
    """Remember Ctrl-C from now on, unless somebody else handles it already."""
    _asked.clear()
    alone = threading.current_thread() is threading.main_thread()
    if alone and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _remember)
        sys.unraisablehook = _dropped


def _dropped(what: sys.UnraisableHookArgs) -> None:
    """Say nothing of the interrupt that is raised later; of all else what Python says."""
    if not (_asked.is_set() and issubclass(what.exc_type, KeyboardInterrupt)):
        sys.__unraisablehook__(what)


def _remember(number: int, frame: FrameType | None) -> None:
    _asked.set()
    raise KeyboardInterrupt


def stop_if_asked() -> None:
    """Raise the KeyboardInterrupt that was dropped, if one was.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed since :func:`listen`.
    """
    if _asked.is_set():
        raise KeyboardInterrupt
