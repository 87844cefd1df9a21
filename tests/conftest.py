"""Fixtures shared by all tests."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest
from hypothesis import settings

# an example that a busy machine interrupts is no failure
settings.register_profile("scoreproof", deadline=None)
settings.load_profile("scoreproof")


@pytest.fixture(autouse=True)
def _on_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that run on GitHub write nothing into the summary of that job."""
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _words_of_a_test_stay_in_it() -> Iterator[None]:
    """A quantity that a test adds to the vocabulary is not there for the next one."""
    from theory.vocabulary import VOCABULARY

    before = set(VOCABULARY)
    yield
    for name in set(VOCABULARY) - before:
        del VOCABULARY[name]


@pytest.fixture(scope="session")
def k_diffusion_sampling() -> ModuleType:
    """``k_diffusion.sampling`` alone, from the installed package.

    Its ``__init__`` imports training code with dependencies of its own, and its ``utils`` wants torchvision
    for image files only. An empty package and, where torchvision is absent, an empty torchvision stand in for
    these while the module loads; ``sys.modules`` is as before afterwards.
    """
    spec = importlib.util.find_spec("k_diffusion")
    assert spec is not None, "the tests need k-diffusion: pip install --no-deps k-diffusion"
    before = dict(sys.modules)
    package = ModuleType("k_diffusion")
    package.__path__ = list(spec.submodule_search_locations or ())
    sys.modules["k_diffusion"] = package
    if importlib.util.find_spec("torchvision") is None:
        for name in ("torchvision", "torchvision.transforms"):
            sys.modules[name] = ModuleType(name)
        sys.modules["torchvision.transforms"].functional = None  # type: ignore[attr-defined]
    try:
        module = importlib.import_module("k_diffusion.sampling")
    finally:
        for name in list(sys.modules):
            if name.split(".")[0] in ("k_diffusion", "torchvision"):
                del sys.modules[name]
        sys.modules.update({name: kept for name, kept in before.items() if name not in sys.modules})
    return module
