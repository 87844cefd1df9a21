"""The catalogue page has every claim, its links lead somewhere, and a claim that is added shows up."""

from __future__ import annotations

import importlib.util
import re
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType, SimpleNamespace

import markdown
import pytest
from doc_blocks import ROOT
from doc_page import as_it_was

import theory.claims
from theory.claims import catalogue
from theory.paper import STATEMENTS
from verify.reports.edition_sections import anchor
from verify.suites import SUITES

DOCS = ROOT / "docs"
NEW = '''"""A page test's own claim.

Setting: data in any dimension, ``v`` a level; * no star and <no tag> in prose.

    formula * of < its > own
"""

from sympy import Le

from theory.claims.claim import Claim
from theory.vocabulary import E_I, m2, v

CLAIMS = (
    Claim(id="page.new", title="a new one", relation=Le(E_I, m2 / v[0]), source="me", derived_from=("wht24.lemma10",)),
)
'''


@pytest.fixture(scope="module")
def hooks() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_hooks_catalogue", DOCS / "hooks_catalogue.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def text(hooks: ModuleType) -> str:
    page = SimpleNamespace(file=SimpleNamespace(src_uri="catalogue.md"))
    return hooks.on_page_markdown((DOCS / "catalogue.md").read_text(), page)


class Found(HTMLParser):
    """Anchors, links and tags of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.feed(markdown.markdown(text, extensions=["attr_list", "tables", "toc", "pymdownx.superfences"]))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        given = dict(attrs)
        self.ids += [given["id"]] if given.get("id") else []
        self.links += [given["href"]] if tag == "a" and given.get("href") else []


@pytest.fixture(scope="module")
def found(text: str) -> Found:
    return Found(text)


def test_every_claim_has_its_entry(text: str, found: Found) -> None:
    assert [id for id in catalogue() if found.ids.count(id) != 1] == []
    assert text.count("<math ") == len(catalogue())
    for id in catalogue():
        assert f"`scoreproof verify --claim {id}`" in text


def test_links_lead_to_claims_and_to_the_edition(found: Found) -> None:
    inside = {link[1:] for link in found.links if link.startswith("#")}
    assert inside <= set(found.ids)
    assert inside >= {parent for claim in catalogue().values() for parent in claim.derived_from}
    edition = {link.partition("#")[2] for link in found.links if link.startswith("paper.md#")}
    assert edition <= {anchor(one) for one in STATEMENTS.values()}
    assert len(edition) > 15
    pages = {link.partition("#")[0] for link in found.links if not link.startswith("#")}
    assert all((DOCS / page).exists() for page in pages)


def test_an_entry_says_what_rests_on_it_and_who_runs_it(hooks: ModuleType) -> None:
    entry = "\n".join(hooks.entry(catalogue()["info.dsm"]))
    users = [claim.id for claim in catalogue().values() if "info.dsm" in claim.derived_from]
    assert len(users) > 1
    assert all(f"[{id}](#{id})" in entry for id in users)
    for name, suite in SUITES.items():
        runs = any(claim.id == "info.dsm" for claim in suite.claims())
        assert runs == (name in re.search(r"Suites: (.*)", entry)[1].split(", "))  # type: ignore[index]


def test_docstrings_are_read_as_words(hooks: ModuleType) -> None:
    """Stars, underscores and angle brackets of formulas are no Markdown and no HTML."""
    shown = markdown.markdown(hooks.prose("A * b * c_k and d_k, <i>x</i>, ``code_k``.\n\n    a <= b\n\n* one\n* two"))
    assert "<em>" not in shown
    assert "<i>" not in shown
    assert "<code>code_k</code>" in shown
    assert shown.count("<li>") == 2


def test_every_module_stands_in_a_part_of_its_own(hooks: ModuleType) -> None:
    parts = {module.__name__.rpartition(".")[2] for module in hooks.modules()}
    assert {name for name in parts if hooks.part_of(name) == "Others"} == set()
    assert hooks.part_of("wht24_lemma12") == "The paper: sampling"
    assert hooks.part_of("wht24_lemma1") == "The paper: training"


def test_a_claim_that_is_added_shows_up(hooks: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "info_new.py").write_text(NEW)
    monkeypatch.chdir(tmp_path)
    hooks.used_by.cache_clear()
    with as_it_was():
        theory.claims.__path__.append(str(tmp_path))
        catalogue.cache_clear()
        (module,) = [one for one in hooks.modules() if one.__name__.endswith("info_new")]
        told = "\n\n".join(hooks._module(module))
        parent = "\n".join(hooks.entry(catalogue()["wht24.lemma10"]))
    hooks.used_by.cache_clear()
    found = Found(told)
    assert "page.new" in found.ids
    assert "A new one." in told
    assert "[page.new](#page.new)" in parent
    assert not found.tags & {"no", "its", "em"}


def test_a_lost_place_holder_is_an_error_and_other_pages_are_left_alone(hooks: ModuleType) -> None:
    page = SimpleNamespace(file=SimpleNamespace(src_uri="catalogue.md"))
    with pytest.raises(ValueError, match="catalogue"):
        hooks.on_page_markdown("# Claims", page)
    other = SimpleNamespace(file=SimpleNamespace(src_uri="index.md"))
    assert hooks.on_page_markdown(hooks.PLACE, other) == hooks.PLACE
