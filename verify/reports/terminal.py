"""Verdicts for a terminal: a table of many, and single ones in words. Text from users is shown, never obeyed."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from numerics.targets import Target
from verify.reports.words import both, evidence, sees, shown, tightness
from verify.verdicts import Status, Verdict

COLOURS = {
    Status.CERTIFIED: "green",
    Status.SUPPORTED: "green",
    Status.REFUTED: "red",
    Status.INCONCLUSIVE: "yellow",
}


def verdict_table(out: Console, verdicts: list[Verdict], seed: int, seconds: float, failures: int = 0) -> None:
    """One line a claim, then counterexamples, what was measured of rates, and the count of what is unexpected.

    The column *sees* is the smallest relative violation that would have been detected.

    Args:
        out: where to.
        verdicts: in the order of the lines.
        seed, seconds: of the run.
        failures: how many claims have no verdict because scoreproof itself failed.
    """
    table = Table(box=None, pad_edge=False)
    rows = [_row(v) for v in verdicts]
    names = ("claim", "verdict", "cases", "tightest", "sees", "title")
    widths = [max(len(cell) for cell in (name, *column)) for name, *column in zip(names, *rows, strict=True)]
    room = max(12, out.width - sum(widths[:-1]) - 2 * len(names))  # only the title may be cut
    for name in names:
        table.add_column(name, no_wrap=True)
    for v, row in zip(verdicts, rows, strict=True):
        table.add_row(Text(row[0]), status_text(v, row[1]), *row[2:-1], Text(cut(row[-1], room)))
    if rows:
        out.print(table, width=sum(widths[:-1]) + room + 2 * len(names), crop=False)
    for v in verdicts:
        counterexample_lines(out, v)
        if v.rates is not None:
            out.print(shown(f"{v.claim.id}: {v.rates['sentence']}"), markup=False)
    out.print(summary(verdicts, seed, seconds, failures))


def summary(verdicts: Sequence[Verdict], seed: int, seconds: float, failures: int = 0) -> Text:
    """The last line of a run: ``12 claims, 0 not as expected, seed 0, 31 s``."""
    wrong = sum(not v.as_expected for v in verdicts)
    failed = f", {failures} without a verdict" if failures else ""
    count = "1 claim" if len(verdicts) == 1 else f"{len(verdicts)} claims"
    words = f"{count}, {wrong} not as expected{failed}, seed {seed}, {seconds:.0f} s"
    return Text(words, "bold red" if wrong or failures else "bold green")


def unexpected(out: Console, v: Verdict) -> None:
    """One line on a verdict that differs from what is expected."""
    how = shown(f"{v.claim.id}: {v.status}, expected {v.claim.expected}: {v.how}")
    out.print(Text(how), style="red" if v.status is Status.REFUTED else "yellow")


def counterexample_lines(out: Console, v: Verdict) -> None:
    """Both sides in the smallest counterexample, if there is one, and the case."""
    if v.counterexample is not None:
        out.print(shown(f"{v.claim.id}: {both(v, v.counterexample)}"), markup=False)
        out.print(shown(f"    at {v.counterexample.case}"), markup=False)


def status_text(v: Verdict, words: str | None = None) -> Text:
    """The status in its colour, which is red for one that is not as expected."""
    return Text(words or str(v.status), COLOURS[v.status] if v.as_expected else "bold red")


def show_verdict(out: Console, v: Verdict, target: Target | None = None, brief: bool = False) -> None:
    """One verdict in words.

    Args:
        out: where to.
        v: the verdict.
        target: data that were fixed.
        brief: the first line alone.
    """
    where = f", data {target.label}" if target is not None else ""
    cases = f", {v.examples} cases" if v.status is Status.REFUTED else ""
    head = (str(v.status).upper(), f"{COLOURS[v.status]} bold")
    out.print(Text.assemble(head, shown(f"   {v.how}{cases}, seed {v.seed}{where}")))
    for label, line in () if brief else evidence(v):
        out.print(f"  {label:<10} {line}", markup=False)


def cut(text: str, room: int) -> str:
    """The text, its end left out where there is no room for it."""
    return text if len(text) <= room else text[: room - 1] + "…"


def _row(v: Verdict) -> tuple[str, ...]:
    verdict = f"{v.status}" if v.as_expected else f"{v.status}, expected {v.claim.expected}"
    return shown(v.claim.id), verdict, str(v.examples), tightness(v), sees(v), shown(v.claim.title)
