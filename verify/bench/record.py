"""Results as a file: the rows with the machine, versions and commit that they belong to."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from verify.bench.result import Result
from verify.bench.row import Setting
from verify.bench.table import cells
from verify.store.versions import installed_versions

FORMAT = 1


def record(results: Sequence[Result], setting: Setting) -> dict[str, Any]:
    """Everything that a reader needs to judge the numbers, as plain JSON."""
    return {
        "format": FORMAT,
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "size": setting.size,
        "device": setting.device,
        "machine": machine(setting.device),
        "versions": dict(installed_versions()),
        "rows": [{**result.as_json(), "cells": cells(result)} for result in results],
    }


def commit() -> str | None:
    """Commit of the checkout that runs, with ``+changes`` where files differ from it; None outside a checkout."""
    here = Path(__file__).parents[2]
    if not (here / ".git").exists():
        return None
    try:
        told = [
            subprocess.run(["git", *words], cwd=here, capture_output=True, text=True, check=True, timeout=10).stdout
            for words in (("rev-parse", "HEAD"), ("status", "--porcelain", "--untracked-files=no"))
        ]
    except (OSError, subprocess.SubprocessError):
        return None
    return told[0].strip() + ("+changes" if told[1].strip() else "")


def machine(device: str) -> dict[str, Any]:
    """Name and size of the processor, and of the GPU where the run used one."""
    import torch

    out: dict[str, Any] = {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "threads": torch.get_num_threads(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }
    if device == "cuda":
        out["gpu"] = torch.cuda.get_device_name()
    return out


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
