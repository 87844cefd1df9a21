"""The regression check of a noise schedule in plain words, and as JUnit XML for CI servers."""

from __future__ import annotations

import io
from itertools import groupby
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from rich.console import Console
from rich.text import Text

from verify.atomic import write_text
from verify.language.errors import BadInput
from verify.reports.numbers import plus_minus
from verify.schedules.baseline_file import Baseline
from verify.schedules.checked import NO_CRITERION, Checked, Row

COLOURS = {"better": "green", "same": "green", "worse": "bold red", "cannot tell": "yellow"}


def check_table(out: Console, checked: Checked) -> None:
    """What changed in words, then the verdicts by target, one line a sampler."""
    out.print(f"{checked.name} against {checked.path}", markup=False)
    for note in checked.notes:
        out.print(f"  {note}", markup=False)
    for target, rows in groupby(checked.rows, lambda row: row.target):
        out.print(target, markup=False)
        for row in rows:
            out.print(_line(row))
    criteria = "/".join(dict.fromkeys(row.criterion for row in checked.rows if row.criterion != NO_CRITERION))
    same = f"changes of at most {checked.tolerance:g}" if checked.tolerance else "equal costs only"
    out.print(f"{criteria or 'cost'} in nats, smaller is better; the same: {same}")
    out.print(Text(summary(checked), "bold red" if checked.failed else "bold green"))


def baseline_table(out: Console, path: Path, baseline: Baseline) -> None:
    """What a new baseline keeps."""
    for target, costs in groupby(baseline.costs, lambda cost: cost.target):
        out.print(target, markup=False)
        for cost in costs:
            number = cost.reason if cost.cost is None else plus_minus(cost.cost.enclosure())
            out.print(f"  {cost.sampler:<9} {number}", markup=False)
    for criterion, reason in {cost.criterion: cost.reason for cost in baseline.costs if cost.cost is not None}.items():
        out.print(f"{criterion}: {reason}, nats, smaller is better", markup=False)
    out.print(f"baseline written: {path} ({baseline.grid}, {baseline.steps} steps)", markup=False)


def summary(checked: Checked) -> str:
    """One line: how many rows have which verdict."""
    words = [row.verdict for row in checked.rows]
    counts = [f"{words.count(word)} {word}" for word in COLOURS if word in words]
    return f"{checked.verdict}: {', '.join(counts)}"


def plain_text(checked: Checked) -> str:
    """What :func:`check_table` prints, without colour, for the output of a test."""
    stream = io.StringIO()
    check_table(Console(file=stream, color_system=None, highlight=False, soft_wrap=True), checked)
    return stream.getvalue().rstrip()


def write_junit(checked: Checked, to: Path) -> None:
    """One test case a row; a row that fails has its reason as the message.

    Raises:
        BadInput: the file cannot be written.
    """
    failures = sum(row.failed for row in checked.rows)
    suite = ElementTree.Element(
        "testsuite",
        {"name": "scoreproof schedule check", "tests": str(len(checked.rows)), "failures": str(failures)},
    )
    for row in checked.rows:
        case = ElementTree.SubElement(
            suite, "testcase", {"classname": checked.name, "name": f"{row.target}, {row.sampler} sampler"}
        )
        if row.failed:
            failure = ElementTree.SubElement(case, "failure", {"type": row.verdict, "message": row.reason})
            failure.text = _details(row)
        else:
            ElementTree.SubElement(case, "system-out").text = _details(row)
    text = ElementTree.tostring(suite, encoding="unicode", xml_declaration=False)
    try:
        write_text(to, f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n')
    except (OSError, ValueError) as error:  # a ValueError: a NUL in the path
        why = error.strerror if isinstance(error, OSError) else error
        raise BadInput(f"--junit {to} cannot be written: {why}; name a file in a folder that exists") from None


def _details(row: Row) -> str:
    return f"{row.verdict}: {row.reason}\n{row.criterion}: difference {row.difference}, baseline {row.baseline}, nats"


def _line(row: Row) -> Text:
    """``  score     worse        1.5 ± 1.1e-13, baseline 3.2``, and why where no number says it."""
    text = Text(f"  {row.sampler:<9} ").append(f"{row.verdict:<11}", COLOURS[row.verdict])
    if row.difference is not None and np.any(row.difference.value):
        text.append(f" {plus_minus(row.difference, '+')}")
    if row.verdict in ("same", "cannot tell"):
        text.append(f" {row.reason}")
    if row.baseline is not None:
        text.append(f" (baseline {plus_minus(row.baseline)})")
    return text
