"""The layers: verify may import numerics, numerics may import theory, and nothing the other way."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FORBIDDEN = {
    "theory": {"numerics", "verify", "torch"},
    "numerics": {"verify"},
}


def imported_packages(source: str) -> set[str]:
    """Top-level names of every absolute import in the text, also of those inside functions."""
    nodes = list(ast.walk(ast.parse(source)))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level]
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("layer", FORBIDDEN)
def test_no_import_points_up(layer: str) -> None:
    files = sorted((ROOT / layer).rglob("*.py"))
    assert files
    upward = {
        str(file.relative_to(ROOT)): found
        for file in files
        if (found := imported_packages(file.read_text()) & FORBIDDEN[layer])
    }
    assert not upward


def test_imports_inside_functions_are_seen() -> None:
    source = "def f():\n    from torch.nn import functional\n    import verify.cli, os\nfrom . import numerics"
    assert imported_packages(source) == {"torch", "verify", "os"}


@pytest.mark.parametrize("modules", ["theory.vocabulary, theory.grids", "verify.language"])
def test_torch_waits_until_it_is_needed(modules: str) -> None:
    code = f"import sys, {modules}; sys.exit('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr or f"importing {modules} loads torch"
