"""Results for a terminal: a live line while claims run, tables, and single verdicts in words."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from numerics.enclosures import Kind, Relation
from numerics.targets import Target
from verify.evaluate import Outcome
from verify.reports.numbers import plus_minus
from verify.runner import Failure
from verify.schedules import PARTS, Comparison, GridBudget
from verify.verdicts import Status, Verdict

COLOURS = {
    Status.CERTIFIED: "green",
    Status.SUPPORTED: "green",
    Status.REFUTED: "red",
    Status.INCONCLUSIVE: "yellow",
}
TELL_SECONDS = 60  # how often a run says how far it is where there is no terminal


class Follower:
    """What a run tells while it goes: each shard that is done, each verdict that is reached."""

    def __init__(self, progress: Progress, done: int, total: int):
        self.progress, self.done, self.total, self.already = progress, done, total, done
        self.task = progress.add_task("shards", completed=done, total=total)
        self.began = self.told = time.monotonic()

    def shard_done(self) -> None:
        self.done += 1
        self.progress.update(self.task, completed=self.done)
        now = time.monotonic()
        if self.progress.disable and now > self.told + TELL_SECONDS and self.done < self.total:
            self.told = now
            rate = (self.done - self.already) / (now - self.began)
            left = (self.total - self.done) / rate / 60
            self.progress.console.print(
                f"{self.done} of {self.total} shards, {60 * rate:.3g} a minute, about {left:.0f} min left"
            )

    def reached(self, verdict: Verdict | Failure) -> None:
        """Verdicts that differ from what is expected are printed at once."""
        self.progress.update(self.task, description=verdict.claim.id)
        if isinstance(verdict, Verdict) and not verdict.as_expected:
            expected = verdict.claim.expected
            self.progress.console.print(f"{verdict.claim.id}: {verdict.status}, expected {expected}: {verdict.how}")


@contextmanager
def steps(out: Console, what: str, total: int) -> Iterator[Callable[[str], None]]:
    """A progress bar over named steps of unequal length; elsewhere than on a terminal, a line a minute."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as progress:
        task = progress.add_task(what, total=total)
        told, count = time.monotonic(), 0

        def done(name: str) -> None:
            nonlocal told, count
            count += 1
            progress.update(task, completed=count, description=f"{what}: {name}")
            if progress.disable and time.monotonic() > told + TELL_SECONDS and count < total:
                told = time.monotonic()
                progress.console.print(f"{what}: {count} of {total}, last {name}", markup=False)

        yield done


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{60 * task.speed:.3g} a minute" if task.speed else "")


@contextmanager
def follow(out: Console, done: int, total: int) -> Iterator[Follower]:
    """A progress bar over shards, with their rate and the time left; elsewhere than on a terminal, a line a minute."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("shards"),
        _Rate(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=out, transient=True, disable=not out.is_terminal, speed_estimate_period=600
    ) as progress:
        yield Follower(progress, done, total)


@contextmanager
def counting(out: Console, total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar over the cases of one search."""
    columns = (TextColumn("cases"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as progress:
        task = progress.add_task("cases", total=total)
        yield lambda seen: progress.update(task, completed=seen)


def verdict_table(out: Console, verdicts: list[Verdict], seed: int, seconds: float) -> None:
    """One line a claim, then counterexamples, what was measured of rates, and the count of what is unexpected.

    The column *sees* is the smallest relative violation that would have been detected.
    """
    table = Table(box=None, pad_edge=False)
    rows = [_verdict_row(v) for v in verdicts]
    names = ("claim", "verdict", "cases", "tightest", "sees", "title")
    widths = [max(len(cell) for cell in (name, *column)) for name, *column in zip(names, *rows, strict=True)]
    room = max(12, out.width - sum(widths[:-1]) - 2 * len(names))  # only the title may be cut
    for name in names:
        table.add_column(name, no_wrap=True)
    for v, row in zip(verdicts, rows, strict=True):
        table.add_row(
            row[0], Text(row[1], COLOURS[v.status] if v.as_expected else "bold red"), *row[2:-1], _cut(row[-1], room)
        )
    out.print(table, width=sum(widths[:-1]) + room + 2 * len(names), crop=False)
    wrong = [v for v in verdicts if not v.as_expected]
    for v in verdicts:
        if v.counterexample is not None:
            out.print(f"{v.claim.id}: {_sides(v.counterexample)}", markup=False)
            out.print(f"    at {v.counterexample.case}", markup=False)
        if v.rates is not None:
            out.print(f"{v.claim.id}: {v.rates['sentence']}", markup=False)
    summary = f"{len(verdicts)} claims, {len(wrong)} not as expected, seed {seed}, {seconds:.0f} s"
    out.print(f"[{'bold red' if wrong else 'bold green'}]{summary}[/]")


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1] + "…"


def _verdict_row(v: Verdict) -> tuple[str, ...]:
    verdict = f"{v.status}" if v.as_expected else f"{v.status}, expected {v.claim.expected}"
    return v.claim.id, verdict, str(v.examples), _tightness(v), _sees(v), v.claim.title


def show_verdict(out: Console, v: Verdict, target: Target | None = None) -> None:
    """One verdict in words."""
    colour = COLOURS[v.status]
    where = f", data {target.label}" if target is not None else ""
    cases = f", {v.examples} cases" if v.status is Status.REFUTED else ""
    head = f"[{colour} bold]{str(v.status).upper()}[/]"
    out.print(f"{head}   {v.how}{cases}, seed {v.seed}{where}")
    if v.counterexample is not None:
        out.print(f"  smallest   {v.counterexample.case}", markup=False)
        out.print(f"             {_sides(v.counterexample)}", markup=False)
    if v.largest_violation is not None:
        big = v.largest_violation
        out.print(f"  largest    {_excess(v, big)} at {big.case}", markup=False)
    if v.tightest is not None:
        out.print(f"  tightest   {_excess(v, v.tightest)} at {v.tightest.case}", markup=False)
        out.print(f"             {_sides(v.tightest)}", markup=False)
    if v.detectable is not None:
        out.print(f"  power      {v.detectable}", markup=False)
    if v.error_rates:
        out.print(f"  sampling may be wrong with probability at most {v.error_rates['false_alarm']:.1e}")


def budget_table(out: Console, budgets: list[GridBudget], comparison: Comparison | None = None) -> None:
    """One column a grid, one row a part of its error."""
    first = budgets[0]
    out.print(f"{first.target.label}, {first.sampler} sampler, nats", markup=False)
    letters = [chr(ord("A") + i) for i in range(len(budgets))]
    for letter, one in zip(letters, budgets, strict=True):
        out.print(f"  {letter} = {one.grid.label}", markup=False)
    table = Table("", *letters, box=None, pad_edge=False)
    for name in PARTS:
        table.add_row(name, *(plus_minus(one.part(name)) for one in budgets))
    if comparison is not None:
        table.add_row("", *("" for _ in budgets))
        table.add_row(f"{comparison.criterion} - A", *(plus_minus(comparison.difference(one)) for one in budgets))
        table.add_row("verdict", *(comparison.verdict(one) for one in budgets))
    out.print(table)
    reasons = {why for one in budgets for name, why in one.budget.reasons.items() if one.part(name) is None}
    for why in sorted(reasons):
        out.print(f"not available: {why}", markup=False)
    kinds = sorted({str(value.kind) for one in budgets for value in map(one.part, PARTS) if value is not None})
    out.print(f"± is the error of each number, kind: {', '.join(kinds)}")
    if comparison is not None and comparison.disagreement:
        out.print(f"[yellow]warning:[/] {escape(comparison.disagreement)}")


def _sees(v: Verdict) -> str:
    """The smallest relative violation that the median case would have shown, if it is random with probability 0.99."""
    if v.detectable is None or not np.isfinite(v.detectable.median):
        return "-"
    return f"{v.detectable.median:.0e}"


def _tightness(v: Verdict) -> str:
    if v.tightness.max is None:
        return "-"
    return f"{v.tightness.max:.1e} off" if v.claim.is_equality else f"{v.tightness.max:.4g}"


def _sides(o: Outcome) -> str:
    left, right = float(o.lhs.value), float(o.rhs.value)
    if left == right or o.relation is Relation.UNDECIDED:
        sign = "=" if o.hidden < 1e-3 else "vs"
    else:
        sign = ">" if left > right else "<"
    sampled = Kind.SAMPLED in (o.lhs.kind, o.rhs.kind)
    kind = "ball arithmetic" if o.certified else ("sampled" if sampled else "float64")
    return f"left {left:.8g} {sign} {right:.8g} right (± {float(o.lhs.radius + o.rhs.radius):.0e}, {kind})"


def _excess(v: Verdict, o: Outcome) -> str:
    if v.claim.is_equality:
        return f"relative difference {o.gap:.3g}"
    return f"lhs/rhs = {o.ratio:.6g}" if np.isfinite(o.ratio) else "the right side is not positive"
