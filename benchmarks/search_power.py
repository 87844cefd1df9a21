"""How often the search finds a violation that fills a 10^-4 part of the space of cases, and which of its means do.

    python -m benchmarks.search_power [--runs 20] [--json FILE] [--no-page]

False claims are planted at random places: a hill, whose slope can be followed from afar; a needle, which shows nothing
until it is hit; and strips at the edge of the space. The parameters are the logarithms of a level, of the ratio of two
levels and of the variance of Gaussian data, each over twelve decades and uniform. The table goes into docs/power.md.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from hypothesis import Phase
from scipy.stats import beta
from sympy import Expr, Float, Le, Max, log

from benchmarks.page import DOCS, write_between
from numerics.enclosures import Relation
from numerics.targets import Gaussian
from theory.claims import Cases, Claim, Family
from theory.vocabulary import J, lam, u, v
from verify.boundary import boundary_cases
from verify.cases import Case
from verify.conclude import violated
from verify.draws import drawn_cases
from verify.search import Search, verify_claim
from verify.verdicts import Status

PART = 1e-4  # of the space of cases
LOW, HIGH = math.log(1e-6), math.log(1e6)
EXAMPLES = 100
SPACE = Cases(families=(Family.GAUSSIAN_1D,), samplers=("score",), max_steps=1, spread=True, centred=True)


@dataclass(frozen=True)
class Planted:
    """A false claim: ``kind`` in words, the claim, and where a ball of violations stands (centre and radius)."""

    kind: str
    claim: Claim
    ball: tuple[tuple[float, ...], float] | None = None


@dataclass(frozen=True)
class Row:
    """How often one means found one kind of violation."""

    kind: str
    means: str
    found: int
    runs: int
    cases: int

    @property
    def interval(self) -> tuple[float, float]:
        """Clopper-Pearson, 95 %."""
        k, n = self.found, self.runs
        low = 0.0 if k == 0 else float(beta.ppf(0.025, k, n - k + 1))
        return low, 1.0 if k == n else float(beta.ppf(0.975, k + 1, n - k))


def planted(seed: int) -> Iterator[Planted]:
    """One false claim of each kind, at a place that follows from the seed."""
    rng = np.random.default_rng(seed)
    two = [log(u), log(lam)]
    three = [log(v[1]), log(v[0] / v[1]), log(lam)]
    two_box, three_box = [(LOW, HIGH)] * 2, [(LOW, 0.0), (0.0, HIGH), (LOW, HIGH)]
    unit = J(u) * (lam + u)  # 1, by the closed form of Gaussian data
    positive = J(v[1]) * (lam + v[1])  # as well
    for parts, box, one in ((two, two_box, unit), (three, three_box, positive)):
        ball = _place(box, rng)
        yield Planted(f"hill, {len(box)} parameters", _claim(_hill(parts, *ball) * one, 1), ball)
    ball = _place(two_box, rng)
    yield Planted("needle, 2 parameters", _claim(_needle(two, *ball) * unit, 0), ball)
    yield Planted("nearly equal levels", _claim(Max(0, PART * (HIGH - LOW) - log(v[0] / v[1])) * J(v[1]), 0))
    yield Planted("widest ratio of levels", _claim(Max(0, log(v[0] / v[1]) - (1 - PART) * (HIGH - LOW)) * J(v[1]), 0))
    yield Planted("largest variance", _claim(Max(0, log(lam) - HIGH + PART * (HIGH - LOW)) * unit, 0))


def _claim(left: Expr, right: int) -> Claim:
    return Claim(id="planted", title="planted", relation=Le(left, right, evaluate=False), source="planted", cases=SPACE)


def _place(box: list[tuple[float, float]], rng: np.random.Generator) -> tuple[tuple[float, ...], float]:
    """Centre and radius of a ball that is ``PART`` of the box and lies within it."""
    dims = len(box)
    volume = PART * math.prod(high - low for low, high in box)
    radius = (volume * math.gamma(dims / 2 + 1) / math.pi ** (dims / 2)) ** (1 / dims)
    return tuple(float(rng.uniform(low + radius, high - radius)) for low, high in box), radius


def _distance2(parts: list[Expr], centre: tuple[float, ...]) -> Expr:
    return sum(((part - Float(at)) ** 2 for part, at in zip(parts, centre, strict=True)), Float(0))


def _hill(parts: list[Expr], centre: tuple[float, ...], radius: float) -> Expr:
    """Above 1 within the ball, at most 1.1, and falling like the inverse square far away."""
    return Float(1.1) / (1 + Float(0.1 / radius**2) * _distance2(parts, centre))


def _needle(parts: list[Expr], centre: tuple[float, ...], radius: float) -> Expr:
    """Positive within the ball and 0 elsewhere."""
    return Max(0, 1 - _distance2(parts, centre) / radius**2)


def uniform_cases(claim: Claim, count: int, seed: int) -> list[Case]:
    """Cases uniform in the box: the measure in which a violation fills ``PART``."""
    rng = np.random.default_rng(seed)
    hill = "lam" in claim.names
    found = []
    for _ in range(count):
        data = Gaussian(d=1, var=math.exp(rng.uniform(LOW, HIGH)))
        if "u" in claim.names:
            found.append(Case(data, free=(("u", math.exp(rng.uniform(LOW, HIGH))),)))
        else:
            ratio = rng.uniform(0, HIGH if hill else HIGH - LOW)  # a wide ratio leaves less room for the level
            last = rng.uniform(LOW, 0.0 if hill else HIGH - ratio)
            found.append(Case(data, (math.exp(last + ratio), math.exp(last))))
    return found


def _hit(claim: Claim, cases: list[Case]) -> tuple[bool, int]:
    search = Search(claim, EXAMPLES, 0)
    suspects = (case for case in cases if search.evaluate.screen(case).relation is Relation.VIOLATED)
    return any(search.confirmed(case) is not None for case in suspects), len(cases)


def _at_random(claim: Claim, seed: int) -> tuple[bool, int]:
    return _hit(claim, uniform_cases(claim, EXAMPLES, seed))


def _drawn(claim: Claim, seed: int) -> tuple[bool, int]:
    return _hit(claim, drawn_cases(claim.cases, claim.names, EXAMPLES, seed))


def _at_boundary(claim: Claim, seed: int) -> tuple[bool, int]:
    return _hit(claim, list(boundary_cases(claim.cases, claim.names))[: EXAMPLES // 2])


def _targeted(claim: Claim, seed: int) -> tuple[bool, int]:
    search = Search(claim, EXAMPLES, seed)
    search.explore()
    return any(map(violated, search.outcomes)), len(search.outcomes)


def _climbed(claim: Claim, seed: int) -> tuple[bool, int]:
    search = Search(claim, EXAMPLES, seed)
    search.run(lambda case: search.outcomes.append(search.evaluate.screen(case)), search.examples, (Phase.generate,))
    search.ascend()
    return any(map(violated, search.outcomes)), len(search.outcomes)


def _whole(claim: Claim, seed: int) -> tuple[bool, int]:
    verdict = verify_claim(claim, EXAMPLES, seed)
    return verdict.status is Status.REFUTED, verdict.examples


MEANS: dict[str, Callable[[Claim, int], tuple[bool, int]]] = {
    "uniform draws": _at_random,
    "hypothesis": _drawn,
    "hypothesis with target": _targeted,
    "hypothesis and climbing": _climbed,
    "boundary cases": _at_boundary,
    "whole search": _whole,
}


def measure(runs: int, progress: Callable[[str], None] = lambda text: None) -> list[Row]:
    """The table: every kind of violation against every means."""
    counts: dict[tuple[str, str], list[int]] = {}
    began = time.monotonic()
    for run in range(runs):
        for one in planted(run):
            for means, find in MEANS.items():
                hit, cases = find(one.claim, run)
                row = counts.setdefault((one.kind, means), [0, 0])
                row[0] += hit
                row[1] += cases
        rate = (time.monotonic() - began) / (run + 1)
        progress(f"{run + 1} of {runs} runs, about {rate * (runs - run - 1):.0f} s left")
    return [Row(kind, means, found, runs, cases // runs) for (kind, means), (found, cases) in counts.items()]


def report(rows: list[Row]) -> str:
    """A table with a line for each kind and a column for each means."""
    kinds = list(dict.fromkeys(row.kind for row in rows))
    lines = [f"| violation | {' | '.join(MEANS)} |", "|---" * (len(MEANS) + 1) + "|"]
    for kind in kinds:
        cells = {row.means: row for row in rows if row.kind == kind}
        shown = (
            f"{100 * r.found / r.runs:.0f} % [{100 * r.interval[0]:.0f}, {100 * r.interval[1]:.0f}]"
            for r in map(cells.__getitem__, MEANS)
        )
        lines.append(f"| {kind} | {' | '.join(shown)} |")
    runs = rows[0].runs
    return f"{runs} places a kind, {EXAMPLES} drawn cases; 95 % intervals in brackets.\n\n" + "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure how often planted violations are found.")
    parser.add_argument("--runs", type=int, default=20, help="places for each kind of violation (20)")
    parser.add_argument("--json", type=Path, help="write the rows here too")
    parser.add_argument("--no-page", action="store_true", help="leave docs/power.md alone")
    asked = parser.parse_args()
    if asked.runs < 1:
        parser.error(f"--runs {asked.runs}: give 1 or more")
    rows = measure(asked.runs, lambda text: print(text, file=sys.stderr, flush=True))
    print(report(rows))
    if asked.json is not None:
        asked.json.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n", encoding="utf-8")
    if not asked.no_page:
        write_between(DOCS / "power.md", "search power", report(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
