"""libFuzzer, through atheris, finds no input that a reader does not answer.

``SCOREPROOF_FUZZ=100000`` sets the number of its inputs; a second or two otherwise.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hostile import FILES, READERS, TEXTS
from made import CALLS, CSV, LISTS

pytest.importorskip("atheris", reason="atheris has no wheel for this Python or system", exc_type=ImportError)

HERE = Path(__file__).parent
INPUTS = int(os.environ.get("SCOREPROOF_FUZZ", "900"))
RELATIONS = [
    "E_D <= d/4*Sum(log(v[k]/v[k+1])**2, (k, 0, N-1))",
    "KL <= m2/(2*v[0]) + Sum((v[k]-v[k+1])*eps2[k], (k,0,N-1))/2 + Min(m2, d*v[0])*abs(1-.5e-3)",
    "H(u) - H(w) == Integral(J(x), (x, w, u))/2 + 0*Derivative(mmse(u), u)",
]
AS_IT_IS, BY_GRAMMAR = b"\0", b"\1"


def seeds(folder: Path) -> Path:
    """Valid examples of every reader as they are, and a few lists of choices."""
    valid = {"relation": RELATIONS, "expression": RELATIONS, "grid": CALLS, "target": CALLS}
    valid |= {name: LISTS if name.endswith("json") else CSV for name in FILES}
    folder.mkdir()
    for number, reader in enumerate(READERS):
        contents = [AS_IT_IS + text.encode() for text in valid[reader]]
        contents += [BY_GRAMMAR + bytes(range(start, 256, 7)) for start in range(7)]
        for i, content in enumerate(contents):
            (folder / f"{reader}-{i}").write_bytes(bytes([number]) + content)
    return folder


def fuzz(reader: str, inputs: int, corpus: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Inputs over 10 s or 4 GB count as crashes; so does a run that fails to start."""
    limits = ("-timeout=10", "-rss_limit_mb=4096", "-max_len=400", f"-artifact_prefix={corpus.parent}/")
    command = [sys.executable, str(HERE / "fuzz_readers.py"), reader, f"-runs={inputs}", "-seed=1", *limits, *options]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE.parents[1]), *sys.path])}
    return subprocess.run(
        [*command, str(corpus)], capture_output=True, text=True, errors="replace", env=environment, timeout=7200
    )


def test_no_reader_is_broken(tmp_path: Path) -> None:
    assert set(TEXTS) | set(FILES) == set(READERS)
    done = fuzz("all", INPUTS, seeds(tmp_path / "corpus"))
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert f"Done {INPUTS} runs" in done.stderr


def test_a_planted_defect_is_found(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "seed").write_bytes(b"vp(n=5)")
    done = fuzz("planted", 20_000, corpus)
    assert done.returncode != 0
    assert "TypeError: found" in done.stdout + done.stderr
