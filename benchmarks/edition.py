"""Write docs/paper.md, the verified edition of the paper, from a run of its claims.

    scoreproof verify --suite paper --jobs 2 --json paper.json
    python -m benchmarks.edition [paper.json ...] [--examples 100] [--check]

The files' verdicts go into docs/runs/paper.json, from which the page and its graph are made; of several files the
later ones count. Without a file, page and graph are made again from the stored run. With --check, every command of the
page is run instead (as long as the suite takes), and its verdicts are compared with the stored ones.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.page import DOCS
from verify.atomic import write_text
from verify.reports.edition import GRAPH, draw_statements, edition
from verify.reports.edition_run import StoredRun, collect, read_run, write_run

RUN, PAGE = DOCS / "runs" / "paper.json", DOCS / "paper.md"
COMMAND = re.compile(r"^\$ (scoreproof verify --claim .*)$", re.MULTILINE)


def write_edition(run: StoredRun, docs: Path = DOCS) -> None:
    """The page and its graph, below ``docs``."""
    write_text(docs / PAGE.name, edition(run))
    draw_statements(run, docs / "images" / GRAPH)


def check(page: str, run: StoredRun) -> list[str]:
    """Run every command of the page, with an empty store; what differs from the stored verdicts, as sentences."""
    differences = []
    for command in COMMAND.findall(page):
        with tempfile.TemporaryDirectory() as folder:
            found = Path(folder) / "verdicts.json"
            words = [sys.executable, "-m", "verify", *shlex.split(command)[1:]]
            words += ["--store", str(Path(folder) / "store.sqlite"), "--json", str(found)]
            print(command, flush=True)
            done = subprocess.run(words, capture_output=True, text=True)
            if done.returncode:
                differences.append(f"exit code {done.returncode}: {command}\n{done.stderr[-2000:]}")
            verdicts = json.loads(found.read_text()) if found.exists() else []
        for verdict in verdicts:
            stored = run.by_id[verdict["id"]].status
            if verdict["status"] != stored:
                differences.append(f"{verdict['id']}: {verdict['status']}, stored is {stored}")
    return differences


def main() -> int:
    parser = argparse.ArgumentParser(description="Write docs/paper.md from a run of the paper's claims.")
    parser.add_argument("files", nargs="*", type=Path, help="written by scoreproof verify --json; later ones count")
    parser.add_argument("--examples", type=int, default=100, help="as given to scoreproof verify (100)")
    parser.add_argument("--check", action="store_true", help="run every command of the page and compare")
    options = parser.parse_args()
    try:
        if options.files:
            write_run(collect(options.files, options.examples), RUN)
        run = read_run(RUN)
    except (ValueError, OSError) as why:
        parser.error(str(why))
    if options.check:
        differences = check(PAGE.read_text(encoding="utf-8"), run)
        print("\n".join(differences) or "every command gives the stored verdicts")
        return 1 if differences else 0
    write_edition(run)
    return 0


if __name__ == "__main__":
    sys.exit(main())
