"""Every reader answers hostile input: it reads it, or refuses it by BadInput in one line, in bounded time.

``SCOREPROOF_FUZZ=100000`` sets how many inputs all readers together get; a few seconds' worth otherwise.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hostile import READERS, feed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

INPUTS = int(os.environ.get("SCOREPROOF_FUZZ", "600"))
SECONDS = 10.0  # an input takes below one second on an idle machine


@contextmanager
def within(seconds: float) -> Iterator[None]:
    def expire(*_: object) -> None:
        raise TimeoutError(f"no answer within {seconds} s")

    before = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("reader", READERS)
def test_reader_answers(reader: str) -> None:
    @given(st.binary(max_size=40) | st.binary(min_size=20, max_size=160))
    @settings(
        max_examples=max(1, INPUTS // len(READERS)),
        deadline=None,  # the alarm takes its place
        suppress_health_check=list(HealthCheck),
    )
    def answers(data: bytes) -> None:
        with within(SECONDS):
            feed(reader, data)

    answers()


def test_the_alarm_rings() -> None:
    with pytest.raises(TimeoutError), within(0.1):
        time.sleep(5)
