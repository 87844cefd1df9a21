"""The design that the page on rates shows is the one that Lemma 1 is tested with."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from theory.claims import find
from theory.claims.design import Design

PAGE = Path(__file__).parents[3] / "docs" / "rates.md"


def test_the_design_on_the_page_is_that_of_lemma_1() -> None:
    (block,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    call = ast.parse(block).body[-1].value  # type: ignore[attr-defined]
    assert call.func.id == "Design"
    assert Design(**{one.arg: ast.literal_eval(one.value) for one in call.keywords}) == find("wht24.lemma1").design


def test_the_sentence_on_the_page_is_that_of_the_measured_table() -> None:
    table = (PAGE.parent / "training.md").read_text()
    (said,) = re.findall(r"\n    (the printed rate .*?)\n\n", PAGE.read_text(), re.DOTALL)
    assert f"| `wht24.lemma1` | supported | 1024 | {' '.join(said.split())} |" in table
