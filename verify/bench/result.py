"""What a row of the benchmark gave, and whether it holds."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from verify.bench.measure import Timing
from verify.bench.row import Row
from verify.bench.scaling import Fitted


@dataclass(frozen=True)
class Figure:
    """One figure beside what is wanted of it.

    Attributes:
        of: ``ratio``, ``limit``, ``seconds`` or ``error``.
        status: ``holds``, ``missed``, or ``open`` where the interval has the wanted figure inside.
    """

    of: str
    status: str


@dataclass(frozen=True)
class Result:
    """A row with its measurement.

    Attributes:
        row: what was wanted.
        timing: None where it could not run.
        scaling: cost against sizes.
        memory: bytes of both sides, by name.
        missing: why it could not run; empty where it ran.
        limits: the machine's, as far as the row asked for them, per second.
    """

    row: Row
    timing: Timing | None
    scaling: tuple[Fitted, ...] = ()
    memory: dict[str, float] | None = None
    missing: str = ""
    limits: dict[str, float] | None = None

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure that is wanted, with its status."""
        if self.timing is None:
            return ()
        row, timing, out = self.row, self.timing, []
        if timing.ratio is not None:
            out.append(Figure("ratio", _at_least(timing.ratio.low, timing.ratio.high, row.wanted)))
        if row.at_most is not None:
            out.append(Figure("seconds", _at_least(-max(timing.ours), -min(timing.ours), -row.at_most)))
        if row.limit is not None and timing.of_limit is not None:
            out.append(Figure("limit", _at_least(timing.of_limit.low, timing.of_limit.high, row.limit)))
        out += [Figure("error", "holds" if a.ours <= a.wanted else "missed") for a in timing.accuracy]
        return tuple(out)

    @property
    def status(self) -> str:
        """``holds``, ``missed``, ``open`` or ``not run``; the worst of its figures and of its scaling."""
        if self.timing is None:
            return "not run"
        found = {figure.status for figure in self.figures} | {one.status for one in self.scaling}
        return next(status for status in ("missed", "open", "holds") if status in found)

    def as_json(self) -> dict[str, Any]:
        """Names, figures and times, of plain numbers and texts."""
        row, timing = self.row, self.timing
        return {
            "name": row.name,
            "work": row.work,
            "against": row.against,
            "status": self.status,
            "wanted": {"ratio": row.wanted, "limit": row.limit, "seconds": row.at_most},
            "note": row.note,
            "missing": self.missing,
            "figures": [asdict(figure) for figure in self.figures],
            "timing": asdict(timing) if timing is not None else None,
            "memory": self.memory,
            "limits": self.limits,
            "scaling": [asdict(one) for one in self.scaling],
        }


def _at_least(low: float, high: float, wanted: float) -> str:
    return "holds" if low >= wanted else "missed" if high < wanted else "open"
