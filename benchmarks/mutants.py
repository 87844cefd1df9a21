"""The fates of all variants of the whole catalogue and of all planted faults, written into docs/power.md.

python -m benchmarks.mutants [--jobs 2] [--json FILE] [--no-page]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benchmarks.page import DOCS, write_between
from theory.claims import catalogue
from verify.mutants.run import MutantRun, run_mutants, size
from verify.mutants.table import Fate, together
from verify.reports.mutants import SHOWN

EXAMPLES, SEED = 150, 0


def variants_page(run: MutantRun) -> str:
    """One line a claim, then every variant that is alive and neither weaker nor senseless."""
    columns = ("claim", "variants", *SHOWN.values(), "kill rate")
    lines = [f"{run.sentence}.", "", f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for one in (*run.summaries, together(run.summaries)):
        counts = (str(one.count(fate) or "") for fate in SHOWN)
        lines.append(f"| {one.claim} | {len(one.rows)} | {' | '.join(counts)} | {one.rate} |")
    plain = (Fate.KILLED, Fate.WEAKER, Fate.SENSELESS)
    left = [row for one in run.summaries for row in one.rows if row.fate not in plain]
    lines += ["", "| claim | variant | fate | reason |", "|---|---|---|---|"]
    lines += [f"| {row.claim} | `{_cell(row.change)}` | {row.fate} | {_cell(row.reason)} |" for row in left]
    return "\n".join(lines)


def faults_page(run: MutantRun) -> str:
    lines = ["| fault | what is wrong | noticed by |", "|---|---|---|"]
    for fault in run.as_json()["faults"]:
        witnesses = ", ".join(one["claim"] for one in fault["noticed_by"]) or "nobody"
        lines.append(f"| {fault['fault']} | {_cell(fault['words'])} | {witnesses} |")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> int:
    parser = argparse.ArgumentParser(description="Hunt the variants of every claim and plant every fault.")
    parser.add_argument("--jobs", type=int, default=1, help="processes (1)")
    parser.add_argument("--json", type=Path, help="write every variant here too")
    parser.add_argument("--no-page", action="store_true", help="leave docs/power.md alone")
    asked = parser.parse_args()
    if asked.jobs < 1:
        parser.error(f"--jobs {asked.jobs}: give 1 or more")
    claims = [(claim, None) for claim in catalogue().values()]
    seen = 0

    def done(name: str) -> None:
        nonlocal seen
        seen += 1
        print(f"{seen} of {size(claims)}: {name}", file=sys.stderr, flush=True)

    run = run_mutants(claims, EXAMPLES, SEED, asked.jobs, done)
    print(variants_page(run), faults_page(run), sep="\n\n")
    if asked.json is not None:
        asked.json.write_text(json.dumps(run.as_json(), indent=1) + "\n", encoding="utf-8")
    if not asked.no_page:
        write_between(DOCS / "power.md", "mutants", variants_page(run))
        write_between(DOCS / "power.md", "faults", faults_page(run))
    return 0 if run.all_well else 1


if __name__ == "__main__":
    sys.exit(main())
