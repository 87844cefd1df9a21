"""What a command says when Ctrl-C ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def stopping(kept: Callable[[], str]) -> Iterator[None]:
    """Work that Ctrl-C may end; ``kept`` says what has become of it.

    Raises:
        RunError: Ctrl-C was pressed.
    """
    try:
        yield
    except (KeyboardInterrupt, Exception) as error:
        if not is_stop(error):
            raise
        from verify.executors import RunError

        raise RunError(f"stopped; {kept()}") from None


def is_stop(error: BaseException) -> bool:
    """Whether Ctrl-C is behind an error: what it ends may answer with one of its own, as hypothesis does."""
    from verify.interrupts import stop_if_asked

    try:
        stop_if_asked()
    except KeyboardInterrupt:
        return True
    return isinstance(error, KeyboardInterrupt)
