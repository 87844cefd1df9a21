"""A Ctrl-C that Python drops is not lost."""

from __future__ import annotations

import signal
import subprocess
import sys

# the signal arrives while the garbage collector runs a callback, in which exceptions are printed and dropped
DROPPED = """
import gc, os, signal
from verify.interrupts import listen, stop_if_asked
listen()
gc.callbacks.append(lambda phase, info: os.kill(os.getpid(), signal.SIGINT) if phase == "start" else None)
gc.collect()
gc.callbacks.pop()
print("went on", flush=True)
stop_if_asked()
print("not stopped", flush=True)
"""


def test_a_dropped_interrupt_is_raised_later():
    done = subprocess.run([sys.executable, "-c", DROPPED], capture_output=True, text=True, timeout=60)
    assert done.stdout == "went on\n"
    assert done.returncode in (1, 130, -signal.SIGINT)
    assert "KeyboardInterrupt" in done.stderr
    assert "Exception ignored" not in done.stderr


def test_without_an_interrupt_nothing_stops():
    from verify.interrupts import listen, stop_if_asked

    before = signal.getsignal(signal.SIGINT)
    listen()
    stop_if_asked()
    signal.signal(signal.SIGINT, before)
