"""What becomes of every block of every page, as a table: ``python -m pytest -s tests/docs/test_table.py`` prints it."""

from __future__ import annotations

from collections import Counter

import doc_given
import pytest
from doc_blocks import ROOT, Block, blocks, commands, pages
from doc_commands import SUBCOMMANDS, parts, runnable, settings
from doc_page import LANGUAGES

# make, pip and the like: their targets, options and files are looked up, and no page runs them
LOOKED_UP = {"make", "pip", "jupyter", "dask", "benchmarks", "pytest", "source", ".", *SUBCOMMANDS}
PAGES = [str(path.relative_to(ROOT)) for path in pages()]
FATES = ("run", "run by -m long", "looked up", "left out", "file", "parsed")


def fates(block: Block) -> list[str]:
    """One of ``FATES`` for each command of a console block, or for the block."""
    marker = block.marker
    if block.language == "console":
        return [_of_command(block, text) for text, _ in commands(block)]
    if block.title:
        return ["file"]
    if block.language == "python" or marker.output_of is not None:
        return ["left out" if marker.reason else "run by -m long" if marker.long is not None else "run"]
    return ["parsed"]


def _of_command(block: Block, text: str) -> str:
    if block.marker.reason is not None:
        return "left out" if block.marker.instead is None else "run"
    if block.marker.long is not None and text.lstrip().startswith(block.marker.long):
        return "run" if block.marker.instead is not None else "run by -m long"
    return "run" if any(runnable(settings(words)[1]) for words in parts(text)) else "looked up"


def of_page(page: str) -> list[Block]:
    return blocks(page, (ROOT / page).read_text(), doc_given.DEFAULTS.get(page, ""), doc_given.TEXTS.get(page, ""))


def test_every_block_has_a_fate() -> None:
    counted: dict[str, Counter] = {}
    for block in (block for page in PAGES for block in of_page(page)):
        assert block.language in LANGUAGES, f"{block.place}: nobody here knows the language {block.language!r}"
        counted.setdefault(block.page, Counter()).update(fates(block))
    width = max(map(len, counted))
    print("\n" + " ".join([f"{'page':{width}}", *(f"{fate:>14}" for fate in FATES)]))
    for page, number in counted.items():
        print(" ".join([f"{page:{width}}", *(f"{number[fate] or '':>14}" for fate in FATES)]))
    total = sum(counted.values(), Counter())
    print(" ".join([f"{'all':{width}}", *(f"{total[fate]:>14}" for fate in FATES)]))
    assert total["run"] > total["left out"] + total["looked up"] + total["run by -m long"]


@pytest.mark.parametrize("page", PAGES)
def test_what_is_not_run_has_a_reason(page: str) -> None:
    for block in of_page(page):
        if block.marker.reason is not None:
            print(f"{block.place}: {block.marker.reason}")
            assert len(block.marker.reason.split()) >= 2, f"{block.place}: {block.marker.reason!r} is no reason"
        if block.language != "console" or block.marker.reason is not None:
            continue
        for text, _ in commands(block):
            for _, words in map(settings, parts(text)):
                if words and not runnable(words) and words[0] not in ("scoreproof",):
                    name = words[2] if words[:2] == ["python", "-m"] else words[0]
                    assert name in LOOKED_UP or name.split(".")[0] in LOOKED_UP, f"{block.place}: {text} is not run"
