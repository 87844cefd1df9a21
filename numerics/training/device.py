"""The device on which networks are trained: one for the whole process.

All numbers are float64 on either device. On a GPU, tf32 is off and only deterministic algorithms are used, so that a
run repeats to the last bit on the same kind of GPU; a GPU and a processor differ by rounding.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch

DEVICES = ("cpu", "cuda")
_in_use = "cpu"


class NoDevice(RuntimeError):
    """There is no such device here; the message says what to do."""


def training_device() -> str:
    """``cpu``, or ``cuda`` within :func:`use_device`: what ``Batch.of`` is given."""
    return _in_use


def check_device(name: str) -> None:
    """Nothing, if networks can be trained on this device here.

    Raises:
        NoDevice: they cannot.
    """
    if name not in DEVICES:
        raise NoDevice(f"there is no device {name!r}; there are {', '.join(DEVICES)}")
    if name == "cuda" and not torch.cuda.is_available():
        raise NoDevice(
            f"torch {torch.__version__} sees no CUDA device here; "
            + (
                "this build of torch is for processors only: install one for CUDA, or use the device cpu"
                if torch.version.cuda is None
                else "check nvidia-smi, the driver and CUDA_VISIBLE_DEVICES, or use the device cpu"
            )
        )


@contextmanager
def use_device(name: str) -> Iterator[None]:
    """Within the block, networks of this process are trained on ``name``.

    Raises:
        NoDevice: that is not possible here.
    """
    global _in_use
    check_device(name)
    before, _in_use = _in_use, name
    try:
        if name == "cuda":
            with _reproducible():
                yield
        else:
            yield
    finally:
        _in_use = before


@contextmanager
def _reproducible() -> Iterator[None]:
    """No tf32, and only algorithms that repeat to the last bit."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read when cuBLAS is first used
    before = (
        torch.backends.cuda.matmul.allow_tf32,
        torch.backends.cudnn.allow_tf32,
        torch.are_deterministic_algorithms_enabled(),
    )
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32, strict = before
        torch.use_deterministic_algorithms(strict)
