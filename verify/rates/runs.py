"""The runs of a design: which networks are trained for a claim, and how they are cut into shards."""

from __future__ import annotations

import hashlib
from functools import cache

from numerics.targets import Gaussian
from numerics.training.setup import Training
from theory import grids
from theory.claims.design import FEWEST_SEEDS, Cell, Design
from verify.cases import Case

OWN_NUMBER = 100  # --examples at which a design has the seeds that it states
SHARD_WORK = 1e10  # multiplications in a shard, unless one cell alone has more: seconds
SEEDS_A_CELL = 4096  # room for seeds, so that no two runs of a design share one
STREAMS = 4  # a network draws from its own seed and from those right after it


def seeds_a_cell(design: Design, examples: int) -> int:
    """How many networks each combination has: the design's own number at ``examples`` = 100, at least three."""
    return min(SEEDS_A_CELL, max(FEWEST_SEEDS, -(-design.seeds * examples // OWN_NUMBER)))


@cache
def shards_of(design: Design) -> tuple[tuple[int, ...], ...]:
    """The numbers of the cells in each shard. All networks of a cell are in one shard, as they train as one batch."""
    shards: list[list[int]] = []
    room = 0.0
    for number, cell in enumerate(design.cells):
        cost = work(design, cell)
        if not shards or cost > room:
            shards.append([])
            room = SHARD_WORK
        shards[-1].append(number)
        room -= cost
    return tuple(map(tuple, shards))


def work(design: Design, cell: Cell) -> float:
    """About how many multiplications the networks of one cell take: steps, kernels and eigenvalues."""
    m, d, n, N, layers = (dict(cell)[name] for name in ("m", "d", "n", "N", "layers"))
    samples, residuals = n * N, n * N * d
    step = 6.0 * samples * layers * m**2
    kernel = residuals * layers * m**2 + residuals**2 * m * layers + 20.0 * residuals**3
    return design.seeds * (design.steps + 1) * (step + kernel)


def cases_of(design: Design, number: int, seeds: int, seed: int) -> list[Case]:
    """The cases of one cell: standard Gaussian data, an exponential grid, networks with seeds of their own.

    Args:
        design: what is measured.
        number: of the cell.
        seeds: networks.
        seed: of the run. It, the cell and the place among the cell's networks fix everything random.
    """
    size = dict(design.cells[number])
    grid = grids.exponential(size["N"] + 1, design.sigma_min, design.sigma_max)
    free = ((design.constant, 1.0), ("s", float(design.step)), *design.free)
    return [
        Case(
            target=Gaussian(d=size["d"], var=1.0),
            v=tuple(float(v) for v in grid.v),
            free=free,
            training=Training(
                n=size["n"],
                m=size["m"],
                layers=size["layers"],
                weighting=design.weighting,
                step=design.rule,
                factor=design.factor,
                steps=design.steps,
                seed=_base(seed) + STREAMS * (SEEDS_A_CELL * number + place),
            ),
        )
        for place in range(seeds)
    ]


def size_of(case: Case, name: str) -> int:
    """One of ``m d n N layers`` of a case.

    Raises:
        ValueError: the case trains no network.
    """
    if case.training is None:
        raise ValueError(f"a case of a design trains a network; this one does not: {case}")
    return {"d": case.target.d, "N": case.N}[name] if name in ("d", "N") else int(getattr(case.training, name))


def _base(seed: int) -> int:
    """Where a run's seeds begin; torch takes 32 bits of a seed."""
    return int.from_bytes(hashlib.sha256(f"{seed}:design".encode()).digest()[:4], "big")
