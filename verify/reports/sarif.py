"""Findings of lint as SARIF 2.1.0, which code hosts and editors show beside the lines at fault.

OASIS, *Static Analysis Results Interchange Format (SARIF) Version 2.1.0*.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from verify.reports.places import file_uri
from verify.reports.sarif_log import as_sentence, sarif_log
from verify.schedules.findings import Finding
from verify.schedules.given import Given
from verify.schedules.lint import RULES

_WITH_LINES = (".csv", ".txt")  # rows of other files are positions, not lines
_FILES = (*_WITH_LINES, ".json", ".npy")


def as_sarif(schedules: Iterable[tuple[str, Given, Sequence[Finding]]]) -> dict[str, Any]:
    """One run of lint as a SARIF log.

    Args:
        schedules: for each, the text that named it (a file, ``file.py:function``, or a call), what was read, and what
            was found in it.
    """
    names = list(RULES)
    results = [
        _result(finding, names.index(finding.rule), text, given)
        for text, given, findings in schedules
        for finding in findings
    ]
    return sarif_log("scoreproof schedule lint", [_rule(name) for name in names], results)


def _rule(name: str) -> dict[str, Any]:
    rule = RULES[name]
    return {
        "id": name,
        "shortDescription": {"text": as_sentence(rule.says)},
        "fullDescription": {"text": as_sentence(rule.why)},
        "help": {"text": as_sentence(rule.fix)},
        "defaultConfiguration": {"level": rule.level},
    }


def _result(finding: Finding, index: int, text: str, given: Given) -> dict[str, Any]:
    plain = finding.as_json()
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": finding.level,
        "message": {"text": f"{as_sentence(finding.message)} Fix: {finding.fix}."},
        "locations": [_location(text, given, finding.index)],
        "properties": {key: plain[key] for key in ("index", "value", "fix", "nats")},
    }


def _location(text: str, given: Given, index: int | None) -> dict[str, Any]:
    """The file and line where there is one; always the schedule's name and the position in its list."""
    place = given.label if index is None else f"{given.label}[{index}]"
    location: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": place, "kind": "array"}]}
    file = _file(text)
    if file is not None:
        physical: dict[str, Any] = {"artifactLocation": {"uri": file_uri(file)}}
        if file.suffix.lower() in _WITH_LINES and index is not None and index < len(given.rows):
            physical["region"] = {"startLine": given.rows[index]}
        location["physicalLocation"] = physical
    return location


def _file(text: str) -> Path | None:
    """The file that a text names, if it names one."""
    word = text.strip()
    if ".py:" in word:
        return Path(word.rpartition(":")[0])
    return Path(word) if word.lower().endswith(_FILES) else None
