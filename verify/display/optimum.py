"""The best grid that was found, and what it gains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from theory.display import Contents, Line, Table
from verify.display.schedules import kinds_line
from verify.reports.numbers import at_most, between, plus_minus

if TYPE_CHECKING:
    from verify.schedules.optimum import Optimum

CERTAIN = 1e-6  # a gain known to this share is shown as a number, a less certain one by both ends


def optimum_contents(found: Optimum) -> Contents:
    """Sigmas, objective, what any other grid could still gain, and the gain over the usual grids."""
    parts: list[Line | Table] = [
        Line(found.source.label, "data"),
        Line(", ".join(f"{sigma:.6g}" for sigma in found.sigmas), "sigmas"),
        *(Line(f"{plus_minus(value)} in {found.family}", name) for name, value in found.parameters.items()),
        Line(f"{plus_minus(found.objective)} nats", "objective"),
        Line(f"no other grid with these ends gains more than {at_most(float(found.gap.upper))} nats", "gap"),
        _gains(found),
        *(Line(text, "note") for text in found.notes),
        kinds_line((found.objective, *found.gain.values())),
    ]
    return Contents(f"best grid of {found.grid.N} steps, {found.sampler} sampler", None, tuple(parts))


def _gains(found: Optimum) -> Table:
    uncertain = any(float(one.radius) > CERTAIN * (1 + abs(float(one.value))) for one in found.gain.values())
    output = bool(found.terminal)
    more = [name for name, wanted in (("by the curve alone", uncertain), ("output KL", output)) if wanted]
    rows = []
    if output:
        rows.append(("this grid", "", *([""] if uncertain else []), plus_minus(found.terminal.get("best"))))
    for name, gain in found.gain.items():
        cells = [name, between(gain) if uncertain else plus_minus(gain)]
        cells += [f"{found.estimate[name]:.4g}"] if uncertain else []
        cells += [plus_minus(found.terminal.get(name))] if output else []
        rows.append(tuple(cells))
    return Table(("against", "gain, nats", *more), tuple(rows), numbers=(1, 2, 3))
