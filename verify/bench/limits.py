"""What the machine can do at most: rate of matrix products, of exponentials, and of copies, on all of its threads."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from verify.bench.row import Unavailable, Work

SIDE = {"cpu": 1024, "cuda": 8192}  # of the matrices
COUNT = {"cpu": 1 << 17, "cuda": 1 << 26}  # of the exponentials: in the cache of a processor, over all of a GPU
BYTES = {"cpu": 1 << 27, "cuda": 1 << 30}  # of the copy: in no cache
REPEATS = 3  # a limit is what the machine can do, not what it did while others used it: the fastest counts


@dataclass
class Machine:
    """Limits of a device, measured when they are asked for.

    Attributes:
        device: ``cpu`` or ``cuda``.
        seen: the largest rate of each kind and number type that this run has measured, per second.
    """

    device: str = "cpu"
    seen: dict[str, float] = field(default_factory=dict)
    _calls: dict[tuple[str, str], tuple[Callable[[], Any], float]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Refuse a device that is not here.

        Raises:
            Unavailable: there is none.
        """
        import torch

        if self.device == "cuda" and not torch.cuda.is_available():
            raise Unavailable("torch sees no CUDA device")

    def synchronise(self) -> None:
        """Wait until the device has done its work."""
        if self.device == "cuda":
            import torch

            torch.cuda.synchronize()

    def rate(self, kind: str, dtype: str) -> float:
        """Operations (or bytes) per second, the best of all that this machine has shown so far, ``REPEATS`` now.

        Args:
            kind: ``flops``, ``exps`` or ``bytes``.
            dtype: ``float64`` or ``float32``.
        """
        key = (kind, dtype)
        if key not in self._calls:
            self._calls[key] = _prepared(kind, dtype, self.device)
            self._calls[key][0]()
        call, amount = self._calls[key]
        best = float("inf")
        for _ in range(REPEATS):
            self.synchronise()
            begin = time.perf_counter()
            call()
            self.synchronise()
            best = min(best, time.perf_counter() - begin)
        name = f"{kind} {dtype}"
        self.seen[name] = max(self.seen.get(name, 0.0), amount / best)
        return self.seen[name]

    def least_seconds(self, work: Work) -> tuple[float, str]:
        """The time below which no implementation of this work gets here, and the limit that says so."""
        needs = {"flops": work.flops, "exps": work.exps, "bytes": work.bytes}
        times = {kind: amount / self.rate(kind, work.dtype) for kind, amount in needs.items() if amount}
        binding = max(times, key=times.__getitem__)
        return times[binding], binding


def _prepared(kind: str, dtype: str, device: str) -> tuple[Callable[[], Any], float]:
    """A call that does nothing but this, and how much of it."""
    import torch

    made = {"dtype": getattr(torch, dtype), "device": device}
    if kind == "flops":
        n = SIDE[device]
        a, b, out = torch.rand(n, n, **made), torch.rand(n, n, **made), torch.empty(n, n, **made)
        return lambda: torch.matmul(a, b, out=out), 2.0 * n**3
    if kind == "exps":
        repeats = 16 if device == "cpu" else 1  # long enough for the clock
        x = -torch.rand(COUNT[device], **made)
        y = torch.empty_like(x)

        def exponentials() -> None:
            for _ in range(repeats):
                torch.exp(x, out=y)

        return exponentials, float(repeats * len(x))
    source = torch.ones(BYTES[device] // made["dtype"].itemsize, **made)
    target = torch.empty_like(source)
    return lambda: target.copy_(source), 2.0 * BYTES[device]
