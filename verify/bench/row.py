"""What a row of the benchmark is: a piece of work, ours and the alternative, and what is wanted of their ratio."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

SIZES = ("full", "small")


class Unavailable(Exception):
    """The alternative of a row, or the device that it needs, is not here: which, and how to get it."""


@dataclass(frozen=True)
class Setting:
    """How a row is run: on which device, at which size.

    Attributes:
        size: ``full``, the size that the row is about, or ``small``, seconds for both sides together, for tests.
        device: ``cpu`` or ``cuda``, of rows whose ``devices`` name it.
    """

    size: str = "full"
    device: str = "cpu"

    def pick(self, full: Any, small: Any) -> Any:
        """The value for this size."""
        return full if self.size == "full" else small


@dataclass(frozen=True)
class Work:
    """Useful operations of one call of ours, which no implementation of this algorithm can avoid.

    Attributes:
        flops: of matrix products: 2 m n k for an (m, k) by (k, n) product.
        exps: elementwise exponentials.
        bytes: read from and written to memory at least once.
        dtype: of the numbers: ``float64`` or ``float32``; the limits are measured in it.
    """

    flops: float = 0.0
    exps: float = 0.0
    bytes: float = 0.0
    dtype: str = "float64"


@dataclass(frozen=True)
class Accuracy:
    """Largest error of each side against a reference that is better than both.

    Attributes:
        ours: error of our result, with the units that ``of`` names.
        other: that of the alternative; None where it gives none that can be compared.
        of: what is compared with what, e.g. ``J, relative, against ball arithmetic``.
        wanted: the most that ours may have; the row fails above it.
    """

    ours: float
    other: float | None
    of: str
    wanted: float


@dataclass(frozen=True)
class Case:
    """A row at one setting, with its inputs made.

    Attributes:
        ours: does the whole work once; what it gives is handed to ``check``.
        other: does ``share`` of the work by the alternative; None where the row compares with a time alone.
        check: the accuracy of both results.
        share: part of the work that the alternative does, where the whole would take minutes; its time is divided by
            it. Only for alternatives whose cost is linear in the part (cases one after the other).
        work: what the machine's limits are compared with; None where no limit speaks of this row.
        fresh: called before each call of ours, untimed: forgets every cache that a user's first run would not have.
        memory: bytes that ours and the alternative need at once, as far as it is known, by name.
    """

    ours: Callable[[], Any]
    other: Callable[[], Any] | None
    check: Callable[[Any, Any], list[Accuracy]]
    share: float = 1.0
    work: Work | None = None
    fresh: Callable[[], None] | None = None
    memory: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Scaling:
    """Cost of ours against one size, and the exponent that the design promises.

    Attributes:
        against: the size's name, e.g. ``N, steps``.
        sizes: from the smallest at which the overhead of calls no longer counts to the largest that fits.
        make: the work at a size, ready to call (inputs made).
        wanted: largest exponent p of cost ~ size^p: 1 is linear, 0 does not grow.
        unit: ``seconds``, or ``bytes``: the peak of memory above what stood before the call.
        why: one sentence: what makes it so.
    """

    against: str
    sizes: tuple[int, ...]
    make: Callable[[int, Setting], Callable[[], Any]]
    wanted: float
    unit: str = "seconds"
    why: str = ""


@dataclass(frozen=True)
class Row:
    """A line of the table.

    Attributes:
        name: short, in lower case with hyphens; what ``scoreproof bench NAME`` takes.
        work: what is done, in a few words with its size.
        against: the alternative, in a few words.
        wanted: the least ratio (time of the alternative over ours) at which the row holds.
        make: makes the inputs and both sides.
        at_most: the most seconds that ours may take, of a row without an alternative; ``wanted`` is then not used.
        rounds: how often both sides run, at least 3; from 6 on the interval assumes nothing of the times' law.
        limit: the least share of the machine's limit that is wanted, if any.
        devices: on which devices it runs.
        scaling: cost against sizes.
        note: why a figure is missed, and by which limit of the machine or of the mathematics; empty where it holds.
    """

    name: str
    work: str
    against: str
    wanted: float
    make: Callable[[Setting], Case]
    at_most: float | None = None
    rounds: int = 9
    limit: float | None = None
    devices: tuple[str, ...] = ("cpu",)
    scaling: tuple[Scaling, ...] = ()
    note: str = ""
