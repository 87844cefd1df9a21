"""The benchmark's table for the terminal, and its numbers as text, which the documentation uses too."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from verify.bench.measure import Interval
from verify.bench.result import Result
from verify.bench.row import Accuracy, Row

STYLES = {"holds": "green", "missed": "bold red", "open": "yellow", "not run": "dim"}
UNITS = {"flops": "matrix products", "exps": "exponentials", "bytes": "bandwidth"}


def table(results: Sequence[Result]) -> Table:
    """One line for each row: ratio and interval, what is wanted, errors of both sides, share of the limit, status."""
    out = Table(box=None, pad_edge=False)
    for name in ("row", "ratio", "interval", "wanted", "error", "theirs", "of limit", "status"):
        out.add_column(name, no_wrap=True, justify="left" if name in ("row", "status") else "right")
    for result in results:
        status = f"[{STYLES[result.status]}]{result.status}[/]"
        out.add_row(result.row.name, *cells(result), status)
    return out


def cells(result: Result) -> tuple[str, ...]:
    """Ratio, interval, wanted, error of ours, of theirs, share of the limit; a dash where there is none."""
    timing, row = result.timing, result.row
    if timing is None:
        return ("-", "-", wanted(row), "-", "-", "-")
    if timing.ratio is not None:
        ratio, spread = times(timing.ratio.value), f"{times(timing.ratio.low)}..{times(timing.ratio.high)}"
    else:
        ratio, spread = f"{min(timing.ours):.3g} s", f"{min(timing.ours):.3g}..{max(timing.ours):.3g} s"
    worst = max(timing.accuracy, key=lambda a: a.ours / a.wanted if a.wanted else a.ours, default=None)
    return (ratio, spread, wanted(row), *errors(worst), share(timing.of_limit, timing.limit))


def wanted(row: Row) -> str:
    """The figures that a row is held to."""
    first = f"{row.at_most:g} s" if row.at_most is not None else f"≥ {times(row.wanted, zeros=False)}"
    return first + (f", {row.limit:.0%}" if row.limit is not None else "")


def times(ratio: float, zeros: bool = True) -> str:
    """A ratio to three digits, 0.970x, 41.3x, 1,250x; without ``zeros`` those at its end are left out."""
    if ratio >= 1000:
        return f"{float(f'{ratio:.3g}'):,.0f}x"
    return (f"{ratio:#.3g}".rstrip(".") if zeros else f"{ratio:.3g}") + "x"


def errors(accuracy: Accuracy | None) -> tuple[str, str]:
    """Errors of ours and of the alternative."""
    if accuracy is None:
        return "-", "-"
    return f"{accuracy.ours:.0e}", f"{accuracy.other:.0e}" if accuracy.other is not None else "-"


def share(of_limit: Interval | None, limit: str | None) -> str:
    """Percent of which limit of the machine."""
    return "-" if of_limit is None or limit is None else f"{of_limit.value:.0%} {UNITS[limit]}"


def details(result: Result) -> list[str]:
    """Lines below the table: what was compared, why a figure is missed, how cost grows."""
    row = result.row
    lines = [f"{row.name}: {row.work}; against {row.against}"]
    if result.missing:
        lines.append(f"  not run: {result.missing}")
    for figure in result.figures:
        if figure.status != "holds":
            lines.append(f"  {figure.of}: {figure.status}")
    if row.note and result.status != "holds":
        lines.append(f"  {row.note}")
    if result.timing is not None:
        lines += [
            f"  {a.of}: {errors(a)[0]} (theirs {errors(a)[1]}, at most {a.wanted:.0e})" for a in result.timing.accuracy
        ]
    for one in result.scaling:
        sizes = f"{one.sizes[0]:,} to {one.sizes[-1]:,}"
        lines.append(
            f"  {one.unit} ~ ({one.against})^({one.exponent:.2f} ± {one.half:.2f}), {sizes}; wanted at most "
            f"{one.wanted:g}: {one.status}{f' ({one.why})' if one.why else ''}"
        )
    for name, size in (result.memory or {}).items():
        lines.append(f"  memory, {name}: {size / 2**20:,.1f} MiB")
    return lines
