"""Findings as SARIF: valid by the schema of OASIS, with the file and line at fault."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sarif_kit.validate import validation_errors

from theory.grids import karras
from verify.reports.sarif import as_sarif
from verify.schedules.given import Given
from verify.schedules.lint import RULES, lint
from verify.schedules.reading import given

BROKEN = [80.0, 20.0, float("nan"), 5.0, 5.0, 0.0, 0.0]


def _log(text: str, read: Given) -> dict[str, Any]:
    return as_sarif([(text, read, lint(read))])


@pytest.fixture
def csv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b" / "sigmas.csv").write_text("# of run 7\nsigma\n" + "\n".join(map(str, BROKEN)) + "\n")
    return "a b/sigmas.csv"


def test_a_log_is_valid_and_plain_json(csv: str) -> None:
    log = json.loads(json.dumps(_log(csv, given(csv)), allow_nan=False))
    assert validation_errors(log) == []
    assert {result["ruleId"] for result in log["runs"][0]["results"]} == {"not-finite", "repeated", "zero-inside"}


def test_the_validator_sees_what_is_wrong(csv: str) -> None:
    good = _log(csv, given(csv))
    for spoil in (
        lambda log: log.pop("version"),
        lambda log: log["runs"][0]["tool"].pop("driver"),
        lambda log: log["runs"][0]["results"][0].update(level="fatal"),
        lambda log: log["runs"][0]["results"][0]["message"].pop("text"),
        lambda log: log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"].update(startLine=0),
        lambda log: log["runs"][0]["results"][0].update(fix="remove it"),
    ):
        log = copy.deepcopy(good)
        spoil(log)
        assert validation_errors(log)


def test_a_result_has_its_file_line_rule_and_fix(csv: str) -> None:
    run = _log(csv, given(csv))["runs"][0]
    results = {result["ruleId"]: result for result in run["results"]}
    [location] = results["not-finite"]["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "a%20b/sigmas.csv"},
        "region": {"startLine": 5},
    }
    assert location["logicalLocations"] == [{"fullyQualifiedName": "a b/sigmas.csv[2]", "kind": "array"}]
    assert "Fix: write 10, the geometric mean" in results["not-finite"]["message"]["text"]
    assert results["repeated"]["properties"]["nats"]["value"] > 0.1
    for name, result in results.items():
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == name


def test_every_rule_is_declared() -> None:
    rules = _log("grid", given(karras(5, 0.1, 10)))["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(RULES)
    assert {rule["defaultConfiguration"]["level"] for rule in rules} == {"error", "warning", "note"}


def test_a_place_without_lines_names_the_file_or_the_schedule_alone(tmp_path: Path) -> None:
    file = tmp_path / "sigmas.npy"
    np.save(file, np.array(BROKEN))
    [first, *_] = _log(str(file), given(str(file)))["runs"][0]["results"]
    assert first["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": file.as_uri()}}
    [first, *_] = _log("my.py:grid", Given(np.array(BROKEN), "my.py:grid"))["runs"][0]["results"]
    assert first["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": "my.py"}}
    [first, *_] = _log("a list", given(BROKEN))["runs"][0]["results"]
    assert "physicalLocation" not in first["locations"][0]


def test_a_clean_schedule_is_a_valid_log_without_results() -> None:
    log = _log("grid", given(karras(5, 0.1, 10)))
    assert validation_errors(log) == []
    assert log["runs"][0]["results"] == []
