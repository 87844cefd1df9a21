"""Making hypothesis draw the same cases from the same seed, whatever else is loaded.

Hypothesis mixes constants that it finds in the user's loaded modules into its draws. That is good for tests of
those modules, but here it would make a verdict depend on which modules happen to be imported (other claims, the
number of workers, an editable or a normal installation). It also ends
shrinking after five minutes by the clock. There is no setting for it, so the pool is emptied while a
search runs; ``tests/verify/test_reproducible.py`` fails if a new version of hypothesis moves it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis.internal.cache import LRUCache
from hypothesis.internal.conjecture import engine, providers


@contextmanager
def no_local_constants() -> Iterator[None]:
    """Within the block, hypothesis draws without constants from loaded modules, and shrinks without a clock."""
    kept = providers.HypothesisProvider._local_constants
    empty = providers.Constants()
    providers.HypothesisProvider._local_constants = property(lambda self: empty)  # type: ignore[assignment,method-assign]
    cache, providers.CONSTANTS_CACHE = providers.CONSTANTS_CACHE, LRUCache(1024)
    seconds, engine.MAX_SHRINKING_SECONDS = engine.MAX_SHRINKING_SECONDS, 10**9
    try:
        yield
    finally:
        providers.HypothesisProvider._local_constants = kept  # type: ignore[method-assign]
        providers.CONSTANTS_CACHE = cache
        engine.MAX_SHRINKING_SECONDS = seconds
