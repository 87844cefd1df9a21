"""Claims that are not as expected as SARIF: valid, and at the line that states the claim."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from made_runs import failure, so_far, verdict, verdicts
from sarif_kit.validate import validation_errors

from theory.claims import find
from verify.events import Interrupted, RunFinished, SoFar
from verify.reports.handlers.sarif import Sarif, verdicts_sarif
from verify.reports.places import place_of
from verify.user_claims import load_claims
from verify.verdicts import Status

ROOT = Path(__file__).parents[2]
MINE = ROOT / "examples" / "my_claims.py"


def log(reached: SoFar) -> dict[str, Any]:
    """Through JSON, in which nothing but plain values is left."""
    return json.loads(json.dumps(verdicts_sarif(reached), allow_nan=False))


@pytest.fixture
def at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)


def test_a_log_is_valid_whatever_the_texts_hold() -> None:
    for reached in (so_far(), so_far([]), so_far(failures=[failure()]), so_far(missing=[find("info.hessian")])):
        assert validation_errors(log(reached)) == []


def test_the_validator_sees_what_is_wrong() -> None:
    for part, wrong in (("level", "fatal"), ("message", {}), ("ruleIndex", -2), ("verdict", "refuted")):
        spoilt = log(so_far())
        spoilt["runs"][0]["results"][0][part] = wrong
        assert validation_errors(spoilt), part


def test_there_is_a_rule_for_each_claim_and_a_result_for_each_that_is_not_as_expected() -> None:
    (run,) = log(so_far())["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == sorted(v.claim.id for v in verdicts())
    found = {result["ruleId"]: result for result in run["results"]}
    assert sorted(found) == sorted(v.claim.id for v in verdicts() if not v.as_expected)
    assert all(rules[result["ruleIndex"]] == id for id, result in found.items())
    assert found["info.tweedie"]["level"] == "warning"
    assert found["gauss.fisher"]["level"] == "error"
    text = found["gauss.fisher"]["message"]["text"]
    assert "Refuted, expected supported" in text
    assert "Counterexample: left 0.5 > 0.25 right" in text
    assert found["gauss.fisher"]["properties"]["counterexample"]["case"]["v"] == [2.0, 1.0]


@pytest.mark.usefixtures("at_root")
def test_a_result_is_at_the_line_that_states_the_claim() -> None:
    (run,) = log(so_far())["runs"]
    (result,) = (result for result in run["results"] if result["ruleId"] == "gauss.fisher")
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "theory/claims/gauss_information.py"
    lines = (ROOT / place["artifactLocation"]["uri"]).read_text().splitlines()
    assert 'id="gauss.fisher"' in lines[place["region"]["startLine"] - 1]


@pytest.mark.usefixtures("at_root")
def test_a_users_claim_is_in_the_users_file() -> None:
    claim = load_claims(MINE)[1]
    v = verdict(claim, Status.REFUTED)
    (result,) = log(so_far([v], files={claim.id: MINE}))["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "examples/my_claims.py"
    assert MINE.read_text().splitlines()[place["region"]["startLine"] - 1].strip() == f'id="{claim.id}",'


def test_names_are_relative_to_the_checkout_of_github(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    file = tmp_path / "sub" / "mine.py"
    file.write_text("id = 'other'\nclaim = Claim(\n    id='gauss.fisher',\n)\n# 'gauss.fisher'\n")
    monkeypatch.chdir(tmp_path / "sub")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    place = place_of(find("gauss.fisher"), Path("mine.py"))
    assert place is not None
    assert (place.uri, place.path, place.line) == ("sub/mine.py", "sub/mine.py", 3)
    monkeypatch.delenv("GITHUB_WORKSPACE")
    assert place.uri == "mine.py"


def test_every_claim_of_the_catalogue_has_its_line() -> None:
    from theory.claims import catalogue

    for claim in catalogue().values():
        place = place_of(claim, None)
        assert place is not None
        assert f'"{claim.id}"' in place.file.read_text().splitlines()[place.line - 1], claim.id


def test_a_failure_of_the_tool_and_a_stop_are_told_of_the_run() -> None:
    (run,) = log(so_far(failures=[failure()], missing=[find("wht24.lemma10")]))["runs"]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    texts = [note["message"]["text"] for note in invocation["toolExecutionNotifications"]]
    assert "info.hessian has no verdict" in texts[0]
    assert texts[1] == "the run was stopped; 1 claims have no verdict"
    assert log(so_far())["runs"][0]["invocations"] == [{"executionSuccessful": True}]


def test_a_stopped_run_writes_a_file_and_leaves_standard_output_empty(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reached = so_far(missing=[find("info.hessian")])
    stop = reached.interrupted
    assert isinstance(stop, Interrupted)
    to = tmp_path / "a.sarif"
    Sarif(str(to)).handle(stop, reached)
    assert json.loads(to.read_text()) == log(reached)
    Sarif("-").handle(stop, reached)
    assert capsys.readouterr().out == ""
    Sarif("-").handle(RunFinished(1.0), so_far())
    assert validation_errors(json.loads(capsys.readouterr().out)) == []
