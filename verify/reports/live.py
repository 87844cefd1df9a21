"""A run while it goes: on a terminal a bar over its shards and a table of the latest verdicts, else a line a minute.

Both have the same methods. What is drawn is transient: it is gone when the run ends.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Protocol

from rich.console import Console, Group
from rich.live import Live
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

from verify.events import RunStarted, SoFar
from verify.reports.terminal import COLOURS, cut, status_text
from verify.reports.training import follow_training
from verify.reports.words import shown, tightness
from verify.verdicts import Verdict

LATEST = 8  # verdicts in the table
WIDEST_ID = 40  # of a claim
TELL_SECONDS = 60  # how often a run says how far it is where there is no terminal
AROUND = 6  # lines of a terminal that the table leaves free


class Display(Protocol):
    """What is told while a run goes."""

    def update(self, so_far: SoFar) -> None: ...

    def shard_done(self) -> None: ...

    def hunt(self, total: int) -> None: ...

    def variant_done(self, name: str) -> None: ...


@contextmanager
def display(out: Console, started: RunStarted) -> Iterator[Display]:
    """What fits the console, for the time of the block; also tells the training runs under way."""
    live = out.is_interactive
    one: OnTerminal | InLines = OnTerminal(out, started) if live else InLines(out, started)
    with ExitStack() as stack:
        if isinstance(one, OnTerminal):
            stack.enter_context(Live(get_renderable=one.render, console=out, transient=True, refresh_per_second=4))
        stack.enter_context(follow_training(one.progress, one.task, started.store))
        yield one


class OnTerminal:
    """A bar with rate and time left, counts of the verdicts, and the latest of them."""

    def __init__(self, out: Console, started: RunStarted):
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[unit]}"),
            _Rate(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
        )
        self.progress = Progress(*columns, console=out, speed_estimate_period=600)
        self.task = self.progress.add_task("shards", completed=started.kept, total=started.shards, unit="shards")
        self.room = max(1, min(LATEST, out.height - AROUND))
        self.latest: tuple[Verdict, ...] = ()
        self.counts = Text()

    def update(self, so_far: SoFar) -> None:
        self.latest = tuple(so_far.concluded[-self.room :])  # the thread that draws sees the old tuple or the new one
        self.counts = counts(so_far)

    def shard_done(self) -> None:
        self.progress.update(self.task, advance=1)

    def hunt(self, total: int) -> None:
        self.progress.reset(self.task, total=total, description="variants", unit="claims and faults")

    def variant_done(self, name: str) -> None:
        self.progress.update(self.task, advance=1, description=f"variants: {shown(name)}")

    def render(self) -> Group:
        latest = self.latest
        if not latest:
            return Group(self.progress)
        names = ("claim", "verdict", "cases", "tightest")
        rows = [(cut(shown(v.claim.id), WIDEST_ID), str(v.status), str(v.examples), tightness(v)) for v in latest]
        widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
        room = self.progress.console.width - sum(widths) - 2 * len(names) - 1  # for the title
        table = Table(box=None, pad_edge=False)
        for name in (*names, "title"):
            table.add_column(name, no_wrap=True)
        for v, row in zip(latest, rows, strict=True):
            table.add_row(Text(row[0]), status_text(v), *row[2:], Text(cut(shown(v.claim.title), max(room, 5)), "dim"))
        return Group(self.progress, self.counts, table)


class InLines:
    """How far the run is, once a minute."""

    def __init__(self, out: Console, started: RunStarted):
        self.progress = Progress(console=out, disable=True)
        self.task = self.progress.add_task("shards")
        self.out, self.what = out, "shards"
        self.done = self.already = started.kept
        self.total = started.shards
        self.began = self.told = time.monotonic()

    def update(self, so_far: SoFar) -> None: ...

    def shard_done(self) -> None:
        self._one_more("")

    def hunt(self, total: int) -> None:
        self.what, self.done, self.already, self.total = "claims and faults", 0, 0, total
        self.began = self.told = time.monotonic()

    def variant_done(self, name: str) -> None:
        self._one_more(f", last {shown(name)}")

    def _one_more(self, last: str) -> None:
        self.done += 1
        now = time.monotonic()
        if now > self.told + TELL_SECONDS and self.done < self.total:
            self.told = now
            rate = (self.done - self.already) / (now - self.began)
            left = (self.total - self.done) / rate / 60
            words = (
                f"{self.done} of {self.total} {self.what}, {60 * rate:.3g} a minute, about {left:.0f} min left{last}"
            )
            self.out.print(words, markup=False)


def counts(so_far: SoFar) -> Text:
    """``certified 12  supported 20  refuted 5  inconclusive 0  not as expected 1``."""
    found = Counter(v.status for v in so_far.concluded)
    text = Text(no_wrap=True, overflow="ellipsis")
    for status, colour in COLOURS.items():
        text.append(f"{status} {found[status]}  ", colour if found[status] else "dim")
    wrong = len(so_far.wrong) + len(so_far.failures)
    return text.append(f"not as expected {wrong}", "bold red" if wrong else "dim")


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{60 * task.speed:.3g} a minute" if task.speed else "")


@contextmanager
def counting(out: Console, total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar over the cases of one search, which is called with the number of those seen."""
    columns = (TextColumn("cases"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=out, transient=True, disable=not out.is_interactive) as progress:
        task = progress.add_task("cases", total=total)
        yield lambda seen: progress.update(task, completed=seen)
