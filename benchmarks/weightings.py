"""Which weighting of the noise levels trains in fewer steps? Writes the tables of docs/weightings.md and its picture.

    python -m benchmarks.weightings [--quick] [--json FILE] [--no-page]

The same networks are trained under EDM's bell, equal weights, 1/sigma and 1/sigma^2, see ``verify.weightings``.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np

from benchmarks.page import DOCS, write_between
from verify.censored import Quotient
from verify.reports.weighting_picture import LOSSES, NAMES, draw_courses
from verify.weightings import CONFIDENCE, FRESH, YARDSTICKS, Contest, Course, Row, compare, contests, run

PICTURE = DOCS / "images" / "weightings.png"
WORDS = {
    "fewer": "EDM needs **fewer steps** in {0} of {1} comparisons",
    "more": "EDM needs **more steps** in {0} of {1}",
    "same": "exactly **as many** in {0} of {1}",
    "open": "**undecided** are {0} of {1}",
}


def report(courses: dict[str, dict[str, Course]], settings: dict[str, Contest]) -> str:
    """The tables of the page, as Markdown: one section for each data set."""
    parts = []
    for name, found in courses.items():
        contest, rows = settings[name], compare(found)
        parts += [f"### {name.capitalize()}", "", _setting(contest), "", *_summary(rows), "", *_table(found, rows), ""]
        parts += _dominance(found)
    return "\n".join(parts).rstrip()


def _setting(c: Contest) -> str:
    return (
        f"{c.networks} networks, n = {c.n} points in d = {c.target.d}, N = {c.N} levels, width m = {c.m}, "
        f"{c.layers} trained layers, K = {c.steps} steps, Karras grid from sigma = {c.sigma_max:g} to "
        f"{c.sigma_min:g}; E_S from {FRESH} fresh draws a level."
    )


def _summary(rows: list[Row]) -> list[str]:
    """What the intervals say, in sentences."""
    lines = []
    for verdict, words in WORDS.items():
        said: dict[str, list[str]] = {}
        for row in (r for r in rows if r.quotient.verdict == verdict):
            said.setdefault(f"{LOSSES[row.yardstick]} against {NAMES[row.over]}", []).append(f"{row.share:g}")
        listed = "; ".join(f"{what} (at {', '.join(shares)})" for what, shares in said.items())
        ending = f": {listed}." if listed and verdict in ("fewer", "more") else "."
        lines.append(f"* {words.format(sum(map(len, said.values())), len(rows))}{ending}")
    return lines


def _table(found: dict[str, Course], rows: list[Row]) -> list[str]:
    others = list(dict.fromkeys(row.over for row in rows))
    head = ["loss", "share", "EDM steps", *(f"EDM / {NAMES[name]}" for name in others)]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for yardstick, shares in YARDSTICKS.items():
        for share in shares:
            own = float(np.median(found["edm"].times(yardstick, share)))
            cells = [LOSSES[yardstick], f"{share:g}", f"{own:g}" if np.isfinite(own) else "not reached"]
            here = {r.over: r.quotient for r in rows if (r.yardstick, r.share) == (yardstick, share)}
            lines.append("| " + " | ".join(cells + [_cell(here[name]) for name in others]) + " |")
    return lines


def _cell(q: Quotient) -> str:
    if q.interval == (0.0, np.inf):
        return f"not known ({q.arrived} of {q.of} arrived)"
    low, high = (f"{limit:.3g}" for limit in q.median)
    between = f"below {high}" if q.median[0] == 0 else f"above {low}" if q.median[1] == np.inf else f"{low} to {high}"
    limits = f"[{q.interval[0]:.3g}, " + (f"{q.interval[1]:.3g}]" if np.isfinite(q.interval[1]) else "oo)")
    rest = f" ({q.arrived} of {q.of} arrived)" if q.arrived < q.of else ""
    text = f"{low if low == high else between} {limits}{rest}"
    return f"**{text}**" if q.verdict in ("fewer", "more") else text


def _dominance(found: dict[str, Course]) -> list[str]:
    head = ["weighting", "largest level's part of its loss, start", "end", "own loss at the end / start"]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for name, course in found.items():
        start, end = np.median(course.dominance, axis=0)
        left = float(np.median(course.values["own"][:, -1] / course.values["own"][:, 0]))
        lines.append(f"| {NAMES[name]} | {100 * start:.0f} % | {100 * end:.0f} % | {left:.2g} |")
    return [*lines, ""]


def main() -> int:
    parser = argparse.ArgumentParser(description="Train under each weighting, and write docs/weightings.md.")
    parser.add_argument("--quick", action="store_true", help="the small experiments of a report; leaves the page alone")
    parser.add_argument("--json", type=Path, help="also write the comparisons to this file")
    parser.add_argument("--no-page", action="store_true", help="leave the page and its picture alone")
    asked = parser.parse_args()
    settings, courses, began = contests(asked.quick), {}, time.monotonic()
    for name, contest in settings.items():
        courses[name] = run(contest)
        print(f"{time.monotonic() - began:6.0f} s  {name}", file=sys.stderr, flush=True)
    text = report(courses, settings)
    print(text)
    if asked.json is not None:
        rows = {name: [asdict(row) for row in compare(found)] for name, found in courses.items()}
        asked.json.write_text(json.dumps({"confidence": CONFIDENCE, "rows": rows}, indent=2) + "\n", encoding="utf-8")
    if not (asked.quick or asked.no_page):
        write_between(DOCS / "weightings.md", "weightings", text)
        draw_courses(courses, PICTURE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
