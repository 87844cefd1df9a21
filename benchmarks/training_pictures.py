"""Draws the pictures of docs/training.md, and writes its captions and its table of rates.

    scoreproof verify --claim wht24.lemma1 ... --json rates.json     (the command is in docs/training.md)
    python -m benchmarks.training_pictures rates.json

Pictures and captions are those of a report's section on training.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.page import DOCS, write_between
from theory.claims import find
from verify.reports.training_section import GROUPS
from verify.verdicts import Status, Tightness, Verdict

PAGE, IMAGES = DOCS / "training.md", DOCS / "images"
OF_ANOTHER_PAGE = {"weightings"}


def measured(path: Path) -> list[Verdict]:
    """The verdicts with rates in a file of ``scoreproof verify --json``.

    Raises:
        ValueError: there is none.
    """
    found = [verdict_of(one) for one in json.loads(path.read_text(encoding="utf-8")) if one["rates"]]
    if not found:
        raise ValueError(f"{path} has no claim with rates; make it with the command that docs/training.md shows")
    return found


def verdict_of(record: dict[str, Any]) -> Verdict:
    """What the pictures need of a verdict, from its JSON."""
    return Verdict(
        claim=find(record["id"]),
        status=Status(record["status"]),
        how=record["how"],
        examples=record["examples"],
        tightness=Tightness(None, None),
        seed=record["seed"],
        seconds=record["seconds"],
        rates=record["rates"],
    )


def table(verdicts: list[Verdict]) -> str:
    """One row a claim: verdict, runs, and the sentence."""
    lines = ["| claim | verdict | networks | what is measured |", "|---|---|---|---|"]
    for v in verdicts:
        assert v.rates is not None
        lines.append(f"| `{v.claim.id}` | {v.status} | {v.examples} | {v.rates['sentence']} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description="Draw the pictures of docs/training.md and write its numbers.")
    parser.add_argument("verdicts", type=Path, help="JSON of `scoreproof verify` on the claims with rates")
    verdicts = measured(parser.parse_args().verdicts)
    for group in (one for one in GROUPS if one.name not in OF_ANOTHER_PAGE):
        began, name = time.monotonic(), f"training-{group.name}"
        caption = group.draw(verdicts, IMAGES / f"{name}.png")
        write_between(PAGE, name, f"![{group.alt}](images/{name}.png)\n\n{caption}")
        print(f"{time.monotonic() - began:6.1f} s  {name}", file=sys.stderr, flush=True)
    write_between(PAGE, "table of rates", table(verdicts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
