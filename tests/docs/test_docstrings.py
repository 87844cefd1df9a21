"""The examples in docstrings do what they say."""

from __future__ import annotations

import doctest
import importlib
import io
from pathlib import Path

import pytest
from doc_blocks import ROOT
from doc_page import as_it_was

PACKAGES = ("theory", "numerics", "verify")


def with_examples() -> list[str]:
    """Modules whose text has a prompt, by their import names."""
    found = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if ">>> " in path.read_text(encoding="utf-8"):
                words = path.relative_to(ROOT).with_suffix("").parts
                found.append(".".join(words[:-1] if words[-1] == "__init__" else words))
    return found


@pytest.mark.parametrize("name", with_examples())
def test_a_modules_examples(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    module, report = importlib.import_module(name), io.StringIO()
    runner, attempted = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS), 0
    with as_it_was():
        for test in doctest.DocTestFinder().find(module, name):
            attempted += runner.run(test, out=report.write).attempted
    assert runner.failures == 0, report.getvalue()
    assert attempted > 0, f"{name} has a prompt that no docstring shows"
