"""docs/reference/files.md names the fields of the files that are really written, all of them and no others."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from verify.cli import main
from verify.store import Store

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "files.md").read_text()
CURVE = str(ROOT / "examples" / "digits_curve.csv")
A, B = "karras(n=5, sigma_min=.1, sigma_max=20)", "exponential(n=5, sigma_min=.1, sigma_max=20)"
MODEL = ["--loss-curve", CURVE, "--dimension", "64", "--sampler", "denoiser"]
# what is asked for, and fields that only other input has
COMMANDS = {
    "verdict": ["conjecture", "E_I <= m2/(4*v[0])", "--examples", "10"],
    "budget": ["schedule", "budget", A],
    "compare": ["schedule", "compare", A, B],
    "rank": ["schedule", "rank", A, B, *MODEL],
    "optimise": ["schedule", "optimise", A, *MODEL, "--points", "33"],
    "lint": ["schedule", "lint", str(ROOT / "examples" / "broken_sigmas.csv")],
    "check": ["schedule", "check", B, "--baseline", "base.json"],
}
VALUES = {"value", "radius", "kind"}


def rows(marker: str) -> list[str]:
    """Names in the first column of the table behind a marker."""
    table = re.split(r"\n\n+", PAGE.split(f"<!-- {marker} -->", 1)[1].strip(), maxsplit=1)[0]
    return [name for line in table.splitlines()[2:] for name in re.findall(r"`([^`]+)`", line.split("|")[1])]


def found(value: Any, path: str) -> list[Any]:
    """What stands at a path such as ``grids[].grid``; empty where a key is missing."""
    values = [value]
    for step in path.split("."):
        key, into = step.removesuffix("[]"), step.endswith("[]")
        values = [v[key] for v in values if isinstance(v, dict) and key in v]
        values = [entry for v in values for entry in v] if into else values
    return values


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the commands write, by the page's names."""
    folder = tmp_path_factory.mktemp("files")
    out = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        with pytest.raises(SystemExit):
            main(["schedule", "check", A, "--baseline", "base.json", "--target", "gaussian(d=1, var=1)", "--update"])
        out["baseline"] = json.loads(Path("base.json").read_text())
        for name, words in COMMANDS.items():
            with pytest.raises(SystemExit) as stop:
                main([*words, "--json", f"{name}.json"])
            assert stop.value.code in (0, 1)
            out[name] = json.loads(Path(f"{name}.json").read_text())
    return out


@pytest.mark.parametrize("name", [*COMMANDS, "baseline"])
def test_fields(name: str, written: dict[str, Any]) -> None:
    told, value = rows(f"fields: {name}"), written[name]
    missing = [path for path in told if not found(value, path)]
    assert not missing, f"{name} has no {missing}"
    assert {path.split(".")[0].removesuffix("[]") for path in told} == set(value)
    # where the page goes into an object of its own, it names all that is in there
    for parent in {path.rpartition(".")[0] for path in told if "." in path} - {"grids[]"}:
        inner = {path.removeprefix(f"{parent}.").split(".")[0].removesuffix("[]") for path in told if path != parent
                 and path.startswith(f"{parent}.")}  # fmt: skip
        for one in found(value, parent):
            assert set(one) == inner, parent


def test_numbers_with_an_error(written: dict[str, Any]) -> None:
    assert set(written["budget"]["KL_path"]) == VALUES
    assert set(written["verdict"]["counterexample"]["lhs"]) == VALUES
    assert set(written["rank"]["grids"][0]["difference"]) == VALUES


def test_fields_of_a_supported_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(
            ["conjecture", "E_I <= 1 + m2/v[0]", "--examples", "10", "--target", "gaussian(d=1, var=1)", "--json", "-"]
        )
    detectable = json.loads(capsys.readouterr().out)["detectable"]
    line = next(line for line in PAGE.splitlines() if line.startswith("| `detectable`"))
    assert set(re.findall(r"`(\w+)`", line)) - {"detectable"} == set(detectable)


def test_tables_of_the_store(tmp_path: Path) -> None:
    with Store(tmp_path / "store.sqlite"):
        pass
    with sqlite3.connect(tmp_path / "store.sqlite") as store:
        tables = {name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {name for name in tables if not name.startswith("sqlite_")} == set(rows("tables: store"))
