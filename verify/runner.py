"""Running many claims, on several processes, with the same verdicts whatever the number of workers."""

from __future__ import annotations

import hashlib
import os
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from theory.claims import Claim, find
from verify.user_claims import load_claims
from verify.verdicts import Verdict


class RunError(RuntimeError):
    """A run that ended without a verdict for each claim."""


@dataclass(frozen=True)
class Failure:
    """A claim whose search broke down: no verdict, and no reason to lose the others."""

    claim: Claim
    trace: str


def claim_seed(seed: int, claim_id: str) -> int:
    """The seed of one claim's search, so that it does not depend on which other claims run."""
    digest = hashlib.sha256(f"{seed}:{claim_id}".encode()).digest()
    return int.from_bytes(digest[:4], "big")


def run_claims(
    jobs: Sequence[tuple[Claim, Path | None]], examples: int, seed: int, workers: int = 1
) -> Iterator[Verdict | Failure]:
    """Verdicts as they are reached; a search that raises gives a :class:`Failure` instead.

    Args:
        jobs: claims, each with the user's file it comes from (None for the catalogue).
        examples: cases a claim.
        seed: of the whole run; each claim's own seed follows from it and the claim's id.
        workers: processes. With more than one, claims are looked up again in the worker.
    """
    if workers == 1 or len(jobs) < 2:
        for claim, _ in jobs:
            yield _search(claim, examples, seed)
        return
    from joblib import Parallel, delayed

    by_id = {claim.id: claim for claim, _ in jobs}
    # the slowest first, so that the last worker is not left alone with one of them
    order = sorted(jobs, key=lambda job: "KL" not in job[0].names and "KL_path" not in job[0].names)
    pool = Parallel(n_jobs=workers, return_as="generator_unordered", batch_size=1)
    for id, result in pool(delayed(_in_worker)(c.id, file, examples, seed) for c, file in order):
        yield replace(result, claim=by_id[id])


def _in_worker(id: str, file: Path | None, examples: int, seed: int) -> tuple[str, Any]:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    import torch

    torch.set_num_threads(1)
    claim = find(id) if file is None else next(c for c in load_claims(file) if c.id == id)
    # a claim's undefined functions do not survive pickling: the caller puts its own claim back
    return id, replace(_search(claim, examples, seed), claim=None)  # type: ignore[arg-type]


def _search(claim: Claim, examples: int, seed: int) -> Verdict | Failure:
    from verify.search import verify_claim

    try:
        return verify_claim(claim, examples, claim_seed(seed, claim.id))
    except Exception:
        return Failure(claim, traceback.format_exc())
