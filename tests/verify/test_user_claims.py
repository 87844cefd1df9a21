"""Files with claims of one's own: what is wrong is said in one line before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from verify.language.errors import BadInput
from verify.user_claims import load_claims

HEAD = """
from sympy import Le, Sum
from theory.claims import Cases, Claim
from theory.vocabulary import E_D, N, d, hess2, k, v
"""
RIGHT = "Sum((v[k] - v[k + 1]) * d / v[k + 1], (k, 0, N - 1))"


def written(folder: Path, right: str = RIGHT, cases: str = 'samplers=("score",)') -> Path:
    path = folder / "mine.py"
    path.write_text(f'{HEAD}\nbound = Claim("mine.bound", "t", Le(E_D, {right}), "me", cases=Cases({cases}))\n')
    return path


def test_a_sound_file_is_read(tmp_path: Path) -> None:
    assert [claim.id for claim in load_claims(written(tmp_path))] == ["mine.bound"]


@pytest.mark.parametrize(
    ("defect", "words"),
    [
        ({"right": "v[k] * d"}, "an index stands in a sum"),
        ({"right": "Sum(d * v[k + 1] / v[k], (k, 0, N))"}, "mine.bound"),
        ({"right": "sum(v[k] for k in range(N))"}, r"N is a symbol, not a number: write sympy's Sum"),
        ({"cases": 'samplers="score"'}, r"write samplers=\('score',\)"),
        ({"cases": 'samplers=("scor",)'}, "no sampler 'scor'; did you mean 'score'"),
    ],
)
def test_a_defect_is_named_with_its_fix(tmp_path: Path, defect: dict[str, str], words: str) -> None:
    with pytest.raises(BadInput, match=words) as refused:
        load_claims(written(tmp_path, **defect))
    assert "mine.py" in str(refused.value)
    assert "\n" not in str(refused.value)
