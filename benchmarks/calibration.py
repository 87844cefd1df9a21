"""Are the error rates what they are said to be? Repeats every random measurement with independent seeds and counts.

    python -m benchmarks.calibration [--runs 1000] [--json FILE] [--no-page]

1. False alarms: true claims on real runs, and J and mmse of a mixture in three dimensions, at inflated error rates (so
   that there is something to count) and at the default. Promised: a rate of at most alpha.
2. Detection: false claims at exactly the smallest violation that ``verify.power`` states. Promised: at least 0.99.
3. Independence: variances of different runs, over different seeds and over different cases, as multiples of their
   truth. Promised: their chi-square probabilities are uniform (Kolmogorov-Smirnov).

A promise counts as broken where a binomial test refutes it at 10^-6. The table goes into docs/calibration.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import binom, chi2, kstest

from numerics.backends import EnclosureOps
from numerics.confidence import proportion
from numerics.enclosures import Enclosure, Relation, as_enclosure, at_most, equal
from numerics.runs import RUN_SIZE, Run, output_cdf
from numerics.score_errors import LinearError
from numerics.targets import Gaussian, GaussianMixture, Target
from numerics.terminal import gaussian_output
from theory.claims import find
from theory.compiler import compile_array
from verify.cases import Case
from verify.evaluate import Outcome
from verify.measurements import FloatMeasurements
from verify.power import PROBABILITY, smallest_violation

ALPHAS = (0.05, 0.01, 1e-6)
REFUTED_AT = 1e-6  # a promise is broken where the counts would be rarer than this if it held
INTERVAL_MISS = 1e-3  # of the intervals that are printed
PAGE = Path(__file__).parents[1] / "docs" / "calibration.md"
MARKS = ("<!-- calibration -->", "<!-- end of calibration -->")

LINE = Gaussian(d=1, var=0.37, mean=1.0)
NARROW = Gaussian(d=1, var=0.01, mean=-2.0)
MIXTURE = GaussianMixture(weights=[0.3, 0.7], means=[-1.5, 1], stds=[0.25, 0.4])
V = (9.0, 2.0, 0.5, 0.05)
LEARNED = LinearError(a=-0.1, b=0.3)

# claims on real runs and cases of each, between which the repetitions are shared
CLAIMS: dict[str, tuple[Case, ...]] = {
    "run.variance.score": (Case(LINE, V), Case(NARROW, (4.0, 1.0))),
    "run.variance.denoiser": (Case(LINE, V, "denoiser"), Case(NARROW, (4.0, 1.0), "denoiser")),
    "run.mean.corrected": (Case(LINE, V), Case(NARROW, (4.0, 1.0), "denoiser")),
    "run.recursion": (Case(LINE, V, "heun", error=LEARNED), Case(NARROW, V, "ode", error=LEARNED)),
    "run.output_law": (
        Case(MIXTURE, V, "score", free=(("x", 0.5),)),
        Case(MIXTURE, V, "ode", free=(("x", -1.0),)),
    ),
    "run.pinsker": (
        Case(MIXTURE, V, "denoiser", error=LEARNED, free=(("x", 0.5),)),
        Case(LINE, V, "score", error=LEARNED, free=(("x", 1.0),)),
    ),
}

# a mixture on a line in space: its other two coordinates are Gaussian, so that its curves are known by quadrature
PLANE_STD, LEVELS = 0.4, (0.1, 0.6)
ON_LINE = GaussianMixture([0.3, 0.7], [-1.5, 1], [PLANE_STD, PLANE_STD])


@dataclass(frozen=True)
class Row:
    """One count and its promise: ``hits`` of ``runs``, the rate promised ``at most`` or ``at least`` so large."""

    what: str
    alpha: float
    hits: int
    runs: int
    promise: float
    at_least: bool
    note: str = ""

    @property
    def kept(self) -> bool:
        """Whether the count does not refute the promise at ``REFUTED_AT``."""
        law = binom(self.runs, self.promise)
        chance = law.cdf(self.hits) if self.at_least else law.sf(self.hits - 1)
        return bool(chance >= REFUTED_AT)

    @property
    def interval(self) -> tuple[float, float]:
        lower, upper = proportion(self.hits, self.runs, INTERVAL_MISS)
        return float(lower), float(upper)


class Repeated:
    """A sampled number with a known truth: its estimates by seed, and false alarms and detections among them."""

    def __init__(self, what: str, truth: Enclosure, measure: Callable[[float, int], Enclosure]) -> None:
        self.what, self.exactly, self.truth, self.measure = what, truth, float(truth.value), measure
        self.found: dict[float, list[Enclosure]] = {alpha: [] for alpha in ALPHAS}
        self.alarms = dict.fromkeys(ALPHAS, 0)

    def repeat(self, seed: int) -> None:
        for alpha in ALPHAS:
            value = self.measure(alpha, seed)
            self.found[alpha].append(value)
            self.alarms[alpha] += self.alarm(value)

    def alarm(self, value: Enclosure) -> bool:
        """Whether the true claim is called false."""
        return equal(value, self.exactly) is Relation.VIOLATED

    def stated(self, alpha: float) -> float:
        """The smallest violation as a search would state it, from a run of its own."""
        pilot, zero = self.measure(alpha, -1), Enclosure.of(0.0)
        return smallest_violation(Outcome(Case(LINE), Relation.HOLDS, pilot, zero, False, False, 0))

    def detection(self, alpha: float) -> Row:
        """How often the claim "truth = truth/(1 + r)" is refuted at the stated r, and the r that 99 of 100 need."""
        r, found = self.stated(alpha), self.found[alpha]
        smaller = Enclosure.of(self.truth / (1 + r))
        hits = sum(equal(value, smaller) is Relation.VIOLATED for value in found)
        nearest = np.array([abs(float(value.value)) - float(value.radius) for value in found])
        needed = abs(self.truth) / float(np.quantile(nearest, 1 - PROBABILITY)) - 1
        note = f"states {r:.3g}, needs {needed:.3g}"
        return Row(self.what, alpha, hits, len(found), PROBABILITY, True, note)

    def false_alarms(self, alpha: float) -> Row:
        return Row(self.what, alpha, self.alarms[alpha], len(self.found[alpha]), alpha, False)


def calibrate(
    runs: int,
    ids: Iterable[str] = tuple(CLAIMS),
    in_space: bool = True,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Row]:
    """All rows of part 1 and 2, each from ``runs`` independent repetitions (shared between the cases of a claim)."""
    rows: list[Row] = []
    for id in ids:
        progress(id)
        rows += _of_claim(id, runs)
    if in_space:
        progress("J and mmse in space")
        rows += _in_space(runs)
    return rows


class RepeatedClaim(Repeated):
    """A claim in one case: its left side repeated, a false alarm where its own right side is refuted."""

    def __init__(self, id: str, case: Case) -> None:
        relation = find(id).relation
        self._left, right = (compile_array(side, EnclosureOps()) for side in (relation.lhs, relation.rhs))
        self._right, self._equality = _scalar(right(FloatMeasurements(case))), find(id).is_equality
        super().__init__(f"{id}, {case.sampler}", _truth(id, case), partial(self._once, case))

    def _once(self, case: Case, alpha: float, seed: int) -> Enclosure:
        return _scalar(self._left(FloatMeasurements(case, alpha, seed)))

    def alarm(self, value: Enclosure) -> bool:
        decide = equal if self._equality else at_most
        return decide(value, self._right) is Relation.VIOLATED


def _of_claim(id: str, runs: int) -> Iterator[Row]:
    series = [RepeatedClaim(id, case) for case in CLAIMS[id]]
    for seed in range(runs):
        series[seed % len(series)].repeat(seed)
    for alpha in ALPHAS:
        parts = [one.false_alarms(alpha) for one in series]
        yield Row(id, alpha, sum(p.hits for p in parts), sum(p.runs for p in parts), alpha, False)
    for one in series:
        yield from (one.detection(alpha) for alpha in ALPHAS[1:])


def _in_space(runs: int) -> Iterator[Row]:
    level = np.array(LEVELS)
    others = {"J": 1 / (PLANE_STD**2 + level), "mmse": PLANE_STD**2 * level / (PLANE_STD**2 + level)}
    series = []
    for name, rest in others.items():
        truth = (ON_LINE.measure(name, level) + 2 * Enclosure.of(rest)).sum()
        series.append(Repeated(f"{name} of a mixture, d = 3", truth, partial(_sum_in_space, name)))
    for seed in range(runs):
        for one in series:
            one.repeat(seed)
    for one in series:
        yield from (one.false_alarms(alpha) for alpha in ALPHAS)
        yield from (one.detection(alpha) for alpha in ALPHAS[1:])


def _sum_in_space(name: str, alpha: float, seed: int) -> Enclosure:
    return _in_space_at(alpha, seed).measure(name, np.array(LEVELS)).sum()


@lru_cache(maxsize=len(ALPHAS))
def _in_space_at(alpha: float, seed: int) -> Target:
    """The mixture with draws of one repetition, which J and mmse share."""
    target = GaussianMixture([0.3, 0.7], [[-1.5, 0.0, 0.0], [1.0, 0.0, 0.0]], [PLANE_STD, PLANE_STD])
    return target.at_error_rate(alpha, seed)


def _truth(id: str, case: Case) -> Enclosure:
    """The claim's left side without any run: from the affine recursion or the propagated law."""
    run, x = _run(case, 0), dict(case.free).get("x", 0.0)
    if id == "run.output_law":
        return output_cdf(run, x)
    if id == "run.pinsker":
        return abs(output_cdf(run, x) - case.target.measure("cdf", x, case.v[-1]))
    out = gaussian_output(case.target, case.v, case.sampler, case.error, case.start)
    return (out.mean if id.startswith("run.mean") else out.variance)[0]


def independence(runs: int, seed_of: Callable[[int], int] = lambda i: i) -> dict[str, float]:
    """Kolmogorov-Smirnov probabilities of the runs' variances: over seeds in one case, and over cases with one seed."""
    cases = [Case(LINE, (9.0 + i, 2.0, 0.5)) for i in range(runs)]
    return {
        "over seeds": _uniform(_run(cases[0], seed_of(i)) for i in range(runs)),
        "over cases": _uniform(_run(case, 0) for case in cases),
    }


def _uniform(many: Iterable[Run]) -> float:
    places = []
    for run in many:
        truth = gaussian_output(run.target, run.v, run.sampler, run.error, run.start).variance[0]
        places.append(chi2.cdf(run.outputs.var() * run.n / float(truth.value), run.n - 1))
    return float(kstest(places, "uniform").pvalue)


def _run(case: Case, seed: int) -> Run:
    return Run(case.target, case.v, case.sampler, case.start, case.error, experiment=seed)


def _scalar(x: Any) -> Enclosure:
    return as_enclosure(x).reshape()


def report(rows: list[Row], uniform: dict[str, float], runs: int) -> str:
    """The tables of the page, as Markdown."""
    parts = [f"{runs} repetitions, real runs of {RUN_SIZE:,} outputs, intervals in brackets miss 1 in 1,000.", ""]
    for at_least, title in ((False, "False alarms of true claims"), (True, "Detection at the stated violation")):
        parts += [f"### {title}", ""]
        parts += ["| measured | alpha | promised | counted | rate | kept |" + (" violation |" if at_least else "")]
        parts += ["|---|---|---|---|---|---|" + ("---|" if at_least else "")]
        for row in (r for r in rows if r.at_least == at_least):
            low, high = row.interval
            words = "at least" if at_least else "at most"
            cells = [row.what, f"{row.alpha:g}", f"{words} {row.promise:g}", f"{row.hits} of {row.runs}"]
            cells += [f"{row.hits / row.runs:.4g} [{low:.2g}, {high:.2g}]", "yes" if row.kept else "**no**"]
            parts.append("| " + " | ".join(cells + ([row.note] if at_least else [])) + " |")
        parts.append("")
    parts += ["### Independence", "", "| runs that differ in | Kolmogorov-Smirnov probability |", "|---|---|"]
    parts += [f"| {name.removeprefix('over ')} | {p:.2g} |" for name, p in uniform.items()]
    return "\n".join(parts)


def write_page(text: str, page: Path = PAGE) -> None:
    """Put the tables between the page's marks.

    Raises:
        ValueError: the page has lost its marks.
    """
    old = page.read_text()
    begin, end = (old.find(mark) for mark in MARKS)
    if not 0 <= begin < end:
        raise ValueError(f"{page} has no lines {MARKS[0]} and {MARKS[1]}: put them where the tables belong")
    page.write_text(f"{old[: begin + len(MARKS[0])]}\n\n{text}\n\n{old[end:]}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Count false alarms and detections, and write docs/calibration.md.")
    parser.add_argument("--runs", type=int, default=1000, help="repetitions (1000)")
    parser.add_argument("--json", type=Path, help="also write the counts to this file")
    parser.add_argument("--no-page", action="store_true", help="leave docs/calibration.md alone")
    options = parser.parse_args()
    if options.runs < 20:
        parser.error(f"--runs {options.runs}: fewer than 20 repetitions say nothing")
    began = time.perf_counter()

    def progress(what: str) -> None:
        print(f"{time.perf_counter() - began:6.0f} s  {what}", file=sys.stderr, flush=True)

    rows = calibrate(options.runs, progress=progress)
    progress("independence")
    uniform = independence(options.runs)
    text = report(rows, uniform, options.runs)
    print(text)
    if not options.no_page:
        write_page(text)
    if options.json:
        found = [asdict(row) | {"kept": row.kept, "interval": row.interval} for row in rows]
        options.json.write_text(json.dumps({"runs": options.runs, "rows": found, "independence": uniform}, indent=2))
    broken = [row.what for row in rows if not row.kept] + [name for name, p in uniform.items() if p < REFUTED_AT]
    progress(f"promises broken: {', '.join(broken) or 'none'}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
