"""One real run of a sampler: n outputs whose random numbers follow from what is run and from an experiment's seed.

The same run gives the same outputs in every process on machines of one kind, and two runs that differ in anything
draw independently. Whoever searches may therefore choose the next run by what the last ones showed: the error
probability of an interval is not changed by that choice.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from numerics.enclosures import EPS
from numerics.samplers import sample
from numerics.score_errors import LearnedScore, ScoreError
from numerics.targets.base import NotAvailable, Target

RUN_SIZE = 100_000
DEFAULT_ALPHA = 1e-12  # of an interval that nobody gave an error rate: a million of them still make 1e-6


@dataclass(frozen=True)
class Run:
    """``n`` outputs of a sampler on one-dimensional data.

    Attributes:
        target: the data, d = 1.
        v: variances v_0 > ... > v_N > 0.
        sampler, start, error: as ``numerics.samplers.sample``; ``error`` None is the exact score.
        n: number of outputs.
        experiment: seed; runs that differ in it alone are independent repetitions.

    Raises:
        NotAvailable: the data are not one-dimensional.
    """

    target: Target
    v: tuple[float, ...]
    sampler: str
    start: str = "noise"
    error: ScoreError | None = None
    n: int = RUN_SIZE
    experiment: int = 0

    def __post_init__(self) -> None:
        if self.target.d != 1:
            raise NotAvailable(f"a real run is measured for one-dimensional data, but d = {self.target.d}")

    @cached_property
    def name(self) -> str:
        """Names the experiment: equal names, equal outputs."""
        content = (self.target.label, [float(level).hex() for level in self.v], self.sampler, self.start)
        text = repr((*content, self.error, self.n, self.experiment))
        return f"run {hashlib.sha256(text.encode()).hexdigest()[:16]}"

    @property
    def seed(self) -> int:
        """Of the generator: 32 bits of the name, as the CPU generator of torch takes no more."""
        return int(hashlib.sha256(self.name.encode()).hexdigest()[:8], 16)

    @property
    def outputs(self) -> NDArray[np.float64]:
        """The outputs, shape (n,), read-only; the last few runs are kept, as a case is often looked at twice."""
        return _outputs(self)

    @cached_property
    def rounding(self) -> float:
        """About how far float64 can have moved an output."""
        v_0 = float(self.v[0])
        reach = 8 * float(np.sqrt(v_0 + self.target.m2.value)) + abs(getattr(self.error, "b", 0.0)) * v_0
        # Heun's second score is taken at sigma' and applied over sigma: it enlarges the rounding by their quotient
        sigma = np.sqrt(np.asarray(self.v))
        growth = float((sigma[:-1] / sigma[1:]).max()) if self.sampler == "heun" else 1.0
        return 16 * EPS * len(self.v) * reach * growth


@lru_cache(maxsize=4)
def _outputs(run: Run) -> NDArray[np.float64]:
    model = run.target if run.error is None else LearnedScore(run.target, run.error)
    outputs = sample(run.sampler, model, run.v, run.n, run.seed, run.start).numpy()[:, 0]
    outputs.setflags(write=False)
    return outputs
