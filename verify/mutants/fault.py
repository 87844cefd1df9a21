"""A fault that is planted in the measurements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Fault:
    """One planted fault.

    Attributes:
        name: stable.
        words: what is wrong, in words.
        where: the attribute that is replaced: its owner and its name.
        wrong: makes the faulty function from the right one.
        witnesses: ids of the claims that should notice.
    """

    name: str
    words: str
    where: tuple[Any, str]
    wrong: Callable[[Callable[..., Any]], Callable[..., Any]]
    witnesses: tuple[str, ...]
