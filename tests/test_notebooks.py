"""The notebooks without training run as they stand, in seconds, and say what is stored in them.

``digits_schedule.ipynb`` trains a network and has its tests in ``test_examples``.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
# With the relative tolerance of their numbers: six digits are shown of ball arithmetic, four of a search's results.
NOTEBOOKS = {"own_theorem.ipynb": 1e-6, "judge_a_schedule.ipynb": 1e-3}
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?")
# What hypothesis ends at where it pushes a case to the edge may change with its version: not compared.
PUSHED = re.compile(r"\s*(tightest|largest|power)\b")
WIDTH = "100"  # columns that the stored texts were written for


def code_cells(name: str) -> list[dict[str, Any]]:
    cells = json.loads((EXAMPLES / name).read_text())["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def text_of(outputs: list[dict[str, Any]]) -> str:
    """What a cell printed, then what it showed, as text."""
    printed = "".join("".join(one["text"]) for one in outputs if one["output_type"] == "stream")
    shown = ["".join(one["data"]["text/plain"]) for one in outputs if "data" in one]
    return "\n".join([printed.rstrip("\n"), *shown]).strip("\n")


def compared(text: str) -> list[tuple[str, list[float]]]:
    """Each line that is compared, as its words and its numbers; what goes on in the next line goes with it."""
    lines: list[str] = []
    keep = True
    for line in text.splitlines():
        goes_on = len(line) - len(line.lstrip()) > 10
        keep = keep if goes_on else not PUSHED.match(line)
        if keep:
            lines.append(line)
    return [(re.sub(r"\s+", " ", NUMBER.sub("#", line)).strip(), numbers(line)) for line in lines]


def numbers(line: str) -> list[float]:
    return [float(number) for number in NUMBER.findall(line)]


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """IPython in this process, in a folder with the files that the notebooks read."""
    interactive = pytest.importorskip("IPython.core.interactiveshell", reason="pip install 'scoreproof[examples]'")
    from traitlets.config import Config

    for file in ("digits_curve.csv", "broken_sigmas.csv"):
        shutil.copy(EXAMPLES / file, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", WIDTH)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    made = interactive.InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
    for name in ("write_output_prompt", "write_format_data", "finish_displayhook"):  # which print what is shown
        monkeypatch.setattr(made.displayhook, name, lambda *unused: None)
    yield made
    interactive.InteractiveShell.clear_instance()


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_notebook_says_what_is_stored_in_it(name: str, shell: Any) -> None:
    from IPython.utils.capture import capture_output

    for place, cell in enumerate(code_cells(name), start=1):
        with capture_output() as caught:
            done = shell.run_cell("".join(cell["source"]))
        done.raise_error()
        assert caught.stderr == "", f"cell {place}"
        shown: list[dict[str, Any]] = [{"output_type": "stream", "text": caught.stdout}]
        if done.result is not None:
            shown.append({"output_type": "execute_result", "data": shell.display_formatter.format(done.result)[0]})
        now, stored = compared(text_of(shown)), compared(text_of(cell["outputs"]))
        assert [words for words, _ in now] == [words for words, _ in stored], f"cell {place}"
        for (words, got), (_, wanted) in zip(now, stored, strict=True):
            assert got == pytest.approx(wanted, rel=NOTEBOOKS[name], abs=1e-7), f"cell {place}: {words}"
        kinds = [set(one["data"]) for one in shown if "data" in one]
        assert kinds == [set(one["data"]) for one in cell["outputs"] if "data" in one], f"cell {place}"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_notebook_was_run_to_its_end(name: str) -> None:
    text = (EXAMPLES / name).read_text()
    cells = code_cells(name)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert {output["output_type"] for output in outputs} <= {"stream", "execute_result"}
    assert all(output.get("name") != "stderr" for output in outputs)
    assert any("text/html" in output.get("data", {}) for output in outputs)
    assert any("image/png" in output.get("data", {}) for output in outputs)
    assert not re.search(r"/(home|root|tmp|work|Users)/", text)


def test_what_is_pushed_to_the_edge_is_not_compared_and_the_rest_is() -> None:
    text = "REFUTED   mine\n  smallest  0.5  >  0.25\n  tightest      N = 1,\n" + " " * 16 + "v = 2\n  note  4 rows"
    assert compared(text) == [
        ("REFUTED mine", []),
        ("smallest # > #", [0.5, 0.25]),
        ("note # rows", [4.0]),
    ]
