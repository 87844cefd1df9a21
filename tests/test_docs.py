"""The notation page says what the code knows."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from theory.vocabulary import VOCABULARY
from verify.language.expressions import CALLABLE

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def hooks() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_hooks", DOCS / "hooks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def page() -> SimpleNamespace:
    return SimpleNamespace(file=SimpleNamespace(src_uri="notation.md"))


def test_every_quantity_has_a_row_of_four_cells(hooks: ModuleType, page: SimpleNamespace) -> None:
    text = hooks.on_page_markdown((DOCS / "notation.md").read_text(), page)
    tables = text[text.index("### Numbers") :]  # after the page's own tables, which have other columns
    rows = [line for line in tables.splitlines() if line.startswith("| `")]
    assert all(line.count("|") == 5 for line in rows)
    names = [re.match(r"\| `(\w+)", line).group(1) for line in rows]  # type: ignore[union-attr]
    assert sorted(names) == sorted(VOCABULARY)


def test_an_index_is_named_by_what_it_counts(hooks: ModuleType) -> None:
    text = hooks.vocabulary_tables()
    place = {name: text.index(f"| `{name}` |") for name in ("E_D", "v[k]", "loss_em[s]", "ev[i]", "J(u)")}
    heads = ["Numbers", "each grid point", "each step of training", "each residual", "Functions"]
    found = sorted([*place.values(), *(text.index(head) for head in heads)])
    assert [text.index(head) for head in heads] == found[::2]
    assert list(place.values()) == found[1::2]


def test_a_lost_place_holder_is_an_error(hooks: ModuleType, page: SimpleNamespace) -> None:
    with pytest.raises(ValueError, match="vocabulary"):
        hooks.on_page_markdown("# Notation", page)


def test_other_pages_are_left_alone(hooks: ModuleType) -> None:
    other = SimpleNamespace(file=SimpleNamespace(src_uri="index.md"))
    assert hooks.on_page_markdown(hooks.PLACE, other) == hooks.PLACE


def test_every_function_of_the_language_is_documented() -> None:
    written = set(re.findall(r"\w+", (DOCS / "notation.md").read_text()))
    lower_case_twins = {"abs", "max", "min"}
    assert set(CALLABLE) - lower_case_twins <= written
