"""Every command and every snippet of the documentation is executed, page by page, as a reader would."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import doc_given
import pytest
from doc_blocks import ROOT, Block, blocks, inline_commands, pages
from doc_commands import check_scoreproof, parts
from doc_page import Page, as_it_was

PAGES = [str(path.relative_to(ROOT)) for path in pages()]


def read(page: str) -> list[Block]:
    return blocks(page, (ROOT / page).read_text(), doc_given.DEFAULTS.get(page, ""), doc_given.TEXTS.get(page, ""))


LONG = [page for page in PAGES if any(block.marker.long is not None for block in read(page))]


@pytest.fixture
def go_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_network: None, k_diffusion_sampling: ModuleType
) -> Callable[[str, list[Block], bool], None]:
    """All blocks of a page in a folder of its own."""
    folder = tmp_path / "reader"
    monkeypatch.setitem(sys.modules, "k_diffusion", ModuleType("k_diffusion"))
    monkeypatch.setitem(sys.modules, "k_diffusion.sampling", k_diffusion_sampling)

    def go(name: str, found: list[Block], long: bool) -> None:
        folder.mkdir()
        if name in doc_given.FOLDERS or any("examples/" in block.body for block in found):
            shutil.copytree(ROOT / "examples", folder / "examples", ignore=shutil.ignore_patterns("*_files", "__*"))
        page = Page(folder, doc_given.names(name), long)
        monkeypatch.chdir(folder / doc_given.FOLDERS.get(name, "."))
        with as_it_was():
            doc_given.files(name, folder)
            for block in found:
                page.run(block)
            page.close()

    return go


@pytest.mark.parametrize("page", PAGES)
def test_a_page(page: str, go_through: Callable[[str, list[Block], bool], None]) -> None:
    go_through(page, read(page), False)


@pytest.mark.long
@pytest.mark.parametrize("page", LONG)
def test_a_page_in_full(page: str, go_through: Callable[[str, list[Block], bool], None]) -> None:
    go_through(page, read(page), True)


@pytest.mark.parametrize("page", PAGES)
def test_commands_within_sentences_have_their_options(page: str) -> None:
    for line, command in inline_commands((ROOT / page).read_text()):
        try:
            check_scoreproof(parts(command.replace("|", "/"))[0][1:], example=True)
        except AssertionError as wrong:
            pytest.fail(f"{page}:{line}: {wrong}")
